"""Typed reading of TOML values: nothing is converted, and every mistake of a table is found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, dataclass_transform

import numpy as np

from gdtutor.engine.characters import pictured
from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import frozen
from gdtutor.lesson.mistakes import Mistake, Mistakes, Wrong, collected
from gdtutor.lesson.reports import shown
from gdtutor.lesson.toml_text import Path
from gdtutor.values import NODEFAULT, Struct, defstruct

MAX_TEXT = 200
"""Longest text on one line, in characters."""
MAX_PARAGRAPH = 2_000
"""Longest text of several lines, in characters."""
MAX_MISTAKES = 200
"""Most mistakes that are looked for; enough for every report of a file."""
MAX_LIST = 1_000
"""Most entries of a list of texts or tables."""

T = TypeVar("T")

Reader = Callable[[object, Path, Mistakes], Any]
"""(value, its path, mistakes to add to) → the value as its field wants it; raises `Wrong`."""


class Key(Struct, frozen=True, eq=False):
    """A key of a table."""

    reader: Reader
    default: object
    """NODEFAULT where it may not be left out."""
    says: str
    """What to write where it is missing."""


def key(reader: Reader, default: object = NODEFAULT, says: str = "") -> Any:
    """Declare a key of a table: how it is read, and its default where it may be left out, or what
    to write where it may not."""
    return Key(reader, default, says)


@dataclass_transform(frozen_default=True)
def keyed(cls: type[T]) -> type[T]:
    """Return a class of keys as the record of their values; further fields are none of the file's
    own, and have a default."""
    named = {name: value for name, value in vars(cls).items() if name in cls.__annotations__}
    declared = {name: value for name, value in named.items() if isinstance(value, Key)}
    defaults = named | {name: value.default for name, value in declared.items()}
    return defstruct(
        cls.__name__,
        [(name, Any, default) for name, default in defaults.items()],
        namespace={"__doc__": cls.__doc__, "__keys__": declared},
        module=cls.__module__,
        frozen=True,
        eq=False,
    )  # type: ignore[return-value]


def keys_of(cls: type) -> Mapping[str, tuple[str, Key]]:
    """Return the keys of a table as they are written, each with its field."""
    # A key that Python has as a word of its own, as `pass`, is a field with a line behind it.
    declared: Mapping[str, Key] = cls.__keys__  # type: ignore[attr-defined]
    return {name.rstrip("_"): (name, declaration) for name, declaration in declared.items()}


def fields_of(record: object, *names: str) -> dict[str, Any]:
    """Return fields of a record by name, for another that has them as they are."""
    return {name: getattr(record, name) for name in names}


def read_table(cls: type[T], value: object, path: Path, mistakes: Mistakes) -> T | None:
    """Return a table as its record, None where a key that must be there is missing or wrong."""
    table = _typed(value, dict, "a table", "write KEY = VALUE")
    known = keys_of(cls)
    for name in table:
        if len(mistakes) > MAX_MISTAKES:
            break
        if name not in known:
            near = did_you_mean(str(name), known)
            hint = near or f"known here are {', '.join(known)}"
            what = f"unknown key '{shown(name)}'"
            mistakes.append(Mistake((*path, name, "="), "unknown-key", what, hint))
    given: dict[str, object] = {}
    is_whole = True
    for name, (stored, declared) in known.items():
        has_default = declared.default is not NODEFAULT
        if name in table:
            with collected(mistakes, *path, name):
                given[stored] = declared.reader(table[name], (*path, name), mistakes)
            is_whole = is_whole and (has_default or stored in given)
        elif not has_default:
            is_whole = False
            place = (*path, "=") if path else ()
            what = f"the key '{name}' is missing"
            mistakes.append(Mistake(place, "missing-key", what, declared.says))
    return cls(**given) if is_whole else None


def _kind(value: object) -> str:
    names = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
    kinds = names | {list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date or time")


def _typed(value: object, kind: type[T], called: str, hint: str) -> T:
    """Return a value of a type; `Wrong` for any other."""
    if not isinstance(value, kind):
        raise Wrong("type", f"{_kind(value)} stands where {called} belongs", hint)
    return value


def line(most: int = MAX_TEXT, least: int = 0) -> Reader:
    """Read a text on one line; line breaks and other controls in it become pictures."""
    return lambda value, path, mistakes: _text(value, most, least)


def paragraph(value: object, path: Path, mistakes: Mistakes) -> str:
    """Read a text of several lines."""
    return _text(value, MAX_PARAGRAPH, 1, keep="\n\t")


def _text(value: object, most: int, least: int, keep: str = "") -> str:
    text = _typed(value, str, "a text", "put it in quotes")
    if len(text) > most:
        raise Wrong("bound", f"the text has {len(text):,} characters", f"the bound is {most:,}")
    if len(text.strip()) < least:
        raise Wrong("value", "the text is empty", "write one")
    return pictured(text, keep).strip()


def flag(value: object, path: Path, mistakes: Mistakes) -> bool:
    """Read true or false."""
    return _typed(value, bool, "true or false", "without quotes")


def whole(low: int, high: int) -> Reader:
    """Read a whole number within bounds, both included."""

    def read(value: object, path: Path, mistakes: Mistakes) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            what = f"{_kind(value)} stands where a whole number belongs"
            raise Wrong("type", what, "write it without quotes and without a point")
        if not low <= value <= high:
            # Python will not print huge whole numbers.
            shown_number = f"{value:,}" if abs(value) < 10**15 else "the number"
            raise Wrong("bound", f"{shown_number} is out of bounds", f"use {low} to {high:,}")
        return value

    return read


def number(low: float | None = None, above: float | None = None, high: float = 1e300) -> Reader:
    """Read a finite number, at least `low` or more than `above`, at most `high`."""

    def read(value: object, path: Path, mistakes: Mistakes) -> float:
        read_value = as_number(value)
        told = number_text(read_value)
        if low is not None and read_value < low:
            raise Wrong("value", f"{told} is too small", f"use {number_text(low)} or more")
        if above is not None and read_value <= above:
            raise Wrong("value", f"{told} is too small", f"use more than {number_text(above)}")
        if read_value > high:
            raise Wrong("value", f"{told} is too large", f"use at most {number_text(high)}")
        return read_value

    return read


def as_number(value: object, at: Path = ()) -> float:
    """Return a TOML number as a float; `Wrong` for anything else, and for nan and inf."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = "write it without quotes" if isinstance(value, str) else "write a number, as 0.5"
        raise Wrong("type", f"{_kind(value)} stands where a number belongs", hint, at)
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        hint = "nan is no number: write one, as 0.5"
        if not math.isnan(result):
            hint = "write a large number for infinity, as 1e9; the largest is about 1.8e308"
        raise Wrong("value", "the number is not finite", hint, at)
    return result


