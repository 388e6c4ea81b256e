"""What a picture is drawn from, and what it comes to: lines, and plots that lie on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import numpy as np

from gdtutor.engine.batch_axis import Axes, batch_axes
from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Array
from gdtutor.engine.shapes import Shapes, infer_shapes
from gdtutor.engine.trace import Trace, trace
from gdtutor.lesson.model import Lesson, PictureWish
from gdtutor.lesson.picture_scope import GRADIENT
from gdtutor.lesson.selectors import Assignment
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.moment import Moment
from gdtutor.session.state import Snapshot, Trial
from gdtutor.session.steps import Phase, Step
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.training.timing import Timing
from gdtutor.values import Struct, replace
from gdtutor.view import notation
from gdtutor.view.frame import UNICODE, Chars, Lines, Placed, Plot, Size, Style
from gdtutor.view.lines import wrapped

LOWEST = 5
"""Lines that a plot keeps, however much there is to say of it."""


class Source(Struct, frozen=True):
    """Where a picture stands: in a step of the walk, or beside training.

    Equal sources give equal pictures, so that one may be kept while the keys change nothing in it.
    """

    lesson: Lesson
    run: Run
    at: Moment | Snapshot
    """The walked iteration, or what training has come to."""
    seed: int | None = None
    """Replaces the lesson's own seeds."""
    step: Step | None = None
    """The step of the walk; None beside training."""
    example: int = 0
    """The followed example of the batch."""
    cell: tuple[int, ...] | None = None
    """The opened cell of the current node."""
    digits: int = DEFAULT_DIGITS
    chars: Chars = UNICODE
    timings: tuple[Timing, ...] = ()
    """What was timed on this machine; empty before."""
    trials: tuple[Trial, ...] = ()
    """The runs of pictures that count starts, with the learner's changes."""
    changes: tuple[Assignment, ...] = ()
    """What the learner has changed."""

    def trial_of(self, wish: PictureWish) -> Trial | None:
        """Return the runs of a picture, where any are begun."""
        return next((trial for trial in self.trials if trial.wish == wish), None)

    @property
    def still(self) -> Source:
        """The same without what changes from step to step, for what depends on none of it."""
        return replace(self, step=None, example=0, cell=None, digits=DEFAULT_DIGITS)

    @property
    def iteration(self) -> int:
        """Updates done."""
        return self.at.iteration if isinstance(self.at, Moment) else self.at.iterations

    @property
    def problem(self) -> Problem:
        """The graph and its data at this iteration."""
        if isinstance(self.at, Moment):
            return self.at.problem
        at = self.at.iterations
        # A change that comes after all that is trained is not done.
        return self.run.segment_at(at if at < self.run.farthest else max(at - 1, 0)).problem

    @property
    def parameters(self) -> dict[str, Array]:
        """The parameters at this iteration."""
        if isinstance(self.at, Moment):
            return dict(self.at.state.parameters)
        return dict(self.at.parameters) or dict(self.problem.parameters)

    @property
    def predicting(self) -> dict[str, Array]:
        """The parameters that predictions are made with."""
        at = self.at
        used = self.run.predicting(at.state) if isinstance(at, Moment) else at.predicting
        return dict(used) or self.parameters

    @property
    def is_averaged(self) -> bool:
        """Whether predictions are made with averages of the parameters."""
        if isinstance(self.at, Moment):
            return self.run.predicting(self.at.state) is not self.at.state.parameters
        return bool(self.at.averages)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The trace of every scene; beside training the last one alone."""
        return self.at.traces if isinstance(self.at, Moment) else _traced(self)

    @property
    def shapes(self) -> tuple[Shapes, Mapping[str, Axes]]:
        """The shape of every value of the last scene, and which of its axes run over examples."""
        if isinstance(self.at, Moment):
            last = self.at.traces[-1]
            return last.shapes, last.axes
        return _layout(self.problem, len(self.run.batch(self.iteration)))

    def trace_with(self, name: str) -> Trace:
        """Return the trace of the step's scene, or of the first one that has this name."""
        traces = self.traces
        if self.step is not None and name in traces[self.step.scene].values:
            return traces[self.step.scene]
        return next((one for one in traces if name in one.values), traces[-1])

    def is_reached(self, phase: Phase, node: str) -> bool:
        """Say whether the walk has come to a step; always, where it never does or nothing walks.

        Of a name in several graphs the step in the current one counts.
        """
        if self.step is None or not isinstance(self.at, Moment):
            return True
        places = [s for s in self.at.steps if s.phase is phase and s.node == node]
        own = [s for s in places if s.scene == self.step.scene] or places
        return not own or self.step.number >= own[-1].number

    def number(self, value: float, digits: int | None = None) -> str:
        """Return a number as the screen shows it."""
        return notation.shown(value, digits or self.digits, self.chars)

    def counted(self, value: float, digits: int | None = None) -> str:
        """Return a cost; a large one with how many digits it has."""
        return notation.counted(value, digits or self.digits, self.chars)

    def apart(self, *values: float, digits: int = 3) -> tuple[str, ...]:
        """Return numbers with as many digits as tell them apart."""
        return notation.apart(tuple(map(float, values)), digits, self.chars)

    def name(self, text: str) -> str:
        """Return a name as the screen shows it."""
        return notation.name(text, self.chars)

    def column(self, text: str) -> str:
        """Return a column's name as the screen shows it; one that is words stays as it is."""
        return self.name(text) if text.isidentifier() else notation.plain(text, self.chars)


