"""The panels of a large terminal, each with the lines that it needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import groupby

import numpy as np

from gdtutor.engine.places import places_of
from gdtutor.session.state import Tab, Walk
from gdtutor.session.steps import Phase, Step
from gdtutor.session.tasks import open_tasks
from gdtutor.values import Struct, replace
from gdtutor.view.boxes import Panel
from gdtutor.view.context import NO_BOUND, Context
from gdtutor.view.explain import node_lines, note_lines, with_signs
from gdtutor.view.figures import Figure, number_of, timing_words, walk_figure
from gdtutor.view.frame import Area, Lines, Style
from gdtutor.view.graph.drawing import WHOLE
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.graph.text import loss_note
from gdtutor.view.lines import line, stacked, wrapped
from gdtutor.view.numpy_line import code_panel, code_steps, with_numpy_line
from gdtutor.view.once import once
from gdtutor.view.prose import prose_lines
from gdtutor.view.split import BORDER, MEASURED, most_asked, most_lines, plain_step
from gdtutor.view.values import (
    cell_lines,
    cells_of,
    left_out,
    table_height,
    value_lines,
    values_panel,
)
from gdtutor.view.whatif import marked_names

LEAST_PICTURE = 12
"""Lines below which a picture is left out, its border included."""
HIGH_PICTURE = 18
"""Lines above which a picture makes room for what explains signs, its border included."""
LEAST = 5
"""Lines below which a panel that fills up a column is left out, its border included."""
SIGNS = 3
"""Lines below the graph in which signs are explained."""
MOST_KEPT = 9
"""Lines that a long node panel leaves to the note, its border included."""


class PanelNeed(Struct, frozen=True, eq=False):
    """A panel of a column before its height is known."""

    lines: int
    """Lines that it needs, its border included."""
    least: int
    """Lines below which it is left out."""
    keeps: int
    """Lines that those above it leave to it."""
    draw: Callable[..., Figure]
    """Makes the panel of what is inside its border."""
    pinned: Lines = ()
    """What stands at its bottom besides."""
    annex: Panel | None = None
    """What shares its lower border, in lines of its own."""
    note: str = ""
    """What its lower border says of where it goes on."""
    number: str = ""
    """What stands behind its title."""
    is_drawn: bool = False
    """Whether blank lines are part of what it draws."""
    is_elastic: bool = False
    """Whether all of it is told in fewer lines as well."""
    has_more: bool = False
    """Whether it tells more in more lines than it needs."""
    is_list: bool = False
    """Whether it lists the cells of matrices."""
    at: Callable[[Context], PanelNeed] | None = None
    """Makes it at another step, where that may tell more."""
    goes_on: Callable[..., Figure] | None = None
    """Makes it where what it has no room for stands elsewhere."""

    @property
    def below(self) -> int:
        """Lines that are pinned to its bottom and stand below that."""
        return len(self.pinned) + (0 if self.annex is None else len(self.annex.lines) + 1)

    def whole(self, end: Context, area: Area) -> PanelNeed:
        """Return it with lines for all that it tells at the last step of a graph, too."""
        make = self.at
        if make is None:
            return self

        def measured() -> int:
            return len(make(end).make(area.high(NO_BOUND).inside).panel.lines) + BORDER

        return replace(self, lines=max(self.lines, once((end, make, area.width), measured)))

    def make(self, inside: Area) -> Figure:
        """Return the panel with what is pinned to its bottom and what stands below that."""
        figure = self.draw(inside.less(rows=min(self.below, inside.height)))
        note = self.note or figure.panel.note
        panel = replace(figure.panel, pinned=self.pinned, annex=self.annex, note=note)
        return replace(figure, panel=panel)


Column = list[PanelNeed]
"""Panels below each other."""


def graph_need(session: Walk, context: Context, area: Area, picture: PanelNeed | None) -> PanelNeed:
    """Return the graph in the first layout that fits, which leaves room for a picture if it can,
    and blank lines for signs that the walk meets, where that takes none that a picture needs. Its
    border names the key that times a picture.
    """
    width, height = area.inside.width, area.height
    rooms = [height - LEAST_PICTURE, height] if picture is not None else [height]
    if len(places_of(context.trace).used) > WHOLE or (picture is not None and context.look.figure):
        # What lies around a node is drawn in as many lines at every one; a picture that was asked
        # for has its room.
        rooms = [height - LEAST_PICTURE]
    for room in rooms:
        drawing = graph_drawing(context, width, room - BORDER, marked_names(context))
        if drawing.rows < room - BORDER:
            break
    # A page has its signs explained before the walk goes on.
    high = HIGH_PICTURE if context.look.tab is Tab.NODE else LEAST_PICTURE
    kept = LEAST if picture is None else high
    below = SIGNS if drawing.rows + SIGNS + BORDER + kept <= height else 0

    @cache
    def make(inside: Area) -> Figure:
        lines = drawing.centred(inside)[: inside.height]
        near = (inside.height + drawing.rows) // 2 + SIGNS
        shown = with_signs(context, lines[:near], inside.width)
        note = timing_words(session, context.chars, inside.width) or loss_note(context, lines)
        return Figure(Panel("graph", (*shown, *lines[near:]), note=note))

    return PanelNeed(drawing.rows + below + BORDER, 3, 0, make, is_drawn=True)


def picture_need(session: Walk, context: Context) -> PanelNeed | None:
    """Return the lesson's picture, None where it offers none now.

    It keeps its place while a question is open, which it may answer.
    """
    if not number_of(replace(session, challenge=None), context.chars, always=True):
        return None

    @cache
    def make(inside: Area) -> Figure:
        figure = walk_figure(session, inside, always=True)
        return figure or Figure(Panel("picture", _later("picture")))

    return PanelNeed(LEAST_PICTURE, LEAST_PICTURE, 0, make, is_elastic=True)


def whole_graph(context: Context, area: Area) -> PanelNeed:
    """Return a graph where it has room whole."""
    drawing = graph_drawing(context, area.inside.width, area.inside.height)
    high = drawing.rows + BORDER
    least = high if drawing.is_whole else NO_BOUND
    return PanelNeed(high, least, 0, lambda room: Figure(Panel("graph", drawing.centred(room))))


def other_graph(session: Walk, context: Context, scene: int, area: Area) -> PanelNeed:
    """Return another graph of the lesson: one that the walk has left with all that it told there,
    one to come with what is given."""
    steps = (step for step in context.moment.steps if step.scene == scene)
    # All is known behind the last step of a graph, and no node is marked.
    left = Step(context.step.number, scene, Phase.UPDATE, "")
    step = left if scene < context.step.scene else next(steps)
    one = whole_graph(replace(plain_step(context), step=step), area)
    return replace(one, number=f" {scene + 1}/{len(session.lesson.scenes)}")


def before_need(session: Walk, context: Context, area: Area) -> PanelNeed:
    """Return the step before, as high at every step, with earlier ones in what is left of it; at
    the first, the steps to come."""
    width, plain = area.inside.width, plain_step(context)
    high = most_lines(session, context, width)[0] + BORDER
    steps, number = context.moment.steps, context.step.number

    def told(step: Step) -> Lines:
        key = context.moment, context.own, plain.look, context.chars, step, width
        return once(("before", *key), lambda: node_lines(replace(plain, step=step), width))

    @cache
    def draw(inside: Area) -> Figure:
        lines: Lines = ()
        names = list[str]()
        for step in reversed(steps[: number - 1]):
            more = stacked((lines, told(step)))
            if names and len(more) > inside.height:
                break
            lines = more
            names.append(_called(context, step) or "given values")
        if names:
            return Figure(Panel(f"before: {', '.join(names)}", lines))
        if context.challenge and not context.challenge.hides:
            return Figure(Panel("steps to come", _later("order")))
        for phase, own in groupby(steps[number:], key=lambda step: step.phase.value):
            called = ", ".join(_called(context, step) for step in own)
            lines = (*lines, *wrapped(f"{phase}: {called}" if called else phase, width))
        return Figure(Panel("steps to come", lines))

    return PanelNeed(high, high, 0, draw, has_more=True)


def _called(context: Context, step: Step) -> str:
    at = replace(context, step=step)
    return (at.gradient_name if step.phase is Phase.BACKWARD else at.name)(step.node)


def _later(what: str) -> Lines:
    return (line((f"The {what} comes with the answer.", Style.DIM)),)


def tasks_need(session: Walk, context: Context, area: Area) -> PanelNeed:
    """Return the lesson's tasks, those that are done with a mark."""
    waiting, scroll = {task.id for task in open_tasks(session)}, session.look.scroll
    listed = (f"{'○' if t.id in waiting else '✓'} {t.text}" for t in session.lesson.tasks)
    lines = prose_lines("\n\n".join(listed), area.inside.width, context.chars)
    return PanelNeed(len(lines) + BORDER, LEAST, 0, lambda _: Figure(Panel("tasks", lines, scroll)))


