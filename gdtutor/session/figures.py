"""Which of a lesson's pictures stands in place of the graph."""

from __future__ import annotations

from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_work import TIMED
from gdtutor.lesson.selectors import parse_selector
from gdtutor.session.effects import TimeExamples
from gdtutor.session.navigation import said
from gdtutor.session.state import Screen, Session, current_step
from gdtutor.values import replace


def shown_figure(session: Session) -> int:
    """Return which picture shows, from 1; 0 where the graph shows."""
    if session.lesson is None or current_step(session) is None:
        return 0
    if session.look.figure is not None:
        return min(session.look.figure, len(session.lesson.pictures))
    return own_figure(session)


def own_figure(session: Session) -> int:
    """Return the picture that the lesson itself shows at this step, from 1; 0 for the graph."""
    pictures = session.lesson.pictures if session.lesson is not None else ()
    found = (n for n, wish in enumerate(pictures, start=1) if _is_due(session, wish))
    return next(found, 0)


def _is_due(session: Session, wish: PictureWish) -> bool:
    options, step = dict(wish.options), current_step(session)
    places = options.get("at", ())
    if step is None or options.get("show") is False:
        return False
    if not isinstance(places, tuple) or not places:
        return bool(options.get("show"))
    selectors = [parse_selector(str(place)) for place in places]
    return any(
        s.phase == step.phase.value and s.node in ("", step.node, step.node.partition(".")[0])
        for s in selectors
    )


def next_figure(session: Session, count: int) -> Session:
    """Show the next picture, and the graph after the last one."""
    if session.lesson is None or not session.lesson.pictures:
        return said(session, "This lesson has no pictures.")
    if current_step(session) is None:
        return said(session, "The pictures belong to the steps; go on to the first one.")
    figure = (shown_figure(session) + count) % (len(session.lesson.pictures) + 1)
    return replace(session, look=replace(session.look, figure=figure))


def measurements_due(session: Session) -> tuple[TimeExamples, ...]:
    """Return the timing that the picture on the screen waits for, if it does."""
    figure = shown_figure(session)
    if session.screen is not Screen.STUDY or not figure or session.timings:
        return ()
    if session.lesson is None or session.moment is None:
        return ()
    wish = session.lesson.pictures[figure - 1]
    if wish.kind != "timing":
        return ()
    sizes = dict(wish.options).get("examples", TIMED)
    moment = session.moment
    wanted = tuple(sizes) if isinstance(sizes, tuple) else TIMED
    return (TimeExamples(moment.problem, moment.state.parameters, wanted),)
