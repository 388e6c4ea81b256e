"""The first line of a walk, which says where we are."""

from __future__ import annotations

from itertools import chain

from gdtutor.engine.characters import cells
from gdtutor.session.navigation import with_keys
from gdtutor.session.notes import comes_after_training
from gdtutor.session.state import Walk
from gdtutor.session.steps import Phase
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Chars, Line, Style
from gdtutor.view.lines import first_that_fits, line, shortened, width_of
from gdtutor.view.page import OPENING, heading_line, title_of

PHASE_STYLES = {
    Phase.GIVEN: Style.INPUT,
    Phase.FORWARD: Style.FORWARD,
    Phase.BACKWARD: Style.BACKWARD,
    Phase.UPDATE: Style.UPDATE,
}

LEAST_TITLE = 8
"""Cells that a title keeps where it is told which steps were passed over."""


def header_line(session: Walk, context: Context | None, width: int, chars: Chars) -> Line:
    """Return lesson, iteration, phase, node, and step n of N."""
    return heading_line(*header_parts(session, context, width, chars), width, chars)


def header_parts(
    session: Walk, context: Context | None, width: int, chars: Chars
) -> tuple[str, Line, Line]:
    """Return what the first line says: the title, where we are, and which step of how many. The
    title is whole where fewer words for the iteration make room for it."""
    lesson, moment = session.lesson, session.moment
    title = title_of(lesson.number, lesson.title, chars)
    marks = _marks(session, chars)
    if session.look.is_closing:
        place = line("closing page", *marks)
        count = line((f"{len(moment.steps)} steps", Style.DIM))
    elif context is None:
        place = (*OPENING, *marks)
        count = line((f"{len(moment.steps)} steps", Style.DIM))
    else:
        count = line("step ", (f"{context.step.number}/{len(moment.steps)}", Style.TITLE))
        places = [_place(session, context, told) for told in _iteration_words(session, width)]
        room = width - width_of(count) - cells(title) - 6
        place = next((place for place in places if width_of(place) <= room), places[-1])
        left_out = passed_over(session)
        passed = line((f" (the lesson passes over {left_out})", Style.DIM)) if left_out else ()
        # The title comes first: where it has no room beside, a line above the keys says it, or
        # fewer words where an answer is typed there.
        if width_of((*place, *passed)) <= room:
            count = (*count, *passed)
        elif left_out and session.prompt is not None:
            room -= width_of(places[-1])
            brief = f" ({left_out} passed over)", f" (skips {left_out.split()[1]})"
            passed = line((first_that_fits(brief, room), Style.DIM))
            if width_of(passed) <= max(room, room + cells(title) - LEAST_TITLE):
                place, count = places[-1], (*count, *passed)
    return title, place, count


def passed_over(session: Walk) -> str:
    """Return the steps that were passed over on the way here by number, empty where none were."""
    passed = session.passed
    if not passed or session.look.is_closing:
        return ""
    return f"steps {passed[0]}-{passed[-1]}" if len(passed) > 1 else f"step {passed[0]}"


def _iteration_words(session: Walk, width: int) -> tuple[str, ...]:
    """Return the iteration in fewer and fewer words; none where there is but one."""
    number = session.moment.iteration
    beyond = " (after training)" if comes_after_training(session) else ""
    full = () if width < 72 else (f"iteration {number}{beyond}", f"it. {number}{beyond}")
    return (*full, f"it. {number}", *("",) * (not session.lesson.trains))


def _place(session: Walk, context: Context, iteration: str) -> Line:
    moment = context.moment
    step = context.step
    parts: list[tuple[str, Style]] = [(iteration, Style.TEXT)] if iteration else []
    if len(moment.traces) > 1:
        parts.append((f"graph {step.scene + 1}/{len(moment.traces)}", Style.TEXT))
    parts.append((step.phase.value, PHASE_STYLES[step.phase]))
    if step.node:
        variable = "" if step.variable in ("", "p") else f".{step.variable}"
        parts.append((context.name(step.node) + variable, Style.CURRENT))
    pointer = f" {context.chars.pointer} ", Style.DIM
    places = line(*chain(*((pointer, part) for part in parts)))[1:]
    return (*places, *_marks(session, context.chars))


def _marks(session: Walk, chars: Chars) -> Line:
    """Return what holds at every step: predict mode, auto-play, the variant, the changes."""
    called = shortened(notation.plain(session.variant, chars), 16, chars)
    # Beside a value V its key would be taken for it.
    word = "V:" if with_keys("`V`", session.moment) == "V" else "variant"
    return line(
        ("  ?" * session.predict, Style.KEY),
        (f"  auto {session.auto.seconds:g} s" * session.auto.is_on, Style.KEY),
        (f"  {word} {called}" * bool(session.variant), Style.CHANGED),
        ("  *edited" * bool(session.changes), Style.CHANGED),
    )
