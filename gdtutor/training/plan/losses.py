"""The cost of many iterations at once, from what each of them leaves behind.

Reduced at every iteration the cost would take a fifth of the time at gate size. So an iteration
leaves behind the values from which its cost follows by elementwise operations and sums, and a
block of iterations is reduced together. Of XOR, which leaves its errors behind:

    C = 0.125·vdot(C.1, C.1)   →   h20 = (h18*h18).sum(axis=(1, 2), keepdims=True)
                                   return h20.reshape((-1,))*0.125
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.plan.lower import FlatProgram
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import (
    ELEMENTWISE,
    UFUNCS,
    operand_text,
    operation_text,
    reachable,
)
from gdtutor.values import Struct, field

LARGEST_HISTORY = 4096
"""Cells that an iteration may leave behind."""

_SIMPLE = ELEMENTWISE | {"vdot", "sum", "max", "leaf", "one", "const"}
"""Operations that can be done for many iterations at once."""


class Losses(Struct, frozen=True, eq=False):
    """The function that computes costs, and what it takes."""

    compute: Callable[..., Array]
    """(arrays of histories, then of data; their first axis is the iteration) → costs."""
    data: tuple[str, ...]
    """The data leaves that it takes."""
    source: str


def cost_frontier(program: FlatProgram, needed: Set[int], padded: Set[int]) -> list[int]:
    """Return the values from which the cost can be computed later; leaves are data.

    It is the cost itself where the rest needs more than elementwise operations and sums.

    Args:
        program: The program.
        needed: Ids that every iteration computes anyway.
        padded: Ids whose arrays have a row of ones and so cannot be left behind.
    """
    ops, cost = program.ops, program.cost.id
    later = reachable(ops, [cost]) - needed
    if not later or any(ops[i].code not in _SIMPLE for i in later):
        return [cost]
    frontier = {arg for i in later for arg in ops[i].args if arg not in later}
    frontier |= {i for i in later if ops[i].code == "leaf"}
    frontier = {i for i in frontier if not ops[i].is_literal}
    if any(ops[i].kind != "data" and (not ops[i].is_result or i in padded) for i in frontier):
        return [cost]
    cells = sum(math.prod(ops[i].shape) for i in frontier)
    return sorted(frontier) if cells <= LARGEST_HISTORY else [cost]


def write_losses(
    program: FlatProgram, frontier: Sequence[int], stacked: Set[int], runs: int
) -> Losses:
    """Write the function for a frontier.

    Args:
        program: The program.
        frontier: As `cost_frontier` returns it.
        stacked: Ids whose arrays have an axis for the run after that for the iteration.
        runs: How many runs are stacked; 0 where it is one run without such an axis.
    """
    ops, cost = program.ops, program.cost
    tail = reachable(ops, [cost.id]) - reachable(ops, frontier)
    tail |= {arg for i in tail for arg in ops[i].args if ops[arg].is_literal}
    widest = max(len(ops[i].shape) for i in [*frontier, *tail])
    data = [i for i in frontier if ops[i].code == "leaf"]
    arguments = ", ".join(f"h{i}" for i in [*(i for i in frontier if i not in data), *data])
    writer = _Writer(program, 2 if runs else 1, widest)
    lines = writer.source.add
    lines(0, f"def losses({arguments}):", "of many iterations, from what each has left behind")
    for index in frontier:
        writer.widen(index, writer.lead if index in stacked else 1)
    for index in sorted(tail):
        lines(1, f"h{index} = {writer.code(index)}", writer.note(index))
    factor = "" if cost.scale == 1 else f"*{cost.scale!r}"
    shape = f"h{cost.id}.shape[:2]" if runs else "(-1,)"
    returned = f"return h{cost.id}.reshape({shape}){factor}"
    lines(1, returned, f"{program.root} of each iteration, before its update")
    compute = writer.source.compiled("losses", writer.functions)
    return Losses(compute, tuple(ops[i].name for i in data), writer.source.text())


class _Writer(Struct):
    """Writes operations on arrays that all have the same number of axes."""

    program: FlatProgram
    lead: int
    """Axes in front of those of a value: the iteration, and the run where there are several."""
    widest: int
    """Most axes of a value."""
    functions: dict[str, Callable[..., object]] = field(default_factory=dict)
    source: SourceLines = field(default_factory=SourceLines)

    def widen(self, index: int, own: int) -> None:
        """Give an array all axes, those in front first, of which it has `own`."""
        ops = self.program.ops
        missing = self.widest - len(ops[index].shape) + self.lead - own
        if missing:
            front = ", ".join([*(f"h{index}.shape[{i}]" for i in range(own)), *["1"] * missing])
            code = f"h{index} = h{index}.reshape({front}, *h{index}.shape[{own}:])"
            named = operand_text(ops, index, self._label)
            self.source.add(1, code, f"{named}, with as many axes as the others")

    def note(self, index: int) -> str:
        """Return what a line computes: its node, or its operation."""
        return self.program.notes.get(index) or operation_text(self.program.ops, index, self._label)

    def _label(self, index: int) -> str:
        return self.program.ops[index].name or self.program.notes.get(index, f"h{index}")

    def code(self, index: int) -> str:
        """Return an operation."""
        op = self.program.ops[index]
        if op.is_literal:
            # An array, since what is computed of constants alone is summed and shaped like others.
            self.functions["full"] = np.full
            return f"full({(1,) * (self.lead + self.widest)}, {op.literal!r})"
        args = [f"h{a}" for a in op.args]
        if op.code == "vdot":
            axes = tuple(range(self.lead, self.lead + self.widest))
            return f"({args[0]}*{args[1]}).sum(axis={axes}, keepdims=True)"
        if op.code in ("sum", "max"):
            first = self.lead + self.widest - len(self.program.ops[op.args[0]].shape)
            axes = tuple(first + axis for axis in op.axes)
            return f"{args[0]}.{op.code}(axis={axes}, keepdims=True)"
        name = UFUNCS[op.code].__name__
        self.functions[name] = UFUNCS[op.code]
        return f"{name}({', '.join([*args, *(['1.0'] if op.code == 'step' else [])])})"
