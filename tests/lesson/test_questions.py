"""Questions stand at steps that exist, and ask for what can be asked there."""

from __future__ import annotations

import pytest
from lessons_for_tests import MATRIX, SCALAR, codes_of, lesson_of

END = "The sum is {z}.\n"


def block(toml: str) -> tuple[str, str]:
    return END, f"{END}\n```question\n{toml}\n```\n"


def test_a_question_stands_at_the_step_of_its_note() -> None:
    (question,) = lesson_of(SCALAR, block('text = "What is z?"')).scenes[0].questions
    assert (question.phase, question.node, question.kind) == ("forward", "z", "value")
    assert question.line == SCALAR.count("\n") + 2


def test_a_question_may_name_its_step_cell_hints_and_choices() -> None:
    toml = (
        'text = """Which one?\nThink."""\nkind = "choice"\nat = "backward:W[0,1]"\n'
        'hints = ["Look at X.", "Look at dZ."]\nchoices = ["dZ @ X.T", "X @ dZ"]'
    )
    text = MATRIX + f"\n```question\n{toml}\n```\n"
    (question,) = lesson_of(text).scenes[0].questions
    assert question.cell == (0, 1)
    assert question.text == "Which one?\nThink."
    assert question.hints == ("Look at X.", "Look at dZ.")
    assert question.choices == ("dZ @ X.T", "X @ dZ")


@pytest.mark.parametrize("at", ["backward:w", "backward w", " backward : w "])
def test_a_step_is_named_with_a_colon_or_a_blank(at: str) -> None:
    text = f'{SCALAR}\n```question\ntext = "?"\nat = "{at}"\n```\n'
    (question,) = lesson_of(text).scenes[0].questions
    assert (question.phase, question.node) == ("backward", "w")


@pytest.mark.parametrize("at", ["backward:w[0]", "1/backward:w", "step:3", "4", "forwards:z", ""])
def test_what_is_no_step_of_the_walk_is_refused(at: str) -> None:
    text = f'{SCALAR}\n```question\ntext = "?"\nat = "{at}"\n```\n'
    assert codes_of(text) in (["question"], ["value"])


def test_a_matrix_of_one_cell_needs_no_cell() -> None:
    text = MATRIX + '\n```question\ntext = "?"\nat = "backward:b"\n```\n'
    assert len(lesson_of(text).scenes[0].questions) == 1


WALKS_ONLY = SCALAR.replace("[training]\nbatch = 1\n", "").replace(", [2, 1]]", "]")
LASTS = (
    (SCALAR, "update:b"),
    (SCALAR.replace("[param", 'frozen = ["b"]\n[param', 1), "update:w"),
    (WALKS_ONLY, "backward:b"),
    (WALKS_ONLY.replace("[param", "backward = false\n[param", 1), "forward:L"),
)


@pytest.mark.parametrize(("text", "last"), LASTS, ids=[last for _, last in LASTS])
def test_what_comes_next_cannot_be_asked_at_the_last_step(text: str, last: str) -> None:
    ask = '\n```question\ntext = "?"\nkind = "next"\nat = "{}"\n```\n'
    assert codes_of(text + ask.format(last)) == ["question"]
    assert codes_of(text + ask.format("forward:z")) == []


def test_the_note_goes_on_after_a_question() -> None:
    lesson = lesson_of(SCALAR, (END, f'{END}```question\ntext = "?"\n```\nAnd more.\n'))
    assert lesson.scenes[0].notes[0].text == "The sum is {z}.\nAnd more."
