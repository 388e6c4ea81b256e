"""Writes operations on single numbers as Python expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import Op

FORMS: Mapping[str, str] = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{}*{}",
    "div": "{}/{}",
    "recip": "1.0/{}",
    "neg": "-{}",
    "pow": "power({}, {})",
    "square": "{0}*{0}",
    "sqrt": "sqrt({})",
    "exp": "exp({})",
    "log": "log({})",
    "log1p": "log1p({})",
    "abs": "abs({})",
    "tanh": "tanh({})",
    "sin": "sin({})",
    "cos": "cos({})",
    # A NaN fails every comparison, and has to come out as a NaN.
    "maximum": "({0} if {1} <= {0} else {1} if {0} == {0} else {0})",
    "minimum": "({0} if {1} >= {0} else {1} if {0} == {0} else {0})",
    "where": "({1} if {0} != 0.0 else {2})",
    "is_place": "((1.0 if {0} == {1} else 0.0) if 0.0 <= {0} < {2} and {0} == {0}//1.0 else nan)",
    "mul_or_zero": "(0.0 if {0} == 0.0 else {0}*{1})",
    "sign": "(1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0}*0.0)",
    "step": "(1.0 if {0} >= 0.0 else 0.0 if {0} < 0.0 else {0})",
}
"""How each operation is written over its operands."""

RAISING = frozenset({"div", "recip", "pow", "sqrt", "exp", "log", "log1p"})
"""Operations that Python refuses where NumPy gives an infinity or a NaN."""

FAST: Mapping[str, Callable[..., Any]] = {
    "exp": math.exp, "log": math.log, "log1p": math.log1p, "sqrt": math.sqrt, "tanh": math.tanh,
    "sin": math.sin, "cos": math.cos, "power": math.pow,
}  # fmt: skip
"""What the functions in `FORMS` mean on Python's floats."""

CAREFUL: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "tanh": np.tanh,
    "sin": np.sin, "cos": np.cos, "power": np.power,
}  # fmt: skip
"""What they mean on NumPy's float64, which gives infinities and NaN instead of errors."""

_STRENGTH = {"add": 1, "sub": 1, "mul": 2, "div": 2, "recip": 2, "square": 2, "neg": 3}
_NAMED = frozenset({"square", "maximum", "minimum", "mul_or_zero", "sign", "step", "is_place"})
"""Forms that name an operand more than once."""

_PLAIN = frozenset({"mul_or_zero", "sign", "step", "is_place"})
"""Forms that hold numbers of their own."""

_LEFT_TO_RIGHT = frozenset({"add", "sub", "mul", "div"})

_PART = re.compile(r"\.[0-9]")

LONGEST = 70
"""Characters of an expression up to which it is written inside another one."""