@lru_cache(maxsize=4)
def _traced(source: Source) -> tuple[Trace, ...]:
    """Return the trace beside training, once for a picture that asks for it again and again."""
    batch = source.run.batch(source.iteration)
    return (trace(source.problem.graph, source.problem.given(source.parameters, batch)),)


@lru_cache(maxsize=8)
def _layout(problem: Problem, examples: int) -> tuple[Shapes, Mapping[str, Axes]]:
    """Return the shapes and the axes for so many examples, which no parameters change."""
    shapes = infer_shapes(problem.graph, problem.leaf_shapes(examples))
    return shapes, batch_axes(problem.graph, shapes)


_SIGN = re.compile(r"(^(?:[^\w\s]|[Sox])|[,;] (?:[^\w\s]|[Sox])| =) ")


class NoPicture(GdTutorError):
    """There is nothing to draw: what it says stands in the place of the picture."""


class Drawing(Struct, frozen=True):
    """A picture within its rectangle."""

    lines: Lines
    plots: tuple[Placed, ...] = ()
    """Placed from the top left of the rectangle."""


def names_along(source: Source, wish: PictureWish) -> list[str]:
    """Return what a picture goes along, as it is shown."""
    return [source.name(text) for text in wish.texts("along")]


class PictureKind(Struct, frozen=True):
    """How a kind of picture is drawn, and told where it cannot be drawn."""

    draw: Callable[[Source, PictureWish, Size], Drawing]
    tell: Callable[[Source, PictureWish], tuple[str, ...]] | None
    """The same facts in plain lines, one a line, with nothing drawn; None where the lines of the
    picture are read as they stand."""
    title: str
    """With `{root}` for the line that is shown, and `{names}` for what it goes along."""
    names: Callable[[Source, PictureWish], list[str]] = names_along
    has_below: bool = False
    """Whether beside training others may stand below it."""
    least_below: int = 0
    """Lines from which on it stands below another there; 0 where it never does."""
    stands_still: bool = False
    """Whether it is the same at every step of an iteration, whatever is followed or open."""


def stacked_notes(notes: tuple[str, ...], size: Size, style: Style = Style.TEXT) -> Lines:
    """Return notes below a picture, each wrapped, at most as many lines as there is room for.

    A sign stays on the line of what it stands for, and an equation's = 0 is not parted.
    """
    kept = [_SIGN.sub("\\1\u00a0", note) for note in notes]
    lines = [part for note in kept for part in wrapped(note, max(size.width, 1), style)]
    return tuple(lines[: max(size.height, 0)])


def above_words(plot: Plot, words: Iterable[tuple[str, Style]], size: Size, what: str) -> Drawing:
    """Return a plot above what is said of it, as many lines as leave the plot its own.

    Args:
        plot: The plot.
        words: Sentences, the most important first.
        size: The room of both.
        what: What the plot is called where it has no room.
    """
    broken = [part for text, style in words for part in stacked_notes((text,), size, style)]
    below = broken[: max(size.height - LOWEST, 0)]
    room = size.height - len(below)
    if room < 3:
        raise NoPicture(f"More room is needed for {what}.")
    return Drawing((*((),) * room, *below), (Placed(plot, 0, 0, size.width, room),))


def along(array: Array, cell: tuple[int, ...] | None, values: Array) -> Array:
    """Return an array as a family in which one cell takes each of the values.

    Args:
        array: The array.
        cell: The cell; None where it is one number.
        values: Array of shape (members,).
    """
    family = np.repeat(np.asarray(array, dtype=np.float64)[None], len(values), axis=0)
    write_cell(family, cell, values)
    return family


def write_cell(family: Array, cell: tuple[int, ...] | None, values: Array) -> None:
    """Write one cell of every member of a family."""
    place: tuple[slice | int, ...] = (slice(None), *(cell or ()))
    family[place] = values


def cell_of(array: Array, cell: tuple[int, ...] | None) -> float:
    """Return one cell of an array, or the number it is."""
    return float(np.asarray(array)[cell or ()])


class Shown(Struct, frozen=True, eq=False):
    """What is to be drawn."""

    called: str
    value: Array | None
    """None where the walk has not come to it, or there is none."""
    why: str = ""
    """Why there is no value."""


def is_to_come(source: Source, wish: PictureWish) -> bool:
    """Say whether the walk has not come to anything that a picture of named values shows."""
    names = wish.texts("of")
    return bool(names) and all(shown_value(source, name).value is None for name in names)


def shown_value(source: Source, written: str) -> Shown:
    """Return the value of a name, or its gradient where that is asked for."""
    name = written.removeprefix(GRADIENT)
    trace = source.trace_with(name)
    if written == name:
        called = source.name(name)
        if not source.is_reached(Phase.FORWARD, name):
            return Shown(called, None, f"its step, forward {name}, is to come")
        value = source.parameters.get(name, trace.values.get(name))
        return Shown(called, value, "it has no value here")
    root, is_matrix = trace.graph.root, not trace.graph.by_rows
    called = notation.gradient_name(root, name, is_matrix, source.chars)
    if not source.is_reached(Phase.BACKWARD, name):
        return Shown(called, None, f"its step, backward {name}, is to come")
    return Shown(called, trace.gradients.get(name), "it has no gradient")
