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
from gdtutor.training.plan.terms import ELEMENTWISE, UFUNCS, operand_text, operation_text, reachable

LARGEST_HISTORY = 4096
"""Cells that an iteration may leave behind."""

_SIMPLE = ELEMENTWISE | {"vdot", "sum", "max", "min", "leaf", "one", "const"}
"""Operations that can be done for many iterations at once."""


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


class Losses:
    """The function that computes the costs of many iterations, and what it takes.

    Args:
        program: The program.
        frontier: As `cost_frontier` returns it.
        stacked: Ids whose arrays have an axis for the run after that for the iteration.
        runs: How many runs are stacked; 0 where it is one run without such an axis.
    """

    def __init__(
        self, program: FlatProgram, frontier: Sequence[int], stacked: Set[int], runs: int
    ) -> None:
        self._ops, self._notes, cost = program.ops, program.notes, program.cost
        ops = program.ops
        self._lead = 2 if runs else 1
        """Axes in front of those of a value: the iteration, and the run where there are several."""
        tail = reachable(ops, [cost.id]) - reachable(ops, frontier)
        tail |= {arg for i in tail for arg in ops[i].args if ops[arg].is_literal}
        self._widest = max(len(ops[i].shape) for i in [*frontier, *tail])
        """Most axes of a value, which all arrays are given."""
        self._functions: dict[str, Callable[..., object]] = {}
        data = [i for i in frontier if ops[i].code == "leaf"]
        self.data = tuple(ops[i].name for i in data)
        """The data leaves that it takes."""
        arguments = ", ".join(f"h{i}" for i in [*(i for i in frontier if i not in data), *data])
        source = SourceLines()
        source.add(
            0, f"def losses({arguments}):", "of many iterations, from what each has left behind"
        )
        for index in frontier:
            self._widen(source, index, self._lead if index in stacked else 1)
        for index in sorted(tail):
            note = self._notes.get(index) or operation_text(ops, index, self._label)
            source.add(1, f"h{index} = {self._code(index)}", note)
        factor = "" if cost.scale == 1 else f"*{cost.scale!r}"
        shape = f"h{cost.id}.shape[:2]" if runs else "(-1,)"
        returned = f"return h{cost.id}.reshape({shape}){factor}"
        source.add(1, returned, f"{program.root} of each iteration, before its update")
        self.compute: Callable[..., Array] = source.compiled("losses", self._functions)
        """(arrays of histories, then of data; their first axis is the iteration) → costs."""
        self.source = source.text()

    def _widen(self, source: SourceLines, index: int, own: int) -> None:
        """Give an array all axes, those in front first, of which it has `own`."""
        missing = self._widest - len(self._ops[index].shape) + self._lead - own
        if missing:
            front = ", ".join([*(f"h{index}.shape[{i}]" for i in range(own)), *["1"] * missing])
            code = f"h{index} = h{index}.reshape({front}, *h{index}.shape[{own}:])"
            named = operand_text(self._ops, index, self._label)
            source.add(1, code, f"{named}, with as many axes as the others")

    def _label(self, index: int) -> str:
        return self._ops[index].name or self._notes.get(index, f"h{index}")

    def _code(self, index: int) -> str:
        op = self._ops[index]
        if op.is_literal:
            # An array, since what is computed of constants alone is summed and shaped like others.
            self._functions["full"] = np.full
            return f"full({(1,) * (self._lead + self._widest)}, {op.literal!r})"
        args = [f"h{a}" for a in op.args]
        if op.code not in UFUNCS:
            first = self._lead + self._widest - len(self._ops[op.args[0]].shape)
            axes = tuple(first + axis for axis in op.axes)
            gathered, code = (
                (f"({'*'.join(args)})", "sum") if op.code == "vdot" else (args[0], op.code)
            )
            return f"{gathered}.{code}(axis={axes}, keepdims=True)"
        name = UFUNCS[op.code].__name__
        self._functions[name] = UFUNCS[op.code]
        return f"{name}({', '.join([*args, *(['1.0'] if op.code == 'step' else [])])})"
