"""The screen beside the editor: marks in the graph, the departure, the curves; it goes on."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from pseudo_terminal import IN_ORDER, PseudoTerminal
from svg_texts import screen_text
from textual.pilot import Pilot

from gdtutor.judge.board import Board, board_frame, pressed
from gdtutor.judge.outcome import Outcome, Tell, judge_file
from gdtutor.judge.process import Bounds
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.paint.colours import choose_colours
from gdtutor.ui import judging
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.judging import JudgingProgram
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.lines import width_of
from tests.judge.corpus import HIDDEN, TWO_SCENES
from tests.judge.test_watch import HALF_DONE, SLOWER
from tests.ui.piloting import until

SIZES = ((40, 12), (60, 20), (71, 23), (72, 24), (80, 24), (100, 34), (120, 36), (200, 50))


def lesson_of(name: str) -> Lesson:
    return load_lesson(find_lesson(name, shipped_lessons_folder()))


def board_of(text: str, folder: Path, lesson: str = "16") -> Board:
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    found = lesson_of(lesson)
    return Board(found, path, judge_file(found, path), is_judging=False)


@pytest.fixture(scope="module")
def half_done(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return board_of(HALF_DONE, tmp_path_factory.mktemp("half"))


@pytest.fixture(scope="module")
def slower(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return board_of(SLOWER, tmp_path_factory.mktemp("slower"))


def test_names_are_marked_in_the_graph_beside_what_departs(half_done: Board) -> None:
    shown = board_frame(half_done, 80, 24, UNICODE).text()
    for node in ("A₁ ✓ 3×4", "∇ ✗ 1×4", "∇ ~ 3×2", "∇ · 3×1", "6 of 13 right"):
        assert node in shown
    assert "dZ2, mine.py:11" in shown
    assert "local factor missing" in shown


@pytest.mark.slow
@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_frame_fills_every_size(half_done: Board, slower: Board, chars: object) -> None:
    for board in (half_done, slower, replace(half_done, has_help=True)):
        for width, height in SIZES:
            for tab in range(3):
                frame = board_frame(replace(board, tab=tab), width, height, chars)  # type: ignore[arg-type]
                assert {width_of(row) for row in frame.lines} == {width}
                assert len(frame.lines) == height
                for plot in frame.plots:
                    assert plot.x > 0
                    assert plot.x + plot.width < width
                    assert plot.y + plot.height < height
                assert chars is UNICODE or frame.text().isascii()


def test_the_curves_stand_behind_tab(slower: Board) -> None:
    assert board_frame(slower, 120, 36, UNICODE).plots == ()
    (plot,) = board_frame(pressed(slower, "tab", 120, 36), 120, 36, UNICODE).plots
    assert plot.plot.cursor == 8
    assert [one.label for one in plot.plot.series] == ["the run's", "yours"]
    said = board_frame(slower, 120, 36, UNICODE).text()
    assert "the first epoch that differs is 8" in said
    assert "Z₂ ✓ 1×4" in said


def test_what_is_said_is_scrolled_to_its_end_and_no_further(half_done: Board) -> None:
    end = half_done
    for _ in range(9):
        end = pressed(end, "pagedown", 60, 14)
    assert end.scroll > 0
    assert pressed(end, "down", 60, 14).scroll == end.scroll
    assert "6 of 13 names are right." in board_frame(end, 60, 14, UNICODE).text()
    assert pressed(end, "up", 60, 14).scroll == end.scroll - 1
    assert pressed(end, "home", 60, 14).scroll == 0


def test_what_the_marks_are_stands_below_the_graph_where_it_has_room(half_done: Board) -> None:
    for chars, told in (
        (UNICODE, "✓ right  ✗ departs  ~ follows  · not there yet"),
        (ASCII, "+ right  x departs  ~ follows  . not there yet"),
    ):
        shown = {s: board_frame(half_done, *s, chars).text() for s in ((120, 36), (80, 24))}
        assert told in shown[120, 36].splitlines()[-3]
        assert told not in shown[80, 24]


def test_each_graph_of_a_lesson_can_be_looked_at(tmp_path: Path) -> None:
    board = board_of(TWO_SCENES.replace("du = s*(1 - s)", "du = -s*(1 - s)"), tmp_path, "05")
    assert "graph 2 of 3" in board_frame(board, 80, 24, UNICODE).text()
    shown = board_frame(pressed(board, "tab", 80, 24), 80, 24, UNICODE).text()
    assert "graph 3 of 3" in shown
    assert "✗" not in shown


def test_controls_in_a_file_are_shown_as_pictures(half_done: Board) -> None:
    shown = board_frame(replace(half_done, problem="\x1b[31m[b]x"), 80, 24, UNICODE).text()
    assert "\x1b" not in shown
    assert "␛[31m[b]x" in shown


def app_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> TutorApp:
    monkeypatch.setattr(judging, "LOOK_EVERY", 0.01)
    lesson = lesson_of("16")

    def judge(tell: Tell, is_wanted: judging.Wanted) -> Outcome:
        return judge_file(lesson, path, Bounds(60, is_wanted), tell)

    looks = Looks(choose_colours("256", {}), UNICODE)
    return TutorApp(looks, lambda app: JudgingProgram(app, Board(lesson, path), judge))


async def shows(pilot: Pilot[int], text: str) -> None:
    await until(pilot, lambda: text in screen_text(pilot.app))


def save(path: Path, text: str, seconds: int) -> None:
    """Save a file at once: one that is seen between two writes is judged twice."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.utime(new, (seconds, seconds))
    new.replace(path)


