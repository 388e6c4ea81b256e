"""One update of one parameter, line by line as its optimiser's row says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.operations import Array, Arrays, evaluate, parse_rule
from gdtutor.training.optimisers import Optimiser
from gdtutor.values import Struct


class OptimiserStep(Struct, frozen=True, eq=False):
    """One update of one parameter, line by line."""

    lines: tuple[tuple[str, str, Array], ...]
    """(name, formula, value) of every line, in order."""
    p: Array
    """The parameter after the update."""
    state: Arrays
    """The state variables after the update."""
    gradient: Array
    """What the lines take for g."""

    @property
    def formulas(self) -> dict[str, str]:
        """The formula of each line, by the name that it assigns."""
        return {name: formula for name, formula, _ in self.lines}

    @property
    def values(self) -> dict[str, Array]:
        """The value of each line, by the name that it assigns."""
        return {name: value for name, _, value in self.lines}


def zero_state(row: Optimiser, parameter: Array) -> dict[str, Array]:
    """Return the state before the first update of one parameter."""
    return {variable.name: np.zeros(np.shape(parameter)) for variable in row.state}


def update(
    row: Optimiser, p: Array, g: Array, state: Arrays, constants: Mapping[str, float]
) -> OptimiserStep:
    """Do one update of one parameter with the engine's own evaluation.

    Args:
        row: The optimiser.
        p: The parameter, of any shape.
        g: Its gradient, of the same shape.
        state: Its state variables, each of the same shape.
        constants: Every number that the lines name: `t`, the number of this update, from 1;
            `learning_rate`, that of this iteration; the row's own, as `optimiser_of` returns them;
            for an implicit rule also the root that the row names in `solves`.
    """
    values: dict[str, Array] = {name: np.asarray(float(v)) for name, v in constants.items()}
    values |= {"p": np.asarray(p), "g": np.asarray(g), **state}
    lines = []
    with np.errstate(all="ignore"):
        for name, formula in row.lines:
            value = np.asarray(evaluate(parse_rule(formula), values), dtype=np.float64)
            values[name] = value
            lines.append((name, formula, value))
    kept = {variable.name: values[variable.name] for variable in row.state}
    return OptimiserStep(tuple(lines), values["p"], kept, np.asarray(g))
