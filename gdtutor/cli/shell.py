"""What a command has to do with the shell: what it prints, plain lines and JSON, with no control
characters in either; and Ctrl-C and the signals that end a program.

The standard streams are as commands find them: closed, full, or of an encoding that holds less.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TextIO

from gdtutor.engine.characters import pictured, shell_word
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.view.frame import Chars, chars_for, is_utf8

_NEAREST = "gdtutor-nearest"
"""How what a stream cannot encode is written: as the nearest that ASCII has."""


def prepare_streams() -> None:
    """Make the standard streams safe to use; called once, before anything is opened or printed.

    Where one is closed, no file may be opened in its place and no error go to another stream:
    errors go nowhere then, and printing fails as on any stream that cannot be written to.
    """
    if sys.stdin is None:
        _open_nothing(0, os.O_RDONLY)
    if sys.stdout is None:
        # Opened for reading, so that writing is refused.
        sys.stdout = _writer(_open_nothing(1, os.O_RDONLY))
    if sys.stderr is None:
        sys.stderr = _writer(_open_nothing(2, os.O_WRONLY))
    codecs.register_error(_NEAREST, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not is_utf8(stream.encoding):
            stream.reconfigure(errors=_NEAREST)
            if not _takes_lines(stream.encoding):
                use_utf8(stream)


def _takes_lines(encoding: str) -> bool:
    """Tell whether an encoding is one of text; Python knows some that are of host names alone."""
    try:
        "é — line\n".encode(encoding, _NEAREST)
    except UnicodeError:
        return False
    return True


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for the characters that cannot be encoded, and where to go on."""
    # Imported here, since most terminals hold every character.
    from gdtutor.view.notation import in_ascii

    if not isinstance(error, UnicodeEncodeError):
        raise error
    return in_ascii(error.object[error.start : error.end]), error.end


def _open_nothing(number: int, flags: int) -> int:
    """Open the null device as this descriptor."""
    nowhere = os.open(os.devnull, flags)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    return number


def _writer(number: int) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(number, "w", closefd=False)), encoding="utf-8"
    )


def speaks_ascii(encoding: str) -> bool:
    """Tell whether an encoding has ASCII as it is, which every terminal wants."""
    return "\x1b[Az".encode(encoding, "replace") == b"\x1b[Az"


def match_encoding(stream: TextIO, chars: Chars) -> None:
    """Let `stream` take what `chars` may send, also where its encoding holds less."""
    if chars.unicode and not is_utf8(stream.encoding):
        use_utf8(stream)


def use_utf8(stream: TextIO) -> None:
    """Have a stream that can be told so take every character, whatever the locale."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8")


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


def raise_interrupts() -> None:
    """Have Ctrl-C raise KeyboardInterrupt from now on, unless the parent had it ignored."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Collect Ctrl-C instead of raising, so that training ends between two bursts; what this gives
    says whether it was pressed.
    """
    pressed: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        pressed.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def exit_on_signals() -> None:
    """Have SIGHUP and SIGTERM end the program in order, with 128 + n; also where ignored before."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    for name in ("SIGHUP", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
