"""A question of the teacher's is everyone's: answers are gathered, judged, and shown at the end."""

import re

import pyte
import pytest
from classes import Watched, after, lesson_session, pressed

from gdtutor.classroom.answers import CLOSED, NO_HINTS, all_judged
from gdtutor.classroom.board import (
    LATER,
    Invitation,
    answer_rows,
    class_line,
    counts,
    noted,
    panel_rows,
    place,
)
from gdtutor.classroom.hub import ClassHub
from gdtutor.classroom.polls import OTHER, RIGHT, SHORT, ToldVerdict, own_question, spread
from gdtutor.classroom.room import (
    AGAIN,
    ELSEWHERE,
    SEEN,
    joined,
    left,
    locked,
    taught,
)
from gdtutor.classroom.screens import SeatScreen, SharedScreens, Terminal, _said_with_help
from gdtutor.classroom.seats import Classroom, opened_room, with_seat
from gdtutor.classroom.telling import PlaceTeller, read_place
from gdtutor.engine.errors import GdTutorError
from gdtutor.paint.colours import Colours
from gdtutor.play.options import playground_of_line
from gdtutor.session.playing import play_session
from gdtutor.session.predict import CLASS_ANSWERS
from gdtutor.session.press import Press
from gdtutor.session.slips import Slip
from gdtutor.session.state import ClassRole, Session, Surroundings, Walk
from gdtutor.session.update import Posed, update
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE, Style
from gdtutor.view.lines import text_of, width_of
from gdtutor.view.screen import frame_of

NAMES = ("anna", "ben", "cleo")
TEACHER = Surroundings(class_role=ClassRole.TEACHER)


def press_of(key: str) -> Press:
    named = {".": "full_stop", "!": "exclamation_mark"}.get(key, key)
    return Press(named, key if len(key) == 1 else None)


def typed(room: Classroom, name: str, text: str, *keys: str) -> Classroom:
    for key in (*text, *keys):
        room = pressed(room, name, press_of(key))
    return room


def asked(at: str = "step:8") -> tuple[Classroom, Session]:
    """Return a class of three whose teacher has just asked for a value, in predict mode."""
    session = after(lesson_session("bias", at), "r", "n")
    assert session.challenge is not None
    room = opened_room(lesson_session("bias", at))
    for name in NAMES:
        room = joined(room, name, "1234", "")
    return taught(room, session), session


def about(session: Session, text: str) -> Session:
    return update(session, Posed(own_question(session, text)))[0]


def posed(kind: str, at: str = "backward:z") -> tuple[Classroom, Session]:
    room = opened_room(lesson_session("bias", at))
    for name in NAMES:
        room = joined(room, name, "1234", "")
    session = about(room.taught, kind)
    return taught(room, replace(session, around=TEACHER)), session


def test_answers_are_judged_by_the_engine_and_the_last_one_counts() -> None:
    room, session = posed("value", "backward:yhat")
    # dL/dz = 0.5 · 0.25 at the lesson's own start.
    room = typed(room, "anna", "0.5", "enter")
    room = typed(room, "anna", "", "enter")
    room = typed(room, "anna", "0.125", "enter")
    room = typed(room, "ben", "0.5", "enter")
    room = typed(room, "cleo", "-0.125", "enter")
    assert room.poll is not None
    verdicts = {name: reply.verdict for name, reply in room.poll.replies.items()}
    assert verdicts == {"anna": RIGHT, "ben": Slip.NO_LOCAL.value, "cleo": Slip.SIGN.value}
    room = taught(room, after(session, "escape", "n"))
    assert room.poll is None
    assert spread(room.polls[-1])[0] == (RIGHT, 1)
    assert room.seats["ben"].notice == "Your answer 0.5: local factor missing."


def test_nothing_is_given_away_while_the_question_is_open() -> None:
    room, _ = posed("value", "backward:yhat")
    room = typed(room, "anna", "0.125", "enter")
    room = typed(room, "ben", "7", "enter")
    notices = " ".join(seat.notice for seat in room.seats.values())
    rows = " ".join(text_of(row) for row in answer_rows(room.polls, 80, UNICODE))
    assert "right" not in notices.lower()
    assert rows == "2 answered. The next step closes it."
    assert "∇ 0.125" not in frame_of(room.shared, 80, 24, UNICODE).text()
    assert counts(room) == ("3 here", "2/3 answered", "3 follow")


