"""Questions stand at steps that exist, and ask for what can be asked there."""

from __future__ import annotations

import pytest
from lessons_for_tests import MATRIX, SCALAR, codes_of, lesson_of

from gdtutor.lesson.questions import name_of

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
    assert [choice.text for choice in question.choices] == ["dZ @ X.T", "X @ dZ"]


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


def asked(*blocks: str, heading: str = "## forward z") -> str:
    """Return the lesson with questions under one heading."""
    fenced = "".join(f"\n```question\n{toml}\n```\n" for toml in blocks)
    return SCALAR.replace("## forward z\n" + END, f"{heading}\nA note.\n{fenced}")


def test_a_question_is_asked_when_its_note_is_shown_or_as_it_says_itself() -> None:
    heading = "## forward z, from iteration 1"
    text = asked('text = "?"', 'text = "?"\nkind = "sign"\nwhen = "trained"', heading=heading)
    first, second = lesson_of(text).scenes[0].questions
    assert (first.when.first, first.when.last) == (1, None)
    assert second.when.trained


def test_a_step_may_ask_for_the_same_in_different_iterations_and_each_is_remembered() -> None:
    text = asked('text = "?"', 'text = "?"\nwhen = "iteration 1"')
    questions = lesson_of(text).scenes[0].questions
    assert [name_of(q) for q in questions] == ["forward:z?value", "forward:z?value, iteration 1"]
    assert codes_of(asked('text = "?"', 'text = "again?"')) == ["question"]


@pytest.mark.parametrize("when", ["later", "variant Nobody", "iteration 1, iteration 2"])
def test_words_that_say_no_time_are_reported_at_the_question(when: str) -> None:
    assert codes_of(asked(f'text = "?"\nwhen = "{when}"')) == ["question"]


WHY = 'text = "?"\nkind = "why"\nchoices = [{}]'
BIG = '{ text = "big", when = "z > 1" }'
SMALL = '{ text = "small", when = "z <= 1" }'


@pytest.mark.parametrize(
    "choices",
    [BIG, '"big", "small"', f'{BIG}, "small"', f'{BIG}, {{ text = "?", when = "q > 1" }}',
     f'{BIG}, {{ text = "?", when = "z >" }}', f'{BIG}, {{ text = "?", when = "z[" }}'],
)  # fmt: skip
def test_a_reason_needs_two_choices_with_conditions_over_the_lessons_names(choices: str) -> None:
    assert codes_of(asked(WHY.format(choices))) == ["question"]


def test_a_choice_needs_a_text_and_a_condition() -> None:
    assert codes_of(asked(WHY.format(f'{BIG}, {{ text = "?" }}'))) == ["missing-key"]
    assert codes_of(asked(WHY.format(f"{BIG}, 3"))) == ["type"]


@pytest.mark.parametrize("kind", ["why", "choice"])
def test_the_conditions_of_choices_are_kept(kind: str) -> None:
    text = asked(WHY.format(f"{BIG}, {SMALL}").replace("why", kind))
    (question,) = lesson_of(text).scenes[0].questions
    assert [choice.text for choice in question.choices] == ["big", "small"]


def test_what_is_compared_may_be_any_side_of_a_condition() -> None:
    toml = 'text = "?"\nkind = "compare"\nof = ["abs(grad w)", "new w", "z*x"]'
    (question,) = lesson_of(asked(toml)).scenes[0].questions
    texts = [choice.text for choice in question.choices]
    assert texts == ["abs(grad w)", "new w", "z*x", "they are equal"]


@pytest.mark.parametrize(
    "toml",
    ['of = ["w"]', 'of = ["w", "w"]', 'of = ["w", "nothing"]', 'of = ["w", "w +"]', "",
     'of = ["w", "b"]\nchoices = ["w", "b"]'],
)  # fmt: skip
def test_a_comparison_needs_two_different_values_of_the_lesson(toml: str) -> None:
    assert "question" in codes_of(asked(f'text = "?"\nkind = "compare"\n{toml}'))


@pytest.mark.parametrize("extra", ['of = ["w", "b"]', "smallest = true", 'choices = ["1", "2"]'])
def test_a_key_of_another_kind_is_reported(extra: str) -> None:
    assert codes_of(asked(f'text = "?"\n{extra}')) == ["question"]
