"""Where the values of a program lie, and what a generated function calls them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.plan.flat_arrays import aligned
from gdtutor.training.plan.schedule import ValueStack
from gdtutor.training.plan.terms import Op
from gdtutor.values import Struct, field


class Dynamic(Struct, frozen=True):
    """A name that stands for another array at every iteration."""

    kind: str
    """data, history, stream or norm."""
    key: object
    """The leaf, or the id of the value."""
    form: str


class BoundNames(Struct):
    """What the names in a generated function stand for."""

    arrays: dict[str, Array] = field(default_factory=dict)
    functions: dict[str, Callable[..., object]] = field(default_factory=dict)
    dynamic: dict[str, Dynamic] = field(default_factory=dict)


class PlacedValues(Struct):
    """Values that have a place before anything is written, by id."""

    places: dict[int, Array]
    """Leaves, and results that are to be written to a given array."""
    dynamic: Mapping[int, tuple[str, object]] = field(default_factory=dict)
    """The kind and key of values that lie elsewhere at every iteration."""
    augmented: dict[int, Array] = field(default_factory=dict)
    """Arrays with one more row of ones under the value's own."""
    packs: Mapping[int, Array] = field(default_factory=dict)
    """Weights with their bias as one matrix."""


def formed(array: Array, form: str) -> Array:
    """Return another view of an array; those of several runs have the run as first axis.

    Forms: T (its matrices turned), flat (one axis), number (no axis); of several runs rows (the
    matrices of all below each other), cells (a row for each), perrun (a number for each), and wide
    with a number (so many axes behind that of the runs). Any other form is the array itself.
    """
    match form:
        case "T":
            return array.swapaxes(-1, -2) if array.ndim > 1 else array
        case "flat":
            return array.reshape(-1)
        case "number":
            return array.reshape(())
        case "rows":
            return array.reshape(-1, array.shape[-1])
        case "cells":
            return array.reshape(array.shape[0], -1)
        case "perrun":
            return array.reshape(array.shape[0])
    if form.startswith("wide"):
        ones = (1,) * int(form.removeprefix("wide"))
        return array.reshape(array.shape[0], *ones, *array.shape[1:])
    return array


class Placing:
    """Gives every value of one program its array, and every array that is used its name.

    Args:
        ops: The program.
        prefix: A letter that opens the names of its values.
        names: Where names are added.
        given: Values that have a place already.
    """

    def __init__(
        self, ops: Sequence[Op], prefix: str, names: BoundNames, given: PlacedValues
    ) -> None:
        self._ops = ops
        self._prefix = prefix
        self._names = names
        self._places = given.places
        self._dynamic = given.dynamic
        self._augmented = given.augmented
        self._packs = given.packs
        self._fixed = set(given.places)
        self._stacks: Mapping[int, ValueStack] = {}
        self._stack_arrays: dict[tuple[int, ...], tuple[str, Array]] = {}

    def array(self, index: int) -> Array:
        """Return the array of a value that keeps its place."""
        op = self._ops[index]
        if index not in self._places:
            if op.code == "T":
                return self.array(op.args[0]).T
            if op.code == "spread":
                return np.broadcast_to(self.array(op.args[0]), op.shape)
            if op.is_literal:
                value = aligned(())
                value[()] = op.literal
                self._places[index] = value
            else:
                self._allocate(index)
        return self._places[index]

    def is_dynamic(self, index: int) -> bool:
        """Say whether a value lies elsewhere at every iteration."""
        while self._ops[index].code == "T":
            index = self._ops[index].args[0]
        return index in self._dynamic

    def view(self, index: int, form: str = "plain") -> str:
        """Return the name of a value, or of another view of it.

        Forms: plain, those of `formed`, ones and onesT (with a row of ones), pack and packT
        (weights with their bias).
        """
        op = self._ops[index]
        if op.code == "T" and form in ("plain", "T"):
            return self.view(op.args[0], "T" if form == "plain" else "plain")
        name = f"{self._prefix}{index}" + {"plain": "", "T": "t"}.get(form, f"_{form}")
        if self.is_dynamic(index):
            while self._ops[index].code == "T":
                index = self._ops[index].args[0]
            kind, key = self._dynamic[index]
            self._names.dynamic.setdefault(name, Dynamic(kind, key, form))
            return name
        if name not in self._names.arrays:
            self._names.arrays[name] = self._shaped(index, form)
        return name

    def operand(self, index: int, arg: int) -> str:
        """Return the name of an operand of an elementwise operation."""
        return self.view(arg)

    def static(self, name: str, array: Array) -> str:
        """Name an array."""
        self._names.arrays.setdefault(name, array)
        return name

    def call(self, function: str, known: Callable[..., object]) -> str:
        """Name a function."""
        self._names.functions[function] = known
        return function

    def is_contiguous(self, index: int) -> bool:
        """Say whether a value's cells lie one after the other."""
        op = self._ops[index]
        if self.is_dynamic(index):
            return op.code != "T" or 1 in op.shape
        return bool(self.array(index).flags.c_contiguous)

    def _shaped(self, index: int, form: str) -> Array:
        match form:
            case "ones":
                return self._augmented[index]
            case "onesT":
                return self._augmented[index].T
            case "pack":
                return self._packs[index]
            case "packT":
                return self._packs[index].T
        return formed(self.array(index), form)

    def _allocate(self, index: int) -> None:
        op = self._ops[index]
        if index in self._stacks:
            stack = self._stacks[index]
            memory = self._stack(stack.members)[1]
            place = stack.members.index(index)
            start = stack.offsets[place]
            cells = math.prod(op.shape)
            self._places[index] = memory[start : start + cells].reshape(op.shape)
            if index in self._augmented:
                wide = memory[start : start + cells + op.shape[1]]
                wide[cells:] = 1.0
                self._augmented[index] = wide.reshape(op.shape[0] + 1, op.shape[1])
        elif index in self._augmented:
            wide = aligned((op.shape[0] + 1, *op.shape[1:]))
            wide[-1] = 1.0
            self._augmented[index] = wide
            self._places[index] = wide[:-1]
        else:
            self._places[index] = self._new(index)

    def _new(self, index: int) -> Array:
        return aligned(self._ops[index].shape)

    def _stack(self, members: tuple[int, ...]) -> tuple[str, Array]:
        if members not in self._stack_arrays:
            name = f"{self._prefix}s{members[0]}"
            cells = self._stacks[members[0]].cells
            self._stack_arrays[members] = (name, aligned((cells,)))
        return self._stack_arrays[members]
