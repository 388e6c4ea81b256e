"""The linear mode on standard input and output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from gdtutor.cli.shell import exit_on_signals, interrupts, match_encoding, raise_interrupts, say
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.ui.terminal import choose_chars


def run_linear(
    session: Session,
    presses: tuple[Press, ...],
    chars: str | None,
    save: Callable[[Session], None] = lambda _: None,
    keep: Callable[[KeepAttempt], None] = lambda _: None,
) -> int:
    """Talk on standard input and output, and return the exit code."""
    # The screens do not need the conversation, and start sooner without it.
    from gdtutor.linear.conversation import ConversationServices, converse

    shown = choose_chars(chars, os.environ, sys.stdout.encoding)
    match_encoding(sys.stdout, shown)
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        # A byte that is no character of the terminal's is no reason to end.
        reconfigure(errors="replace")
    exit_on_signals()
    raise_interrupts()
    return converse(
        session, presses, ConversationServices(shown, _say, ask_line, save, interrupts, keep)
    )


def _say(text: str) -> None:
    say(text.rstrip("\n"), end="\n\n")


def ask_line() -> str | None:
    """Return the next line; a terminal shows a prompt, a pipe does not."""
    if sys.stdin is None or sys.stdin.closed:
        return None
    if sys.stdin.isatty():
        say("> ", end="")
    try:
        text = sys.stdin.readline()
    except OSError as error:
        why = error.strerror or error
        raise GdTutorError(f"standard input cannot be read: {why}", "give it lines") from None
    except UnicodeError:
        # Some encodings have no character that stands for what is none.
        what = f"standard input is not in the encoding {sys.stdin.encoding}"
        raise GdTutorError(what, "name the right one in PYTHONIOENCODING") from None
    return text if text else None
