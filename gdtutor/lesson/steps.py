"""Which steps the walk of a graph has, and what is known at each; notes are held against it, and
the steps that a lesson passes over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.graph import Graph, Role, a_role
from gdtutor.engine.shapes import Shapes, has_cell, shape_text
from gdtutor.engine.trace import backward_order
from gdtutor.lesson.graphs import depends_on, is_one_number
from gdtutor.lesson.mistakes import Mistakes, collected
from gdtutor.lesson.placeholders import WORDS, Placeholder
from gdtutor.lesson.reports import shown
from gdtutor.lesson.when import PHASES
from gdtutor.training.curvature import MOST_CELLS
from gdtutor.training.optimisers import STATES
from gdtutor.values import Struct, field

MAX_UNFOLDED = 50_000
"""Most nodes of all walks together that notes about inner nodes such as `z.1` ask for."""
_MOST_COMPARED = 500

Problem = tuple[str, str, str]
"""Code, what is wrong, and what to do."""


class Steps(Struct):
    """The steps of one graph's walk within an iteration."""

    graph: Graph
    shapes: Shapes
    wanted: tuple[str, ...]
    """Leaves that get a backward step."""
    trained: tuple[str, ...]
    """Parameters that get an update step, in order; none where the graph does not train."""
    goes_backward: bool
    _orders: dict[str, dict[str, int]] = field(default_factory=dict)

    def backward(self, unfolded: str = "") -> Mapping[str, int]:
        """Return the backward steps in order, each with its position, with one line unfolded."""
        if not self.goes_backward:
            return {}
        if unfolded not in self._orders:
            if len(self._orders) * len(self.graph.nodes) > MAX_UNFOLDED:
                return {}
            lines = frozenset({unfolded} if unfolded else ())
            order = backward_order(self.graph.visible(lines), self.graph.root, self.wanted)
            self._orders[unfolded] = {node: position for position, node in enumerate(order)}
        return self._orders[unfolded]

    def has(self, phase: str) -> bool:
        """Say whether the walk has a phase."""
        if phase == "backward":
            return bool(self.backward())
        return phase != "update" or bool(self.trained)

    def is_last(self, phase: str, node: str) -> bool:
        """Say whether a step is the last one of the graph; without a node its phase's first."""
        last, nodes = "forward", tuple(self.graph.line_by_name)
        if self.trained:
            last, nodes = "update", self.trained
        elif self.backward():
            last, nodes = "backward", tuple(self.backward())
        return phase == last and (node or nodes[0]) == nodes[-1]

    def line_of(self, node: str) -> str:
        """Return the line that an inner node such as `z.1` belongs to; empty for a line itself."""
        line = node.partition(".")[0]
        return line if line != node and node in self.graph.node_by_name else ""

    def problem(self, phase: str, node: str) -> Problem | None:
        """Return why the walk has no such step, None where it has."""
        match phase:
            case "given" if not node:
                return None
            case "given":
                return _no_step(node, "", "all given values are one step", "write `given` alone")
            case "forward":
                return self._forward_problem(node)
            case "backward":
                return self._backward_problem(node)
            case _:
                return self._update_problem(node)

    def _forward_problem(self, node: str) -> Problem | None:
        if not node or node in self.graph.node_by_name:
            return None
        if node in self.graph.leaf_by_name:
            return _no_step(node, "forward", "it is given, not computed", "write `given`")
        near = _near(node, self.graph.line_by_name)
        hint = near or f"the lines are {_some(self.graph.line_by_name)}"
        return _no_step(node, "forward", "no line has this name", hint)

    def _backward_problem(self, node: str) -> Problem | None:
        order = self.backward(self.line_of(node))
        if not order:
            why = "the walk of this graph does not go backward"
            return _no_step(node, "backward", why, self._way_back())
        if not node or node in order:
            return None
        leaf = self.graph.leaf_by_name.get(node)
        if leaf is not None and leaf.role in (Role.INPUT, Role.TARGET):
            hint = f'add gradients = ["{node}"] to the front matter'
            return _no_step(node, "backward", f"it is {a_role(leaf.role)}", hint)
        if leaf is not None or node in self.graph.node_by_name:
            hint = f"those with one: {_some(order)}"
            return _no_step(node, "backward", "no gradient goes through it", hint)
        near = _near(node, order) or f"the backward steps are {_some(order)}"
        return _no_step(node, "backward", "nothing has this name", near)

    def _way_back(self) -> str:
        """Return what a graph needs whose walk does not go backward."""
        root = self.graph.root
        if not is_one_number(self.shapes[root]):
            shape = shape_text(self.shapes[root])
            return f"its last line must be one number, and {root} has the shape {shape}"
        if not depends_on(self.graph, self.wanted):
            return f"its last line must depend on a parameter, and {root} does not"
        return "the front matter says backward = false"

    def _update_problem(self, node: str) -> Problem | None:
        if not self.trained:
            hint = "the last one does, with [training]"
            return _no_step(node, "update", "this graph does not train", hint)
        name, variable = _updated(node)
        if not node or (name in self.trained and variable in ("", *STATES)):
            return None
        if name in self.trained:
            near = did_you_mean(variable, STATES) or f"optimisers remember {_some(STATES)}"
            return _no_step(node, "update", f"no optimiser remembers '{shown(variable)}'", near)
        near = _near(node, self.trained) or f"updated are {_some(self.trained)}"
        return _no_step(node, "update", "it gets no update", near)

    def placeholder_problem(self, asked: Placeholder, phase: str, node: str) -> Problem | None:
        """Return why a placeholder cannot be filled at a step, None where it can."""
        if not asked.name:
            return self._word_problem(asked, phase, node)
        name, kept = _updated(asked.name)
        is_kept = kept in STATES and name in self.trained and asked.about in ("value", "new")
        if asked.name not in self.shapes and not is_kept:
            known = [*self.shapes, *WORDS]
            hint = _near(asked.name, known) or f"names are {_some(self.shapes)}"
            return "placeholder", f"'{shown(asked.name)}' is no name of this graph", hint
        shape = self.shapes[name if is_kept else asked.name]
        if asked.cell is not None and not has_cell(shape, asked.cell):
            what = f"{asked.name} has no cell {list(asked.cell)}"
            counted = f"its shape is {shape_text(shape)}, counted from 0"
            hint = counted if shape else "it is a number"
            return "placeholder", what, hint
        if asked.about in ("shape", "name"):
            return None
        if asked.about == "grad":
            order = self.backward(self.line_of(node))
            if asked.name not in order:
                what = f"'{asked.name}' has no backward step here"
                none = "the walk of this graph does not go backward"
                return "placeholder", what, f"those with one: {_some(order)}" if order else none
            return self._late(asked, ("backward", asked.name), phase, node)
        if asked.about == "new":
            if name not in self.trained:
                updated = f"updated are {_some(self.trained)}"
                hint = updated if self.trained else "nothing trains here"
                return "placeholder", f"'{asked.name}' gets no update here", hint
            return self._late(asked, ("update", asked.name), phase, node)
        is_given = asked.name not in self.graph.node_by_name
        return None if is_given else self._late(asked, ("forward", asked.name), phase, node)

    def _word_problem(self, asked: Placeholder, phase: str, node: str) -> Problem | None:
        if asked.about == "cost":
            return self._late(asked, ("forward", self.graph.root), phase, node)
        if asked.about not in ("gradient_norm", "curvatures"):
            return None
        if not self.trained:
            return "placeholder", f"{asked.text()} in a graph that does not train", "leave it out"
        cells = sum(math.prod(self.shapes[name]) for name in self.trained)
        if asked.about == "curvatures" and cells > MOST_CELLS:
            what = f"{asked.text()} of {cells:,} trained numbers"
            return "placeholder", what, f"the bound is {MOST_CELLS}"
        return self._late(asked, ("backward", self.graph.root), phase, node)

    def _late(
        self, asked: Placeholder, needed: tuple[str, str], phase: str, node: str
    ) -> Problem | None:
        """Return why a placeholder is not known at a step, None where the step that it needs is
        that one or before it."""
        unfolded = self.line_of(node)
        if self._place(*needed, unfolded) <= self._place(phase, node, unfolded):
            return None
        what = f"{asked.text()} is not known yet at the step '{f'{phase} {node}'.strip()}'"
        return "not-yet", what, f"it is from the step '{' '.join(needed)}' on"

    def _place(self, phase: str, node: str, unfolded: str) -> tuple[int | str, ...]:
        """Return the place of a step in the iteration, with one line unfolded."""
        match phase:
            case "forward":
                return 1, self.graph.node_by_name[node or self.graph.lines[0].name]
            case "backward":
                return 2, self.backward(unfolded).get(node, 0)
            case "update":
                name, variable = _updated(node)
                # What is remembered is updated before the parameter itself.
                is_own = variable in ("", "p")
                return 3, self.trained.index(name or self.trained[0]), is_own, variable
        return (0,)


