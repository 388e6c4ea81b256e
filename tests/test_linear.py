"""The linear mode: the same facts as the screens, in lines that need no screen."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gdtutor.cli.keys import parse_keys
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.lesson.listing import listing
from gdtutor.linear import Services, converse
from gdtutor.opening import open_lesson, session_at
from gdtutor.session.state import Session, moved
from gdtutor.shelf import library_of
from gdtutor.transcript import step_text
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.graph_panel import graph_lines
from gdtutor.view.lines import text_of
from gdtutor.view.study import room_for
from gdtutor.view.values import value_lines

LESSONS = {entry.id: entry.path for entry in listing(shipped_lessons_folder())}
DRAWN = re.compile(r"[\u2500-\u259f\u2800-\u28ff\x00-\x09\x0b-\x1f\x7f]")
NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?:\.\d+)?(?:e[−-]?\d+)?(?![\w…~])")


class Talk:
    """A conversation held from a script of lines."""

    def __init__(
        self, session: Session, *lines: str, chars: Chars = UNICODE, keys: str = ""
    ) -> None:
        self.said: list[str] = []
        self.saved: list[Session] = []
        waiting = iter(lines)
        services = Services(
            chars,
            self.said.append,
            lambda: next(waiting, None),
            open_lesson,
            self.saved.append,
            self._never_stopped,
        )
        self.code = converse(session, parse_keys(keys), services)

    @contextmanager
    def _never_stopped(self) -> Iterator[Callable[[], bool]]:
        yield lambda: False

    @property
    def last(self) -> str:
        return self.said[-1]


def lesson(name: str, at: str = "", **options: object) -> Session:
    session = session_at(LESSONS[name], at=at, **options)  # type: ignore[arg-type]
    return session


def steps_of(session: Session) -> Iterator[Session]:
    """Yield the session at every step of iteration 0."""
    assert session.moment is not None
    for number in range(1, len(session.moment.steps) + 1):
        yield moved(session, 0, number)


def panels(session: Session, size: tuple[int, int]) -> str:
    """Return graph, node and values as Study shows them; counts of what is hidden left out."""
    context = context_of(session, UNICODE)
    assert context is not None
    room = room_for(*size)
    rows = [
        *graph_lines(context, room.graph - 4, room.body - 2),
        *node_lines(context, room.node_width),
        *(value_lines(session, context, room.values - 4) if room.values else ()),
    ]
    return "\n".join(text for text in map(text_of, rows) if "more" not in text)


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_every_number_on_a_screen_is_in_the_text_of_its_step(
    name: str, size: tuple[int, int]
) -> None:
    for session in steps_of(lesson(name)):
        context = context_of(session, UNICODE)
        assert context is not None
        text = step_text(session, context)
        missing = set(NUMBER.findall(panels(session, size))) - set(NUMBER.findall(text))
        assert not missing, f"{missing} of\n{panels(session, size)}\nare not in\n{text}"


@pytest.mark.parametrize("name", LESSONS)
def test_linear_mode_says_what_the_transcript_says_without_drawing(name: str) -> None:
    start = lesson(name)
    steps = list(steps_of(start))
    talk = Talk(start, *(f"g {number}" for number in range(1, len(steps) + 1)))
    contexts = [context_of(session, UNICODE) for session in steps]
    texts = [step_text(s, c).rstrip("\n") for s, c in zip(steps, contexts, strict=True) if c]
    assert talk.said[1:] == texts
    assert not DRAWN.search("\n".join(talk.said))


def test_questions_are_asked_and_answered_and_commands_start_with_a_colon() -> None:
    talk = Talk(lesson("bias", "given"), "r", "n", "1/0 +", "7", "?", ":d", "0*0.1 + 0", "n", "")
    asked = talk.said[2]
    assert "your answer: an expression is an answer" in asked
    assert "z=0" not in asked
    assert "error: " in talk.said[3]
    assert talk.said[6].startswith("3 significant digits.")
    assert "your answer" in talk.said[6]
    assert talk.said[7].startswith("Right.")
    assert "z=0" in talk.said[7]
    assert "your answer" in talk.said[8]
    assert "your answer" not in Talk(lesson("bias", "given"), "r", "n", ":n").last


def test_the_link_to_the_step_is_said() -> None:
    assert Talk(lesson("bias", "backward:b"), "k").last == "gdtutor bias --at backward:b"


def test_the_last_page_is_read() -> None:
    assert "try next" in Talk(lesson("neuron", "step:7"), "n").last


def test_in_ascii_the_program_says_nothing_but_ascii() -> None:
    talk = Talk(lesson("bias"), *["n"] * 14, "t", "?", chars=ASCII)
    assert "\n".join(talk.said).isascii()


def test_words_go_to_places_and_back() -> None:
    talk = Talk(lesson("bias"), "g 12", "p", "i 37", "3 n", "n 2", "g backward:b", ":2p")
    heads = [text.split("\n")[0] for text in talk.said[1:]]
    assert heads == [
        "[12/13] iteration 0, update w₂",
        "[11/13] iteration 0, update w₁",
        "[1/13] iteration 37, given",
        "[4/13] iteration 37, forward L",
        "[6/13] iteration 37, backward ŷ",
        "[10/13] iteration 37, backward b",
        "[8/13] iteration 37, backward w₁",
    ]


def test_an_empty_line_is_the_next_step() -> None:
    assert Talk(lesson("bias"), "", "").last == Talk(lesson("bias"), "n", "n").last


def test_values_change_and_come_back() -> None:
    talk = Talk(lesson("bias", "forward:z"), "e b 0.5", "u", "redo", "R")
    assert [("z=0.5" in text) for text in talk.said] == [False, True, False, True, False]


def test_looking_closer_says_the_step_again() -> None:
    talk = Talk(lesson("xor-hidden", "backward:W1"), "c 1,0", "c", "d", "o", "v", "x")
    assert "[1,0]" in talk.said[1]
    assert talk.said[3].startswith("3 significant digits.")
    assert "Relative error" in talk.said[5]


def test_training_is_told_in_numbers_and_a_sentence() -> None:
    talk = Talk(lesson("bias"), "t 10", "t", "t", "i 200")
    assert "10 of 200 epochs, 10 iterations: paused." in talk.said[2]
    whole = talk.said[4]
    assert "epoch 0: cost 0.125" in whole
    assert "The cost falls from 0.125 to 0.001548 and never rises." in whole
    assert "finished" in talk.said[5]
    assert talk.last.startswith("[1/13] iteration 200, given")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("foo", "'foo' is no command here"),
        ("i x", "error: "),
        ("g backward:nobody", "'nobody' has no backward step"),
        ("e", "e w1 0.9"),
        ("e nobody 1", "'nobody' is no given value"),
        ("c 0,1", "no cell"),
        ("c a", "is no cell"),
        ("t 0", "no number of epochs"),
        ("b", "no command here"),
        ("\x1b[A", "no command here"),
    ],
)
def test_what_cannot_be_done_is_said(line: str, answer: str) -> None:
    talk = Talk(lesson("bias", "forward:z"), line)
    assert talk.last.startswith("error: ")
    assert answer in talk.last
    assert talk.code == 0


def test_every_command_listed_is_obeyed() -> None:
    listed = re.findall(r"^  (\S+?):? ", Talk(lesson("bias"), "?").last, re.MULTILINE)
    assert {"n", "p", "g", "i", "e", "c", "t", "x", "o", "d", "v", "q", "?"} <= set(listed)
    for word in set(listed) - {"Enter", "g", "i", "e", "t", "q"}:
        assert "no command" not in Talk(lesson("bias", "backward:b"), word).last


def test_the_library_opens_lessons_by_number_and_id() -> None:
    shelf = Session(library=library_of(shipped_lessons_folder()))
    talk = Talk(shelf, "6", "l", "nobody", "xor-hidden", "n", "q")
    assert "bias: The bias to the rescue" in talk.said[0]
    assert talk.said[1].startswith("06 The bias to the rescue")
    assert talk.said[3].startswith("error: there is no lesson 'nobody'")
    assert talk.last.startswith("[1/")


def test_keys_are_pressed_before_the_talk_and_the_place_is_saved_after_it() -> None:
    talk = Talk(lesson("bias"), "n", keys="3n x t")
    assert talk.said[0] == "Training; Ctrl-C stops it."
    assert [session.step for session in talk.saved][-1:] == [4]
    assert Talk(lesson("bias"), "q", "n").said[1:] == []


def test_a_lesson_file_that_broke_is_told(tmp_path: Path) -> None:
    (tmp_path / "01-broken.md").write_text("nothing\n")
    talk = Talk(Session(library=library_of(tmp_path)), "1")
    assert talk.last.startswith("error: ")
