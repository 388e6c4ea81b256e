"""A lesson in wide characters fills every row of every screen to the last cell, and no further."""

from functools import cache

import pytest
from rich.cells import get_character_cell_size
from walks import DATA, pressed, walk

from gdtutor.engine.characters import cells
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import listing
from gdtutor.paint.cells import cells_of
from gdtutor.session.catalogue import Library
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Status
from gdtutor.session.update import Progressed, update
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE, Area, Style
from gdtutor.view.library_lines import library_lines
from gdtutor.view.lines import text_of, width_of
from gdtutor.view.prose import prose_lines
from gdtutor.view.screen import frame_of
from tests.tries import some

WIDE = DATA / "lessons" / "wide.md"


def trained(session):
    session = pressed(session, "t")
    while session.run.stopped_by is None:
        session.run.advance()
    return update(session, Progressed(snapshot_of(session.run, Status.FINISHED)))[0]


def compared():
    """Return the training screen with a kept run of each variant, as the walk's keys make it."""
    session = trained(walk(WIDE, "given"))
    for _ in range(2):
        session = trained(pressed(session, "escape V"))
    return session


def sessions():
    """Return a session for every kind of screen that shows an author's words."""
    step = walk(WIDE, "given")
    yield "opening", walk(WIDE)
    yield "closing", pressed(step, "z")
    for at in ("given", "forward:h", "backward:w", "update:w"):
        yield at, walk(WIDE, at)
        yield f"{at} with a picture", pressed(walk(WIDE, at), "f")
        yield f"{at} with another", pressed(walk(WIDE, at), "f f")
        yield f"{at} with the third", pressed(walk(WIDE, at), "f f f")
        yield f"{at} of a variant", pressed(walk(WIDE, at), "V")
        yield f"{at} of a variant, asked", pressed(walk(WIDE, at), "V p n")
        yield f"{at} edited", pressed(walk(WIDE, at), "e")
    yield "a question", pressed(step, "n")
    yield "a wrong answer", pressed(step, "n 9 enter 9 enter 9 enter")
    yield "a choice", pressed(walk(WIDE, "backward:w"), "p n")
    yield "help", pressed(step, "?")
    yield "library", pressed(step, "l")
    yield "training", trained(step)
    for count in range(4):
        yield f"runs, panel {count}", pressed(compared(), "tab " * count)


@cache
def all_sessions():
    """Return the sessions, of which some are trained, once for all sizes."""
    return tuple(sessions())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "chars"),
    [((40, 12), UNICODE), ((40, 12), ASCII), ((80, 24), UNICODE), ((120, 36), ASCII)],
)
def test_every_row_of_every_screen_fills_the_width_in_cells(size, chars):
    wrong = [
        (name, text_of(row))
        for name, session in some(sum(size) // 12, all_sessions(), 2)
        for row in frame_of(session, *size, chars).lines
        if width_of(row) != size[0]
    ]
    assert wrong == []


def test_the_library_measures_titles_in_cells():
    title = "偏置来救援" * 3
    entry = replace(listing(shipped_lessons_folder())[0], title=title)
    rows = library_lines(Library(entries=(entry,)), "", Area(140, 30, UNICODE))
    assert any(title in text_of(row) for row in rows)


def test_the_runs_panel_names_the_variant_within_its_border():
    rows = frame_of(compared(), 120, 36, UNICODE).lines
    assert any("梯度没有清零" in text_of(row) for row in rows)


@pytest.mark.parametrize("width", range(8, 40))
def test_prose_of_wide_characters_is_broken_and_loses_none(width):
    text = "梯度会一直累加。**每一次** `迭代 都要` 先把梯度清零，否则新的梯度会加到旧的梯度上。"
    rows = prose_lines(text, width, UNICODE)
    assert max(width_of(row) for row in rows) <= width
    kept = "".join(text_of(row) for row in rows)
    assert kept.replace(" ", "") == text.replace(" ", "").translate({ord(c): None for c in "*`"})


def test_a_choice_is_asked_whole():
    frame = frame_of(pressed(walk(WIDE, "backward:w"), "p n"), 80, 24, UNICODE)
    shown = "".join("".join(text_of(row).split()) for row in frame.lines)
    assert "最后除以例子的个数" in shown.replace("│", "")


@pytest.mark.sampled
@pytest.mark.parametrize("code", [*range(0x20, 0x7F), 0x3042, 0x4E00, 0xAC00, 0xFF21, 0x1F600])
def test_the_terminal_is_told_the_same_width_as_the_view(code):
    assert (
        cells(chr(code))
        == get_character_cell_size(chr(code))
        == len(cells_of(chr(code), Style.TEXT))
    )


def test_signs_that_are_counted_at_once_fill_as_many_cells_as_one_by_one():
    # A wide character has each of them looked up.
    assert [c for c in map(chr, range(0x3000)) if cells(c) != cells(f"{c}偏") - 2] == []
