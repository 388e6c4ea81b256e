"""Placeholders are read exactly, and refused where their value is not known yet."""

from __future__ import annotations

import pytest
from lessons_for_tests import SCALAR, codes_of, lesson_of

from gdtutor.lesson.placeholders import (
    ABOUT,
    WORDS,
    Placeholder,
    PlaceholderError,
    fill,
    read_placeholders,
)

NOTE = ("## forward z\nThe sum is {z}.", "## STEP\nTEXT")


def at(step: str, text: str) -> list[str]:
    return codes_of(SCALAR, NOTE, ("STEP", step), ("TEXT", text))


def test_a_text_is_cut_into_plain_parts_and_placeholders() -> None:
    parts = read_placeholders("a {z} and {{b}} {grad W1[0, 1]}.")
    assert parts == (
        "a ",
        Placeholder("value", "z", None, 2),
        " and ",
        "{",
        "b",
        "}",
        " ",
        Placeholder("grad", "W1", (0, 1), 16),
        ".",
    )


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{z", "{z + 1}", "{grad}{", "{W[0,1,2]}", "{the z}", "{z!}", "{a\nb}"]
)
def test_anything_else_in_braces_is_refused(text: str) -> None:
    with pytest.raises(PlaceholderError):
        read_placeholders(text)


@pytest.mark.parametrize("text", ["{z}", "{grad w1}", "{shape W1}", "{new b[0,0]}", "{x1[3]}"])
def test_a_placeholder_is_written_as_it_is_read(text: str) -> None:
    (part,) = read_placeholders(text)
    assert isinstance(part, Placeholder)
    assert part.text() == text


def test_filling_asks_for_each_placeholder_and_a_name_comes_before_a_word() -> None:
    asked: list[Placeholder] = []

    def value(placeholder: Placeholder) -> str:
        asked.append(placeholder)
        return "7"

    text = "{{{z}}} {cost} {epoch}"
    assert fill(text, frozenset({"z", "epoch"}), value) == "{7} 7 7"
    assert [(p.about, p.name) for p in asked] == [("value", "z"), ("cost", ""), ("value", "epoch")]


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_word_can_be_asked_for_once_the_root_is_known(word: str) -> None:
    assert at("update w", f"{{{word}}}") == []


@pytest.mark.parametrize("about", sorted(ABOUT))
def test_everything_about_a_parameter_can_be_asked_for_at_its_update(about: str) -> None:
    assert at("update w", f"{{{about} w}}") == []


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("given", "{w} {x} {shape yhat} {learning_rate} {iteration}"),
        ("forward", "{z}"),
        ("forward yhat", "{z} {yhat} {z.1}"),
        ("forward L", "{cost} {L}"),
        ("backward", "{cost} {grad L} {yhat}"),
        ("backward yhat", "{grad L} {grad yhat}"),
        ("backward b", "{grad w} {grad b}"),
        ("backward z.1", "{grad z} {grad z.1}"),
        ("update", "{new w} {grad b}"),
        ("update b", "{new w} {new b}"),
        ("given", "{w.v} {b.m1}"),
        ("update w.m1", "{new w.m1}"),
        ("update w.m2", "{new w.m1} {new w.m2}"),
        ("update w", "{new w.v} {w.v:3}"),
    ],
)
def test_what_the_walk_has_computed_can_be_asked_for(step: str, text: str) -> None:
    assert at(step, text) == []


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("given", "{z}"),
        ("given", "{grad w}"),
        ("forward", "{yhat}"),
        ("forward z", "{yhat}"),
        ("forward z", "{cost}"),
        ("forward L", "{grad L}"),
        ("backward", "{grad yhat}"),
        ("backward w", "{grad b}"),
        ("backward w", "{new w}"),
        ("update", "{new b}"),
        ("update w", "{new b}"),
        ("backward w", "{new w.v}"),
        ("update w.m1", "{new w.m2}"),
        ("update w.v", "{new w}"),
        ("update w", "{new b.v}"),
    ],
)
def test_what_comes_later_is_refused(step: str, text: str) -> None:
    assert at(step, text) == ["not-yet"]


@pytest.mark.parametrize(
    "text",
    ["{q}", "{grad x}", "{grad q}", "{new x}", "{z[0]}", "{z.9}", "{w.q}", "{x.v}", "{grad w.v}"],
)
def test_what_never_comes_is_no_placeholder(text: str) -> None:
    assert at("update b", text) == ["placeholder"]


def test_inputs_have_a_gradient_where_the_lesson_asks_for_it() -> None:
    with_gradients = ('title = "Base"', 'title = "Base"\ngradients = ["x"]')
    lesson = lesson_of(SCALAR, with_gradients, NOTE, ("STEP", "backward x"), ("TEXT", "{grad x}"))
    assert lesson.scenes[0].notes[0].node == "x"
