"""What a program has left under a name: a variable, a path into its objects, or a table's entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdtutor.judge.value_watch import MOST_CELLS, Space

OF_PARAMETERS = ("params", "parameters", "weights", "theta")
"""How the names of dictionaries of parameters begin."""


def value_at(space: Space, path: str) -> Any:
    """Return the value of a name, or of a path as `layer1.dW` and `grads['W1']`."""
    if path in space:
        return space[path]
    value: Any = space
    for part in path.replace("[", ".").replace("]", "").split("."):
        key = part.strip("'\"")
        if isinstance(value, dict):
            value = value.get(key, value.get(int(key)) if key.isdigit() else None)
        elif isinstance(value, list | tuple) and key.lstrip("-").isdigit():
            value = value[int(key)] if abs(int(key)) < len(value) else None
        else:
            value = getattr(value, key, None)
    return value


def value_in_tables(space: Space, name: str) -> Any:
    """Return what a dictionary or an object of the program has under a name; `grads["W1"]` is dW1.

    A network may keep its values as its attributes, and in dictionaries among them.
    """
    tables = list(_tables(space))
    for held in objects_of(space):
        tables += [("", vars(held)), *_tables(vars(held))]
    for called, table in tables:
        if name in table:
            return table[name]
        if called.startswith("grad") and name.startswith("d") and name[1:] in table:
            return table[name[1:]]
    return None


def updated_in(space: Space, name: str) -> Any:
    """Return a parameter as the program has left it: in an object, in `params`, or by its name."""
    tables = [vars(held) for held in objects_of(space)]
    for inner in (space, *tables):
        tables += [table for called, table in _tables(inner) if called.startswith(OF_PARAMETERS)]
    return next((table[name] for table in tables if name in table), value_at(space, name))


def objects_of(space: Space) -> list[Any]:
    """Return the objects of the program's own classes that it has left by name."""
    return [value for value in space.values() if _is_own(type(value), space)]


def classes_of(space: Space) -> list[type]:
    """Return the program's own classes that have forward and backward."""
    ways = ("forward", "backward")
    return [
        value for value in space.values()
        if isinstance(value, type) and _is_own(value, space)
        and all(callable(getattr(value, way, None)) for way in ways)
    ]  # fmt: skip


def _is_own(kind: type, space: Space) -> bool:
    return kind.__module__ == space.get("__name__") and "__dict__" in dir(kind)


def _tables(space: Space) -> list[tuple[str, Space]]:
    return [(c, t) for c, t in space.items() if isinstance(t, dict) and not c.startswith("__")]


def as_numbers(value: Any) -> Any:
    """Return a value as an array of numbers of no great size; None where it is none."""
    if value is None or value is ... or isinstance(value, str | dict | set | bool | type):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError):
        return None
    if array.dtype.kind == "O" and array.size:
        try:
            array = array.astype(np.float64)
        except OverflowError:
            # A whole number beyond float64.
            return np.full(array.shape, np.inf)
        except (ValueError, TypeError):
            return None
    is_number = array.dtype.kind in "iufb" and 0 < array.size <= MOST_CELLS and array.ndim <= 4
    return array.copy() if is_number else None
