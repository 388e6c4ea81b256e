"""The first page stands before the engine is there, and says what the session will say."""

import asyncio
import gc
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from svg_texts import screen_text

from gdtutor.cli import main
from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import discover, read_prose, read_summary, shipped_lessons_folder
from gdtutor.library.lessons import library_of
from gdtutor.library.reading import quick_library
from gdtutor.paint.colours import choose_colours
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE, Area, Chars, Frame
from gdtutor.view.page import LARGE, PAGE, lesson_cover, library_cover
from gdtutor.view.screen import frame_of
from tests.ui.piloting import BOUND, until

LESSONS = discover(shipped_lessons_folder())
LOOKS = Looks(choose_colours("256", {}), UNICODE)
SIZES = [(80, 24, UNICODE), (40, 12, ASCII), (120, 36, UNICODE), (39, 12, UNICODE)]


def cover_of(path: Path, width: int, height: int, chars: Chars) -> Frame:
    seen = read_summary(path)
    assert seen is not None
    return lesson_cover(seen.number, seen.title, read_prose(path), Area(width, height, chars))


def body(frame: Frame) -> list[str]:
    """Return the lines between the heading and the keys."""
    return frame.text().split("\n")[1:-2]


@pytest.mark.sampled
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_cover_is_the_opening_page(path: Path, size: tuple[int, int, Chars]) -> None:
    # What is said of the lesson comes with it.
    cover, whole = cover_of(path, *size), frame_of(replace(session_at(path), message=""), *size)
    cells, end = size[0], len(body(whole))
    if size[0] >= LARGE[0] and size[1] >= LARGE[1]:
        # More stands beside the text and below it.
        cells = PAGE
        end = next(n for n, row in enumerate(body(cover)) if n and row[0] in "╰+") + 1
    rows = [[row[:cells] for row in body(frame)[:end]] for frame in (cover, whole)]
    assert rows[0] == rows[1]
    assert {len("".join(s.text for s in line)) for line in cover.lines} == {size[0]}
    if size[0] > 40:
        title = whole.text().split("opening page")[0].strip()
        assert cover.text().startswith(f" {title}"[:40])


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_covers_library_lists_what_the_library_lists(size: tuple[int, int, Chars]) -> None:
    folder = shipped_lessons_folder()
    library = Session(screen=Screen.LIBRARY, library=library_of(folder))
    cover = library_cover(quick_library(folder), Area(*size))
    assert body(cover) == body(frame_of(library, *size))


def test_a_file_that_cannot_be_read_stands_in_the_library_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "03-broken.md").write_text("nothing")
    assert "03-broken" in library_cover(quick_library(tmp_path), Area(80, 24, UNICODE)).text()


def test_keys_pressed_on_the_cover_are_kept_until_the_program_is_open() -> None:
    path, gate = LESSONS[5], Event()

    def open_program(app: TutorApp) -> Program:
        gate.wait(BOUND)
        return Program(app, session_at(path), Services())

    async def run() -> None:
        app = TutorApp(LOOKS, open_program, lambda w, h: cover_of(path, w, h, UNICODE))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: "opening…" in screen_text(app))
            assert "The bias to the rescue" in screen_text(app)
            await pilot.resize_terminal(100, 30)
            await until(pilot, lambda: len(screen_text(app).split("\n")[1]) == 100)
            app.press(Press("n", "n"))
            app.press(Press("n", "n"))
            assert app.program is None
            gate.set()
            await until(pilot, lambda: app.program is not None and app.program.session.step == 2)
            await pilot.pause()
            assert "step 2/13" in screen_text(app)

    asyncio.run(run())


@pytest.mark.parametrize("is_covered", [True, False])
def test_a_program_opens_behind_a_cover_that_stands_and_else_behind_the_one_it_paints(
    is_covered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Event()

    def open_program(app: TutorApp) -> Program:
        opened.set()
        return Program(app, Session(screen=Screen.LIBRARY), Services())

    async def run() -> None:
        app = TutorApp(LOOKS, open_program, lambda w, h: cover_of(LESSONS[0], w, h, UNICODE))
        app.is_covered = is_covered
        monkeypatch.setattr(app._canvas, "_painted", lambda: None)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.program or "opening…" in screen_text(app))
            await pilot.pause()
            if is_covered:
                await until(pilot, lambda: app.program)
        assert opened.is_set() is is_covered

    asyncio.run(run())


def test_a_program_that_cannot_be_opened_ends_the_app_with_the_reason() -> None:
    def open_program(app: TutorApp) -> Program:
        raise GdTutorError("the lesson is gone")

    async def run() -> TutorApp:
        app = TutorApp(LOOKS, open_program, lambda w, h: cover_of(LESSONS[0], w, h, UNICODE))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.failure is not None)
        return app

    app = asyncio.run(run())
    assert app.return_code == 2
    assert str(app.failure) == "the lesson is gone"
    with pytest.raises(GdTutorError, match="the lesson is gone"):
        TutorApp(LOOKS, open_program)


def test_a_program_that_could_not_open_leaves_garbage_to_be_collected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["bias", "--no-save"]) == 2
    assert "terminal" in capsys.readouterr().err
    assert gc.isenabled()


@pytest.mark.slow
def test_garbage_is_looked_for_once_a_command_is_imported() -> None:
    code = """
import gc, gdtutor.cli as cli
from gdtutor.__main__ import main
run = cli.main
cli.main = lambda: print(gc.isenabled(), run(["list"]), gc.isenabled(), flush=True) or 0
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-3:] == ["False", "0", "True"]
