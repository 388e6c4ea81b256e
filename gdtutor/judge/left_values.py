"""What a program has left under a name: a variable, a path into its objects, or a table's entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdtutor.judge.value_watch import MOST_CELLS, Space


def value_at(space: Space, path: str) -> Any:
    """Return the value of a name, or of a path as `layer1.dW` and `grads['W1']`."""
    if path in space:
        return space[path]
    value: Any = space
    for part in path.replace("[", ".").replace("]", "").split("."):
        key = part.strip("'\"")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list | tuple) and key.lstrip("-").isdigit():
            value = value[int(key)] if abs(int(key)) < len(value) else None
        else:
            value = getattr(value, key, None)
    return value


def value_in_tables(space: Space, name: str) -> Any:
    """Return what a dictionary of the program has under a name; `grads["W1"]` is dW1."""
    for called, table in list(space.items()):
        if not isinstance(table, dict) or called.startswith("__"):
            continue
        if name in table:
            return table[name]
        if called.startswith("grad") and name.startswith("d") and name[1:] in table:
            return table[name[1:]]
    return None


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
        except (ValueError, TypeError):
            return None
    is_number = array.dtype.kind in "iufb" and 0 < array.size <= MOST_CELLS and array.ndim <= 4
    return array.copy() if is_number else None
