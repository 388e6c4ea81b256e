from itertools import pairwise

import numpy as np
import pytest
from wishes import CURVE, MATRIX, picture, source

from gdtutor.engine.operations import FUNCTIONS
from gdtutor.lesson.picture_checks import is_curve
from gdtutor.view.frame import ASCII, Size
from gdtutor.view.pictures import draw
from gdtutor.view.pictures.curve import value_and_slope


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if is_curve(name)])
def test_the_slope_is_the_central_difference(name):
    xs = np.array([0.3, 0.9, 1.7])
    _, slopes = value_and_slope(name, xs)
    above, below = (value_and_slope(name, xs + d)[0] for d in (1e-6, -1e-6))
    assert slopes == pytest.approx((above - below) / 2e-6, abs=1e-6)


def plots(wish, at=""):
    given = source(CURVE, wish, at)
    return draw(given, given.lesson.pictures[0], Size(60, 14)).plots


def test_the_point_stands_at_the_value_that_the_node_is_given():
    (placed,) = plots('kind = "curve"', "forward:a")
    point = placed.plot.series[-1]
    assert point.xs == (0.5,)
    assert point.ys == pytest.approx((1 / (1 + np.exp(-0.5)),))


def test_before_the_node_is_computed_there_is_no_point():
    (placed,) = plots('kind = "curve"')
    assert len(placed.plot.series) == 2


def test_several_functions_stand_side_by_side_in_their_order():
    found = plots('kind = "curve"\nfunctions = ["step", "sigmoid", "tanh", "relu"]')
    assert [placed.plot.title for placed in found] == ["step", "sigmoid", "tanh", "relu"]
    rows = [(one, two) for one, two in pairwise(found) if one.y == two.y]
    assert rows
    assert all(one.x + one.width < two.x for one, two in rows)


def test_what_has_no_room_is_named():
    wish = 'kind = "curve"\nfunctions = ["step", "sigmoid", "tanh", "relu"]'
    text = picture(CURVE, wish, width=36, height=8)
    assert "not shown for want of room: tanh, relu" in text.replace("\n", " ")


def test_the_point_of_a_matrix_is_the_followed_example():
    given = source(MATRIX, 'kind = "curve"', "forward:A1")
    (placed,) = draw(given, given.lesson.pictures[0], Size(40, 12)).plots
    trace = given.traces[-1]
    assert placed.plot.series[-1].xs == pytest.approx(tuple(trace.values["Z1"][:, 0]))


def test_numbers_of_the_point_are_written_below():
    text = picture(CURVE, 'kind = "curve"', "forward:a")
    assert "0.5 → 0.6225, slope 0.235" in text
    assert picture(CURVE, 'kind = "curve"', "forward:a", chars=ASCII).isascii()


@pytest.mark.parametrize(
    ("name", "expected"), [("sigmoid", (0, 1)), ("tanh", (-1, 1)), ("relu", (0, 6))]
)
def test_a_curve_that_levels_off_does_so_at_the_end_of_its_axis(name, expected):
    (placed,) = plots(f'kind = "curve"\nfunctions = ["{name}"]')
    assert placed.plot.y_range == expected


def test_a_curve_without_its_derivative_says_no_slope():
    with_slope = picture(CURVE, 'kind = "curve"', "forward:a")
    without = picture(CURVE, 'kind = "curve"\nderivative = false', "forward:a")
    assert "slope" in with_slope
    assert "slope" not in without
