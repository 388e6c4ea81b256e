"""Which values, where they are not finite, leave others that are not finite either.

A product with 0 costs nothing where it is folded to 0. The walk computes it, though, and 0 times an
infinity is no number there. So a product is folded only where training comes to notice all the
same: where the other factor is finite, or leads to a result that is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gdtutor.training.plan.terms import Op

GIVEN = frozenset({"parameter", "data", "constant", "slot"})
"""Kinds of leaves that are finite: a run ends before an iteration that starts with others."""

_PASSING = frozenset(
    {
        "add", "sub", "mul", "neg", "square", "matmul", "affine", "outer", "vdot", "sum", "spread",
        "T", "reshape", "refit", "concat", "place", "abs", "sqrt", "log", "log1p", "sin", "cos",
    }
)  # fmt: skip
"""Operations whose result is not finite where any of their operands is not."""


def is_given(op: Op) -> bool:
    """Say whether a value is a leaf that is finite."""
    return op.kind in GIVEN


def notices(
    ops: Sequence[Op],
    left_out: tuple[Sequence[int], Sequence[int]],
    results: tuple[Sequence[int], Sequence[int]],
) -> bool:
    """Say whether what is not finite shows even where products with 0 leave it out.

    Args:
        ops: The program.
        left_out: Ids of factors that the forward pass leaves out, and that what follows it does.
        results: Ids of the results of the forward pass, which have to show the former, and of
            what follows it; any may show the latter.
    """
    forward, later = left_out
    cost, others = results
    if not (forward or later):
        return True
    shown = passing_to(ops, cost)
    return shown.issuperset(forward) and (shown | passing_to(ops, others)).issuperset(later)


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
