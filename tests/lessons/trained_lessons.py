"""Shipped lessons trained to their end, once for all tests that look at what came of it."""

from functools import cache

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.runs import in_variant
from gdtutor.session.state import Session


def opened(name: str, variant: str = "") -> Session:
    session = session_at(find_lesson(name, shipped_lessons_folder()))
    return in_variant(session, variant) if variant else session


@cache
def trained(name: str, variant: str = "") -> Session:
    """Return a lesson at the first step of the iteration that training ends with."""
    session = opened(name, variant)
    session.run.advance()
    return moved(session, session.run.farthest, 1)
