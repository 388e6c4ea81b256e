"""The class as it is told by reference to those who follow with a gdtutor of their own.

The teacher's other machine is told the speaker's notes in the same way.

A line of JSON for every step of the teacher: the link that opens it, the question that is open, and
what the seat is told. No screens travel, so that a hall of followers costs the server little.
"""

from __future__ import annotations

from typing import TypeVar

import asyncssh
import msgspec

from gdtutor.classroom.board import answer_rows
from gdtutor.classroom.podium import Podium
from gdtutor.classroom.polls import ToldVerdict
from gdtutor.classroom.seats import Classroom, Seat
from gdtutor.classroom.stops import SpeakerNotes
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.conditions import parse_condition
from gdtutor.lesson.model import Choice
from gdtutor.session.challenge import Ask, Challenge
from gdtutor.session.link import command_of
from gdtutor.session.state import ClassRole, Screen, Walk, differs, is_training
from gdtutor.values import Struct, replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of

T = TypeVar("T")
SUBSYSTEM, NOTES_SUBSYSTEM = "gdtutor-class", "gdtutor-notes"
VERDICT = "+verdict"
"""Stands after the name of who logs in for one word, and not to follow."""
MOST_UNREAD = 1 << 16
"""Bytes that wait for a reader, above which what is new is dropped until they are read."""
LONGEST_NOTE = 8000
"""Characters of a note that travel."""

_UNKNOWN = parse_condition("0 == 1")
"""Which choice is right is not told to those who are asked."""


class ToldQuestion(Struct, frozen=True):
    """The open question, by reference."""

    ask: str
    step: int
    """The number of the step that it asks about."""
    cell: tuple[int, ...]
    name: str
    text: str
    choices: tuple[str, ...]
    hints: tuple[str, ...] = ()


class ClassPlace(Struct, frozen=True):
    """Where a class is, by reference, and what a seat of it is told."""

    link: str = ""
    """The command line that opens it; empty where no lesson is open."""
    question: ToldQuestion | None = None
    answers: tuple[str, ...] = ()
    """How answers are spread, in rows; none where they are not shown."""
    notice: str = ""
    may_answer: bool = False
    is_away: bool = False
    """Whether the seat walks alone."""
    is_locked: bool = False
    """Whether nobody walks alone."""
    heard: int = 0
    """How many words of the follower it follows."""
    is_training: bool = False
    """Whether the class's run goes on, and the link is where it has come to."""


class FollowerWord(Struct, frozen=True):
    """What a follower's gdtutor says: one of these."""

    answer: str = ""
    away: bool | None = None
    """Walks alone from now on, or comes back."""
    at: str = ""
    """Where they walk alone."""
    help: bool = False
    verdict: ToldVerdict | None = None
    """How their own program does; heard of who logs in for it."""


class VerdictReply(Struct, frozen=True):
    """Why a verdict is not taken, the PIN of a seat that was made for it, whether it is kept."""

    problem: str = ""
    pin: str = ""
    is_kept: bool = False


class PlaceTeller:
    """Makes the lines that tell where the class is; what all are told is made once."""

    def __init__(self) -> None:
        self._room: Classroom | None = None
        self._place = ClassPlace()

    def told(self, room: Classroom, seat: Seat, heard: int) -> bytes:
        """Return where the class is, and what a seat is told after so many words, as a line."""
        if differs(self._room, room, "shared", "results"):
            self._room, self._place = room, _shared_place(room)
        notice = (seat.draft.error if seat.draft else "") or seat.notice
        place = replace(
            self._place,
            notice=notice,
            may_answer=room.poll is not None and not seat.is_out,
            is_away=seat.own is not None,
            is_locked=room.is_locked,
            heard=heard,
        )
        return msgspec.json.encode(place) + b"\n"


