"""An answer that takes long is computed beside the screens, which hear the keys that leave."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.paint.colours import choose_colours
from gdtutor.session.press import Press
from gdtutor.session.state import Status
from gdtutor.session.update import Progressed
from gdtutor.ui import answering
from gdtutor.ui.answering import waiting_line
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE, Frame
from gdtutor.view.lines import text_of
from tests.ui.piloting import BOUND, until

LOOKS = Looks(choose_colours("256", {}), UNICODE, patience=0.01)
COMPUTING = "Computing: next step, from iteration 0 … keys wait, q leaves"


class SlowKey:
    """Makes the answer to `n` wait until it may end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_end = threading.Event()
        self._update = answering.update
        monkeypatch.setattr(answering, "update", self)

    def __call__(self, session, action):
        if action == Press("n", "n"):
            assert self.may_end.wait(BOUND)
        return self._update(session, action)


def app_with(shown: list[str], patience: float = LOOKS.patience) -> TutorApp:
    session = session_at(lesson_path("xor-hidden"))
    services = Services()
    looks = replace(LOOKS, patience=patience)
    app = TutorApp(looks, lambda app: Program(app, session, services))
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
            await until(pilot, lambda: shown and not app.program._answering.is_busy)
            app.press(Press("n", "n"))
            assert shown[-1] == COMPUTING
            app.press(Press("q", "q"))
            await until(pilot, lambda: app.return_code == 0)

    asyncio.run(run())
    slow.may_end.set()


def test_keys_that_were_pressed_meanwhile_are_answered_in_their_order(monkeypatch) -> None:
    slow, shown = SlowKey(monkeypatch), []
    app = app_with(shown)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: shown and not app.program._answering.is_busy)
            for _ in range(3):
                app.press(Press("n", "n"))
            assert app.program.session.step == 0
            slow.may_end.set()
            await until(pilot, lambda: app.program.session.step == 3)
            assert shown[-1] != COMPUTING

    asyncio.run(run())


def test_a_bug_in_an_answer_that_takes_long_ends_the_app(monkeypatch) -> None:
    may_fail, shown = threading.Event(), []

    def failing(session, action):
        assert may_fail.wait(BOUND)
        raise ZeroDivisionError("out of order")

    app = app_with(shown)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: shown and not app.program._answering.is_busy)
            monkeypatch.setattr(answering, "update", failing)
            app.press(Press("n", "n"))
            may_fail.set()
            await until(pilot, lambda: app.return_code is not None)

    with pytest.raises(ZeroDivisionError, match="out of order"):
        asyncio.run(run())


class NotedNews:
    """Notes the threads in which news of training are answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.by_screen: list[bool] = []
        self._update = answering.update
        monkeypatch.setattr(answering, "update", self)

    def __call__(self, session, action):
        if isinstance(action, Progressed):
            is_main = threading.current_thread() is threading.main_thread()
            self.by_screen.append(is_main)
        return self._update(session, action)


def test_news_of_training_are_answered_without_another_thread_while_that_is_quick(
    monkeypatch,
) -> None:
    noted, shown = NotedNews(monkeypatch), []
    app = app_with(shown, patience=BOUND)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: shown and not app.program._answering.is_busy)
            snapshot = app.program.session.train.snapshot
            for status in (Status.RUNNING,) * 3 + (Status.PAUSED,):
                app.program.act(Progressed(replace(snapshot, status=status)))

    asyncio.run(run())
    assert noted.by_screen == [False, True, True, False]


@pytest.mark.parametrize(
    ("keys", "action", "told"),
    [
        ("", Press("pagedown", None), "Computing: next iteration, from iteration 0"),
        (": 9", Press("enter", None), "Computing: 9, from iteration 0 … keys wait, Ctrl-C leaves"),
        (": 9", Press("1", "1"), "Computing: the screen, from iteration 0"),
        ("", None, "Computing: the screen, from iteration 0"),
    ],
)
def test_the_line_that_is_shown_meanwhile_says_what_takes_long(keys, action, told) -> None:
    session = pressed(session_at(lesson_path("xor-hidden")), parse_keys(keys))
    assert told in text_of(waiting_line(session, action, UNICODE))
