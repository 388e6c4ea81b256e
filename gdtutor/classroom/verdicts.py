"""How students' own programs do, as `gdtutor judge` says on their machines.

Names and counts travel, no program and none of its numbers. What is said is claimed and cannot be
proved; what no program of the lesson could have said is dropped.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from pathlib import Path

import msgspec

from gdtutor.classroom.admission import free_name
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.lines import LineEditor
from gdtutor.classroom.polls import ToldVerdict
from gdtutor.classroom.student import Guest
from gdtutor.classroom.telling import SubsystemSession, VerdictReply, read_word
from gdtutor.engine.errors import GdTutorError
from gdtutor.judge.asked import AskedProgram, asked_names, own_moments
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.session.slips import Slip
from gdtutor.session.state import Walk

NO_VERDICT = "that is no verdict of a lesson of this class, or of another version of it"
HAS_SEAT = "{name} has a seat; type its PIN after the code, with a blank between"
_SLIPS = frozenset(("", *(slip.value for slip in Slip)))


@lru_cache(64)
def _asked(source: Lesson | Path) -> AskedProgram:
    lesson = load_lesson(source) if isinstance(source, Path) else source
    own = own_moments(lesson)[:1]
    return AskedProgram(lesson, own, len(own), asked_names(lesson, own[0]))


def is_possible(told: ToldVerdict, program: AskedProgram) -> bool:
    """Tell whether a verdict could be one of a program of this lesson."""
    lesson = program.lesson
    firsts = {"", *(n.name for n in program.asked), *(lesson.starts if lesson.trains else ())}
    is_whole = told.lesson == lesson.id and 0 <= told.right <= told.asked == len(program.wanted)
    return is_whole and told.first in firsts and told.slip in (_SLIPS if told.first else ("",))


async def taken(hub: ClassHub, guest: Guest, told: ToldVerdict) -> VerdictReply:
    """Keep a verdict for a seat, a new one where nobody has the name; say why not."""
    shared = hub.room.shared
    known: dict[str, Lesson | Path] = {e.id: e.path for e in shared.library.entries if e.id}
    if isinstance(shared, Walk):
        known[shared.lesson.id] = shared.lesson
    try:
        # A thread, since reading a lesson takes longer than a key may.
        program = await asyncio.to_thread(_asked, known[told.lesson])
    except (KeyError, GdTutorError):
        return VerdictReply(NO_VERDICT)
    is_new = free_name(guest.name, hub.room.seats) == guest.name
    if not is_possible(told, program):
        return VerdictReply(NO_VERDICT)
    if not (is_new or guest.returns):
        return VerdictReply(HAS_SEAT.format(name=guest.name))
    seat = hub.judged(guest.name, told)
    return VerdictReply("", seat.pin if is_new else "", hub.keeps_answers)


class VerdictSession(SubsystemSession):
    """A channel that says one verdict; who has the seat's name on another one stays there.

    Args:
        hub: The class.
        guest: Who has logged in.
    """

    def __init__(self, hub: ClassHub, guest: Guest) -> None:
        self._hub, self._guest, self._editor = hub, guest, LineEditor(False)
        self._answering: asyncio.Task[None] | None = None

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Take the first line, and nothing after it."""
        lines, _ = self._editor.feed(data.decode("utf-8", "ignore"))
        if lines and self._answering is None:
            self._answering = asyncio.ensure_future(self._answer(lines[0]))

    async def _answer(self, line: str) -> None:
        told = read_word(line).verdict
        reply = await taken(self._hub, self._guest, told) if told else VerdictReply(NO_VERDICT)
        if self._channel is not None:
            self._channel.write(msgspec.json.encode(reply) + b"\n")
            self._channel.exit(0)
