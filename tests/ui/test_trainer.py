"""Training stands aside while a key is answered, and never for longer than a bound."""

import asyncio

import pytest

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.paint.colours import choose_colours
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Status, is_training
from gdtutor.session.update import Told
from gdtutor.training.errors import TrainingError
from gdtutor.training.run import Run
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.canvas import Canvas
from gdtutor.ui.program import Program, Services
from gdtutor.ui.trainer import LONGEST_PAUSE, Trainer
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from tests.ui.piloting import until

LOOKS = Looks(choose_colours("256", {}), UNICODE)


class RecordedWay:
    """In the place of the event that the worker waits for."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.bounds: set[float] = set()

    def clear(self) -> None:
        self.log.append("stand aside")

    def set(self) -> None:
        self.log.append("go on")

    def wait(self, seconds: float) -> None:
        self.bounds.add(seconds)


def test_a_key_holds_training_from_its_press_until_its_answer_is_painted(monkeypatch) -> None:
    way = RecordedWay()
    render_line = Canvas.render_line

    def rendered(canvas, y):
        way.log.append("paint")
        return render_line(canvas, y)

    monkeypatch.setattr(Canvas, "render_line", rendered)

    async def run() -> None:
        session = session_at(lesson_path("xor-hidden"))
        services = Services()
        app = TutorApp(LOOKS, lambda app: Program(app, session, services))
        async with app.run_test(size=(80, 24)) as pilot:
            app.program._trainer._way = way
            app.press(Press("t", "t"))
            await until(pilot, lambda: app.program.session.train.snapshot.status is Status.FINISHED)
            await pilot.pause()
            assert way.bounds == {LONGEST_PAUSE}
            way.log.clear()
            app.press(Press("y", "y"))
            await until(pilot, lambda: "go on" in way.log)
            before = way.log[: way.log.index("go on")]
            assert before[0] == "stand aside"
            assert before[1:]
            assert set(before[1:]) == {"paint"}

    asyncio.run(run())


def test_news_are_painted_alone_and_wait_for_the_answer_to_a_key() -> None:
    way, session = RecordedWay(), session_at(lesson_path("xor-hidden"))

    async def run() -> None:
        services = Services()
        app = TutorApp(LOOKS, lambda app: Program(app, session, services))
        async with app.run_test(size=(80, 24)) as pilot:
            trainer = app.program._trainer
            trainer._way = way
            app.program.paint()
            app.program._look_at_training()
            await pilot.pause()
            assert "stand aside" not in way.log
            trainer._news = Told("some news")
            app.program._is_answering = True
            app.program._look_at_training()
            assert not app.program.session.message
            app.program._look_at_training()
            assert app.program.session.message == "some news"
            assert way.log[way.log.index("stand aside") :][:2] == ["stand aside", "go on"]

    asyncio.run(run())


@pytest.mark.parametrize(("taken", "waits"), [(0.25, 1.25), (0.0, 0.1)])
def test_training_has_five_times_what_a_frame_has_taken(monkeypatch, taken, waits) -> None:
    times, waited = iter((7.0, 7.0 + taken)), []
    session = session_at(lesson_path("xor-hidden"))

    async def run() -> None:
        app = TutorApp(LOOKS, lambda app: Program(app, session, Services()))
        async with app.run_test(size=(80, 24)):
            monkeypatch.setattr("gdtutor.ui.program.thread_time", lambda: next(times))
            monkeypatch.setattr(app, "set_timer", lambda wait, _: waited.append(wait))
            app.program._trainer._news = Told("some news")
            app.program._look_at_training()
            assert app.program.session.message == "some news"

    asyncio.run(run())
    assert waited == [waits]


def test_there_are_as_many_news_as_are_asked_for_whatever_the_clock_says() -> None:
    async def run() -> None:
        session = replace(session_at(lesson_path("xor-hidden")), screen=Screen.TRAIN)
        services = Services()
        app = TutorApp(LOOKS, lambda app: Program(app, session, services))
        async with app.run_test(size=(80, 24)) as pilot:
            trainer = Trainer(clock=lambda: 0.0)
            app.program._trainer = trainer
            for key in (*"1000000", "n"):
                app.press(Press(key, key))
            app.program._stop_polling()
            seen: list[object] = []
            while len(seen) < 5 and trainer.is_working:
                await asyncio.sleep(0)
                if trainer.news() not in (None, *seen):
                    seen.append(trainer.news())
            assert len(seen) == 5
            app.press(Press("s", "s"))
            await until(pilot, lambda: not trainer.is_working)

    asyncio.run(run())


def in_training(monkeypatch, error: Exception) -> TutorApp:
    """Return an app whose training raises an error, once it has been looked at."""

    def advance(self, **_: object) -> None:
        raise error

    monkeypatch.setattr(Run, "advance", advance)
    session = session_at(lesson_path("xor-hidden"))
    services = Services()
    app = TutorApp(LOOKS, lambda app: Program(app, session, services))

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            app.press(Press("t", "t"))
            await until(pilot, lambda: app.program.session.message or app.return_code is not None)

    asyncio.run(run())
    return app


def test_an_error_of_the_settings_comes_to_the_learner_and_leaves_the_run_paused(
    monkeypatch,
) -> None:
    app = in_training(monkeypatch, TrainingError("that cannot be", "do something else"))
    assert app.program.session.message == "that cannot be — do something else"
    assert app.program.session.is_error
    assert app.program.session.train.snapshot.status is Status.PAUSED


def test_a_bug_in_the_worker_ends_the_app(monkeypatch) -> None:
    with pytest.raises(ZeroDivisionError, match="out of order"):
        in_training(monkeypatch, ZeroDivisionError("out of order"))


def test_a_sweep_that_starts_before_the_screen_hears_of_a_goal_leaves_the_run_at_it() -> None:
    async def run() -> None:
        session = session_at(lesson_path("bias"))
        services = Services()
        app = TutorApp(LOOKS, lambda app: Program(app, session, services))
        async with app.run_test(size=(80, 24)) as pilot:
            program = app.program
            for press in parse_keys("5t"):
                app.press(press)
            program._stop_polling()
            await until(pilot, lambda: not program._trainer.is_working)
            assert program.session.train.snapshot.status is Status.RUNNING
            for press in parse_keys("S learning_rate=0.5,0.1 enter"):
                app.press(press)
            await until(
                pilot,
                lambda: not is_training(program.session) and len(program.session.train.kept) > 1,
            )
            assert program.session.train.snapshot.iterations == program.session.run.farthest == 5

    asyncio.run(run())
