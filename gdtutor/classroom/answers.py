"""Answers to the class's open question: handed in, judged at once or beside, and told.

Everything here is pure, as in `room`.
"""

from __future__ import annotations

from gdtutor.classroom.polls import Poll, Reply, judged_answer, with_judged
from gdtutor.classroom.seats import Classroom, Seat, with_seat
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.predict import HINT
from gdtutor.session.state import Prompt, PromptKind, Session, Walk
from gdtutor.values import replace

ANSWER = "your answer"
CLOSED = "The question is closed."
NO_HINTS = "There is no further hint."


def closed(room: Classroom) -> Classroom:
    """Return the class with no question open, as at its end."""
    return room if room.poll is None else question_closed(room, room.poll)


def question_closed(room: Classroom, poll: Poll, *, is_revealed: bool = False) -> Classroom:
    """Return the class with its question closed.

    What is still being typed is taken for an answer where it is one.

    Args:
        room: The class.
        poll: The question.
        is_revealed: Whether everyone is told what their answer was, as the class has gone on to it.
    """
    asked = (seat for seat in room.seats.values() if not seat.is_out)
    texts = ((s.name, (s.typed if s.draft is None else s.draft.text).strip()) for s in asked)
    pending = {name: text for name, text in texts if text}
    poll = replace(
        poll, is_open=False, is_revealed=is_revealed, pending={**poll.pending, **pending}
    )
    told = "" if is_revealed else CLOSED
    seats = {
        name: replace(seat, draft=None, typed="", out="", view=None,
                      notice=poll.told(name) or (told if seat.own is None else "") or seat.notice,
                      is_passing=seat.is_passing or not is_revealed or name in poll.replies)
        for name, seat in room.seats.items()
    }  # fmt: skip
    # Answers that stand on every screen go with a question whose answer does not show.
    shown = room.shows_results and is_revealed
    return _judged_now(
        replace(room, polls=(*room.polls[:-1], poll), seats=seats, shows_results=shown)
    )


def asked_still(room: Classroom, poll: Poll, asked: Walk) -> Classroom:
    """Return the class with its question open where the teacher has edited a value.

    Every answer is judged by what stands on the screens now.
    """
    if asked.challenge is None or asked.moment is poll.asked.moment:
        return room
    given = {name: reply.text for name, reply in poll.replies.items()}
    poll = replace(poll, challenge=asked.challenge, asked=asked, pending={**given, **poll.pending})
    # What a seat has scrolled, or was given as a hint, is of the values that stood there.
    seats = {name: replace(seat, view=None) for name, seat in room.seats.items()}
    return _judged_now(replace(room, polls=(*room.polls[:-1], poll), seats=seats))


def handed_in(room: Classroom, poll: Poll, name: str, text: str) -> Classroom:
    """Return the class with an answer that waits to be judged."""
    poll = replace(poll, pending={**poll.pending, name: text.strip()})
    return _judged_now(replace(room, polls=(*room.polls[:-1], poll)))


def _judged_now(room: Classroom) -> Classroom:
    return room if room.judges_later else all_judged(room)


def all_judged(room: Classroom) -> Classroom:
    """Return the class with every answer judged that waits for it."""
    for number, poll in enumerate(room.polls):
        for text in dict.fromkeys(poll.pending.values()):
            room = answer_judged(room, number, text, judged_answer(poll, text))
    return room


def answer_judged(
    room: Classroom, number: int, text: str, found: Reply | GdTutorError
) -> Classroom:
    """Return the class with what an answer has come to, told to all who have given it.

    Args:
        room: The class.
        number: Of the question, from 0.
        text: The answer.
        found: How it is judged, or why it is none.
    """
    before = room.polls[number]
    poll = with_judged(before, text, found)
    room = replace(room, polls=(*room.polls[:number], poll, *room.polls[number + 1 :]))
    for name in before.pending.keys() - poll.pending.keys():
        seat = room.seats.get(name)
        if seat is not None and poll is room.polls[-1]:
            room = with_seat(room, _seat_answered(seat, poll, text, found))
    return room


def _seat_answered(seat: Seat, poll: Poll, text: str, found: Reply | GdTutorError) -> Seat:
    if not poll.is_open:
        gets_verdict = isinstance(found, Reply) and poll.is_revealed
        return replace(seat, notice=poll.told(seat.name), is_passing=True) if gets_verdict else seat
    if seat.own is not None or seat.is_out or seat.draft is None:
        return seat
    if not isinstance(found, Reply):
        draft = replace(seat.draft, error=str(found), is_selected=True)
        return replace(seat, draft=draft)
    told = f"Your answer {found.text} is in; type to change it."
    is_same = seat.draft.text.strip() in ("", text)
    return replace(seat, draft=answer_input() if is_same else seat.draft, typed="", notice=told)


def answer_input(text: str = "") -> Prompt:
    """Return the input of the class's question."""
    return Prompt(PromptKind.ANSWER, ANSWER, text, len(text))


def hinted(view: Session) -> Walk | None:
    """Return a step whose question is open with its next hint; None where there is none."""
    if not isinstance(view, Walk) or view.challenge is None:
        return None
    challenge = view.challenge
    if not challenge.has_hint:
        return None
    return replace(view, challenge=replace(challenge, hints_shown=challenge.hints_shown + 1))


def with_hint(room: Classroom, seat: Seat) -> Seat:
    """Return a seat that sees the next hint to the open question, or is told that none is left."""
    view = hinted(seat.view or room.shared)
    if view is not None:
        return replace(seat, view=view, draft=seat.draft and answer_input())
    if seat.draft is None:
        return replace(seat, notice=NO_HINTS)
    return replace(seat, draft=replace(seat.draft, error=NO_HINTS, is_selected=True))


def entered(room: Classroom, seat: Seat, text: str) -> Classroom:
    """Return the class after an answer to its open question; what is none is to be mended."""
    poll, draft = room.poll, seat.draft or answer_input(text)
    if poll is None:
        return with_seat(room, seat)
    if text == HINT:
        return with_seat(room, with_hint(room, replace(seat, draft=draft)))
    room = with_seat(room, replace(seat, draft=replace(draft, error="")))
    return handed_in(room, poll, seat.name, text)
