"""What students' own walks ask of the outside: lessons of the class's library, and training."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Protocol, assert_never

from gdtutor.classroom.pool import TrainingPool, swept_in_turn, trained_in_turn
from gdtutor.classroom.seats import Begun, Classroom, Work
from gdtutor.classroom.turns import Heard, SeatTurns, TurnHolder
from gdtutor.drive.opening import open_lesson
from gdtutor.drive.requests import REHEARSED, answered
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
from gdtutor.session.state import Session
from gdtutor.session.update import Action, Failed, Told, update


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
        if self._pool is not None and isinstance(wish, SweepRuns):
            why = await swept_in_turn(self._pool, wish.sweep, wants, rests, do)
        elif self._pool is not None and isinstance(wish, Train):
            is_done = await trained_in_turn(self._pool, wish, wants, rests, do)
            why = "" if is_done else why
        if why:
            self._act(name, Failed(why))
