"""One iteration's every value and gradient, recorded: the screen is a cursor on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache, reduce

import numpy as np

from gdtutor.engine.batch_axis import Axes, batch_axes
from gdtutor.engine.expression import Expr, names_in
from gdtutor.engine.graph import Edge, Graph, Visible, depending_on
from gdtutor.engine.local import UPSTREAM, EdgeRule, edge_rule
from gdtutor.engine.operations import OPERATIONS, Array, Arrays, apply, evaluate, sum_to
from gdtutor.engine.shapes import Shape, Shapes, infer_shapes
from gdtutor.values import Found, Struct

_TINY = 1e-150
"""A gradient smaller than that, or larger than 1 over it, is looked at in other orders."""


class Contribution(Struct, frozen=True, eq=False):
    """What one use of a node sends back to it."""

    edge: Edge
    """The use: a source in the formula of its consumer."""
    upstream: Array
    """Gradient of the root with respect to the consumer; the consumer's shape."""
    local_formula: Expr | None
    """Local gradient of the consumer at this occurrence; None where only a rule exists."""
    local: Array | None
    """Its value, broadcast to the consumer's shape."""
    rule: Expr
    """The contribution as a formula over the upstream gradient, as it is shown: the inner results
    of a folded line are written out."""
    computed: Expr
    """The same over the inner results as the forward pass left them, as it is computed."""
    sums: bool
    """Whether it is summed over the axes along which the node was broadcast."""
    value: Array
    """The contribution; the node's shape."""

    @property
    def consumer(self) -> str:
        """The node that uses it."""
        return self.edge.target

    @property
    def occurrence(self) -> int:
        """Which of the consumer's uses, from 0."""
        return self.edge.occurrence


class Trace(Struct, frozen=True, eq=False):
    """Every value, gradient and contribution of one iteration. Arrays are read-only."""

    graph: Graph
    visible: tuple[Visible, ...]
    """The nodes of the walk at this folding, in order."""
    shapes: Shapes
    axes: Mapping[str, Axes]
    """Which axes of every value run over the examples of the batch; a gradient has its node's."""
    values: Arrays
    """Of every leaf and every elementary node."""
    backward_order: tuple[str, ...]
    """The nodes and parameters that get a backward step, in order."""
    gradients: Arrays
    """Gradient of the root with respect to each of them."""
    contributions: Mapping[str, tuple[Contribution, ...]]
    """What each of them receives, in order of arrival; none at the root."""
    settled: frozenset[str] = frozenset()
    """The names whose gradient is the one of folded lines: on their way written out a number leaves
    the range of float64, or the other way round."""


_Way = tuple[dict[str, Array], dict[str, tuple[Contribution, ...]]]
"""Gradients, and what each name receives."""


def forward(graph: Graph, given: Arrays, wanted: Iterable[str] | None = None) -> dict[str, Array]:
    """Return the value of every leaf and elementary node, finite or not; where some are wanted,
    of these and what they are computed from, but for what is given."""
    values = {name: frozen(value) for name, value in given.items()}
    nodes = graph.nodes if wanted is None else graph.nodes_behind(wanted, given)
    with np.errstate(all="ignore"):
        for node in nodes:
            args = tuple(evaluate(arg, values) for arg in node.args)
            value = apply(OPERATIONS[node.op], args, node.attribute)
            if value.base is None and value.flags.c_contiguous:
                value.flags.writeable = False  # fresh, so that nobody else has it: no copy
            values[node.name] = frozen(value)
    return values


def frozen(value: Array | float) -> Array:
    """Return a read-only float64 copy, or the array itself where it is read-only already."""
    array = np.asarray(value, dtype=np.float64)
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.flags.writeable = False
    return array


def trace(
    graph: Graph,
    given: Arrays,
    *,
    wanted: Iterable[str] | None = None,
    unfolded: Set[str] = frozenset(),
    backward: bool = True,
) -> Trace:
    """Record one iteration.

    Args:
        graph: The graph.
        given: The value of every leaf.
        wanted: The leaves that get a backward step; the parameters where not said.
        unfolded: Names of the lines that show their elementary operations.
        backward: Whether to go backward; only where the root is one number.

    Raises:
        ShapeError: Where the given shapes do not fit the graph.
    """
    shapes = infer_shapes(graph, {name: np.shape(value) for name, value in given.items()})
    visible = graph.visible(unfolded)
    values = forward(graph, given)
    leaves = tuple(graph.parameters if wanted is None else wanted)
    order: tuple[str, ...] = ()
    if backward and int(np.prod(shapes[graph.root])) == 1:
        order = backward_order(visible, graph.root, leaves)
    back = _Back(graph, shapes, values)

    @cache
    def way() -> _Way:
        found = back.through(visible, order)
        if unfolded and any(_is_extreme(gradient) for gradient in found[0].values()):
            folded = graph.visible(frozenset())
            known, _ = back.through(folded, backward_order(folded, graph.root, leaves))
            found = back.through(visible, order, known)
        return found

    # The first page shows no gradient, and to find them takes as long as to read the lesson.
    names = dict.fromkeys(order)
    gradients = Found(names, lambda name: way()[0][name])
    contributions = Found(names, lambda name: way()[1][name])
    settled = frozenset(back.settled) if unfolded and way() else frozenset[str]()
    axes = batch_axes(graph, shapes)
    return Trace(graph, visible, shapes, axes, values, order, gradients, contributions, settled)


