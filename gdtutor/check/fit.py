"""Whether every step of a lesson fits the screen: the lines of the view, counted, with no terminal.

The formula, the numbers, the contributions and the note of a step have to stand on the design size
unscrolled and uncut, in Unicode and, as they show at first, in ASCII. The graph may scroll,
matrices may be elided, and the opening page may scroll.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence

from gdtutor.engine.characters import cells as cells_of
from gdtutor.engine.gradient_check import spread_cells
from gdtutor.lesson.selectors import cell_text
from gdtutor.session.link import selector_of
from gdtutor.session.moving import moved
from gdtutor.session.navigation import cell_shape, refolded
from gdtutor.session.state import Walk
from gdtutor.session.steps import Step
from gdtutor.values import Struct, replace
from gdtutor.view.explain import context_of, node_lines, note_lines
from gdtutor.view.frame import ASCII, UNICODE, Chars, Line
from gdtutor.view.header import header_parts
from gdtutor.view.lines import width_of
from gdtutor.view.study import room_for

DESIGN_SIZE = (80, 24)
"""Columns and rows that every step has to fit."""
MAX_STEPS = 2_000
"""Most steps whose fit is computed, unfolded ones counted as well."""
MAX_FOLLOWED = 4
"""Most examples of the batch that are followed."""
MAX_OPENED = 4
"""Most cells of a matrix that are opened, from its first to its last."""


class Misfit(Struct, frozen=True):
    """A panel of a step that needs more room than there is, and the look that shows it."""

    step: Step
    selector: str
    """The step as `--at` takes it."""
    panel: str
    """title, node panel or note; the title stands in the first line beside the place."""
    lines_over: int
    """Lines that do not show; 0 where the height is enough."""
    cells_over: int
    """Cells by which the longest line is cut; 0 where the width is enough."""
    unicode: bool
    """Whether the Unicode characters do not fit; otherwise the ASCII ones alone."""
    unfolded: str = ""
    """The line that has to be unfolded to see it; empty where none has."""
    example: int = 0
    """The example that has to be followed to see it."""
    cell: tuple[int, ...] | None = None
    """The cell that has to be opened to see it; None where none has."""

    @property
    def key(self) -> tuple[object, ...]:
        """What is reported once: the title of a lesson, and every panel of every step."""
        step = self.step
        if self.panel == "title":
            return ("title",)
        return (step.scene, step.phase, step.node, step.variable, self.panel)

    def text(self) -> str:
        """Return what is wrong, in words."""
        over = [
            f"{count} {unit}{'' if count == 1 else 's'} too {way}"
            for count, unit, way in (
                (self.lines_over, "line", "long"), (self.cells_over, "cell", "wide"),
            )
            if count
        ]  # fmt: skip
        looks = [] if self.unicode else ["in ASCII"]
        looks += [f"with {self.unfolded} unfolded"] if self.unfolded else []
        looks += [f"following example {self.example}"] if self.example else []
        looks += [f"with the cell {cell_text(self.cell)} open"] if self.cell is not None else []
        size = "x".join(map(str, DESIGN_SIZE))
        shown = f" ({', '.join(looks)})" if looks else ""
        step = f"{self.step.phase.value} {self.step.node}".strip()
        where = f"{self.selector} ({step})" if "step:" in self.selector else self.selector
        return f"at {where} the {self.panel} is {' and '.join(over)} for {size}{shown}"

    def options(self) -> str:
        """Return the options of `gdtutor shot` that show it."""
        words = [f"--at {shlex.quote(self.selector + cell_text(self.cell))}"]
        words += [] if self.unicode else ["--chars ascii"]
        words += [f"--unfold {self.unfolded}"] if self.unfolded else []
        words += [f"--example {self.example}"] if self.example else []
        return " ".join(words)


def fit_of(
    session: Walk,
    iterations: Iterable[int] = (0,),
    *,
    most: int = MAX_STEPS,
    is_plain: bool = False,
    is_over: Callable[[], bool] | None = None,
) -> tuple[list[Misfit], bool]:
    """Return the panels of a lesson's steps that do not fit the design size, one for each panel of
    each step at most, and one for the title: the plainest look at it; and whether all were seen.

    Args:
        session: The session, at the lesson's own values.
        iterations: The iterations whose steps are looked at.
        most: Steps that are looked at, unfolded ones counted as well.
        is_plain: Whether steps are looked at as they show at first alone, and in Unicode.
        is_over: Asked before each step; none is looked at any more once it says True.
    """
    found: dict[tuple[object, ...], Misfit] = {}
    left = most
    for look, step in _looks(session, iterations, is_plain=is_plain):
        left -= 1
        if left < 0 or (is_over is not None and is_over()):
            return list(found.values()), False
        for chars in (UNICODE,) if is_plain or _is_opened(look) else (UNICODE, ASCII):
            for misfit in _misfits(look, step, chars):
                found.setdefault(misfit.key, misfit)
    return list(found.values()), True


def _is_opened(session: Walk) -> bool:
    """Say whether a step is shown in another way than at first."""
    look = session.look
    return bool(look.unfolded or look.example) or look.cell is not None


def _looks(
    session: Walk, iterations: Iterable[int], *, is_plain: bool = False
) -> Iterator[tuple[Walk, Step]]:
    """Yield every step in every way of looking at it, the plainest first."""
    first, *others = iterations
    start = moved(session, first, 1)
    yield from _steps(start)
    if not is_plain:
        yield from _ways(start)
    for iteration in others:
        yield from _steps(moved(session, iteration, 1))


def _ways(start: Walk) -> Iterator[tuple[Walk, Step]]:
    """Yield the steps of an iteration unfolded, for other examples, and with cells open."""
    lines = (line for trace in start.moment.traces for line in trace.graph.lines)
    for line in (line for line in lines if line.first != line.last):
        yield from _unfolded(start, line.name)
    for example in range(1, min(len(start.moment.batch), MAX_FOLLOWED)):
        yield from _steps(replace(start, look=replace(start.look, example=example)))
    for look, step in _steps(start):
        shape = cell_shape(look)
        for cell in spread_cells(shape, MAX_OPENED) if shape else ():
            yield replace(look, look=replace(look.look, cell=cell)), step


def _steps(session: Walk) -> Iterator[tuple[Walk, Step]]:
    for step in session.moment.steps:
        yield moved(session, session.moment.iteration, step.number), step


def _unfolded(session: Walk, line: str) -> Iterator[tuple[Walk, Step]]:
    """Yield the steps that a line's unfolding changes: its own, and those it sends gradients to."""
    for look, step in _steps(refolded(session, frozenset({line}))):
        received = look.moment.traces[step.scene].contributions.get(step.node, ())
        around = {step.node, *(c.consumer for c in received)}
        if line in {name.partition(".")[0] for name in around}:
            yield look, step


