"""A lesson is a story: → leads through its iterations to the closing page, and on."""

from pathlib import Path

import pytest
from session_walks import lesson_file, press

from gdtutor.check.lesson import check_lesson
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import LessonEntry, unread
from gdtutor.lesson.load import load_lesson, parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.catalogue import Library
from gdtutor.session.effects import OpenLesson
from gdtutor.session.figures import offered_figures
from gdtutor.session.link import command_of
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto
from gdtutor.session.notes import note_for
from gdtutor.session.opening import Opened, opened
from gdtutor.session.press import Press
from gdtutor.session.runs import in_variant
from gdtutor.session.state import Screen, Session, current_step
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view.explain import context_of, note_lines
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of

TEXT = """+++
format = 1
id = "a-story"
title = "A story"
story = 2
digits = 6
pass = ["backward L"]

[parameters]
w = 3.0

[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 4]]

[training]
learning_rate = 0.1
epochs = 5
batch = 1

[[variants]]
name = "large"
training.learning_rate = 0.5
+++
```graph
z = w*x
L = (z - y)**2 / 2
```

## forward z
At the start.

## forward z, iteration 1
One update later.

## forward z, from iteration 2
Later still.

## forward z, trained
At the end.

## update w
A step.

## update w, variant large
A large step.

## update w, always
Some step.
"""


def entry(number: int, path: Path) -> LessonEntry:
    return LessonEntry(f"l{number}", f"0{number}", f"Lesson {number}", "", "", path, False)


def story(tmp_path: Path, text: str = TEXT, *, is_last: bool = False) -> Session:
    path = tmp_path / "02-story.md"
    path.write_text(text, encoding="utf-8")
    lesson = load_lesson(path)
    entries = [entry(1, tmp_path / "01-a.md"), entry(2, path), entry(3, tmp_path / "03-c.md")]
    library = Library(tuple(entries[: 2 if is_last else 3]))
    return opened(Session(library=library), Opened(lesson, run_of(lesson)))


def note_text(session: Session) -> str:
    step = current_step(session)
    assert step is not None
    note = note_for(session, step)
    return "" if note is None else note.text


def test_the_closing_page_stands_behind_the_last_iteration_of_the_story(tmp_path: Path) -> None:
    session = story(tmp_path)
    walked = 0
    while not session.look.is_closing:
        session = press(session, "right")
        walked += 1
        assert walked < 50
    assert (session.moment.iteration, session.step) == (1, len(session.moment.steps))
    later = press(session, "right")
    assert (later.moment.iteration, later.step) == (2, 1)
    back = press(session, "left")
    assert not back.look.is_closing
    assert back.step == len(session.moment.steps)


def test_enter_on_the_closing_page_opens_the_next_lesson(tmp_path: Path) -> None:
    session = press(story(tmp_path), "z")
    after, effects = update(session, Press("enter"))
    assert after.screen is Screen.STUDY
    assert OpenLesson(str(tmp_path / "03-c.md")) in effects


def test_a_file_that_says_nothing_of_itself_is_passed_by(tmp_path: Path) -> None:
    session = press(story(tmp_path), "z")
    before, last = session.library.entries[:2], entry(4, tmp_path / "04-d.md")
    entries = (*before, unread(tmp_path / "03-c.md"), last)
    session = replace(session, library=replace(session.library, entries=entries))
    _, effects = update(session, Press("enter"))
    assert OpenLesson(str(last.path)) in effects


def test_behind_the_last_lesson_the_library_opens(tmp_path: Path) -> None:
    assert press(story(tmp_path, is_last=True), "z enter").screen is Screen.LIBRARY


def test_the_closing_page_names_the_next_lesson_and_the_next_iteration(tmp_path: Path) -> None:
    frame = frame_of(press(story(tmp_path), "z"), 80, 24, UNICODE)
    text = "\n".join(text_of(row) for row in frame.lines)
    assert "Enter opens lesson 03 Lesson 3, PgDn iteration 1; 4t: 4 iterations" in text
    assert "← → step" in text
    assert text.count("Enter") == 2


