"""Gradients of a whole leaf held against central differences, for the tests of this folder."""

from collections.abc import Mapping

from gdtutor.engine.gradient_check import Difference, check_cell, spread_cells
from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array


def check_leaf(
    graph: Graph, given: Mapping[str, Array], name: str, gradient: Array, *, most: int = 64
) -> list[Difference]:
    """Check a leaf's cells, at most `most` of them spread evenly."""
    cells = spread_cells(gradient.shape, most)
    return [check_cell(graph, given, name, cell, float(gradient[cell])) for cell in cells]
