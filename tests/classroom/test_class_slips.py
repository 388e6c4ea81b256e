"""Every slip that a typed number can come from is counted by its name in a class's distribution."""

from collections.abc import Iterator, Set

import numpy as np
import pytest
from classes import after, pressed

from gdtutor.classroom.board import answer_rows
from gdtutor.classroom.polls import own_question, spread
from gdtutor.classroom.room import joined, taught
from gdtutor.classroom.seats import opened_room
from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.session.answers import read_number
from gdtutor.session.cell_slips import wrong_formulas
from gdtutor.session.challenge import Challenge
from gdtutor.session.fitting import of_whole_arrays, slips_that_fit, value_at
from gdtutor.session.press import Press
from gdtutor.session.slips import Slip
from gdtutor.session.state import Walk
from gdtutor.session.update import Posed, update
from gdtutor.session.working import working_of
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of

OF_PROGRAMS = {
    Slip.NO_SUM, Slip.ELEMENTWISE, Slip.OTHER_DERIVATIVE, Slip.OTHER_FUNCTION, Slip.OTHER_VALUE,
    Slip.STALE_CACHE, Slip.LOST_AXIS, Slip.OTHER_RATE, Slip.NOT_RESET, Slip.PRECISION,
    Slip.IN_PLACE, Slip.NOT_FINITE, Slip.TYPED, Slip.EPSILON, Slip.RESET, Slip.NO_DECAY,
}  # fmt: skip
"""What goes wrong with arrays, or over several steps, and no single number tells; no lesson of the
course has a weight decay."""


def told_by(session: Walk, challenge: Challenge, missing: Set[Slip]) -> Iterator[tuple[Slip, str]]:
    """Yield the missing slips that a number alone tells apart here, each with the number."""
    working, cell = working_of(session.moment, challenge.step), challenge.cell
    for fit, formula in (*wrong_formulas(working, cell), *of_whole_arrays(working)):
        if fit.slip not in missing:
            continue
        value = value_at(formula, working, working.operands, cell)
        if not np.isfinite(value):
            continue
        typed = f"{value:#.9g}"
        fits = slips_that_fit(working, cell, read_number(typed), session.look.digits)
        if fits and fits[0].slip is fit.slip:
            yield fit.slip, typed


def questions() -> Iterator[tuple[Walk, Challenge]]:
    """Yield questions of a teacher's own about the steps of the shipped lessons."""
    for path in sorted(shipped_lessons_folder().glob("[0-9]*.md")):
        first = session_at(path, at="step:1")
        for at in range(1, len(first.moment.steps)):
            session = replace(first, step=at)
            try:
                yield session, own_question(session, "value")
            except GdTutorError:
                continue


@pytest.mark.slow
def test_every_slip_that_a_number_tells_is_counted_by_its_name() -> None:
    missing = set(Slip) - OF_PROGRAMS
    for session, challenge in questions():
        answers = dict(told_by(session, challenge, missing))
        if not answers:
            continue
        room = opened_room(session)
        for slip in answers:
            room = joined(room, slip.name, "1234", "")
        asking = update(session, Posed(challenge))[0]
        room = taught(room, asking)
        for slip, text in answers.items():
            for key in (*text, "enter"):
                room = pressed(room, slip.name, Press(key, key if len(key) == 1 else None))
        room = taught(room, after(asking, "escape", "n"))
        assert dict(spread(room.polls[-1])) == {slip.value: 1 for slip in answers}
        told = [text_of(row) for row in answer_rows(room.polls, 80, UNICODE)]
        for slip in answers:
            assert any(row.startswith(slip.value) and row.endswith(" 1") for row in told)
            assert slip.value in room.seats[slip.name].notice
        missing -= answers.keys()
        if not missing:
            return
    assert not missing
