import numpy as np
import pytest
from wishes import LINEAR, MATRIX, ROWS, picture, source

from gdtutor.engine.characters import cells
from gdtutor.engine.trace import forward
from gdtutor.training.classes import UNDECIDED, classes_of, has_classes
from gdtutor.view.pictures.table import outputs_of


def test_learned_outputs_are_the_forward_pass_over_all_examples():
    given = source(MATRIX, 'kind = "table"', "5/given")
    learned, expected = outputs_of(given)
    problem = given.problem
    state = given.run.state(5).parameters
    values = forward(problem.graph, problem.given(state, np.arange(4)))
    assert learned == pytest.approx(values["Yhat"])
    assert expected.tolist() == [[0.0, 1.0, 1.0, 0.0]]


def test_one_value_is_a_class_on_its_side_of_a_half():
    learned, expected = np.array([[0.2, 0.51, 0.9]]), np.array([[0.0, 1.0, 0.0]])
    said, true = classes_of(learned, expected)
    assert (said.tolist(), true.tolist()) == ([0, 1, 1], [0, 1, 0])


def test_one_value_of_exactly_a_half_is_taken_for_neither_class():
    said, _ = classes_of(np.array([[0.5, 0.5]]), np.array([[0.0, 1.0]]))
    assert said.tolist() == [UNDECIDED, UNDECIDED]
    rows = [line for line in picture(ROWS, 'kind = "table"').splitlines() if line[:2] == "0 "]
    assert len(rows) == 1
    assert "✓" not in rows[0]
    assert "✗" not in rows[0]


def test_one_hot_targets_are_classes_by_the_largest_row():
    learned = np.array([[0.2, 0.5], [0.7, 0.3], [0.1, 0.9]])
    expected = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    said, true = classes_of(learned, expected)
    assert (said.tolist(), true.tolist()) == ([1, 2], [1, 0])


def test_other_targets_are_no_classes():
    assert classes_of(np.zeros((1, 2)), np.array([[0.3, 1.0]])) is None
    assert classes_of(np.zeros((2, 1)), np.array([[1.0], [1.0]])) is None


def test_right_ones_and_confusions_are_counted():
    text = picture(ROWS, 'kind = "table"')
    # At the start z is 0, 0.6, 0.1 and 0.7: the first prediction is exactly a half.
    assert "3 of 4 right, 75 %, 1 undecided" in text
    rows = [line.split()[2:] for line in text.splitlines() if line.startswith("should be")]
    assert rows == [["0", "0", "0"], ["1", "0", "3"]]


def test_targets_that_are_no_classes_get_a_mean_distance():
    real = ROWS.replace('dataset = "or"', "examples = [[0, 0, 0.25], [1, 0, 0.75]]")
    text = picture(real, 'kind = "table"', width=50)
    assert "mean distance 0." in text
    assert "right" not in text


def test_many_examples_are_elided_in_the_middle():
    big = ROWS.replace('dataset = "or"', 'dataset = "circle"\ncount = 300')
    lines = picture(big, 'kind = "table"').splitlines()
    assert any(line.strip() == "…" for line in lines)
    assert any(line.startswith("299 ") for line in lines)
    assert "of 300 right" in " ".join(lines)


def test_an_output_that_is_not_finite_is_taken_for_no_class():
    learned, expected = np.array([[np.nan, np.inf, 0.9]]), np.array([[0.0, 1.0, 1.0]])
    said, true = classes_of(learned, expected)
    assert (said.tolist(), true.tolist()) == ([-1, -1, 1], [0, 1, 1])


@pytest.mark.parametrize("learned", [-8e200, 0.2, 1e42])
def test_one_value_wanted_everywhere_is_a_class_where_a_share_is_learned_alone(learned):
    given = np.array([[learned]]), np.ones((1, 1))
    assert classes_of(*given) is None
    assert classes_of(*given, is_share=True) is not None


@pytest.mark.parametrize("at", ["given", "1/given", "40/given"])
def test_a_linear_neuron_is_told_by_its_distance_whatever_it_says(at):
    """It starts between 0 and 1, is 1.9 too large after an update, and diverges at this rate."""
    text = picture(LINEAR.replace("5.0", "50.0"), 'kind = "table"', at)
    assert "mean distance" in text
    assert "right" not in text
    assert "✓" not in text


