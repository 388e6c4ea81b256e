"""The library says how long each lesson is, and which cannot be opened."""

import asyncio
import re
from itertools import zip_longest
from pathlib import Path

import pytest
from lesson_texts import NEURON_GRAPH, neuron
from memory_store import MemoryStore
from svg_texts import screen_text
from walks import pressed

from gdtutor.cli import main
from gdtutor.cli.show_progress import lines_of
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.library.lessons import COUNTS, counted_library, library_of, listing
from gdtutor.paint.colours import choose_colours
from gdtutor.progress.keeper import place_of_session
from gdtutor.progress.schema import Finished
from gdtutor.session.catalogue import WRITTEN, LessonPlace, Library, with_memory
from gdtutor.session.state import Screen, Session
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE, Area
from gdtutor.view.library_lines import _page, library_lines
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of

NO_ROOM = "the columns leave no room here: one of `COLUMNS` has to show from a greater width"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "01-good.md").write_text(neuron(), encoding="utf-8")
    broken = neuron(NEURON_GRAPH.replace("w*x", "w*q"))
    (tmp_path / "02-broken.md").write_text(broken, encoding="utf-8")
    (tmp_path / "03-nothing.md").write_text("nothing", encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_steps_counted_are_those_of_the_walk() -> None:
    library = counted_library(library_of(shipped_lessons_folder()))
    walked = [session_at(path).moment for path in discover(shipped_lessons_folder())]
    steps = [len(moment.steps) for moment in walked]
    assert [entry.count("steps") for entry in library.entries] == steps
    assert len(library.entries) == len(walked)


def test_a_lesson_whose_graph_is_broken_cannot_be_opened(folder: Path) -> None:
    library = counted_library(library_of(folder))
    good, broken, nothing = library.entries
    assert good.count("steps") > 0
    assert not good.problem
    assert "'q'" in broken.problem
    assert nothing.problem
    text = frame_of(Session(library=replace(library, cursor=1)), 80, 24, UNICODE).text()
    assert text.count("cannot be opened") == 2
    assert f"{good.count('steps')} steps" in text
    assert "'q'" in text


def test_enter_is_named_only_where_it_opens_a_lesson_and_a_mistake_stands_once(
    folder: Path,
) -> None:
    library = counted_library(library_of(folder))
    good, broken = (Session(library=replace(library, cursor=at, is_new=True)) for at in (0, 1))
    assert "Enter open" in frame_of(good, 80, 24, UNICODE).text()
    assert "Enter begins" in frame_of(good, 80, 24, UNICODE).text()
    entered, numbered = pressed(broken, "enter"), pressed(good, "3 enter")
    for session in (broken, entered, numbered):
        text = frame_of(session, 80, 24, UNICODE).text()
        assert "Enter" not in text
        assert text.count(session.library.entries[session.library.cursor].problem[:30]) == 1
    assert entered.message == numbered.message
    assert entered.message == "The lesson cannot be opened: its mistake is shown."


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_each_lesson_has_a_sign_for_each_of_its_tasks_and_the_place_is_not_cut(size) -> None:
    library = library_of(shipped_lessons_folder())
    done = frozenset({("bias", "one"), ("bias", WRITTEN)})
    left = {"bias": LessonPlace(2, 3, 13, (), "", 0.0)}
    library = replace(library, tasks_done=done, left=left)
    rows = frame_of(Session(library=library), *size, UNICODE).text().splitlines()
    (bias,) = [row for row in rows if "The bias to the rescue" in row]
    entries = tuple(replace(entry, counts=dict.fromkeys(COUNTS, 23)) for entry in library.entries)
    counted = replace(library, entries=entries)
    later = frame_of(Session(library=counted), *size, UNICODE).text().splitlines()
    (again,) = [row for row in later if "The bias to the rescue" in row]
    assert "23 steps" in again
    assert all(a in (" ", b) for a, b in zip_longest(bias, again, fillvalue=" "))
    entry = next(entry for entry in library.entries if entry.id == "bias")
    assert " ✓" + "○" * (entry.tasks - 1) in bias
    assert "iteration 2, step 3 of 13" in bias, NO_ROOM
    columns = {row.rindex("○") for row in rows if re.search(r"\d\d  .*[✓○]+", row)}
    assert len(columns) <= 2


def test_the_library_on_screen_counts_behind_the_keys(folder: Path) -> None:
    session = Session(screen=Screen.LIBRARY, library=library_of(folder))
    looks = Looks(choose_colours("256", {}), UNICODE)

    async def run() -> str:
        services = Services()
        app = TutorApp(looks, lambda app: Program(app, session, services))
        async with app.run_test(size=(80, 24)) as pilot:
            loop = asyncio.get_running_loop()
            end = loop.time() + 30
            while " steps" not in screen_text(app):
                assert loop.time() < end, "the steps did not come"
                await pilot.pause()
            return screen_text(app)

    expected = counted_library(library_of(folder)).entries[0].count("steps")
    assert f"{expected} steps" in asyncio.run(run())


def test_the_list_says_how_long_a_lesson_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = counted_library(library_of(folder)).entries[0].count("steps")
    assert main(["list", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"{steps} steps" in lines[1]
    assert "cannot be opened" in lines[2]
    assert "cannot be read" in lines[-1]


def shelf(width: int, height: int, **changes: object) -> list[str]:
    """Return the lines of the shipped library."""
    library = replace(library_of(shipped_lessons_folder()), **changes)  # type: ignore[arg-type]
    session = Session(screen=Screen.LIBRARY, library=library)
    return frame_of(session, width, height, UNICODE).text().split("\n")


def test_a_title_of_wide_characters_stands_whole_where_there_is_room() -> None:
    entries = listing(shipped_lessons_folder())[:1]
    title = "偏置来救援" * 3
    library = Library((replace(entries[0], title=title),))
    assert title in frame_of(Session(library=library), 120, 36, UNICODE).text()


def test_a_wide_library_says_in_every_line_what_is_learned() -> None:
    entries = library_of(shipped_lessons_folder()).entries
    text = "\n".join(shelf(120, 40))
    assert all(entry.summary[:50] in text for entry in entries), NO_ROOM
    narrow = "\n".join(shelf(80, 40))
    assert [entry.id for entry in entries if entry.summary in narrow] == [entries[0].id]


def test_a_place_stands_behind_a_shortened_summary_and_nothing_moves_when_steps_are_counted() -> (
    None
):
    left = {"scaling": LessonPlace(4000, 10, 19, (), "", 0.0)}
    (row,) = [row for row in shelf(120, 40, left=left) if "Scale your inputs" in row]
    assert "iteration 4000, step 10 of 19" in row, NO_ROOM
    assert "Large inputs make" in row, NO_ROOM
    counted = counted_library(library_of(shipped_lessons_folder()))
    (again,) = [
        line for line in shelf(120, 40, left=left, entries=counted.entries) if "Scale your" in line
    ]
    assert "11 steps" in again
    assert all(a in (" ", b) for a, b in zip_longest(row, again, fillvalue=" "))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_the_signs_beside_the_lessons_are_explained_above_them(size) -> None:
    library = library_of(shipped_lessons_folder())
    entries = tuple(replace(entry, counts=dict.fromkeys(COUNTS, 23)) for entry in library.entries)
    rows = shelf(*size, entries=entries)
    assert rows[1].startswith(" ✓ before a lesson: finished   its tasks: ✓ done, ○ open")
    # Nothing runs into the signs of the tasks.
    assert all(re.search("○ +23 steps", row) for row in rows if "23 steps" in row)


def test_a_lesson_that_was_left_on_its_closing_page_is_finished() -> None:
    folder = shipped_lessons_folder()
    at_end = session_at(folder / "05-backward.md", at="step:22")
    session = pressed(replace(at_end, library=library_of(folder)), "n l")
    rows = frame_of(session, 80, 24, UNICODE).text().splitlines()
    (row,) = [row for row in rows if " 05  " in row]
    assert "✓ 05" in row
    assert "  finished " in row
    assert "22 of 22" not in row
    store = MemoryStore()
    store.apply([place_of_session(session, 1.0), Finished(session.lesson.id, 1.0)])
    assert with_memory(session.library, store).words_left(session.lesson.id) == "finished"
    assert [line for line in lines_of(store) if "finished" in line] == [
        "05 backward-or           Local × upstream: finished, 0 of 3 tasks done"
    ]


@pytest.mark.parametrize(
    ("cursor", "total", "rows", "first"),
    [
        (0, 10, 10, 0), (9, 10, 10, 0), (10, 11, 10, 1),
        (0, 60, 18, 0), (14, 60, 18, 0), (15, 60, 18, 12), (26, 60, 18, 12), (27, 60, 18, 24),
        (40, 60, 18, 36), (59, 60, 18, 42), (24, 90, 30, 0), (25, 90, 30, 20), (2, 9, 1, 2),
    ],
)  # fmt: skip
def test_the_list_scrolls_by_two_thirds_and_keeps_the_cursor_and_its_end(
    cursor, total, rows, first
):
    start = _page(cursor, total, rows)
    assert start == first
    assert start <= cursor < start + rows
    assert start + rows <= max(total, rows)


@pytest.mark.parametrize("size", [(120, 36), (200, 50)])
def test_the_library_says_no_summary_twice(size) -> None:
    entries = tuple(listing(shipped_lessons_folder()))
    for cursor, entry in enumerate(entries):
        rows = library_lines(Library(entries=entries, cursor=cursor), "", Area(*size, UNICODE))
        text = "\n".join(map(text_of, rows))
        own = " ".join(text.split())
        assert own.count(entry.summary) == 1
        is_whole = entry.summary not in " ".join(" ".join(map(text_of, rows[-2:])).split())
        assert not is_whole or entry.source in own
