"""Which lessons there are: the shipped ones, those of a folder, and one by id, number or path.

What a file says of itself is read without checking the rest of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.markdown import TOML_LINE, Divided, divide, divide_body, joined, opening_of
from gdtutor.lesson.reports import Findings, LessonError, shown
from gdtutor.lesson.source import near_file, read_source
from gdtutor.lesson.toml_text import read_toml
from gdtutor.values import Struct, field

FILE = re.compile(r"(?P<number>\d{1,6})-(?P<name>.+)\.md\Z")
"""What the file of a lesson is called."""

TEXTS = ("id", "title", "chapter", "summary", "source")
"""What the front matter says in words, by its keys, which are fields of an entry."""

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
"""Where the first table of front matter begins, or a line inside a value that looks like it."""
_TRAINING = re.compile(r"^[ \t]*\[[ \t]*training\b", re.MULTILINE)
_UNREAD = r"```(?:question|task)\n.*?\n```|\{check:[^}]*\}"
"""What a search of a lesson's words leaves out."""


class LessonHead(Struct, frozen=True):
    """What a lesson is called, and where it is."""

    id: str
    """Empty where the file cannot be read."""
    number: str
    """The digits at the start of the file name; empty where there are none."""
    title: str
    chapter: str
    summary: str
    path: Path


class LessonEntry(LessonHead, frozen=True):
    """A lesson beside others: what its file says of itself, and what was found out about it since.

    What is not known, or not yet, is empty.
    """

    trains: bool = False
    source: str = ""
    problem: str = ""
    """Why it cannot be opened; empty where it can, and before that was tried."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What was counted as it was opened, by the names of `COUNTS` in `library/lessons.py`."""
    tasks: int = 0
    """Tasks that it sets."""

    def count(self, name: str) -> int:
        """Return one of the counts, 0 before it was opened; KeyError for a name of none."""
        return self.counts[name] if self.counts else 0


def number_of(path: Path) -> str:
    """Return the digits at the start of a lesson's file name; nothing where there are none."""
    match = FILE.match(path.name)
    return match["number"] if match else ""


def unread(path: Path, problem: str = "") -> LessonEntry:
    """Return the entry of a file that says nothing of itself."""
    return LessonEntry("", number_of(path), path.stem, "", "", path, problem=problem)


def read_summary(path: Path) -> LessonEntry | None:
    """Return what a file says of itself, not checked; None where it has no front matter.

    A text that is missing, or is no text, is empty.
    """
    divided = _divided(path)
    if divided is None:
        return None
    # What it says stands before its tables, whose reading takes the longest by far. Where a value
    # was cut in two, all is read.
    table = _TABLE.search(divided.toml)
    heads = (divided.toml[: table.start()], divided.toml) if table else (divided.toml,)
    tables = (read_toml(head, TOML_LINE, Findings(path)) for head in heads)
    raw = next((found for found in tables if found is not None), None)
    if raw is None:
        return None
    trains = "training" in raw or _TRAINING.search(divided.toml) is not None
    return entry_saying(path, {key: _text(raw, key) for key in TEXTS}, divided.body, trains=trains)


def entry_saying(path: Path, texts: Mapping[str, str], body: str, *, trains: bool) -> LessonEntry:
    """Return the entry of a file by the `TEXTS` of its front matter and by its body."""
    return LessonEntry(
        texts["id"], number_of(path), texts["title"], texts["chapter"], texts["summary"], path,
        trains, texts["source"],
        # By the fences, which a glance at the file sees as well.
        tasks=f"\n{body}".count("\n```task\n"),
    )  # fmt: skip


def read_prose(path: Path) -> str:
    """Return the Markdown of a file's opening page, not checked; empty where it has none."""
    divided = _divided(path)
    if divided is None:
        return ""
    parts = divide_body(divided.body.split("\n"), divided.body_line, Findings(path))
    return joined(opening_of(parts))


def read_words(path: Path) -> str:
    """Return the words of a file's text on one line, without its questions and its marks."""
    divided = _divided(path)
    body = "" if divided is None else re.sub(_UNREAD, " ", divided.body, flags=re.DOTALL)
    return " ".join(re.sub(r"[`*#]", "", body).split())


def csv_files(lesson: Path) -> tuple[Path, ...] | None:
    """Return the CSV files of a lesson file and of its variants, each once.

    Names that lead out of the lesson's folder are left out, as they are never read. None where the
    file cannot be read, or its front matter is no TOML.
    """
    divided = _divided(lesson)
    raw = None if divided is None else read_toml(divided.toml, TOML_LINE, Findings(lesson))
    if raw is None:
        return None
    tables = raw.get("variants", [])
    named: list[object] = []
    for table in [raw.get("data"), *(tables if isinstance(tables, list) else [])]:
        if isinstance(table, dict):
            inner = table.get("data")
            named += [table.get("csv"), table.get("data.csv")]
            named += [inner.get("csv")] if isinstance(inner, dict) else []
    inside = (name for name in named if isinstance(name, str) and _is_inside(name))
    return tuple(dict.fromkeys(lesson.parent / name for name in inside))


