"""The cost of many iterations at once, from what each of them leaves behind.

Reduced at every iteration the cost would take a fifth of the time at gate size. So an iteration
leaves behind the values from which its cost follows by elementwise operations and sums, and a
block of iterations is reduced together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.plan.lower import FlatProgram, reachable
from gdtutor.training.plan.numpy_lines import ELEMENTWISE, UFUNCS
from gdtutor.training.plan.schedule import ALIASES
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import Op
from gdtutor.values import Struct

LARGEST_HISTORY = 4096
"""Cells that an iteration may leave behind."""


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
    if not later or any(not _is_simple(ops[i]) for i in later):
        return [cost]
    frontier = {arg for i in later for arg in ops[i].args if arg not in later}
    frontier |= {i for i in later if ops[i].code == "leaf"}
    frontier = {i for i in frontier if not ops[i].is_literal}
    for index in frontier:
        op = ops[index]
        if op.kind != "data" and (op.code in ("leaf", *ALIASES) or index in padded):
            return [cost]
    cells = sum(math.prod(ops[i].shape) for i in frontier)
    return sorted(frontier) if cells <= LARGEST_HISTORY else [cost]


def _is_simple(op: Op) -> bool:
    return op.is_literal or op.code in ELEMENTWISE or op.code in ("vdot", "sum", "max", "leaf")


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
    return _Writer(program, frontier, stacked, runs).losses()


class _Writer:
    def __init__(
        self, program: FlatProgram, frontier: Sequence[int], stacked: Set[int], runs: int
    ) -> None:
        self._program = program
        self._ops = program.ops
        self._frontier = frontier
        self._stacked = stacked
        self._lead = 2 if runs else 1
        cost = program.cost.id
        tail = reachable(self._ops, [cost]) - reachable(self._ops, frontier)
        operands = {arg for i in tail for arg in self._ops[i].args}
        numbers = {i for i in operands if self._ops[i].is_literal}
        self._tail = sorted(tail | numbers)
        self._widest = max(len(self._ops[i].shape) for i in [*frontier, *self._tail])
        self._functions: dict[str, Callable[..., object]] = {}

    def losses(self) -> Losses:
        data = [i for i in self._frontier if self._ops[i].code == "leaf"]
        histories = [i for i in self._frontier if i not in data]
        source = SourceLines()
        taken = ", ".join(f"h{i}" for i in [*histories, *data])
        source.add(0, f"def losses({taken}):", "of many iterations, from what each has left behind")
        for index in self._frontier:
            self._widen(source, index)
        for index in self._tail:
            code = self._code(index)
            source.add(1, f"h{index} = {code}", self._note(index))
        scale = self._program.cost.scale
        factor = "" if scale == 1 else f"*{scale!r}"
        shape = "(-1,)" if self._lead == 1 else f"h{self._program.cost.id}.shape[:2]"
        returned = f"return h{self._program.cost.id}.reshape({shape}){factor}"
        lines = [n for n, t in self._program.values.items() if t.id == self._program.cost.id]
        root = lines[-1] if lines else "the cost"
        source.add(1, returned, f"{root} of each iteration, before its update")
        names = tuple(self._ops[i].name for i in data)
        return Losses(source.compiled("losses", self._functions), names, source.text())

    def _widen(self, source: SourceLines, index: int) -> None:
        """Give every array the same number of axes: those in front, then its own at the end."""
        rank = len(self._ops[index].shape)
        ones = ["1"] * (self._widest - rank)
        own = self._lead if index in self._stacked else 1
        if self._lead > own:
            ones.append("1")
        if ones:
            front = ", ".join(f"h{index}.shape[{i}]" for i in range(own))
            rest = f"*h{index}.shape[{own}:]"
            code = f"h{index} = h{index}.reshape({front}, {', '.join(ones)}, {rest})"
            source.add(1, code, f"{self._label(index)}, with as many axes as the others")

    def _note(self, index: int) -> str:
        """Return what a line computes: its node, or its operation."""
        op = self._ops[index]
        return self._program.notes.get(
            index, f"{op.code}({', '.join(self._label(arg) for arg in op.args)})"
        )

    def _label(self, index: int) -> str:
        op = self._ops[index]
        if op.code == "leaf":
            return op.name
        if op.is_literal:
            return repr(op.literal)
        return self._program.notes.get(index, f"h{index}")

    def _code(self, index: int) -> str:
        op = self._ops[index]
        if op.is_literal:
            # An array, since what is computed of constants alone is summed and shaped like others.
            self._functions["full"] = np.full
            return f"full({(1,) * (self._lead + self._widest)}, {op.literal!r})"
        args = [f"h{a}" for a in op.args]
        if op.code == "vdot":
            axes = tuple(range(self._lead, self._lead + self._widest))
            return f"({args[0]}*{args[1]}).sum(axis={axes}, keepdims=True)"
        if op.code in ("sum", "max"):
            lead = self._lead + self._widest - len(self._ops[op.args[0]].shape)
            axes = tuple(lead + axis for axis in op.axes)
            return f"{args[0]}.{op.code}(axis={axes}, keepdims=True)"
        name = UFUNCS[op.code].__name__
        self._functions[name] = UFUNCS[op.code]
        if op.code == "step":
            args.append("1.0")
        return f"{name}({', '.join(args)})"
