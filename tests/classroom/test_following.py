"""For random keys of teacher and students, who follows sees the teacher's screen, and no more."""

import asyncio
import contextlib
import random
import re

import pytest
from classes import Watched, lesson_session, screen_rows

from gdtutor.classroom.bench import Workbench
from gdtutor.classroom.hub import MOST_SEATS, ClassHub
from gdtutor.classroom.polls import OTHER, Poll, own_question
from gdtutor.classroom.screens import SharedScreens
from gdtutor.classroom.seats import shared_session
from gdtutor.drive.effects import pressed
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.challenge import Ask
from gdtutor.session.press import Press
from gdtutor.session.slips import Slip
from gdtutor.session.state import ClassRole, Surroundings
from gdtutor.session.update import Posed, update
from gdtutor.session.working import working_of
from gdtutor.values import replace
from gdtutor.view.screen import Reader

SIZES = ((40, 12), (80, 24), (132, 43))
TEACHER = ("n", "n", "n", "p", "N", "P", "pagedown", "x", "d", "o", "r", "v", "c", "escape", "T")
VERDICTS = "|".join((r"\bright\b", OTHER, *(re.escape(slip.value) for slip in Slip)))
EDITED = {"bias": "w1", "xor-hidden": "W1[0,0]", "gradients-add-up": "w"}
"""Lessons, and what students edit in them."""
STUDENT = ("n", "p", "full_stop", "full_stop", "e", "x", "1", "enter", "escape", "u", "R", "r")


