"""The app beside an editor: a save is shown, a broken one keeps the last good lesson."""

import asyncio
import os

from lesson_texts import NEURON_GRAPH, neuron

from gdtutor.opening import open_lesson, session_at
from gdtutor.session.navigation import goto
from gdtutor.ui import desk as desk_module
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.colours import choose_colours
from gdtutor.ui.desk import Desk, Services
from gdtutor.ui.picture import screen_text
from gdtutor.view.frame import UNICODE
from gdtutor.watching import Watcher


async def until(pilot, holds):
    """Let the app work until something holds; the bound only ends a test that would hang."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 30
    while not holds():
        assert loop.time() < end, "it did not come to pass"
        await pilot.pause()


def test_saves_are_followed_and_the_step_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(desk_module, "LOOK_EVERY", 0.01)
    path = tmp_path / "07-lesson.md"
    path.write_text(neuron(), encoding="utf-8")
    watcher = Watcher(path)
    services = Services(open_lesson, lambda _: None, watcher.look)
    looks = Looks(choose_colours("256", {}), UNICODE, handles_signals=False)
    session = goto(session_at(path), "backward:w")
    app = TutorApp(looks, lambda app: Desk(app, session, services))

    def save(text, seconds):
        path.write_text(text, encoding="utf-8")
        os.utime(path, (seconds, seconds))

    async def run():
        async with app.run_test(size=(80, 24)) as pilot:
            save(neuron(NEURON_GRAPH.replace("w*x", "w*q")), 1000)
            await until(pilot, lambda: bool(app.desk.session.broken))
            await pilot.pause()
            assert "'q'" in screen_text(app)
            assert "backward ▸ w" in screen_text(app)
            save(neuron(title="Mended"), 2000)
            await until(pilot, lambda: not app.desk.session.broken)
            await pilot.pause()
            shown = screen_text(app)
            assert "Mended" in shown
            assert "backward ▸ w" in shown

    asyncio.run(run())
