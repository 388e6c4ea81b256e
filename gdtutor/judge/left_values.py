"""What a program has left under a name: a variable, a path into its objects, or a table's entry;
its parameters wherever it keeps them, by their values, and the values of names of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cached_property, partial
from itertools import chain, islice
from types import CellType, FunctionType, GeneratorType, MethodType
from typing import Any, Literal

import numpy as np

from gdtutor.judge.value_watch import MOST_CELLS, Space

_PART = re.compile(r"""('[^']*'|"[^"]*")|([^.\[\]'"]+)""")
"""A part of a path: a key in quotes, with its dots, or an attribute or a number."""
_DEEPEST, _MOST_PARTS, _MOST_VALUES = 5, 200, 10_000
"""How far into a program's containers parameters are looked for, in how many parts of one, and in
how many values together: a list of lists of data has many."""
_MOST_PACKED, _MOST_CUT = 50, 10_000
"""How many arrays are looked through for parameters that stand in them one behind the other, and
the cells of the largest."""
_MOST_OTHERS = 200
"""Names of the program's own whose values are told."""
OF_PARAMETERS = ("params", "parameters", "weights", "theta")
"""How the names of dictionaries of parameters begin."""


def values_under(space: Space, name: str) -> Iterator[Any]:
    """Yield what stands at a name or a path, and what a table or an object has under it."""
    yield value_at(space, name)
    yield value_in_tables(space, name)


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
    computed = (held for held in objects_of(space) if _is_computed(held, name))
    return next((_got(held, name) for held in computed), None)


def _is_computed(held: Any, name: str) -> bool:
    return isinstance(getattr(type(held), name, None), property | cached_property)


def _got(held: Any, name: str) -> Any:
    try:
        return getattr(held, name)
    except Exception:  # of the program's own, which may raise anything
        return None


def in_returned(returned: Any, names: Mapping[str, str], prefix: str) -> Space:
    """Return what tables have that a function returned: of `backward`, `d`, also under `W1`."""
    tables = [returned] if isinstance(returned, dict) else []
    if isinstance(returned, tuple | list):
        tables += [part for part in returned if isinstance(part, dict)]
    found: Space = {}
    for name, theirs in names.items():
        keys = (theirs, name.removeprefix("d")) if prefix and name[0] == "d" else (theirs,)
        for table in tables:
            value = next((table[k] for k in keys if k in table), None)
            if as_numbers(value) is not None:
                found[name] = value
    return found


def cache_in(returned: Any) -> Any:
    """Return what a forward pass hands on to the backward pass."""
    if isinstance(returned, tuple):
        held = [part for part in returned if isinstance(part, dict | tuple | list)]
        return held[-1] if held else returned
    return returned


def updated_in(space: Space, name: str) -> Any:
    """Return a parameter as the program has left it: in an object, in `params`, or by its name."""
    tables = [vars(held) for held in objects_of(space)]
    for inner in (space, *tables):
        tables += [table for called, table in _tables(inner) if called.startswith(OF_PARAMETERS)]
    return next((table[name] for table in tables if name in table), value_at(space, name))


def renewed_in(space: Space, name: str) -> tuple[str, Any] | None:
    """Return what a program calls a parameter after its update that it leaves as it is: `W_new`,
    or `W` of a dictionary `new_params`; with its value."""
    words = ("new", "next", "updated")
    named = ((n, space.get(n)) for w in words for n in (f"{name}_{w}", f"{w}_{name}"))
    tables = ((name, t.get(name)) for n, t in _tables(space) if {*words} & {*n.split("_")})
    found = ((n, as_numbers(value)) for n, value in chain(named, tables))
    return next(((n, value) for n, value in found if value is not None), None)


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
    except Exception:  # of a class of the program's own, which may raise anything
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


_WAYS: tuple[Literal["C", "F"], ...] = ("C", "F")  # by rows, and by columns
_Place = tuple[str, Callable[[Any], Any]]
"""A parameter, and what takes it out of an array, laid out as given."""