def test_a_lesson_without_training_goes_on_to_the_next_lesson_from_its_closing_page(
    tmp_path: Path,
) -> None:
    text = TEXT[: TEXT.index("## forward z")].replace("story = 2\n", "")
    start = text.index("[training]")
    text = text[:start] + text[text.index("+++", start) :]
    session = press(story(tmp_path, text), "G right")
    assert session.look.is_closing
    assert "← → back, on" in frame_of(session, 80, 24, UNICODE).text()
    _, effects = update(session, Press("right"))
    assert OpenLesson(str(tmp_path / "03-c.md")) in effects


def test_steps_that_the_lesson_passes_are_passed_both_ways_and_keep_their_number(
    tmp_path: Path,
) -> None:
    session = goto(story(tmp_path), "forward:L")
    on = press(session, "right")
    step = current_step(on)
    assert step is not None
    assert (step.phase.value, step.node, step.number) == ("backward", "z", 5)
    assert current_step(press(on, "left")) == current_step(session)
    passed = current_step(goto(session, "backward:L"))
    assert passed is not None
    assert passed.number == 4


def test_the_lesson_opens_with_its_own_digits(tmp_path: Path) -> None:
    assert story(tmp_path).look.digits == 6


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("forward:z", "At the start."),
        ("1/forward:z", "One update later."),
        ("2/forward:z", "Later still."),
        ("4/forward:z", "Later still."),
        ("5/forward:z", "At the end."),
        ("update:w", "A step."),
        ("3/update:w", "Some step."),
    ],
)
def test_the_most_specific_note_that_holds_is_shown(tmp_path: Path, at: str, text: str) -> None:
    assert note_text(goto(story(tmp_path), at)) == text


def test_a_variant_shows_its_own_notes_and_those_that_stay_true(tmp_path: Path) -> None:
    session = in_variant(story(tmp_path), "large")
    assert note_text(goto(session, "forward:z")) == "At the start."
    assert note_text(goto(session, "update:w")) == "A large step."
    assert note_text(goto(session, "1/forward:z")) == ""


TWO_GRAPHS = TEXT.replace(
    "```graph\nz", "```graph\nq = v*v\n```\n\n## forward q\nA square.\n\n```graph\nz"
).replace("w = 3.0", "w = 3.0\nv = 2.0")