def press_of(key: str) -> Press:
    return Press(key, key if len(key) == 1 else None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_who_follows_sees_the_teachers_screen_and_nobody_anothers(seed: int) -> None:
    asyncio.run(RandomClass(random.Random(seed)).goes_on(40))


class RandomClass:
    """A teacher and three students who press random keys, and ask and answer questions."""

    def __init__(self, dice: random.Random) -> None:
        self._dice, self._hub, shared = dice, ClassHub(), SharedScreens()
        lesson, self._edited = dice.choice(list(EDITED.items()))
        teacher = Surroundings(class_role=ClassRole.TEACHER)
        self._session = replace(lesson_session(lesson), around=teacher)
        self._hub.teach(self._session)
        self._watched = {f"s{n}": Watched(self._hub, shared, size) for n, size in enumerate(SIZES)}
        for name, line in self._watched.items():
            self._hub.join(name, line, returns=False)
        self._rows = {name: line.rows(name) for name, line in self._watched.items()}
        self._wanted: dict[tuple[int, int], list[str]] = {}
        """What the teacher's step looks like at a size."""
        self._readers = {size: Reader() for size in SIZES}

    async def goes_on(self, turns: int) -> None:
        """Hold every screen to what its student may see, after each of so many turns."""
        for _ in range(turns):
            before = self._rows
            owns = {name: self._hub.seat(name).own for name in self._watched}
            student = ""
            if self._dice.random() < 0.4:
                self._teach()
            else:
                student = self._dice.choice(list(self._watched))
                self._have_pressed(student)
            assert self._hub.room.taught is self._session
            self._rows = {name: line.rows(name) for name, line in self._watched.items()}
            for name, line in self._watched.items():
                rows = self._rows[name]
                if student and name != student:
                    assert rows == before[name]
                    assert self._hub.seat(name).own is owns[name]
                self._hold(name, rows, line.size)

    def _hold(self, name: str, rows: list[str], size: tuple[int, int]) -> None:
        seat = self._hub.seat(name)
        if seat.own is not None:
            told = "Esc, then . re" if seat.own.prompt is not None else ". returns, ! "
            assert told in rows[0]
        else:
            # A refusal is told whole, over the last rows of the step, and a long notice over one.
            is_refused = seat.draft is not None and seat.draft.error
            is_long = len(seat.notice) > size[0] - 2
            end = size[1] // 2 if is_refused else size[1] - 2 - is_long
            if size not in self._wanted:
                reader, session = self._readers[size], shared_session(self._session)
                self._wanted[size] = screen_rows(session, *size, reader)
            assert rows[:end] == self._wanted[size][:end]
        if self._hub.room.poll is not None:
            told = " ".join((seat.notice, *rows[-2:] * (seat.own is None)))
            assert not re.search(VERDICTS, told)

    def _teach(self) -> None:
        session, dice = self._session, self._dice
        if session.prompt is not None and dice.random() < 0.5:
            session = pressed(session, (Press("escape"),))
        elif session.prompt is None and dice.random() < 0.3:
            with contextlib.suppress(GdTutorError):
                asked = own_question(session, dice.choice(("value", "sign", "next")))
                session, _ = update(session, Posed(asked))
        else:
            session = pressed(session, (press_of(dice.choice(TEACHER)),))
        self._session = session
        self._wanted.clear()
        self._hub.teach(session)

    def _have_pressed(self, name: str) -> None:
        """Have a student press a key, edit a value, or answer the question, perhaps rightly."""
        poll, seat = self._hub.room.poll, self._hub.seat(name)
        keys: tuple[str, ...] = (self._dice.choice(STUDENT),)
        if poll is not None and seat.own is None and seat.draft and self._dice.random() < 0.6:
            answers = ("0.5", "1", "2", "+", "-", *right_answers(poll))
            keys = ("ctrl+u", *self._dice.choice(answers), "enter")
        elif self._dice.random() < 0.2:
            value = f"{self._edited}={self._dice.randint(2, 9)}"
            keys = ("escape", "n", "escape", "e", "ctrl+u", *value, "enter")
        for key in keys:
            self._hub.press(name, press_of(key))


def right_answers(poll: Poll) -> tuple[str, ...]:
    """Return what is right where it is a number or a name."""
    if poll.challenge.ask is Ask.NEXT:
        return (poll.challenge.step.node,) * 5
    if poll.challenge.ask is not Ask.VALUE:
        return ()
    working = working_of(poll.asked.moment, poll.challenge.step)
    return (f"{float(working.result[poll.challenge.cell]):.6g}",) * 5


@pytest.mark.slow
def test_a_class_has_so_many_seats_and_gives_up_those_of_who_have_gone() -> None:
    hub, shared = ClassHub(), SharedScreens()
    hub.teach(lesson_session("bias"))
    here = Watched(hub, shared, (80, 24))
    hub.join("anna", here, returns=False)
    for _ in range(MOST_SEATS + 20):
        passing = Watched(hub, shared, (80, 24))
        name = hub.join("ben", passing, returns=False).name
        hub.leave(name, passing)
    assert len(hub.room.seats) <= MOST_SEATS
    assert hub.seat("anna").is_here


@pytest.mark.slow
def test_what_a_seat_has_computed_is_forgotten_with_it() -> None:
    async def work() -> None:
        bench = Workbench()
        hub, shared = ClassHub(bench=bench), SharedScreens()
        hub.teach(lesson_session("bias"))
        for _ in range(MOST_SEATS + 20):
            passing = Watched(hub, shared, (80, 24))
            name = hub.join("ben", passing, returns=False).name
            await bench.does(name, int)
            hub.leave(name, passing)
        assert len(bench._taken) <= MOST_SEATS + 1
        bench.close()

    asyncio.run(work())


def test_help_is_given_to_who_has_waited_longest_and_they_are_told() -> None:
    hub, shared = ClassHub(), SharedScreens()
    hub.teach(lesson_session("bias", "forward:z"))
    for name in ("ben", "anna", "cleo"):
        hub.join(name, Watched(hub, shared, (80, 24)), returns=False)
    # Who takes a call back and calls again has waited least.
    for name in ("anna", "ben", "cleo", "anna", "cleo", "anna"):
        hub.press(name, Press("exclamation_mark", "!"))
    assert [hub.give_help() for _ in range(3)] == ["ben", "anna", ""]
    assert not any(seat.wants_help for seat in hub.room.seats.values())
    assert hub.seat("ben").notice == "The teacher has heard your call for help."
