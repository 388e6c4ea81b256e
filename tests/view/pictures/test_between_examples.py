"""Points of the plane, between and beyond the examples: what has a value there, and which."""

from pathlib import Path

import numpy as np
import pytest
from wishes import source

from gdtutor.cli import main
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import outcome_of, run_of
from gdtutor.view.pictures import told
from gdtutor.view.pictures.fit import fit_of
from gdtutor.view.pictures.planes import at_points

HEAD = '+++\nformat = 1\nid = "between"\ntitle = "Between"\n'
NORMALISED = """
orientation = "rows"
[parameters]
W = [[1.0], [0.0]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
examples = [[4, 0, 0], [6, 1, 1], [5.5, 2, 1], [4.5, 1, 0]]
[training]
learning_rate = 0.01
epochs = 3
{pictures}
+++
```graph
Z = X @ W
P = sigmoid(3*(Z - mean(Z, 0))/m)
C = sum(binary_cross_entropy(P, Y)) / m
```
"""
"""A neuron that sees how far an example is from the mean of all."""

OWN_SHARES = NORMALISED.replace("[data]", "[constants]\nR = [[1.0], [2.0], [0.5], [1.0]]\n[data]")
OWN_SHARES = OWN_SHARES.replace("3*(Z - mean(Z, 0))/m", "Z*R")
"""Each example's sum has a factor that is its own."""

MEETING = NORMALISED.replace("3*(Z - mean(Z, 0))/m", "sum(Z @ Z.T, 1)/9").replace(
    "binary_cross_entropy(P, Y)", "(P - Y)**2"
)
"""What an example says depends on every other one."""


def parsed(text):
    return parse_lesson(HEAD + text, Path("01-between.md"))


def trained(text):
    lesson, reports = parsed(text.replace("{pictures}", ""))
    assert lesson is not None, [report.text() for report in reports]
    run = run_of(lesson)
    run.advance()
    return run, outcome_of(run)


@pytest.mark.parametrize("limits", ["[-10, 10]", "[4, 6]", "[4.9, 30]"])
def test_a_mean_over_the_examples_is_theirs_at_every_point_of_the_plane(limits):
    given = source(NORMALISED, f'kind = "boundary"\nrange = {limits}')
    points = np.array([[-10.0, 0], [4.9, 3], [5, 1], [5.1, 0], [10, 1]])
    expected = 1 / (1 + np.exp(-3 * (points[:, 0] - 5) / 4))
    assert at_points(given, "P", points)[0] == pytest.approx(expected)
    assert "examples 1, 2" in " ".join(told(given, given.lesson.pictures[0]))


def test_the_fit_takes_the_examples_mean_as_well():
    fit = NORMALISED.replace('["x1", "x2"]', '["x1"]').replace(", [0.0]]", "]")
    fit = fit.replace("[[4, 0, 0], [6, 1, 1], [5.5, 2, 1], [4.5, 1, 0]]", "[[4, 0], [6, 1]]")
    given = source(fit, 'kind = "fit"\nrange = [0, 40]')
    numbers = fit_of(given, given.lesson.pictures[0])
    assert numbers.now == pytest.approx(1 / (1 + np.exp(-3 * (np.array(numbers.xs) - 5) / 2)))


def test_held_back_examples_move_no_mean_and_no_prediction_of_the_others():
    more = NORMALISED.replace("[4.5, 1, 0]]", "[4.5, 1, 0], [100, 1, 1], [100, 2, 0]]")
    run, outcome = trained(more.replace("epochs = 3", "epochs = 3\nvalidation = 0.34"))
    said, wanted = outcome.predictions[0], outcome.targets[0]
    losses = -np.log(np.where(wanted == 1, said, 1 - said))
    assert losses[:4].mean() == pytest.approx(outcome.final_cost, rel=1e-12)
    assert losses[4:].mean() == pytest.approx(outcome.validation_cost, rel=1e-12)
    assert run.costs[-1] > outcome.final_cost


@pytest.mark.parametrize(("text", "line"), [(OWN_SHARES, "P"), (MEETING, "P")])
def test_what_belongs_to_the_examples_alone_has_no_picture_and_says_why(
    text, line, tmp_path, capsys
):
    path = tmp_path / "01-between.md"
    path.write_text(HEAD + text.replace("{pictures}", ""))
    assert main(["shot", str(path), "--keys", "t Tab", "--size", "100x30"]) == 0
    screen = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "decision boundary" in screen
    for part in ("No value between", f"the line {line} takes", "all 4 of them"):
        assert part in screen
    lesson, reports = parsed(text.replace("{pictures}", '[[pictures]]\nkind = "boundary"'))
    assert lesson is None
    assert f"P has no value between the examples: {line} takes them all" in reports[0].what


def test_a_weight_of_each_example_in_the_cost_leaves_the_plane_as_it_is():
    weighed = OWN_SHARES.replace("Z*R", "Z").replace("(P, Y)", "(P, Y)*R")
    given = source(weighed, 'kind = "boundary"')
    assert at_points(given, "P", np.array([[0.0, 7.0]])) == pytest.approx(0.5)


def test_a_graph_that_fits_one_number_of_examples_is_evaluated_in_such_batches():
    halves = OWN_SHARES.replace("[[1.0], [2.0], [0.5], [1.0]]", "[[1.0], [2.0]]")
    run, outcome = trained(halves.replace("epochs = 3", "epochs = 3\nbatch = 2"))
    w = outcome.parameters["W"]
    x, factors = run.segments[0].problem.examples[:, :2], np.array([1, 2, 1, 2])
    assert outcome.predictions[0] == pytest.approx(1 / (1 + np.exp(-(x @ w)[:, 0] * factors)))


@pytest.mark.parametrize(
    ("setting", "why"),
    [("batch = 3", "the last batch holds 1"), ("validation = 0.25", "1 are held")],
)
def test_a_graph_that_fits_one_number_of_examples_has_batches_of_it_alone(setting, why):
    thirds = OWN_SHARES.replace(", [1.0]]", "]").replace("epochs = 3", f"epochs = 3\n{setting}")
    lesson, reports = parsed(thirds.replace("{pictures}", ""))
    assert lesson is None
    assert "'P' fits batches of 3 examples and no other number" in reports[0].what
    assert why in reports[0].hint
