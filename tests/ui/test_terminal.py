import io
import os
import subprocess
import sys
from typing import TextIO

import pytest

from gdtutor.cli.shell import match_encoding
from gdtutor.ui.terminal import (
    choose_chars,
    choose_frames,
    is_dumb,
    is_ssh,
    preflight,
    settle,
)
from gdtutor.view.frame import ASCII, UNICODE, Chars

XTERM = {"TERM": "xterm-256color"}
SIZE = os.terminal_size((80, 24))


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_passes() -> None:
    assert preflight(Tty(), Tty(), XTERM, SIZE) is None


@pytest.mark.parametrize("missing", [io.StringIO(), None])
def test_without_a_terminal_on_either_side_the_stream_is_named(missing: TextIO | None) -> None:
    first = preflight(missing, Tty(), XTERM, SIZE)
    second = preflight(Tty(), missing, XTERM, SIZE)
    assert first is not None
    assert first.startswith("standard input is not a terminal")
    assert second is not None
    assert second.startswith("standard error is not a terminal")
    assert "--linear" in first


def test_a_closed_stream_is_no_terminal() -> None:
    closed = Tty()
    closed.close()
    assert preflight(closed, Tty(), XTERM, SIZE) is not None


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": ""}, {}])
def test_a_dumb_terminal_is_sent_to_the_linear_mode(environ: dict[str, str]) -> None:
    assert is_dumb(environ)
    message = preflight(Tty(), Tty(), environ, SIZE)
    assert message is not None
    assert "--linear" in message


@pytest.mark.parametrize(
    ("columns", "lines", "fits"),
    [(40, 12, True), (39, 12, False), (40, 11, False), (0, 0, True), (200, 60, True)],
)
def test_a_small_terminal_gets_one_line_that_says_so(columns: int, lines: int, fits: bool) -> None:
    message = preflight(Tty(), Tty(), XTERM, os.terminal_size((columns, lines)))
    assert (message is None) is fits
    if message is not None:
        assert f"{columns}×{lines}" in message
        assert "40×12" in message
        assert "\n" not in message


def test_an_unknown_size_is_let_through() -> None:
    assert preflight(Tty(), Tty(), XTERM, None) is None


@pytest.mark.parametrize(
    ("option", "term", "encoding", "chars"),
    [
        (None, "xterm", "utf-8", UNICODE),
        (None, "xterm", "UTF8", UNICODE),
        (None, "linux", "utf-8", Chars(braille=False)),
        (None, "xterm", "iso8859-1", ASCII),
        (None, "xterm", "ascii", ASCII),
        (None, "xterm", None, ASCII),
        ("ascii", "xterm", "utf-8", ASCII),
        ("unicode", "xterm", "ascii", UNICODE),
        ("unicode", "linux", "utf-8", Chars(braille=False)),
    ],
)
def test_characters_follow_option_encoding_and_terminal(
    option: str | None, term: str, encoding: str | None, chars: Chars
) -> None:
    assert choose_chars(option, {"TERM": term}, encoding) == chars


@pytest.mark.parametrize(("chars", "encoding"), [(UNICODE, "utf-8"), (ASCII, "latin-1")])
def test_a_stream_takes_the_characters_that_were_asked_for(chars: Chars, encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    match_encoding(stream, chars)
    assert stream.encoding == encoding


def test_ssh_is_known_from_its_variables() -> None:
    assert is_ssh({"SSH_CONNECTION": "::1 5 ::1 22"})
    assert not is_ssh({"TERM": "xterm", "SSH_TTY": ""})


@pytest.mark.parametrize(
    ("option", "environ", "frames"),
    [(None, {}, 10), (None, {"SSH_TTY": "/dev/pts/1"}, 4), (7, {"SSH_TTY": "/dev/pts/1"}, 7)],
)
def test_training_is_painted_as_often_as_asked_else_fewer_times_over_ssh(
    option: int | None, environ: dict[str, str], frames: int
) -> None:
    assert choose_frames(option, environ) == frames


def test_what_a_gone_terminal_was_owed_is_dropped() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = open(writer, "w")  # noqa: SIM115
    stream.write("owed")
    settle(stream)
    stream.close()
    settle(stream)


def test_textual_is_not_imported_for_the_preflight() -> None:
    names = "gdtutor.ui.terminal, gdtutor.paint.colours"
    code = f"import sys, {names}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "plotext", "numpy"} & set(run.stdout.split())
