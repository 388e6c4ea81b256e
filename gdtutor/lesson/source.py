"""A lesson file as text: read whole, bounded, and free of control characters."""

from __future__ import annotations

import codecs
import os
import re
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from gdtutor.engine.characters import pictured
from gdtutor.files import read_regular
from gdtutor.lesson.reports import LessonError, Report

MAX_BYTES = 1024 * 1024
"""The largest lesson file, in bytes."""
MAX_LISTED = 1_000
"""Most files of a folder among which a near name is looked for."""


def read_source(path: Path) -> str:
    """Return the text of a lesson file, line ends as LF, control characters as pictures.

    Raises:
        LessonError: The file is missing, cannot be read, is no regular file, is larger than
            `MAX_BYTES`, or is not UTF-8.
    """
    return decoded(_read(path), path)


def decoded(data: bytes, path: Path) -> str:
    """Return the bytes of a lesson file as text; see `read_source`."""
    if len(data) > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES // 1024} KiB"
        raise _refused(path, "bound", what, "split the lesson")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode()) + 1
        report = Report(
            path, line, column, "error", "encoding",
            f"the byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8",
        )  # fmt: skip
        raise LessonError((report,)) from None
    return clean(text)


def clean(text: str) -> str:
    """Return the text with LF line ends, and pictures for all other control characters."""
    return pictured(text.replace("\r\n", "\n"), keep="\n\t")


def _read(path: Path) -> bytes:
    try:
        data = read_regular(path, MAX_BYTES + 1)
    except FileNotFoundError:
        what = "there is no such file"
        hint = near_file(path) or "check the name; `gdtutor list` shows the lessons"
        raise _refused(path, "file", what, hint) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if path.is_dir():
            reason = "it is a folder"
        what = f"the file cannot be read: {reason}"
        raise _refused(path, "file", what, "check its name and its rights") from None
    if data is None:
        raise _refused(path, "file", "this is not a regular file", "name a lesson file")
    return data


def near_file(path: Path) -> str:
    """Return `did you mean 'x'?` for the Markdown file of that folder with the nearest name.

    Names that differ in their number alone are nearest; the text is empty where none is near.
    """
    wanted = path.name.removesuffix(".md")
    try:
        with os.scandir(path.parent) as entries:
            listed = [Path(entry.name) for entry in islice(entries, MAX_LISTED)]
    except (OSError, ValueError):
        return ""
    names = sorted(name.stem for name in listed if name.suffix == ".md" and name.stem != "README")
    same = [name for name in names if _unnumbered(name) == _unnumbered(wanted)]
    near = same[:1] or get_close_matches(wanted, names, n=1)
    return f"did you mean '{pictured(str(path.parent / f'{near[0]}.md'))}'?" if near else ""


def _unnumbered(name: str) -> str:
    return re.sub(r"^\d+-", "", name)


def _refused(path: Path, code: str, what: str, hint: str) -> LessonError:
    return LessonError((Report(path, 0, 0, "error", code, what, hint),))
