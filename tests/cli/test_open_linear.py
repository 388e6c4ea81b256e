"""The linear mode as a program: piped, on a dumb terminal, interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pseudo_terminal import PATIENCE, PseudoTerminal

from tests.forked import ended

PROGRAM = [sys.executable, "-m", "gdtutor"]


def piped(text: bytes, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    words = ("-m", "gdtutor", *arguments, "--no-save")
    return ended(words, text, os.environ | {"TERM": "xterm"} | environ)


def dumb(*arguments: str) -> PseudoTerminal:
    return PseudoTerminal("-m", "gdtutor", *arguments, "--no-save", term="dumb", lines=60)


def test_a_piped_conversation_starts_where_it_is_told_to_and_ends_with_the_input() -> None:
    """Keys are pressed first, and what is said is plain lines."""
    where = ("--at", "forward:z", "--set", "b=0.25", "--keys", "2n")
    told = piped(b"g forward:z\ng backward:b\nt\n", "bias", "--linear", *where)
    text = told.stdout.decode()
    assert told.returncode == 0
    assert not told.stderr
    assert text.startswith("[4/13]")
    assert "z=0.25" in text
    assert "[10/13] iteration 0, backward b" in text
    assert "never rises" in text
    assert "\x1b" not in text
    assert "\r" not in text


def test_an_encoding_without_the_signs_gets_ascii() -> None:
    told = piped(b"3n\n", "bias", "--linear", PYTHONIOENCODING="ascii")
    assert told.returncode == 0
    assert told.stdout.isascii()
    assert b"yhat = sigmoid(z)" in told.stdout


@pytest.mark.slow
def test_input_that_is_not_utf8_is_answered() -> None:
    told = piped(b"\xff\xfe\x1b[A\n", "bias", "--linear")
    assert told.returncode == 0
    assert b"no command here" in told.stdout
    assert b"\x1b" not in told.stdout


@pytest.mark.slow
def test_a_reader_that_goes_away_ends_it() -> None:
    script = '"$@" | head -n 1'
    told = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script, "sh", *PROGRAM, "bias", "--linear", "--no-save"],
        input=b"n\n" * 200, capture_output=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0
    assert not told.stderr


def test_a_dumb_terminal_gets_lines_and_a_prompt_by_itself() -> None:
    with dumb("bias") as terminal:
        terminal.wait_for(lambda screen: "\n>" in screen)
        terminal.send("n\n")
        received = terminal.wait_for(lambda screen: "[1/13] iteration 0, given" in screen)
        assert b"\x1b" not in received
        terminal.send("q\n")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize("end", ["\x03", pytest.param("\x04", marks=pytest.mark.slow)])
def test_ctrl_c_and_the_end_of_input_leave_it(end: str) -> None:
    with dumb("bias") as terminal:
        terminal.wait_for(lambda screen: "\n>" in screen)
        terminal.send(end)
        assert terminal.wait_for_end() == 0


def test_ctrl_c_stops_a_training_and_the_talk_goes_on(tmp_path: Path) -> None:
    """So small a learning rate makes a run that never comes to an end of its own."""
    with dumb("xor-hidden", "--keys", "n", "--set", "learning_rate=1e-12") as terminal:
        terminal.wait_for(lambda screen: "\n>" in screen)
        terminal.send("t 9999999\n")
        terminal.wait_for(lambda screen: "Ctrl-C stops it" in screen)
        terminal.send("\x03")
        terminal.wait_for(lambda screen: "opens the walk there" in screen)
        terminal.send("q\n")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow)],
)
def test_a_signal_ends_it_with_its_code(number: int, code: int) -> None:
    with dumb("bias") as terminal:
        terminal.wait_for(lambda screen: "\n>" in screen)
        os.kill(terminal.process.pid, number)
        assert terminal.wait_for_end() == code


@pytest.mark.slow
def test_a_dumb_terminal_that_closes_ends_it() -> None:
    with dumb("bias") as terminal:
        terminal.wait_for(lambda screen: "\n>" in screen)
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE) in (0, 129)
