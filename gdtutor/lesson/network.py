"""The `[network]` table is shorthand: it expands to formulas and to starts of its parameters."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import frozen
from gdtutor.lesson.mistakes import Wrong
from gdtutor.lesson.model import Start
from gdtutor.lesson.tables import NETWORK_COSTS, NetworkTable
from gdtutor.values import Struct

INPUT = "X"
"""The inputs, features × examples; examples × features in rows."""
TARGET = "Y"
"""The targets, outputs × examples; examples × outputs in rows."""
PREDICTION = "Yhat"
"""The activation of the last layer."""
COST = "C"
"""The cost."""

DATA_COST = "E"
"""The cost without its penalties, where it has any."""


NETWORK_STREAM = 0
"""The generator that the weights and the drawn biases of a network share."""


class Expansion(Struct, frozen=True):
    """What a `[network]` table stands for."""

    formulas: tuple[tuple[str, str], ...]
    """Name and formula of every line, in order: Z1, A1, …, Yhat, C; with penalties E, L1, L2 and
    C."""
    starts: dict[str, Start]
    """W1, b1, W2, …: W of shape outputs × inputs, drawn in turn from one generator; b (n, 1),
    zeros or drawn after its W. In rows both are turned."""
    constants: dict[str, Array]
    """The weights of the penalties that the cost has: `l1`, `l2`."""


def expand(network: NetworkTable, *, in_rows: bool = False) -> Expansion:
    """Return the formulas and the starts of a network.

    Args:
        network: The table.
        in_rows: Whether examples are rows.

    Raises:
        Wrong: It has no layer, or not one activation for each of several hidden ones.
    """
    hidden = len(network.layers) - 2
    if hidden < 0:
        hint = "write layers = [2, 1]: inputs, then neurons of each layer"
        raise Wrong("value", "a network of no layer", hint, ("layers",))
    if not isinstance(network.activation, str) and len(network.activation) != hidden:
        what = f"{len(network.activation)} activations for {hidden} hidden layers"
        hint = "give one for each, or one name for all; `output` is the last layer's"
        raise Wrong("value", what, hint, ("activation",))
    widths = (len(network.features) or network.layers[0], *network.layers[1:])
    formulas: list[tuple[str, str]] = []
    starts: dict[str, Start] = {}
    before = INPUT
    for layer in range(1, len(widths)):
        weights, bias, sums = f"W{layer}", f"b{layer}", f"Z{layer}"
        for name, inputs, rule in (
            (weights, widths[layer - 1], network.init),
            (bias, 1, network.biases),
        ):
            shape = (inputs, widths[layer]) if in_rows else (widths[layer], inputs)
            starts[name] = Start(
                shape=shape, init=rule, seed=network.seed, stream=NETWORK_STREAM,
                inputs_first=in_rows, is_turned=in_rows,
            ) if rule != "zeros" else Start(value=frozen(np.zeros(shape)))  # fmt: skip
        product = f"{before} @ {weights}" if in_rows else f"{weights} @ {before}"
        formulas.append((sums, f"{product} + {bias}"))
        activation = activation_of(network, layer)
        before = PREDICTION if layer == len(widths) - 1 else f"A{layer}"
        formulas.append((before, sums if activation == "linear" else f"{activation}({sums})"))
    penalties = _penalties(network)
    formulas.append((DATA_COST if penalties else COST, NETWORK_COSTS[network.cost]))
    formulas += [(name, formula) for name, (formula, _) in penalties.items()]
    if penalties:
        formulas.append((COST, " + ".join((DATA_COST, *penalties))))
    constants = {weight.lower(): value for weight, (_, value) in penalties.items()}
    return Expansion(tuple(formulas), starts, constants)


def _penalties(network: NetworkTable) -> dict[str, tuple[str, Array]]:
    """Return the penalties of the cost: the line of each, with its formula and its weight."""
    layers = range(1, len(network.layers))
    sizes = " + ".join(f"sum(abs(W{layer}))" for layer in layers)
    squares = " + ".join(f"sum(W{layer}**2)" for layer in layers)
    found = {}
    if network.l1:
        found["L1"] = f"l1*({sizes})", frozen(np.asarray(network.l1))
    if network.l2:
        found["L2"] = f"l2*({squares})/2", frozen(np.asarray(network.l2))
    return found


def activation_of(network: NetworkTable, layer: int) -> str:
    """Return the activation of a layer, counted from 1."""
    if layer == len(network.layers) - 1:
        return network.output or ("softmax" if network.cost == "cross_entropy" else "sigmoid")
    if isinstance(network.activation, str):
        return network.activation
    return network.activation[layer - 1]
