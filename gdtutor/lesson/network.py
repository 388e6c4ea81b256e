"""The `[network]` table is shorthand: it expands to formulas and to starts of its parameters."""

from __future__ import annotations

import numpy as np

from gdtutor.lesson.model import Start
from gdtutor.lesson.tables import NETWORK_COSTS, NetworkTable
from gdtutor.values import Struct

INPUT = "X"
"""The inputs, features × examples."""
TARGET = "Y"
"""The targets, outputs × examples."""
PREDICTION = "Yhat"
"""The activation of the last layer."""
COST = "C"
"""The cost."""

_STREAM = 0


class Expansion(Struct, frozen=True):
    """What a `[network]` table stands for."""

    formulas: tuple[tuple[str, str], ...]
    """Name and formula of every line, in order: Z1, A1, …, Yhat, C."""
    starts: dict[str, Start]
    """W1, b1, W2, …: W of shape outputs × inputs, drawn in turn from one generator; b (n, 1)."""


def expand(network: NetworkTable) -> Expansion:
    """Return the formulas and the starts of a network."""
    widths = network.layers
    formulas: list[tuple[str, str]] = []
    starts: dict[str, Start] = {}
    before = INPUT
    for layer in range(1, len(widths)):
        weights, bias, sums = f"W{layer}", f"b{layer}", f"Z{layer}"
        starts[weights] = Start(
            shape=(widths[layer], widths[layer - 1]),
            init=network.init,
            seed=network.seed,
            stream=_STREAM,
        )
        starts[bias] = Start(value=_zeros(widths[layer]))
        formulas.append((sums, f"{weights} @ {before} + {bias}"))
        activation = activation_of(network, layer)
        before = PREDICTION if layer == len(widths) - 1 else f"A{layer}"
        formulas.append((before, sums if activation == "linear" else f"{activation}({sums})"))
    formulas.append((COST, NETWORK_COSTS[network.cost]))
    return Expansion(tuple(formulas), starts)


def activation_of(network: NetworkTable, layer: int) -> str:
    """Return the activation of a layer, counted from 1."""
    if layer == len(network.layers) - 1:
        return network.output or ("softmax" if network.cost == "cross_entropy" else "sigmoid")
    if isinstance(network.activation, str):
        return network.activation
    return network.activation[layer - 1]


def _zeros(outputs: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    zeros = np.zeros((outputs, 1))
    zeros.flags.writeable = False
    return zeros
