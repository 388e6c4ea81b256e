"""Placing: where the values of a program lie, and what a generated function calls them.

Every value of several runs has the run as its first axis, before those of its shape. In XOR's plan
v3_pack is W1 with b1 as its last column, in the flat parameters; v1_ones is X with a row of ones
under it; v8 is an array that is kept from iteration to iteration:

    Z1 = affine(W1, b1, X)   →   v3_pack.dot(v1_ones, v8)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shape
from gdtutor.training.plan.flat_arrays import aligned, one_number
from gdtutor.training.plan.schedule import ValueStack
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import Op
from gdtutor.values import Struct, field


class Dynamic(Struct, frozen=True):
    """A name that stands for another array at every iteration."""

    source: tuple[str, str]
    """data or ones (with a row of ones) and a leaf, history and an id, stream and its place, or
    norm."""
    form: str
    is_stacked: bool = False
    """Whether its first axis is the run."""


class WrittenFunction(Struct):
    """A function while it is written: the lines of its body, and what their names stand for."""

    body: SourceLines = field(default_factory=SourceLines)
    arrays: dict[str, Array] = field(default_factory=dict)
    functions: dict[str, Callable[..., object]] = field(default_factory=dict)
    dynamic: dict[str, Dynamic] = field(default_factory=dict)


def formed(array: Array, form: str, *, is_stacked: bool) -> Array:
    """Return another view of an array.

    Forms: T and onesT (its matrices turned), rows and pack (the matrices of all runs below each
    other), cells (one axis beside that of the runs), number (none beside it), and wide with a
    number (so many axes behind that of the runs). Any other form is the array itself.
    """
    runs = array.shape[:1] if is_stacked else ()
    match form:
        case "T" | "onesT":
            return array.swapaxes(-1, -2) if array.ndim > len(runs) + 1 else array
        case "rows" | "pack":
            return array.reshape(-1, array.shape[-1])
        case "cells":
            return array.reshape(*runs, -1)
        case "number":
            return array.reshape(runs)
    if form.startswith("wide"):
        ones = (1,) * int(form.removeprefix("wide"))
        return array.reshape(*runs, *ones, *array.shape[len(runs) :])
    return array


class Placing(Struct):
    """Gives every value of one program its array, and every array that is used its name."""

    ops: Sequence[Op]
    places: dict[int, Array]
    """Of values that have one before anything is written: leaves, and results that are to be
    written to a given array."""
    dynamic: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Where values come from that lie elsewhere at every iteration; see `Dynamic`."""
    augmented: dict[int, Array] = field(default_factory=dict)
    """Arrays with one more row of ones under the value's own."""
    packs: Mapping[int, Array] = field(default_factory=dict)
    """Weights with their bias as one matrix."""
    stacked: Set[int] = frozenset()
    """Values that differ from run to run."""
    runs: int = 0
    """How many runs there are; 0 for one without an axis."""
    stacks: Mapping[int, ValueStack] = field(default_factory=dict)
    prefix: str = "v"
    """A letter that opens the names of its values."""
    function: WrittenFunction = field(default_factory=WrittenFunction)
    """Where names are added."""

    def array(self, index: int) -> Array:
        """Return the array of a value that keeps its place."""
        op = self.ops[index]
        if index not in self.places:
            if op.code == "T":
                return self.array(op.args[0]).swapaxes(-1, -2)
            if op.code == "spread":
                (arg,) = op.args
                inner = self.array(arg)
                if arg in self.stacked:
                    form = f"wide{len(op.shape) - len(self.ops[arg].shape)}"
                    inner = formed(inner, form, is_stacked=True)
                return np.broadcast_to(inner, self.shape(index))
            if op.is_literal:
                self.places[index] = one_number(op.literal)
            else:
                self._allocate(index)
        return self.places[index]

    def shape(self, index: int, own: Shape | None = None) -> Shape:
        """Return the shape of a value's array, or of one with other axes of its own."""
        runs = (self.runs,) if index in self.stacked else ()
        return (*runs, *(self.ops[index].shape if own is None else own))

    def is_dynamic(self, index: int) -> bool:
        """Say whether a value lies elsewhere at every iteration."""
        return self._source_of(index) in self.dynamic

    def view(self, index: int, form: str = "plain") -> str:
        """Return the name of a value, or of another view of it.

        Forms: plain, those of `formed`, ones and onesT (with a row of ones), pack (weights
        with their bias, as rows).
        """
        op = self.ops[index]
        if op.code == "T" and form in ("plain", "T"):
            return self.view(op.args[0], "T" if form == "plain" else "plain")
        name = f"{self.prefix}{index}" + {"plain": "", "T": "t"}.get(form, f"_{form}")
        if self.is_dynamic(index):
            kind, key = self.dynamic[self._source_of(index)]
            kind = "ones" if form.startswith("ones") else kind
            dynamic = Dynamic((kind, key), form, index in self.stacked)
            self.function.dynamic.setdefault(name, dynamic)
        elif name not in self.function.arrays:
            self.function.arrays[name] = self._shaped(index, form)
        return name

    def rows(self, index: int) -> str:
        """Return the name of a matrix, or of those of all runs below each other."""
        return self.view(index, "rows" if index in self.stacked else "plain")

    def cells(self, index: int) -> str:
        """Return the name of a value whose cells are one axis, beside that of the runs."""
        is_plain = len(self.ops[index].shape) == 1 and index not in self.stacked
        return self.view(index, "plain" if is_plain else "cells")

    def operand(self, index: int, arg: int) -> str:
        """Return the name of an operand of an elementwise operation, with axes between the run and
        its own where it has fewer than the result."""
        pad = len(self.ops[index].shape) - len(self.ops[arg].shape)
        return self.view(arg, f"wide{pad}") if pad and arg in self.stacked else self.view(arg)

    def static(self, name: str, array: Array) -> str:
        """Name an array."""
        self.function.arrays.setdefault(name, array)
        return name

    def call(self, function: str, known: Callable[..., object]) -> str:
        """Name a function."""
        self.function.functions[function] = known
        return function

    def is_contiguous(self, index: int) -> bool:
        """Say whether a value's cells lie one after the other."""
        op = self.ops[index]
        if self.is_dynamic(index):
            return op.code != "T" or (1 in op.shape and index not in self.stacked)
        return bool(self.array(index).flags.c_contiguous)

    def _source_of(self, index: int) -> int:
        while self.ops[index].code == "T":
            index = self.ops[index].args[0]
        return index

    def _shaped(self, index: int, form: str) -> Array:
        if form in ("ones", "onesT"):
            array = self.augmented[index]
        else:
            array = self.packs[index] if form == "pack" else self.array(index)
        return formed(array, form, is_stacked=index in self.stacked)

    def _allocate(self, index: int) -> None:
        shape, has_ones = self.shape(index), index in self.augmented
        wide = (shape[0] + 1, *shape[1:]) if has_ones else shape
        memory = aligned(wide) if index not in self.stacks else self._in_stack(index, wide)
        if has_ones:
            memory[-1] = 1.0
            self.augmented[index] = memory
        self.places[index] = memory[:-1] if has_ones else memory

    def _in_stack(self, index: int, shape: Shape) -> Array:
        stack = self.stacks[index]
        start = stack.offsets[stack.members.index(index)]
        return stack.memory[start : start + math.prod(shape)].reshape(shape)
