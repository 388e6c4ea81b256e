"""Which lessons there are: the shipped ones, those of a folder, and one by id, number or path."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.reports import shown
from gdtutor.lesson.source import near_file
from gdtutor.lesson.summary import FILE, number_of, read_summary

MAX_LESSONS = 1_000
"""Most lessons of one folder."""

_BESIDE = re.compile(r"readme\.md|conftest\.py|test_.+\.py|.+_test\.py", re.IGNORECASE)
"""What stands beside lessons and is none: the README, and tests of the lessons by pytest."""


class UnknownLessonError(GdTutorError):
    """A lesson that is not there."""

    code = "unknown-lesson"


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
    return tuple(folder / name for name in sorted(names, key=_order))


def _order(name: str) -> tuple[int, str]:
    return int(name.split("-", 1)[0]), name


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
