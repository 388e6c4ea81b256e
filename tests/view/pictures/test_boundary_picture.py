import re

import numpy as np
import pytest
from wishes import MATRIX, ROWS, picture, source

from gdtutor.engine.trace import forward
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.pictures import title_of, told
from gdtutor.view.pictures.field import Axis, Grid
from gdtutor.view.pictures.neurons import hidden_neurons
from gdtutor.view.pictures.planes import grid_of, plane_values


def test_the_plane_is_the_prediction_in_the_middle_of_every_cell():
    given = source(MATRIX, 'kind = "boundary"')
    grid = grid_of(given, given.lesson.pictures[0], 6, 3)
    values = plane_values(given, "Yhat", grid)
    point = np.array([[-0.25 + 0.25 / 2], [1.25 - 0.25]])
    leaves = given.problem.given(given.parameters, np.arange(1)) | {"X": point}
    assert values[0, 0, 0] == pytest.approx(forward(given.problem.graph, leaves)["Yhat"][0, 0])


def test_corners_are_the_corners():
    given = source(ROWS, 'kind = "boundary"\nrange = [0, 1]')
    grid = grid_of(given, given.lesson.pictures[0], 4, 4)
    values = plane_values(given, "z", grid, at_corners=True)
    assert values.shape == (1, 5, 5)
    (plane,) = values
    corners = (plane[0, 0], plane[0, -1], plane[-1, 0], plane[-1, -1])
    assert corners == pytest.approx((0.6, 0.7, 0.0, 0.1))


def test_every_hidden_neuron_is_found_with_the_sum_behind_it():
    neurons = hidden_neurons(source(MATRIX, 'kind = "boundary"'))
    assert [(n.line, n.row, n.threshold) for n in neurons] == [("Z1", k, 0.0) for k in range(3)]


def test_an_activation_of_a_whole_formula_has_its_sum_inside_the_line():
    folded = ROWS.replace("z = w1*x1 + w2*x2 + b\nyhat = sigmoid(z)",
                          "h = tanh(w1*x1 + w2*x2 - 0.1)\nyhat = sigmoid(h + b)")  # fmt: skip
    given = source(folded, 'kind = "boundary"\nlines = true')
    (neuron,) = hidden_neurons(given)
    assert neuron.line.startswith("h.")
    assert "0.1·x₁ + 0.6·x₂ − 0.1 = 0" in picture(folded, 'kind = "boundary"\nlines = true')


@pytest.mark.parametrize(
    ("yhat", "more", "line"),
    [
        ("sigmoid(z)", "", "0.1·x₁ + 0.6·x₂ + 0 = 0"),
        ("identity(z)", "", "0.1·x₁ + 0.6·x₂ − 0.5 = 0"),
        ("z + 0.1", "", "0.1·x₁ + 0.6·x₂ − 0.4 = 0"),
        ("z - 0.1", "level = 0.2", "0.1·x₁ + 0.6·x₂ − 0.3 = 0"),
        ("sigmoid(z)", "level = 0.8", ""),
        ("tanh(z)", "", ""),
        ("tanh(z)", "level = 0.0", "0.1·x₁ + 0.6·x₂ + 0 = 0"),
    ],
)
def test_the_equation_is_that_of_where_the_prediction_changes_sides(yhat, more, line):
    text = ROWS.replace("sigmoid(z)", yhat)
    given = source(text, f'kind = "boundary"\n{more}')
    (words,) = [words for words in told(given, given.lesson.pictures[0]) if words[:2] == "ŷ:"]
    assert words.partition("; ")[0] == (f"ŷ: {line}" if line else words)
    if not more:
        drawn = picture(text, 'kind = "boundary"\nlines = true')
        assert ("= 0" in drawn) == bool(line)
        assert line in drawn


def test_a_line_has_its_equation_and_one_outside_is_said():
    text = " ".join(picture(ROWS, 'kind = "boundary"\nlines = true\nrange = [1, 2]').split())
    assert "0.1·x₁ + 0.6·x₂ + 0 = 0, outside" in text


