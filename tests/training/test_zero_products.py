"""Products with 0 are folded only with what is given and finite: 0 times ∞ is no number."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import problem_of, run_of, settings_of
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import layout_of
from tests.training.walking import Walked, start, walk

HEAD = """\
+++
format = 1
id = "zero"
title = "Zero"
"""

GATE = """\
[parameters]
w = 39.0
b = 0.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[0, 0], [1, 1]]
[training]
learning_rate = 0.1
+++
```graph
yhat = sigmoid(w*x + b)
L = -(y*log(yhat) + (1 - y)*log(1 - yhat))
```
"""
DISTANCE = """\
[parameters]
w = 1.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[0, 0], [1, 2]]
[training]
learning_rate = 0.1
+++
```graph
z = w*x
L = sqrt((z - y)**2)
```
"""
CONSTANT = """\
frozen = ["v"]
[parameters]
w = 800.0
v = 0.0
[constants]
k = 0.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 1]]
[training]
batch = 1
+++
```graph
z = exp(w*x)*{factor} + w
L = (z - y)**2
```
"""
STEPPED = """\
[parameters]
w = 0.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 1], [2, 1]]
[training]
+++
```graph
a = step(w*x - 1)
L = sqrt(a) + w*y
```
"""
REMEMBERED = """\
[parameters]
w = 1e200
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1e100, 0]]
[training]
batch = 1
optimizer = "momentum"
hyperparameters = { beta = 0.0 }
+++
```graph
L = w*x
```
"""
CASES = {
    "a cross-entropy written by hand": GATE,
    "a distance of 0": DISTANCE,
    "a constant of 0": CONSTANT.format(factor="k"),
    "a frozen 0": CONSTANT.format(factor="v"),
    "the number 0": CONSTANT.format(factor="0"),
    "a step whose result has no finite slope": STEPPED,
}


def lesson_of(body: str) -> Lesson:
    lesson, reports = parse_lesson(HEAD + body, Path("07-zero.md"))
    assert lesson is not None, [report.text() for report in reports]
    return lesson


def trained(problem: Problem, settings: Settings, kind: str) -> tuple[list[float], dict[str, bool]]:
    """Return the losses of one iteration, and which parameters are finite after it."""
    layout = layout_of(problem, optimiser_of(settings)[0])
    plan = compile_plan(problem, settings, kind)
    outcome = plan.run(layout.join(problem.parameters, {}), 0, 0, 1)
    parameters, _ = layout.split(outcome.vector)
    return outcome.losses.tolist(), {n: bool(np.isfinite(v).all()) for n, v in parameters.items()}


def walked(problem: Problem, settings: Settings) -> Walked:
    with np.errstate(all="ignore"):
        return walk(problem, settings, start(problem))


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("name", CASES)
def test_training_is_not_finite_where_the_walk_is_not(name: str, kind: str) -> None:
    lesson = lesson_of(CASES[name])
    problem, settings = problem_of(lesson), settings_of(lesson)
    assert settings is not None
    once = walked(problem, settings)
    finite = {n: bool(np.isfinite(once.parameters[n]).all()) for n in problem.trained}
    assert not (np.isfinite(once.loss) and all(finite.values()))
    losses, found = trained(problem, settings, kind)
    np.testing.assert_allclose(losses, [once.loss], rtol=1e-12)
    assert not np.isfinite(once.loss) or found == finite


@pytest.mark.parametrize("name", CASES)
def test_the_run_stops_in_the_iteration_in_which_the_walk_is_not_finite(name: str) -> None:
    run = run_of(lesson_of(CASES[name]))
    run.advance(epochs=3)
    assert (run.stopped_by, run.diverged_at) == ("not_finite", 0)


def test_what_an_optimiser_forgets_at_once_is_multiplied_by_0_as_well() -> None:
    lesson = lesson_of(REMEMBERED)
    problem, settings = problem_of(lesson), settings_of(lesson)
    assert settings is not None
    layout = layout_of(problem, optimiser_of(settings)[0])
    vector = layout.join(problem.parameters, {"w": {"v": np.array(np.inf)}})
    for kind in ("numpy", "scalar"):
        outcome = compile_plan(problem, settings, kind).run(vector, 1, 1, 1)
        assert np.isnan(outcome.vector).all(), kind


def test_a_gate_multiplies_no_input_of_0_by_a_weight() -> None:
    body = GATE.replace("-(y*log(yhat) + (1 - y)*log(1 - yhat))", "(yhat - y)**2 / 2")
    lesson = lesson_of(body.replace("39.0", "0.5"))
    settings = settings_of(lesson)
    assert settings is not None
    source = compile_plan(problem_of(lesson), settings, "scalar").source
    forward = re.findall(r"exp\(.*?\)", source)
    assert len(forward) == 2
    assert not any("*" in code for code in forward), forward


THRESHOLD = """\
[parameters]
W = {weights}
b = 0.5
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y"] }}
dataset = "or"
[training]
+++
```graph
A = step({product})
C = mean((mean(A)*b - Y)**2)
```
"""


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize(
    ("weights", "product"),
    [("[[0.1, 0.6]]", "W @ X"), ("[0.1, 0.6]", "W @ X"), ("[[0.1], [0.2]]", "X.T @ W")],
)
def test_a_threshold_of_a_product_leaves_the_weights_as_they_are(
    weights: str, product: str, kind: str
) -> None:
    lesson = lesson_of(THRESHOLD.format(weights=weights, product=product))
    problem, settings = problem_of(lesson), settings_of(lesson)
    assert settings is not None
    layout = layout_of(problem, optimiser_of(settings)[0])
    outcome = compile_plan(problem, settings, kind).run(
        layout.join(problem.parameters, {}), 0, 0, 3
    )
    parameters, _ = layout.split(outcome.vector)
    np.testing.assert_array_equal(parameters["W"], problem.parameters["W"])


REFUSED = """\
[parameters]
w = 1.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 0], [-1, 2]]
[training]
batch = 1
learning_rate = 0.1
+++
```graph
a = {formula}
u = 1/a
L = (u - y)**2
```
"""


@pytest.mark.parametrize("formula", ["step(w*x)", "sign(w*x + w)"])
def test_a_division_by_a_threshold_ends_the_run_and_not_the_program(formula: str) -> None:
    run = run_of(lesson_of(REFUSED.format(formula=formula)))
    run.advance(epochs=3)
    assert (run.stopped_by, run.diverged_at, run.first_node) == ("not_finite", 1, "u")


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
def test_an_iteration_leaves_one_loss_where_only_its_gradient_is_not_finite(kind: str) -> None:
    lesson = lesson_of(
        DISTANCE.replace("[[0, 0], [1, 2]]", "[[1, 1]]").replace("0.1\n", "0.1\nbatch = 1\n")
    )
    settings = settings_of(lesson)
    assert settings is not None
    assert trained(problem_of(lesson), settings, kind) == ([0.0], {"w": False})


FAR = """\
[parameters]
w = 1e200
v = 1e200
b = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 0], [2, 1]]
[training]
learning_rate = 0.1
+++
```graph
z = (1e-200*w*x)*(1e-200*v)
L = (z + b - y)**2 / 2
```
"""


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
def test_factors_are_gathered_only_while_nothing_is_lost(kind: str) -> None:
    lesson = lesson_of(FAR)
    problem, settings = problem_of(lesson), settings_of(lesson)
    assert settings is not None
    once = walked(problem, settings)
    layout = layout_of(problem, optimiser_of(settings)[0])
    plan = compile_plan(problem, settings, kind)
    outcome = plan.run(layout.join(problem.parameters, {}), 0, 0, 1)
    wanted = layout.join(once.parameters, once.optimizer)
    assert np.isfinite(wanted).all()
    np.testing.assert_allclose(outcome.losses, [once.loss], rtol=1e-12)
    np.testing.assert_allclose(outcome.vector, wanted, rtol=1e-12)