def one_of(known: Iterable[str], what: str) -> Reader:
    """Read one of several words."""
    words = tuple(known)

    def read(value: object, path: Path, mistakes: Mistakes) -> str:
        word = _typed(value, str, "a text", "put it in quotes")
        if word not in words:
            hint = did_you_mean(word, words) or f"known are {', '.join(words)}"
            raise Wrong("value", f"unknown {what} '{shown(word)}'", hint)
        return word

    return read


def either(reader: Reader, *words: str) -> Reader:
    """Read one of the given words as it stands, and anything else by the reader."""

    def read(value: object, path: Path, mistakes: Mistakes) -> object:
        if isinstance(value, str):
            if value in words:
                return value
            quoted = " or ".join(f'"{word}"' for word in words)
            raise Wrong("value", f"unknown word '{shown(value)}'", f"use a number or {quoted}")
        return reader(value, path, mistakes)

    return read


def by_kind(kind: type, reader: Reader, otherwise: Reader) -> Reader:
    """Read values of one kind, as lists or tables, by one reader and all others by another."""
    return lambda value, path, mistakes: (reader if isinstance(value, kind) else otherwise)(
        value, path, mistakes
    )


def list_of(reader: Reader, most: int = MAX_LIST) -> Reader:
    """Read a list, every entry by the same reader."""

    def read(value: object, path: Path, mistakes: Mistakes) -> tuple[object, ...]:
        listed = _typed(value, list, "a list", "use [ ]")
        if len(listed) > most:
            raise Wrong("bound", f"the list has {len(listed):,} entries", f"the bound is {most:,}")
        return tuple(_entries(enumerate(listed), reader, path, mistakes).values())

    return read


def table_of(reader: Reader, most: int = MAX_LIST) -> Reader:
    """Read a table whose keys are the author's, every value by the same reader."""

    def read(value: object, path: Path, mistakes: Mistakes) -> Mapping[str, object]:
        named = _typed(value, dict, "a table", "use NAME = VALUE")
        if len(named) > most:
            raise Wrong("bound", f"the table has {len(named):,} names", f"the bound is {most:,}")
        return _entries(named.items(), reader, path, mistakes)

    return read


def _entries(
    entries: Iterable[tuple[Any, object]], reader: Reader, path: Path, mistakes: Mistakes
) -> dict[Any, object]:
    """Return the entries that can be read, by their place in the list or the table."""
    read: dict[Any, object] = {}
    for place, entry in entries:
        with collected(mistakes, *path, place):
            read[place] = reader(entry, (*path, place), mistakes)
    return read


def table(cls: type[T]) -> Reader:
    """Read a table as a record whose fields are declared by `key`."""
    return lambda value, path, mistakes: read_table(cls, value, path, mistakes)


def raw_table(value: object, path: Path, mistakes: Mistakes) -> Mapping[str, object]:
    """Read a table as it stands; its keys are checked where it is used."""
    return dict(_typed(value, dict, "a table", "use KEY = VALUE"))


def array(value: object, path: Path, mistakes: Mistakes) -> Array:
    """Read a number, a list of numbers, or a list of equally long rows."""
    if not isinstance(value, list):
        result = np.asarray(as_number(value))
    elif value and all(isinstance(row, list) for row in value):
        for position, row in enumerate(value):
            if len(row) != len(value[0]):
                what = f"row {position} has {len(row)} cells and row 0 has {len(value[0])}"
                raise Wrong("value", what, "rows of a matrix are equally long", (position,))
        result = np.array([_row(row, (position,)) for position, row in enumerate(value)])
    else:
        result = np.array(_row(value, ()))
    if result.size == 0:
        raise Wrong("value", "the list is empty", "write at least one number")
    return frozen(result)


def _row(row: list[object], at: Path) -> list[float]:
    for position, cell in enumerate(row):
        if isinstance(cell, list):
            what = "lists are nested deeper than a matrix, or numbers and lists are mixed"
            hint = "write a number, [1, 2], or [[1, 2], [3, 4]]"
            raise Wrong("value", what, hint, (*at, position))
    return [as_number(cell, (*at, position)) for position, cell in enumerate(row)]
