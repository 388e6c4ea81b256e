"""Training stands aside while a key is answered, and never for longer than a bound."""

import asyncio

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.opening import open_lesson, session_at
from gdtutor.session.press import Press
from gdtutor.session.state import Status
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.canvas import Canvas
from gdtutor.ui.colours import choose_colours
from gdtutor.ui.desk import Desk, Services
from gdtutor.ui.trainer import LONGEST_PAUSE
from gdtutor.view.frame import UNICODE

LOOKS = Looks(choose_colours("256", {}), UNICODE, handles_signals=False)


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

    async def until(pilot, holds):
        loop = asyncio.get_running_loop()
        end = loop.time() + 30
        while not holds():
            assert loop.time() < end, "it did not come to pass"
            await pilot.pause()

    async def run() -> None:
        session = session_at(lesson_path("xor-hidden"))
        services = Services(open_lesson, lambda _: None)
        app = TutorApp(LOOKS, lambda app: Desk(app, session, services))
        async with app.run_test(size=(80, 24)) as pilot:
            app.desk._trainer._way = way
            app.press(Press("t", "t"))
            await until(pilot, lambda: app.desk.session.training.status is Status.FINISHED)
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


def test_painting_what_was_trained_holds_nothing() -> None:
    way = RecordedWay()

    async def run() -> None:
        session = session_at(lesson_path("bias"))
        services = Services(open_lesson, lambda _: None)
        app = TutorApp(LOOKS, lambda app: Desk(app, session, services))
        async with app.run_test(size=(80, 24)) as pilot:
            app.desk._trainer._way = way
            app.desk.paint()
            app.desk._look_at_training()
            await pilot.pause()

    asyncio.run(run())
    assert "stand aside" not in way.log
