"""Which values, where they are not finite, leave others that are not finite either.

A product with 0 costs nothing where it is folded to 0. The walk computes it, though, and 0 times an
infinity is no number there. So a product is folded only where training comes to notice all the
same: where the other factor is finite, or leads to a result that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gdtutor.training.terms import Op

GIVEN = frozenset({"parameter", "data", "constant", "slot"})
"""Kinds of leaves that are finite: a run ends before an iteration that starts with others."""

_PASSING = frozenset(
    {
        "add", "sub", "mul", "neg", "square", "matmul", "affine", "outer", "vdot", "sum", "spread",
        "T", "abs", "sqrt", "log", "log1p", "sin", "cos",
    }
)  # fmt: skip
"""Operations whose result is not finite where any of their operands is not."""


def is_given(op: Op) -> bool:
    """Say whether a value is a leaf that is finite."""
    return op.code == "leaf" and op.detail[0] in GIVEN


def notices(
    ops: Sequence[Op],
    dropped: Sequence[int],
    forward: int,
    cost: Iterable[int],
    results: Iterable[int],
) -> bool:
    """Say whether a value that is not finite shows even where a product with 0 leaves it out.

    Args:
        ops: The program.
        dropped: The values left out; those of the forward pass first.
        forward: How many of them the forward pass has left out: the cost has to show these.
        cost: The ids that the cost consists of.
        results: The ids of what else an iteration leaves; any of them may show the others.
    """
    if not dropped:
        return True
    shown = passing_to(ops, cost)
    if not shown.issuperset(dropped[:forward]):
        return False
    return (shown | passing_to(ops, results)).issuperset(dropped[forward:])


def passing_to(ops: Sequence[Op], roots: Iterable[int]) -> set[int]:
    """Return the ids of values that make a root not finite wherever they are not, roots included.

    Args:
        ops: The program.
        roots: The ids of its results.
    """
    found: set[int] = set()
    pending = list(roots)
    while pending:
        index = pending.pop()
        if index in found:
            continue
        found.add(index)
        op = ops[index]
        if op.code in _PASSING:
            pending.extend(op.args)
        elif op.code == "div":
            pending.append(op.args[0])
    return found