class HeldParameters:
    """The parameters that a program keeps under names and in layouts of its own, told by values.

    Args:
        given: The given parameters.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = {name: np.array(value) for name, value in given.items()}
        self._before: dict[tuple[str, ...], tuple[tuple[int, ...], list[_Place]]] | None = None
        self.values: Space = {}
        """By `held 0 W p`, what has changed in the first loop that trains, laid out as given: a
        number, the parameter, and the program's name for it or for what it is kept in."""
        self.own: Space = {}
        """The same as the program has it."""

    def begin(self, space: Space) -> bool:
        """Look for parameters as a loop begins, and say whether it is the first loop."""
        if self._before is not None:
            return False
        self._before, packed = {}, _MOST_PACKED
        for path, value in islice(_parts(space, set()), _MOST_VALUES):
            array = as_numbers(value)
            if array is None or array.dtype.kind != "f":
                continue
            places = self._places(array, False)
            if not places and packed and 1 < array.size <= _MOST_CUT:
                packed, places = packed - 1, self._places(array, True)
            self._before |= {path: (array.shape, places)} if places else {}
        return True

    def end(self, space: Space) -> None:
        """Look for what has changed; what is another parameter by now was bound anew."""
        for path, value in islice(_parts(space, set()), _MOST_VALUES):
            shape, places = (self._before or {}).get(path, ((), []))
            array = as_numbers(value) if places else None
            for name, part in places if array is not None and array.shape == shape else ():
                now = part(array)
                if not self._places(now, False):
                    key = f"held {len(self.own)} {name} {path[0]}"
                    self.values[key], self.own[key] = now, value

    def as_given(self, own: Space) -> list[str]:
        """Return the parameters that have changed nowhere, in either layout and any precision."""
        held = {key.split()[2] for key in self.own}
        kinds = {n: np.promote_types(v.dtype, np.float16) for n, v in own.items()}
        return [n for n, v in self._given.items() if n not in held and n in own
                and any(np.array_equal(own[n], w.astype(kinds[n])) for w in (v, v.T))]  # fmt: skip

    def _places(self, array: Any, in_parts: bool) -> list[_Place]:
        """Return the given parameter that an array has the values of, or several that stand in it
        one behind the other: a vector of all, or weights with the bias as one more column."""
        for way in _WAYS:
            cells, found = array.ravel(way), list[_Place]()
            for name, given in self._given.items():
                if given.size == array.size or (in_parts and given.size < array.size):
                    starts = ((o, at) for o in _WAYS for at in _starts(cells, given.ravel(o)))
                    found += [(name, partial(_cut_as, given.shape, way, own, at))
                              for own, at in islice(starts, 1)]  # fmt: skip
            if len(found) > in_parts:
                return found
        return []


def _cut_as(shape: tuple[int, ...], way: Any, own: Any, at: int, array: Any) -> Any:
    cells = array.ravel(way)[at : at + int(np.prod(shape, dtype=int))]
    return cells.reshape(shape, order=own)


def _starts(cells: Any, wanted: Any) -> Iterator[int]:
    """Yield where some numbers stand among others, one behind the other."""
    firsts = cells[: max(cells.size - wanted.size + 1, 0)]
    for at in np.flatnonzero(np.isclose(firsts, wanted[0], 1e-6, 1e-9))[:20]:
        if np.allclose(cells[at : at + wanted.size], wanted, 1e-6, 1e-9):
            yield int(at)


def others_of(space: Space, left: Space, known: Container[str]) -> Space:
    """Return the numbers that a program has under names and paths of its own.

    Args:
        space: What has a name when the program has ended.
        left: What names of its functions had.
        known: The names that are asked for or given.
    """
    paths = (("".join(path), value) for path, value in islice(_parts(space, set()), _MOST_VALUES))
    numbers = (
        (path, array) for path, value in (*paths, *left.items())
        if path not in known and "(" not in path
        and (array := as_numbers(value)) is not None and array.size <= _MOST_CUT
    )  # fmt: skip
    return dict(islice(numbers, _MOST_OTHERS))


def _parts(
    value: Any, seen: set[int], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield all that stands in a program's names, its containers, objects of its classes, and in
    what its functions keep, with the way there as it is written."""
    parts: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        # Of a class of the program's own, `items` may be anything.
        own = [(k, v) for k, v in dict.items(value) if not str(k).startswith("__")]
        parts = [(f"[{k!r}]" if path else str(k), v) for k, v in own]
    elif isinstance(value, list | tuple):
        parts = [(f"[{i}]", part) for i, part in enumerate(value[:_MOST_PARTS])]
    elif type(value).__module__ == "__main__" and not isinstance(value, type):
        parts = [(f".{k}", part) for k, part in getattr(value, "__dict__", {}).items()]
    elif isinstance(value, partial | FunctionType | MethodType | GeneratorType):
        parts = [(f"().{k}", part) for k, part in _kept_by(value).items()]
    elif path:
        yield path, value
    if len(path) < _DEEPEST and id(value) not in seen:
        seen.add(id(value))
        for key, part in parts[:_MOST_PARTS]:
            yield from _parts(part, seen, (*path, key))


def _kept_by(value: Any) -> Space:
    """Return what a function of the program has from where it was made, or a generator has now."""
    match value:
        case partial():
            return {"func": value.func, "args": value.args, **value.keywords}
        case MethodType():
            return {"self": value.__self__}
        case GeneratorType():
            return {} if value.gi_frame is None else dict(value.gi_frame.f_locals)
    if value.__module__ != "__main__":
        return {}
    cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if cell != CellType()}