def _misfits(session: Walk, step: Step, chars: Chars) -> Iterator[Misfit]:
    context = context_of(session, chars)
    if context is None:
        return
    width, height = DESIGN_SIZE
    room = room_for(width, height)
    node = _over(node_lines(context, room.node_width), room.node_width, room.node_height)
    panels = {"node panel": node}
    if not _is_opened(session) or session.look.example:
        # The note is indented by one cell, and two are left beside it.
        panels["note"] = _over(note_lines(session, context, width - 3), width - 3, room.note)
    # A title may shrink for the digits of a late iteration; it is whole at the beginning.
    if not _is_opened(session) and context.moment.iteration < 10:
        title, place, count = header_parts(session, context, width, chars)
        # A blank stands at either end, and at least two between the parts.
        panels["title"] = 0, cells_of(title) + width_of((*place, *count)) + 6 - width
    unfolded = next(iter(session.look.unfolded), "")
    for panel, (lines, cells) in panels.items():
        if lines > 0 or cells > 0:
            yield Misfit(
                step, selector_of(context.moment, step).text(), panel, max(lines, 0), max(cells, 0),
                chars.unicode, unfolded, session.look.example, session.look.cell,
            )  # fmt: skip


def _over(lines: Sequence[Line], width: int, height: int) -> tuple[int, int]:
    widest = max((width_of(line) for line in lines), default=0)
    return len(lines) - height, widest - width