def test_an_answer_with_too_few_digits_is_told_so_with_the_others_alone() -> None:
    room, session = posed("value", "backward:yhat")
    room = typed(room, "anna", "0.12", "enter")
    room = typed(room, "ben", "0.13", "enter")
    assert room.poll is not None
    verdicts = {name: reply.verdict for name, reply in room.poll.replies.items()}
    assert verdicts == {"anna": SHORT, "ben": SHORT}
    assert "right" not in room.seats["anna"].notice
    room = taught(room, after(session, "escape", "n"))
    assert room.seats["anna"].notice == "Your answer 0.12: right, with too few digits."


def test_the_teachers_own_tries_and_hints_reach_nobody() -> None:
    room, session = posed("value", "backward:yhat")
    tried = after(session, *"0.5", "enter", "?", "enter")
    assert tried.challenge is not None
    assert tried.challenge.tried
    room = taught(room, tried)
    assert room.poll is not None
    assert room.shared.challenge is not None
    assert not room.shared.challenge.tried
    assert not room.shared.challenge.hints_shown


@pytest.mark.parametrize("text", ["0.125", "0.5", "nonsense"])
def test_what_the_teacher_types_judges_nothing_and_closes_nothing(text: str) -> None:
    room, session = posed("value", "backward:yhat")
    teacher = replace(session, around=TEACHER)
    tried = after(teacher, *text, "enter")
    assert tried.prompt is not None
    assert (tried.prompt.text, tried.prompt.error) == ("", CLASS_ANSWERS.replace("`", ""))
    assert "right" not in frame_of(tried, 80, 24, UNICODE).text().lower()
    assert taught(room, tried).poll is not None
    room = taught(room, after(tried, "escape", "n"))
    assert room.poll is None


def test_hints_of_a_class_question_give_no_answer_away() -> None:
    room, session = posed("up | *down | left")
    teacher = replace(session, around=TEACHER)
    hinted = after(teacher, "?", "enter")
    assert taught(room, hinted).poll is not None
    assert "answer is" not in frame_of(hinted, 80, 24, UNICODE).text()
    room, session = posed("value", "backward:yhat")
    hinted = after(replace(session, around=TEACHER), *("?", "enter") * 4)
    assert taught(room, hinted).poll is not None
    assert isinstance(hinted, Walk)
    assert hinted.challenge is not None
    assert hinted.challenge.hints_shown == hinted.challenge.stages == 2


def test_what_is_no_answer_is_said_and_may_be_mended() -> None:
    room, _ = posed("value")
    room = typed(room, "anna", "what", "enter")
    draft = room.seats["anna"].draft
    assert draft is not None
    assert "name" in draft.error
    assert room.poll is not None
    assert not room.poll.replies


def seen(room: Classroom, name: str, size: tuple[int, int]) -> list[str]:
    """Return what a terminal shows whose input has just been opened."""
    screen = SeatScreen(SharedScreens(), Terminal(*size, UNICODE, Colours()))
    emulator = pyte.Screen(*size)
    stream = pyte.Stream(emulator)
    for seat in (replace(room.seats[name], draft=None), room.seats[name]):
        stream.feed(screen.paint(room, seat))
    return [row.rstrip() for row in emulator.display]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36)])
def test_what_the_class_tells_one_who_walks_alone_covers_no_message(size: tuple[int, int]) -> None:
    room, _ = posed("value")
    own = replace(lesson_session("bias", "forward:z"), message="Nothing to undo.")
    seat = replace(room.seats["anna"], own=own, draft=None, notice="The class goes on.")
    rows = " ".join(seen(with_seat(room, seat), "anna", size)[-5:])
    assert "Nothing to undo." in rows
    assert "The class goes on." in rows


