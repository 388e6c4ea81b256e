from pathlib import Path

import numpy as np
import pytest
from wishes import MATRIX, ROWS, picture, source

from gdtutor.lesson.load import parse_lesson
from gdtutor.view.frame import ASCII
from gdtutor.view.pictures import title_of, told
from gdtutor.view.pictures.space import places_of, seen_of, values_over

WISH = 'kind = "space"\nalong = ["A1[0]", "A1[2]"]'
SCALARS = ROWS.replace("z = w1*x1 + w2*x2 + b\nyhat = sigmoid(z)",
    "h1 = sigmoid(w1*x1)\nh2 = tanh(w2*x2)\nyhat = sigmoid(w1*h1 - w2*h2 + x1*x2 + b)")  # fmt: skip
"""Two hidden neurons as rows, and a way from the inputs to the prediction beside them."""


def at_places(template, wish, at=""):
    given = source(template, wish, at)
    seen = seen_of(given, given.lesson.pictures[0])
    return given, seen, places_of(given, seen)


@pytest.mark.parametrize("at", ["", "7/backward:W2"])
def test_the_examples_lie_where_the_walk_has_their_values(at):
    given, _, places = at_places(MATRIX, WISH, at)
    assert places == pytest.approx(given.traces[-1].values["A1"][[0, 2]], rel=1e-12)


def test_rows_of_scalars_and_an_input_may_be_the_axes():
    given, _, places = at_places(ROWS, 'kind = "space"\nalong = ["z", "x1"]', "2/given")
    values = given.traces[-1].values
    assert places == pytest.approx(np.stack([values["z"], values["x1"]]), rel=1e-12)


def test_the_prediction_is_computed_from_the_coordinates_with_the_rest_at_its_mean():
    given, seen, _ = at_places(MATRIX, WISH, "3/given")
    values, parameters = given.traces[-1].values, given.parameters
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.25, -3.0]])
    mean = values["A1"][1].mean()
    hidden = np.stack([points[:, 0], np.full(3, mean), points[:, 1]])
    expected = parameters["W2"] @ hidden + parameters["b2"]
    assert values_over(given, seen, "Z2", points) == pytest.approx(expected, rel=1e-12)


def test_what_goes_past_the_two_values_is_held_at_the_mean_of_the_inputs():
    given, seen, _ = at_places(SCALARS, 'kind = "space"\nalong = ["h1", "h2"]')
    w1, w2 = 0.1, 0.6
    expected = 1 / (1 + np.exp(-(w1 * 0.3 - w2 * -2.0 + 0.25)))
    found = values_over(given, seen, "yhat", np.array([[0.3, -2.0]]))
    assert found == pytest.approx(np.array([[expected]]), rel=1e-12)


def test_examples_that_are_all_turned_around_lie_in_the_same_places():
    turned = MATRIX.replace("A1 = sigmoid(Z1)", "A1 = sigmoid(Z1.T)").replace(
        "W2 @ A1", "W2 @ A1.T"
    )
    given, seen, places = at_places(turned, WISH)
    straight, of, expected = at_places(MATRIX, WISH)
    assert places == pytest.approx(expected, rel=1e-12)
    points = np.array([[0.1, 0.9], [0.7, 0.2]])
    assert values_over(given, seen, "Z2", points) == pytest.approx(
        values_over(straight, of, "Z2", points), rel=1e-12
    )


def test_the_shades_show_on_which_side_of_the_line_each_place_lies():
    # 1·A₁[0] − 2·A₁[2] + 1·mean + 0.2 is above 0 at the bottom right.
    lines = picture(MATRIX, WISH + "\nrange = [-4, 4]", width=46, height=13).splitlines()
    assert "░ ŷ≥0.5" in lines[0].replace("Ŷ", "ŷ")
    assert lines[1].rstrip().endswith("·")
    assert "░" not in lines[1]
    assert lines[9].rstrip().endswith("░")


def test_the_line_stands_below_as_an_equation_with_what_is_held():
    text = " ".join(picture(MATRIX, WISH, width=60).split())
    assert "1·A₁[0] − 2·A₁[2] + " in text
    assert "A₁[1] held at its mean" in text
    scalars = " ".join(picture(SCALARS, 'kind = "space"\nalong = ["h1", "h2"]').split())
    assert "0.1·h₁ − 0.6·h₂ + 0.25 = 0" in scalars
    assert "held" not in scalars


def test_a_prediction_that_does_not_see_the_values_shades_nothing():
    text = picture(ROWS, 'kind = "space"\nalong = ["yhat", "x1"]')
    assert "▒" not in text
    assert "= 0" not in text
    assert "targets" in text


