"""The playground: a network, its data and how it trains, whose parts always fit each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gdtutor.training.datasets import DATASETS, Dataset
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.settings import held_back
from gdtutor.values import Struct, replace

FULL_SHARE = 1.0
"""The share of training of a gate, whose four rows are all there is."""
USUAL_SHARE = 0.7
USUAL_BATCH = 10


class Playground(Struct, frozen=True):
    """What is played with. Two that are equal train the same, to the bit."""

    data: str = "circle"
    """A name of the table of data sets, or the path of a CSV file."""
    columns: tuple[str, ...] = ()
    """Of a CSV file: its two inputs and its target."""
    has_classes: bool = True
    """Of a CSV file: whether its target is 0 or 1 everywhere."""
    has_names: bool = True
    """Of a CSV file: whether its first row names the columns."""
    points: int = 200
    """Examples; those of a gate are four, those of a file what it has."""
    noise: float = 0.0
    share: float = USUAL_SHARE
    """The part of the examples that is trained on, the others are for validation."""
    data_seed: int = 0
    features: tuple[str, ...] = ("x1", "x2")
    """Formulas of the inputs, which the network is given."""
    layers: tuple[int, ...] = (2, 4, 2, 1)
    """The inputs, then the neurons of each layer."""
    activation: str = "tanh"
    """Of the hidden layers."""
    cost: str = "binary_cross_entropy"
    init: str = "xavier"
    seed: int = 0
    """Of the weights."""
    optimizer: str = "sgd"
    hyperparameters: tuple[tuple[str, float], ...] = ()
    """Those of the optimiser's own constants that differ from the table's."""
    rate: float = 0.1
    batch: int | None = USUAL_BATCH
    """Examples in a batch; None for all."""
    l1: float = 0.0
    l2: float = 0.0
    epochs: int = 1000

    @property
    def dataset(self) -> Dataset:
        """The row of the data set; of a file one that fits it."""
        if not self.columns:
            return DATASETS[self.data]
        return Dataset(
            DATASETS["circle"].make,
            count=self.points,
            inputs=self.columns[:-1],
            targets=self.columns[-1:],
            most_classes=int(self.has_classes),
        )

    @property
    def folder(self) -> Path:
        """Where its lesson belongs: beside a file that lies outside of the working folder."""
        path = Path(self.data)
        is_outside = bool(self.columns) and (path.is_absolute() or ".." in path.parts)
        return path.parent if is_outside else Path()

    def width_of(self, layer: int) -> int:
        """Return the neurons of a layer; in layer 0 the features."""
        return self.layers[layer] if layer else len(self.features)

    @property
    def is_fixed(self) -> bool:
        """Whether neither the number of examples nor noise can be chosen."""
        return bool(self.columns) or self.dataset.is_gate

    @property
    def shape(self) -> str:
        """The widths as they are told, `3, 8, 6 and 1`: the first is how many features come in."""
        first = ", ".join(map(str, (len(self.features), *self.layers[1:-1])))
        return f"{first} and {self.outputs}"

    @property
    def outputs(self) -> int:
        """The width of the last layer."""
        return self.layers[-1]

    @property
    def output(self) -> str:
        """The activation of the last layer."""
        if not self.dataset.most_classes:
            return "linear"
        return "softmax" if self.cost == "cross_entropy" else "sigmoid"


def of_data(name: str) -> Playground:
    """Return the playground that a data set begins with."""
    row = DATASETS[name]
    return Playground(
        data=name,
        points=row.count,
        noise=row.noise,
        share=FULL_SHARE if row.is_gate else USUAL_SHARE,
        cost="binary_cross_entropy" if row.most_classes else "squared",
        batch=None if row.is_gate else USUAL_BATCH,
    )


def usual(playground: Playground) -> Playground:
    """Return the playground that the data of this one begin with."""
    if not playground.columns:
        own = of_data(playground.data)
    else:
        own = Playground(
            data=playground.data,
            columns=playground.columns,
            has_classes=playground.has_classes,
            has_names=playground.has_names,
            points=playground.points,
            features=playground.columns[:-1],
        )
    return replace(own, cost=costs_of(playground)[0], batch=usual_batch(playground))


def usual_batch(playground: Playground) -> int | None:
    """Return the batch where none is asked for: all rows of a gate, else ten or what there is."""
    return None if playground.dataset.is_gate else min(USUAL_BATCH, trained_on(playground))


def costs_of(playground: Playground) -> tuple[str, ...]:
    """Return the costs that fit data and outputs, the usual one first."""
    if not playground.dataset.most_classes:
        return ("squared",)
    if playground.outputs > 1:
        return ("cross_entropy", "binary_cross_entropy", "squared")
    return ("binary_cross_entropy", "squared")


def fitted(playground: Playground) -> Playground:
    """Return the playground with what does not fit its data and its optimiser put right.

    The number of outputs follows what the data set can have, the cost the outputs; a batch holds
    no more than there is to train on; constants belong to the optimiser.
    """
    row = playground.dataset
    most = row.most_classes if row.most_classes > 1 else 1
    outputs = min(playground.outputs, most)
    after = replace(playground, layers=(len(row.inputs), *playground.layers[1:-1], outputs))
    if playground.is_fixed:
        after = replace(after, points=row.count, noise=0.0, data_seed=0)
    if after.cost not in costs_of(after):
        after = replace(after, cost=costs_of(after)[0])
    if after.batch is not None:
        after = replace(after, batch=min(after.batch, trained_on(after)))
    defaults = defaults_of(after.optimizer)
    own = {name: value for name, value in after.hyperparameters if name in defaults}
    kept = tuple((n, own[n]) for n in defaults if n in own and own[n] != defaults[n])
    return replace(after, hyperparameters=kept)


def defaults_of(optimizer: str) -> dict[str, float]:
    """Return the constants of an optimiser with the table's own values."""
    return {row.name: row.default for row in OPTIMISERS[optimizer].hyperparameters}


def with_field(playground: Playground, name: str, value: object) -> Playground:
    """Return the playground with another value of a field, which may need `fitted`."""
    fields: dict[str, Any] = {name: value}
    return replace(playground, **fields)


def trained_on(playground: Playground) -> int:
    """Return how many examples are trained on."""
    return playground.points - held_back(playground.points, validation_of(playground))


def validation_of(playground: Playground) -> float:
    """Return the share that is held back, as the lesson format writes it."""
    return round(1 - playground.share, 9)