@pytest.mark.sampled
@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
@pytest.mark.parametrize("text", ["one half", "abc", "(" * 90 + "end"])
def test_a_refusal_is_told_whole_at_every_size(size: tuple[int, int], text: str) -> None:
    room, _ = posed("value")
    room = typed(room, "anna", text, "enter")
    draft = room.seats["anna"].draft
    assert draft is not None
    rows = seen(room, "anna", size)
    assert draft.error in " ".join(row.strip() for row in rows)
    at = next(place for place, row in enumerate(rows) if text[-3:] in row)
    assert at >= len(rows) - 5
    assert "step" in rows[0]


def test_each_student_has_hints_of_their_own_which_give_no_answer() -> None:
    room, session = posed("value", "backward:yhat")
    assert "? for a hint" in " ".join(seen(room, "anna", (120, 36)))
    room = typed(room, "anna", "?", "enter", "?", "enter")
    hint = "0.5 × 0.25"
    assert hint in "\n".join(seen(room, "anna", (80, 24)))
    assert "= 0.125" not in "\n".join(seen(room, "anna", (80, 24)))
    assert hint not in "\n".join(seen(room, "ben", (80, 24)))
    assert hint not in frame_of(room.shared, 80, 24, UNICODE).text()
    assert room.poll is not None
    assert not room.poll.replies
    # What was a hint is none to other values.
    assert taught(room, after(session, "escape", *"ew1=0.9", "enter")).seats["anna"].view is None


def test_where_no_hint_is_left_it_is_said() -> None:
    room, _ = posed("up | *down | left")
    room = typed(room, "anna", "?", "enter")
    draft = room.seats["anna"].draft
    assert draft is not None
    assert draft.error == NO_HINTS
    room = typed(room, "anna", "", "escape", "question_mark")
    assert room.seats["anna"].notice == NO_HINTS
    assert room.seats["anna"].own is None


def test_a_lock_stands_beside_who_asks_for_help_and_in_the_students_keys() -> None:
    room = opened_room(lesson_session("bias", "backward:yhat"))
    for name in NAMES:
        room = joined(room, name, "1234", "")
    room = locked(typed(room, "anna", "!"))
    invitation = Invitation("bias", "192.168.1.10", 8022, "482913", "SHA256:x")
    below = text_of(class_line(room, invitation, 80, UNICODE))
    assert "3 here  locked  1 needs help" in below
    for size in ((40, 12), (80, 24)):
        assert "walk" not in " ".join(seen(room, "ben", size)[-2:])
        assert "! " in seen(room, "ben", size)[-1]
    room, _ = posed("value", "backward:yhat")
    room = locked(typed(room, "anna", "", "escape", "!"))
    for width in range(40, 120):
        below = text_of(class_line(room, invitation, width, UNICODE))
        assert re.search(r"3 here  locked  0/3( answered)?  1 (needs|asks for) help", below)


def test_a_call_for_help_is_never_hidden_by_how_to_join() -> None:
    room, _ = posed("value", "backward:yhat")
    room = typed(room, "anna", "", "escape", "!")
    invitation = Invitation("bias", "192.168.1.10", 8022, "482913", "SHA256:x")
    for width in (60, 80, 200):
        below = text_of(class_line(room, invitation, width, UNICODE))
        assert re.search(r"3 here  0/3 answered  1 (needs|asks for) help  3 follow", below)


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_pin_is_told_whole_on_a_small_terminal_with_the_keys(is_asked: bool) -> None:
    room, session = posed("value", "backward:yhat")
    room = room if is_asked else taught(room, after(session, "escape", "n"))
    told = "PIN 123456 keeps your seat, dora. Your answers are kept."
    rows = seen(joined(room, "dora", "123456", told), "dora", (40, 12))
    assert told in " ".join(row.strip() for row in rows[-3:])
    assert "your answer:" in rows[-3] if is_asked else "! help" in rows[-1]


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
def test_after_an_answer_it_is_still_said_how_to_ask_for_help(size: tuple[int, int]) -> None:
    room, _ = posed("value", "backward:yhat")
    room = typed(room, "anna", "0.125", "enter")
    assert "Esc, then !" in seen(room, "anna", size)[-1]


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
def test_one_who_walks_alone_reads_how_to_return_and_how_to_ask_for_help(
    size: tuple[int, int],
) -> None:
    room = joined(opened_room(lesson_session("xor-hidden", "backward:W1")), "anna", "1234", "")
    room = typed(room, "anna", "n")
    said = seen(room, "anna", size)
    assert ". returns, ! " in said[0]
    assert said[0].endswith("step 15/19")
    room = typed(room, "anna", "", "question_mark")
    said = seen(room, "anna", size)
    assert said[0].startswith("╭─ keys and notation")
    assert ". returns, ! " in said[-1]


