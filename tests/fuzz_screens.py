"""A reader for the fuzzing that also opens every lesson, paints screens of it and checks it.

python -m tests.fuzz --cases 5000 --reader tests.fuzz_screens:read_and_paint
"""

from __future__ import annotations

import random
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Report
from gdtutor.lesson.runs import run_of
from gdtutor.session.moving import moved
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of
from tests.fuzz_cases import read

SIZES = ((80, 24), (40, 12), (120, 36), (20, 5))


def read_and_paint(data: bytes, path: Path) -> tuple[Lesson | None, tuple[Report, ...]]:
    """Read a lesson file; where it is a lesson, paint its first, its last and other steps."""
    lesson, reports = read(data, path)
    if lesson is not None:
        paint(lesson, random.Random(len(data)))
    return lesson, reports


def paint(lesson: Lesson, draws: random.Random) -> None:
    """Open a lesson and paint a few of its screens, unless it says why it cannot be opened."""
    try:
        session = opened(Session(), Opened(lesson, run_of(lesson)))
    except GdTutorError:
        return
    steps = len(session.moment.steps)
    for step in {0, 1, steps, *(draws.randint(0, steps) for _ in range(3))}:
        width, height = draws.choice(SIZES)
        chars = draws.choice((UNICODE, ASCII))
        frame = frame_of(moved(session, 0, step), width, height, chars)
        assert len(frame.lines) == height, f"{len(frame.lines)} lines of {height}"
