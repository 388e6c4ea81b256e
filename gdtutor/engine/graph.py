"""The graph is a flat, single-assignment list of nodes; a line of the lesson folds several of them.

A line `z = w1*x1 + b` becomes the elementary nodes `z.1 = w1*x1` and `z = z.1 + b`. Folded, the
line is one node with an edge for each occurrence of a name; unfolded, its elementary nodes show.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Set
from enum import Enum

from gdtutor.engine.expression import Attribute, Expr, Name, Number
from gdtutor.values import Struct, field


class Role(Enum):
    """What a given value is in a lesson."""

    INPUT = "input"
    TARGET = "target"
    PARAMETER = "parameter"
    CONSTANT = "constant"


def a_role(role: Role) -> str:
    """Return a role with its article, as a message names it."""
    return f"an {role.value}" if role is Role.INPUT else f"a {role.value}"


class Leaf(Struct, frozen=True):
    """A given value: its name and what it is; values belong to the trace."""

    name: str
    role: Role
    examples_first: bool = False
    """Whether data has its examples along the first axis, rather than along the last."""


class Node(Struct, frozen=True):
    """One elementary operation."""

    name: str
    """The line's name, or `z.1` for an inner operation of z."""
    op: str
    args: tuple[Name | Number, ...]
    attribute: Attribute
    """What the call fixes, as the axis of a reduction."""
    line: int
    """Index of the line that it belongs to."""
    column: int = 0
    """Where in the line's formula, in characters from 0."""

    @property
    def names(self) -> tuple[str, ...]:
        """The operands that are no numbers."""
        return tuple(arg.name for arg in self.args if isinstance(arg, Name))


class Edge(Struct, frozen=True):
    """One occurrence of a name in the formula of a node: `a*a` has two edges from a."""

    source: str
    target: str
    occurrence: int
    """Counts the uses of this source in this target, from 0, left to right."""
    path: tuple[tuple[int, int], ...]
    """(elementary node, operand) pairs from the target down to the source."""


class Line(Struct, frozen=True):
    """One line of the lesson, a node as its author wrote it."""

    name: str
    expr: Expr
    text: str
    """The formula as written, without the name."""
    first: int
    """Index of the line's first elementary node."""
    last: int
    """Index of its outermost elementary node, which has the line's name."""
    edges: tuple[Edge, ...]
    """One for each occurrence of a name, in order of evaluation."""
    appended: bool = False
    """Whether the program added it (the mean over the batch in a scalar lesson)."""


class Visible(Struct, frozen=True):
    """A node of the walk at the present folding: a whole line, or one elementary node."""

    name: str
    line: int
    last: int
    """Index of its outermost elementary node."""
    edges: tuple[Edge, ...]
    folded: bool
    """True where it stands for a whole line of several operations."""


class Graph(Struct, frozen=True):
    """A checked graph. Every name is defined before it is used, once."""

    leaves: tuple[Leaf, ...]
    lines: tuple[Line, ...]
    nodes: tuple[Node, ...]
    by_rows: bool = False
    """A scalar lesson: formulas are about one example, arrays are rows over the batch."""
    leaf_by_name: Mapping[str, Leaf] = field(default_factory=dict)
    line_by_name: Mapping[str, int] = field(default_factory=dict)
    node_by_name: Mapping[str, int] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The last line, from which the walk goes backward."""
        return self.lines[-1].name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in the order given."""
        return self.of_role(Role.PARAMETER)

    def of_role(self, role: Role) -> tuple[str, ...]:
        """Return the names of the given values with a role."""
        return tuple(leaf.name for leaf in self.leaves if leaf.role is role)

    @property
    def in_rows(self) -> bool:
        """Whether an example is a row of the data."""
        return any(leaf.examples_first for leaf in self.leaves)

    @property
    def sees_examples(self) -> bool:
        """Whether a leaf holds data."""
        return any(leaf.role in (Role.INPUT, Role.TARGET) for leaf in self.leaves)

    def visible(self, unfolded: Set[str] = frozenset()) -> tuple[Visible, ...]:
        """Return the nodes of the walk in order, with these lines unfolded."""
        return tuple(v for line in self.lines for v in self._visible_line(line, unfolded))

    def depending_on(self, names: Iterable[str]) -> set[str]:
        """Return these names and those of every line that is computed from one of them."""
        return depending_on(self.lines, names)

    def node_of(self, operand: Name | Number) -> Node | None:
        """Return the operation that gives an operand; None for a leaf or a number."""
        index = self.node_by_name.get(operand.name) if isinstance(operand, Name) else None
        return None if index is None else self.nodes[index]

    def nodes_behind(self, names: Iterable[str], given: Container[str]) -> tuple[Node, ...]:
        """Return some nodes and all that they are computed from, but for what is given."""
        found = {name for name in names if name not in given}
        for node in reversed(self.nodes):
            if node.name in found:
                found |= {name for name in node.names if name not in given}
        return tuple(node for node in self.nodes if node.name in found)

    def _visible_line(self, line: Line, unfolded: Set[str]) -> Iterator[Visible]:
        """Yield what one line shows: itself, or its elementary nodes."""
        number = self.nodes[line.last].line
        has_several = line.first != line.last
        if not has_several or line.name not in unfolded:
            yield Visible(line.name, number, line.last, line.edges, folded=has_several)
            return
        for index in range(line.first, line.last + 1):
            node = self.nodes[index]
            yield Visible(node.name, number, index, _own_edges(node, index), folded=False)


def depending_on(nodes: Iterable[Line | Visible], names: Iterable[str]) -> set[str]:
    """Return some names and those of every node, in order, that is computed from one of them."""
    found = set(names)
    for node in nodes:
        if not found.isdisjoint([edge.source for edge in node.edges]):
            found.add(node.name)
    return found


def _own_edges(node: Node, index: int) -> tuple[Edge, ...]:
    counts: dict[str, int] = {}
    edges = []
    for position, arg in enumerate(node.args):
        if isinstance(arg, Name):
            occurrence = counts.get(arg.name, 0)
            counts[arg.name] = occurrence + 1
            edges.append(Edge(arg.name, node.name, occurrence, ((index, position),)))
    return tuple(edges)
