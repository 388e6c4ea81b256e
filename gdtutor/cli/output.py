"""What commands print: plain lines and JSON, with no control characters in either."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable


def complain(error: Exception) -> None:
    """Print an error to standard error, with its place where it has one."""
    from gdtutor.lesson.characters import pictured
    from gdtutor.lesson.reports import LessonError

    start = "" if isinstance(error, LessonError) else "gdtutor: error: "
    print(start + pictured(str(error), keep="\n"), file=sys.stderr)


def print_json(data: object) -> None:
    """Print data as JSON; floats keep every digit."""
    print(json.dumps(data, ensure_ascii=True, allow_nan=False))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text."""
    from gdtutor.lesson.characters import pictured

    for line in lines:
        print(pictured(line, keep="\n"))
