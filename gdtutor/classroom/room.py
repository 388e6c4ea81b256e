"""The state of a class: what is taught, who sits where, and the question that is open.

Everything here is pure: a change of the class is a function from one `Classroom` to the next.
"""

from __future__ import annotations

from functools import partial

from gdtutor.classroom.answers import (
    answer_input,
    asked_still,
    entered,
    handed_in,
    question_closed,
    with_hint,
)
from gdtutor.classroom.polls import Poll, round_of
from gdtutor.classroom.seats import (
    GOES_BACK,
    Begun,
    Classroom,
    Seat,
    kept_walk,
    shared_session,
    with_help,
    with_seat,
)
from gdtutor.session.challenge import Challenge
from gdtutor.session.effects import Effect, Quit
from gdtutor.session.press import Press
from gdtutor.session.prompting import edited
from gdtutor.session.state import (
    ClassRole,
    Prompt,
    Session,
    Walk,
    challenge_of,
    differs,
    is_training,
    without_challenge,
)
from gdtutor.session.update import update
from gdtutor.values import replace

PATIENCE = 0.02
"""Seconds that the way to an iteration may take for a student: others wait for it."""
COUNT_DIGITS = 4
"""Digits of a count before a student's key."""
FOLLOWING = "You follow the class."
LEFT_IT = "Your question was closed as you went on your own."
ELSEWHERE = "The class was asked while you were elsewhere."
AGAIN = "Asked again, {}: answer once more."
SEEN = f"{ELSEWHERE} Your own walk has come to the answer."
SCROLLS = {"up": -1, "down": 1, "pageup": -5, "pagedown": 5}
LOOKS = ("tab", "v", "k")
"""Keys that leave an open question where it is, as those that scroll."""


def joined(room: Classroom, name: str, pin: str, told: str) -> Classroom:
    """Return the class with a student in a new seat, or back in their own."""
    draft = None if room.poll is None else answer_input()
    seat = room.seats.get(name) or Seat(name, pin, draft=draft)
    return with_seat(room, replace(seat, is_here=True, notice=told))


def left(room: Classroom, name: str) -> Classroom:
    """Return the class without a student, whose seat stays."""
    return with_seat(room, replace(room.seats[name], is_here=False))


def taught(room: Classroom, session: Session) -> Classroom:
    """Return the class after a step of the teacher: a question of theirs is everyone's."""
    before, challenge = room.taught, challenge_of(session)
    is_elsewhere = differs(before, session, "screen", "moment", "step", "challenge")
    sweeps = [one.train.sweeping if isinstance(one, Walk) else None for one in (before, session)]
    is_elsewhere |= sweeps[0] is not sweeps[1]
    is_elsewhere |= is_training(session) and not is_training(before)
    room = replace(room, taught=session, shared=shared_session(session))
    if is_elsewhere and any(seat.is_passing for seat in room.seats.values()):
        quiet = {
            name: replace(seat, notice="", is_passing=False) if seat.is_passing else seat
            for name, seat in room.seats.items()
        }
        room = replace(room, seats=quiet)
    poll = room.poll
    if poll is not None and (challenge is None or challenge.name != poll.name):
        room = question_closed(room, poll, is_revealed=_goes_on(poll, session))
    elif poll is not None and challenge is not None and _is_anew(before, session, challenge):
        shows = room.shows_results
        room = replace(question_closed(room, poll), shows_results=shows)
    elif poll is not None and isinstance(room.shared, Walk):
        room = asked_still(room, poll, room.shared)
    if room.polls and _reaches_answer(room.polls[-1], session):
        room = replace(room, polls=(*room.polls[:-1], replace(room.polls[-1], is_revealed=True)))
    if isinstance(room.shared, Walk) and challenge is not None and room.poll is None:
        room = _asked(room, Poll(challenge, room.shared))
    return room


def _goes_on(poll: Poll, session: Session) -> bool:
    """Tell whether the teacher has gone on from a question to its answer.

    Going back, and a stop that opens the lesson anew, lead elsewhere.
    """
    if not isinstance(session, Walk) or session.moment is not poll.asked.moment:
        return False
    return session.step >= poll.challenge.step.number + (session.challenge is not None)


