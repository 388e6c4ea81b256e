"""The node panel on the way back: what arrives from every use of a node, and the sum of it.

On demand the wrong sums beside the right one: `=` in place of `+=`, and a node visited too early.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from gdtutor.engine.cells import ELLIPSIS, cell_name
from gdtutor.engine.expression import Apply, Expr, Name
from gdtutor.engine.mistakes import overwritten, too_early
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Contribution
from gdtutor.session.navigation import with_keys
from gdtutor.values import replace
from gdtutor.view.arrays import array_lines
from gdtutor.view.context import Context
from gdtutor.view.contribution import (
    contribution_lines,
    local_formula,
    origin,
    product_of,
    sum_sign,
)
from gdtutor.view.equation import numbers_writer, relation
from gdtutor.view.frame import Lines, Style
from gdtutor.view.lines import fitting, line, width_of, wrapped, wrapped_formula
from gdtutor.view.matrix import MAX_ROWS
from gdtutor.view.notation import read_back

MOST_SHARES = 5
"""Shares of a gradient that are all written out, so that their sum still shows at 80×24."""
FIRST_SHARES = 3
"""Of more shares than that, so many first ones are written out, and the last."""


def backward_lines(context: Context, width: int) -> Lines:
    """Return a backward step: the contribution of each arriving edge, and their sum."""
    received = context.trace.contributions[context.step.node]
    if not received:
        return _beginning(context, width)
    if len(received) == 1:
        return contribution_lines(context, received[0], width)
    return fitting(_arrangements(context, received, width), context.room)


def _arrangements(
    context: Context, received: tuple[Contribution, ...], width: int
) -> Iterator[list[Lines]]:
    """Yield the shares and their sum in less and less room."""
    shown = received
    left_out: Lines = ()
    if len(received) > MOST_SHARES:
        # Of many the first ones are written out, and the last.
        shown = (*received[:FIRST_SHARES], received[-1])
        count = len(received) - len(shown)
        left_out = (line((f"{context.chars.ellipsis} and {count} more shares", Style.DIM)),)

    def arranged(blocks: list[Lines], total: Lines) -> list[Lines]:
        return [*blocks[:-1], left_out, blocks[-1], total]

    heads = (line((origin(context, c), Style.BACKWARD)) for c in shown)
    told = (contribution_lines(context, c, width, brief=True) for c in shown)
    whole: list[Lines] = [(head, *lines) for head, lines in zip(heads, told, strict=True)]
    total = _sum(context, received, width)
    yield arranged(whole, total)
    if all(c.local is not None and (not c.local.ndim or context.graph.by_rows) for c in shown):
        # Each is a product of numbers, one for each example at most.
        for named in (True, False):
            short = [_in_short(context, c, width, names_local=named) for c in shown]
            yield arranged(short, total)
    elif context.trace.gradients[context.step.node].ndim:
        if context.look.cell is None:
            for rows in (MAX_ROWS, 4, 3):
                numbers = [_of_arrays(context, c, width, rows) for c in shown]
                yield arranged(numbers, _array_sum(context, width, rows))
        shares = [_of_arrays(context, c, width) for c in shown]
        for rows in (MAX_ROWS, 4, 3, 0):
            yield arranged(shares, _sum_of_arrays(context, received, width, rows))


def _in_short(context: Context, c: Contribution, width: int, *, names_local: bool) -> Lines:
    """Return one of many shares: the product in symbols and in numbers, and its local gradient."""
    symbols, numbers, sign, shown = product_of(context, c)
    if not numbers:
        over = sum_sign(context)
        symbols = f"{over} {'over examples ' if names_local else ''}of {symbols}"
    factors = f"  = {numbers}" if numbers else " "
    product: Lines = (line(f"{factors} {sign} ", (shown, Style.CURRENT)),)
    if width_of(product[0]) > width:
        product = (line(factors), line(f"  {sign} ", (shown, Style.CURRENT)))
    context = replace(context, upstream=(c.consumer, c.upstream))
    local = local_formula(context, c, width) if names_local else ()
    return (*wrapped_formula(f"{origin(context, c)}: ", symbols, width), *product, *local)


def _of_arrays(context: Context, c: Contribution, width: int, rows: int = 0) -> Lines:
    """Return one of many shares that are arrays: its rule, so many rows of it, and the opened
    cell's number."""
    within = replace(context, upstream=(c.consumer, c.upstream))
    rule = within.writer().write(c.rule)
    lines = wrapped_formula(f"{origin(context, c)}: ", rule, width)
    cell = context.look.cell
    if cell is None:
        return (*lines, *array_lines(context, c.value, width, max_rows=rows)) if rows else lines
    sign, shown = context.equal(float(c.value[cell]))
    return (*lines, line(f"  {cell_name('share', cell)} {sign} ", (shown, Style.CURRENT)))


