"""What training takes from a lesson."""

from __future__ import annotations

import re

import numpy as np
import pytest
from lessons_for_tests import MATRIX, NETWORK, SCALAR, lesson_of

from gdtutor.lesson.runs import outcome_of, problem_of, run_of, settings_of
from gdtutor.training.classes import accuracy


def test_a_problem_names_prediction_and_target() -> None:
    problem = problem_of(lesson_of(SCALAR))
    assert (problem.prediction, problem.target) == ("yhat", "y")
    problem = problem_of(lesson_of(NETWORK))
    assert (problem.prediction, problem.target) == ("Yhat", "Y")


@pytest.mark.parametrize(
    "cost",
    ["mean(maximum(1 - Y*S, 0))", "mean(maximum(-Y*S, 0))", "sum(log(1 + exp(-S.T*Y.T)))/m",
     "mean(softplus(-(Y*S)))", "mean(log(1 + exp((-S)*Y)))"],
)  # fmt: skip
def test_the_prediction_of_a_margin_is_what_the_target_multiplies(cost: str) -> None:
    text = f"""+++
format = 1
id = "margin"
title = "Margin"
[parameters]
W = [[0.5, -0.3]]
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y"] }}
examples = [[0, 1, -1], [1, 0, 1], [1, 1, 1]]
[training]
+++
```graph
S = W @ X
C = {cost}
```
"""
    problem = problem_of(lesson_of(text))
    assert (problem.prediction, problem.target) == ("S", "Y")
    assert accuracy(problem, dict(problem.parameters)) == 1.0


def test_without_the_usual_name_the_line_beside_the_target_is_the_prediction() -> None:
    text = SCALAR.replace("yhat", "a")
    assert problem_of(lesson_of(text)).prediction == "a"
    entropy = text.replace("(a - y)**2 / 2", "binary_cross_entropy(a, y)")
    assert problem_of(lesson_of(entropy)).prediction == "a"


VECTOR = """+++
format = 1
id = "vector"
title = "A vector of weights"
orientation = "rows"
[parameters]
w = [0.4, -0.2]
b = 0.1
[data]
inputs = { X = ["a", "c"] }
targets = { Y = ["y"] }
examples = [[0, 1, 1], [1, 0, 0], [1, 1, 1], [0, 0, 0]]
[training]
epochs = 1
[[pictures]]
kind = "boundary"
[[pictures]]
kind = "table"
+++
```graph
p = sigmoid(X @ w + b)
C = mean((p - flatten(Y))**2)
```
"""
WRITTEN_OUT = "-sum(Y*log(p) + (1 - Y)*log(1 - p))/m"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("flatten(Y)", "Y[:, 0]"),
        ("flatten(Y)", "reshape(Y, -1)"),
        ("mean((p - flatten(Y))**2)", "mean(binary_cross_entropy(p, flatten(Y)))"),
        ("C = mean((p - flatten(Y))**2)", "y = Y[:, 0]\nC = mean((p - y)**2)"),
        ("mean((p - flatten(Y))**2)", WRITTEN_OUT.replace("Y", "flatten(Y)")),
        ("mean((p - flatten(Y))**2)", "-mean(Y[:, 0]*log(p + 1e-9) + log(1 - p)*(1 - Y[:, 0]))"),
        ("mean((p - flatten(Y))**2)", "-mean((1 - Y[:, 0])*log(clip(1 - p, 1e-9, 1)))"),
    ],
)
def test_the_prediction_of_vector_weights_stands_beside_the_moved_targets(
    old: str, new: str
) -> None:
    lesson = lesson_of(VECTOR.replace(old, new))
    problem = problem_of(lesson)
    assert (problem.prediction, problem.target) == ("p", "Y")
    assert accuracy(problem, dict(problem.parameters)) is not None
    run = run_of(lesson)
    run.advance()
    outcome = outcome_of(run)
    assert outcome.predictions.shape == outcome.targets.shape == (4,)
    assert outcome.targets.tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize("way", ["", 'orientation = "rows"'])
def test_the_prediction_of_a_matrix_is_found_through_flatten_and_a_written_out_entropy(
    way: str,
) -> None:
    rows = VECTOR.replace('orientation = "rows"', way).replace("sigmoid(X @ w + b)", "sigmoid(Z)")
    start, z = ("[[0.4], [-0.2]]", "X @ w + b") if way else ("[[0.4, -0.2]]", "w @ X + b")
    text = rows.replace("[0.4, -0.2]", start).replace("p = ", f"Z = {z}\np = ")
    for cost in (WRITTEN_OUT, "mean((flatten(p) - flatten(Y))**2)", "-mean(Y*log(p))"):
        problem = problem_of(lesson_of(text.replace("mean((p - flatten(Y))**2)", cost)))
        assert (problem.prediction, problem.target) == ("p", "Y"), cost


@pytest.mark.parametrize(
    ("targets", "cost"),
    [
        ('["y", "d"]', "mean((p - Y[:, 0])**2)"),
        ('["y"]', "-mean(Y[:, 0]*log(1 - p))"),
        ('["y"]', "mean((p[0:2] - Y[0:2, 0])**2)"),
    ],
)
def test_a_part_of_the_targets_and_what_is_left_to_1_tell_no_prediction(
    targets: str, cost: str
) -> None:
    text = VECTOR.replace('Y = ["y"]', f"Y = {targets}")
    text = text.replace("mean((p - flatten(Y))**2)", cost)
    text = text[: text.index("[[pictures]]")] + text[text.rindex("+++") :]
    if "d" in targets:
        text = re.sub(r"\[(\d), (\d), (\d)\]", r"[\1, \2, \3, \1]", text)
    assert problem_of(lesson_of(text)).prediction is None


def test_data_become_rows_numbers_or_matrices() -> None:
    single = problem_of(lesson_of(SCALAR))
    assert single.given(single.parameters, np.array([1]))["x"].shape == ()
    rows = problem_of(lesson_of(SCALAR, ("batch = 1", "batch = 2")))
    given = rows.given(rows.parameters, np.array([0, 1]))
    np.testing.assert_array_equal(given["x"], [1, 2])
    assert float(given["m"]) == 2.0
    matrix = problem_of(lesson_of(MATRIX))
    assert matrix.given(matrix.parameters, np.arange(3))["X"].shape == (2, 3)


def test_a_seed_goes_to_the_order_of_examples_too() -> None:
    settings = settings_of(lesson_of(SCALAR), seed=9)
    assert settings is not None
    assert settings.seed == 9
    assert settings_of(lesson_of(SCALAR, ("[training]\nbatch = 1\n", ""))) is None


def test_a_problem_holds_only_what_its_graph_uses() -> None:
    lesson = lesson_of(SCALAR, ("```graph", "```graph\ns = w*w\n```\n\n```graph"))
    first = problem_of(lesson, scene=0)
    assert list(first.parameters) == ["w"]
    assert first.bindings == ()
    assert list(problem_of(lesson).parameters) == ["w", "b"]


@pytest.mark.parametrize(
    ("schedule", "every"),
    [
        ('"cosine"', 20_000),
        ('{ kind = "cosine" }', 20_000),
        ('{ kind = "cosine", every = 50 }', 50),
        ('"step"', 100),
        ('{ kind = "exponential", every = 7 }', 7),
    ],
)
def test_a_cosine_without_a_length_ends_with_the_last_epoch(schedule: str, every: int) -> None:
    training = f"[training]\nepochs = 20000\nschedule = {schedule}\n"
    settings = settings_of(lesson_of(SCALAR, ("[training]\n", training)))
    assert settings is not None
    assert settings.schedule.every == every
