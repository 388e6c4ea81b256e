"""The class while it runs: it holds the room, and has painted whoever sees what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Protocol

from gdtutor.classroom.admission import PIN_DIGITS, free_name, is_same, random_digits
from gdtutor.classroom.answers import all_judged, answer_judged, closed, entered
from gdtutor.classroom.bench import TOO_LONG, TooLongError, Workbench
from gdtutor.classroom.lines import spoken
from gdtutor.classroom.polls import ToldVerdict, judged_answer
from gdtutor.classroom.pool import TrainingPool
from gdtutor.classroom.record import ClassRecorder
from gdtutor.classroom.room import begun, joined, left, locked, returned, taught, walked_off
from gdtutor.classroom.seats import Begun, Classroom, Seat, opened_room, with_help, with_seat
from gdtutor.classroom.telling import FollowerWord
from gdtutor.classroom.turns import Heard, SeatErrands, SeatTurns
from gdtutor.engine.characters import cut_short, pictured
from gdtutor.session.effects import Effect
from gdtutor.session.press import Press
from gdtutor.session.prompting import MAX_INPUT
from gdtutor.session.state import Session, differs
from gdtutor.values import replace

JUDGING = "\0"
"""The seat, as nobody's is called, that answers are judged for."""
MOST_SEATS = 500
"""Seats of a class; beyond them, one whose student has gone is given up."""
GOODBYE = "You have left the class. The same command, and then the PIN {pin}, brings you back."
OVER = "The teacher has ended the class."
HEARD = "The teacher has heard your call for help."
TAKEN = "Your seat was taken from another connection."


class SeatLine(Protocol):
    """A student's connection."""

    def show(self) -> None:
        """Paint the seat's screen soon."""

    def end(self, told: str) -> None:
        """Give the terminal back with a line, and hang up."""