def test_who_leaves_the_question_has_answered_with_what_was_typed() -> None:
    room, session = posed("value", "backward:yhat")
    room = typed(room, "anna", "0.125", "escape", "p")
    assert room.seats["anna"].own is not None
    assert room.seats["anna"].is_out
    room = typed(room, "anna", ".")
    assert room.seats["anna"].draft is None
    assert "Your question was closed" in room.seats["anna"].notice
    room = typed(room, "anna", "", "enter")
    assert room.seats["anna"].own is None
    assert "1/3 answered" in counts(room)
    assert room.poll is not None
    assert room.poll.replies["anna"].verdict == RIGHT
    room = taught(room, after(session, "escape", "n"))
    assert spread(room.polls[-1]) == ((RIGHT, 1),)


@pytest.mark.parametrize(("way", "may"), [("p", True), ("nn", False)])
def test_who_was_elsewhere_is_asked_on_return_unless_the_walk_shows_the_answer(
    way: str, may: bool
) -> None:
    room = opened_room(lesson_session("bias", "backward:yhat"))
    room = typed(joined(room, "anna", "1234", ""), "anna", "p")
    room = taught(room, about(room.taught, "value"))
    room = typed(room, "anna", way)
    room = typed(room, "anna", ".")
    seat = room.seats["anna"]
    assert (seat.draft is not None, seat.notice) == (may, ELSEWHERE if may else SEEN)
    assert seat.own is None


def test_keys_that_look_and_scroll_leave_the_question_open() -> None:
    choices = " | ".join(f"choice {number}" for number in range(1, 10))
    room, _ = posed(f"Which? | {choices} | *the last one")
    assert "the last one" not in "".join(seen(room, "anna", (40, 12)))
    room = typed(room, "anna", "", "pagedown", "down")
    assert "the last one" in "".join(seen(room, "anna", (40, 12)))
    room = typed(room, "anna", "10", "escape", "pageup", "tab", "tab", "v", "k")
    assert room.seats["anna"].own is None
    room = typed(room, "anna", "", "enter", "enter")
    assert room.poll is not None
    assert room.poll.replies["anna"].verdict == RIGHT


@pytest.mark.slow
def test_looking_gives_no_answer_away() -> None:
    room, _ = posed("value", "backward:yhat")
    for key in ("escape", "escape", "tab", "tab", "tab", "tab", "v", "k"):
        room = typed(room, "anna", "", key)
        assert room.seats["anna"].own is None
        shown = "".join(seen(room, "anna", (40, 12)) + seen(room, "anna", (120, 36)))
        # The loss is 0.125 as well, and no secret.
        assert not any(f"{before} 0.125" in shown for before in ("∇", "=", "only", "z       0 "))


def test_a_point_and_a_mark_are_text_in_an_answer() -> None:
    room, _ = posed("value")
    room = typed(room, "anna", ".5!")
    draft = room.seats["anna"].draft
    assert draft is not None
    assert draft.text == ".5!"
    assert not room.seats["anna"].wants_help


def test_what_is_still_being_typed_counts_when_the_teacher_goes_on() -> None:
    room, session = posed("value", "backward:yhat")
    room = typed(room, "anna", "0.125")
    room = typed(room, "ben", "0.12*")
    room = taught(room, after(session, "escape", "n"))
    assert set(room.polls[-1].replies) == {"anna"}


