"""The whole view: one frame for any state, size and character set, and what it leaves to a session.

All that shows a session calls `shown`: a screen is not scrolled past the end of its text, and what
is new on it is explained. Who looks at several in turn has each sign explained once, as `Reader`.
"""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.lesson.model import Lesson
from gdtutor.session.state import AT_TASKS, Playing, Screen, Session, Walk
from gdtutor.values import replace
from gdtutor.view.bottom import bottom_lines, is_compact
from gdtutor.view.boxes import blank_frame, hidden_around, is_too_small, too_small_frame
from gdtutor.view.frame import UNICODE, Area, Chars, Frame
from gdtutor.view.library_lines import library_lines
from gdtutor.view.lines import framed
from gdtutor.view.refusal import with_command, with_message, with_refusal, with_reports


def shown(session: Session, width: int, height: int, chars: Chars) -> tuple[Session, Frame]:
    """Return the session settled at a size with its frame, signs explained that are new on it."""
    is_walked = isinstance(session, Walk) and session.screen is Screen.STUDY
    at = session if is_walked else settled(session, width, height, chars)
    frame = _drawn(at, width, height, chars)
    if isinstance(at, Walk) and is_walked:
        # What explains signs takes lines of a note, which scrolls then.
        at, frame = _explained(at, frame, chars)
        session, at = at, settled(at, width, height, chars)
        frame = frame if at is session else _drawn(at, width, height, chars)
    session = _pictured(at, frame)
    return _paging(session, frame), frame


def frame_of(session: Session, width: int, height: int, chars: Chars) -> Frame:
    """Return what a terminal shows of a session that no screen has shown before."""
    return shown(session, width, height, chars)[1]


class Reader:
    """Who looks at one screen after the other: each sign of a lesson is explained to them once."""

    def __init__(self) -> None:
        self._lesson: Lesson | None = None
        self._met: tuple[tuple[str, int, int], ...] = ()

    def frame(self, session: Session, width: int, height: int, chars: Chars) -> Frame:
        """Return what they see of a session, after what they have seen."""
        if not isinstance(session, Walk):
            return frame_of(session, width, height, chars)
        met = self._met if session.base is self._lesson else ()
        known = {one[0]: one for one in (*(session.look.met or ()), *met)}
        session = replace(session, look=replace(session.look, met=tuple(known.values())))
        after, frame = shown(session, width, height, chars)
        self._lesson, self._met = session.base, after.look.met or ()
        return frame


def settled(session: Session, width: int, height: int, chars: Chars) -> Session:
    """Return the session scrolled no further than its text goes at this size."""

    def least(scroll: int, scrolled: Callable[[int], Session]) -> Session:
        around = hidden_around(_drawn(scrolled(scroll), width, height, chars).lines)
        most = around[0] if around else 0
        return session if scroll <= most else scrolled(most)

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


def _drawn(session: Session, width: int, height: int, chars: Chars) -> Frame:
    """Return the frame of a session as it is."""
    if is_too_small(width, height):
        return too_small_frame(width, height)
    if session.look.is_blank:
        return blank_frame(width, height)
    if session.message or session.prompt is not None:
        from gdtutor.view.explain import with_symbols

        session = with_symbols(session, chars)
    frame = _frame(session, Area(width, height, chars))
    frame = with_reports(frame, session, chars) if session.broken else frame
    frame = with_message(frame, session, chars)
    frame = with_refusal(frame, session.prompt, chars)
    return with_command(frame, session.command, chars) if session.command else frame


def _frame(session: Session, area: Area) -> Frame:
    match session.screen:
        case Screen.HELP:
            # What is not shown first is imported when it comes: the first screen shows sooner.
            from gdtutor.view.help import help_frame

            return help_frame(session, area)
        case Screen.STUDY if isinstance(session, Walk):
            from gdtutor.view.study import study_frame

            return study_frame(session, area)
        case Screen.TRAIN if isinstance(session, Walk):
            from gdtutor.view.train import train_frame

            return train_frame(session, area)
        case Screen.PLAY if isinstance(session, Playing):
            from gdtutor.view.play import play_frame

            return play_frame(session, area)
        case _:
            lines = library_lines(session.library, session.saving, area.less(rows=2))
            return framed(area, (*lines, *bottom_lines(session, area.width, area.chars)))


def _explained(session: Walk, frame: Frame, chars: Chars) -> tuple[Walk, Frame]:
    """Return a walk that knows the signs on its frame, and the frame that explains the new ones."""
    from gdtutor.view.explain import EDGES, context_of, drawn_signs, explained_signs

    # Beside an opening page stand panels of the first step.
    at = session if session.step else replace(session, step=1)
    context = context_of(at, UNICODE)
    if context is None:
        return session, frame
    size, met = (frame.width, frame.height), session.look.met or ()
    place = context.moment.iteration, context.step.number

    def found(at: Walk, frame: Frame) -> frozenset[str]:
        # In ASCII some signs are no more than letters.
        return drawn_signs(context, frame if chars.unicode else _drawn(at, *size, UNICODE))

    signs = found(session, frame)
    # Where lines lack, those of the graph are told last.
    new = sorted(signs - {sign for sign, *_ in met}, key=lambda sign: (sign not in EDGES, sign))
    if new and session.message:
        # What a message covers for a moment is explained all the same.
        quiet = replace(session, message="")
        after, told = _explained(quiet, _drawn(quiet, *size, chars), chars)
        after, here = replace(after, message=session.message), found(quiet, told)
        held = tuple(one for one in after.look.met or () if one[1:] != place or one[0] in here)
        return after, _drawn(replace(after, look=replace(after.look, met=held)), *size, chars)
    if session.look.is_resumed:
        known = (*met, *((sign, -1, 0) for sign in new))
        return replace(session, look=replace(session.look, met=known, is_resumed=False)), frame
    at, held = session, (*met, *((sign, *place) for sign in new))
    for _ in range(2):
        # What hides a sign hides what explains it, be it what explains the others.
        held = tuple(one for one in held if one[1:] != place or one[0] in signs)
        if held == at.look.met:
            break
        at = replace(session, look=replace(session.look, met=held))
        frame = _drawn(at, *size, chars)
        signs = found(at, frame)
    # What had no room is explained where it is seen next.
    explained = explained_signs(frame.lines)
    own = ((sign, *place) for sign in new if sign in explained)
    return replace(session, look=replace(session.look, met=(*met, *own))), frame


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
