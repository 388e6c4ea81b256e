"""Signals that end the program: heard in the main thread, and by a thread where that is held up."""

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from gdtutor.ui.restoring import ENDING, KILLING, Restorer, heed_signals, killing, numbers_of


@pytest.fixture
def restorer() -> Iterator[Restorer]:
    master, slave = pty.openpty()
    with open(slave, "w") as screen:
        yield Restorer(slave, screen)
    os.close(master)


@pytest.fixture
def heeded(restorer: Restorer) -> Iterator[Callable[..., None]]:
    undoing: list[Callable[[], None]] = []
    yield lambda *options: undoing.append(heed_signals(restorer, *options))
    for undo in undoing:
        undo()


@pytest.fixture
def ignored_hangup() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("ignored_hangup")
@pytest.mark.parametrize("number", numbers_of(ENDING))
def test_a_signal_that_ends_is_heard_also_where_the_parent_ignored_it(
    number: int, restorer: Restorer
) -> None:
    before, heard = signal.getsignal(number), []
    undo = heed_signals(restorer, heard.append, print, 60)
    os.kill(os.getpid(), number)
    undo()
    assert heard == [number]
    assert signal.getsignal(number) == before


def test_a_main_thread_that_is_held_up_is_ended_by_another(heeded: Callable[..., None]) -> None:
    codes: list[int] = []
    gone = threading.Event()

    def hard_exit(code: int) -> None:
        codes.append(code)
        gone.set()

    heeded(lambda number: None, hard_exit, 0)
    os.kill(os.getpid(), signal.SIGTERM)
    assert gone.wait(60)
    assert codes == [143]


SHOWN = """
import os, sys, signal
from gdtutor.ui.restoring import Restorer
from gdtutor.ui.restoring import heed_signals
restorer = Restorer(0, sys.stderr)
heed_signals(restorer, print)
restorer.enter()
os.kill(os.getpid(), int(sys.argv[1]))
"""


@pytest.mark.sampled
@pytest.mark.parametrize("number", [*numbers_of(KILLING), *killing()[-1:]])
def test_a_signal_that_kills_restores_the_terminal_and_kills(number: int) -> None:
    master, slave = pty.openpty()
    ended = subprocess.run([sys.executable, "-c", SHOWN, str(number)], stdin=slave, stderr=slave)
    assert ended.returncode == -number
    assert b"\x1b[?1049l\x1b[?25h" in os.read(master, 4096)
    os.close(slave)
    os.close(master)
