"""What a program has left under a name, wherever it keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any

import numpy as np
import pytest

from gdtutor.judge import left_values
from gdtutor.judge.left_values import (
    HeldParameters,
    as_numbers,
    cache_in,
    in_returned,
    others_of,
    updated_in,
    value_at,
    values_under,
)

W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
b = np.array([[7.0], [8.0]])


class Net:
    """A program's own class, as each of these is once it says that it is of the main module."""

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    @property
    def Z(self) -> Any:
        return W + 1

    @cached_property
    def broken(self) -> Any:
        raise KeyError("not there")


Net.__module__ = "__main__"


def space_of(**values: Any) -> dict[str, Any]:
    return {"__name__": "__main__", **values}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("W", 1),
        ("net.W", 2),
        ("grads['fc.W']", 3),
        ('grads["fc.W"]', 3),
        ("layers[0].W", 2),
        ("layers[-1]", 5),
        ("layers[2]", None),
        ("grads[1]", 4),
        ("grads[2]", None),
        ("net.nothing.W", None),
        ("nothing", None),
        ("a.b", 6),
    ],
)
def test_a_path_leads_through_objects_tables_and_lists(path: str, value: Any) -> None:
    net = Net(W=2)
    space = {"W": 1, "net": net, "grads": {"fc.W": 3, 1: 4}, "layers": [net, 5], "a.b": 6}
    assert value_at(space, path) == value


def test_a_name_is_found_in_tables_and_objects_and_computed_by_a_property_at_last() -> None:
    net = Net(cache={"A": 1}, dW=2, grad_b={"b": 3})
    space = space_of(net=net, grads={"c": 4}, __builtins__={"hidden": 5}, name="text")
    found = {n: [v for v in values_under(space, n) if v is not None]
             for n in ("A", "dW", "db", "dc", "hidden", "broken", "missing")}  # fmt: skip
    assert found == {"A": [1], "dW": [2], "db": [3], "dc": [4], "hidden": [], "broken": [],
                     "missing": []}  # fmt: skip
    (computed,) = (v for v in values_under(space, "Z") if v is not None)
    np.testing.assert_array_equal(computed, W + 1)


def test_what_a_function_returns_is_taken_by_its_keys() -> None:
    names = {"Z1": "z", "dW1": "dW1", "dZ1": "dz"}
    table = {"z": 1.0, "W1": 2.0, "dz": "text"}
    assert in_returned(table, names, "") == {"Z1": 1.0}
    assert in_returned((3, table), names, "d") == {"Z1": 1.0, "dW1": 2.0}
    assert in_returned(None, names, "d") == {}


def test_the_last_table_of_what_forward_returns_is_the_cache() -> None:
    assert cache_in((W, {"A": 1}, [2])) == [2]
    assert cache_in((W, b)) == (W, b)
    assert cache_in(W) is W


def test_a_parameter_is_looked_for_in_objects_then_in_tables_of_parameters() -> None:
    assert updated_in(space_of(net=Net(W=1), params={"W": 2}, W=3), "W") == 1
    assert updated_in(space_of(net=Net(weights={"W": 4}), W=3), "W") == 4
    assert updated_in(space_of(params_1={"W": 2}, cache={"W": 5}, W=3), "W") == 2
    assert updated_in(space_of(W=3, cache={"W": 5}), "W") == 3


class Hostile:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no array")


@pytest.mark.parametrize(
    "value",
    [None, ..., "1", {"a": 1}, {1}, True, int, [], [[1], [1, 2]], ["a"], 1j, Hostile(),
     np.zeros((1,) * 5), np.array([object()])],
)  # fmt: skip
def test_what_is_no_array_of_numbers_has_no_value(value: Any) -> None:
    assert as_numbers(value) is None


def test_numbers_are_copied_and_whole_ones_beyond_a_float_are_infinite() -> None:
    found = as_numbers(W)
    found += 1
    assert W[0, 0] == 1.0
    np.testing.assert_array_equal(as_numbers([10**400, 1]), [np.inf, np.inf])
    np.testing.assert_array_equal(as_numbers(np.array([1, 2.5], dtype=object)), [1.0, 2.5])


