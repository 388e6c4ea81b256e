"""Random playgrounds from a seed."""

from __future__ import annotations

from random import Random

from gdtutor.play.options import ACTIVATIONS, STARTS
from gdtutor.play.playground import (
    Playground,
    costs_of,
    defaults_of,
    fitted,
    of_data,
    trained_on,
)
from gdtutor.training.datasets import DATASETS
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.values import replace

FEATURES = ("x1", "x2", "x1*x2", "x1**2", "x2**2", "sin(x1)", "sin(3*x2)", "maximum(x1, x2)")


def drawn(rng: Random, data: str | None = None) -> Playground:
    """Return a random playground, small enough to be trained."""
    name = data or rng.choice(list(DATASETS))
    row = DATASETS[name]
    several = row.most_classes > 1 and rng.random() < 0.3
    outputs = rng.randint(2, row.most_classes) if several and not row.is_gate else 1
    hidden = [rng.randint(1, 4) for _ in range(rng.randint(0, 3))]
    after = replace(
        of_data(name),
        layers=(2, *hidden, outputs),
        features=tuple(rng.sample(FEATURES, rng.randint(1, 4))),
        activation=rng.choice(ACTIVATIONS),
        init=rng.choice(STARTS),
        seed=rng.randint(0, 99),
        optimizer=rng.choice(list(OPTIMISERS)),
        rate=rng.choice((0.003, 0.03, 0.1, 1.0, 1e-7)),
        l1=rng.choice((0.0, 0.0, 0.001, 1e-5)),
        l2=rng.choice((0.0, 0.0, 0.01)),
        epochs=rng.randint(1, 3000),
    )
    if not row.is_gate:
        after = replace(
            after,
            points=rng.randint(5, 60),
            noise=rng.choice((0.0, 0.05, 0.25)),
            data_seed=rng.randint(0, 9),
            share=rng.choice((1.0, 0.9, 0.7, 0.5, 0.35)),
        )
    batch = rng.choice((None, rng.randint(1, trained_on(after))))
    constants = defaults_of(after.optimizer)
    chosen = tuple((n, v / 2) for n, v in constants.items() if rng.random() < 0.4)
    after = replace(after, batch=batch, cost=rng.choice(costs_of(after)), hyperparameters=chosen)
    return fitted(after)