def step_needs(session: Walk, context: Context, title: str, area: Area) -> list[PanelNeed]:
    """Return the panels of the step and of its note, as high at every step of the iteration.

    One step may take more: where a cell, a proof, or more digits are open.
    """
    width = area.inside.width
    lines = node_lines(context, width)
    note = _later("note") if context.challenge else note_lines(session, context, width)
    if len(context.moment.steps) > MEASURED:
        most, longest = area.height // 2, MOST_KEPT - BORDER
    else:
        most, longest = most_lines(session, context, width)
        most = max(most, most_asked(session, context, width), len(lines))
        longest = max(longest, len(note))
    scroll, kept = session.look.scroll, min(longest + BORDER, MOST_KEPT)
    return [
        PanelNeed(most + BORDER, 3, 0, lambda _: Figure(Panel(title, lines, scroll, True))),
        PanelNeed(longest + BORDER, 3, kept, lambda _: Figure(Panel("note", note, scroll))),
    ]


def values_need(context: Context) -> PanelNeed:
    """Return the table of values, with cells of matrices in the lines that it does not need."""

    def draw(goes_on: bool, inside: Area) -> Figure:
        return Figure(values_panel(context, inside.width, inside.height, goes_on=goes_on))

    alone, begun = (cache(partial(draw, goes_on)) for goes_on in (False, True))
    lines = table_height(context) + BORDER
    return PanelNeed(lines, LEAST, 0, alone, is_list=True, at=values_need, goes_on=begun)


