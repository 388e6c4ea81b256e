"""The node panel on the way back: each arriving edge as upstream × local, and their sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gdtutor.engine.expression import Apply, Expr, Name, Number
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.places import places_of
from gdtutor.engine.trace import Contribution
from gdtutor.view.arrays import array_lines, fit_lines, result_lines
from gdtutor.view.cells import ELLIPSIS
from gdtutor.view.context import Context
from gdtutor.view.equation import numbers_writer, relation
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import fitting, line, stacked, width_of, wrapped, wrapped_formula
from gdtutor.view.matrix import MAX_ROWS
from gdtutor.view.notation import read_back

MOST_SHARES = 5
"""Shares of a gradient that are all written out, so that their sum still shows at 80×24."""
FIRST_SHARES = 3
"""Of more shares than that, so many first ones are written out, and the last."""
_ROWS = ((MAX_ROWS, 4), (4, 4), (4, 3), (3, 3))
"""Rows of a gradient, and of its upstream and local gradients, the most first."""


def backward_lines(context: Context, width: int) -> tuple[Line, ...]:
    """Return a backward step: the contribution of each arriving edge, and their sum."""
    received = context.trace.contributions[context.step.node]
    if not received:
        return _beginning(context, width)
    if len(received) == 1:
        return _contribution(context, received[0], width)
    shown, left_out = _ends(received), _left_out(context, received)
    total = _sum(context, received, width)

    def arranged(blocks: list[tuple[Line, ...]]) -> list[tuple[Line, ...]]:
        return [*blocks[:-1], left_out, blocks[-1], total]

    whole = [
        (line((_from(context, c), Style.BACKWARD)), *_contribution(context, c, width, brief=True))
        for c in shown
    ]
    arrangements = [arranged(whole)]
    if all(_is_of_examples(context, c) for c in shown):
        arrangements += [
            arranged([_in_short(context, c, width, names_local=named) for c in shown])
            for named in (True, False)
        ]
    return fitting(arrangements, context.room)


def _ends(received: tuple[Contribution, ...]) -> tuple[Contribution, ...]:
    """Return the shares that are written out: of many the first ones and the last."""
    if len(received) <= MOST_SHARES:
        return received
    return (*received[:FIRST_SHARES], received[-1])


def _left_out(context: Context, received: tuple[Contribution, ...]) -> tuple[Line, ...]:
    count = len(received) - len(_ends(received))
    ellipsis = "…" if context.chars.unicode else "..."
    return (line((f"{ellipsis} and {count} more shares", Style.DIM)),) if count else ()


def _is_of_examples(context: Context, c: Contribution) -> bool:
    """Say whether a contribution is a product of numbers, one for each example at most."""
    return c.local is not None and (c.local.ndim == 0 or context.graph.by_rows)


def _in_short(
    context: Context, c: Contribution, width: int, *, names_local: bool
) -> tuple[Line, ...]:
    """Return one of many shares: the product in symbols and in numbers, and its local gradient."""
    if c.local is None:
        return ()
    times, at = _times(context), context.followed
    symbols = f"{context.gradient_name(c.consumer)}{times}{_partial(context, c)}"
    product: tuple[Line, ...]
    if c.sums and c.local.ndim:
        over = "Σ" if context.chars.unicode else "sum"
        symbols = f"{over} {'over examples ' if names_local else ''}of {symbols}"
        product = (line("  = ", (context.number(float(c.value)), Style.CURRENT)),)
    else:
        values = {"upstream": at(c.upstream), "local": at(c.local)}
        numbers = numbers_writer(context, values).leaf
        formula = Apply("mul", (Name("upstream"), Name("local")))
        sign = relation(formula, values, at(c.value), context)
        factors = f"  = {numbers('upstream')}{times}{numbers('local')}"
        shown = context.number(at(c.value))
        product = (line(f"{factors} {sign} ", (shown, Style.CURRENT)),)
        if width_of(product[0]) > width:
            product = (line(factors), line(f"  {sign} ", (shown, Style.CURRENT)))
    context = replace(context, upstream=(c.consumer, c.upstream))
    local = _local_formula(context, c, width) if names_local else ()
    return (*wrapped_formula(f"{_from(context, c)}: ", symbols, width), *product, *local)


def _beginning(context: Context, width: int) -> tuple[Line, ...]:
    node = context.name(context.step.node)
    start = line(f"{context.gradient_name(context.step.node)} = ", ("1", Style.CURRENT))
    why = f"The pass begins here: {node} changes exactly as fast as itself."
    return (start, (), *wrapped(why, width, Style.DIM))


def _from(context: Context, c: Contribution) -> str:
    """Return `from z`, and which use of the name where the consumer has several."""
    edges = places_of(context.trace).operands(c.consumer)
    uses = sum(1 for edge in edges if edge.source == c.edge.source)
    which = f", use {c.occurrence + 1} of {uses}" if uses > 1 else ""
    return f"from {context.name(c.consumer)}{which}"


def _start(context: Context, c: Contribution) -> str:
    """Return why the upstream gradient is 1 where the consumer is the root, else nothing."""
    is_root = c.consumer == context.root
    return f"the pass begins at {context.name(c.consumer)}" if is_root else ""


def _contribution(
    context: Context, c: Contribution, width: int, *, brief: bool = False
) -> tuple[Line, ...]:
    context = replace(context, upstream=(c.consumer, c.upstream))
    if c.local is not None and c.local.ndim == 0:
        return _of_numbers(context, c, width, brief=brief)
    if c.local is not None and context.graph.by_rows:
        return _of_rows(context, c, width, brief=brief)
    return _of_arrays(context, c, width, brief=brief)


def _of_numbers(context: Context, c: Contribution, width: int, *, brief: bool) -> tuple[Line, ...]:
    upstream = float(c.upstream)
    local = float(c.local) if c.local is not None else 0.0
    called = _called(context, brief)
    lines = _product(context, c, called, upstream, local, float(c.value), width)
    if brief:
        partial = _partial(context, c)
        return (*lines, *_local(context, partial, c, local, width, reason=False))
    return stacked([lines, _factors(context, c, upstream, local, width)])


def _of_rows(context: Context, c: Contribution, width: int, *, brief: bool) -> tuple[Line, ...]:
    """Return a contribution in a scalar lesson over a batch: one example, then the rows."""
    if c.local is None:
        return ()
    at = context.followed
    upstream, local = at(c.upstream), at(c.local)
    head: tuple[Line, ...]
    if not c.sums:
        head = _product(context, c, _called(context, brief), upstream, local, at(c.value), width)
        if brief:
            return head
        rows = array_lines(context, c.value, width)
        return stacked([head, _factors(context, c, upstream, local, width), rows])
    called, partial = _called(context, brief), _partial(context, c)
    over = "Σ" if context.chars.unicode else "sum"
    product = f"{context.gradient_name(c.consumer)}{_times(context)}{partial}"
    shown = context.number(float(c.value))
    head = (
        *wrapped_formula(f"{called} = ", f"{over} over examples of {product}", width),
        line(" " * len(called), " = ", (shown, Style.CURRENT)),
    )
    if brief:
        return head
    rows = (
        line(("upstream ", Style.DIM), context.gradient_name(c.consumer)),
        *array_lines(context, c.upstream, width),
        *_local(context, partial, c, None, width, reason=False),
        *array_lines(context, c.local, width),
        line(("their products add up to ", Style.DIM), shown),
        *array_lines(context, c.upstream * c.local, width),
    )
    return stacked([head, rows])


def _of_arrays(context: Context, c: Contribution, width: int, *, brief: bool) -> tuple[Line, ...]:
    node = context.step.node
    called = _called(context, brief)
    of = f", the shape of {context.name(node)}"
    if c.value.ndim == 0:
        of = ""
    formula = (
        *wrapped_formula(f"{called} = ", context.writer().write(c.rule), width),
        *fit_lines(context, c.rule, c.value.shape, width, of),
    )
    room = context.room - len(formula) - 1
    if brief or context.look.cell is not None:
        return stacked([formula, result_lines(context, called, c.rule, c.value, width, room)])

    def arrangements() -> Iterator[tuple[tuple[Line, ...], ...]]:
        for rows, less in _ROWS:
            if c.value.ndim:
                result = array_lines(context, c.value, width, max_rows=rows, is_result=True)
            else:
                result = result_lines(context, called, c.rule, c.value, width, room)
            for counts in (True, False):
                upstream = _upstream_array(context, c, width, less, counts)
                yield formula, result, upstream, _local_array(context, c, width, less, counts)
        yield formula, result, upstream, _local_named(context, c, width)

    return fitting(arrangements(), context.room)


def _upstream_array(
    context: Context, c: Contribution, width: int, rows: int, counts: bool
) -> tuple[Line, ...]:
    called = context.gradient_name(c.consumer)
    origin = _start(context, c) or _from(context, c)
    head = line(("upstream ", Style.DIM), called, (f"  {origin}", Style.DIM))
    return (head, *array_lines(context, c.upstream, width, max_rows=rows, counts=counts))


def _local_array(
    context: Context, c: Contribution, width: int, rows: int, counts: bool
) -> tuple[Line, ...]:
    head = _local_formula(context, c, width)
    if not head or c.local is None:
        return ()
    return (*head, *array_lines(context, c.local, width, max_rows=rows, counts=counts))


def _local_named(context: Context, c: Contribution, width: int) -> tuple[Line, ...]:
    """Return the local gradient of an array without its numbers, and where they are."""
    head = _local_formula(context, c, width)
    ellipsis = "…" if context.chars.unicode else "..."
    where = wrapped(f"{ellipsis} c opens a cell, with its numbers", width, Style.DIM)
    return (*head, *where) if head else ()


def _local_formula(context: Context, c: Contribution, width: int) -> tuple[Line, ...]:
    if c.local is None or c.local_formula is None or isinstance(c.local_formula, Number):
        return ()
    written = context.writer().write(c.local_formula)
    return wrapped_formula("local ", f"{_partial(context, c)} = {written}", width)


def _times(context: Context) -> str:
    return " × " if context.chars.unicode else " * "


def _partial(context: Context, c: Contribution) -> str:
    return context.partial(c.consumer, context.step.node)


def _called(context: Context, brief: bool) -> str:
    """Return the name of a contribution: the gradient's own, or that of one share of it."""
    return "share" if brief else context.gradient_name(context.step.node)


