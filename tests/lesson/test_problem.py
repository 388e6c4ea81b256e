"""What training takes from a lesson."""

from __future__ import annotations

import numpy as np
import pytest
from lessons_for_tests import MATRIX, NETWORK, SCALAR, lesson_of

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.problem import problem_of, settings_of
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


def test_data_become_rows_numbers_or_matrices() -> None:
    single = problem_of(lesson_of(SCALAR))
    assert single.given(single.parameters, np.array([1]))["x"].shape == ()
    rows = problem_of(lesson_of(SCALAR, ("batch = 1", "batch = 2")))
    given = rows.given(rows.parameters, np.array([0, 1]))
    np.testing.assert_array_equal(given["x"], [1, 2])
    assert float(given["m"]) == 2.0
    matrix = problem_of(lesson_of(MATRIX))
    assert matrix.given(matrix.parameters, np.arange(3))["X"].shape == (2, 3)


def test_values_can_be_replaced_whole() -> None:
    lesson = lesson_of(MATRIX)
    replaced = problem_of(lesson, overrides={"W": np.array([[1.0, 2.0]])})
    np.testing.assert_array_equal(replaced.parameters["W"], [[1, 2]])
    assert not replaced.parameters["W"].flags.writeable
    with pytest.raises(GdTutorError, match="shape"):
        problem_of(lesson, overrides={"W": np.zeros((2, 2))})
    with pytest.raises(GdTutorError, match="no parameter or constant"):
        problem_of(lesson, overrides={"V": np.zeros(())})


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