def _shared_place(room: Classroom) -> ClassPlace:
    session = room.shared
    answers: tuple[str, ...] = ()
    if room.results is not None:
        answers = tuple(text_of(row) for row in answer_rows(room.polls, 76, UNICODE))
    if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
        return ClassPlace(answers=answers)
    # Without the question, since a link has those of the lesson alone.
    link = command_of(replace(session, challenge=None, predict=False))
    challenge, question = session.challenge, None
    if challenge is not None:
        question = ToldQuestion(
            challenge.ask.value, challenge.step.number, challenge.cell, challenge.name,
            challenge.text, () if room.poll is None else room.poll.read()[1:], challenge.hints,
        )  # fmt: skip
    return ClassPlace(link, question, answers, is_training=is_training(session))


def at_place(session: Walk, place: ClassPlace) -> Walk:
    """Return a session that a place's link has opened as it is on the screens of all, where the
    class's question is asked.

    Raises:
        GdTutorError: The question is about a step that the lesson does not have here.
    """
    snapshot = replace(session.train.snapshot, is_behind=place.is_training)
    session, question = session.with_train(snapshot=snapshot), place.question
    if question is None:
        return session
    steps = session.moment.steps
    known = {ask.value: ask for ask in Ask}
    if question.ask not in known or not 1 <= question.step <= len(steps):
        raise GdTutorError("the class's question is about another lesson", "update gdtutor")
    choices = tuple(Choice(text, _UNKNOWN) for text in question.choices)
    challenge = Challenge(
        known[question.ask], steps[question.step - 1], question.cell, question.name,
        question.text, question.hints, choices,
    )  # fmt: skip
    around = replace(session.around, class_role=ClassRole.FOLLOWER)
    return replace(session, challenge=challenge, prompt=None, message="", around=around)


def _read(text: bytes, kind: type[T]) -> T | None:
    """Return what a line of JSON says; None where it is nothing of the kind."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError:
        return None


def read_place(text: bytes) -> ClassPlace | None:
    """Return what a line tells; None where it is none of these."""
    return _read(text, ClassPlace)


def read_word(text: str) -> FollowerWord:
    """Return what a line of a follower says; an empty word where it is none."""
    return _read(text.encode("utf-8", "replace"), FollowerWord) or FollowerWord()


class SubsystemSession(asyncssh.SSHServerSession[bytes]):
    """A channel that allows one subsystem, and nothing else."""

    subsystem = SUBSYSTEM
    _channel: asyncssh.SSHServerChannel[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """Take the channel."""
        self._channel = chan
        chan.set_write_buffer_limits(MOST_UNREAD)

    def subsystem_requested(self, subsystem: str) -> bool:
        """Allow the one."""
        return subsystem == self.subsystem

    def connection_lost(self, exc: Exception | None) -> None:
        """Say no more."""
        self._channel = None


class NotesSession(SubsystemSession):
    """A channel of the teacher's other machine: notes go out, and nothing that comes is heard.

    Args:
        podium: Has the notes.
    """

    subsystem = NOTES_SUBSYSTEM

    def __init__(self, podium: Podium) -> None:
        self._podium, self._is_full = podium, False

    def session_started(self) -> None:
        """Tell the notes, from now on until the talk is over."""
        self._podium.listeners.add(self._tell)
        self._tell()

    def _tell(self) -> None:
        channel = self._channel
        if channel is not None and self._podium.is_over:
            self._channel = None
            channel.exit(0)
        elif channel is not None and not self._is_full:
            channel.write(_notes_line(self._podium))

    def pause_writing(self) -> None:
        """Wait until what was told is read."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Tell the newest."""
        self._is_full = False
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell no more."""
        super().connection_lost(exc)
        self._podium.listeners.discard(self._tell)


def _notes_line(podium: Podium) -> bytes:
    """Return the notes as a line, with the seconds that have passed where the beginning stands.

    Clocks of two machines differ.
    """
    notes = podium.notes
    if notes is not None:
        notes = replace(notes, began=podium.passed, note=notes.note[:LONGEST_NOTE])
    return msgspec.json.encode(notes) + b"\n"


def read_notes_line(text: bytes, now: float) -> SpeakerNotes | None:
    """Return the notes that a line tells, by one's own clock; None where no talk is given."""
    notes = _read(text, SpeakerNotes)
    return None if notes is None else replace(notes, began=now - notes.began)