def _sum_of_arrays(
    context: Context, received: tuple[Contribution, ...], width: int, rows: int
) -> Lines:
    """Return the sum of shares that are arrays: so many rows of it, and the opened cell's sum."""
    node, cell = context.step.node, context.look.cell
    called, total = context.gradient_name(node), context.trace.gradients[node]
    if cell is None:
        told = with_keys("`c` opens a cell of each share", context.moment)
        where = line((f"{context.chars.ellipsis} {told}", Style.DIM))
        return (where, *_array_sum(context, width, rows))
    matrix = array_lines(context, total, width, max_rows=rows, is_result=True) if rows else ()
    shares = [float(c.value[cell]) for c in received]
    added = _added_up(context, cell_name(called, cell), shares, float(total[cell]), width)
    return (*matrix, *added)


def _array_sum(context: Context, width: int, rows: int) -> Lines:
    node = context.step.node
    total = line(f"{context.gradient_name(node)} = their sum")
    value = context.trace.gradients[node]
    cells = array_lines(context, value, width, max_rows=rows, is_result=True) if rows else ()
    return (total, *cells)


def _beginning(context: Context, width: int) -> Lines:
    node = context.name(context.step.node)
    start = line(f"{context.gradient_name(context.step.node)} = ", ("1", Style.CURRENT))
    why = f"The pass begins here: {node} changes exactly as fast as itself."
    return (start, (), *wrapped(why, width, Style.DIM))


def _added(names: list[str]) -> Expr:
    parts: list[Expr] = [Name(name) for name in names]
    return reduce(lambda one, other: Apply("add", (one, other)), parts)


def _sum(context: Context, received: tuple[Contribution, ...], width: int) -> Lines:
    """Return the sum over the uses of a node."""
    node = context.step.node
    called = context.gradient_name(node)
    total = context.trace.gradients[node]
    title = line((f"sum of the {len(received)} shares", Style.BACKWARD))
    if total.ndim:
        return (title, line(f"{called} ="), *array_lines(context, total, width, is_result=True))
    shares = [float(c.value) for c in received]
    return (title, *_added_up(context, called, shares, float(total), width))


def _added_up(
    context: Context, called: str, shares: list[float], total: float, width: int
) -> Lines:
    """Return numbers as a sum with its result, the middle ones in one where they are many."""
    values = {f"use{i}": share for i, share in enumerate(shares)}
    if len(shares) <= MOST_SHARES:
        expr = _added(list(values))
        sign = relation(expr, values, total, context)
    else:
        # The whole sum as a formula would be too deep to be worked out.
        expr = _added([*list(values)[:FIRST_SHARES], ELLIPSIS, list(values)[-1]])
        read = sum(read_back(value, context.look.digits) for value in values.values())
        sign = relation(Name("sum"), {"sum": read}, total, context)
    body = numbers_writer(context, values).write(expr)
    sign, shown = context.equal(total, sign)
    return (
        *wrapped_formula(f"{called} = ", body, width),
        line(" " * len(called), f" {sign} ", (shown, Style.CURRENT)),
    )


def mistake_lines(context: Context, width: int) -> Lines:
    """Return the right gradient of a backward step, and what two common slips would give."""
    node = context.step.node
    received = context.trace.contributions[node]
    replaced, early = overwritten(context.trace, node), too_early(received)
    if replaced is None:
        return ()
    blocks = [
        _block(context, "all shares added", context.trace.gradients[node], "", width),
        _block(context, "with = in place of +=", replaced, _share_left(context, received), width),
    ]
    if early is not None:
        first = context.name(received[0].consumer)
        why = f"only the share from {first} is there by then"
        blocks.append(_block(context, f"visited right after {first}", early, why, width))
    elif len(received) > 1:
        one = context.name(received[0].consumer)
        why = f"Too early it cannot be visited: {one} delivers all its shares at once."
        blocks.append(wrapped(why, width, Style.DIM))
    return fitting([blocks], context.room)


def _block(context: Context, title: str, value: Array, why: str, width: int) -> Lines:
    called = context.gradient_name(context.step.node)
    head = line((title, Style.BACKWARD))
    reason = wrapped(why, width, Style.DIM) if why else ()
    style = Style.TEXT if why else Style.CURRENT
    if value.size == 1:
        sign, shown = context.equal(float(value.reshape(())))
        return (head, line(f"{called} {sign} ", (shown, style)), *reason)
    # The wrong sums are read beside the right one.
    right = context.trace.gradients[context.step.node]
    cells = array_lines(context, value, width, max_rows=3, like=right)
    return (head, line(f"{called} ="), *cells, *reason)


def _share_left(context: Context, received: tuple[Contribution, ...]) -> str:
    """Return which share survives when each replaces the one before."""
    if len(received) == 1:
        return "only the share of the last example is left"
    last = received[-1]
    of_same = [c for c in received if c.consumer == last.consumer]
    which = f", use {last.occurrence + 1}," if len(of_same) > 1 else ""
    return f"only the share from {context.name(last.consumer)}{which} is left"
