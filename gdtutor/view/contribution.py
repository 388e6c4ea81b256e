"""One arriving edge on the way back: its upstream gradient, its local gradient, their product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gdtutor.engine.expression import Apply, Expr, Name, Number
from gdtutor.engine.operations import OPERANDS, OPERATIONS, Array
from gdtutor.engine.places import places_of
from gdtutor.engine.trace import Contribution
from gdtutor.session.navigation import with_keys
from gdtutor.values import replace
from gdtutor.view.arrays import Computed, array_lines, fit_lines, result_lines
from gdtutor.view.context import Context
from gdtutor.view.equation import numbers_writer, relation
from gdtutor.view.frame import Lines, Style
from gdtutor.view.lines import fitting, line, stacked, width_of, wrapped, wrapped_formula
from gdtutor.view.matrix import MAX_ROWS

_ROWS = ((MAX_ROWS, 4), (4, 4), (4, 3), (3, 3))
"""Rows of a gradient, and of its upstream and local gradients, the most first."""


def origin(context: Context, c: Contribution) -> str:
    """Return `from z`, and which use of the name where the consumer has several."""
    uses = _uses(context, c)
    which = f", use {c.occurrence + 1} of {uses}" if uses > 1 else ""
    return f"from {context.name(c.consumer)}{which}"


def _uses(context: Context, c: Contribution) -> int:
    """Return how often the consumer names what the contribution arrives at."""
    edges = places_of(context.trace).operands(c.consumer)
    return sum(edge.source == c.edge.source for edge in edges)


def _start(context: Context, c: Contribution) -> str:
    """Return why the upstream gradient is 1 where the consumer is the root, else nothing."""
    is_root = c.consumer == context.root
    return f"the pass begins at {context.name(c.consumer)}" if is_root else ""


def contribution_lines(
    context: Context, c: Contribution, width: int, *, brief: bool = False
) -> Lines:
    """Return what arrives from one use: upstream gradient, local gradient, and their product.

    Args:
        context: The step.
        c: The contribution.
        width: Cells of a line.
        brief: Whether it is one share of several, so that its factors are left out.
    """
    context = replace(context, upstream=(c.consumer, c.upstream))
    if c.local is not None and c.local.ndim == 0:
        return _of_numbers(context, c, width, brief=brief)
    if c.local is not None and context.graph.by_rows:
        return _of_rows(context, c, c.local, width, brief=brief)
    return _of_arrays(context, c, width, brief=brief)


def _of_numbers(context: Context, c: Contribution, width: int, *, brief: bool) -> Lines:
    lines = _product(context, c, _called(context, brief), width)
    if brief:
        return (*lines, *_local(context, c, width, reason=False))
    return stacked([lines, _factors(context, c, width)])


def _of_rows(context: Context, c: Contribution, local: Array, width: int, *, brief: bool) -> Lines:
    """Return a contribution in a scalar lesson over a batch: one example, then the rows."""
    head: Lines
    if not c.sums:
        head = _product(context, c, _called(context, brief), width)
        if brief:
            return head
        return stacked([head, _factors(context, c, width), array_lines(context, c.value, width)])
    called, product = _called(context, brief), product_of(context, c)
    symbols = f"{sum_sign(context)} over examples of {product.symbols}"
    head = (
        *wrapped_formula(f"{called} = ", symbols, width),
        line(" " * len(called), f" {product.sign} ", (product.result, Style.CURRENT)),
    )
    if brief:
        return head
    with np.errstate(all="ignore"):
        products = np.asarray(c.upstream * local)
    rows = (
        line(("upstream ", Style.DIM), context.gradient_name(c.consumer)),
        *array_lines(context, c.upstream, width, of=c.consumer),
        *_local(context, c, width, reason=False),
        *array_lines(context, local, width, of=c.consumer),
        line(("their products add up to ", Style.DIM), context.number(float(c.value))),
        *array_lines(context, products, width, of=c.consumer),
    )
    return stacked([head, rows])


def _of_arrays(context: Context, c: Contribution, width: int, *, brief: bool) -> Lines:
    node = context.step.node
    called = _called(context, brief)
    of = "" if c.value.ndim == 0 else f", the shape of {context.name(node)}"
    computed = Computed(called, c.rule, c.value)
    symbols = wrapped_formula(f"{called} = ", context.writer().write(c.rule), width)
    formula = (*symbols, *fit_lines(context, c.rule, c.value.shape, width, of))
    room = context.room - len(formula) - 1
    if brief or context.look.cell is not None:
        result = result_lines(context, computed, width, room)
        if brief:
            return stacked([formula, result])

        def with_cell() -> Iterator[tuple[Lines, ...]]:
            yield formula, result
            # The cell's own sum says more than why the shapes fit, where both have no room.
            yield symbols, result_lines(context, computed, width, context.room - len(symbols))

        return fitting(with_cell(), context.room)

    def arrangements() -> Iterator[tuple[Lines, ...]]:
        for rows, less in _ROWS:
            if c.value.ndim:
                result = array_lines(context, c.value, width, max_rows=rows, is_result=True)
            else:
                result = result_lines(context, computed, width, room)
            for counts in (True, False):
                upstream = _upstream_array(context, c, width, less, counts)
                yield formula, result, upstream, _local_array(context, c, width, less, counts)
        yield formula, result, upstream, _local_named(context, c, width)

    return fitting(arrangements(), context.room)


def _upstream_array(
    context: Context, c: Contribution, width: int, rows: int, counts: bool
) -> Lines:
    called = context.gradient_name(c.consumer)
    whence = _start(context, c) or origin(context, c)
    head = line(("upstream ", Style.DIM), called, (f"  {whence}", Style.DIM))
    cells = array_lines(context, c.upstream, width, max_rows=rows, counts=counts, of=c.consumer)
    return (head, *cells)


def _local_array(context: Context, c: Contribution, width: int, rows: int, counts: bool) -> Lines:
    head = local_formula(context, c, width)
    if not head or c.local is None:
        return ()
    of = c.consumer if c.local.shape == c.upstream.shape else context.step.node
    return (*head, *array_lines(context, c.local, width, max_rows=rows, counts=counts, of=of))


def _local_named(context: Context, c: Contribution, width: int) -> Lines:
    """Return the local gradient of an array without its numbers, and where they are."""
    head = local_formula(context, c, width)
    told = with_keys("`c` opens a cell, with its numbers", context.moment)
    text = f"{context.chars.ellipsis} {told}"
    return (*head, *wrapped(text, width, Style.DIM)) if head else ()


def local_formula(context: Context, c: Contribution, width: int) -> Lines:
    """Return the local gradient of an array in symbols; nothing where a rule stands for it."""
    if c.local is None or c.local_formula is None or isinstance(c.local_formula, Number):
        return ()
    written = context.writer().write(c.local_formula)
    return wrapped_formula("local ", _defined(context, c, written), width)


class Product(NamedTuple):
    """Upstream × local of one use."""

    symbols: str
    numbers: str
    """The same with the followed example's numbers; empty where those of all are summed."""
    sign: str
    """The sign before the result."""
    result: str


