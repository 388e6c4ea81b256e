"""What commands print: plain lines and JSON, with no control characters in either."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator

from gdtutor.cli.streams import match_encoding, use_utf8
from gdtutor.engine.characters import pictured, shell_word
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.view.frame import Chars, chars_for

_LONG_WORD = re.compile(r"(\S{60})\S{300,}")
"""A word that was typed by mistake; a path is hardly ever as long."""


_ENDINGS = {".svg": "svg", ".md": "markdown"}


def format_of(chosen: str | None, out: str) -> str:
    """Return the format of a file: the one asked for, else what its name ends in says."""
    return chosen or _ENDINGS.get(os.path.splitext(out)[1].lower(), "text")


def complain(error: Exception) -> None:
    """Print an error to standard error, with its place where it has one."""
    from gdtutor.lesson.reports import LessonError

    start = "" if isinstance(error, LessonError) else "gdtutor: error: "
    text = pictured(start + _LONG_WORD.sub(r"\1…", str(error)), keep="\n")
    # Where standard error is full or gone there is nobody else to tell.
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def print_json(data: object) -> None:
    """Print data as JSON; floats keep every digit."""
    with _printing():
        print(json.dumps(data, ensure_ascii=True, allow_nan=False))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text."""
    with _printing():
        for line in lines:
            print(pictured(line, keep="\n"))


def print_as(is_json: bool, data: Callable[[], object], lines: Callable[[], Iterable[str]]) -> None:
    """Print data as JSON where that is asked for, else lines."""
    if is_json:
        print_json(data())
    else:
        print_lines(lines())


def print_file(text: str) -> None:
    """Print what is the text of a file: in UTF-8, whatever the locale, but on a terminal."""
    if not sys.stdout.isatty():
        use_utf8(sys.stdout)
    print_lines(text.removesuffix("\n").split("\n"))


def put_out(text: str, out: str) -> None:
    """Write the text of a file and say so; print it where no file is named."""
    if not out:
        print_file(text)
        return
    write_atomically(out, text)
    print_lines([f"wrote {shell_word(out)}"])


def say(text: str, end: str = "\n") -> None:
    """Print a text at once."""
    with _printing():
        print(pictured(text, keep="\n"), end=end, flush=True)


def flush() -> None:
    """Send what is printed and not yet on its way.

    Raises:
        GdTutorError: It cannot be written (so for all that print).
        BrokenPipeError: Nobody reads any more.
    """
    with _printing():
        sys.stdout.flush()


def printed_chars(option: str | None) -> Chars:
    """Return the characters to print with: those asked for, else what standard output can take."""
    chars = chars_for(option, sys.stdout.encoding)
    match_encoding(sys.stdout, chars)
    return chars


@contextlib.contextmanager
def _printing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        what = f"standard output cannot be written to: {error.strerror}"
        raise GdTutorError(what, "write to another file") from None
