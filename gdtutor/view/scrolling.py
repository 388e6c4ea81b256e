"""A session as its screen leaves it: not scrolled past the end of its text, its signs explained."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.session.state import AT_TASKS, Screen, Session, Walk
from gdtutor.values import replace
from gdtutor.view.bottom import is_compact
from gdtutor.view.boxes import hidden_around, is_too_small
from gdtutor.view.frame import UNICODE, Area, Chars, Frame
from gdtutor.view.screen import frame_of


def settled(session: Session, width: int, height: int, chars: Chars) -> Session:
    """Return the session scrolled no further than its text goes at this size."""

    def least(scroll: int, scrolled: Callable[[int], Session]) -> Session:
        around = hidden_around(frame_of(scrolled(scroll), width, height, chars).lines)
        return scrolled(min(scroll, around[0] if around else 0))

    if is_too_small(width, height):
        return session
    if isinstance(session, Walk) and session.look.scroll == AT_TASKS:
        from gdtutor.view.closing import closing_scroll

        scroll = closing_scroll(session, width, chars)
        session = replace(session, look=replace(session.look, scroll=scroll))
    match session.screen:
        case Screen.HELP:
            from gdtutor.view.help import settled_help

            return settled_help(session, Area(width, height, chars))
        case Screen.STUDY if session.look.scroll:
            look = session.look
            return least(look.scroll, lambda n: replace(session, look=replace(look, scroll=n)))
        case Screen.TRAIN if isinstance(session, Walk) and session.train.look.scroll:
            walk, side = session, session.train.look
            return least(side.scroll, lambda n: walk.with_train(look=replace(side, scroll=n)))
        case _:
            return session


def shown(session: Session, width: int, height: int, chars: Chars) -> tuple[Session, Frame]:
    """Return the session settled at a size with its frame, signs explained that are new on it."""
    session = settled(session, width, height, chars)
    frame = frame_of(session, width, height, chars)
    session = _pictured(session, frame)
    if isinstance(session, Walk) and session.screen is Screen.STUDY and session.challenge is None:
        session, frame = _explained(session, frame, chars)
    return _paging(session, frame), frame


def _explained(session: Walk, frame: Frame, chars: Chars) -> tuple[Walk, Frame]:
    """Return a walk that knows the signs on its frame, and the frame that explains the new ones."""
    from gdtutor.view.explain import context_of, drawn_signs, explained_signs

    # Beside an opening page stand panels of the first step.
    at = session if session.step else replace(session, step=1)
    context = context_of(at, UNICODE)
    if context is None:
        return session, frame
    size, met = (frame.width, frame.height), session.look.met or ()
    place = context.moment.iteration, context.step.number

    def drawn(at: Walk, frame: Frame) -> frozenset[str]:
        # In ASCII some signs are no more than letters.
        return drawn_signs(context, frame if chars.unicode else frame_of(at, *size, UNICODE))

    signs = drawn(session, frame)
    new = tuple((sign, *place) for sign in sorted(signs - {sign for sign, *_ in met}))
    if session.look.is_resumed:
        known = (*met, *((sign, -1, 0) for sign, *_ in new))
        return replace(session, look=replace(session.look, met=known, is_resumed=False)), frame
    at, held = session, (*met, *new)
    for _ in range(2):
        # What hides a sign hides what explains it, be it what explains the others.
        held = tuple(one for one in held if one[1:] != place or one[0] in signs)
        if held == at.look.met:
            break
        at = replace(session, look=replace(session.look, met=held))
        frame = frame_of(at, *size, chars)
        signs = drawn(at, frame)
    # What had no room is explained where it is seen next.
    explained = explained_signs(frame.lines)
    known = tuple(one for one in (*met, *new) if one in met or one[0] in explained)
    return replace(session, look=replace(session.look, met=known)), frame


def _pictured(session: Session, frame: Frame) -> Session:
    """Return the session that knows which picture its screen shows beside the graph, and whether
    one panel shows alone, for the key of the pictures.
    """
    is_walked = isinstance(session, Walk) and session.screen is Screen.STUDY
    if not isinstance(session, Walk) or not is_walked or not session.lesson.pictures:
        return session
    from gdtutor.view.study import pictured

    alone, beside = is_compact(frame.size), pictured(session, frame)
    if (alone, beside) == (session.look.is_alone, session.look.beside):
        return session
    return replace(session, look=replace(session.look, is_alone=alone, beside=beside))


def _paging(session: Session, frame: Frame) -> Session:
    """Return the session that knows how far its text, its question or its panels go on, for the
    keys that page or scroll them."""
    is_read = isinstance(session, Walk) and session.screen in (Screen.STUDY, Screen.TRAIN)
    _, hidden = hidden_around(frame.lines) or (0, 0)
    # A line or two of the page before stay.
    page, below = (max(frame.height - 7, 1), hidden) if is_read else (0, 0)
    if (page, below) == (session.look.page, session.look.below):
        return session
    return replace(session, look=replace(session.look, page=page, below=below))
