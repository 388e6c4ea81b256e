"""The screen of `--watch`: the graph with a mark at each name, beside what departs at present."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import wrap

import numpy as np

from gdtutor.engine.characters import pictured
from gdtutor.judge.cost import curve_facts, curve_plot
from gdtutor.judge.outcome import Outcome
from gdtutor.judge.telling import lines_below_title
from gdtutor.judge.verdict import Verdict
from gdtutor.lesson.model import Lesson
from gdtutor.session.state import Look
from gdtutor.session.steps import Phase
from gdtutor.values import Struct, replace
from gdtutor.view import notation
from gdtutor.view.boxes import Panel, beside, boxed, is_too_small, too_small_frame
from gdtutor.view.context import Context
from gdtutor.view.frame import Area, Chars, Frame, Line, Lines, Placed, Style
from gdtutor.view.graph.model import DrawNode
from gdtutor.view.graph.panel import graph_drawing, leaf_style
from gdtutor.view.lines import framed, line, width_of, wrapped
from gdtutor.view.page import heading_line, title_of

NARROW = 72
"""Columns below which one panel shows at a time."""
AGAIN = "Save it again, and it is judged again."
MARKS, ASCII_MARKS = "✓✗~·", "+x~."
"""What stands at a name that is right, departs, is wrong because of another, is not there yet."""
_MEANING = ("right", "departs", "follows", "not there yet")
_ROOMY = 28
"""Lines of a graph from which one says what its marks are."""
_STYLES = dict(zip(MARKS, (Style.GOOD, Style.ERROR, Style.DIM, Style.DIM), strict=True))
_HEADS = dict.fromkeys(("departs", "failed", "also", "training"), Style.ERROR) | {
    "right": Style.GOOD, "not seen": Style.WARNING, "open": Style.KEY,
}  # fmt: skip
_KEYS = (("q", "quit"), ("?", "help"), ("Enter", "walk"), ("Tab", "panel"), ("PgDn", "scroll"))
_HELP = (
    "The file is judged at every save. In the graph {} stands at what is right, {} at what departs "
    "by itself, {} at what is wrong only because of it, and {} at what is not there yet: behind a "
    "name at its value, below it at its gradient.",
    "Tab shows the next graph, or the two curves of the cost. Enter opens the walk where the "
    "program departs; q there comes back. Arrows, PgUp and PgDn, Home and End scroll what is said. "
    "? closes this page. q and Ctrl-C end.",
)


class Board(Struct, frozen=True, eq=False):
    """What the screen shows."""

    lesson: Lesson
    path: Path
    outcome: Outcome | None = None
    """Of the last save that could be judged."""
    problem: str = ""
    """Why the present one could not."""
    message: str = ""
    is_judging: bool = True
    tab: int = 0
    scroll: int = 0
    has_help: bool = False


def pressed(board: Board, key: str, width: int, height: int) -> Board:
    """Return the board after a key, as Textual names it, on a screen of a size."""
    rows = height - 4
    most = max(len(_said(board, _right(width) - 4, Chars()).lines) - rows, 0)
    by = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -rows, "pagedown": rows, "space": rows,
          "home": -most, "end": most}.get(key)  # fmt: skip
    if by is not None:
        return replace(board, scroll=min(max(min(board.scroll, most) + by, 0), most))
    if key in ("question_mark", "escape"):
        is_asked = key == "question_mark" and not board.has_help
        return replace(board, has_help=is_asked, scroll=0)
    return replace(board, tab=board.tab + {"tab": 1, "shift+tab": -1}.get(key, 0))


def board_frame(board: Board, width: int, height: int, chars: Chars) -> Frame:
    """Return the screen: what can stand at the left, and what is said at the right."""
    if is_too_small(width, height):
        return too_small_frame(width, height)
    outcome, area, right = board.outcome, Area(width, height, chars), _right(width)
    graphs = 0 if outcome is None else len(board.lesson.scenes)
    tabs = graphs + (outcome is not None and outcome.curves is not None)
    is_narrow, left = right == width, width if right == width else width - right
    at = board.tab % (tabs + is_narrow or 1) - is_narrow
    beside_it, body = (area.wide(cells).less(rows=2) for cells in (right, left))
    said = boxed(_said(board, right - 4, chars), beside_it)
    plots: tuple[Placed, ...] = ()
    if is_narrow and (at < 0 or board.has_help):
        rows = said
    else:
        panel = Panel("graph", ())
        if outcome is not None and outcome.curves is not None and at == graphs:
            panel = Panel("training", ())
            plot = curve_plot(outcome.curves, chars)
            plots = (Placed(plot, 2, 2, body.inside.width, body.inside.height),)
        elif outcome is not None:
            panel = _graph(board, outcome.verdict, at, body.inside)
        rows = boxed(panel, body)
        rows = rows if is_narrow else beside(rows, said)
    keys = (
        part for key, word in _KEYS for part in ("  ", (key, Style.KEY), (f" {word}", Style.DIM))
    )
    lines = (_header(board, width, chars), *rows, line(*keys))
    return framed(area, lines, plots)


def _right(width: int) -> int:
    """Return the columns of what is said, its border included."""
    return width if width < NARROW else width - 34 if width < 110 else width * 11 // 20


def _header(board: Board, width: int, chars: Chars) -> Line:
    told: tuple[str, Style] = ("not judged", Style.ERROR)
    if board.is_judging:
        told = f"judging{chars.ellipsis}", Style.DIM
    elif board.outcome is not None and not board.problem:
        right, wanted = board.outcome.verdict.right, board.outcome.verdict.program.wanted
        style = Style.GOOD if board.outcome.is_right else Style.WARNING
        told = f"{len(right)} of {len(wanted)} right", style
    title = title_of(board.lesson.number, board.lesson.title, chars)
    file = line((pictured(board.path.name), Style.TITLE))
    return heading_line(title, file, line(told), width, chars)


def _said(board: Board, width: int, chars: Chars) -> Panel:
    """Return what is said: how far the program is, or why it is not judged."""
    title, lines = "verdict", list(wrapped(board.message, width, Style.WARNING))
    if board.has_help:
        signs = MARKS if chars.unicode else ASCII_MARKS
        title, lines = (
            "help",
            [r for text in _HELP for r in (*wrapped(text.format(*signs), width), ())],
        )
    elif board.problem:
        lines += [*wrapped(pictured(board.problem), width, Style.ERROR), (), *wrapped(AGAIN, width)]
    elif board.outcome is not None:
        name, curves = Path(board.path.name), board.outcome.curves
        rows = list(lines_below_title(board.outcome.verdict, name, board.outcome.slope, width))
        rows += [] if curves is None else curve_facts(curves)
        lines += [one for row in rows for one in _styled(row, width, chars)]
    return Panel(title, tuple(lines), board.scroll, True)


def _styled(row: str, width: int, chars: Chars) -> Iterator[Line]:
    """Yield a line of a verdict, its first word coloured, broken where it is too long."""
    row = notation.plain(pictured(row), chars)
    head = next((word for word in _HEADS if row.startswith(f"{word} ")), "")
    for part in wrap(row, max(width, 20), subsequent_indent=" " * 9) or [""]:
        yield line((head, _HEADS.get(head, Style.TEXT)), part[len(head) :])
        head = ""


def _graph(board: Board, verdict: Verdict, tab: int, area: Area) -> Panel:
    """Return a graph with a mark at each name, first that of the name to look at."""
    missing = (a for a in verdict.program.wanted if a.name in verdict.missing)
    place = next(missing, None) if verdict.first is None else verdict.first.name
    scenes, moment = len(board.lesson.scenes), verdict.program.moments[0]
    scene = (tab + (scenes - 1 if place is None else place.step.scene)) % scenes
    step = replace(moment.steps[0], scene=scene, phase=Phase.GIVEN, node="")
    if place is not None and scene == place.step.scene and place.step.phase is not Phase.UPDATE:
        step = place.step
    context = Context(moment, step, Look(), area.chars, board.lesson)
    told = _legend(area)
    room = area.height - 2 * len(told)
    drawn = graph_drawing(context, area.width, room, make_node=_marked(verdict, context)).lines
    drawn = (*drawn, *[()] * (area.height - len(drawn) - len(told)), *told) if told else drawn
    many = f" {scene + 1} of {scenes}" if scenes > 1 else ""
    before = ", as it was before" if board.problem else ""
    pieces = (
        ((t, s.style) for s in row for t in re.split(f"([{MARKS}])", s.text)) for row in drawn
    )
    rows = tuple(line(*((t, _STYLES.get(t, style)) for t, style in row)) for row in pieces)
    return Panel(f"graph{many}{before}", rows)


def _legend(area: Area) -> Lines:
    """Return what the marks are, where the graph leaves room."""
    signs = MARKS if area.chars.unicode else ASCII_MARKS
    told = line("  ".join(f"{sign} {word}" for sign, word in zip(signs, _MEANING, strict=True)))
    return (told,) if area.height >= _ROOMY and width_of(told) <= area.width else ()


def _marked(verdict: Verdict, context: Context) -> Callable[[str], DrawNode]:
    """Return what draws a node: its shape, with a mark for its value and one for its gradient."""
    right, departs, follows, missing = tuple(MARKS if context.chars.unicode else ASCII_MARKS)
    first = [] if verdict.first is None else [verdict.first]
    marks = {name.name: missing for name in verdict.program.wanted}
    marks |= dict.fromkeys(verdict.right, right) | dict.fromkeys(verdict.follows, follows)
    marks |= dict.fromkeys((d.name.name for d in (*first, *verdict.also)), departs)
    asked = [*verdict.program.asked, *(d.name for d in first if d.name.step.phase is Phase.UPDATE)]
    names = {(a.node, a.is_gradient): a.name for a in asked if a.step.scene == context.step.scene}

    def drawn(name: str) -> DrawNode:
        shape = notation.shape(np.shape(context.trace.values[name]), context.chars)
        value, slope = (
            f"{marks.get(names.get((name, is_back), ''), '')} {shape}".strip()
            for is_back in (False, True)
        )
        gradient = slope if (name, True) in names else None
        return DrawNode(
            name, context.name(name), value or None, gradient, leaf_style(context, name)
        )

    return drawn
