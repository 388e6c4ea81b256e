"""Graphs whose cost does not move with the parameters, or whose data are constants, train as they
walk."""

from pathlib import Path

import numpy as np
import pytest
from walking import assert_close, chain

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.state import layout_of

TEXT = """\
+++
format = 1
id = "flat"
title = "Flat"
[parameters]
w = [[0.1, 0.6]]
b = [[0.5]]
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y"] }}
dataset = "spiral"
count = 10
[training]
{training}
+++
```graph
Z = w @ X + b
Yhat = {prediction}
C = {cost} / (2*m)
```
"""
TRAINING = [
    'batch = "full"', "batch = 4", 'batch = "full"\noptimizer = "momentum"',
    "batch = 4\nstop = { gradient_below = 1e-300 }", 'batch = "full"\nschedule = "cosine"',
]  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("training", TRAINING)
@pytest.mark.parametrize("prediction", ["Z*0", "0*Z + b*0", "step(Z)", "sign(Z) + 0*sum(w)"])
@pytest.mark.parametrize("cost", ["sum((Yhat - Y)**2)", "sum(Yhat**2)*0", "sum(Yhat*0)"])
def test_a_flat_cost_trains_as_it_walks(
    prediction: str, cost: str, training: str, kind: str
) -> None:
    assert_trains_as_it_walks(
        TEXT.format(training=training, prediction=prediction, cost=cost), kind
    )


CONSTANT = """\
+++
format = 1
id = "constant"
title = "Constant"
[parameters]
W = [[0.1, 0.2]]
b = [[0.3]]
[constants]
K = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]
[data]
inputs = { X = ["x"] }
targets = { Y = ["y"] }
examples = [[0, 0], [1, 1], [1, 1]]
[training]
+++
```graph
Z = W @ K + b
C = mean((sigmoid(Z)*X - Y)**2)
```
"""


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
def test_weights_of_a_constant_matrix_train_beside_their_bias(kind: str) -> None:
    assert_trains_as_it_walks(CONSTANT, kind)


def assert_trains_as_it_walks(text: str, kind: str) -> None:
    lesson, reports = parse_lesson(text, Path("07-flat.md"))
    assert lesson is not None, [report.text() for report in reports]
    segment = run_of(lesson).segments[0]
    problem, settings = segment.problem, segment.settings
    layout = layout_of(problem, optimiser_of(settings)[0])
    losses, state = chain(problem, settings, 6)
    outcome = compile_plan(problem, settings, kind).run(
        layout.join(problem.parameters, {}), 0, 0, 6
    )
    assert_close(outcome.losses, np.array(losses), size=1.0)
    for name, value in layout.split(outcome.vector)[0].items():
        assert_close(value, state.parameters[name])


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
def test_examples_that_are_held_back_have_their_cost(kind: str) -> None:
    text = TEXT.format(training="validation = 0.2", prediction="Z*0", cost="sum(Yhat*0)")
    lesson, _ = parse_lesson(text, Path("07-flat.md"))
    assert lesson is not None
    segment = run_of(lesson).segments[0]
    plan = compile_plan(segment.problem, segment.settings, kind)
    layout = layout_of(segment.problem, optimiser_of(segment.settings)[0])
    outcome = plan.run(layout.join(segment.problem.parameters, {}), 0, 0, 3)
    assert outcome.losses.tolist() == [0, 0, 0]
    assert outcome.validation.tolist() == [0, 0, 0]
