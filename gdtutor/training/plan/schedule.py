"""Schedule: in which order a plan runs its operations, and which of them it runs as one call.

At the size of a gate nearly all the time is the dispatch of calls. Equal elementwise operations of
several layers become one call when their operands lie side by side, so they are hoisted together
and laid out in common stacks. Of the slopes of XOR's two layers:

    v23 = add(Yhat, -1.0), v31 = add(A1, -1.0)   →   add(vs17, v22, vs23)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from itertools import accumulate

from gdtutor.engine.operations import Array
from gdtutor.training.plan.flat_arrays import aligned
from gdtutor.training.plan.terms import ELEMENTWISE, Op
from gdtutor.values import Struct

LARGEST_STACK = 4096
"""Cells. Above this arithmetic outweighs dispatch, and separate arrays stay in the cache."""


class ValueStack(Struct, eq=False):
    """Values of several operations in one stretch of memory."""

    members: tuple[int, ...]
    offsets: tuple[int, ...]
    """Where each begins, in cells."""
    memory: Array


class ProgramSchedule:
    """Operations in order, each alone or several equal ones as one call.

    Args:
        ops: The program.
        wanted: The ids to compute.
        alone: Ids that have a place of their own and cannot be stacked.
        padded: Cells that some ids need after their own, by id.
    """

    def __init__(
        self, ops: Sequence[Op], wanted: Set[int], alone: Set[int], padded: Mapping[int, int]
    ) -> None:
        self.units: list[tuple[int, ...]] = []
        """The ids of each call."""
        self.stacks: dict[int, ValueStack] = {}
        """The stack of every stacked value."""
        order = [i for i in sorted(wanted) if ops[i].args and ops[i].code != "T"]
        small = (i for i in order if math.prod(ops[i].shape) <= LARGEST_STACK)
        self._stackable = {i for i in small if i not in alone and ops[i].code != "spread"}
        self._ops, self._padded = ops, padded
        done: set[int] = set()
        by_key: dict[object, list[int]] = {}
        for index in order:
            by_key.setdefault(self._key(index), []).append(index)
        for index in order:
            if index in done:
                continue
            mates = [j for j in by_key[self._key(index)] if j >= index and j not in done]
            ready = tuple(j for j in mates if done.issuperset(self._operands(j)))
            is_group = index in ready and len(ready) > 1 and self._stacked(ready)
            self.units.append(ready if is_group else (index,))
            done.update(self.units[-1])

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
            known = [self.stacks.get(i) for i in column]
            first = known[0]
            if first is None and any(known):
                return False
            if first is not None:
                if first.members != column or (layout and layout.offsets != first.offsets):
                    return False
                layout = first
        fresh = [column for column in distinct if column[0] not in self.stacks]
        if layout is not None:
            if any(self._padded.get(i) for column in fresh for i in column):
                return False
            offsets, cells = layout.offsets, len(layout.memory)
        else:
            rows = zip(*distinct, strict=True)
            pads = (max(self._padded.get(i, 0) for i in row) for row in rows)
            own = (math.prod(self._ops[i].shape) for i in unit)
            *starts, cells = accumulate(map(sum, zip(own, pads, strict=True)), initial=0)
            offsets = tuple(starts)
        for column in fresh:
            stack = ValueStack(column, offsets, aligned((cells,)))
            self.stacks.update(dict.fromkeys(column, stack))
        return True