def test_seats_elsewhere_are_not_asked_and_late_comers_are() -> None:
    room = opened_room(lesson_session("bias", "backward:yhat"))
    for name in NAMES:
        room = joined(room, name, "1234", "")
    room = typed(room, "ben", "n")
    room = left(room, "cleo")
    room = taught(room, about(room.taught, "value"))
    room = joined(room, "dora", "1234", "")
    assert room.seats["ben"].draft is None
    assert room.seats["dora"].draft is not None
    assert "0/2 answered" in counts(room)


def test_two_rounds_stand_below_each_other() -> None:
    room, session = posed("sign", "backward:yhat")
    room = typed(room, "anna", "-", "enter")
    session = after(session, "escape", "n", "p")
    room = taught(room, session)
    room = taught(room, about(session, "sign"))
    room = typed(room, "anna", "+", "enter")
    room = typed(room, "ben", "+", "enter")
    assert [spread(poll) for poll in room.polls] == [(("-", 1),), (("+ (right)", 2),)]
    room = taught(room, after(room.taught, "escape", "n"))
    rows = [text_of(row) for row in answer_rows(room.polls, 80, UNICODE)]
    assert rows[0] == "What is the sign of ∂L/∂z?"
    assert (rows[1], rows[-2]) == ("round 2", "round 1")
    # Both are of one scale.
    assert rows[2] == "+ (right) " + "█" * 30 + " 2"
    assert rows[-1] == "-         " + "█" * 15 + " 1"


@pytest.mark.parametrize("text", ["value", "sign", "Which way? | right | *down"])
def test_between_rounds_it_is_shown_what_was_answered_and_not_what_is_right(text: str) -> None:
    room, session = posed(text, "backward:yhat")
    answers = {"value": "0.125 0.5 0.5", "sign": "+ - -"}.get(text, "2 1 1").split()
    for name, answer in zip(NAMES, answers, strict=True):
        room = typed(room, name, answer, "enter")

    def rows(room: Classroom) -> list[str]:
        return [text_of(row) for row in answer_rows(room.polls, 80, UNICODE)]

    right, wrong = {"value": ("0.125", "0.5"), "sign": ("+", "-")}.get(text, ("down", "right"))
    # Back, for the second round.
    back = after(session, "escape", "p")
    room = taught(room, back)
    assert rows(room)[1:] == [
        LATER, f"{wrong:<{len(right)}} {'█' * 30} 2", f"{right:<{len(wrong)}} {'█' * 15} 1"
    ]  # fmt: skip
    first, second = (row[1].style for row in answer_rows(room.polls, 80, UNICODE)[2:])
    assert first == second
    for name in NAMES:
        assert room.seats[name].notice == CLOSED
    # Without a second round it is marked where the teacher comes to the answer.
    told = room
    for _ in range(1 if text in ("value", "sign") else 2):
        back = after(back, "n")
        told = taught(told, back)
    assert LATER not in rows(told)
    marks = {row[0].text.strip(): row[1].style for row in answer_rows(told.polls, 80, UNICODE)[1:]}
    assert [marked for marked, style in marks.items() if style is Style.GOOD] == [
        {"value": "right", "sign": "+ (right)"}.get(text, "down (right)")
    ]


def test_a_question_asked_again_while_it_is_open_begins_a_second_round() -> None:
    room, session = posed("value", "backward:yhat")
    room = typed(room, "anna", "0.5", "enter")
    room = typed(room, "ben", "0.125")
    again = about(after(session, "escape"), "value")
    room = taught(room, again)
    assert len(room.polls) == 2
    assert {seat.notice for seat in room.seats.values()} == {AGAIN.format("round 2")}
    assert "round 2: 0/3 answered" in counts(room)
    assert len(answer_rows(room.polls, 80, UNICODE)) == 1
    room = typed(room, "anna", "0.125", "enter")
    assert noted(room).split("\n")[1:] == [
        "asked: What is ∂L/∂z?",
        "right: anna 0.125",
        "no answer yet: ben, cleo",
        "round 1, right: ben 0.125",
        "round 1, local factor missing: anna 0.5",
    ]
    room = taught(room, after(again, "escape", "n"))
    assert [dict(spread(poll)) for poll in room.polls] == [
        {RIGHT: 1, Slip.NO_LOCAL.value: 1},
        {RIGHT: 1},
    ]
    assert room.seats["anna"].notice == "Your answer 0.125: right."
    assert not room.seats["ben"].notice


