"""Readers of lesson files that are wrong, each in its own way, to see that fuzzing notices."""

from __future__ import annotations

import os
from pathlib import Path

from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Report
from tests import fuzz_work
from tests.fuzz_cases import read

Found = tuple[Lesson | None, tuple[Report, ...]]
MARK = b"sigmoid"
"""What a file has to hold for a reader to go wrong."""


def raising(data: bytes, path: Path) -> Found:
    """Raise where it should report."""
    if MARK in data:
        raise KeyError("sigmoid")
    return read(data, path)


def silent(data: bytes, path: Path) -> Found:
    """Refuse a file without a word."""
    return (None, ()) if MARK in data else read(data, path)


def misplacing(data: bytes, path: Path) -> Found:
    """Report a line that the file does not have."""
    report = Report(path, data.count(b"\n") + 2, 1, "error", "toml", "wrong", "")
    return (None, (report,)) if MARK in data else read(data, path)


def slow(data: bytes, path: Path) -> Found:
    """Take longer than it may, by a processor's clock that is put on."""
    if MARK in data:
        clock = fuzz_work.process_time
        fuzz_work.process_time = lambda: clock() + 2.01
    return read(data, path)


def hanging(data: bytes, path: Path) -> Found:
    """Never come to an end."""
    while MARK in data:
        pass
    return read(data, path)


def greedy(data: bytes, path: Path) -> Found:
    """Take more memory than there is."""
    if MARK in data:
        bytearray(2**31)
    return read(data, path)


def deep(data: bytes, path: Path) -> Found:
    """Call itself as often as the file has letters."""
    return deep(data[1:], path) if MARK in data[900:] else read(data, path)


def crashing(data: bytes, path: Path) -> Found:
    """End the process without an exception."""
    if MARK in data:
        os._exit(3)
    return read(data, path)
