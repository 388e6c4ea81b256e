"""The app beside an editor: a save is shown, a broken one keeps the last good lesson."""

import asyncio
import os

import pytest
from lesson_texts import NEURON_GRAPH, neuron
from svg_texts import screen_text

from gdtutor.drive.opening import session_at
from gdtutor.drive.watching import Watcher
from gdtutor.paint.colours import choose_colours
from gdtutor.session.navigation import goto
from gdtutor.session.prompting import asked as asked_for
from gdtutor.session.state import PromptKind
from gdtutor.ui import program as program_module
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of
from tests.ui.piloting import until


def watching(path, monkeypatch):
    """Return the app at a backward step of a lesson that it follows."""
    monkeypatch.setattr(program_module, "LOOK_EVERY", 0.01)
    services = Services(saved=Watcher(path).look)
    looks = Looks(choose_colours("256", {}), UNICODE)
    session = goto(session_at(path), "backward:w")
    return TutorApp(looks, lambda app: Program(app, session, services))


def save(path, text, seconds):
    """Write a file as an editor would, at a time of its own."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (seconds, seconds))


def test_saves_are_followed_and_the_step_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "07-lesson.md"
    save(path, neuron(), 100)
    app = watching(path, monkeypatch)

    async def run():
        async with app.run_test(size=(80, 24)) as pilot:
            save(path, neuron(NEURON_GRAPH.replace("w*x", "w*q")), 1000)
            await until(pilot, lambda: bool(app.program.session.broken))
            await pilot.pause()
            assert "'q'" in screen_text(app)
            assert "backward ▸ w" in screen_text(app)
            save(path, neuron(title="Mended"), 2000)
            await until(pilot, lambda: not app.program.session.broken)
            await pilot.pause()
            shown = screen_text(app)
            assert "Mended" in shown
            assert "backward ▸ w" in shown

    asyncio.run(run())


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize("asked", [False, True])
def test_the_problems_leave_the_keys_and_an_open_input_to_be_seen(tmp_path, size, asked):
    path = tmp_path / "07-lesson.md"
    path.write_text(neuron(), encoding="utf-8")
    walk = session_at(path, at="backward:w")
    if asked:
        walk = asked_for(walk, PromptKind.ANSWER, "your answer")
    reports = tuple(f"07-lesson.md:{n}:1: error: {'a mistake ' * 20}" for n in range(30))
    before = frame_of(walk, *size, UNICODE).text().split("\n")
    after = frame_of(replace(walk, broken=reports), *size, UNICODE).text().split("\n")
    assert after[-2:] == before[-2:]
    assert "30 problems" in "\n".join(after)
    assert "↓" in after[-3]
    assert after[: size[1] * 2 // 3 - 2] == before[: size[1] * 2 // 3 - 2]


def test_a_csv_file_is_followed_and_its_error_is_shown_beside_the_lesson(tmp_path, monkeypatch):
    path, rows = tmp_path / "07-lesson.md", tmp_path / "rows.csv"
    save(rows, "x,y\n2,3\n4,5\n", 100)
    save(path, neuron().replace("examples = [[2, 3]]", 'csv = "rows.csv"'), 100)
    app = watching(path, monkeypatch)

    async def run():
        async with app.run_test(size=(80, 24)) as pilot:
            save(rows, "x,y\n2,3\n4,five\n", 1000)
            await until(pilot, lambda: bool(app.program.session.broken))
            await pilot.pause()
            shown = screen_text(app)
            assert "'five' is not a number" in shown
            assert "backward ▸ w" in shown
            save(rows, "x,y\n2,30\n4,5\n", 2000)
            await until(pilot, lambda: not app.program.session.broken)
            await pilot.pause()
            shown = screen_text(app)
            assert "backward ▸ w" in shown
            assert "30" in shown

    asyncio.run(run())