class ClassHub:
    """Holds the room and the connections of those who are here; lives in one event loop.

    Args:
        changed: Called when something that the teacher's screen says of the class has changed.
        pool: Trains what students train on their own; nobody does where it is None.
        recorder: Keeps who is here, and the answers; nobody does where it is None.
        bench: Computes students' own walks and screens; the event loop does where it is None.
    """

    def __init__(
        self,
        changed: Callable[[], None] = lambda: None,
        pool: TrainingPool | None = None,
        recorder: ClassRecorder | None = None,
        bench: Workbench | None = None,
    ) -> None:
        self.bench = bench
        self.turns = SeatTurns(self, bench)
        self._errands = SeatErrands(self, self.turns, pool)
        self._recorder = recorder
        self._tasks: set[asyncio.Task[None]] = set()
        self._judging: set[tuple[int, str]] = set()
        """Answers that are judged beside, each with the number of its question."""
        self.room: Classroom = replace(opened_room(Session()), judges_later=bench is not None)
        self._changed = changed
        self._lines: dict[str, SeatLine] = {}

    def teach(self, session: Session) -> None:
        """Show the class what the teacher's screen shows."""
        if session is not self.room.taught:
            self._turn(taught(self.room, session))

    def lock(self) -> None:
        """Have everyone follow, or let them walk alone again."""
        self._turn(locked(self.room))

    def give_help(self) -> str:
        """End the call that has waited longest; return its name, empty where nobody calls."""
        here = (seat for seat in self.room.seats.values() if seat.wants_help and seat.is_here)
        seat = min(here, key=lambda seat: seat.help_turn, default=None)
        if seat is not None:
            self._turn(with_seat(self.room, replace(seat, help_turn=0, notice=HEARD)))
        return "" if seat is None else seat.name

    def show_results(self, are_shown: bool) -> None:
        """Show everyone how the answers to the last question are spread, or no longer."""
        if self.room.shows_results != are_shown:
            self._turn(replace(self.room, shows_results=are_shown))

    def opens_seat(self, name: str, pin: str) -> bool:
        """Tell whether a PIN is a seat's, however many wrong ones were tried before."""
        seat = self.room.seats.get(name)
        return seat is not None and is_same(pin, seat.pin)

    def join(self, name: str, line: SeatLine, *, returns: bool) -> Seat:
        """Give a student a seat: their own, where they have shown its PIN, else a new one."""
        old = self._lines.pop(name, None) if returns else None
        if not returns:
            self._make_room()
            name = free_name(name, self.room.seats)
        pin = random_digits(PIN_DIGITS)
        told, poll = f"Welcome back, {name}.", self.room.poll
        if poll is not None and (given := poll.answer_of(name)):
            told += f" Your answer {given} is in; type to change it."
        if not returns:
            told = f"PIN {pin} keeps your seat, {name}."
            if self.keeps_answers:
                told += " Your answers are kept."
        self._lines[name] = line
        self._turn(joined(self.room, name, pin, told))
        if old is not None:
            old.end(TAKEN)
        return self.room.seats[name]

    def judged(self, name: str, told: ToldVerdict) -> Seat:
        """Note how a student's own program does; who has no seat gets one to come back to."""
        if name not in self.room.seats:
            self._make_room()
            pin = random_digits(PIN_DIGITS)
            self._turn(left(joined(self.room, name, pin, ""), name))
        seat = self.room.seats[name]
        if seat.verdict != told:
            self._turn(with_seat(self.room, replace(seat, verdict=told)))
        return seat

    def _make_room(self) -> None:
        """Give up a seat where there are too many, the one whose student joined first and left."""
        seats = dict(self.room.seats)
        if len(seats) >= MOST_SEATS:
            gone = next((seat.name for seat in seats.values() if not seat.is_here), None)
            if gone is not None:
                del seats[gone]
                self.room = replace(self.room, seats=seats)
                if self.bench is not None:
                    self.bench.forget(gone)

    def leave(self, name: str, line: SeatLine) -> None:
        """Hear that a connection is gone; the seat stays."""
        if self._lines.get(name) is line:
            del self._lines[name]
            self._turn(left(self.room, name))
            if self.bench is not None:
                self.bench.drop(name)

    def refuse_screen(self, name: str) -> None:
        """Bring a student back to the class whose own screen takes too long to paint."""
        seat = returned(self.room, self.room.seats[name])
        self._turn(with_seat(self.room, replace(seat, notice=TOO_LONG)))

    def press(self, name: str, press: Press) -> None:
        """Answer a student's key."""
        self._hear(name, lambda room: begun(room, name, press), press)

    def speak(self, name: str, text: str) -> None:
        """Answer a line of a student who hears the class in lines."""
        self._hear(name, lambda room: spoken(room, name, text))

    def _hear(
        self, name: str, step: Callable[[Classroom], Begun], press: Press | None = None
    ) -> None:
        """Take a key or a line of a student who is still there when its turn comes."""
        line = self._lines.get(name)

        def heard(room: Classroom) -> Begun:
            return step(room) if self._lines.get(name) is line else Begun(room)

        self.turns.hear(name, Heard(heard, press))

    @property
    def keeps_answers(self) -> bool:
        """Whether answers are kept, which students are told."""
        return self._recorder is not None

    def hear(self, name: str, word: FollowerWord) -> None:
        """Take an answer to the open question, or another word, of a student's own gdtutor."""
        seat, text = replace(self.room.seats[name], notice=""), word.answer.strip()[:MAX_INPUT]
        if text and self.room.poll is not None and not seat.is_out:
            self._turn(entered(self.room, seat, text))
        elif word.help:
            self._turn(with_help(self.room, seat))
        elif word.away:
            at = cut_short(pictured(word.at), MAX_INPUT)
            if seat.own is None:
                self._turn(walked_off(self.room, replace(seat, draft=None, at=at)))
            elif at != seat.at:
                self._turn(with_seat(self.room, replace(self.room.seats[name], at=at)))
        elif word.away is False:
            # What the seat's own walk has changed is kept by their gdtutor.
            following = replace(seat, own=None, at="")
            self._turn(with_seat(self.room, returned(self.room, following)))

    def take(
        self, name: str, room: Classroom, effects: tuple[Effect, ...] = (), *, paints: bool = True
    ) -> None:
        """Take the class as a seat's turn leaves it, and what that asks of the outside."""
        self._turn(room, but="" if paints else name)
        for effect in effects:
            self._errands.carry_out(name, effect)

    def seat(self, name: str) -> Seat:
        """Return a student's seat."""
        return self.room.seats[name]

    def end(self) -> None:
        """End the class: everyone gets a line and their terminal back."""
        lines, self._lines = self._lines, {}
        for line in lines.values():
            line.end(OVER)
        room = all_judged(closed(self.room))
        # Who stayed leaves now, which is kept as the time of it.
        seats = {name: replace(seat, is_here=False) for name, seat in room.seats.items()}
        self._turn(replace(room, seats=seats))

    def _turn(self, room: Classroom, but: str = "") -> None:
        """Take the next state of the class, and paint whose screen it changes, but for a seat."""
        before, self.room = self.room, room
        if room is before:
            return
        if self._recorder is not None:
            self._recorder.follow(before, room)
        is_everyones = differs(before, room, "shared", "shows_results", "is_locked")
        for name, line in self._lines.items():
            is_theirs = name != but and before.seats.get(name) is not room.seats[name]
            if is_everyones or is_theirs:
                line.show()
        self._changed()
        if self.bench is not None:
            self._judge(self.bench)

    def _judge(self, bench: Workbench) -> None:
        """Have judged what waits for it, the same answer of several students once."""
        for number, poll in enumerate(self.room.polls):
            for text in poll.pending.values():
                if (number, text) not in self._judging:
                    self._judging.add((number, text))
                    self.begin(self._judge_beside(bench, number, text))

    async def _judge_beside(self, bench: Workbench, number: int, text: str) -> None:
        poll = self.room.polls[number]
        try:
            found = await bench.does(JUDGING, partial(judged_answer, poll, text))
        except TooLongError:
            # Whether it is right is told sooner than why not.
            brief = partial(judged_answer, poll, text, explains=False)
            found = await asyncio.to_thread(brief)
        self._judging.discard((number, text))
        if self.room.polls[number].asked is poll.asked:
            self._turn(answer_judged(self.room, number, text, found))
        else:
            self._judge(bench)

    def dismiss(self, name: str) -> None:
        """Let a student go who wants to leave."""
        line = self._lines.get(name)
        if line is not None:
            line.end(GOODBYE.format(pin=self.room.seats[name].pin))

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Have some work done until it or the class ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