class _Back:
    """The way back through a graph.

    A line whose operations are written out multiplies one after the other what a folded line
    multiplies in another order. Where numbers are huge or tiny, one order may overflow and another
    not; then what a name of the lesson gets is what the folded lines give it.
    """

    def __init__(self, graph: Graph, shapes: Shapes, values: Arrays) -> None:
        self._graph, self._shapes, self._values = graph, shapes, values
        self.settled: set[str] = set()

    def through(
        self, visible: tuple[Visible, ...], order: tuple[str, ...], known: Arrays | None = None
    ) -> _Way:
        """Return the gradients in an order, and what each name receives.

        Args:
            visible: The nodes of the walk.
            order: That of the backward steps.
            known: The gradients of folded lines, to be taken where they differ in what is finite.
        """
        gradients: dict[str, Array] = {}
        contributions: dict[str, tuple[Contribution, ...]] = {}
        arriving = _arriving(visible, set(order))
        with np.errstate(all="ignore"):
            for name in order:
                received = tuple(
                    self._contribution(user, edge, gradients)
                    for user, edge in arriving.get(name, ())
                )
                total = frozen(total_of(received, self._shapes[name]))
                other = total if known is None else known.get(name, total)
                if other is not total and not _is_same_kind(total, other):
                    self.settled.add(name)
                    total = other
                contributions[name], gradients[name] = received, total
        return gradients, contributions

    def _contribution(self, user: Visible, edge: Edge, gradients: Arrays) -> Contribution:
        # A result that is computed a second time may differ in its last bit, and a comparison with
        # it, as of the largest cell with all cells, comes out wrong.
        graph, shapes, values = self._graph, self._shapes, self._values
        rule = edge_rule(graph, edge, shapes, expand=False)
        upstream, source = gradients[user.name], values[edge.source]
        local = None
        if rule.local is not None:
            width = source.shape if upstream.ndim < source.ndim else upstream.shape
            local = frozen(_as_wide(evaluate(rule.local, values), width))
            value = sum_to(upstream * local, source)
        else:
            value = share_of(rule.rule, upstream, values, source.shape)
        hides = user.folded and _names_inner(graph, rule)
        shown = edge_rule(graph, edge, shapes) if hides else rule
        return Contribution(
            edge, upstream, shown.local, local, shown.rule, rule.rule, rule.sums, frozen(value)
        )


def _is_extreme(gradient: Array) -> bool:
    """Say whether products of other gradients like this may leave the range of float64."""
    sizes = np.abs(gradient)
    is_plain = (sizes < 1 / _TINY) & ((sizes > _TINY) | (sizes == 0))
    return not is_plain.all()


def _is_same_kind(one: Array, other: Array) -> bool:
    """Say whether two arrays agree in which cells are finite, and in the others."""
    are_finite = np.isfinite(one) & np.isfinite(other)
    return bool(np.all(are_finite | (one == other) | (np.isnan(one) & np.isnan(other))))


def backward_order(
    visible: tuple[Visible, ...], root: str, wanted: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the order of the backward steps.

    Nodes in reverse; after a node come the wanted leaves for which it is the last to deliver, in
    the order in which they are written there.
    """
    leaves = set(wanted)
    useful = _leading_to(visible, root) & depending_on(visible, leaves)
    if root not in useful:
        return ()
    first_use: dict[str, str] = {}
    for node in visible:
        if node.name in useful:
            for edge in node.edges:
                if edge.source in leaves:
                    first_use.setdefault(edge.source, node.name)
    order: list[str] = []
    for node in (one for one in reversed(visible) if one.name in useful):
        order.append(node.name)
        sources = dict.fromkeys(edge.source for edge in node.edges)
        order.extend(source for source in sources if first_use.get(source) == node.name)
    return tuple(order)


def _leading_to(visible: tuple[Visible, ...], root: str) -> set[str]:
    reached = {root}
    for node in reversed(visible):
        if node.name in reached:
            reached.update(edge.source for edge in node.edges)
    return reached


def _arriving(
    visible: tuple[Visible, ...], stepped: set[str]
) -> dict[str, list[tuple[Visible, Edge]]]:
    arriving: dict[str, list[tuple[Visible, Edge]]] = {}
    for node in reversed(visible):
        if node.name in stepped:
            for edge in node.edges:
                if edge.source in stepped:
                    arriving.setdefault(edge.source, []).append((node, edge))
    return arriving


def share_of(computed: Expr, upstream: Array, values: Arrays, shape: Shape) -> Array:
    """Return what a rule over the trace's values makes of an upstream gradient."""
    found = evaluate(computed, {**values, UPSTREAM: upstream})
    return _as_wide(found, shape)


def _as_wide(value: Array, shape: Shape) -> Array:
    return value if value.shape == shape else np.broadcast_to(value, shape)


def _names_inner(graph: Graph, rule: EdgeRule) -> bool:
    """Say whether a rule names results that a folded line does not show."""
    return any(
        use.name in graph.node_by_name and use.name not in graph.line_by_name
        for use in names_in(rule.rule)
    )


def total_of(received: Sequence[Contribution], shape: Shape) -> Array:
    """Return the sum of contributions, in order of arrival; ones where there are none."""
    if not received:
        return np.ones(shape)
    return np.asarray(reduce(np.add, [contribution.value for contribution in received]))
