"""Writes primitive operations for several runs at once, whose arrays have the run as first axis.

What comes from the data alone is shared by all runs and has no such axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.operations import OPERATIONS, Array
from gdtutor.training.plan.flat_arrays import aligned
from gdtutor.training.plan.numpy_lines import ProgramWriter
from gdtutor.training.plan.placing import BoundNames, PlacedValues, formed
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import Op

_ALONE = frozenset({"argmax", "one_hot"}) | {n for n, r in OPERATIONS.items() if r.is_arrangement}
"""Operations that are computed for one run at a time."""


def depends_on_parameters(ops: Sequence[Op]) -> set[int]:
    """Return the ids of values that differ from run to run."""
    found: set[int] = set()
    for index, op in enumerate(ops):
        is_parameter = op.kind == "parameter"
        if is_parameter or any(arg in found for arg in op.args):
            found.add(index)
    return found


def without_repeated_products(ops: Sequence[Op]) -> tuple[Op, ...]:
    """Return the program with sums of products that are computed anyway as sums of these.

    For one run the sum of products is one call; for several it would multiply once more.
    """
    products = {op.args: index for index, op in enumerate(ops) if op.code == "mul"}
    changed = []
    for op in ops:
        if op.code == "vdot" and op.args in products and op.args[0] != op.args[1]:
            product = products[op.args]
            axes = tuple(range(len(ops[product].shape)))
            op = Op("sum", (product,), op.shape, (axes,))
        changed.append(op)
    return tuple(changed)


def can_be_stacked(ops: Sequence[Op]) -> bool:
    """Say whether an axis can be put first: every product has matrices on both sides, and nothing
    that differs from run to run is computed by a call that knows no such axis."""
    stacked = depends_on_parameters(ops)
    if any(ops[index].code in _ALONE for index in stacked):
        return False
    return all(
        len(ops[arg].shape) == 2
        for op in ops
        if op.code in ("matmul", "outer", "affine")
        for arg in op.args
    )


class StackedWriter(ProgramWriter):
    """Writes the operations of several runs.

    Args:
        ops: The program.
        prefix: A letter that opens the names of its values.
        notes: What values are to the learner, by id.
        source: Where lines are added.
        names: Where names are added.
        given: Values that have a place already.
        stacked: The ids of values that have an axis for the run.
        runs: How many runs.
    """

    def __init__(
        self,
        ops: Sequence[Op],
        prefix: str,
        notes: Mapping[int, str],
        source: SourceLines,
        names: BoundNames,
        given: PlacedValues,
        *,
        stacked: set[int],
        runs: int,
    ) -> None:
        super().__init__(ops, prefix, notes, source, names, given)
        self._stacked = stacked
        self._runs = runs

    def array(self, index: int) -> Array:
        """Return the array of a value that keeps its place."""
        op = self._ops[index]
        if index in self._places or index not in self._stacked:
            return super().array(index)
        if op.code == "T":
            return self.array(op.args[0]).swapaxes(-1, -2)
        if op.code == "spread":
            inner = self.array(op.args[0])
            pad = len(op.shape) - len(self._ops[op.args[0]].shape)
            inner = inner.reshape(inner.shape[0], *(1,) * pad, *inner.shape[1:])
            return np.broadcast_to(inner, (self._runs, *op.shape))
        return super().array(index)

    def operand(self, index: int, arg: int) -> str:
        """Return the name of an operand, with axes between the run and its own where it has fewer
        than the result."""
        pad = len(self._ops[index].shape) - len(self._ops[arg].shape)
        if pad == 0 or arg not in self._stacked:
            return self.view(arg)
        return self.view(arg, f"wide{pad}")

    def pack_gradient(self, signal: int, data: int, out: Array) -> str:
        """Return the product that gives the gradients of weights and of their bias at once."""
        name = self.static(f"{self._prefix}g{signal}", formed(out, "rows"))
        return f"{self.view(signal, 'rows')}.dot({self.view(data, 'onesT')}, {name})"

    def is_contiguous(self, index: int) -> bool:
        """Say whether a value's cells lie one after the other."""
        op = self._ops[index]
        if index in self._stacked and self.is_dynamic(index):
            return op.code != "T"
        return super().is_contiguous(index)

    def write_affine(self, index: int) -> None:
        """Write W @ X + b: one product for all runs where X is the same for all."""
        weights, bias, data = self._ops[index].args
        if weights in self._packs and data in self._augmented:
            product = f"{self.view(weights, 'rowspack')}.dot({self.view(data, 'ones')}"
            self.line(f"{product}, {self.view(index, 'rows')})", index)
            return
        matmul, add = self.call("matmul", np.matmul), self.call("add", np.add)
        out = self.view(index)
        self.line(f"{matmul}({self.view(weights)}, {self.view(data)}, {out})", index)
        self.line(f"{add}({out}, {self.view(bias)}, {out})", index)

    def write_matmul(self, index: int) -> None:
        """Write a matrix product of each run."""
        if index not in self._stacked:
            super().write_matmul(index)
            return
        left, right = self._ops[index].args
        if right not in self._stacked and self.is_contiguous(left):
            product = f"{self.view(left, 'rows')}.dot({self.view(right)}"
            self.line(f"{product}, {self.view(index, 'rows')})", index)
            return
        if self._ops[left].shape[1] == 1:
            # One column times one row needs no sum, and no product of matrices.
            multiply = self.call("multiply", np.multiply)
            operands = f"{self.view(left)}, {self.view(right)}, {self.view(index)}"
            self.line(f"{multiply}({operands})", index)
            return
        matmul = self.call("matmul", np.matmul)
        self.line(f"{matmul}({self.view(left)}, {self.view(right)}, {self.view(index)})", index)

    def write_vdot(self, index: int) -> None:
        """Write the sum of products of each run."""
        if index not in self._stacked:
            super().write_vdot(index)
            return
        left, right = self._ops[index].args
        shape = self._ops[left].shape
        wide = aligned((self._runs, *shape))
        name = self.static(f"{self._prefix}{index}_wide", wide)
        multiply = self.call("multiply", np.multiply)
        self.line(f"{multiply}({self.view(left)}, {self.view(right)}, {name})", index)
        flat = self.static(f"{self._prefix}{index}_cells", wide.reshape(self._runs, -1))
        ones = self._ones((math.prod(shape),))
        self.line(f"{flat}.dot({ones}, {self.view(index, 'perrun')})", index)

    def write_sum(self, index: int) -> None:
        """Write a sum over axes of each run."""
        op = self._ops[index]
        (arg,) = op.args
        if index not in self._stacked:
            super().write_sum(index)
            return
        shape, axes = self._ops[arg].shape, op.axes
        if axes and len(axes) == len(shape) and self.is_contiguous(arg):
            ones = self._ones((math.prod(shape),))
            out = self.view(index, "perrun")
            self.line(f"{self.view(arg, 'cells')}.dot({ones}, {out})", index)
        elif len(shape) == 2 and axes == (1,) and len(op.shape) == 2 and self.is_contiguous(arg):
            ones = self._ones((shape[1], 1))
            self.line(f"{self.view(arg, 'rows')}.dot({ones}, {self.view(index, 'rows')})", index)
        else:
            self._reduce(index, "add", np.add, axes)

    def write_outer(self, index: int) -> None:
        """Refuse: `can_be_stacked` leaves such programs out."""
        raise ValueError(f"an outer product in a stack of runs, value {index}")

    def _reduce(self, index: int, name: str, ufunc: np.ufunc, axes: tuple[int, ...]) -> None:
        if index not in self._stacked:
            super()._reduce(index, name, ufunc, axes)
            return
        op = self._ops[index]
        arg = op.args[0]
        kept = tuple(1 if i in axes else n for i, n in enumerate(self._ops[arg].shape))
        wide = aligned((self._runs, *kept))
        out = self.static(f"{self._prefix}{index}_kept", wide)
        function, copy = self.call(name, ufunc), self.call("copyto", np.copyto)
        shifted = tuple(axis + 1 for axis in axes)
        self.line(f"{function}.reduce({self.view(arg)}, {shifted}, None, {out}, True)", index)
        same = self.static(f"{self._prefix}{index}_same", wide.reshape((self._runs, *op.shape)))
        self.line(f"{copy}({self.view(index)}, {same})", index)

    def _shaped(self, index: int, form: str) -> Array:
        if form == "rowspack":
            return formed(self._packs[index], "rows")
        if index not in self._stacked:
            return super()._shaped(index, form)
        return formed(self.array(index), form)

    def _new(self, index: int) -> Array:
        shape = self._ops[index].shape
        return aligned((self._runs, *shape) if index in self._stacked else shape)

    def _is_as_large(self, arg: int, index: int) -> bool:
        same = (arg in self._stacked) == (index in self._stacked)
        return same and super()._is_as_large(arg, index)