def absent_from(walks: Sequence[Steps], phase: str, node: str) -> Problem | None:
    """Return why none of a lesson's walks has a step, None where one has."""
    problems = [steps.problem(phase, node) for steps in walks]
    return None if None in problems else problems[-1]


def read_passes(
    written: Sequence[str], walks: Sequence[Steps], mistakes: Mistakes
) -> tuple[tuple[str, str], ...]:
    """Return the steps that → passes over, each a phase and a node."""
    passes = []
    for position, text in enumerate(written):
        with collected(mistakes, "pass", position, code="pass"):
            passes.append(_passed(text, walks))
    return tuple(passes)


def _passed(text: str, walks: Sequence[Steps]) -> tuple[str, str]:
    phase, _, rest = text.strip().partition(" ")
    node = rest.strip()
    if phase not in PHASES or not node:
        raise GdTutorError(f"'{shown(text)}' is not a step", 'write pass = ["backward C"]')
    if problem := absent_from(walks, phase, node):
        raise GdTutorError(*problem[1:])
    if walks[-1].is_last(phase, node):
        what = f"'{shown(text)}' is the last step of the walk"
        raise GdTutorError(what, "the closing page stands behind it; pass over another one")
    return phase, node


def _updated(node: str) -> tuple[str, str]:
    """Return the parameter of an update step and what it remembers: `w1.v` is the v of w1."""
    name, _, variable = node.partition(".")
    return name, variable


def _no_step(node: str, phase: str, why: str, hint: str) -> Problem:
    step = f"{phase} {shown(node)}".strip()
    return "note-step", f"there is no step '{step}': {why}", hint


def _near(name: str, known: Iterable[str]) -> str:
    """Return a suggestion, or an empty text where there are too many names to compare."""
    names = list(known)
    return did_you_mean(name, names) if len(names) <= _MOST_COMPARED else ""


def _some(names: Iterable[str]) -> str:
    """Return the first few of many names."""
    listed = list(islice(names, 9))
    return ", ".join(listed[:8]) + (", …" if len(listed) > 8 else "")
