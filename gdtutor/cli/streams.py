"""The standard streams as commands find them: closed, full, or of an encoding that holds less."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import TextIO

from gdtutor.view.frame import Chars, is_utf8

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