def test_a_question_asked_again_later_is_a_further_round_and_all_are_told_so() -> None:
    room, session = posed("value", "backward:yhat")
    for text in ("value", "sign", "value"):
        session = about(after(session, "escape", "n", "p"), text)
        room = taught(taught(room, after(session, "escape", "p")), session)
        again = {"sign": ""}.get(text, AGAIN.format(f"round {len(room.polls) // 2 + 1}"))
        assert {seat.notice for seat in room.seats.values()} <= {again, CLOSED}
    assert counts(room)[1] == "round 3: 0/3 answered"
    room = taught(typed(room, "anna", "0.125", "enter"), after(session, "escape", "n"))
    rows = [text_of(row) for row in answer_rows(room.polls, 80, UNICODE)]
    assert (rows[1], rows[-2:]) == ("round 3", ["round 2", "Nobody answered."])


@pytest.mark.parametrize(
    ("kind", "texts", "bar"),
    [
        ("value", ("-0.50", "-.5", "-1/2"), "-.5"),
        ("shape", ("3x2", "(3, 2)", "3×2"), "(3, 2)"),
        ("sign", ("plus", "+", "positive"), "+"),
    ],
)
def test_the_same_answer_in_any_writing_is_one_bar(
    kind: str, texts: tuple[str, ...], bar: str
) -> None:
    room, session = posed(kind, "backward:yhat")
    for name, text in zip(NAMES, texts, strict=True):
        room = typed(room, name, text, "enter")
    room = taught(room, after(session, "escape", "p"))
    rows = [text_of(row) for row in answer_rows(room.polls, 80, UNICODE)]
    assert len(rows) == 3
    assert rows[-1].endswith(" 3")
    assert rows[-1].split()[0] in (*texts, bar, "(3,")


def test_who_comes_back_to_an_open_question_reads_that_the_answer_stands() -> None:
    hub, session = ClassHub(), lesson_session("bias", "backward:yhat")
    hub.teach(about(session, "value"))
    for name in ("anna", "ben"):
        hub.join(name, Watched(hub, SharedScreens(), (80, 24)), returns=False)
    for key in ("0", ".", "5", "enter"):
        hub.press("anna", press_of(key))
    for name, told in (("anna", " Your answer 0.5 is in; type to change it."), ("ben", "")):
        hub.join(name, Watched(hub, SharedScreens(), (80, 24)), returns=True)
        assert hub.seat(name).notice == f"Welcome back, {name}.{told}"


def test_a_question_with_choices_is_asked_again_in_the_same_words() -> None:
    text = "Which way? | up | *down"
    room, session = posed(text)
    room = typed(room, "anna", "1", "enter")
    room = taught(room, about(after(session, "escape"), text))
    assert [(poll.is_open, len(poll.replies)) for poll in room.polls] == [(False, 1), (True, 0)]


def test_the_teachers_keys_in_an_open_question_begin_no_round() -> None:
    room, session = posed("value", "backward:yhat")
    for key in ("?", "enter", "escape", "enter", "escape", "v", "tab"):
        session = after(session, key)
        room = taught(room, session)
    assert (len(room.polls), room.poll is not None) == (1, True)