def test_an_output_that_differs_from_a_half_by_rounding_alone_is_undecided():
    said, _ = classes_of(np.array([[0.5 + 1e-16, 0.5 - 2e-16, 0.51]]), np.array([[0.0, 1.0, 1.0]]))
    assert said.tolist() == [UNDECIDED, UNDECIDED, 1]


def test_a_count_that_is_longer_than_a_line_goes_on_in_the_next():
    text = " ".join(picture(ROWS, 'kind = "table"', width=26).split())
    assert "3 of 4 right, 75 %, 1 undecided" in text


@pytest.mark.parametrize(
    ("targets", "expected"),
    [("[[0, 0, 0], [1, 0, 1]]", True), ("[[0, 0, 1.8], [1, 0, 1.2]]", False)],
)
def test_targets_are_classes_where_all_are_0_or_1(targets, expected):
    given = source(ROWS.replace('dataset = "or"', f"examples = {targets}"), 'kind = "table"')
    assert has_classes(given.problem) is expected


def test_examples_held_back_are_counted_apart():
    held = ROWS.replace("[training]", "[training]\nvalidation = 0.25")
    text = picture(held, 'kind = "table"')
    assert "training: 2 of 3 right, 66.7 %, 1 undecided" in " ".join(text.split())
    assert "held out (^): 1 of 1 right, 100 %" in text
    assert any(line.startswith("3^ ") for line in text.splitlines())
    assert "should be    0   0   0" in text


def test_of_many_shares_class_stands_against_class():
    names = ", ".join(f'"k-{i:02}"' for i in range(12))
    shares = f"""
orientation = "rows"
[parameters]
W = {{ shape = [2, 12], init = "normal", seed = 3 }}
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = {{ column = "kind", one_hot = true, classes = [{names}] }} }}
examples = [[1, 0, "k-03"], [0, 1, "k-11"], [2, 1, "k-00"]]
{{pictures}}
+++
```graph
P = softmax(X @ W)
C = sum(cross_entropy(P, Y))/m
```
"""
    given = source(shares, 'kind = "table"')
    w = given.parameters["W"]
    said = np.argmax(given.problem.examples[:, :2] @ w, axis=1)
    rows = picture(shares, 'kind = "table"', width=30, height=16).splitlines()
    assert rows[0].split() == ["#", "x₁", "x₂", "target", "learned"]
    for number, (row, true) in enumerate(zip(rows[1:4], (3, 11, 0), strict=True)):
        mark = "✓" if said[number] == true else "✗"
        assert row.split()[0] == str(number)
        assert row.split()[3:] == [f"k-{true:02}", f"k-{said[number]:02}", mark]


LABELS = """
[parameters]
W = [[1.0, 0.0], [0.0, 2.0]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = { column = "kind", one_hot = true } }
examples = [[1, 0, "c03"], [0, 1, "mu1"]]
{pictures}
+++
```graph
P = softmax(W @ X)
C = sum(cross_entropy(P, Y))/m
```
"""


def test_a_label_is_text_and_no_name():
    labels = LABELS
    assert "0 c03, 1 mu1" in picture(labels, 'kind = "table"', width=60)
    assert ["1", "mu1", "mu1", "✓"] in [
        row.split() for row in picture(labels, 'kind = "table"', width=22).splitlines()
    ]
    assert "c03 ░1 mu1" in picture(labels, 'kind = "boundary"', width=60)


def test_long_labels_of_wide_characters_are_cut_alike_in_both_columns():
    wide = LABELS.replace("c03", "山茶花山茶花山茶花").replace("mu1", "水仙花水仙花水仙花")
    head, *rows = picture(wide, 'kind = "table"', width=26).splitlines()[:3]
    assert head.split() == ["#", "target", "learned"]
    for row in rows:
        _, true, learned, _ = row.split()
        assert {true[0], learned[0]} <= {*"山水"}
        assert cells(row) <= 26
