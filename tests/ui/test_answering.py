"""An answer that takes long is computed beside the screens, which hear the keys that leave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.opening import open_lesson, session_at
from gdtutor.session.press import Press
from gdtutor.ui import program as program_module
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.colours import choose_colours
from gdtutor.ui.program import COMPUTING, Program, Services
from gdtutor.view.frame import UNICODE, Frame

LOOKS = Looks(choose_colours("256", {}), UNICODE, patience=0.01)
BOUND = 60.0
"""Seconds after which a test that would hang fails."""


class SlowKey:
    """Makes the answer to `n` wait until it may end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_end = threading.Event()
        self._update = program_module.update
        monkeypatch.setattr(program_module, "update", self)

    def __call__(self, session, action):
        if action == Press("n", "n"):
            assert self.may_end.wait(BOUND)
        return self._update(session, action)


async def until(pilot, holds: Callable[[], bool]) -> None:
    end = asyncio.get_running_loop().time() + BOUND
    while not holds():
        assert asyncio.get_running_loop().time() < end, "it did not come to pass"
        await pilot.pause()


def app_with(shown: list[str]) -> TutorApp:
    session = session_at(lesson_path("xor-hidden"))
    services = Services(open_lesson, lambda _: None)
    app = TutorApp(LOOKS, lambda app: Program(app, session, services))
    show = app.show

    def noted(frame: Frame) -> None:
        shown.append(frame.text().split("\n")[-1].strip())
        show(frame)

    app.show = noted
    return app


def test_a_key_that_leaves_does_not_wait_for_the_answer_to_another(monkeypatch) -> None:
    slow, shown = SlowKey(monkeypatch), []
    app = app_with(shown)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: bool(shown))
            app.press(Press("n", "n"))
            assert shown[-1] == COMPUTING.strip()
            app.press(Press("q", "q"))
            await until(pilot, lambda: app.return_code == 0)

    asyncio.run(run())
    slow.may_end.set()


def test_keys_that_were_pressed_meanwhile_are_answered_in_their_order(monkeypatch) -> None:
    slow, shown = SlowKey(monkeypatch), []
    app = app_with(shown)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: bool(shown))
            for _ in range(3):
                app.press(Press("n", "n"))
            assert app.program.session.step == 0
            slow.may_end.set()
            await until(pilot, lambda: app.program.session.step == 3)
            assert shown[-1] != COMPUTING.strip()

    asyncio.run(run())


def test_a_bug_in_an_answer_that_takes_long_ends_the_app(monkeypatch) -> None:
    may_fail, shown = threading.Event(), []

    def failing(session, action):
        assert may_fail.wait(BOUND)
        raise ZeroDivisionError("out of order")

    app = app_with(shown)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: bool(shown))
            monkeypatch.setattr(program_module, "update", failing)
            app.press(Press("n", "n"))
            may_fail.set()
            await until(pilot, lambda: app.return_code is not None)

    with pytest.raises(ZeroDivisionError, match="out of order"):
        asyncio.run(run())