def _reaches_answer(poll: Poll, session: Session) -> bool:
    """Tell whether the teacher comes to the answer of a question that was closed before it."""
    if poll.is_open or poll.is_revealed or differs(poll.asked, session, "original"):
        return False
    return _shows(poll, session)


def _is_anew(before: Session, session: Session, challenge: Challenge) -> bool:
    """Tell whether a question is asked again; the teacher's tries and hints are the same one.

    So is what an edit has computed anew, but not what a stop has opened anew.
    """
    if challenge is challenge_of(before) or challenge.tried or challenge.hints_shown:
        return False
    return differs(before, session, "original") or not differs(before, session, "moment")


def _asked(room: Classroom, poll: Poll) -> Classroom:
    polls = (*room.polls, poll)
    again = round_of(polls, poll)
    told = AGAIN.format(again) if again else ""
    seats = {
        name: replace(seat, draft=None if seat.own else answer_input(), typed="",
                      out="" if seat.own is None else ELSEWHERE, view=None,
                      notice=told if seat.own is None else "", is_passing=bool(told))
        for name, seat in room.seats.items()
    }  # fmt: skip
    room = replace(room, polls=polls, seats=seats)
    return replace(room, seats={name: _looked(room, seat) for name, seat in seats.items()})


def _looked(room: Classroom, seat: Seat) -> Seat:
    """Return a seat that has seen the answer where its own walk has come to it."""
    poll, own = room.poll, seat.own
    if poll is None or not isinstance(own, Walk) or seat.out != ELSEWHERE:
        return seat
    return replace(seat, out=SEEN) if _shows(poll, own) else seat


def _shows(poll: Poll, session: Session) -> bool:
    """Tell whether a walk has come to the answer of a question."""
    asked, step = poll.asked, poll.challenge.step.number + bool(poll.challenge.choices)
    if not isinstance(session, Walk) or session.lesson.id != asked.lesson.id or session.challenge:
        return False
    return (session.moment.iteration, session.step) >= (asked.moment.iteration, step)


def _with_question(room: Classroom, seat: Seat) -> Seat:
    """Return a seat that has come back, with the question that it was not there for."""
    seat = _looked(room, seat)
    is_new = room.poll is not None and seat.out == ELSEWHERE
    return replace(seat, out="", draft=answer_input()) if is_new else seat


def begun(room: Classroom, name: str, press: Press) -> Begun:
    """Return the class after a key of a student, without what their own walk computes for it."""
    seat = replace(room.seats[name], notice="", is_passing=False)
    if press.key == "ctrl+c":
        return Begun(with_seat(room, seat), (Quit(),))
    if seat.own is not None:
        return _wandering(room, seat, seat.own, press)
    if seat.draft is not None:
        if press.key in SCROLLS:
            return Begun(with_seat(room, _scrolled(room, seat, press.key)))
        key = press.key.removeprefix("alt+")
        if key == press.key:
            return Begun(_typed(room, seat, seat.draft, press))
        # Alt lets a key of the walk through, as in a question of one's own.
        room = _typed(room, seat, seat.draft, Press("escape"))
        seat, press = replace(room.seats[name], notice=""), Press(key, press.character)
    return _following(room, seat, press)


def _scrolled(room: Classroom, seat: Seat, key: str) -> Seat:
    view = seat.view or room.shared
    scroll = min(max(view.look.scroll + SCROLLS[key], 0), 99)
    return replace(seat, view=replace(view, look=replace(view.look, scroll=scroll)))


