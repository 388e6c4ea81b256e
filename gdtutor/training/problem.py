"""What is trained: a graph, its start, its constants, and the data bound to its leaves."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.local import BATCH_SIZE
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.shapes import Shape, Shapes
from gdtutor.training.features import Features
from gdtutor.values import Struct

Indices = NDArray[np.int64]
"""Positions of examples, from 0."""


class Binding(Struct, frozen=True):
    """Which columns of the examples a leaf takes."""

    leaf: str
    columns: tuple[int, ...]
    """One column for x1 in a scalar lesson; one for each feature of X in a matrix lesson."""
    is_matrix: bool
    """Whether the leaf has several features, rather than one value for each example."""
    examples_first: bool = False
    """Whether a matrix is examples × features, rather than features × examples."""

    def matrix_shape(self, examples: int) -> Shape:
        """Return the shape of a matrix of so many examples."""
        features = len(self.columns)
        return (examples, features) if self.examples_first else (features, examples)

    def matrix(self, rows: Array) -> Array:
        """Return rows of the data, each an example, as the matrix that the leaf is."""
        taken = rows[:, list(self.columns)]
        return np.ascontiguousarray(taken if self.examples_first else taken.T)


class Problem(Struct, frozen=True, eq=False):
    """A graph with everything it is given. Arrays are read-only."""

    graph: Graph
    parameters: Arrays
    """Start value of every parameter, the frozen ones too."""
    frozen: frozenset[str]
    """Parameters that get a gradient but no update."""
    constants: Arrays
    """Values of the constants, without the batch size."""
    bindings: tuple[Binding, ...]
    examples: Array
    """Examples × columns; inputs first, then targets. No rows where a lesson has no data."""
    columns: tuple[str, ...]
    """The names of the columns of the examples."""
    is_single: bool
    """A scalar lesson that sees one example at a time: data are numbers, the root is a loss."""
    prediction: str | None = None
    """The node that is compared with the target."""
    target: str | None = None
    """The leaf that it is compared with."""
    features: Features | None = None
    """How columns that the inputs are bound to are made from the first ones; None where they are
    given."""

    @property
    def trained(self) -> tuple[str, ...]:
        """The parameters that updates change, in order."""
        return tuple(name for name in self.parameters if name not in self.frozen)

    @property
    def trained_cells(self) -> int:
        """How many numbers they are together."""
        return sum(int(np.size(self.parameters[name])) for name in self.trained)

    @property
    def size(self) -> int:
        """The number of examples."""
        return int(self.examples.shape[0])

    def given(self, parameters: Arrays, batch: Indices) -> dict[str, Array]:
        """Return the value of every leaf for a batch of examples.

        Args:
            parameters: Values of all parameters.
            batch: Indices of the examples, of shape (m,).
        """
        given = dict(self.constants) | dict(parameters)
        rows = self.examples[batch]
        for binding in self.bindings:
            if binding.is_matrix:
                given[binding.leaf] = binding.matrix(rows)
            elif self.is_single:
                given[binding.leaf] = np.asarray(rows[0, binding.columns[0]])
            else:
                given[binding.leaf] = np.ascontiguousarray(rows[:, binding.columns[0]])
        if BATCH_SIZE in self.graph.leaf_by_name and BATCH_SIZE not in given:
            given[BATCH_SIZE] = np.asarray(float(len(batch)))
        return {leaf.name: given[leaf.name] for leaf in self.graph.leaves}

    def leaf_shapes(self, batch: int) -> dict[str, Shape]:
        """Return the shape of every leaf for so many examples."""
        fixed = {**self.constants, **self.parameters}
        shapes = {name: np.shape(value) for name, value in fixed.items()}
        return leaf_shapes(self.graph, shapes, self.bindings, 0 if self.is_single else batch)

    @property
    def target_columns(self) -> tuple[int, ...]:
        """The columns of the examples that the graph takes as targets."""
        targets = self.graph.of_role(Role.TARGET)
        bound = (c for b in self.bindings if b.leaf in targets for c in b.columns)
        return tuple(dict.fromkeys(bound))


def is_identical(one: Array, other: Array) -> bool:
    """Say whether two arrays of one shape have the same bits: 0 and -0, which compare equal, have
    other inverses."""
    return one.tobytes() == other.tobytes()


def leaf_shapes(
    graph: Graph, fixed: Shapes, bindings: Iterable[Binding], batch: int
) -> dict[str, Shape]:
    """Return the shape of every leaf of a graph.

    Args:
        graph: The graph.
        fixed: Shapes of parameters and constants.
        bindings: The leaves that hold the examples.
        batch: How many examples; 0 for one whose values are plain numbers.
    """
    shapes = {leaf.name: fixed.get(leaf.name, ()) for leaf in graph.leaves}
    for binding in bindings:
        if binding.leaf in shapes:
            row = (batch,) if batch else ()
            shapes[binding.leaf] = binding.matrix_shape(batch) if binding.is_matrix else row
    return shapes


def input_columns(problem: Problem) -> tuple[int, ...]:
    """Return the columns of the examples that are inputs, without features made from them."""
    if problem.features is not None:
        return tuple(range(len(problem.features.inputs)))
    inputs = problem.graph.of_role(Role.INPUT)
    return tuple(dict.fromkeys(c for b in problem.bindings if b.leaf in inputs for c in b.columns))
