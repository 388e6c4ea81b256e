"""Algebra for several runs at once: a program whose values get the run as their first axis.

What comes from the data alone is shared by all runs and has no such axis. For one run the sum of
products is one call; for several it would multiply once more what is multiplied anyway:

    mul(C.1, C.1), vdot(C.1, C.1)   →   mul(C.1, C.1), sum(mul(C.1, C.1))
"""

from __future__ import annotations

from gdtutor.engine.operations import OPERATIONS
from gdtutor.training.plan.lower import FlatProgram
from gdtutor.training.plan.terms import Op
from gdtutor.values import replace

_ALONE = frozenset({"argmax", "one_hot"}) | {n for n, r in OPERATIONS.items() if r.is_arrangement}
"""Operations that are computed for one run at a time."""


def can_be_stacked(program: FlatProgram) -> bool:
    """Say whether an axis can be put first: every product has matrices on both sides, and nothing
    that differs from run to run is computed by a call that knows no such axis."""
    ops = program.ops
    if any(ops[index].code in _ALONE for index in program.varying):
        return False
    products = (op for op in ops if op.code in ("matmul", "outer", "affine"))
    return all(len(ops[arg].shape) == 2 for op in products for arg in op.args)


def for_runs(program: FlatProgram) -> FlatProgram:
    """Return the program as several runs compute it."""
    ops = program.ops
    products = {op.args: index for index, op in enumerate(ops) if op.code == "mul"}
    changed = []
    for op in ops:
        if op.code == "vdot" and op.args in products and op.args[0] != op.args[1]:
            product = products[op.args]
            op = Op("sum", (product,), op.shape, (tuple(range(len(ops[product].shape))),))
        changed.append(op)
    # Only data, which all runs share, gets a row of ones: in a stack that row would lie between
    # the runs, and elementwise operations would have to step over it.
    products_of = [op for op in ops if op.code == "affine"]
    inner = {ops[op.args[0]].name for op in products_of if ops[op.args[2]].code != "leaf"}
    packs = {weights: bias for weights, bias in program.packs.items() if weights not in inner}
    return replace(program, ops=tuple(changed), packs=packs)
