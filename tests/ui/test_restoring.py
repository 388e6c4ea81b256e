"""The terminal is put back: settings, modes and screen, also where it does not read."""

import contextlib
import os
import pty
import termios
import tty
from collections.abc import Iterator

import pytest

from gdtutor.ui.restoring import LEAVE, Restorer
from tests.pseudo_terminal import modes_on

SENT_BY_TEXTUAL = (
    b"\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h\x1b[?25l\x1b[?1004h\x1b[>25u"
    b"\x1b[?2026$p\x1b[?2048$p\x1b[?2004h\x1b[?7l\x1b[?2048h\x1b[?1016h\x1b[?2026h"
)


class Terminal:
    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.screen = open(self.slave, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        self.restorer = Restorer(self.slave, self.screen)
        self.settings = termios.tcgetattr(self.slave)

    def takes(self, sent: bytes) -> bool:
        """Tell whether this is what comes next; a terminal may get it in pieces."""
        came = b""
        while len(came) < len(sent):
            came += os.read(self.master, 4096)
        return came == sent

    def close(self) -> None:
        self.screen.close()
        os.close(self.slave)
        os.close(self.master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


def test_everything_that_is_asked_of_a_terminal_is_taken_back() -> None:
    assert len(modes_on(SENT_BY_TEXTUAL)) == 13
    assert modes_on(SENT_BY_TEXTUAL + LEAVE) == set()


def test_settings_are_those_from_before_and_a_second_time_does_nothing(terminal: Terminal) -> None:
    terminal.restorer.enter()
    tty.setraw(terminal.slave)
    terminal.restorer.leave()
    assert termios.tcgetattr(terminal.slave) == terminal.settings
    terminal.restorer.leave()
    assert terminal.takes(LEAVE)


def test_keys_that_are_typed_on_the_first_page_wait_unseen_and_as_they_are(
    terminal: Terminal,
) -> None:
    terminal.restorer.show("page")
    assert terminal.takes(b"\x1b[?1049h\x1b[?25lpage")
    os.write(terminal.master, b"\r\x03")
    assert os.read(terminal.slave, 9) == b"\r\x03"
    terminal.restorer.enter()
    terminal.restorer.leave()
    assert terminal.takes(LEAVE)
    assert termios.tcgetattr(terminal.slave) == terminal.settings


def test_a_terminal_that_was_not_entered_gets_nothing(terminal: Terminal) -> None:
    terminal.restorer.leave()
    os.write(terminal.slave, b"end")
    assert terminal.takes(b"end")


def test_a_terminal_that_does_not_read_is_put_back_all_the_same(terminal: Terminal) -> None:
    terminal.restorer.enter()
    tty.setraw(terminal.slave)
    os.set_blocking(terminal.slave, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(terminal.slave, b"x" * 4096):
            pass
    # Also where the time is over before the first try.
    terminal.restorer.leave(patience=0.0)
    assert termios.tcgetattr(terminal.slave) == terminal.settings
    os.set_blocking(terminal.master, False)
    received = b""
    while not received.endswith(LEAVE):
        received += os.read(terminal.master, 1 << 16)


def test_what_is_painted_afterwards_is_dropped(terminal: Terminal) -> None:
    terminal.restorer.enter()
    terminal.restorer.write("a frame")
    terminal.restorer.flush()
    terminal.restorer.leave()
    terminal.restorer.write("another")
    terminal.restorer.flush()
    assert terminal.takes(b"a frame" + LEAVE)


def test_after_a_stop_the_settings_of_the_screens_come_back(terminal: Terminal) -> None:
    terminal.restorer.enter()
    tty.setraw(terminal.slave)
    during = termios.tcgetattr(terminal.slave)
    terminal.restorer.entered("\x1b[?1049h")
    termios.tcsetattr(terminal.slave, termios.TCSANOW, terminal.settings)
    assert terminal.restorer.come_back()
    assert termios.tcgetattr(terminal.slave) == during
    assert terminal.takes(b"\x1b[<u\x1b[?1049h")
    terminal.restorer.leave()
    assert termios.tcgetattr(terminal.slave) == terminal.settings


def test_a_terminal_that_has_gone_is_no_error() -> None:
    made = Terminal()
    made.restorer.enter()
    os.close(made.master)
    made.restorer.write("a frame")
    made.restorer.flush()
    made.restorer.leave()
    made.screen.close()
    os.close(made.slave)
