"""Schedule: in which order a plan runs its operations, and which of them it runs as one call.

At the size of a gate nearly all the time is the dispatch of calls. Equal elementwise operations of
several layers become one call when their operands lie side by side, so they are hoisted together
and laid out in common stacks. Of the slopes of XOR's two layers:

    v23 = add(Yhat, -1.0), v31 = add(A1, -1.0)   →   add(vs17, v22, vs23)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set

from gdtutor.training.plan.terms import ELEMENTWISE, Op
from gdtutor.values import Struct, field

LARGEST_STACK = 4096
"""Cells. Above this arithmetic outweighs dispatch, and separate arrays stay in the cache."""

_NONE_PADDED: Mapping[int, int] = {}


class ValueStack(Struct, eq=False):
    """Values of several operations in one stretch of memory."""

    members: tuple[int, ...]
    offsets: tuple[int, ...]
    """Where each begins, in cells."""
    cells: int


class ProgramSchedule(Struct):
    """Operations in order, each alone or several as one call."""

    units: list[tuple[int, ...]] = field(default_factory=list)
    stacks: dict[int, ValueStack] = field(default_factory=dict)
    """The stack of every stacked value."""


def arrange(
    ops: Sequence[Op], wanted: Set[int], alone: Set[int], padded: Mapping[int, int] = _NONE_PADDED
) -> ProgramSchedule:
    """Order the operations and group equal ones.

    Args:
        ops: The program.
        wanted: The ids to compute.
        alone: Ids that have a place of their own and cannot be stacked.
        padded: Cells that some ids need after their own, by id.
    """
    order = [i for i in sorted(wanted) if not (ops[i].is_literal or ops[i].code in ("leaf", "T"))]
    small = (i for i in order if math.prod(ops[i].shape) <= LARGEST_STACK)
    stackable = {i for i in small if i not in alone and ops[i].code != "spread"}
    return _Arranger(ops, stackable, padded).arranged(order)


class _Arranger:
    def __init__(self, ops: Sequence[Op], stackable: Set[int], padded: Mapping[int, int]) -> None:
        self._ops = ops
        self._stackable = stackable
        self._padded = padded
        self._schedule = ProgramSchedule()

    def arranged(self, order: list[int]) -> ProgramSchedule:
        done: set[int] = set()
        by_key: dict[object, list[int]] = {}
        for index in order:
            by_key.setdefault(self._key(index), []).append(index)
        for index in order:
            if index in done:
                continue
            unit: tuple[int, ...] = (index,)
            mates = [j for j in by_key[self._key(index)] if j >= index and j not in done]
            ready = [j for j in mates if done.issuperset(self._operands(j))]
            if index in ready and len(ready) > 1 and self._stacked(tuple(ready)):
                unit = tuple(ready)
            done.update(unit)
            self._schedule.units.append(unit)
        return self._schedule

    def _operands(self, index: int) -> list[int]:
        return [a for a in self._ops[index].args if not self._ops[a].is_literal]

    def _key(self, index: int) -> object:
        """Return what operations of one group have in common; of one alone its own id."""
        op, operands = self._ops[index], self._operands(index)
        alike = all(a in self._stackable and self._ops[a].shape == op.shape for a in operands)
        if op.code not in ELEMENTWISE or index not in self._stackable or not (operands and alike):
            return index
        return op.code, tuple(-1 if a in operands else a for a in op.args)

    def _stacked(self, unit: tuple[int, ...]) -> bool:
        """Lay out a group's results and operands alike; False where they cannot be."""
        columns = [tuple(column) for column in zip(*map(self._operands, unit), strict=True)]
        distinct = dict.fromkeys([*columns, unit])
        ids = [i for column in distinct for i in column]
        if len(set(ids)) != len(ids) or any(self._padded.get(i) for i in unit):
            return False
        layout: ValueStack | None = None
        for column in distinct:
            known = [self._schedule.stacks.get(i) for i in column]
            first = known[0]
            if first is None and any(known):
                return False
            if first is not None:
                if first.members != column or (layout and layout.offsets != first.offsets):
                    return False
                layout = first
        fresh = [column for column in distinct if column[0] not in self._schedule.stacks]
        if layout is None:
            layout = self._new_layout(columns, unit)
        elif any(self._padded.get(i) for column in fresh for i in column):
            return False
        for column in fresh:
            stack = ValueStack(column, layout.offsets, layout.cells)
            self._schedule.stacks.update(dict.fromkeys(column, stack))
        return True

    def _new_layout(self, columns: list[tuple[int, ...]], unit: tuple[int, ...]) -> ValueStack:
        offsets = []
        start = 0
        for place, index in enumerate(unit):
            offsets.append(start)
            pad = max(self._padded.get(column[place], 0) for column in (*columns, unit))
            start += math.prod(self._ops[index].shape) + pad
        return ValueStack(columns[0], tuple(offsets), start)
