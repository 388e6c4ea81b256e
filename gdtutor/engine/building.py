"""Lines become a graph: each is checked against those before it, and cut into its operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from gdtutor.engine.errors import GraphError, did_you_mean
from gdtutor.engine.expression import Apply, Expr, Name, Number, calls_in, names_in
from gdtutor.engine.graph import Edge, Graph, Leaf, Line, Node, a_role
from gdtutor.engine.operations import FUNCTIONS, OPERATIONS, Kind

NO_NAME = "define it on a line above, or give it a value in the front matter"
"""What is to be done about a name that is like no other."""
MAX_DOUBLINGS = 6
"""Most operations inside one another, in one line, whose rule names the upstream gradient twice."""


def build_graph(
    leaves: Iterable[Leaf],
    lines: Iterable[tuple[str, Expr, str]],
    *,
    by_rows: bool = False,
    appended: Set[str] = frozenset(),
) -> Graph:
    """Check lines and flatten them.

    Args:
        leaves: The given values.
        lines: Name, formula and its text as written, in order.
        by_rows: Whether this is a scalar lesson, in which only elementwise operations are allowed.
        appended: Names of lines that the program itself added.

    Raises:
        GraphError: With the line and column, for the first thing that is wrong.
    """
    leaves = tuple(leaves)
    leaf_by_name = _checked_leaves(leaves)
    nodes: list[Node] = []
    built: list[Line] = []
    known: dict[str, int] = {}
    for name, expr, text in lines:
        _check_line(name, expr, leaf_by_name, known, by_rows and name not in appended)
        first = len(nodes)
        edges = _flatten(name, expr, len(built), nodes)
        known[name] = len(built)
        last = len(nodes) - 1
        built.append(Line(name, expr, text, first, last, edges, appended=name in appended))
    places = {node.name: index for index, node in enumerate(nodes)}
    return Graph(leaves, tuple(built), tuple(nodes), by_rows, leaf_by_name, known, places)


def _checked_leaves(leaves: tuple[Leaf, ...]) -> dict[str, Leaf]:
    by_name: dict[str, Leaf] = {}
    for leaf in leaves:
        if leaf.name in by_name:
            roles = f"as {by_name[leaf.name].role.value} and as {leaf.role.value}"
            what = f"'{leaf.name}' is given twice, {roles}"
            raise GraphError(what, "every name is given once", code="redefined")
        by_name[leaf.name] = leaf
    return by_name


def _check_line(
    name: str, expr: Expr, leaves: Mapping[str, Leaf], known: Mapping[str, int], by_rows: bool
) -> None:
    if name in leaves:
        what = f"'{name}' is already the name of {a_role(leaves[name].role)}"
        raise GraphError(what, "choose another name", line=name, code="redefined")
    for use in names_in(expr):
        if use.name not in leaves and use.name not in known:
            near = did_you_mean(use.name, [*leaves, *known])
            what = f"'{use.name}' is used before it is defined"
            if use.name == name:
                near = "a line cannot use its own result"
            elif use.name in FUNCTIONS:
                near = f"it is an operation: write {use.name}(…)"
            hint = near or NO_NAME
            raise GraphError(what, hint, line=name, column=use.column, code="undefined")
    if not isinstance(expr, Apply) and not isinstance(expr, Name):
        what = f"'{name}' is only a number"
        raise GraphError(what, "put it under [constants]", line=name, code="constant")
    if by_rows:
        _only_elementwise(name, expr)
    else:
        _few_doublings(name, expr)


def _few_doublings(name: str, expr: Expr) -> None:
    """Refuse what would make a composed rule grow without bound: it doubles at each of these."""
    pending = [(expr, 0)]
    while pending:
        part, doublings = pending.pop()
        if not isinstance(part, Apply):
            continue
        doublings += OPERATIONS[part.op].kind is Kind.COLUMNS
        if doublings > MAX_DOUBLINGS:
            what = f"{part.op} within {part.op}, more than {MAX_DOUBLINGS} deep"
            hint = "split the formula into several lines"
            raise GraphError(what, hint, line=name, column=part.column, code="bound")
        pending.extend((arg, doublings) for arg in part.args)


def _only_elementwise(name: str, expr: Expr) -> None:
    for part in calls_in(expr):
        if OPERATIONS[part.op].kind is not Kind.ELEMENTWISE:
            sign = {"matmul": "@", "transpose": ".T", "pick": "[…]"}.get(part.op, part.op)
            what = f"{sign} in a lesson whose formulas are about one example"
            hint = "bind matrices with inputs = { X = [...] } to use it"
            raise GraphError(what, hint, line=name, column=part.column, code="scalar-only")


def _flatten(name: str, expr: Expr, line: int, nodes: list[Node]) -> tuple[Edge, ...]:
    """Append the line's elementary nodes in order of evaluation; return its folded edges."""
    if isinstance(expr, Name):
        expr = Apply("identity", (expr,), column=expr.column)
    first = len(nodes)
    operands: list[Name | Number] = []
    pending: list[tuple[Expr, bool]] = [(expr, False)]
    while pending:
        part, is_ready = pending.pop()
        if not isinstance(part, Apply):
            operands.append(part)
        elif is_ready:
            args = tuple(operands[len(operands) - len(part.args) :])
            del operands[len(operands) - len(part.args) :]
            inner = f"{name}.{len(nodes) - first + 1}"
            node_name = inner if pending else name
            nodes.append(Node(node_name, part.op, args, part.attribute, line, part.column))
            operands.append(Name(node_name, part.column))
        else:
            pending.append((part, True))
            pending.extend((arg, False) for arg in reversed(part.args))
    return _folded_edges(name, nodes, first)


def _folded_edges(name: str, nodes: list[Node], first: int) -> tuple[Edge, ...]:
    inner = {nodes[i].name: i for i in range(first, len(nodes) - 1)}
    edges: list[Edge] = []
    counts: dict[str, int] = {}
    pending: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []

    def push(index: int, path: tuple[tuple[int, int], ...]) -> None:
        pending.extend(
            (index, position, path) for position in reversed(range(len(nodes[index].args)))
        )

    push(len(nodes) - 1, ())
    while pending:
        index, position, path = pending.pop()
        arg = nodes[index].args[position]
        if isinstance(arg, Number):
            continue
        here = (*path, (index, position))
        if arg.name in inner:
            push(inner[arg.name], here)
        else:
            occurrence = counts.get(arg.name, 0)
            counts[arg.name] = occurrence + 1
            edges.append(Edge(arg.name, name, occurrence, here))
    return tuple(edges)