def test_two_classes_in_one_place_are_marked_as_both():
    same = MATRIX.replace("W1 = [[0.5, -1.0], [0.5, -1.0], [2.0, 1.0]]",
        "W1 = [[0.0, -1.0], [0.5, -1.0], [0.0, 1.0]]")  # fmt: skip
    text = picture(same, WISH, width=60)
    assert "& several classes, 4 of 4 share a cell" in text.splitlines()[0]
    assert text.count("&") == 3
    assert "&" not in picture(MATRIX, WISH, width=60)


def test_it_is_told_in_words_and_has_a_name():
    given = source(MATRIX, WISH, chars=ASCII)
    wish = given.lesson.pictures[0]
    words = told(given, wish)
    places = places_of(given, seen_of(given, wish))
    first = ", ".join(given.number(float(value), 3) for value in places[:, 0])
    assert f"example 0, target 0: ({first})" in words
    assert any(word.startswith("Yhat >= 0.5 at") for word in words)
    assert title_of(given, wish) == "examples over A1[0], A1[2]"


TURNED = """
orientation = "rows"
[parameters]
W1 = [[0.5, 0.5, 2.0], [-1.0, -1.0, 1.0]]
b1 = [0.1, 0.1, -0.5]
W2 = [[1.0], [1.0], [-2.0]]
b2 = [[0.2]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
dataset = "xor"
[training]
{pictures}
+++
```graph
Z1 = X @ W1 + b1
A1 = sigmoid(Z1)
Z2 = A1 @ W2 + b2
Yhat = sigmoid(Z2)
C = mean(binary_cross_entropy(Yhat, Y))
```
"""


@pytest.mark.parametrize("written", ["[0]", "[:,0]", "[:, 0]"])
def test_where_examples_are_rows_a_hidden_unit_is_a_column(written):
    wish = f'kind = "space"\nalong = ["A1{written}", "A1[:,2]"]'
    given, seen, places = at_places(TURNED, wish)
    assert [one.label for one in seen] == ["A₁[:,0]", "A₁[:,2]"]
    assert places == pytest.approx(given.traces[-1].values["A1"].T[[0, 2]], rel=1e-12)
    text = " ".join(picture(TURNED, wish, width=60).split())
    assert "1·A₁[:,0] − 2·A₁[:,2] + " in text
    assert "A₁[:,1] held at its mean" in text
    assert title_of(given, given.lesson.pictures[0]) == "examples over A₁[:,0], A₁[:,2]"
    hidden = picture(TURNED, 'kind = "boundary"\nhidden = true', width=100, height=30)
    assert "[:,0]" in hidden
    assert "[0]" not in hidden


@pytest.mark.parametrize(
    ("template", "along", "what"),
    [
        (TURNED, '["A1[:,0]", "A1[3]"]', "'A1[3]' is no column of A1"),
        (TURNED, '["A1[0]", "A1[:,0]"]', "A1[:,0] twice"),
        (MATRIX, '["A1[:,0]", "A1[1]"]', "'A1[:,0]' is no row of A1"),
    ],
)
def test_a_unit_is_a_row_or_a_column_of_its_line(template, along, what):
    head = '+++\nformat = 1\nid = "pictures"\ntitle = "Pictures"\n'
    wish = f'[[pictures]]\nkind = "space"\nalong = {along}'
    _, reports = parse_lesson(head + template.replace("{pictures}", wish), Path("01-pictures.md"))
    assert [report.what for report in reports if report.code == "picture"] == [what]


@pytest.mark.parametrize(
    ("along", "what"),
    [
        ('["A1[0]"]', "a space has two axes, not 1"),
        ('["A1[0]", "A1[0]"]', "A1[0] twice"),
        ('["A1[0]", "A1[3]"]', "'A1[3]' is no row of A1"),
        ('["A1[0]", "A1"]', "'A1' is no row of A1"),
        ('["A1[0]", "W1[0]"]', "'W1' is no input and no line of the graph"),
        ('["A1[0]", "C"]', "C is computed from the target"),
        ('["A1[0]", "X[2]"]', "'X[2]' is no row of X"),
        ('["A1[0]", "A1[0,1]"]', "'A1[0,1]' is no row of A1"),
    ],
)
def test_axes_that_are_not_two_values_of_every_example_are_refused(along, what):
    head = '+++\nformat = 1\nid = "pictures"\ntitle = "Pictures"\n'
    wish = f'[[pictures]]\nkind = "space"\nalong = {along}'
    _, reports = parse_lesson(head + MATRIX.replace("{pictures}", wish), Path("01-pictures.md"))
    assert [(report.code, report.what) for report in reports] == [("picture", what)]
