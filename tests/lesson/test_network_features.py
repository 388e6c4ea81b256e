"""Features, penalties and classes of `[network]` lessons: from the file to the gradients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdtutor.engine.trace import trace
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import problem_of, run_of
from gdtutor.session.moment import moment_at
from tests.independent.tape import parsed, taped

FEATURES = ["x1", "x2", "x1*x2", "x1**2", "sin(x1)"]


def text_of(network: str = "", data: str = 'dataset = "circle"\ncount = 12', **training) -> str:
    rows = "\n".join(f"{name} = {value}" for name, value in training.items())
    return f"""+++
format = 1
id = "a-network"
title = "A network"

[network]
{network or "layers = [2, 3, 1]"}

[data]
{data}

[training]
{rows}
+++
"""


def lesson_of(text: str) -> Lesson:
    lesson, reports = parse_lesson(text, Path("a-network.md"))
    assert lesson is not None, [report.what for report in reports]
    return lesson


def featured(**training) -> Lesson:
    names = ", ".join(f'"{name}"' for name in FEATURES)
    network = f'layers = [2, 3, 1]\nactivation = "tanh"\nfeatures = [{names}]\nl1 = 0.01\nl2 = 0.1'
    return lesson_of(text_of(network, **training))


def test_features_are_the_rows_of_the_inputs_matrix() -> None:
    problem = problem_of(featured())
    x1, x2 = problem.examples[:, 0], problem.examples[:, 1]
    given = problem.given(problem.parameters, np.arange(12))
    np.testing.assert_allclose(given["X"], [x1, x2, x1 * x2, x1**2, np.sin(x1)], rtol=1e-15)
    assert problem.columns == ("x1", "x2", "x1*x2", "x1**2", "sin(x1)", "y")
    assert problem.parameters["W1"].shape == (3, 5)


def test_the_penalties_stand_in_the_cost_and_its_gradient() -> None:
    problem = problem_of(featured())
    given = problem.given(problem.parameters, np.arange(12))
    walked = trace(problem.graph, given)

    lines = {
        "H": "tanh(W1 @ X + b1)",
        "S": "(sigmoid(W2 @ H + b2) - Y)**2",
        "C": "sum(S)/24 + 0.01*(sum(abs(W1)) + sum(abs(W2))) + 0.05*(sum(W1**2) + sum(W2**2))",
    }
    held = {name: given[name] for name in ("W1", "b1", "W2", "b2", "X", "Y")}
    tape = taped(held, [(name, parsed(formula)) for name, formula in lines.items()])
    np.testing.assert_allclose(walked.values["C"], float(tape.value("C").value), rtol=1e-13)
    expected = tape.gradients("C")["W1"].value.astype(float)
    np.testing.assert_allclose(walked.gradients["W1"], expected, rtol=1e-12, atol=1e-15)


def test_walk_and_training_agree_with_features_penalties_and_held_back_examples() -> None:
    lesson = featured(batch=4, validation=0.3, epochs=5, learning_rate=0.5)
    run = run_of(lesson)
    for iteration in range(4):
        walked = moment_at(lesson, run, iteration, frozenset()).traces[-1]
        after = run.state(iteration + 1).parameters
        for name, value in run.state(iteration).parameters.items():
            stepped = value - 0.5 * walked.gradients[name]
            np.testing.assert_allclose(stepped, after[name], rtol=1e-12, atol=1e-14)


def test_without_features_and_penalties_a_network_is_as_it_was() -> None:
    lesson = lesson_of(text_of())
    assert lesson.expansion[-1] == "C = sum((Yhat - Y)**2)/(2*m)"
    assert not lesson.constants
    assert lesson.features is None


def test_classes_make_a_target_of_each() -> None:
    network = 'layers = [2, 4, 3]\ncost = "cross_entropy"'
    lesson = lesson_of(text_of(network, 'dataset = "spiral"\nclasses = 3\ncount = 9'))
    assert lesson.columns == ("x1", "x2", "y1", "y2", "y3")
    np.testing.assert_array_equal(lesson.examples[:, 2:].sum(axis=1), 1)


@pytest.mark.parametrize(
    ("feature", "what"),
    [
        ("y", "the feature 'y': 'y' is no input"),
        ("x3", "the feature 'x3': 'x3' is no input"),
        ("cosx(x1)", "the feature 'cosx(x1)': unknown operation 'cosx'"),
        ("log(x1)", "the feature log(x1) is not finite at example"),
        ("x1 +", "the feature 'x1 +'"),
        ("2", "the feature '2'"),
        ("x1 @ x2", "the feature 'x1 @ x2'"),
        ("sum(x1)", "the feature 'sum(x1)'"),
        ("x2", "the feature 'x2' twice"),
    ],
)
def test_a_feature_that_cannot_be_had_is_told_where_it_stands(feature: str, what: str) -> None:
    network = f'layers = [2, 3, 1]\nfeatures = ["x2", "{feature}"]'
    lesson, reports = parse_lesson(text_of(network), Path("a-network.md"))
    assert lesson is None
    assert reports[0].what.startswith(what)
    assert reports[0].line == 8


@pytest.mark.parametrize(
    ("network", "data", "what"),
    [
        ("layers = [3, 3, 1]\nfeatures = ['x1', 'x2', 'x1*x2']", 'dataset = "circle"', "3 inputs"),
        ("layers = [2, 3, 1]\nl2 = -1", 'dataset = "circle"', ""),
        ("", 'dataset = "moons"\nclasses = 3', "'moons' with 3 classes"),
        ("", 'dataset = "circle"\nclasses = 2', "the network has 1 targets, the data have 2"),
        ("", 'inputs = ["x1", "x2"]\nexamples = [[1, 2]]\nclasses = 2', "'classes' without"),
    ],
)
def test_what_does_not_go_together_is_refused(network: str, data: str, what: str) -> None:
    lesson, reports = parse_lesson(text_of(network, data), Path("a-network.md"))
    assert lesson is None
    assert what in reports[0].what
