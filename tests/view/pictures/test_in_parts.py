"""A graph is computed at many points in parts that fit in memory, with the same numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from wishes import MATRIX, source

from gdtutor.engine.graph import Graph
from gdtutor.engine.operations import Array
from gdtutor.view.pictures import cost_function
from gdtutor.view.pictures.cost_function import all_examples
from gdtutor.view.pictures.paths import cells_along
from gdtutor.view.pictures.planes import at_points

Values = Mapping[str, Array]
WISH = 'kind = "contour"\nalong = ["W1[0,0]", "W1[2,1]"]'
POINTS = np.random.RandomState(1).uniform(-1, 1, (23, 2))


def test_a_cost_at_many_points(monkeypatch: pytest.MonkeyPatch) -> None:
    given = source(MATRIX, WISH)
    cells = cells_along(given.lesson.pictures[0])
    ground = all_examples(given, len(POINTS))
    whole = ground.at(cells, POINTS)
    assert len(whole) == len(POINTS)
    seen: list[int] = []
    family = cost_function.forward_family

    def noted(graph: Graph, known: Values, varied: Values, wanted: str) -> Array:
        seen.append(len(varied["W1"]))
        return family(graph, known, varied, wanted)

    monkeypatch.setattr(cost_function, "forward_family", noted)
    monkeypatch.setattr(cost_function, "CELLS_TOGETHER", 300)
    assert ground.at(cells, POINTS) == pytest.approx(whole, rel=1e-12)
    assert sum(seen) == len(POINTS)
    assert 1 < len(seen) <= len(POINTS)


def test_a_line_at_many_points_of_the_plane(monkeypatch: pytest.MonkeyPatch) -> None:
    given = source(MATRIX, WISH)
    name = given.problem.prediction or ""
    whole = at_points(given, name, POINTS)
    assert whole.shape[-1] == len(POINTS)
    monkeypatch.setattr(cost_function, "CELLS_TOGETHER", 100)
    again = at_points(given, name, POINTS)
    assert again == pytest.approx(whole, rel=1e-12)
