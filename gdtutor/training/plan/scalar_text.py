"""Source: writes operations on single numbers as lines of Python.

A value that is read once stands inside its reader. Of XOR's first hidden unit:

    Z1[0, 1] = add(p1, p6), neg, exp, add, recip   →   v64 = 1.0/(exp(-(p1 + p6)) + 1.0)
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gdtutor.engine.operations import OPERATIONS
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import Op, Terms, operation_text

FORMS: Mapping[str, str] = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{}*{}",
    "div": "{}/{}",
    "recip": "1.0/{}",
    "neg": "-{}",
    "pow": "power({}, {})",
    "square": "{0}*{0}",
    # A NaN fails every comparison, and has to come out as a NaN.
    "maximum": "({0} if {1} <= {0} else {1} if {0} == {0} else {0})",
    "minimum": "({0} if {1} >= {0} else {1} if {0} == {0} else {0})",
    "where": "({1} if {0} != 0.0 else {2})",
    "is_place": "((1.0 if {0} == {1} else 0.0) if 0.0 <= {0} < {2} and {0} == {0}//1.0 else nan)",
    "mul_or_zero": "(0.0 if {0} == 0.0 else {0}*{1})",
    "sign": "(1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0}*0.0)",
    "step": "(1.0 if {0} >= 0.0 else 0.0 if {0} < 0.0 else {0})",
}
"""How operations are written over their operands; one without a form is called by its name."""

FLOATS: Mapping[str, Any] = {
    **{name: row.function for name, row in OPERATIONS.items() if row.function is not None},
    "exp": math.exp, "log": math.log, "log1p": math.log1p, "sqrt": math.sqrt, "tanh": math.tanh,
    "sin": math.sin, "cos": math.cos, "abs": abs, "power": math.pow, "float64": np.float64,
}  # fmt: skip
"""What the names mean."""

_STRENGTH = {"add": 1, "sub": 1, "mul": 2, "div": 2, "recip": 2, "square": 2, "neg": 3}

_PART = re.compile(r"\.[0-9]")

LONGEST = 70
"""Characters of an expression up to which it is written inside another one."""


class ScalarText:
    """Writes the operations that values need, each once.

    Args:
        builder: Has operations on numbers; a leaf is the variable of its name.
        labels: What leaves are to the learner, where their name does not say.
        source: Where lines are added.
        level: How far they are indented.
    """

    def __init__(
        self, builder: Terms, labels: Mapping[int, str], source: SourceLines, level: int
    ) -> None:
        self._ops, self._notes, self._labels = builder.ops, builder.notes, labels
        self._source, self._level = source, level
        self._names = {i: op.name for i, op in enumerate(self._ops) if op.code == "leaf"}
        self._inline: dict[int, str] = {}
        """Expressions that are to be written inside another one."""
        self._inside: dict[int, tuple[str, ...]] = {}
        """The learner's names of what is written inside the expression of a value."""

    def write(self, needed: Sequence[int], roots: Sequence[int]) -> None:
        """Write the operations that stand in lines of their own.

        Args:
            needed: The ids that are computed, in order.
            roots: What is read once more afterwards.
        """
        uses = Counter(roots)
        for index in needed:
            op = self._ops[index]
            # A form that names an operand more than once reads it so often.
            uses.update(op.args * FORMS.get(op.code, "").count("{0}") or op.args)
        for index in needed:
            if index in self._names or self._ops[index].is_literal:
                continue
            self._inline[index] = self._expression(index)
            if uses[index] > 1 or len(self._inline[index]) > LONGEST:
                self.name(index)

    def name(self, index: int, what: str = "") -> str:
        """Make sure that a value stands in a variable, and return it; see `note`."""
        if index in self._inline:
            self._names[index] = f"v{index}"
            line = f"v{index} = {self._inline.pop(index)}"
            self._source.add(self._level, line, self.note(index, what))
        return self.text(index)

    def note(self, index: int, what: str = "") -> str:
        """Return what a line computes, and the named values that have no line of their own in it.

        Args:
            index: The value.
            what: What it is, where its own name does not say.
        """
        own = self._notes.get(index) or operation_text(self._ops, index, self._label)
        note = what or own
        # The parts of a line, as z.1, are left out, and so is what the note says itself.
        inside = (name for name in self._inside.get(index, ()) if not _PART.search(name))
        names = [name for name in inside if name not in note]
        return f"{note}, with {', '.join(names)}" if names else note

    def text(self, index: int, strength: int = 0) -> str:
        """Return a value as an operand of an operation that binds so strongly."""
        op = self._ops[index]
        if op.is_literal:
            return f"({op.literal!r})" if op.literal < 0 and strength > 1 else repr(op.literal)
        if index in self._names:
            return self._names[index]
        text = self._inline.pop(index)
        return f"({text})" if _STRENGTH.get(op.code, 5) < strength else text

    def _label(self, index: int) -> str:
        known = self._labels.get(index) or self._notes.get(index) or self._names.get(index)
        return known or operation_text(self._ops, index, self._label)

    def _expression(self, index: int) -> str:
        op = self._ops[index]
        own = _STRENGTH.get(op.code, 0)
        self._inside[index] = self._names_inside(op)
        literal = [self._ops[arg].is_literal for arg in op.args]
        operands = []
        for place, arg in enumerate(op.args):
            is_right = own and (place == 1 or op.code == "recip")
            operands.append(self.text(arg, own + 1 if is_right else own))
        if all(literal):
            # Python divides no number by 0.
            operands[0] = f"float64({operands[0]})"
        if op.code in ("maximum", "minimum") and literal[0]:
            sign = "<=" if op.code == "maximum" else ">="
            return f"({operands[0]} if {operands[1]} {sign} {operands[0]} else {operands[1]})"
        if op.code == "add":
            for one, other in ((0, 1), (1, 0)):
                if operands[one].strip("()").startswith("-") and literal[one]:
                    return f"{operands[other]} - {operands[one].strip('()')[1:]}"
        called = f"{op.code}({', '.join(operands)})"
        return FORMS[op.code].format(*operands) if op.code in FORMS else called

    def _names_inside(self, op: Op) -> tuple[str, ...]:
        """Return the names of values that have no line: written inside, or one with a leaf, as z is
        with b where the inputs are 0."""
        found: dict[str, None] = {}
        stands_alone = sum(not self._ops[arg].is_literal for arg in op.args) == 1
        for arg in op.args:
            if arg in self._inline:
                found |= dict.fromkeys(self._inside.get(arg, ()))
            is_leaf = stands_alone and self._ops[arg].code == "leaf"
            if arg in self._notes and (is_leaf or arg in self._inline):
                found[self._notes[arg]] = None
        return tuple(found)
