"""Lessons whose examples are rows, or meet each other: every screen opens, and marks the right."""

import numpy as np
import pytest
from walks import DATA, screen, walk

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.runs import outcome_of
from gdtutor.training.classes import predictions_of
from gdtutor.view import notation
from gdtutor.view.figures import source_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.pictures.fit import fit_of

NAMES = ("rows_are_examples", "broadcast_by_mistake", "four_by_four", "two_predictions", "bias_sum")


def lesson(name):
    return DATA / "lessons" / f"{name}.md"


def trained(name):
    return pressed(session_at(lesson(name)), parse_keys("t"))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", NAMES)
def test_the_training_screen_opens_and_every_panel_of_it(name):
    session = trained(name)
    for keys in ("", "tab", "tab tab", "tab tab tab"):
        shown = pressed(session, parse_keys(keys))
        assert "100%" in screen(shown)
        assert screen(shown, 40, 12)
        assert screen(shown, 120, 36, ascii_only=True)


def test_predictions_that_are_a_column_stand_beside_their_targets():
    problem = trained("rows_are_examples").run.segments[0].problem
    learned, expected = predictions_of(problem, dict(problem.parameters))
    w, x = np.array([0.5, -0.3]), np.array([[0, 1], [1, 0], [1, 1]])
    np.testing.assert_allclose(learned, [1 / (1 + np.exp(-(x @ w)))])
    np.testing.assert_array_equal(expected, [[1, 0, 1]])


def test_an_outcome_has_its_examples_last_whichever_axis_they_were():
    session = trained("rows_are_examples")
    outcome = outcome_of(session.run)
    assert outcome.predictions.shape == outcome.targets.shape == (1, 3)


def test_two_predictions_are_set_beside_the_one_target_that_both_meet():
    problem = trained("two_predictions").run.segments[0].problem
    learned, expected = predictions_of(problem, dict(problem.parameters))
    np.testing.assert_allclose(learned, [[0.7, 0.25], [-0.4, -0.24]])
    np.testing.assert_array_equal(expected, [[0.5, 1], [0.5, 1]])


def test_the_prediction_is_found_beside_a_target_that_is_turned():
    problem = trained("four_by_four").run.segments[0].problem
    assert (problem.prediction, problem.target) == ("P", "Y")


def test_the_followed_example_is_a_row_and_no_weight_is_marked():
    followed = walk(lesson("four_by_four"), "forward:H", "o o")
    shown = [row for row in screen(followed).splitlines() if "▸" in row and "⎢" in row]
    assert len(shown) == 1
    assert "2▸⎢" in shown[0]
    weight = walk(lesson("four_by_four"), "backward:V0", "o o")
    assert "▾" not in screen(weight)
    # Of the three matrices at this step the upstream gradient alone has examples.
    gradient, upstream = screen(weight).split("upstream")
    assert "2▸⎢" not in gradient
    assert "2▸⎢" in upstream


def test_a_cell_opens_at_the_row_of_the_followed_example():
    assert walk(lesson("four_by_four"), "forward:H", "o o c").look.cell == (2, 0)
    assert walk(lesson("four_by_four"), "backward:V0", "o o c").look.cell == (0, 0)
    assert walk(lesson("rows_are_examples"), "given", "n o c").look.cell == (1, 0)


def test_the_forgotten_sum_of_a_bias_is_the_share_of_the_last_example():
    session = walk(lesson("bias_sum"), "backward:b1", "w")
    last = session.moment.trace.gradients["z1"][-1]
    shown = screen(session)
    assert "with = in place of +=" in shown
    assert "only the share of the last example is" in shown
    _, wrong = (line for line in shown.splitlines() if "×10⁻⁴" in line)
    for number in last:
        assert notation.shown(float(number) * 1e4, 4, UNICODE) in wrong


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("rows_are_examples", 'kind = "boundary"'),
        ("rows_are_examples", 'kind = "boundary"\nof = "yhat"'),
        ("rows_are_examples", 'kind = "table"'),
        ("bias_sum", 'kind = "boundary"\nof = "h1"'),
        ("bias_sum", 'kind = "boundary"\nhidden = true'),
    ],
)
def test_pictures_of_a_lesson_in_rows_are_drawn(tmp_path, name, picture):
    text = lesson(name).read_text(encoding="utf-8")
    path = tmp_path / f"{name}.md"
    head, _, rest = text.partition("\n+++\n")
    path.write_text(f"{head}\n[[pictures]]\n{picture}\n+++\n{rest}", encoding="utf-8")
    shown = screen(session_at(path, at="forward"))
    assert "picture" in shown or "x₂" in shown or "target" in shown
    assert screen(pressed(session_at(path), parse_keys("t")), 120, 36)


def test_a_fit_is_drawn_of_predictions_down_the_rows(tmp_path):
    path = tmp_path / "fit.md"
    path.write_text(FIT, encoding="utf-8")
    session = pressed(session_at(path), parse_keys("t"))
    assert "p leaves" not in screen(session, 120, 36)
    given = source_of(session, UNICODE)
    numbers = fit_of(given, given.lesson.pictures[0])
    w, b = (float(session.train.snapshot.parameters[name].reshape(())) for name in "wb")
    np.testing.assert_allclose(numbers.now, w * np.array(numbers.xs) + b)


FIT = """+++
format = 1
id = "fit"
title = "Fit"
[parameters]
w = [[0.5]]
b = [[0.1]]
[data]
inputs = { X = ["x"] }
targets = { Y = ["y"] }
examples = [[0, 1], [1, 3], [2, 5]]
[training]
learning_rate = 0.1
epochs = 20
[[pictures]]
kind = "fit"
of = "p"
+++
```graph
p = X.T @ w + b
C = mean((p - Y.T)**2)
```
"""