def _is_inside(name: str) -> bool:
    way = Path(os.path.normpath(name))
    is_name = bool(name) and "\0" not in name
    return is_name and not way.is_absolute() and not way.drive and ".." not in way.parts


def _divided(path: Path) -> Divided | None:
    try:
        return divide(read_source(path), Findings(path))
    except LessonError:
        return None


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""


MAX_LESSONS = 1_000
"""Most lessons of one folder."""

_BESIDE = re.compile(r"readme\.md|conftest\.py|test_.+\.py|.+_test\.py", re.IGNORECASE)
"""What stands beside lessons and is none: the README, and tests of the lessons by pytest."""


class UnknownLessonError(GdTutorError):
    """A lesson that is not there."""


def shipped_lessons_folder() -> Path:
    """Return the folder of the lessons that came with the program.

    In an installed package it lies inside it; an editable install reads the checkout's own.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "lessons"
    return inside if inside.is_dir() else package.parent / "lessons"


def discover(folder: Path) -> tuple[Path, ...]:
    """Return the lesson files `NN-name.md` of a folder, in the order of their numbers.

    Links that lead out of the folder are left out: a stranger's course shows no other file.

    Raises:
        UnknownLessonError: The folder is missing, cannot be read, or holds too many lessons.
    """
    return tuple(path for path in _named(folder) if not _leads_out(path))


def links_out(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that are named like lessons and are links that lead out of it.

    Raises:
        UnknownLessonError: As `discover`.
    """
    return tuple(path for path in _named(folder) if _leads_out(path))


def _leads_out(path: Path) -> bool:
    if not path.is_symlink():
        return False
    try:
        return not path.resolve().is_relative_to(path.parent.resolve())
    except (OSError, RuntimeError):
        # A loop of links leads nowhere.
        return False


def _named(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that are named like lessons, in the order of their numbers."""
    try:
        names = [entry.name for entry in os.scandir(folder) if FILE.match(entry.name)]
    except OSError as error:
        what = f"the folder '{shown(str(folder))}' cannot be read: {error.strerror}"
        raise UnknownLessonError(what, "name a folder of lessons") from None
    if len(names) > MAX_LESSONS:
        what = f"the folder holds {len(names):,} lessons"
        raise UnknownLessonError(what, f"the bound is {MAX_LESSONS:,}")
    return tuple(
        folder / name for name in sorted(names, key=lambda n: (int(n.split("-", 1)[0]), n))
    )


def strays(folder: Path, used: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Return the files of a folder that are no lessons, no README.md, no tests, and not in use.

    Args:
        folder: The folder.
        used: CSV files that lessons read, as resolved paths.
    """
    in_use = {path.resolve() for path in used}
    found = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        is_known = FILE.match(entry.name) or _BESIDE.fullmatch(entry.name)
        if is_known or entry.name.startswith(".") or entry.is_dir():
            continue
        if Path(entry.path).resolve() not in in_use:
            found.append(folder / entry.name)
    return tuple(found)


def find_lesson(text: str, folder: Path) -> Path:
    """Return the file of a lesson named by its id, the number of its file, or a path.

    A path is returned even where no file is there, so that reading it says so.

    Raises:
        UnknownLessonError: No lesson of the folder has this id or number.
    """
    if os.sep in text or text.endswith(".md") or (os.altsep and os.altsep in text):
        return Path(text)
    paths = discover(folder)
    if text.isascii() and text.isdigit() and len(text) <= 6:
        for path in paths:
            if int(number_of(path)) == int(text):
                return path
        what = f"there is no lesson {text}"
        raise UnknownLessonError(what, f"there are {_numbers(paths)}; see `gdtutor list`")
    by_name = [path for path in paths if path.stem.split("-", 1)[1] == text]
    # Most files are called after their id, so the likely one is read first.
    known = []
    for path in (*by_name, *(path for path in paths if path not in by_name)):
        seen = read_summary(path)
        if (seen is None and path in by_name) or (seen is not None and seen.id == text):
            return path
        known.append("" if seen is None else seen.id)
    near = did_you_mean(text, [lesson_id for lesson_id in known if lesson_id])
    near = near or near_file(Path(text)) or "see `gdtutor list`, or name a path"
    raise UnknownLessonError(f"there is no lesson '{shown(text)}'", near)


def _numbers(paths: tuple[Path, ...]) -> str:
    return ", ".join(number_of(path) for path in paths[:30]) or "none"
