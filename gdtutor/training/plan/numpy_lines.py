"""Source: writes operations as calls of NumPy on preallocated arrays, for one run or several.

Of XOR's second layer:

    Z2 = affine(W2, b2, A1), v15 = exp(Z2)       →   v5_pack.dot(v12_ones, v14)
                                                     exp(v14, v15)
    v16 = add(1.0, v15), Yhat = recip(v16)       →   add(v10, v15, v16)
                                                     reciprocal(v16, v17)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from gdtutor.engine.expression import Attribute
from gdtutor.engine.operations import OPERATIONS, Array, Kind, apply
from gdtutor.engine.shapes import Shape
from gdtutor.training.plan.flat_arrays import aligned
from gdtutor.training.plan.placing import Placing, formed
from gdtutor.training.plan.schedule import ProgramSchedule
from gdtutor.training.plan.terms import UFUNCS, Op, operation_text
from gdtutor.values import field

_OUT = {"maximum": "out=", "minimum": "out="}
"""NumPy 2.4 deprecates a third positional argument of these; elsewhere it saves some time."""


class ProgramWriter(Placing):
    """Writes the operations of one program, one line each."""

    notes: Mapping[int, str] = field(default_factory=dict)
    """What values are to the learner, by id."""
    fused: Mapping[int, Array] = field(default_factory=dict)
    """Products that give the gradients of weights and of their bias at once, and where."""
    _calls: dict[tuple[str, Attribute], str] = field(default_factory=dict)
    """The names of functions with what their calls fix."""

    def write(self, schedule: ProgramSchedule) -> None:
        """Write the units of a schedule."""
        self.stacks = schedule.stacks
        for unit in schedule.units:
            if len(unit) > 1:
                self._write_group(unit)
            else:
                self._write_one(unit[0])

    def copy(self, target: str, value: str) -> str:
        """Return the call that copies a value."""
        return f"{self.call('copyto', np.copyto)}({target}, {value})"

    def by_cell(self, code: str, operands: list[str]) -> str:
        """Return the call of an elementwise function, whose last operand takes the result."""
        operands[-1] = _OUT.get(code, "") + operands[-1]
        function = self.call(UFUNCS[code].__name__, UFUNCS[code])
        return f"{function}({', '.join(operands)})"

    def _described(self, index: int) -> str:
        """Return what a value is: its node, or its operation."""
        operation = operation_text(self.ops, index, self._label)
        return " = ".join([*filter(None, [self.notes.get(index)]), operation])

    def _line(self, code: str, index: int) -> None:
        self.function.body.add(2, code, self._described(index))

    def _label(self, index: int) -> str:
        return self.ops[index].name or self.notes.get(index, f"{self.prefix}{index}")

    def _write_group(self, unit: tuple[int, ...]) -> None:
        names = []
        for index in (*self.ops[unit[0]].args, unit[0]):
            if self.ops[index].is_literal:
                names.append(self.view(index))
                continue
            stack = self.stacks[index]
            for member in stack.members:
                self.array(member)
            names.append(self.static(f"{self.prefix}s{stack.members[0]}", stack.memory))
        notes = " and ".join(self._described(i) for i in unit)
        self.function.body.add(2, self.by_cell(self.ops[unit[0]].code, names), notes)

    def _write_one(self, index: int) -> None:
        op = self.ops[index]
        if op.code == "spread":
            if self.is_dynamic(op.args[0]):
                self.places[index] = aligned(self.shape(index))
                self._line(self.copy(self.view(index), self.view(op.args[0])), index)
            return
        if op.code in _WRITTEN:
            _WRITTEN[op.code](self, index)
            return
        operands = [self.operand(index, arg) for arg in op.args]
        if op.code in UFUNCS:
            at_zero = [self._ones("at_zero", ())] if op.code == "step" else []
            self._line(self.by_cell(op.code, [*operands, *at_zero, self.view(index)]), index)
        else:
            result = f"{self._function_of(op)}(({', '.join(operands)},))"
            self._line(self.copy(self.view(index), result), index)

    def _function_of(self, op: Op) -> str:
        """Return the name of the function that computes an operation, with what its call fixes."""
        called = f"{op.code}_{len(self._calls)}"
        name = self._calls.setdefault((op.code, op.attribute), called)
        return self.call(name, partial(apply, OPERATIONS[op.code], attribute=op.attribute))

    def _affine(self, index: int) -> None:
        """Write W @ X + b, as one product where the bias lies beside the weights."""
        weights, bias, data = self.ops[index].args
        if weights in self.packs and data in self.augmented:
            product = f"{self.view(weights, 'pack')}.dot({self.view(data, 'ones')}"
            self._line(f"{product}, {self.rows(index)})", index)
            return
        out = self.view(index)
        self._line(self._product(weights, data, out), index)
        self._line(self.by_cell("add", [out, self.view(bias), out]), index)

    def _product(self, left: int, right: int, out: str) -> str:
        if left in self.stacked or right in self.stacked:
            return self.by_cell("matmul", [self.view(left), self.view(right), out])
        return f"{self.view(left)}.dot({self.view(right)}, {out})"

    def _matmul(self, index: int) -> None:
        left, right = self.ops[index].args
        if index in self.fused:
            rows = formed(self.fused[index], "rows", is_stacked=left in self.stacked)
            name = self.static(f"{self.prefix}g{left}", rows)
            product = (
                f"{self.rows(left)}.dot({self.view(self.ops[right].args[0], 'onesT')}, {name})"
            )
            self.function.body.add(2, product, f"{self._described(index)}, and its bias")
            return
        is_stacked = index in self.stacked
        if is_stacked and right not in self.stacked and self.is_contiguous(left):
            product = f"{self.rows(left)}.dot({self.view(right)}, {self.rows(index)})"
        elif is_stacked and self.ops[left].shape[1] == 1:
            # One column times one row needs no sum, and no product of matrices.
            product = self.by_cell("mul", [self.view(i) for i in (left, right, index)])
        elif is_stacked or self.is_contiguous(index):
            product = self._product(left, right, self.view(index))
        else:
            dense = self.static(f"{self.prefix}{index}_dense", aligned(self.ops[index].shape))
            self._line(self._product(left, right, dense), index)
            product = self.copy(self.view(index), dense)
        self._line(product, index)

    def _vdot(self, index: int) -> None:
        """Write the sum of products of two arrays of one shape; of several runs there is none."""
        left, right = self.ops[index].args
        if self.is_contiguous(left) and self.is_contiguous(right):
            product = f"{self.cells(left)}.dot({self.cells(right)}"
            self._line(f"{product}, {self.view(index, 'number')})", index)
            return
        wide = aligned(self.shape(index, self.ops[left].shape))
        name = self.static(f"{self.prefix}{index}_wide", wide)
        self._line(self.by_cell("mul", [self.view(left), self.view(right), name]), index)
        self._total(index, self.static(f"{self.prefix}{index}_cells", wide.reshape(-1)), left)

    def _total(self, index: int, cells: str, arg: int) -> None:
        """Write a sum over all cells as a product with ones, which NumPy does fastest."""
        ones = self._ones("ones", (math.prod(self.ops[arg].shape),))
        self._line(f"{cells}.dot({ones}, {self.view(index, 'number')})", index)

    def _sum(self, index: int) -> None:
        op = self.ops[index]
        (arg,) = op.args
        if op.axes and len(op.axes) == len(self.ops[arg].shape) and self.is_contiguous(arg):
            self._total(index, self.cells(arg), arg)
        else:
            self._reduce(index, np.add)

    def _outer(self, index: int) -> None:
        operands = ", ".join(map(self.view, self.ops[index].args))
        multiply = self.call("multiply", np.multiply)
        self._line(f"{multiply}.outer({operands}, out={self.view(index)})", index)

    def _reduce(self, index: int, ufunc: np.ufunc) -> None:
        op = self.ops[index]
        (arg,) = op.args
        first = 1 if index in self.stacked else 0
        axes = tuple(axis + first for axis in op.axes)
        pad = len(self.ops[arg].shape) - len(op.shape)
        out = self.view(index, f"wide{pad}" if pad else "plain")
        function = self.call(ufunc.__name__, ufunc)
        self._line(f"{function}.reduce({self.view(arg)}, {axes}, None, {out}, True)", index)

    def _ones(self, name: str, shape: Shape) -> str:
        array = aligned(shape)
        array[...] = 1.0
        return self.static("_".join(map(str, (name, *shape))), array)


_WRITTEN: Mapping[str, Callable[[ProgramWriter, int], None]] = {
    "affine": ProgramWriter._affine,
    "matmul": ProgramWriter._matmul,
    "vdot": ProgramWriter._vdot,
    "sum": ProgramWriter._sum,
    "max": lambda writer, index: writer._reduce(index, np.maximum),
    "min": lambda writer, index: writer._reduce(index, np.minimum),
    "outer": ProgramWriter._outer,
}
"""Operations that are not computed cell by cell, and the method that writes each."""

OF_ONE_RUN = {name for name, row in OPERATIONS.items() if row.kind is not Kind.ELEMENTWISE} - {
    "spread", *_WRITTEN
}  # fmt: skip
"""Operations that are computed by a call that knows no axis for the run."""
