"""Sessions in the shipped lessons, and keys pressed in them."""

from pathlib import Path

from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.values import replace


def lesson_file(name: str) -> Path:
    return find_lesson(name, shipped_lessons_folder())


def open_at(name: str, at: str = "", **options: object) -> Session:
    return session_at(lesson_file(name), at=at, **options)  # type: ignore[arg-type]


def press(session: Session, keys: str) -> Session:
    for key in parse_keys(keys):
        session, _ = update(session, replace(key, is_scripted=False))
    return session