def test_the_line_goes_through_the_cells_where_the_sum_changes_sign():
    wish = 'kind = "boundary"\nlines = true\nrange = [-1, 1]'
    rows = [line[6:] for line in picture(ROWS, wish, width=46).splitlines()[1:-4]]
    marked = [row.find("•") for row in rows]
    # x2 = -x1/6: a little above the middle on the left, a little below it on the right.
    found = [number for number, column in enumerate(marked) if column >= 0]
    middle = (len(rows) - 1) / 2
    assert found
    assert all(abs(number - middle) <= 2 for number in found)
    assert marked[found[0]] < marked[found[-1]]


def test_examples_stand_at_their_places_as_their_classes():
    lines = picture(ROWS, 'kind = "boundary"', width=46, height=13).splitlines()
    body = [line[6:] for line in lines[1:-1]]
    digits = [(r, c, ch) for r, row in enumerate(body) for c, ch in enumerate(row) if ch in "01"]
    assert sorted(ch for _, _, ch in digits) == ["0", "1", "1", "1"]
    assert [ch for r, _, ch in digits if r > len(body) // 2] == ["0", "1"]


@pytest.mark.parametrize("wish", ['kind = "boundary"', 'kind = "boundary"\nlines = true'])
@pytest.mark.parametrize("size", [(30, 11), (46, 13)])
def test_examples_in_one_cell_are_counted_and_told_apart_where_their_classes_differ(wish, size):
    def drawn(second):
        data = f"examples = [[0, 0, 0], {second}, [1, 0, 1], [1, 1, 0]]"
        given = MATRIX.replace('dataset = "xor"', data)
        return picture(given, wish, width=size[0], height=size[1])

    apart, alike, mixed = (drawn(row) for row in ("[0, 1, 1]", "[0, 0, 0]", "[0, 0, 1]"))
    assert "share" not in apart
    assert "2 of 4 " in alike
    assert "&" not in apart + alike
    assert "2 of 4 share a cell" in mixed
    assert sum("&" in row for row in mixed.splitlines()) == 2


def test_where_planes_would_be_small_the_output_has_one_and_the_neurons_their_own_picture():
    wish = 'kind = "boundary"\nhidden = true'
    one = picture(MATRIX, wish, width=36, height=15)
    assert one.count("x₂│") == 1
    assert "Ŷ≥0.5" in one
    assert "A₁[0]" not in one
    all_of_them = picture(MATRIX, wish, width=80, height=24)
    assert all_of_them.count("x₂│") == 4
    alone = picture(MATRIX, wish, width=36, height=15, number=1)
    assert ("Ŷ≥0.5" in alone, "A₁[0]" in alone, "A₁[1]" in alone) == (False, True, True)


def test_neurons_without_room_are_counted():
    text = picture(MATRIX, 'kind = "boundary"\nhidden = true', width=16, height=8, number=1)
    assert "2 more where" in text


def test_each_of_several_classes_is_its_largest_row():
    classes = MATRIX.replace('targets = { Y = ["y"] }', 'targets = { Y = ["a", "b"] }').replace(
        'dataset = "xor"', "examples = [[0, 0, 1, 0], [1, 1, 0, 1]]"
    )
    classes = classes.replace("W2 = [[1.0, 1.0, -2.0]]", "W2 = [[1.0, 1.0, -2.0], [0.5, 0.1, 3.0]]")
    classes = classes.replace("b2 = [[0.2]]", "b2 = [[0.2], [0.0]]")
    text = picture(classes, 'kind = "boundary"')
    assert text.startswith("Ŷ  the largest row  ·0 ░1")
    body = [row[6:] for row in text.splitlines()[1:-1]]
    assert "░░░░" in "".join(body)
    # Digits are the examples' alone: colour is not needed to tell them from the regions.
    assert sorted(ch for row in body for ch in row if ch.isdigit()) == ["0", "1"]


SIGNED = """
[parameters]
w1 = 1.0
w2 = 0.0
b = 0.0
[data]
inputs = ["x1", "x2"]
targets = ["y"]
examples = [[-1, 0, -1], [-0.5, 1, -1], [0.5, 0, 1], [1, 1, 1]]
[training]
learning_rate = 0.1
epochs = 50
{pictures}
+++
```graph
s = tanh(w1*x1 + w2*x2 + b)
L = (s - y)**2
```
"""
SHARES = """
[parameters]
W = [[1.0, 0.0], [-1.0, 0.0]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y1", "y2"] }
examples = [[-1, 0, 0, 1], [1, 0, 1, 0], [-1, 1, 0, 1], [1, 1, 1, 0]]
[training]
learning_rate = 0.1
epochs = 50
{pictures}
+++
```graph
Z = W @ X
P = softmax(Z)
C = sum(cross_entropy(P, Y))/m
```
"""


def halves(text):
    """Return the shades left and right of the middle of a plane, without the examples' marks."""
    rows = [row.partition("│")[2] for row in text.splitlines() if "│" in row]
    middle = len(rows[0]) // 2
    marks = "01+-x"
    left = {ch for row in rows for ch in row[: middle - 1] if ch not in marks}
    return left, {ch for row in rows for ch in row[middle + 1 :] if ch not in marks}


def test_targets_of_minus_one_and_one_are_two_classes_that_meet_at_0():
    text = picture(SIGNED, 'kind = "boundary"')
    assert "s≥0" in text.splitlines()[0]
    assert halves(text) == ({"·"}, {"░"})
    body = "".join(row.partition("│")[2] for row in text.splitlines())
    assert (body.count("-"), body.count("+"), body.count("x")) == (2, 2, 0)
    assert "4 of 4 right, 100 %" in picture(SIGNED, 'kind = "table"')
    assert "+ are" in picture(SIGNED, 'kind = "boundary"\nlines = true', width=60)


def test_a_logit_is_on_one_side_of_0_whatever_its_targets_are():
    logits = ROWS.replace("L = (yhat - y)**2 / 2", "L = binary_cross_entropy_logits(z, y)")
    logits = logits.replace("yhat = sigmoid(z)\n", "")
    assert "z≥0" in picture(logits, 'kind = "boundary"').splitlines()[0]
    # All four sums are above 0 but the first, which is 0: below a half none of them is.
    assert "3 of 4 right" in picture(logits, 'kind = "table"')


def test_shares_that_are_asked_for_give_the_picture_of_the_prediction():
    asked = picture(SHARES, 'kind = "boundary"\nof = "P"')
    assert asked == picture(SHARES, 'kind = "boundary"')
    assert halves(asked) == ({"░"}, {"·"})


def test_what_the_regions_of_columns_are_is_said_where_the_same_of_rows_has_room():
    columns = SHARES.replace("\n[parameters]", '\norientation = "rows"\n[parameters]', 1)
    columns = columns.replace("[[1.0, 0.0], [-1.0, 0.0]]", "[[1.0, -1.0], [0.0, 0.0]]")
    columns = columns.replace("W @ X", "X @ W")
    wish = 'kind = "boundary"\nof = "P"'
    titles = [picture(text, wish, width=26).splitlines()[0] for text in (SHARES, columns)]
    assert titles == ["P  the largest row  ·0 ░1", "P  largest column  ·0 ░1"]


def test_shares_that_are_equal_but_for_rounding_decide_nothing():
    dust = SHARES.replace("1.0, 0.0", "1e-15, 0.0").replace("-1.0", "0.0")
    text = picture(dust, 'kind = "boundary"')
    assert "no boundary: every answer is 0.5" in text.splitlines()[0]
    assert halves(text) == ({" "}, {" "})
    assert "4 undecided" in picture(dust, 'kind = "table"')


DUST = ROWS.replace("w1 = 0.1", "w1 = 2.4e-16").replace("w2 = 0.6", "w2 = 2.4e-16")
"""Weights as long training leaves them where nothing can be learned."""


@pytest.mark.parametrize("wish", ['kind = "boundary"\nlines = true', 'kind = "boundary"'])
def test_no_boundary_is_drawn_from_sums_below_rounding(wish):
    text = picture(DUST, wish, width=46)
    assert "no boundary: every answer is 0.5" in text
    assert "e−16" not in text
    assert not set("•▒·") & set(text)
    small = picture(ROWS.replace("w1 = 0.1", "w1 = 1e-6").replace("w2 = 0.6", "w2 = 1e-6"), wish)
    assert "no boundary" not in small


def test_a_hidden_neuron_without_a_line_is_said():
    flat = MATRIX.replace("[2.0, 1.0]]", "[0.0, 0.0]]").replace("[-0.5]]", "[0.0]]")
    text = picture(flat, 'kind = "boundary"\nlines = true')
    assert "no line: A₁[2] sums to 0 everywhere" in text


def test_examples_whose_targets_are_no_classes_are_marked():
    real = ROWS.replace('dataset = "or"', "examples = [[0, 0, 1.8], [1, 1, 1.2]]")
    # Numbers have no boundary between them: a level that is asked for divides the plane.
    assert "a `level` would divide" in " ".join(picture(real, 'kind = "boundary"').split())
    wish = 'kind = "boundary"\nlevel = 0.6'
    assert title_of(source(real, wish), source(real, wish).lesson.pictures[0]).endswith("a level")
    assert told(source(real, wish), source(real, wish).lesson.pictures[0])[1].endswith(
        "≥ 0.6 at example 1"
    )
    lines = picture(real, wish, width=46, height=13).splitlines()
    assert lines[0].endswith("░ ŷ≥0.6")
    body = "".join(line[6:] for line in lines[1:-1])
    assert body.count("%") == 2
    assert not set("01") & set(body)


def test_axes_are_named_as_the_rest_of_the_screen_names_the_inputs():
    for wish in ('kind = "boundary"', 'kind = "boundary"\nlines = true'):
        lines = picture(ROWS, wish, width=46, height=13).splitlines()
        assert len([line for line in lines if re.match(" *x₂│", line)]) == 1
        assert any(" x₁ " in line for line in lines[-4:])
        assert "x1" not in "".join(lines)
    assert "x1" in picture(ROWS, 'kind = "boundary"', chars=ASCII)


@pytest.mark.parametrize("size", [(30, 14), (60, 20), (60, 40), (90, 16)])
def test_a_circle_is_as_wide_as_high(size):
    width, height = size
    axes = Axis("x", -1.0, 1.0), Axis("y", -1.0, 1.0)
    grid = Grid(*axes, width, height).to_scale()
    inside = (grid.points() ** 2).sum(axis=1) <= 0.81
    rows = inside.reshape(grid.rows, grid.columns)
    wide, high = rows.any(axis=0).sum(), rows.any(axis=1).sum()
    assert abs(wide - 2 * high) <= 2
    assert grid.columns <= width
    assert grid.rows <= height


def test_a_plane_with_lines_is_as_wide_as_high():
    rows = picture(MATRIX, 'kind = "boundary"\nlines = true', width=46, height=24).splitlines()
    at = {ch: (n, row.index(ch)) for ch in "10" for n, row in enumerate(rows[2:9]) if ch in row[7:]}
    (top, left), (_, right) = at["1"], at["0"]
    below = next(n for n, row in enumerate(rows[2:]) if n > top and "1" in row[7:])
    assert abs((right - left) - 2 * (below - top)) <= 2


def test_classes_are_called_by_the_labels_that_the_data_have():
    labelled = MATRIX.replace(
        'targets = { Y = ["y"] }', 'targets = { Y = { column = "kind", one_hot = true } }'
    ).replace('dataset = "xor"', 'examples = [[0, 0, "owl"], [0, 1, "cat"], [1, 1, "dog"]]')
    rows = "W2 = [[1.0, 1.0, -2.0], [0.5, 0.1, 3.0], [0.1, 0.2, 0.3]]"
    labelled = labelled.replace("W2 = [[1.0, 1.0, -2.0]]", rows)
    labelled = labelled.replace("b2 = [[0.2]]", "b2 = [[0.2], [0.0], [0.0]]")
    for chars, shades in ((UNICODE, "·░▒"), (ASCII, ".#:")):
        text = picture(labelled, 'kind = "boundary"', chars=chars)
        named = " ".join(
            f"{s}{n} {name}" for n, (s, name) in enumerate(zip(shades, NAMES, strict=True))
        )
        assert text.splitlines()[0].endswith(named)


NAMES = ("cat", "dog", "owl")


def test_a_line_of_one_value_for_each_example_is_called_by_its_name_alone():
    vector = """
orientation = "rows"
[parameters]
w = [0.4, -0.2]
[data]
inputs = { X = ["a", "c"] }
targets = { Y = ["y"] }
examples = [[0, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0]]
[training]
{pictures}
+++
```graph
p = sigmoid(X @ w)
C = mean((p - flatten(Y))**2)
```
"""
    title, *body = picture(vector, 'kind = "boundary"\nof = "p"').splitlines()
    assert title.startswith("p  ░ sum≥0")
    assert "".join(body).count("0") > 1
