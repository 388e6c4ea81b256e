"""The whole view: one frame for any state, size and character set."""

from __future__ import annotations

from gdtutor.session.state import Playing, Screen, Session, Walk
from gdtutor.view.bottom import bottom_lines
from gdtutor.view.boxes import blank_frame, is_too_small, too_small_frame
from gdtutor.view.frame import Area, Chars, Frame
from gdtutor.view.library_lines import library_lines
from gdtutor.view.lines import framed
from gdtutor.view.refusal import with_command, with_message, with_refusal, with_reports


def frame_of(session: Session, width: int, height: int, chars: Chars) -> Frame:
    """Return what the terminal shows."""
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
