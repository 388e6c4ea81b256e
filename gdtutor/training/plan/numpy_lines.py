"""Writes primitive operations as calls of NumPy on preallocated arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import numpy as np

from gdtutor.engine.expression import Attribute
from gdtutor.engine.operations import OPERATIONS, Array, apply
from gdtutor.training.plan.flat_arrays import aligned
from gdtutor.training.plan.placing import BoundNames, PlacedValues, Placing
from gdtutor.training.plan.schedule import ALIASES, ProgramSchedule
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import Op

UFUNCS: Mapping[str, np.ufunc] = {
    name: row.function for name, row in OPERATIONS.items() if isinstance(row.function, np.ufunc)
} | {"neg": np.negative, "recip": np.reciprocal, "step": np.heaviside}
"""The NumPy function that computes an elementwise operation into an array."""

_OUT = {"maximum": "out=", "minimum": "out="}
"""NumPy 2.4 deprecates a third positional argument of these; elsewhere it saves some time."""

ELEMENTWISE = frozenset(UFUNCS) - {"matmul"}
"""Operations that are computed cell by cell, so that a result can lie where an operand lay."""

_ARGMAX = partial(apply, OPERATIONS["argmax"])

_WRITTEN = frozenset({"affine", "matmul", "vdot", "sum", "max", "min", "argmax", "outer"})
"""Operations with a method of their own that writes them."""


class ProgramWriter(Placing):
    """Writes the operations of one program, one line each.

    Args:
        ops: The program.
        prefix: A letter that opens the names of its values.
        notes: What values are to the learner, by id.
        source: Where lines are added.
        names: Where names are added.
        given: Values that have a place already.
    """

    def __init__(
        self,
        ops: Sequence[Op],
        prefix: str,
        notes: Mapping[int, str],
        source: SourceLines,
        names: BoundNames,
        given: PlacedValues,
    ) -> None:
        super().__init__(ops, prefix, names, given)
        self._notes = notes
        self._source = source
        self._fixed_calls: dict[tuple[str, Attribute], str] = {}
        """The names of functions with what their calls fix."""

    def write(
        self,
        schedule: ProgramSchedule,
        extra: Mapping[int, Callable[[], None]],
        kept: Iterable[int],
    ) -> None:
        """Write the units of a schedule.

        Args:
            schedule: The order.
            extra: What is written instead of the operation with this id.
            kept: Ids that are read after the units, so that nothing is written over them.
        """
        self._stacks = schedule.stacks
        self._last = schedule.last_uses(self._ops, kept)
        for position, unit in enumerate(schedule.units):
            if len(unit) > 1:
                self._write_group(unit, position)
            elif unit[0] in extra:
                extra[unit[0]]()
            else:
                self._write_one(unit[0], position)

    def pack_gradient(self, signal: int, data: int, out: Array) -> str:
        """Return the product that gives the gradients of weights and of their bias at once."""
        name = self.static(f"{self._prefix}g{signal}", out)
        return f"{self.view(signal)}.dot({self.view(data, 'onesT')}, {name})"

    def line(self, code: str, index: int) -> None:
        """Add a line of the loop's body, with what it computes."""
        self._source.add(2, code, self.describe(index))

    def describe(self, index: int) -> str:
        """Return what a value is: its node, or its operation."""
        op = self._ops[index]
        operation = f"{op.code}({', '.join(self._operand_text(a) for a in op.args)})"
        note = self._notes.get(index, "")
        return f"{note} = {operation}" if note else operation

    def _operand_text(self, index: int) -> str:
        op = self._ops[index]
        if op.code == "T":
            return f"{self._operand_text(op.args[0])}.T"
        if op.is_literal:
            return repr(op.literal)
        if op.code == "leaf":
            return op.name
        return self._notes.get(index, f"{self._prefix}{index}")

    def _write_group(self, unit: tuple[int, ...], position: int) -> None:
        op = self._ops[unit[0]]
        names = []
        for arg in op.args:
            if self._ops[arg].is_literal:
                names.append(self.view(arg))
                continue
            members = self._stacks[arg].members
            name, memory = self._stack(members)
            for member in members:
                self.array(member)
            names.append(self.static(name, memory))
            dies = all(self._last.get(m, position) <= position for m in members)
            if dies and unit not in self._stack_arrays and not self._kept(members):
                self._stack_arrays[unit] = (name, memory)
        out_name, out = self._stack(unit)
        self.static(out_name, out)
        ufunc = self.call(UFUNCS[op.code].__name__, UFUNCS[op.code])
        notes = " and ".join(self.describe(i) for i in unit)
        out_text = f"{_OUT.get(op.code, '')}{out_name}"
        self._source.add(2, f"{ufunc}({', '.join(names)}, {out_text})", notes)

    def _kept(self, members: tuple[int, ...]) -> bool:
        return any(m in self._augmented or m in self._fixed for m in members)

    def _write_one(self, index: int, position: int) -> None:
        op = self._ops[index]
        if op.code == "spread":
            if self.is_dynamic(op.args[0]):
                copy = self.call("copyto", np.copyto)
                self._places[index] = self._new(index)
                self.line(f"{copy}({self.view(index)}, {self.view(op.args[0])})", index)
            return
        if op.code in ELEMENTWISE:
            self._reuse(index, position)
        if op.code in _WRITTEN:
            getattr(self, f"write_{op.code}")(index)
        elif op.code in UFUNCS:
            ufunc = self.call(UFUNCS[op.code].__name__, UFUNCS[op.code])
            operands = [self.operand(index, arg) for arg in op.args]
            if op.code == "step":
                one = aligned(())
                one[()] = 1.0
                operands.append(self.static("at_zero", one))
            out = f"{_OUT.get(op.code, '')}{self.view(index)}"
            self.line(f"{ufunc}({', '.join(operands)}, {out})", index)
        else:
            name = self._function_of(op)
            operands = [self.operand(index, arg) for arg in op.args]
            copy = self.call("copyto", np.copyto)
            self.line(f"{copy}({self.view(index)}, {name}(({', '.join(operands)},)))", index)

    def _function_of(self, op: Op) -> str:
        """Return the name of the function that computes an operation, with what its call fixes."""
        row, fixed = OPERATIONS[op.code], op.attribute
        if fixed is None:
            return self.call(f"{op.code}_of", partial(apply, row))
        called = f"{op.code}_{len(self._fixed_calls)}"
        name = self._fixed_calls.setdefault((op.code, fixed), called)
        return self.call(name, partial(apply, row, attribute=fixed))

    def _reuse(self, index: int, position: int) -> None:
        """Write over an operand that nothing reads afterwards."""
        if index in self._places or index in self._stacks or index in self._augmented:
            return
        op = self._ops[index]
        if index in self._dynamic:
            return
        for arg in op.args:
            operand = self._ops[arg]
            if operand.code in ("leaf", *ALIASES) or operand.is_literal:
                continue
            taken = arg in self._stacks or arg in self._augmented or arg in self._dynamic
            if taken or arg in self._fixed or not self._is_as_large(arg, index):
                continue
            if self._last.get(arg) == position:
                self._places[index] = self._places[arg]
                return

    def _is_as_large(self, arg: int, index: int) -> bool:
        return self._ops[arg].shape == self._ops[index].shape

    def write_affine(self, index: int) -> None:
        """Write W @ X + b, as one product where the bias lies beside the weights."""
        weights, bias, data = self._ops[index].args
        out = self.view(index)
        if weights in self._packs and data in self._augmented:
            product = f"{self.view(weights, 'pack')}.dot({self.view(data, 'ones')}, {out})"
            self.line(product, index)
            return
        self.line(f"{self.view(weights)}.dot({self.view(data)}, {out})", index)
        add = self.call("add", np.add)
        self.line(f"{add}({out}, {self.view(bias)}, {out})", index)

    def write_matmul(self, index: int) -> None:
        """Write a matrix product."""
        left, right = self._ops[index].args
        op = self._ops[index]
        inner = self._ops[left].args[0] if self._ops[left].code == "T" else -1
        free = index not in self._places and index not in self._stacks
        free = free and index not in self._augmented and index not in self._dynamic
        if inner in self._packs and free:
            # The whole matrix, bias column and all, is contiguous; a part of it would be copied.
            wide = aligned((op.shape[0] + 1, *op.shape[1:]))
            self._places[index] = wide[:-1]
            out = self.static(f"{self._prefix}{index}_wide", wide)
            self.line(f"{self.view(inner, 'packT')}.dot({self.view(right)}, {out})", index)
            return
        self._into(index, lambda out: f"{self.view(left)}.dot({self.view(right)}, {out})")

    def write_vdot(self, index: int) -> None:
        """Write the sum of products of two arrays of one shape."""
        left, right = self._ops[index].args
        if self.is_contiguous(left) and self.is_contiguous(right):
            form = "plain" if len(self._ops[left].shape) == 1 else "flat"
            product = f"{self.view(left, form)}.dot({self.view(right, form)}"
            self.line(f"{product}, {self.view(index, 'number')})", index)
            return
        wide = self.static(f"{self._prefix}{index}_wide", aligned(self._ops[left].shape))
        multiply, add = self.call("multiply", np.multiply), self.call("add", np.add)
        self.line(f"{multiply}({self.view(left)}, {self.view(right)}, {wide})", index)
        self.line(f"{add}.reduce({wide}, None, None, {self.view(index, 'number')})", index)

    def write_sum(self, index: int) -> None:
        """Write a sum over axes as a product with ones, which NumPy does fastest."""
        op = self._ops[index]
        (arg,) = op.args
        axes, shape = op.axes, self._ops[arg].shape
        if len(axes) == len(shape) and axes and self.is_contiguous(arg):
            form = "plain" if len(shape) == 1 else "flat"
            ones = self._ones((math.prod(shape),))
            self.line(f"{self.view(arg, form)}.dot({ones}, {self.view(index, 'number')})", index)
        elif len(shape) == 2 and axes == (1,) and op.shape == (shape[0], 1):
            ones = self._ones((shape[1], 1))
            self._into(index, lambda out: f"{self.view(arg)}.dot({ones}, {out})")
        elif len(shape) == 2 and axes == (0,) and op.shape == (1, shape[1]):
            ones = self._ones((1, shape[0]))
            self._into(index, lambda out: f"{ones}.dot({self.view(arg)}, {out})")
        else:
            self._reduce(index, "add", np.add, axes)

    def write_max(self, index: int) -> None:
        """Write the largest cell along axes."""
        self._reduce(index, "maximum", np.maximum, self._ops[index].axes)

    def write_min(self, index: int) -> None:
        """Write the smallest cell along axes."""
        self._reduce(index, "minimum", np.minimum, self._ops[index].axes)

    def write_argmax(self, index: int) -> None:
        """Write the place of the largest cell along one axis, or among all cells."""
        op = self._ops[index]
        along = "" if not op.shape else f", {op.axes[0]}"
        function, copy = self.call("argmax_of", _ARGMAX), self.call("copyto", np.copyto)
        found = f"{function}(({self.view(op.args[0])},){along})"
        self.line(f"{copy}({self.view(index)}, {found})", index)

    def write_outer(self, index: int) -> None:
        """Write every cell of one array times every cell of another."""
        multiply = self.call("multiply", np.multiply)
        left, right = self._ops[index].args
        first = self.view(left)
        self.line(f"{multiply}.outer({first}, {self.view(right)}, out={self.view(index)})", index)

    def _reduce(self, index: int, name: str, ufunc: np.ufunc, axes: tuple[int, ...]) -> None:
        op = self._ops[index]
        arg = op.args[0]
        kept = tuple(1 if i in axes else n for i, n in enumerate(self._ops[arg].shape))
        wide = self.static(f"{self._prefix}{index}_kept", aligned(kept))
        function = self.call(name, ufunc)
        self.line(f"{function}.reduce({self.view(arg)}, {axes}, None, {wide}, True)", index)
        flat = self.static(
            f"{self._prefix}{index}_same", self._names.arrays[wide].reshape(op.shape)
        )
        copy = self.call("copyto", np.copyto)
        self.line(f"{copy}({self.view(index)}, {flat})", index)

    def _into(self, index: int, code: Callable[[str], str]) -> None:
        """Write a product into its place, through a copy where the place is not contiguous."""
        if self.is_contiguous(index):
            self.line(code(self.view(index)), index)
            return
        wide = self.static(f"{self._prefix}{index}_dense", aligned(self._ops[index].shape))
        self.line(code(wide), index)
        copy = self.call("copyto", np.copyto)
        self.line(f"{copy}({self.view(index)}, {wide})", index)

    def _ones(self, shape: tuple[int, ...]) -> str:
        array = aligned(shape)
        array[...] = 1.0
        return self.static("ones_" + "_".join(map(str, shape)), array)
