"""Straight-line programs of primitive operations, in which equal operations are one value.

A `Term` is a number times a primitive value, so that signs and constant factors travel through
products at no cost and are only multiplied out where an operation needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from gdtutor.engine.expression import Attribute
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.shapes import Shape
from gdtutor.values import Struct

UFUNCS: Mapping[str, np.ufunc] = {
    name: row.function for name, row in OPERATIONS.items() if isinstance(row.function, np.ufunc)
} | {"neg": np.negative, "recip": np.reciprocal, "step": np.heaviside}
"""The NumPy function that computes an elementwise operation into an array."""

ELEMENTWISE = frozenset(UFUNCS) - {"matmul"}
"""Operations that are computed cell by cell, so that a result can lie where an operand lay."""

ALIASES = frozenset({"T", "spread"})
"""Operations that are another view of their operand."""


class Term(NamedTuple):
    """A constant factor and the id of a primitive value."""

    scale: float
    id: int


class Op(Struct, frozen=True):
    """One primitive operation; its id is its place in the program."""

    code: str
    """`one`, `const`, `leaf`, a name of the operation table, or one of affine, recip, vdot and
    T."""
    args: tuple[int, ...]
    shape: Shape
    axes: tuple[int, ...] = ()
    """Of a reduction: those that it goes along."""
    attribute: Attribute = None
    """Of cells in other places: what the call fixes."""
    kind: str = ""
    """Of a leaf: what it is, as parameter or data."""
    name: str = ""
    """Of a leaf: what it is called; of a constant its text."""

    @property
    def is_literal(self) -> bool:
        """Whether it is a number that stands in the program itself."""
        return self.code in ("one", "const")

    @property
    def is_result(self) -> bool:
        """Whether it is computed, which no given value is and no view of another one."""
        return bool(self.args) and self.code not in ALIASES

    @property
    def literal(self) -> float:
        """The number that it is."""
        return float(self.name) if self.code == "const" else 1.0


def reachable(ops: Sequence[Op], roots: Iterable[int]) -> set[int]:
    """Return the ids that these ids are computed from, themselves included."""
    found: set[int] = set()
    pending = list(roots)
    while pending:
        index = pending.pop()
        if index not in found:
            found.add(index)
            pending.extend(ops[index].args)
    return found


def operation_text(ops: Sequence[Op], index: int, label: Callable[[int], str]) -> str:
    """Return an operation as a reader sees it, as `add(z, 1.0)`; see `operand_text`."""
    op = ops[index]
    return f"{op.code}({', '.join(operand_text(ops, arg, label) for arg in op.args)})"


def operand_text(ops: Sequence[Op], index: int, label: Callable[[int], str]) -> str:
    """Return what an operand is: a number, a transpose, or its label."""
    op = ops[index]
    if op.code == "T":
        return f"{operand_text(ops, op.args[0], label)}.T"
    return repr(op.literal) if op.is_literal else label(index)


ONE = 0
"""The id of the number 1."""


class Terms:
    """Keeps the operations of a program, each once."""

    def __init__(self) -> None:
        self.ops: list[Op] = [Op("one", (), ())]
        self.notes: dict[int, str] = {}
        """What a value is to the learner, by id."""
        self._ids: dict[Op, int] = {self.ops[0]: ONE}
        self.uniform: set[int] = set()
        """The ids of numbers that come from the learning rate and the update's number alone."""

    def leaf(self, kind: str, name: str, shape: Shape, *, is_uniform: bool = False) -> Term:
        """Return a given value; a uniform one is a number that does not depend on the data."""
        term = self._kept(Op("leaf", (), shape, kind=kind, name=name))
        if is_uniform:
            self.uniform.add(term.id)
        return term

    def shape(self, term: Term) -> Shape:
        """Return the shape of a term."""
        return self.ops[term.id].shape

    def plain(self, term: Term) -> int:
        """Return the id of a value equal to the term, multiplying its factor out where needed."""
        if term.id == ONE:
            return ONE if term.scale == 1 else self._constant(term.scale)
        if term.scale == 1:
            return term.id
        if term.scale == -1:
            return self._op("neg", (term.id,), self.shape(term)).id
        return self._op("mul", (self._constant(term.scale), term.id), self.shape(term)).id

    def owned(self, term: Term) -> Term:
        """Return the term as the result of an operation, where it is a given value or a view."""
        return term if self.ops[term.id].is_result else self._reshaped(term, self.shape(term))

    def _op(
        self,
        code: str,
        args: tuple[int, ...],
        shape: Shape,
        axes: tuple[int, ...] = (),
        attribute: Attribute = None,
    ) -> Term:
        if code in ("add", "mul", "vdot") and args[0] > args[1]:
            args = (args[1], args[0])
        return self._kept(Op(code, args, shape, axes, attribute))

    def _kept(self, op: Op) -> Term:
        known = self._ids.get(op)
        if known is None:
            known = self._ids[op] = len(self.ops)
            self.ops.append(op)
            if op.args and all(a in self.uniform or self.ops[a].is_literal for a in op.args):
                self.uniform.add(known)
        return Term(1.0, known)

    def _constant(self, value: float) -> int:
        # The text of the value keeps 0.0 and -0.0 apart, which compare equal.
        return self._kept(Op("const", (), (), name=repr(value))).id

    def _is_number(self, term: Term) -> bool:
        op = self.ops[term.id]
        return term.id == ONE or (op.code == "spread" and op.args[0] == ONE)

    def _reshaped(self, term: Term, shape: Shape) -> Term:
        return Term(term.scale, self._op("sum", (term.id,), shape).id)