def _product(
    context: Context,
    c: Contribution,
    called: str,
    upstream: float,
    local: float,
    result: float,
    width: int,
) -> tuple[Line, ...]:
    """Return `∂L/∂b = ∂L/∂z × ∂z/∂b`, the same with numbers, and the product.

    Where the consumer is the root, the local gradient has the name of the gradient itself: the
    factors are called by what they are, so that nothing seems to be defined by itself.
    """
    times = _times(context)
    values = {"upstream": upstream, "local": local}
    numbers = numbers_writer(context, values).leaf
    formula = Apply("mul", (Name("upstream"), Name("local")))
    sign = relation(formula, values, result, context)
    factors = context.gradient_name(c.consumer), _partial(context, c)
    symbols = times.join(("upstream", "local") if called in factors else factors)
    indent = " " * len(called)
    return (
        *wrapped_formula(f"{called} = ", symbols, width),
        line(f"{indent} = ", f"{numbers('upstream')}{times}{numbers('local')}"),
        line(f"{indent} {sign} ", (context.number(result), Style.CURRENT)),
    )


def _factors(
    context: Context, c: Contribution, upstream: float, local: float, width: int
) -> tuple[Line, ...]:
    named = f"{context.gradient_name(c.consumer)} = {context.number(upstream)}"
    start = _start(context, c)
    heads: tuple[Line, ...] = (
        line(("upstream  ", Style.DIM), named, (f"   {start or _from(context, c)}", Style.DIM)),
    )
    if width_of(heads[0]) > width:
        heads = (line(("upstream  ", Style.DIM), named), *wrapped(start, width, Style.DIM))
    return (*heads, *_local(context, _partial(context, c), c, local, width, reason=True))


