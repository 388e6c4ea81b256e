"""Any picture at any size keeps its rectangle, in either character set."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wishes import CURVE, FIT, FIT_MATRIX, LINEAR, MATRIX, ROWS, source

from gdtutor.lesson.pictures import PICTURES
from gdtutor.ui.picture import frame_text
from gdtutor.view.frame import ASCII, UNICODE, Frame, Size
from gdtutor.view.pictures import draw, title_of
from tests.tries import tries

SEEDS = """kind = "seeds"
variants = ["one by one"]
seeds = 4
below = 0.05
[[variants]]
name = "one by one"
training.batch = 1
"""
WISHES = (
    (CURVE, 'kind = "curve"\nfunctions = ["step", "sigmoid", "tanh", "relu"]', "forward:a"),
    (CURVE, 'kind = "curve"', ""),
    (CURVE, 'kind = "weights"', ""),
    (LINEAR, 'kind = "slice"\nalong = "w"\nrates = [5, 50, 1e300]', ""),
    (LINEAR, 'kind = "slice"\nalong = "w"', "4/update:w"),
    (LINEAR, 'kind = "slice"\nalong = "x"', "backward:L"),
    (MATRIX, 'kind = "contour"\nalong = ["W1[0,0]", "b1[1,0]"]\nbatches = [1, "full"]', ""),
    (ROWS, 'kind = "contour"\nalong = ["w1", "b"]\nrates = [1e300, 1]\nrange = [-4, 4]', ""),
    (ROWS, 'kind = "contour"\nalong = ["w1", "b"]', "30/given"),
    (MATRIX, 'kind = "boundary"\nhidden = true', ""),
    (MATRIX, 'kind = "boundary"\nlines = true', ""),
    (ROWS, 'kind = "boundary"\nlines = true', ""),
    (MATRIX, 'kind = "space"\nalong = ["A1[0]", "A1[2]"]', ""),
    (ROWS, 'kind = "space"\nalong = ["z", "x1"]', "4/update:b"),
    (FIT, 'kind = "fit"', "4/update:a"),
    (FIT_MATRIX, 'kind = "fit"\nof = "Yhat"\nrange = [-9, 9]\nrange2 = [0, 1]', ""),
    (MATRIX, 'kind = "table"', ""),
    (MATRIX, 'kind = "weights"', "2/update:W1"),
    (MATRIX, 'kind = "weights"\nof = ["grad W1", "W1"]', "2/update:W1"),
    (MATRIX, 'kind = "histogram"\nof = ["Z1", "grad W1"]', "2/backward:W1"),
    (MATRIX, 'kind = "counts"', ""),
    (ROWS, 'kind = "timing"', ""),
    (ROWS, SEEDS, ""),
)


@cache
def drawn_from(index, chars):
    template, wish, at = WISHES[index]
    return source(template, wish, at, chars)


def test_every_kind_is_tried():
    assert {wish.split('"')[1] for _, wish, _ in WISHES} == set(PICTURES)


@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
@settings(deadline=None, max_examples=tries(60))
@given(
    index=st.integers(0, len(WISHES) - 1),
    width=st.integers(20, 130),
    height=st.integers(5, 40),
)
def test_a_picture_keeps_its_rectangle(chars, index, width, height):
    origin = drawn_from(index, chars)
    wish = origin.lesson.pictures[0]
    drawing = draw(origin, wish, Size(width, height))
    assert len(drawing.lines) == height
    assert all(sum(len(s.text) for s in line) == width for line in drawing.lines)
    for placed in drawing.plots:
        assert 0 <= placed.x <= placed.x + placed.width <= width
        assert 0 <= placed.y <= placed.y + placed.height <= height
    text = frame_text(Frame(width, height, drawing.lines, drawing.plots), chars)
    assert text.strip()
    assert chars.unicode or text.isascii()
    assert title_of(origin, wish).strip()


@pytest.mark.sampled
@pytest.mark.parametrize("index", range(len(WISHES)))
def test_no_room_at_all_is_no_mistake(index):
    origin = drawn_from(index, UNICODE)
    for width, height in ((0, 0), (1, 1), (5, 2), (12, 3)):
        drawing = draw(origin, origin.lesson.pictures[0], Size(width, height))
        assert len(drawing.lines) in (0, height)
