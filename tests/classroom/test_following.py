"""For random keys of teacher and students, who follows sees the teacher's screen, and no more."""

import asyncio
import random

import pytest
from classes import Watched, lesson_session, screen_rows

from gdtutor.classroom.bench import Workbench
from gdtutor.classroom.hub import MOST_SEATS, ClassHub
from gdtutor.classroom.screens import SharedScreens
from gdtutor.drive.headless import pressed
from gdtutor.session.press import Press
from gdtutor.session.state import Session

SIZES = ((40, 12), (80, 24), (132, 43))
TEACHER = ("n", "n", "n", "p", "N", "P", "pagedown", "x", "d", "o", "r", "v", "c", "escape", "T")
STUDENT = ("n", "p", "full_stop", "full_stop", "e", "x", "1", "enter", "escape", "u", "R", "r")


def press_of(key: str) -> Press:
    return Press(key, key if len(key) == 1 else None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_who_follows_sees_the_teachers_screen(seed: int) -> None:
    asyncio.run(walked(random.Random(seed)))


async def walked(dice: random.Random) -> None:
    """Have a teacher and three students press random keys, and hold every screen to the class's."""
    session: Session = lesson_session(dice.choice(("bias", "xor-hidden", "gradients-add-up")))
    hub, shared = ClassHub("tests"), SharedScreens()
    hub.teach(session)
    watched = {f"s{n}": Watched(hub, shared, size) for n, size in enumerate(SIZES)}
    for name, line in watched.items():
        hub.join(name, line, returns=False)
    for _ in range(40):
        if dice.random() < 0.5:
            session = pressed(session, (press_of(dice.choice(TEACHER)),))
            hub.teach(session)
        else:
            hub.press(dice.choice(list(watched)), press_of(dice.choice(STUDENT)))
        assert hub.room.taught is session
        for name, line in watched.items():
            if hub.seat(name).own is None:
                assert line.rows(name)[:-2] == screen_rows(hub.room.shared, *line.size)
            else:
                own = hub.seat(name).own
                is_typing = own is not None and own.prompt is not None
                told = "Esc, then . re" if is_typing else ". returns, ! "
                assert told in line.rows(name)[0]


def test_a_class_has_so_many_seats_and_gives_up_those_of_who_have_gone() -> None:
    hub, shared = ClassHub("tests"), SharedScreens()
    hub.teach(lesson_session("bias"))
    here = Watched(hub, shared, (80, 24))
    hub.join("anna", here, returns=False)
    for _ in range(MOST_SEATS + 20):
        passing = Watched(hub, shared, (80, 24))
        name = hub.join("ben", passing, returns=False).name
        hub.leave(name, passing)
    assert len(hub.room.seats) <= MOST_SEATS
    assert hub.seat("anna").is_here


def test_what_a_seat_has_computed_is_forgotten_with_it() -> None:
    async def work() -> None:
        bench = Workbench()
        hub, shared = ClassHub("tests", bench=bench), SharedScreens()
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
    hub, shared = ClassHub("tests"), SharedScreens()
    hub.teach(lesson_session("bias", "forward:z"))
    for name in ("ben", "anna", "cleo"):
        hub.join(name, Watched(hub, shared, (80, 24)), returns=False)
    # Who takes a call back and calls again has waited least.
    for name in ("anna", "ben", "cleo", "anna", "cleo", "anna"):
        hub.press(name, Press("exclamation_mark", "!"))
    assert [hub.give_help() for _ in range(3)] == ["ben", "anna", ""]
    assert not any(seat.wants_help for seat in hub.room.seats.values())
    assert hub.seat("ben").notice == "The teacher has heard your call for help."