def _local(
    context: Context,
    partial: str,
    c: Contribution,
    local: float | None,
    width: int,
    *,
    reason: bool,
) -> tuple[Line, ...]:
    """Return the local gradient: its formula, its number, and why it is so."""
    formula = "" if c.local_formula is None else context.writer().write(c.local_formula)
    shown = "" if local is None else context.number(local)
    body = " = ".join(dict.fromkeys(text for text in (partial, formula, shown) if text))
    head = wrapped_formula("local     ", body, width)
    why = because(context, c) if reason else ""
    if not why:
        return head
    if len(head) == 1 and width_of(head[0]) + 3 + len(why) <= width:
        return ((*head[0], *line((f"   {why}", Style.DIM))),)
    return (*head, *wrapped(why, width, Style.DIM))


def because(context: Context, c: Contribution) -> str:
    """Return why a local gradient is what it is, in words, where one operation explains it."""
    index, position = c.edge.path[-1]
    node = context.graph.nodes[index]
    signs = ("add", "sub", "neg")
    between = [context.graph.nodes[i].op for i, _ in c.edge.path[:-1]]
    if any(op not in signs for op in between) or (
        between and node.op in signs and "sub" in between
    ):
        return ""
    written = [context.writer().write(_written(context, arg)) for arg in node.args]
    names = dict(zip("ab", written, strict=False))
    return OPERATIONS[node.op].because[position].format(**({"a": "", "b": ""} | names))