def held(start: dict[str, Any], end: dict[str, Any]) -> dict[str, list[Any]]:
    """Return what of W and b has changed between two looks, by its name without the number."""
    parameters = HeldParameters({"W": W, "b": b})
    assert parameters.begin(start)
    assert not parameters.begin(start)
    parameters.end(end)
    return {" ".join(key.split()[2:]): v.tolist() for key, v in parameters.values.items()}


def closure(value: Any) -> Any:
    def step() -> Any:
        return value

    step.__module__ = "__main__"
    return step


def sent(value: Any) -> Iterator[Any]:
    kept = value
    yield kept
    kept = kept - 1
    yield kept


@pytest.mark.parametrize("way", ["list", "object", "closure", "method", "partial", "turned"])
def test_a_parameter_is_known_by_its_values_wherever_it_is_kept(way: str) -> None:
    def kept(value: Any) -> Any:
        match way:
            case "list":
                return {"p": [0, {"inner": (value,)}]}
            case "object":
                return {"p": Net(mine=value)}
            case "closure":
                return {"p": closure(value)}
            case "method":
                return {"p": Net(mine=value).__init__}
            case "partial":
                return {"p": partial(min, value, key=1)}
        return {"p": value.T}

    wanted = (W - 1).tolist()
    assert held(kept(W.copy()), kept(W - 1)) == {"W p": wanted}
    assert held(kept(W.copy()), kept(W.copy())) == {}


def test_a_generator_keeps_parameters_until_it_has_ended() -> None:
    going = sent(W.copy())
    next(going)
    parameters = HeldParameters({"W": W, "b": b})
    parameters.begin({"g": going})
    next(going)
    parameters.end({"g": going})
    assert [v.tolist() for v in parameters.values.values()] == [(W - 1).tolist()]
    list(going)
    assert others_of({"g": going}, {}, ()) == {}


def test_parameters_in_one_array_are_cut_out_of_it_in_their_own_layout() -> None:
    vector, beside = np.concatenate([W.ravel(), b.ravel()]), np.hstack([W, b])
    for whole in (vector, beside):
        assert held({"p": whole}, {"p": whole - 1}) == {
            "W p": (W - 1).tolist(), "b p": (b - 1).tolist(),
        }  # fmt: skip
    # One of them alone may stand in any larger array, and is none.
    assert held({"p": np.append(W.ravel(), 0.5)}, {"p": np.append(W.ravel() - 1, 0.5)}) == {}


def test_what_has_another_shape_or_type_by_now_or_is_another_parameter_was_bound_anew() -> None:
    assert held({"p": W}, {"p": W.T - 1}) == {}
    assert held({"p": W}, {"p": "text"}) == {}
    assert held({"p": W.astype(int)}, {"p": W.astype(int) - 1}) == {}
    assert held({"p": b}, {"q": b - 1}) == {}


def test_so_many_arrays_are_looked_through_for_several_parameters(monkeypatch: Any) -> None:
    monkeypatch.setattr(left_values, "_MOST_PACKED", 1)
    vector = np.concatenate([W.ravel(), b.ravel()])
    assert held({"p": vector, "q": vector}, {"p": vector, "q": vector - 1}) == {}


def test_numbers_under_names_of_the_programs_own_are_told_with_their_paths() -> None:
    deep: Any = [W]
    for _ in range(9):
        deep = [deep]
    ring: list[Any] = [1.5]
    ring.append(ring)
    space = {
        "__doc__": 1.0, "known": W, "own": W, "ws": [b], "net": Net(mine=2.5), "text": "1",
        "f": closure(W), "g": held, "deep": deep, "ring": ring, "table": {("a", 1): 3.5},
    }  # fmt: skip
    found = others_of(space, {"left": b, "small": 0.5, "known": W}, {"known"})
    # What is called on the way is nothing that a table of names could say.
    assert sorted(found) == ["left", "net.mine", "own", "ring[0]", "small", "ws[0]"]
