"""Questions stand at steps that exist, and ask for what can be asked there."""

from __future__ import annotations

from lessons_for_tests import MATRIX, SCALAR, lesson_of

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


def test_the_note_goes_on_after_a_question() -> None:
    lesson = lesson_of(SCALAR, (END, f'{END}```question\ntext = "?"\n```\nAnd more.\n'))
    assert lesson.scenes[0].notes[0].text == "The sum is {z}.\nAnd more."
