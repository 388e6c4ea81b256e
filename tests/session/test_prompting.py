"""The one-line input: a refused text, what Esc leaves behind, and the library's search."""

from pathlib import Path

import pytest
from session_walks import open_at, press

from gdtutor.lesson.discovery import LessonEntry, shipped_lessons_folder
from gdtutor.library.lessons import library_of
from gdtutor.session.catalogue import shown_entries
from gdtutor.session.library import show_library
from gdtutor.session.press import Press
from gdtutor.session.pressing import FOR_TYPING
from gdtutor.session.state import Screen, Session
from gdtutor.session.update import update
from gdtutor.values import replace


def refused() -> Session:
    session = press(open_at("bias"), "e w 9 space 1 enter")
    assert session.prompt is not None
    assert session.prompt.is_selected
    return session


def text(session: Session) -> str:
    assert session.prompt is not None
    return session.prompt.text


def test_the_next_character_replaces_a_refused_text() -> None:
    session = press(refused(), "w 1")
    assert text(session) == "w1"
    assert session.prompt is not None
    assert not session.prompt.error


def test_a_refused_text_can_be_mended() -> None:
    assert text(press(refused(), "backspace 2")) == "w9 2"
    assert text(press(refused(), "left 2")) == "w9 21"


def test_esc_from_a_question_says_how_to_go_on() -> None:
    session = press(replace(open_at("bias", "given"), predict=True), "n escape")
    assert session.challenge is not None
    assert session.message == (
        "Enter: back to the question; n shows the answer, r ends predict mode."
    )


def library() -> Session:
    session = open_at("bias")
    entries = tuple(
        LessonEntry(name, str(number), name, "chapter", "", Path(f"/{name}.md"))
        for number, name in enumerate(("dot", "bias", "cost", "rate"))
    )
    session = replace(session, library=replace(session.library, entries=entries))
    return show_library(session)


def names(session: Session) -> list[str]:
    return [entry.id for entry in shown_entries(session.library)]


def test_enter_keeps_the_lessons_found_and_esc_shows_all_with_the_cursor_on_the_same() -> None:
    session = press(library(), "/ c o s t enter")
    assert names(session) == ["cost"]
    assert session.prompt is None
    assert session.message == "Enter opens, Esc shows all."
    session = press(session, "escape")
    assert len(names(session)) == 4
    assert session.library.cursor == 2


def test_a_new_search_begins_empty_and_esc_in_it_shows_all() -> None:
    session = press(library(), "/ c o s t enter /")
    assert text(session) == ""
    assert len(names(session)) == 4
    session = press(session, "r a t e")
    assert names(session) == ["rate"]
    assert len(names(press(session, "escape"))) == 4


def test_a_search_goes_to_the_lesson_of_that_name_first() -> None:
    session = Session(library=library_of(shipped_lessons_folder()))
    found = press(session, "/ bias")
    entries = shown_entries(found.library)
    assert len(entries) > 1
    assert entries[found.library.cursor].id == "bias"


@pytest.mark.parametrize(
    ("keys", "expected", "cursor"),
    [
        ("left", "abcd", 3), ("left left right", "abcd", 3), ("right", "abcd", 4),
        ("home", "abcd", 0), ("ctrl+a", "abcd", 0), ("home left", "abcd", 0),
        ("home end", "abcd", 4), ("home ctrl+e", "abcd", 4), ("home right x", "axbcd", 2),
        ("home delete", "bcd", 0), ("home right delete", "acd", 1), ("delete", "abcd", 4),
        ("backspace", "abc", 3), ("left left backspace", "acd", 1), ("home backspace", "abcd", 0),
        ("left ctrl+u", "", 0),
    ],
)  # fmt: skip
def test_the_cursor_moves_and_the_text_is_mended_where_it_stands(
    keys: str, expected: str, cursor: int
) -> None:
    session = press(open_at("bias"), f"e a b c d {keys}")
    assert session.prompt is not None
    assert (session.prompt.text, session.prompt.cursor) == (expected, cursor)


def test_a_key_that_an_input_has_no_use_for_is_answered():
    for keys in ("e", "colon", "t S"):
        session = press(open_at("or-vectorised"), keys)
        for key in ("up", "down", "f5", "tab"):
            after, _ = update(session, Press(key))
            assert after.prompt.error == FOR_TYPING
            assert after.prompt.text == session.prompt.text


def test_the_cursor_keys_go_on_choosing_lessons_while_a_search_is_typed():
    session = Session(screen=Screen.LIBRARY, library=library_of(shipped_lessons_folder()))
    typing = press(session, "slash")
    assert press(typing, "down").library.cursor == typing.library.cursor + 1
    assert press(typing, "down").prompt is not None


def test_how_one_comes_back_to_a_question_is_not_said_on_another_screen():
    asked = press(open_at("neuron"), "r n n")
    assert asked.prompt is not None
    assert press(asked, "escape").message.startswith("Enter: back to the question")
    away, _ = update(asked, Press("alt+l"))
    assert (away.screen, away.message) == (Screen.LIBRARY, "")
