"""Formulas with one thing changed, as slips of a program change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

from gdtutor.engine.expression import Apply, Expr, Name, Number, names_in, number_text, transposed
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import OPERATIONS, Kind


def cell_by_cell(expr: Expr) -> Iterator[Expr]:
    """Yield a formula with * in place of @, as it stands and with an operand turned around."""
    if not has_operation(expr, "matmul"):
        return
    for turns in product((False, True), repeat=2):
        yield with_parts_changed(expr, partial(_by_cells, turns=turns))


def _by_cells(part: Apply, turns: tuple[bool, ...]) -> Expr | None:
    """Return a matrix product as one of cells, with some of its operands turned around."""
    if part.op != "matmul":
        return None
    pairs = zip(part.args, turns, strict=True)
    return Apply("mul", tuple(transposed(arg) if turn else arg for arg, turn in pairs))


def without_one_factor(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Yield a formula without one of the numbers or names that a part of it is multiplied by."""
    divisors = [part.args[1] for part in parts_of(expr) if part.op == "div"]
    below = {part for divisor in divisors for part in parts_of(divisor)}
    places = [part for part in parts_of(expr) if part.op in ("mul", "div")]
    for place in places:
        left, right = place.args
        for kept, left_out in ((left, right), (right, left)):
            if isinstance(left_out, Number | Name) and not (place.op == "div" and kept is right):
                called = (
                    left_out.name if isinstance(left_out, Name) else number_text(left_out.value)
                )
                divides = (place.op == "div") != (place in below)
                yield f"1/{called}" if divides else called, with_part(expr, place, kept)


def without_factors(rule: Expr) -> Iterator[Expr]:
    """Yield a rule without one factor of its products."""
    for place in [part for part in parts_of(rule) if part.op == "mul"]:
        for kept in place.args:
            if any(name.name == UPSTREAM for name in names_in(rule)):
                yield with_part(rule, place, kept)


def with_part(expr: Expr, old: Expr, new: Expr) -> Expr:
    """Return a formula with another part in the place of one."""
    return with_parts_changed(expr, lambda part: new if part == old else None)


def parts_of(expr: Expr) -> Iterator[Apply]:
    """Yield every operation of a formula."""
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Apply):
            yield part
            waiting.extend(part.args)


def turned(expr: Expr, name: str) -> Expr:
    """Return a rule in which a name stands transposed where it did not, and the other way round."""

    def turned_around(factor: Expr) -> Expr:
        other = transposed(factor)
        return other if _is_named(factor, name) or _is_named(other, name) else factor

    def change(part: Apply) -> Expr | None:
        args = tuple(map(turned_around, part.args))
        is_other = part.op == "matmul" and args != part.args
        return Apply("matmul", args, part.attribute) if is_other else None

    return with_parts_changed(expr, change)


def _is_named(expr: Expr, name: str) -> bool:
    return isinstance(expr, Name) and expr.name == name


def terms_of(expr: Expr) -> list[tuple[bool, Expr]]:
    """Return the terms of a sum, each with whether it is subtracted."""
    if isinstance(expr, Apply) and expr.op in ("add", "sub"):
        left, right = expr.args
        turned = [(minus != (expr.op == "sub"), term) for minus, term in terms_of(right)]
        return [*terms_of(left), *turned]
    return [(False, expr)]


def sums_in(expr: Expr) -> list[tuple[Expr, list[tuple[bool, Expr]]]]:
    """Return the sums anywhere in a formula, each with its terms."""
    sums = [part for part in parts_of(expr) if part.op in ("add", "sub")]
    inner = {arg for part in sums for arg in part.args}
    return [(part, terms_of(part)) for part in sums if part not in inner]


def without_term(expr: Expr, bias: Name) -> Expr:
    """Return a formula in which one term of its sums is left out."""

    def change(part: Apply) -> Expr | None:
        kept = [term for term in terms_of(part) if term[1] != bias]
        is_sum = part.op in ("add", "sub")
        return total_of(kept) if is_sum and len(kept) < len(terms_of(part)) else None

    return with_parts_changed(expr, change)


def total_of(terms: list[tuple[bool, Expr]]) -> Expr:
    """Return the sum of terms, each with whether it is subtracted."""
    total: Expr = Number(0.0)
    for minus, term in terms:
        total = Apply("sub" if minus else "add", (total, term))
    return total


def has_operation(expr: Expr, op: str) -> bool:
    """Say whether an operation stands anywhere in a formula."""
    return any(part.op == op for part in parts_of(expr))


def with_parts_changed(expr: Expr, change: Callable[[Apply], Expr | None]) -> Expr:
    """Return a formula with what a function returns in the place of its parts; None keeps one."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(with_parts_changed(arg, change) for arg in expr.args)
    rebuilt = Apply(expr.op, args, expr.attribute)
    return change(rebuilt) or rebuilt


def with_operation(expr: Expr, old: str, new: str) -> Expr:
    """Return a formula with one operation in the place of another."""
    return with_parts_changed(
        expr, lambda part: Apply(new, part.args, part.attribute) if part.op == old else None
    )


def without_operation(expr: Expr, op: str) -> Expr:
    """Return a formula with what an operation is applied to in its place."""
    return with_parts_changed(expr, lambda part: part.args[0] if part.op == op else None)


def functions() -> Iterator[str]:
    """Yield the names of all functions of one operand."""
    for name, row in OPERATIONS.items():
        is_function = row.operands == 1 and row.kind is Kind.ELEMENTWISE and name != "neg"
        if is_function and not row.internal:
            yield name


def call_in(expr: Expr) -> Apply | None:
    """Return a line that is a call of a function as it is; None for any other."""
    if not isinstance(expr, Apply) or len(expr.args) != 1 or expr.op == "neg":
        return None
    return expr if OPERATIONS[expr.op].kind is Kind.ELEMENTWISE else None
