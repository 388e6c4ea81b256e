"""Sheets for paper: exercises, or the walk of a lesson, with blanks where values go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from gdtutor.engine.expression import number_text
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import frozen
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import run_of
from gdtutor.practice.exercise import DIGITS, exercises
from gdtutor.practice.templates import KINDS, NUMBERS
from gdtutor.session.moment import Moment
from gdtutor.session.moving import first_moment
from gdtutor.session.steps import Phase, Step
from gdtutor.training.run import Run
from gdtutor.values import Struct, replace

BLANK = "______"
MOST_CELLS = 12
"""Cells of an array that are asked for; of a larger one one cell is."""


class SheetItem(Struct, frozen=True):
    """One item of a sheet."""

    lines: tuple[str, ...]
    """What is given, and the question."""
    blanks: tuple[str, ...]
    """Where the answer goes."""
    answers: tuple[str, ...]
    """The same with the answer in its place."""


_ASKED = "; answers to 3 digits"
"""How exact an answer is to be, as on the screens."""


class Sheet(Struct, frozen=True):
    """A sheet with its solutions."""

    title: str
    given: tuple[str, ...]
    """Values that all of it is about; none for exercises."""
    items: tuple[SheetItem, ...]


def practice_sheet(count: int, seed: int) -> Sheet:
    """Return a sheet of exercises."""
    blank = (f"answer: {BLANK}",)
    items = tuple(SheetItem((*e.lines, e.question), blank, (f"answer: {e.answer_text}",))
                  for e in islice(exercises(seed, tuple(KINDS)), count))  # fmt: skip
    return Sheet(f"Practice, sheet {seed}{_ASKED}", (), items)


def lesson_sheet(lesson: Lesson, count: int | None, seed: int) -> Sheet:
    """Return a sheet that goes through the walk of a lesson, its parameters drawn from the seed.

    Args:
        lesson: The lesson.
        count: How many steps of the walk are asked for, from its beginning; None for all.
        seed: Of the parameters.
    """
    moment = _moment(lesson, seed)
    wanted = [s for s in moment.steps if s.node and _is_asked(moment, s)]
    items = tuple(_item(moment, step) for step in wanted[:count])
    part = f", {len(items)} of {len(wanted)} steps" * (len(items) < len(wanted))
    return Sheet(f"{lesson.title}, sheet {seed}{part}{_ASKED}", tuple(_givens(moment)), items)


def _moment(lesson: Lesson, seed: int) -> Moment:
    """Return iteration 0 with short numbers in the place of the parameters."""
    rng = np.random.RandomState(seed)
    run = run_of(lesson)
    segment = run.segments[0]
    parameters = {
        name: frozen(rng.choice(NUMBERS["tenth"], np.shape(value)))
        for name, value in segment.problem.parameters.items()
    }
    own = Run((replace(segment, problem=replace(segment.problem, parameters=parameters)),))
    return first_moment(lesson, own, None)


def _is_asked(moment: Moment, step: Step) -> bool:
    if step.phase is Phase.UPDATE:
        return step.variable == "p"
    return step.phase is Phase.FORWARD or step.node != moment.traces[step.scene].graph.root


def _item(moment: Moment, step: Step) -> SheetItem:
    trace = moment.traces[step.scene]
    root = trace.graph.root
    match step.phase:
        case Phase.FORWARD:
            line = trace.graph.lines[trace.graph.line_by_name[step.node]]
            value, called = trace.values[step.node], step.node
            asked = f"{line.name} = {line.text}"
        case Phase.BACKWARD:
            value, called = trace.gradients[step.node], f"d{step.node}"
            asked = f"the gradient of {root} with respect to {step.node}"
        case _:
            value, called = moment.updates[step.node].p, step.node
            asked = f"{step.node} after the update"
    blanks = tuple(_filled(called, value, blank=True))
    return SheetItem((asked,), blanks, tuple(_filled(called, value, blank=False)))


def _filled(called: str, value: Array, blank: bool) -> Iterator[str]:
    def cell(number: float) -> str:
        return BLANK if blank else f"{number:.{DIGITS}g}"

    if value.ndim == 0:
        yield f"{called} = {cell(float(value))}"
    elif value.size > MOST_CELLS:
        at = tuple(n // 2 for n in value.shape)
        yield f"{called}[{','.join(map(str, at))}] = {cell(float(value[at]))}"
    else:
        texts = [[cell(float(v)) for v in row] for row in np.atleast_2d(value)]
        width = max(len(text) for row in texts for text in row)
        yield from _rows(called, [[f"{text:>{width}}" for text in row] for row in texts])


def _givens(moment: Moment) -> Iterator[str]:
    seen: set[str] = set()
    for trace in moment.traces:
        for leaf in trace.graph.leaves:
            value = trace.values[leaf.name]
            if leaf.name in seen:
                continue
            seen.add(leaf.name)
            if value.size <= 4 * MOST_CELLS:
                rows = [[f"{float(v):g}" for v in row] for row in np.atleast_2d(value)]
                is_long = value.size > MOST_CELLS
                own = _filled(leaf.name, value, blank=False)
                yield from _rows(leaf.name, rows) if is_long else own
            elif leaf.role in (Role.INPUT, Role.TARGET):
                yield f"{leaf.name} is as in the lesson"
    if moment.updates:
        yield f"learning_rate = {number_text(moment.learning_rate)}"


def _rows(called: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield an array in brackets, its name before the first row."""
    for index, row in enumerate(rows):
        head = f"{called} = " if index == 0 else " " * (len(called) + 3)
        yield f"{head}[ {'  '.join(row)} ]"
