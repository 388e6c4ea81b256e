"""What changes one screen into another, read by an emulator and held against Rich's own codes."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.paint.cells import Row, row_of
from gdtutor.paint.colours import ColourMode, Colours
from gdtutor.paint.terminal import change_codes, changes_between, codes_of, runs_of
from gdtutor.ui.spans import _codes, rich_style
from gdtutor.view.frame import UNICODE, Segment, Style

WIDTH = 12
SEGMENTS = st.lists(st.builds(Segment, st.text("ab −界é ", max_size=5), st.sampled_from(Style)))
SCREENS = st.lists(SEGMENTS.map(lambda line: row_of(tuple(line), WIDTH, UNICODE)), min_size=3)
COLOURS = st.builds(Colours, st.sampled_from(ColourMode), st.booleans())


@pytest.mark.sampled
@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("mode", ColourMode)
def test_a_look_has_the_codes_that_rich_gives_it(
    mode: ColourMode, light: bool, style: Style
) -> None:
    look = Colours(mode, light).look(style)
    assert codes_of(look) == _codes(rich_style(look))


def cells_of_screen(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Return what can be seen of each cell: a blank has no weight and no colour of its own."""

    def seen(cell: pyte.screens.Char) -> tuple[object, ...]:
        is_blank = cell.data == " " and not cell.reverse and not cell.underscore
        return (" ", cell.bg) if is_blank else tuple(cell)

    return [[seen(screen.buffer[y][x]) for x in range(WIDTH)] for y in range(screen.lines)]


def shown(*texts: str, height: int) -> pyte.Screen:
    screen = pyte.Screen(WIDTH, height)
    for text in texts:
        pyte.Stream(screen).feed(text)
    return screen


@pytest.mark.slow
@given(SCREENS, SCREENS, COLOURS)
def test_the_changes_make_the_new_screen_of_the_old_one(
    old: list[Row], new: list[Row], colours: Colours
) -> None:
    height = min(len(old), len(new))
    old, new = old[:height], new[:height]
    first = changes_between((), old, colours)
    stepwise = shown(first, changes_between(old, new, colours), height=height)
    at_once = shown(changes_between((), new, colours), height=height)
    assert cells_of_screen(stepwise) == cells_of_screen(at_once)


def test_a_screen_that_stays_costs_nothing() -> None:
    rows = [row_of((Segment("as it is"),), WIDTH, UNICODE)]
    assert changes_between(rows, [tuple(rows[0])], Colours()) == ""


def test_a_screen_of_another_size_is_sent_whole() -> None:
    rows = [row_of((Segment("a"),), width, UNICODE) for width in (3, 2)]
    plain = Colours(ColourMode.NONE)
    assert changes_between(rows[:1], rows[1:], plain) == "\x1b[1;1Ha "


def test_blanks_take_the_look_of_what_stands_before_them() -> None:
    row = row_of(
        (Segment("a", Style.FORWARD), Segment(" "), Segment("b", Style.FORWARD)), 3, UNICODE
    )
    assert runs_of(row, Colours()) == (Segment("a b", Style.FORWARD),)


def test_no_change_of_style_is_no_code() -> None:
    codes = codes_of(Colours().look(Style.TITLE))
    assert change_codes(codes, codes) == ""