def test_an_edit_takes_away_the_notes_of_the_graph_alone_whose_values_it_changes(
    tmp_path: Path,
) -> None:
    edited = press(goto(story(tmp_path, TWO_GRAPHS), "given"), "e")
    assert edited.prompt is not None
    edited = press(replace(edited, prompt=replace(edited.prompt, text="v 5")), "enter escape")
    assert edited.changes
    assert note_text(goto(edited, "forward:q")) == ""
    assert note_text(goto(edited, "forward:z")) == "At the start."


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("story = 2", "story = 0", "bound"),
        ('["backward L"]', '["backward"]', "pass"),
        ('["backward L"]', '["sideways L"]', "pass"),
        ('["backward L"]', '["update w"]', "pass"),
        ("## update w, variant large", "## update w, variant huge", "note-heading"),
        ("iteration 1", "iteration one", "note-heading"),
        (", trained", ", trained, iteration 3", "note-heading"),
        (", always", ", always, always", "note-heading"),
    ],
)
def test_what_cannot_be_meant_is_reported(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in TEXT
    lesson, reports = parse_lesson(TEXT.replace(old, new, 1), tmp_path / "02-story.md")
    assert lesson is None
    assert code in {report.code for report in reports}


def test_a_variant_may_be_without_a_step_that_the_lesson_passes(tmp_path: Path) -> None:
    text = TEXT.replace('"backward L"', '"backward C"').replace("batch = 1", 'batch = "full"')
    text = text.replace("examples = [[2, 4]]", "examples = [[2, 4], [1, 2]]")
    alone = '[[variants]]\nname = "alone"\ntraining.batch = 1\n\n[[variants]]'
    lesson, reports = parse_lesson(text.replace("[[variants]]", alone), tmp_path / "a.md")
    assert not reports
    assert lesson is not None
    assert lesson.passes == (("backward", "C"),)


def test_what_the_trained_graph_says_is_no_picture_of_earlier_graphs() -> None:
    session = session_at(lesson_file("softmax"))
    first = [goto(session, f"step:{s.number}") for s in session.moment.steps if s.scene < 3]
    kinds = {session.lesson.pictures[n - 1].kind for s in first for n in offered_figures(s)}
    assert kinds == {"slice"}
    assert offered_figures(goto(session, "forward:P")) == (1,)


def test_training_waits_for_an_open_question_since_it_shows_the_values() -> None:
    session = session_at(lesson_file("bias"))
    while session.challenge is None:
        session = press(session, "right")
    left = press(session, "escape t")
    assert left.screen is Screen.STUDY
    assert "Answer first" in left.message
    assert press(session, "escape n t").screen is Screen.TRAIN


STATES = (
    TEXT.replace("epochs = 5\n", 'epochs = 5\noptimizer = "momentum"\n')
    + """
## update w.v
The velocity.

```question
text = "What is the velocity now?"
kind = "value"
```
"""
)


def test_a_note_and_a_question_may_name_what_the_optimiser_remembers(tmp_path: Path) -> None:
    session = story(tmp_path, STATES)
    assert note_text(goto(session, "update:w.v")) == "The velocity."
    assert note_text(goto(session, "update:w")) == "A step."
    assert command_of(goto(session, "update:w.v")).endswith("--at update:w.v")
    asked = press(goto(session, "backward:w"), "right")
    assert asked.challenge is not None
    assert asked.challenge.step.state == "w.v"
    lesson, reports = parse_lesson(STATES.replace("update w.v", "update w.q"), tmp_path / "a.md")
    assert lesson is None
    assert "no optimiser remembers 'q'" in reports[0].what


REMEMBERED = (
    STATES.replace(
        "The velocity.\n",
        "From {w.v} to {new w.v}.{check: w.v == 0 and new w.v == grad w}\n",
    )
    + """
## update w.v, iteration 1
From {w.v} to {new w.v}, m {new w.m1}.{check: new w.v == 0.9*w.v + grad w}

# The end

```task
id = "turned"
text = "Where has the velocity turned round?"
goal = "new w.v < 0 and w.v > 0"
change = ["train"]
solution = ["iteration 4"]
```
"""
)


@pytest.mark.slow
def test_what_the_optimiser_remembers_stands_in_notes_claims_and_goals(tmp_path: Path) -> None:
    path = tmp_path / "a-story.md"
    path.write_text(REMEMBERED, encoding="utf-8")
    session = session_at(path)
    told = []
    for iteration in (0, 1):
        at = moved(session, iteration, 4)
        step = next(s for s in at.moment.steps if s.state == "w.v")
        context = context_of(moved(session, iteration, step.number), UNICODE)
        assert context is not None
        told += ["".join(map(text_of, note_lines(at, context, 78)))]
    assert told == ["From 0 to 4.", "From 4 to 6, m none."]
    problems = check_lesson(load_lesson(path)).problems
    assert [problem.what for problem in problems] == []
    path.write_text(REMEMBERED.replace("0.9*w.v", "0.5*w.v"), encoding="utf-8")
    assert [one.code for one in check_lesson(load_lesson(path)).problems] == ["untrue"]


def test_a_note_that_tells_a_new_value_waits_for_the_step_that_computes_it(tmp_path: Path) -> None:
    text = STATES.split("## update w.v")[0].replace("A step.", "To {new w}.")
    assert "To {new w}." in text
    session = story(tmp_path, text)
    assert note_text(goto(session, "update:w.v")) == "Some step."
    assert note_text(goto(session, "update:w")) == "To {new w}."
