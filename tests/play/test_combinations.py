"""Data × activation × optimiser × features: every sampled playground trains, or says why not."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.runs import run_of
from gdtutor.play.lesson_text import lesson_of
from gdtutor.play.options import ACTIVATIONS
from gdtutor.play.playground import fitted, of_data
from gdtutor.session.moment import moment_at
from gdtutor.training.datasets import DATASETS
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.values import replace
from tests.tries import tries

FEATURE_SETS = (
    ("x1", "x2"),
    ("x1", "x2", "x1*x2", "x1**2", "x2**2"),
    ("sin(6*x1)", "sin(6*x2)", "x1*x2"),
)
ALL = list(product(DATASETS, ACTIVATIONS, OPTIMISERS, FEATURE_SETS))
SAMPLE = Random(20).sample(ALL, tries(120))


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("data", "activation", "optimizer", "features"),
    SAMPLE,
    ids=lambda part: part if isinstance(part, str) else str(len(part)),
)
def test_it_trains_as_it_walks_or_says_why_not(
    data: str, activation: str, optimizer: str, features: tuple[str, ...]
) -> None:
    own = of_data(data)
    playground = fitted(
        replace(
            own,
            points=own.points if own.dataset.is_gate else 24,
            layers=(2, 3, 2, 1),
            activation=activation,
            optimizer=optimizer,
            features=features,
            rate=0.01,
            l2=0.001,
        )
    )
    lesson = lesson_of(playground)
    if optimizer == "implicit":
        with pytest.raises(GdTutorError, match="use another optimizer"):
            run_of(lesson)
        return
    run = run_of(lesson)
    run.advance(iterations=6)
    assert run.farthest == 6
    assert np.isfinite(run.costs).all()
    # The walk of an iteration begins with the training's parameters, and its update ends with them.
    moment = moment_at(lesson, run, 5, frozenset())
    for name, value in run.state(5).parameters.items():
        np.testing.assert_array_equal(moment.state.parameters[name], value)
    batch = lesson.examples[run.batch(5)]
    given = moment.traces[-1].values
    x1, x2 = batch[:, 0], batch[:, 1]
    expected = [eval(text, {"sin": np.sin, "x1": x1, "x2": x2}) for text in features]
    np.testing.assert_allclose(given["X"], expected, rtol=1e-14)
    if optimizer == "sgd":
        after = run.state(6).parameters
        for name, value in run.state(5).parameters.items():
            stepped = value - 0.01 * moment.traces[-1].gradients[name]
            np.testing.assert_allclose(stepped, after[name], rtol=1e-12, atol=1e-14)
