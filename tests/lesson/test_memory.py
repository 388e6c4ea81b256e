"""How many numbers a lesson keeps at once."""

from __future__ import annotations

import pytest

from gdtutor.engine.building import build_graph
from gdtutor.engine.graph import Leaf, Role
from gdtutor.engine.operations import parse_formula
from gdtutor.engine.shapes import infer_shapes
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.work import memory_problem, pass_cells
from gdtutor.training.settings import Settings


def layer(outputs: int, inputs: int, batch: int) -> Steps:
    """Return the walk of C = sum(W @ X): W, X, W @ X, and one number."""
    text = "sum(W @ X)"
    leaves = [Leaf("W", Role.PARAMETER), Leaf("X", Role.INPUT)]
    graph = build_graph(leaves, [("C", parse_formula(text), text)])
    shapes = infer_shapes(graph, {"W": (outputs, inputs), "X": (inputs, batch)})
    return Steps(graph, shapes, ("W",), ("W",), goes_backward=True)


def test_all_values_of_all_graphs_count_together() -> None:
    walk = layer(700, 700, 10)
    assert memory_problem([walk] * 3, None, ["X"], (10, 10)) is None
    problem = memory_problem([walk] * 5, None, ["X"], (10, 10))
    assert problem is not None
    place, what, _ = problem
    cells = 700 * 700 + 2 * 700 * 10 + 1
    assert place == 3
    assert f"{4 * cells:,} cells" in what


@pytest.mark.parametrize(("optimizer", "is_too_large"), [("sgd", False), ("adam", True)])
def test_what_the_optimiser_keeps_counts_for_every_parameter(
    optimizer: str, is_too_large: bool
) -> None:
    settings = Settings(optimizer=optimizer)
    problem = memory_problem([layer(900, 900, 10)], settings, ["X"], (10, 10))
    assert (problem is not None) == is_too_large
    assert problem is None or "what adam keeps" in problem[1]


def test_a_pass_over_all_examples_has_more_of_what_depends_on_them() -> None:
    walk = layer(3, 2, 10)
    assert pass_cells(walk, ["X"], (10, 10)) == 3 * 2 + 2 * 10 + 3 * 10 + 1
    assert pass_cells(walk, ["X"], (10, 500)) == 3 * 2 + 2 * 500 + 3 * 500 + 1


def test_a_pass_over_too_many_examples_is_told_with_its_size() -> None:
    assert memory_problem([layer(90, 10, 1)], Settings(), ["X"], (1, 50_000)) is None
    problem = memory_problem([layer(190, 10, 1)], Settings(), ["X"], (1, 50_000))
    assert problem is not None
    assert "one pass over all 50,000 examples" in problem[1]
