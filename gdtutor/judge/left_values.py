"""What a program has left under a name: a variable, a path into its objects, or a table's entry;
and its parameters wherever it keeps them, by their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from types import FrameType
from typing import Any

import numpy as np

from gdtutor.judge.value_watch import MOST_CELLS, Space

_PART = re.compile(r"""('[^']*'|"[^"]*")|([^.\[\]'"]+)""")
"""A part of a path: a key in quotes, with its dots, or an attribute or a number."""
_DEEPEST, _MOST_PARTS, _MOST_VALUES = 5, 200, 10_000
"""How far into a program's containers parameters are looked for, in how many parts of one, and in
how many values together: a list of lists of data has many."""
OF_PARAMETERS = ("params", "parameters", "weights", "theta")
"""How the names of dictionaries of parameters begin."""


def names_in(frame: FrameType) -> Space:
    """Return what has a name where a line of the program stands."""
    return {**frame.f_globals, **frame.f_locals}


def values_under(space: Space, name: str) -> tuple[Any, Any]:
    """Return what stands at a name or a path, and what a table or an object has under it."""
    return value_at(space, name), value_in_tables(space, name)


def value_at(space: Space, path: str) -> Any:
    """Return the value of a name, or of a path as `layer1.dW` and `grads['W1']`."""
    if path in space:
        return space[path]
    value: Any = space
    for quoted, plain in _PART.findall(path):
        key = quoted[1:-1] or plain
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


class HeldParameters:
    """The parameters that a program keeps under names and in layouts of its own, told by values.

    Args:
        given: The given parameters.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = {name: np.array(value) for name, value in given.items()}
        self._before: dict[tuple[Any, ...], tuple[str, Any]] | None = None
        self.values: Space = {}
        """By `held 0 W p`, what has changed in the first loop that trains, laid out as given: a
        number, the parameter, and the program's name for it or for what it is kept in."""
        self.own: Space = {}
        """The same as the program has it."""

    def begin(self, space: Space) -> bool:
        """Look for parameters as a loop begins, and say whether it is the first loop."""
        if self._before is not None:
            return False
        self._before = {
            path: (name, array)
            for path, value in islice(_parts(space), _MOST_VALUES)
            if (array := as_numbers(value)) is not None and (name := self._called(array))
        }
        return True

    def end(self, space: Space) -> None:
        """Look for what has changed; what is another parameter by now was bound anew."""
        for path, value in islice(_parts(space), _MOST_VALUES):
            name, before = (self._before or {}).get(path, ("", None))
            array = as_numbers(value) if name else None
            if array is not None and before.shape == array.shape and not self._called(array):
                key = f"held {len(self.own)} {name} {path[0]}"
                self.values[key] = _laid_as(self._given[name], before, array)
                self.own[key] = value

    def _called(self, array: Any) -> str:
        """Return the given parameter that an array has the values of."""
        alike = (n for n, g in self._given.items() if _laid_as(g, array, array) is not None)
        return next(alike, "")


def _laid_as(given: Any, before: Any, array: Any) -> Any:
    """Return an array turned as the one before it is turned to be a given one; None if none is."""
    if before.size == given.size and before.dtype.kind == "f":
        for turned, now in ((before, array), (before.T, array.T)):
            if np.allclose(turned.reshape(given.shape), given, 1e-6, 1e-9):
                return now.reshape(given.shape)
    return None


def _parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield all that stands in a program's names, its containers, and objects of its classes."""
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        parts = [(k, v) for k, v in value.items() if not str(k).startswith("__")]
    elif isinstance(value, list | tuple):
        parts = list(enumerate(value))
    elif type(value).__module__ == "__main__" and not isinstance(value, type):
        parts = list(getattr(value, "__dict__", {}).items())
    elif path:
        yield path, value
    if len(path) < _DEEPEST:
        for key, part in parts[:_MOST_PARTS]:
            yield from _parts(part, (*path, key))
