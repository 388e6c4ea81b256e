"""Students' keys and lines, one after the other for each seat, computed beside the event loop.

What their own walks ask of the outside is lessons of the class's library, and training.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Protocol, assert_never

from gdtutor.classroom.bench import TooLongError, Workbench
from gdtutor.classroom.pool import SeatTraining, TrainingPool
from gdtutor.classroom.seats import Begun, Classroom, Work, with_seat
from gdtutor.drive.effects import REHEARSED, answered
from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import (
    CopyText,
    Effect,
    KeepAttempt,
    OpenLesson,
    PauseTraining,
    Quit,
    ShowPalette,
    SweepRuns,
    TimeExamples,
    Train,
    WriteFile,
)
from gdtutor.session.opening import Opened
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session
from gdtutor.session.update import Action, Failed, Told, update
from gdtutor.values import Struct, replace

MOST_WAITING = 64
"""Keys of a seat that wait for its walk to be computed; what is typed beyond is dropped."""
HELD = frozenset(
    ("left", "right", "up", "down", "plus", "equals_sign", "left_square_bracket",
     "right_square_bracket", "s", "r")
)  # fmt: skip
"""Keys of the playground of which several that wait are one with their count."""
DROPPED = "You type faster than the class can follow; some keys were dropped."


class Heard(Struct, frozen=True, eq=False):
    """What has come for a seat."""

    step: Callable[[Classroom], Begun]
    press: Press | None = None
    """The key that it is; None where it is none."""


class TurnHolder(Protocol):
    """Has the class that turns are taken in."""

    room: Classroom

    def take(
        self, name: str, room: Classroom, effects: tuple[Effect, ...] = (), *, paints: bool = True
    ) -> None:
        """Take the class as a seat's turn leaves it, and what that asks of the outside."""

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Have some work done until it or the class ends."""


class SeatTurns:
    """Takes what comes for each seat in its order.

    Args:
        holder: Has the class.
        bench: Computes students' own walks; the event loop does where it is None.
    """

    def __init__(self, holder: TurnHolder, bench: Workbench | None) -> None:
        self._holder, self._bench = holder, bench
        self._waiting: dict[str, deque[Heard]] = {}
        """What comes for a seat while its walk is computed."""
        self._dropped: set[str] = set()
        """Seats of which keys were dropped that are not told yet."""

    @property
    def is_idle(self) -> bool:
        """Whether no walk is computed."""
        return not self._waiting

    def hear(self, name: str, heard: Heard) -> None:
        """Take what has come, unless too much waits before it."""
        if len(self._waiting.get(name, ())) < MOST_WAITING:
            self.do(name, heard)
        else:
            self.tell_dropped(name)

    def tell_dropped(self, name: str) -> None:
        """Tell a student that keys were dropped, once those are done that were not."""
        if name in self._waiting:
            self._dropped.add(name)
        else:
            self._dropped.discard(name)
            room = self._holder.room
            seat = replace(room.seats[name], notice=DROPPED)
            self._holder.take(name, with_seat(room, seat))

    def do(self, name: str, heard: Heard) -> None:
        """Take a step of a seat, after those that wait for its walk to be computed."""
        if name in self._waiting:
            self._waiting[name].append(heard)
            return
        found = heard.step(self._holder.room)
        # What is computed now is painted with its end, once.
        self._holder.take(name, found.room, found.effects, paints=found.work is None)
        seat = self._holder.room.seats.get(name)
        if found.work is None or seat is None or seat.own is None:
            return
        if self._bench is None:
            self._finish(name, found, seat.own, found.work(seat.own))
        else:
            self._waiting[name] = deque()
            self._holder.begin(self._compute(self._bench, name, seat.own, found))

    async def _compute(self, bench: Workbench, name: str, own: Session, key: Begun) -> None:
        assert key.work is not None
        try:
            found = await bench.does(name, partial(key.work, own))
        except TooLongError as error:
            found = update(replace(own, prompt=None), Failed(str(error)))
        finally:
            waiting = self._waiting.pop(name)
        self._finish(name, key, own, found)
        while waiting and name not in self._waiting:
            heard, times = waiting.popleft(), 1
            while waiting and self._is_held(name, heard, waiting[0]):
                waiting.popleft()
                times += 1
            self.do(name, heard if times == 1 else _counted(name, heard, times))
        if waiting:
            self._waiting[name].extend(waiting)
        if name in self._dropped and name in self._holder.room.seats:
            self.tell_dropped(name)

    def _is_held(self, name: str, heard: Heard, following: Heard) -> bool:
        """Tell whether two keys that wait come to one with a count: its screen is nobody's yet."""
        seat = self._holder.room.seats.get(name)
        own = None if seat is None else seat.own
        if own is None or own.screen is not Screen.PLAY or own.prompt is not None or own.count:
            return False
        press = heard.press
        return press is not None and press.key in HELD and following.press == press

    def _finish(
        self, name: str, key: Begun, own: Session, found: tuple[Session, tuple[Effect, ...]]
    ) -> None:
        """Have a seat stand where its walk has come to, unless it follows meanwhile."""
        room, (after, effects) = self._holder.room, found
        seat = room.seats.get(name)
        if seat is not None and seat.own is own:
            self._holder.take(name, with_seat(room, key.worked(seat, after)), effects)