def _written(context: Context, arg: Name | Number) -> Expr:
    """Return an operand; inner nodes that do not show are written out."""
    shown = places_of(context.trace).visible
    if isinstance(arg, Number) or arg.name in shown or arg.name not in context.graph.node_by_name:
        return arg
    node = context.graph.nodes[context.graph.node_by_name[arg.name]]
    return Apply(node.op, tuple(_written(context, part) for part in node.args), node.axis)


def _added(names: list[str]) -> Expr:
    expr: Expr = Name(names[0])
    for name in names[1:]:
        expr = Apply("add", (expr, Name(name)))
    return expr


def _sum(context: Context, received: tuple[Contribution, ...], width: int) -> tuple[Line, ...]:
    """Return the sum over the uses of a node."""
    node = context.step.node
    called = context.gradient_name(node)
    total = context.trace.gradients[node]
    title = line((f"sum of the {len(received)} shares", Style.BACKWARD))
    if total.ndim:
        return (title, line(f"{called} ="), *array_lines(context, total, width, is_result=True))
    values = {f"use{i}": float(c.value) for i, c in enumerate(received)}
    if len(received) <= MOST_SHARES:
        expr = _added(list(values))
        sign = relation(expr, values, float(total), context)
    else:
        # The whole sum as a formula would be too deep to be worked out.
        expr = _added([*list(values)[:FIRST_SHARES], ELLIPSIS, list(values)[-1]])
        read = sum(read_back(value, context.look.digits) for value in values.values())
        sign = relation(Name("sum"), {"sum": read}, float(total), context)
    body = numbers_writer(context, values).write(expr)
    return (
        title,
        *wrapped_formula(f"{called} = ", body, width),
        line(" " * len(called), f" {sign} ", (context.number(float(total)), Style.CURRENT)),
    )