def table_need(context: Context) -> PanelNeed:
    """Return the table where the cells have a panel of their own."""

    def draw(inside: Area) -> Figure:
        return Figure(value_lines(context, inside.width, inside.height))

    return PanelNeed(table_height(context) + BORDER, LEAST, 0, draw)


def cells_needs(context: Context) -> list[PanelNeed]:
    """Return the panel of the cells of matrices, where there is one."""
    is_any = any(np.prod(shape) > 1 for shape in context.trace.shapes.values())

    @cache
    def draw(inside: Area) -> Figure:
        cells = cell_lines(context, (), (inside.width, inside.height), cells_of(context))
        note = left_out(context, len(cells.left))
        return Figure(Panel("cells", cells.lines, note=note, unlisted=cells.left))

    return [PanelNeed(LEAST, LEAST, 0, draw, is_list=True)] * is_any


def code_need(context: Context, *, is_met: bool = True) -> PanelNeed:
    """Return the iteration as a program; before gradients are met, its forward pass."""
    steps = [s for s in code_steps(context) if is_met or s.phase is Phase.FORWARD]
    lines = len(steps) + BORDER
    draw = cache(lambda inside: Figure(code_panel(context, steps, inside)))
    return PanelNeed(lines, min(LEAST, lines), 0, draw, at=code_need)


def with_numpy(context: Context, node: PanelNeed) -> PanelNeed:
    """Return a panel with the step's line of NumPy at its bottom, where it has room."""

    @cache
    def draw(inside: Area) -> Figure:
        panel = node.draw(inside).panel
        return Figure(replace(panel, lines=with_numpy_line(context, panel.lines, inside)))

    return replace(node, draw=draw)
