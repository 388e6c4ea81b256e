"""What a step is explained with: its trace, its names, its digits."""

from __future__ import annotations

from itertools import takewhile

import numpy as np

from gdtutor.engine.batch_axis import Axes, summed_over
from gdtutor.engine.cells import cell_name, largest_change
from gdtutor.engine.expression import Apply, Expr
from gdtutor.engine.graph import Graph, Role
from gdtutor.engine.local import UPSTREAM
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.places import places_of
from gdtutor.engine.shapes import Shape, Shapes, expression_shape
from gdtutor.engine.trace import Trace
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.selectors import Assignment
from gdtutor.session.challenge import Challenge
from gdtutor.session.moment import Moment, changed_gradients, over
from gdtutor.session.rounded import Cells, is_of_rounding, of_rounding
from gdtutor.session.state import Look
from gdtutor.session.steps import Phase, Step
from gdtutor.session.working import node_expr
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.formula import Writer
from gdtutor.view.frame import Chars
from gdtutor.view.lines import ROOM

NO_BOUND = 1_000_000
"""Lines of a step that stands in no panel."""


class Context(Struct, frozen=True, eq=False):
    """One step of one iteration and how it is looked at."""

    moment: Moment
    step: Step
    look: Look
    chars: Chars
    lesson: Lesson
    """The lesson that is walked."""
    upstream: tuple[str, Array] | None = None
    """The node whose gradient a rule calls upstream, and that gradient."""
    own: Moment | None = None
    """The same iteration without the learner's changes; None where there are none."""
    previous: Moment | None = None
    """The iteration before."""
    changes: tuple[Assignment, ...] = ()
    """The changes made at or before this iteration."""
    challenge: Challenge | None = None
    """The question that is open at this step."""
    is_left: bool = False
    """Whether the input of the question is closed, so that Enter leads back to it."""
    seed: int | None = None
    """Replaces the lesson's own seeds."""
    beside: tuple[object, ...] = ()
    """Arrays of which all cells stand elsewhere on the screen."""
    is_measured: bool = False
    """Whether only the number of lines is wanted: cells of arrays are left blank."""

    @property
    def arrays(self) -> Arrays:
        """The value of every name, and of the upstream gradient where there is one."""
        values = self.trace.values
        return values if self.upstream is None else over(values, {UPSTREAM: self.upstream[1]})

    @property
    def shapes(self) -> Shapes:
        """The shape of every name, and of the upstream gradient where there is one."""
        shapes = self.trace.shapes
        if self.upstream is None:
            return shapes
        return over(shapes, {UPSTREAM: np.shape(self.upstream[1])})

    @property
    def room(self) -> int:
        """Lines that a step takes where it can: those of its panel, none too many for reading."""
        return ROOM if self.chars.draws else NO_BOUND

    @property
    def trace(self) -> Trace:
        """The trace of the step's scene."""
        return self.moment.traces[self.step.scene]

    @property
    def graph(self) -> Graph:
        """The graph of the step's scene."""
        return self.trace.graph

    def known_value(self, name: str) -> Array | None:
        """Return the value of a name, None where the walk has not come to it."""
        place = places_of(self.trace).place
        match self.step.phase:
            case Phase.GIVEN:
                last = len(self.graph.leaves) - 1
            case Phase.FORWARD:
                last = place[self.step.node] - self.hides_result
            case _:
                last = len(place)
        return self.trace.values[name] if place.get(name, last + 1) <= last else None

    def known_gradient(self, name: str) -> Array | None:
        """Return the gradient of a name, None where the walk has not come to it."""
        return self.trace.gradients[name] if self.knows_gradient(name) else None

    def knows_gradient(self, name: str) -> bool:
        """Say whether the walk has come to a gradient; it need not be worked out for that."""
        reached = places_of(self.trace).reached
        match self.step.phase:
            case Phase.BACKWARD:
                last = reached[self.step.node] - self.hides_result
            case Phase.UPDATE:
                last = len(reached)
            case _:
                last = -1
        return reached.get(name, last + 1) <= last

    @property
    def updated(self) -> dict[str, Array]:
        """The parameters that have been updated at this step, with their new values."""
        if self.step.phase is not Phase.UPDATE:
            return {}
        before = self.moment.steps[: self.step.number - self.hides_result]
        # The updates end an iteration, so they are the last steps before the cursor.
        last = takewhile(lambda step: step.phase is Phase.UPDATE, reversed(before))
        done = [step.node for step in last if step.variable == "p"]
        return {name: self.moment.updates[name].p for name in done}

    @property
    def root(self) -> str:
        """The node that the scene's walk goes backward from."""
        return self.graph.root

    @property
    def is_matrix(self) -> bool:
        """Whether gradients are written dW rather than ∂C/∂w."""
        return not self.graph.by_rows and any(
            len(shape) == 2 for shape in self.trace.shapes.values()
        )

    def shape(self, name: str) -> Shape:
        """Return the shape of a node or leaf."""
        return self.trace.shapes[name]

    @property
    def hides_result(self) -> bool:
        """Whether the step's own result is hidden because it is being asked for."""
        return self.challenge is not None and self.challenge.hides

    @property
    def changed_gradients(self) -> frozenset[str]:
        """The names whose gradient the learner's changes have made another."""
        return changed_gradients(self.moment, self.own, self.step.scene)

    def before_update(self, name: str) -> Array | None:
        """Return what a value was in the iteration before, where the update alone has changed it.

        A parameter knows no examples. A cost is the same of the same examples in any order; what
        has one place for each is not, and of other examples nothing is. None as well for an array
        of another shape, and where the learner has made changes.
        """
        if self.previous is None or self.changes:
            return None
        before, batch = self.previous.batch, self.moment.batch
        is_same = np.array_equal(before, batch)
        is_reordered = not self.trace.axes.get(name) and sorted(before) == sorted(batch)
        if not (is_same or is_reordered or self.role(name) is Role.PARAMETER):
            return None
        old = self.previous.traces[self.step.scene].values.get(name)
        return old if old is not None and old.shape == self.trace.values[name].shape else None

    def was(self, name: str, *, shows_both: bool = True) -> str:
        """Return `(own 0.5)` for a value that a change has made another, `(was 0.5)` for one that
        the last update has; of a matrix `([2,0] was 0.5)`, its cell that has changed most; else
        nothing. Where the cell shows too few digits to be told from it, both are said if wanted.
        """
        word, old = "was", self.before_update(name)
        if self.own is not None:
            word, old = "own", self.own.traces[self.step.scene].values.get(name)
        now = self.trace.values[name]
        if old is None or old.shape != now.shape or np.array_equal(now, old, equal_nan=True):
            return ""
        if now.ndim == 0 or (self.graph.by_rows and now.ndim == 1):
            now, old = np.asarray(self.followed(now)), np.asarray(self.followed(old))
        cell, _ = largest_change(old, now)
        called = f"{cell_name('', cell)} " if now.size > 1 else ""
        pair = float(now[cell]), float(old[cell])
        shown, text = map(self.number, pair)
        if shown == text and not called:
            return ""
        new, was = notation.apart(pair, self.look.digits, self.chars)
        if shows_both and called and word == "was" and was.rstrip("0") == shown.rstrip("0"):
            return f"({called}{was} {self.chars.becomes} {new})"
        return f"({called}{word} {was})"

    def name(self, text: str) -> str:
        """Return a name as it is shown; the upstream gradient under its own."""
        if text.startswith(UPSTREAM) and self.upstream is not None:
            return self.gradient_name(self.upstream[0]) + text[len(UPSTREAM) :]
        return notation.name(text, self.chars)

    @property
    def is_late(self) -> bool:
        """Whether the walk has come to gradients."""
        return self.step.phase in (Phase.BACKWARD, Phase.UPDATE)

    def rounded(self, value: Array) -> Cells | None:
        """Return where numbers are 0 but for rounding; None where that is not asked: more digits
        show them."""
        if self.look.digits > notation.DEFAULT_DIGITS:
            return None
        return of_rounding(self.trace, value, is_late=self.is_late)

    def is_rounded(self, value: float) -> bool:
        """Say whether a number is shown as ≈0."""
        is_asked = self.look.digits <= notation.DEFAULT_DIGITS
        return is_asked and is_of_rounding(self.trace, float(value), is_late=self.is_late)

    def number(self, value: float) -> str:
        """Return a number as it is shown; ≈0 for one that is 0 but for its own rounding."""
        if self.is_rounded(value):
            return notation.about_zero(self.chars)
        return notation.shown(value, self.look.digits, self.chars)

    def counted(self, value: float) -> str:
        """Return a cost or a loss as it is told: a large one with how many digits it has."""
        return f"{self.number(value)}{notation.length(value)}"

    def equal(self, value: float, sign: str = "=") -> tuple[str, str]:
        """Return the sign before a number, and the number; ≈0 has a sign already: ≈ and 0."""
        shown = self.number(value)
        return (shown[:1], shown[1:]) if shown[:1] in ("≈", "~") else (sign, shown)

    def gradient_name(self, of: str) -> str:
        """Return how the gradient of a node is called."""
        return notation.gradient_name(self.root, of, self.is_matrix, self.chars)

    def memory_name(self, variable: str, of: str) -> str:
        """Return how what an optimiser remembers of a parameter is called: `v`, or as NumPy's line
        has it, `w_v`, where a value of the lesson is called so."""
        return self.name(f"{of}_{variable}" if variable in self.trace.shapes else variable)

    def partial(self, of: str, by: str) -> str:
        """Return how a local gradient is called: ∂z/∂b."""
        sign = "∂" if self.chars.unicode else "d "
        return f"{sign}{self.name(of)}/{sign}{self.name(by)}"

    def writer(self) -> Writer:
        """Return the writer of formulas in symbols."""
        # A constant of a formula is exact, so it is shown in full.
        return Writer(self.chars, self.name, self.is_array, notation.exact, self.summed)

    def summed(self, expr: Apply) -> str:
        """Return what a sum along a broadcast runs over: `examples`, `rows`."""
        upstream = {} if self.upstream is None else {UPSTREAM: self.trace.axes[self.upstream[0]]}
        return summed_over(expr, self.shapes, {**self.trace.axes, **upstream})

    def is_array(self, expr: Expr) -> bool:
        """Say whether a formula's value is an array rather than one number."""
        return expression_shape(expr, self.shapes) != ()

    def followed(self, array: Array) -> float:
        """Return the value of the followed example in a row over the batch; a number itself."""
        if np.ndim(array) == 0:
            return float(array)
        return float(array[min(self.look.example, len(array) - 1)])

    def node_expr(self, name: str) -> Expr:
        """Return the formula of a visible node: its line's, or its own operation."""
        return node_expr(self.trace, name)

    def role(self, name: str) -> Role | None:
        """Return what a given value is, None for a node."""
        leaf = self.graph.leaf_by_name.get(name)
        return None if leaf is None else leaf.role

    def followed_place(self, axes: Axes) -> tuple[int, int] | None:
        """Return the one axis that runs over the examples and the followed example along it.

        None where no axis does, two do, or the batch is a single example.
        """
        size = len(self.moment.batch)
        if len(axes) != 1 or size < 2:
            return None
        return axes[0], min(self.look.example, size - 1)

    def cell_of_example(self, name: str) -> tuple[int, ...]:
        """Return the first cell of an array, the followed example's where it has one."""
        place = self.followed_place(self.trace.axes[name])
        cell = [0] * len(self.shape(name))
        if place is not None:
            cell[place[0]] = place[1]
        return tuple(cell)