def _counted(name: str, heard: Heard, times: int) -> Heard:
    """Return a key that has come several times as one with its count."""

    def step(room: Classroom) -> Begun:
        seat = room.seats[name]
        own = seat.own and replace(seat.own, count=str(times))
        return heard.step(with_seat(room, replace(seat, own=own)))

    return Heard(step)


class ErrandHost(TurnHolder, Protocol):
    """Has the class, and the connections of those who are here."""

    def dismiss(self, name: str) -> None:
        """Let a student go who wants to leave."""


class SeatErrands:
    """Carries out what students' own walks ask for.

    Args:
        host: Has the class.
        turns: Takes what comes of it.
        pool: Trains what students train on their own; nobody does where it is None.
    """

    def __init__(self, host: ErrandHost, turns: SeatTurns, pool: TrainingPool | None) -> None:
        self._host, self._turns, self._pool = host, turns, pool
        self._pausing: set[str] = set()
        self._lessons: dict[str, Opened] = {}

    def carry_out(self, name: str, effect: Effect) -> None:
        """Do what a student's walk asks for, or say why not."""
        match effect:
            case Quit():
                self._host.dismiss(name)
            case OpenLesson():
                self._host.begin(self._open(name, effect.path))
            case Train() | SweepRuns():
                self._pausing.discard(name)
                self._host.begin(self._train(name, effect))
            case PauseTraining():
                self._pausing.add(name)
            case ShowPalette():
                self._act(name, Told("The palette is not for a class; ? lists the keys."))
            case CopyText() | TimeExamples() | KeepAttempt():
                # A seat keeps the place, the class its answers, and no clock is shared.
                pass
            case WriteFile():
                self._do(name, partial(answered, effects=(effect,), outside=REHEARSED))
            case _:
                assert_never(effect)

    def _act(self, name: str, action: Action) -> None:
        self._do(name, partial(update, action=action))

    def _do(self, name: str, work: Work) -> None:
        self._turns.do(name, Heard(partial(Begun, work=work)))

    async def _open(self, name: str, path: str) -> None:
        """Open a lesson of the class's library for a student, and no other file."""
        known = {str(entry.path) for entry in self._host.room.shared.library.entries}
        if path not in known:
            self._act(name, Told("That lesson is not in the class's library.", is_error=True))
            return
        try:
            if path not in self._lessons:
                # A thread, since reading a lesson takes longer than a key may.
                self._lessons[path] = await asyncio.to_thread(open_lesson, Path(path))
        except GdTutorError as error:
            self._act(name, Told(str(error), is_error=True))
        else:
            self._act(name, self._lessons[path])

    async def _train(self, name: str, wish: Train | SweepRuns) -> None:
        """Train a student's run or sweep, in turn with those of others."""

        async def do(work: Work) -> None:
            self._do(name, work)
            # What waits for the walk to be computed has its turn after it.
            is_done = asyncio.Event()

            def told(room: Classroom) -> Begun:
                is_done.set()
                return Begun(room)

            self._turns.do(name, Heard(told))
            await is_done.wait()

        def wants() -> Session | None:
            seat = self._host.room.seats.get(name)
            return None if seat is None else seat.own

        def rests() -> bool:
            seat = self._host.room.seats.get(name)
            return name in self._pausing or seat is None or not seat.is_here

        why = "Nothing is trained here; your own gdtutor does."
        if self._pool is not None:
            training = SeatTraining(self._pool, wants, rests, do)
            if isinstance(wish, SweepRuns):
                why = await training.sweep(wish.sweep)
            elif await training.train(wish):
                why = ""
        if why:
            self._act(name, Failed(why))