def test_an_edit_begins_no_round_and_answers_are_judged_by_the_values_that_stand_there() -> None:
    room, session = posed("value", "backward:yhat")
    room = typed(room, "anna", "0.125", "enter")
    room = typed(room, "ben", "0.5", "enter")
    for key in ("escape", "e", *"b=1", "enter", "x", "x"):
        session = after(session, key)
        room = taught(room, session)
    assert (len(room.polls), room.poll is not None) == (1, True)
    assert "2/3 answered" in counts(room)
    room = typed(room, "cleo", "0.1437", "enter")
    room = taught(room, after(session, "n"))
    verdicts = {name: reply.verdict == RIGHT for name, reply in room.polls[-1].replies.items()}
    assert verdicts == {"anna": False, "ben": False, "cleo": True}
    assert room.seats["cleo"].notice == "Your answer 0.1437: right."


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["value", "sign", "next"])
@pytest.mark.parametrize("judges_later", [False, True])
def test_verdicts_are_told_when_the_class_goes_on_and_not_when_it_goes_back(
    kind: str, judges_later: bool
) -> None:
    answer = {"value": "0.125", "sign": "+", "next": "z"}[kind]
    room, session = posed(kind, "backward:yhat")
    room = replace(typed(room, "anna", answer, "enter"), shows_results=True)
    room = typed(replace(room, judges_later=judges_later), "ben", answer)

    def told(session: Session) -> set[str]:
        seats = all_judged(taught(room, session)).seats
        return {seats["anna"].notice, seats["ben"].notice}

    back, on = after(session, "escape", "p"), after(session, "escape", "n")
    stop = lesson_session("bias", "update:w1")
    assert told(back) == told(stop) == {CLOSED}
    assert told(on) == {f"Your answer {answer}: right."}
    assert taught(room, back).results is None
    assert taught(room, on).results is not None


def test_predict_mode_asks_the_class() -> None:
    room, _ = asked()
    assert all(seat.draft is not None for seat in room.seats.values())


def test_a_question_with_choices_has_one_that_is_right() -> None:
    room, session = posed("Which way? | up | *down")
    assert session.challenge is not None
    assert session.challenge.text == "Which way?"
    room = typed(room, "anna", "2", "enter")
    room = typed(room, "ben", "up", "enter")
    room = taught(room, after(session, "escape", "n"))
    assert spread(room.polls[-1]) == (("down (right)", 1), ("up", 1))
    assert room.polls[-1].replies["ben"].verdict == OTHER
    rows = [text_of(row) for row in answer_rows(room.polls, 80, UNICODE)]
    assert rows[0] == "Which way?"
    # A verdict is gone with the next step of the class.
    assert room.seats["anna"].notice == "Your answer down: right."
    room = taught(room, after(room.taught, "n"))
    assert not room.seats["anna"].notice


def test_an_answer_is_changed_by_typing_another() -> None:
    room, session = posed("Which way? | up | *down")
    room = typed(room, "anna", "1", "enter")
    assert room.seats["anna"].notice.startswith("Your answer up is in")
    # What has no room is left out, and not cut.
    assert text_of(
        _said_with_help("Your answer the slope of tanh is in; type to change it.", 40)
    ) == ("Your answer the slope of tanh is in.")
    room = typed(room, "anna", "2", "enter")
    assert room.seats["anna"].own is None
    assert room.poll is not None
    assert room.poll.replies["anna"].text == "down"
    room = taught(room, after(session, "escape", "n"))
    assert spread(room.polls[-1]) == (("down (right)", 1),)


def test_a_choice_of_values_is_written_in_one_way_wherever_it_is_told() -> None:
    before = lesson_session("bias", "backward:z")
    room, session = opened_room(before), after(before, "r", "n")
    room = joined(joined(room, "anna", "1234", ""), "ben", "1234", "")
    room = taught(room, session)
    assert room.poll is not None
    shown = "|∂L/∂b|"
    frame = frame_of(room.shared, 80, 24, UNICODE).text()
    assert shown in frame
    place = read_place(PlaceTeller().told(room, room.seats["anna"], 0))
    assert place is not None
    assert place.question is not None
    assert shown in place.question.choices
    room = typed(typed(room, "anna", "abs(grad b)", "enter"), "ben", shown, "enter")
    assert room.seats["anna"].notice.startswith(f"Your answer {shown} is in")
    room = replace(taught(room, after(session, "escape", "n")), shows_results=True)
    assert spread(room.polls[-1]) == ((f"{shown} (right)", 2),)
    # In ASCII nothing of it is lost.
    plain = SeatScreen(SharedScreens(), Terminal(80, 24, ASCII, Colours()))
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(plain.paint(room, room.seats["anna"]))
    told = "\n".join(screen.display)
    assert "|d L/d b| (right) ####" in told
    assert "Your answer |d L/d b|: right." in told
    assert "?L" not in told