def _following(room: Classroom, seat: Seat, press: Press) -> Begun:
    is_asked = room.poll is not None and not seat.is_out
    match press.key:
        case key if is_asked and key in SCROLLS:
            return Begun(with_seat(room, _scrolled(room, seat, key)))
        case "escape" if is_asked:
            return Begun(with_seat(room, seat))
        case key if is_asked and key in LOOKS:
            view, effects = update(seat.view or room.shared, press)
            told = view.message
            seat = replace(seat, view=replace(view, message=""), notice=told)
            return Begun(with_seat(room, seat), effects)
        case "full_stop" if seat.kept is None:
            return Begun(with_seat(room, replace(seat, notice=FOLLOWING)))
        case "exclamation_mark":
            return Begun(with_help(room, seat))
        case "q":
            return Begun(with_seat(room, seat), (Quit(),))
        case "enter" if room.poll is not None and seat.is_out:
            return Begun(with_seat(room, replace(seat, notice=seat.out)))
        case "question_mark" if is_asked:
            return Begun(with_seat(room, with_hint(room, seat)))
        case "enter" if room.poll is not None:
            return Begun(with_seat(room, replace(seat, draft=answer_input(seat.typed))))
        case "full_stop":
            walks = walked_off(room, seat)
            after = walks.seats[seat.name]
            own = after.own and seat.kept
            return Begun(with_seat(walks, replace(after, own=own, kept=None)))
    room = walked_off(room, seat)
    seat = room.seats[seat.name]
    return Begun(room) if seat.own is None else _wandering(room, seat, seat.own, press)


def walked_off(room: Classroom, seat: Seat) -> Classroom:
    """Return the class with a student on their own, unless everyone has to follow.

    What was typed into the input of an open question is the answer, where it is one.
    """
    if room.is_locked:
        told = "The teacher has everyone follow for now."
        return with_seat(room, replace(seat, notice=told, is_passing=True))
    around = replace(room.shared.around, class_role=ClassRole.STUDENT)
    own = without_challenge(replace(room.shared, patience=PATIENCE, around=around, visits=()))
    if room.poll is not None and not seat.is_out and seat.typed.strip():
        room = handed_in(room, room.poll, seat.name, seat.typed)
    out = seat.out or (LEFT_IT if room.poll is not None else "")
    return with_seat(room, replace(seat, own=own, out=out, view=None))


def _wandering(room: Classroom, seat: Seat, own: Session, press: Press) -> Begun:
    if own.prompt is None:
        match press.key:
            case "full_stop":
                return Begun(with_seat(room, returned(room, seat)))
            case "exclamation_mark":
                return Begun(with_help(room, seat))
    elif press.character is not None:  # what is typed takes no time
        return Begun(with_seat(room, replace(seat, own=update(own, press)[0])))
    return Begun(with_seat(room, _looked(room, seat)), work=partial(_stepped, press=press))


def _stepped(own: Session, press: Press) -> tuple[Session, tuple[Effect, ...]]:
    return update(replace(own, count=own.count[:COUNT_DIGITS]), press)


def returned(room: Classroom, seat: Seat) -> Seat:
    """Return a seat that follows again; what was changed on the way is kept, and told."""
    seat = _with_question(room, seat)
    told = seat.out or (ELSEWHERE if seat.draft else FOLLOWING)
    kept = kept_walk(seat.own)
    told += GOES_BACK if kept else ""
    return replace(seat, own=None, kept=kept, notice=told)


def _typed(room: Classroom, seat: Seat, draft: Prompt, press: Press) -> Classroom:
    """Return the class after a key in the input of its open question."""
    text = draft.text.strip()
    if press.key == "escape" or room.poll is None:
        told = "Enter goes on with the answer; n walks on and closes it."
        told = told.partition(";")[0] + "." if room.is_locked else told
        return with_seat(room, replace(seat, draft=None, typed=draft.text, notice=told))
    if press.key != "enter":
        draft = edited(draft, press.key, press.character)
        return with_seat(room, replace(seat, draft=draft))
    return entered(room, replace(seat, draft=draft), text) if text else room


def locked(room: Classroom) -> Classroom:
    """Return the class where everyone follows, or where everyone may walk alone again."""
    may_walk, has_to = "You may walk on your own again.", "The teacher has everyone follow."
    told = may_walk if room.is_locked else has_to
    seats = {
        name: replace(_with_question(room, seat), own=None, kept=seat.own or seat.kept,
                      notice=told, is_passing=True)
        if seat.is_passing or not seat.notice or seat.own
        else seat
        for name, seat in room.seats.items()
    }  # fmt: skip
    return replace(room, is_locked=not room.is_locked, seats=seats)
