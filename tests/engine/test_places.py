"""The index of a walk: names in order, edges by both ends, and what is nearest to a node."""

from small_graphs import NEURON, arrays, graph_of

from gdtutor.engine.places import nearest, places_of
from gdtutor.engine.trace import Trace, trace

GIVEN = {"w1": 0.1, "w2": 0.6, "b": 0.0, "x1": 0.0, "x2": 1.0, "y": 0.0, "spare": 1.0}


def traced() -> Trace:
    graph = graph_of(NEURON, ("w1", "w2", "b"), ("x1", "x2", "y", "spare"))
    return trace(graph, arrays(GIVEN))


def test_names_stand_in_the_order_of_the_walk_and_unused_leaves_apart() -> None:
    places = places_of(traced())
    assert places.names == ("w1", "w2", "b", "x1", "x2", "y", "spare", "z", "yhat", "L")
    assert places.used == tuple(name for name in places.names if name != "spare")
    assert [places.place[name] for name in places.names] == list(range(10))
    assert places.reached["L"] == 0


def test_edges_are_found_from_both_ends() -> None:
    places = places_of(traced())
    assert [edge.source for edge in places.operands("z")] == ["w1", "x1", "w2", "x2", "b"]
    assert places.operands("w1") == ()
    assert [edge.target for edge in places.consumers["yhat"]] == ["L"]
    assert "spare" not in places.consumers


def test_the_nearest_are_operands_then_consumers_in_the_order_of_the_walk() -> None:
    places = places_of(traced())
    assert nearest(places, "yhat", 3) == ("z", "yhat", "L")
    assert nearest(places, "b", 2) == ("b", "z")
    assert set(nearest(places, "L", 100)) == set(places.used)


def test_a_trace_is_indexed_once() -> None:
    once = traced()
    assert places_of(once) is places_of(once)
    assert places_of(once) is not places_of(traced())