@pytest.mark.parametrize("kind", ["value", "sign", "next"])
def test_a_question_about_the_next_step_stands_before_it(kind: str) -> None:
    session = lesson_session("bias", "forward:z")
    assert about(session, kind).challenge is not None


@pytest.mark.parametrize(
    ("session", "told"),
    [
        (lesson_session("bias"), "the opening page"),
        (lesson_session("bias", "backward:z"), "backward:z"),
        (after(lesson_session("bias"), "t"), "training"),
        (play_session(Session(), playground_of_line("--layers 2-2-1")), "the playground"),
        (Session(), "the library"),
    ],
)
def test_the_teacher_is_told_where_a_student_walks_alone(session: Session, told: str) -> None:
    assert place(session) == told


def test_who_follows_a_playground_on_a_small_terminal_sees_what_comes_of_it() -> None:
    session = play_session(Session(), playground_of_line("--layers 2-2-1"))
    room = joined(opened_room(session), "anna", "1234", "")
    assert "─ output" in " ".join(seen(room, "anna", (40, 12)))
    assert {"─ controls", "─ output"} <= set(
        re.findall("─ [a-z]+", seen(room, "anna", (80, 24))[2])
    )
    # Where the teacher looks at the cost, so does everyone.
    room = taught(room, after(session, "tab", "tab"))
    assert "─ cost" in " ".join(seen(room, "anna", (40, 12)))


@pytest.mark.parametrize(
    ("kind", "text"), [("value", "What is w₂"), ("sign", "What is the sign of w₂")]
)
def test_a_question_about_an_update_says_that_it_is_about_what_comes_of_it(
    kind: str, text: str
) -> None:
    room, _ = posed(kind, "update:w1")
    assert room.poll is not None
    assert room.poll.read() == (f"{text} after the update?",)


@pytest.mark.sampled
@pytest.mark.parametrize("text", ["", "colour", "a | b", "a | *b | *c", "| *b | c"])
def test_what_is_no_question_is_refused(text: str) -> None:
    with pytest.raises(GdTutorError):
        own_question(lesson_session("bias", "forward:z"), text)


def test_the_panel_of_names_puts_no_answer_beside_them_and_the_notes_do() -> None:
    room, session = posed("value", "backward:yhat")
    told = ToldVerdict("bias", 5, 7, "dz", "local factor missing")
    room = with_seat(room, replace(room.seats["ben"], verdict=told))
    room = typed(typed(room, "anna", "0.5", "enter"), "cleo", "", "escape", "n")
    invitation = Invitation("bias", "192.168.1.10", 8022, "482913", "SHA256:x")

    def shown(width: int) -> list[str]:
        rows = panel_rows(room, invitation, width, UNICODE)
        assert max(map(width_of, rows)) <= width - 4
        return [text_of(row).strip() for row in rows]

    rows = shown(80)
    assert {"anna  has answered", "ben", "cleo                elsewhere"} <= set(rows)
    assert not any("dz" in row or "backward" in row for row in rows)
    notes = noted(room).split("\n")
    assert notes[1:] == [
        "asked: What is ∂L/∂z?",
        "local factor missing: anna 0.5",
        "no answer yet: ben",
        "program 5 of 7 at dz (local factor missing): ben",
    ]
    room = taught(room, after(session, "escape", "n"))
    rows = shown(80)
    assert "anna  follows" in rows
    assert "programs, each judged on its own machine: 1 at dz" in rows
    assert not any("0.5" in row or "missing" in row for row in rows)
    assert not any(word in noted(room) for word in ("no answer yet", "asked:", "anna"))
    # Nothing is cut on a small terminal, and no slip of the bars.
    told = " ".join(map(text_of, answer_rows(room.polls, 40, UNICODE)))
    assert f"local factor missing {'█' * 8} 1" in told
    assert "H help is given" in " ".join(shown(40))
