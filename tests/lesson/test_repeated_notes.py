"""A note of every count is filled for each, gives way to a step's own, and errs once."""

from pathlib import Path

import pytest

from gdtutor.lesson.body import MAX_NOTES
from gdtutor.lesson.load import parse_lesson

HEAD = """+++
format = 1
id = "folds"
title = "It folds"
[parameters]
v = 0.9
[data]
inputs = ["h0"]
targets = ["y"]
examples = [[0.5, 0.7]]
[training]
batch = 1
+++
```graph
for t in 1..3:
    h{t} = tanh(v*h{t-1})
L = (h3 - y)**2
```
"""


def read(notes: str):
    return parse_lesson(HEAD + notes, Path("folds.md"))


def noted(notes: str) -> dict[tuple[str, str], str]:
    lesson, reports = read(notes)
    assert lesson is not None, [report.text() for report in reports]
    return {(note.phase, note.node): note.text for note in lesson.scenes[0].notes}


def test_counts_in_braces_are_filled_for_every_step() -> None:
    found = noted("## forward h{t}\nMoment {t}: {h{t-1}} becomes {h{t}}, {2*t+1} {v}.\n")
    assert found == {
        ("forward", "h1"): "Moment 1: {h0} becomes {h1}, 3 {v}.",
        ("forward", "h2"): "Moment 2: {h1} becomes {h2}, 5 {v}.",
        ("forward", "h3"): "Moment 3: {h2} becomes {h3}, 7 {v}.",
    }


def test_gradients_and_inner_operations_have_notes_of_every_count() -> None:
    found = noted("## backward h{t}, always\nIt is {grad h{t}}.\n## forward h{t}.1\nInside {t}.\n")
    assert found["backward", "h2"] == "It is {grad h2}."
    assert found["forward", "h3.1"] == "Inside 3."


@pytest.mark.parametrize("first", [True, False])
def test_the_note_of_a_step_goes_before_that_of_every_count(first: bool) -> None:
    notes = ["## forward h2\nThe second.\n", "## forward h{t}\nNumber {t}.\n"]
    found = noted("".join(notes if first else notes[::-1]))
    assert [found["forward", f"h{t}"] for t in (1, 2, 3)] == [
        "Number 1.", "The second.", "Number 3.",
    ]  # fmt: skip


def test_what_stands_outside_of_braces_or_is_no_count_stays() -> None:
    assert noted("## forward h{t}\nt of `X[t-1]`\n")["forward", "h1"] == "t of `X[t-1]`"


@pytest.mark.parametrize(
    ("notes", "line", "column", "what"),
    [
        (
            "## forward h{t}\nMoment {t} is {q}.\n", 20, 15,
            "'q' is no name of this graph at t = 1",
        ),
        (
            "## forward h{t}\n{h{t}} and {h{t+1}}\n", 20, 12,
            "{h2} is not known yet at the step 'forward h1' at t = 1",
        ),
        ("## forward k{t}\nNo.\n", 19, 4, "there is no step 'forward k{t}': no line has this name"),
        (
            "## backward h{k}\nNo.\n", 19, 4,
            "there is no step 'backward h{k}': nothing has this name",
        ),
        ("## forward h{t}\n", 19, 4, "the note has no text"),
        (
            "## forward h{t}\nOne.\n## forward h{t}\nTwo.\n", 21, 4,
            "the step 'forward h1' has a second note",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_once_and_where_it_is_written(
    notes: str, line: int, column: int, what: str
) -> None:
    lesson, reports = read(notes)
    assert lesson is None
    assert [(r.line, r.column, r.what) for r in reports] == [(line, column, what)]


def test_a_question_below_is_asked_at_the_first_count() -> None:
    question = '```question\ntext = "How much?"\n```\n'
    lesson, _ = read(f"## forward h{{t}}\nMoment {{t}}.\n{question}")
    assert lesson is not None
    assert [(q.phase, q.node) for q in lesson.scenes[0].questions] == [("forward", "h1")]


def test_notes_of_every_count_are_bounded_together() -> None:
    long = HEAD.replace("1..3", "1..200").replace("h3 - y", "h200 - y")
    whens = [f", iteration {n}" for n in range(MAX_NOTES // 200 + 1)]
    notes = "".join(f"## forward h{{t}}{when}\nIt.\n" for when in whens)
    lesson, reports = parse_lesson(long + notes, Path("folds.md"))
    assert lesson is None
    assert [report.code for report in reports] == ["bound"]
