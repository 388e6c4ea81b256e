import asyncio
import io
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import ClassVar, TextIO

import pytest

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.opening import open_lesson, session_at
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.colours import choose_colours
from gdtutor.ui.program import Program, Services
from gdtutor.ui.terminal import (
    EXIT_DELAY,
    choose_chars,
    choose_frames,
    install_signal_handlers,
    is_dumb,
    is_ssh,
    match_encoding,
    preflight,
    settle,
    watch_for_hangup,
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


def test_the_end_of_a_terminal_is_noticed_without_a_signal() -> None:
    gone = threading.Event()
    master, slave = pty.openpty()
    watch_for_hangup(slave, gone.set)
    assert not gone.is_set()
    os.close(master)
    assert gone.wait(10)
    os.close(slave)


def test_what_a_gone_terminal_was_owed_is_dropped() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = open(writer, "w")  # noqa: SIM115
    stream.write("owed")
    settle(stream)
    stream.close()
    settle(stream)


def test_textual_is_not_imported_for_the_preflight() -> None:
    names = "gdtutor.ui.terminal, gdtutor.ui.colours"
    code = f"import sys, {names}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "plotext", "numpy"} & set(run.stdout.split())


@pytest.fixture
def ignored_hangup() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("ignored_hangup")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_reaches_the_loop_also_where_the_parent_ignored_it(number: int) -> None:
    async def heard() -> int:
        loop = asyncio.get_running_loop()
        caught: asyncio.Future[int] = loop.create_future()
        undo = install_signal_handlers(loop, caught.set_result, hard_exit=print, delay=60)
        try:
            os.kill(os.getpid(), number)
            return await asyncio.wait_for(caught, 10)
        finally:
            undo()

    before = signal.getsignal(number)
    assert asyncio.run(heard()) == number
    assert signal.getsignal(number) == before


def test_a_blocked_loop_is_ended_by_the_timer() -> None:
    gone, codes = threading.Event(), []

    def hard_exit(code: int) -> None:
        codes.append(code)
        gone.set()

    loop = asyncio.new_event_loop()
    undo = install_signal_handlers(loop, codes.append, hard_exit, delay=0)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        assert gone.wait(10)
    finally:
        undo()
        loop.close()
    assert codes == [143]


class RecordedTimer:
    """Takes the place of `threading.Timer` and only says what it was asked for."""

    made: ClassVar[list[tuple[float, object, tuple[int, ...]]]] = []
    started: ClassVar[list[bool]] = []

    def __init__(self, delay: float, function: object, args: tuple[int, ...]) -> None:
        self.made.append((delay, function, args))

    def start(self) -> None:
        self.started.append(True)

    def cancel(self) -> None:
        return


@pytest.fixture
def own_signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the handlers of signals back after an app that ends without doing so."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    monkeypatch.setattr(RecordedTimer, "made", [])
    monkeypatch.setattr(RecordedTimer, "started", [])
    monkeypatch.setattr("gdtutor.ui.terminal.threading.Timer", RecordedTimer)
    monkeypatch.setattr("gdtutor.ui.app.watch_for_hangup", lambda fd: None)
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_sets_the_app_an_end_within_a_second(number: int) -> None:
    session, services = session_at(lesson_path("bias")), Services(open_lesson, lambda _: None)
    looks = Looks(choose_colours("none", {}), UNICODE)
    app = TutorApp(looks, lambda app: Program(app, session, services, ()))

    async def ended() -> None:
        async with app.run_test() as pilot:
            os.kill(os.getpid(), number)
            os.kill(os.getpid(), number)
            await pilot.pause()

    asyncio.run(ended())
    assert app.return_code == 128 + number
    assert RecordedTimer.made == [(EXIT_DELAY, os._exit, (128 + number,))]
    assert RecordedTimer.started == [True]
    assert EXIT_DELAY < 1
