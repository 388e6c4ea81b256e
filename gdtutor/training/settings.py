"""How a run trains: rate, batches, order, optimiser, and when it stops."""

from __future__ import annotations

import math

from gdtutor.values import Struct


class Schedule(Struct, frozen=True):
    """How the learning rate changes with the epoch."""

    kind: str = "constant"
    """A name of the table of schedules."""
    factor: float = 0.5
    """What a step or an exponential schedule multiplies by."""
    every: int = 100
    """Epochs between two steps, or the length of the cosine, in epochs."""


class Stop(Struct, frozen=True):
    """What ends a run before its last epoch; None means never."""

    cost_below: float | None = None
    """The cost of an epoch."""
    loss_below: float | None = None
    """The loss of the batch just seen."""
    gradient_below: float | None = None
    """The Euclidean norm of the gradient of all parameters."""


class Settings(Struct, frozen=True):
    """Everything about a run but its graph, start and data."""

    learning_rate: float = 1.0
    epochs: int = 1000
    batch: int | None = None
    """Examples in a batch; None is all of them."""
    optimizer: str = "sgd"
    hyperparameters: tuple[tuple[str, float], ...] = ()
    """Values of the optimiser's own constants that differ from its row, by name."""
    decayed: tuple[str, ...] | None = None
    """The parameters that a weight decay is for; None: all."""
    order: str = "given"
    """given, shuffled or drawn."""
    seed: int = 0
    """Of the order of examples only."""
    schedule: Schedule = Schedule()
    stop: Stop = Stop()
    validation: float = 0.0
    """Fraction of the examples, from the end, that are held back and never trained on."""

    def trained_on(self, examples: int) -> int:
        """Return how many of the examples are trained on; the others, at the end, are held back."""
        return examples - held_back(examples, self.validation)

    def batch_size(self, examples: int) -> int:
        """Return how many of the examples trained on make a full batch; 1 where there are none."""
        return self.batch or max(1, examples)

    def is_plain(self, examples: int) -> bool:
        """Say whether every step is the slope times the rate, of the cost of all examples."""
        return self.optimizer == "sgd" and not self.hyperparameters and self.is_whole(examples)

    def is_whole(self, examples: int) -> bool:
        """Say whether every batch holds all examples that are trained on."""
        return self.batch_size(examples) >= examples and self.order != "drawn"

    def decays(self, name: str) -> bool:
        """Say whether a weight decay is for a parameter, where there is one."""
        return self.decayed is None or name in self.decayed


def held_back(examples: int, fraction: float) -> int:
    """Return how many examples, from the end, are never trained on."""
    return math.floor(fraction * examples + 0.5)