def product_of(context: Context, c: Contribution) -> Product:
    """Return what arrives from a use that has a local gradient, at the followed example."""
    symbols = f"{context.gradient_name(c.consumer)}{_times(context)}{partial_name(context, c)}"
    result, local = context.followed(c.value), _local_number(context, c)
    if local is None:
        return Product(symbols, "", *context.equal(result))
    values = {"upstream": context.followed(c.upstream), "local": local}
    numbers = _times(context).join(map(numbers_writer(context, values).leaf, values))
    sign = relation(Apply("mul", (Name("upstream"), Name("local"))), values, result, context)
    return Product(symbols, numbers, *context.equal(result, sign))


def _times(context: Context) -> str:
    return " × " if context.chars.unicode else " * "


def sum_sign(context: Context) -> str:
    """Return the sign of a sum over examples."""
    return "Σ" if context.chars.unicode else "sum"


def partial_name(context: Context, c: Contribution) -> str:
    """Return how the local gradient of a use is called: ∂s/∂a is that of all uses together."""
    is_one = _uses(context, c) == 1
    return context.partial(c.consumer, context.step.node) if is_one else "local"


def _defined(context: Context, c: Contribution, formula: str) -> str:
    """Return what the local gradient of a use is called, and its formula, which may be empty."""
    if _uses(context, c) > 1:
        return f"along this use: {formula}" if formula else "along this use"
    return " = ".join(text for text in (partial_name(context, c), formula) if text)


def _called(context: Context, brief: bool) -> str:
    """Return the name of a contribution: the gradient's own, or that of one share of it."""
    return "share" if brief else context.gradient_name(context.step.node)


def _product(context: Context, c: Contribution, called: str, width: int) -> Lines:
    """Return `∂L/∂b = ∂L/∂z × ∂z/∂b`, the same with the example's numbers, and the product.

    Where the consumer is the root, the local gradient has the name of the gradient itself: the
    factors are called by what they are, so that nothing seems to be defined by itself.
    """
    product, indent = product_of(context, c), " " * len(called)
    is_itself = called in (context.gradient_name(c.consumer), partial_name(context, c))
    symbols = f"upstream{_times(context)}local" if is_itself else product.symbols
    return (
        *wrapped_formula(f"{called} = ", symbols, width),
        line(f"{indent} = ", product.numbers),
        line(f"{indent} {product.sign} ", (product.result, Style.CURRENT)),
    )


def _factors(context: Context, c: Contribution, width: int) -> Lines:
    sign, upstream = context.equal(context.followed(c.upstream))
    named = f"{context.gradient_name(c.consumer)} {sign} {upstream}"
    start = _start(context, c)
    heads: Lines = (
        line(("upstream  ", Style.DIM), named, (f"   {start or origin(context, c)}", Style.DIM)),
    )
    if width_of(heads[0]) > width:
        heads = (line(("upstream  ", Style.DIM), named), *wrapped(start, width, Style.DIM))
    return (*heads, *_local(context, c, width, reason=True))


def _local_number(context: Context, c: Contribution) -> float | None:
    """Return the local gradient at the followed example; None where those of all are summed."""
    if c.local is None or (c.sums and c.local.ndim):
        return None
    return context.followed(c.local)


def _local(context: Context, c: Contribution, width: int, *, reason: bool) -> Lines:
    """Return the local gradient: its formula, its number, and why it is so."""
    formula = "" if c.local_formula is None else context.writer().write(c.local_formula)
    local = _local_number(context, c)
    body = _defined(context, c, formula)
    if local is not None and formula != context.number(local):
        body = " ".join((body, *context.equal(local)))
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
    names = dict(zip(OPERANDS, written, strict=False))
    return OPERATIONS[node.op].because[position].format(**(dict.fromkeys(OPERANDS, "") | names))


def _written(context: Context, arg: Name | Number) -> Expr:
    """Return an operand; inner nodes that do not show are written out."""
    shown = places_of(context.trace).visible
    if isinstance(arg, Number) or arg.name in shown or arg.name not in context.graph.node_by_name:
        return arg
    node = context.graph.nodes[context.graph.node_by_name[arg.name]]
    return Apply(node.op, tuple(_written(context, part) for part in node.args), node.attribute)