@pytest.mark.slow
def test_a_file_that_is_broken_or_gone_is_told_and_judged_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.py"
    save(path, HALF_DONE, 100)
    app = app_of(path, monkeypatch)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await shows(pilot, "departs  dZ2")
            save(path, "Z1 = (", 200)
            await shows(pilot, "never closed")
            assert "as it was before" in screen_text(app)
            path.unlink()
            await shows(pilot, "is gone.")
            save(path, "while True: pass", 300)
            await shows(pilot, "judging…")
            save(path, HIDDEN + "import os; os.path.exists(__file__) and os.remove(__file__)", 400)
            await shows(pilot, "13 of 13 right")
            assert "written back" in screen_text(app)
            for _ in range(9):
                await pilot.pause()
            assert "judging" not in screen_text(app)
            await pilot.resize_terminal(120, 36)
            await shows(pilot, "All 13 names are right")
            await pilot.press("ctrl+p")
            assert len(app.screen_stack) == 1
            await pilot.press("enter")

    asyncio.run(run())
    assert isinstance(app.program, JudgingProgram)
    assert app.program.opens_walk
    assert app.return_code == 0


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_a_signal_restores_the_terminal_and_ends_what_is_judged(
    number: int, code: int, tmp_path: Path
) -> None:
    path, begun = tmp_path / "mine.py", tmp_path / "begun"
    text = f"import os\nos.remove(__file__)\nos.symlink(str(os.getpid()), {str(begun)!r})\n"
    path.write_text(text + "while True: pass\n", encoding="utf-8")
    home = {name: str(tmp_path) for name in ("XDG_DATA_HOME", "XDG_STATE_HOME")}
    words = ("-c", IN_ORDER, "judge", "xor-hidden", str(path), "--watch", "--seconds", "90")
    with PseudoTerminal(*words, environ=home) as terminal:
        while not begun.is_symlink():
            assert terminal.process.poll() is None
            terminal.read_once(0.05)
        os.kill(terminal.process.pid, number)
        assert terminal.wait_for_end() == code
        assert terminal.is_cooked()
        assert b"\x1b[?1049l" in terminal.received
    assert path.read_text(encoding="utf-8").startswith(text)
    with pytest.raises(ProcessLookupError):
        os.kill(int(os.readlink(begun)), 0)
