"""Students who hear the class in plain lines: a dumb terminal, none at all, or by their name."""

import asyncio
import threading

import pytest
from classes import PATIENCE, RunningClass, after, finished, lesson_session, running_class

from gdtutor.classroom.answers import CLOSED, NO_HINTS
from gdtutor.classroom.lines import (
    NOT_ANSWERED,
    WELCOME,
    LineEditor,
    LineTeller,
    announcement,
    spoken,
)
from gdtutor.classroom.polls import own_question
from gdtutor.classroom.room import joined, taught
from gdtutor.classroom.seats import Classroom, Seat, opened_room
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.linear.commands import help_lines
from gdtutor.linear.training import training_lines
from gdtutor.play.options import playground_of_line
from gdtutor.session.playing import play_session
from gdtutor.session.state import ClassRole, Screen, Session, Status, Surroundings
from gdtutor.session.update import Posed, update
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE


class Listener:
    """A client that reads lines."""

    def __init__(self, process: object) -> None:
        self._process = process
        self.heard = ""

    async def hears(self, text: str) -> None:
        """Read until a text has come since the last one that was waited for."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.heard:
                data = await self._process.stdout.read(4096)  # type: ignore[attr-defined]
                assert data, self.heard
                self.heard += data.decode()
        self.heard = self.heard.partition(text)[2]

    def say(self, line: str) -> None:
        self._process.stdin.write(f"{line}\r".encode())  # type: ignore[attr-defined]


async def listener(room: RunningClass, name: str, term: str | None) -> Listener:
    connection = await room.connect(name)
    return Listener(await connection.create_process(term_type=term, encoding=None))


@pytest.mark.parametrize(
    ("name", "term"), [("anna", None), ("anna", "dumb"), ("anna+linear", "xterm-256color")]
)
def test_the_class_is_heard_in_lines(name: str, term: str | None) -> None:
    async def work() -> None:
        session = lesson_session("bias", "forward:z")
        async with running_class(session) as room:
            anna = await listener(room, name, term)
            await anna.hears("PIN")
            await anna.hears("Class: The bias to the rescue, iteration 0, forward z, step 2 of 13.")
            anna.say("")
            await anna.hears("0.1")
            for _ in range(2):
                anna.say("?")
                await anna.hears("Commands:")
            session = room.teach(session, "n")
            await anna.hears("Class: iteration 0, forward ŷ, step 3 of 13.")
            anna.say("e w1 0.9")
            await anna.hears("0.9")
            anna.say(".")
            await anna.hears("You follow")
            await anna.hears("\n")
            session = update(session, Posed(own_question(session, "sign")))[0]
            room.teach(session)
            await anna.hears("The class is asked")
            anna.say("+")
            await anna.hears("Your answer + is in")
            room.teach(after(session, "escape", "n"))
            await anna.hears("Your answer +: ")
            anna.say(":help")
            await anna.hears("The teacher sees")
            assert room.hub.seat("anna").wants_help
            anna.say(":q")
            await anna.hears("You have left the class")

    asyncio.run(work())


def test_lines_are_made_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    told, threads = LineTeller.told, set[int]()

    def noted(teller: LineTeller, room: Classroom, seat: Seat) -> str:
        threads.add(threading.get_ident())
        return told(teller, room, seat)

    monkeypatch.setattr(LineTeller, "told", noted)

    async def work() -> None:
        async with running_class(lesson_session("bias", "forward:z")) as room:
            anna = await listener(room, "anna", None)
            await anna.hears("step 2 of 13.")
            anna.say("")
            await anna.hears("0.1")

    asyncio.run(work())
    assert threads
    assert threading.get_ident() not in threads


def test_an_answer_is_a_line_and_the_last_one_counts() -> None:
    room = joined(opened_room(lesson_session("bias", "backward:yhat")), "anna", "1234", "")
    room = taught(room, update(room.taught, Posed(own_question(room.taught, "value")))[0])
    for line in ("what", "0.5", "0.125"):
        room = finished(spoken(room, "anna", line), "anna")
    assert room.poll is not None
    assert room.poll.replies["anna"].text == "0.125"
    room = finished(spoken(room, "anna", ":no such thing"), "anna")
    assert room.seats["anna"].notice
    assert room.seats["anna"].own is None
    assert not room.seats["anna"].is_out
    room = finished(spoken(room, "anna", ":p"), "anna")
    assert room.seats["anna"].own is not None
    assert announcement(room, room.shared).startswith("Class: iteration 0, backward z")


def test_a_question_mark_is_a_hint_while_the_class_is_asked_and_lists_commands_else() -> None:
    room = joined(opened_room(lesson_session("bias", "backward:yhat")), "anna", "1234", "")
    teller = LineTeller()
    room = finished(spoken(room, "anna", "?"), "anna")
    assert ":q leaves" in teller.told(room, room.seats["anna"])
    room = taught(room, update(room.taught, Posed(own_question(room.taught, "value")))[0])
    assert "? for a hint" in teller.told(room, room.seats["anna"])
    for hint in ("∂ŷ/∂z", "0.25", NO_HINTS):
        room = finished(spoken(room, "anna", "?"), "anna")
        told = teller.told(room, room.seats["anna"])
        assert hint in told
        assert "0.125" not in told
    room = finished(spoken(room, "anna", ":?"), "anna")
    assert ":q leaves" in teller.told(room, room.seats["anna"])


def test_a_line_is_answered_however_often_it_is_said() -> None:
    room = joined(opened_room(lesson_session("bias", "forward:z")), "anna", "1234", "")
    teller = LineTeller()
    teller.told(room, room.seats["anna"])
    for line, answer in (
        ("?", ":q leaves"),
        (".", "You hear the class"),
        (":no such", "is no command"),
    ):
        told = ""
        for _ in range(2):
            teller.hears()
            room = finished(spoken(room, "anna", line), "anna")
            told = teller.told(room, room.seats["anna"])
        assert answer in told


@pytest.mark.parametrize("width", [0, 40, 80])
def test_what_is_told_is_broken_between_words(width: int) -> None:
    teller = LineTeller()
    teller.width = width
    told = "\n".join([WELCOME, *help_lines(Screen.STUDY), "", "  a   table"])
    rows = teller.sent(told).split("\r\n")
    assert max(map(len, rows)) <= (width or 80)
    assert " ".join(rows).split() == told.split()
    assert rows[-3:] == ["", "  a   table", ""]


def test_a_run_that_rests_has_no_end_and_a_class_hears_few_predictions() -> None:
    session = play_session(Session(), playground_of_line("--data circle"))
    paused = pressed(session, parse_keys("20n"))
    teacher = Surroundings(class_role=ClassRole.TEACHER)
    room = taught(opened_room(session), replace(paused, around=teacher))
    told = announcement(room)
    assert "so far." in told
    assert "at the end" not in told
    assert "examples left out" in told
    assert len(told.partition("predictions")[2].split("\n")) <= 16
    assert len(training_lines(paused, UNICODE)) > 70


def test_that_a_question_is_closed_is_said_once() -> None:
    room = opened_room(lesson_session("bias", "backward:yhat"))
    for name in ("anna", "ben"):
        room = joined(room, name, "1234", "")
    asked = update(room.taught, Posed(own_question(room.taught, "value")))[0]
    room = taught(room, asked)
    room = finished(spoken(room, "anna", "0.5"), "anna")
    tellers = {name: LineTeller() for name in room.seats}
    for name, teller in tellers.items():
        teller.told(room, room.seats[name])
    room = taught(room, after(asked, "escape", "p"))
    for name, said in (("anna", CLOSED), ("ben", NOT_ANSWERED)):
        told = tellers[name].told(room, room.seats[name]).split("\n")
        assert [row for row in told if "closed" in row] == [said]


def test_training_sweeps_and_the_playground_are_told_with_their_end() -> None:
    session = pressed(lesson_session("bias", "forward:z"), parse_keys("t"))
    room = opened_room(session)
    assert "200 of 200 epochs" in announcement(room)
    assert "cost" in announcement(room)
    running = session.with_train(snapshot=replace(session.train.snapshot, status=Status.RUNNING))
    told = announcement(taught(room, running))
    assert told == "Class: The bias to the rescue, training for 200 epochs."
    swept = pressed(session, parse_keys("S learning_rate=0.5,2 enter"))
    assert "learning_rate 0.5: cost" in announcement(taught(room, swept))
    played = play_session(Session(), playground_of_line("--data moons --layers 2-3-1"))
    told = announcement(taught(room, played))
    assert told.startswith("Class: the playground, --data moons --layers 2-3-1")


@pytest.mark.parametrize(
    ("typed", "lines", "echo"),
    [
        ("ab\r", ["ab"], "ab\r\n"),
        ("ab\x7fc\r\n", ["ac"], "ab\b \bc\r\n"),
        ("\x1b[A\n", ["[A"], "[A\r\n"),
        ("x\x03", [":q"], "x"),
        ("y" * 600, [], "y" * 500),
    ],
)
def test_lines_are_edited_and_echoed(typed: str, lines: list[str], echo: str) -> None:
    assert LineEditor(True).feed(typed) == (lines, echo)
    assert LineEditor(False).feed(typed) == (lines, "")


def test_who_gave_no_answer_hears_that_the_question_is_closed_and_how_others_answered() -> None:
    session = lesson_session("bias", "backward:yhat")
    room = taught(opened_room(session), session)
    for name in ("anna", "ben"):
        room = joined(room, name, "123456", "")
    teller = LineTeller()
    teller.told(room, room.seats["ben"])
    # With the answers on every screen, the next question's stand there once it is closed.
    room = replace(room, shows_results=True)
    session = update(session, Posed(own_question(session, "sign")))[0]
    room = taught(room, session)
    told = teller.told(room, room.seats["ben"])
    assert "The class is asked" in told
    assert "How the class has answered" not in told
    room = finished(spoken(room, "anna", "+"), "anna")
    room = taught(room, after(session, "escape", "n"))
    told = teller.told(room, room.seats["ben"])
    assert told.startswith("The question is closed; you gave no answer.")
    # Nothing of it is a bar, which would be read aloud block by block.
    assert "How the class has answered:\nWhat is the sign of ∂L/∂z?\n+ (right): 1" in told
    edited = pressed(room.taught, parse_keys("e w1=0.9 enter"))
    assert announcement(taught(room, edited)).endswith("of 13, values edited.")
    # What is asked about the step itself does not have it announced again.
    choice = update(room.taught, Posed(own_question(room.taught, "Up? | yes | *no")))[0]
    room = taught(room, choice)
    told = teller.told(room, room.seats["ben"])
    assert "The class is asked" in told
    assert "Class:" not in told
    other = lesson_session("xor-hidden")
    room = taught(room, other)
    assert other.lesson.title in teller.told(room, room.seats["ben"])


def test_of_training_that_was_heard_only_what_is_new_is_told() -> None:
    session = pressed(lesson_session("bias", "forward:z"), parse_keys("t"))
    room, teller = opened_room(session), LineTeller()
    room = joined(room, "anna", "1234", "")

    def told(session: Session) -> list[str]:
        nonlocal room
        room = taught(room, session)
        return teller.told(room, room.seats["anna"]).splitlines()

    assert "parameters" in told(session)
    swept = pressed(session, parse_keys("S learning_rate=0.5,2 enter"))
    rows = told(swept)
    assert [row[:25] for row in rows[:4]] == [
        "3 runs:",
        "  the lesson's own: cost ",
        "  learning_rate 0.5: cost",
        "  learning_rate 2: cost 0",
    ]
    assert rows[4:] == []
    pointed = pressed(swept, parse_keys("left"))
    (cost,) = told(pointed)
    assert "at epoch" in cost
    # What goes on is told in full once it rests.
    assert "parameters" in told(pressed(pointed, parse_keys("n")))
