"""What the terminal can do, asked before Textual is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from gdtutor.values import replace
from gdtutor.view.boxes import MINIMUM, is_too_small
from gdtutor.view.frame import Chars, chars_for


def preflight(
    stdin: TextIO | None,
    stderr: TextIO | None,
    environ: Mapping[str, str],
    size: os.terminal_size | None,
) -> str | None:
    """Return why the screens cannot run here, in one line, or None where they can.

    Textual reads keys from standard input and paints on standard error; without a terminal on the
    former it spins for ever. A `size` that is unknown, or 0 as some pseudo-terminals report, is let
    through.
    """
    for name, stream in (("standard input", stdin), ("standard error", stderr)):
        if stream is None or stream.closed or not stream.isatty():
            return (
                f"{name} is not a terminal — run it in one, "
                "or use `gdtutor LESSON --linear` or `gdtutor transcript LESSON`"
            )
    if is_dumb(environ):
        return "this terminal cannot move its cursor (TERM) — use `gdtutor LESSON --linear`"
    columns, lines = size or (0, 0)
    if columns <= 0 or lines <= 0 or not is_too_small(columns, lines):
        return None
    least = f"{MINIMUM[0]}×{MINIMUM[1]}"
    return f"the terminal is {columns}×{lines} — make it at least {least}, or use --linear"


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal has no cursor addressing, so that only lines can be printed."""
    term = environ.get("TERM", "").lower()
    return term in ("dumb", "unknown") or (not term and os.name != "nt")


def speaks_plainly(environ: Mapping[str, str], stdin: TextIO | None) -> bool:
    """Tell whether the terminal can show nothing but lines.

    A TERM that is not set says so of a terminal alone: without one the screens complain of that.
    """
    is_terminal = stdin is not None and not stdin.closed and stdin.isatty()
    return environ.get("TERM") == "dumb" or (is_terminal and is_dumb(environ))


def is_ssh(environ: Mapping[str, str]) -> bool:
    """Tell whether the session comes over SSH, where every byte travels."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def choose_frames(option: int | None, environ: Mapping[str, str]) -> int:
    """Return how often a second a running training is painted: as asked, else fewer over SSH."""
    return option or (4 if is_ssh(environ) else 10)


def choose_chars(option: str | None, environ: Mapping[str, str], encoding: str | None) -> Chars:
    """Return the characters to draw with.

    Args:
        option: The value of `--chars`, of `CHARACTERS`; None looks at the terminal.
        environ: The environment; a `TERM` of `linux` is a console whose font lacks Braille.
        encoding: The encoding of the stream that is painted on. Python itself makes it UTF-8 in the
            C locale.
    """
    chars = chars_for(option, encoding)
    return replace(chars, braille=False) if environ.get("TERM") == "linux" else chars


def settle(stream: TextIO | None) -> None:
    """Drop what a stream still holds for a terminal that has gone; the exit code stays ours.

    Python tries to send it as it ends, and would exit with 120 where that fails.
    """
    if stream is None or stream.closed:
        return
    try:
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