class ScalarText:
    """Writes the operations that values need, each once, single uses inside their user.

    Args:
        ops: Operations on numbers.
        notes: What values are to the learner.
        leaves: The variable of each leaf.
        labels: What each leaf is to the learner.
        stateful: Leaves that an update writes over; what reads them is named before.
        constant: How a number is written: as Python's float, or as a type whose division by 0
            gives an infinity.
    """

    def __init__(
        self,
        ops: Sequence[Op],
        notes: Mapping[int, str],
        leaves: Mapping[int, str],
        labels: Mapping[int, str],
        stateful: frozenset[int],
        constant: str = "{}",
    ) -> None:
        self._ops = ops
        self._constant = constant
        self._notes = notes
        self._names = dict(leaves)
        self._labels = labels
        self._stateful = stateful
        self._uses: dict[int, int] = {}
        self._inline: dict[int, tuple[str, int, bool]] = {}
        self._inside: dict[int, tuple[str, ...]] = {}
        """The learner's names of what is written inside the expression of a value."""

    def count(self, needed: Sequence[int], roots: Sequence[int]) -> None:
        """Count how often every value is read, within the needed operations and as a root."""
        for index in needed:
            op = self._ops[index]
            for arg in op.args:
                extra = 2 if op.code in _NAMED else 1
                self._uses[arg] = self._uses.get(arg, 0) + extra
        for index in roots:
            self._uses[index] = self._uses.get(index, 0) + 1

    def write(self, source: SourceLines, level: int, needed: Sequence[int]) -> None:
        """Write the needed operations, in order."""
        for index in needed:
            op = self._ops[index]
            if index in self._names or op.code == "leaf" or op.is_literal:
                continue
            text, reads_state = self._expression(index)
            if self._uses.get(index, 0) <= 1 and len(text) <= LONGEST:
                strength = _STRENGTH.get(op.code, 5)
                self._inline[index] = (text, strength, reads_state)
                continue
            self.name(source, level, index, text)

    def name(self, source: SourceLines, level: int, index: int, text: str = "") -> str:
        """Make sure that a value stands in a variable, and return it."""
        if index not in self._names and not self._ops[index].is_literal:
            self._names[index] = f"v{index}"
            if not text:
                text = self._inline.pop(index)[0]
            source.add(level, f"v{index} = {text}", self.note(index))
        return self.text(index)

    def note(self, index: int, what: str = "") -> str:
        """Return what a line computes, and the named values that have no line of their own in it.

        Args:
            index: The value.
            what: What it is, where its own name does not say.
        """
        own = self._notes.get(index, "") or self._operation(index)
        return with_inside(what or own, self._inside.get(index, ()))

    def _operation(self, index: int) -> str:
        op = self._ops[index]
        return f"{op.code}({', '.join(self._label(arg) for arg in op.args)})"

    def _label(self, index: int) -> str:
        op = self._ops[index]
        if op.is_literal:
            return repr(op.literal)
        known = self._labels.get(index) or self._notes.get(index) or self._names.get(index)
        return known or self._operation(index)

    def text(self, index: int) -> str:
        """Return a value as an operand."""
        return self._operand(index, 0)

    def settle(self, source: SourceLines, level: int) -> None:
        """Compute what is still to be written inside a user and reads what an update changes."""
        for index in [i for i, (_, _, reads) in self._inline.items() if reads]:
            self.name(source, level, index)

    def _operand(self, index: int, strength: int) -> str:
        op = self._ops[index]
        if op.is_literal:
            text = self._constant.format(repr(op.literal))
            return f"({text})" if text.startswith("-") and strength > 1 else text
        if index in self._names:
            return self._names[index]
        text, own, _ = self._inline.pop(index)
        return f"({text})" if own < strength else text

    def _expression(self, index: int) -> tuple[str, bool]:
        op = self._ops[index]
        own = _STRENGTH.get(op.code, 0)
        reads = any(
            arg in self._stateful or (arg in self._inline and self._inline[arg][2])
            for arg in op.args
        )
        operands = []
        self._inside[index] = self._names_inside(op)
        for place, arg in enumerate(op.args):
            is_right = (place == 1 and op.code in _LEFT_TO_RIGHT) or op.code == "recip"
            operands.append(self._operand(arg, own + 1 if is_right else own))
        form = FORMS[op.code]
        if op.code in ("maximum", "minimum") and self._ops[op.args[0]].is_literal:
            sign = "<=" if op.code == "maximum" else ">="
            form = f"({{0}} if {{1}} {sign} {{0}} else {{1}})"
        if op.code in _PLAIN:
            # These come out as a float of Python's, which may not be divided by 0.
            return self._constant.format(form.format(*operands)), reads
        if op.code == "add":
            for one, other in ((0, 1), (1, 0)):
                if operands[one].strip("()").startswith("-") and self._ops[op.args[one]].is_literal:
                    return f"{operands[other]} - {operands[one].strip('()')[1:]}", reads
        return form.format(*operands), reads

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


def with_inside(note: str, inside: Sequence[str]) -> str:
    """Return a note with the names of lines that are folded into it; their parts, as z.1, are
    left out, and so is what the note says itself."""
    names = [name for name in inside if not _PART.search(name) and name not in note]
    return f"{note}, with {', '.join(names)}" if names else note
