"""The shipped lessons load without a report, read well, and reach the published figures."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace, trace
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.load import read_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.pictures import PICTURES, TRAIN_TITLE
from gdtutor.lesson.runs import problem_of
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.page import prose_width
from gdtutor.view.prose import prose_lines

PATHS = discover(shipped_lessons_folder())
LINES, WIDTH = 4, 76


@cache
def shipped(lesson_id: str) -> Lesson:
    lessons = (read_lesson(path)[0] for path in PATHS)
    return next(lesson for lesson in lessons if lesson and lesson.id == lesson_id)


def walked(lesson: Lesson, scene: int = -1, **overrides: Array) -> Trace:
    problem = problem_of(lesson, scene=scene)
    problem = replace(problem, parameters={**problem.parameters, **overrides})
    batch = np.arange(1 if problem.is_single else problem.size)
    return trace(problem.graph, problem.given(problem.parameters, batch))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_shipped_lesson_has_nothing_to_report(path: Path) -> None:
    assert [report.text() for report in read_lesson(path)[1]] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_it_asks_one_question_at_a_time(path: Path) -> None:
    lesson, _ = read_lesson(path)
    assert lesson is not None
    asked = [question.text for scene in lesson.scenes for question in scene.questions]
    assert [text for text in asked if text.count("?") > 1] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_opening_is_a_line_or_two_too_long(path: Path) -> None:
    lesson, _ = read_lesson(path)
    assert lesson is not None
    over = len(prose_lines(lesson.prose, prose_width(80), UNICODE)) - 19
    told = f"{over} more than a page at 80×24: shorten the opening by as many, or let it be longer"
    assert not 1 <= over <= 2, told


def without_claims(text: str) -> str:
    """Return a note without what `check` proves of it, which no screen shows."""
    return re.sub(r"\{check:[^}]*\}\n?", "", text)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_notes_fit_the_smallest_full_screen(path: Path) -> None:
    lesson, _ = read_lesson(path)
    assert lesson is not None
    for scene in lesson.scenes:
        for note in scene.notes:
            # A filled value is about as long as its four digits with sign and point.
            text = re.sub(r"\{name [^}]*\}", "A1", without_claims(note.text))
            text = re.sub(r"\{[^}]*\}", "-0.1234", text)
            paragraphs = re.split(r"\n\s*\n", text)
            lines = [row for part in paragraphs for row in textwrap.wrap(part, WIDTH)]
            assert len(lines) <= LINES, note


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_pictures_titles_are_whole_beside_training(path: Path) -> None:
    lesson, _ = read_lesson(path)
    assert lesson is not None
    beside = [wish for wish in lesson.pictures if lesson.trains and PICTURES[wish.kind].in_training]
    titles = [str(dict(wish.options).get("title", "")) for wish in beside]
    assert not [title for title in titles if len(title) > TRAIN_TITLE]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_notes_type_no_computed_number(path: Path) -> None:
    lesson, _ = read_lesson(path)
    assert lesson is not None
    texts = [note.text for scene in lesson.scenes for note in scene.notes]
    plain = [re.sub(r"\{[^}]*\}|[\d.]+·N\(0, 1\)", "", text) for text in texts]
    assert not [text for text in plain if re.search(r"\d[.,]\d", text)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_opening_page_types_no_number_that_a_run_would_show(path: Path) -> None:
    """Decimals are those of code or of a formula with its random draw, N(0, 1)."""
    lesson, _ = read_lesson(path)
    assert lesson is not None
    prose = re.sub(r"```.*?```|`[^`]*`|[\d.]+·N\(", "", lesson.prose, flags=re.S)
    assert not re.findall(r"[^\n]*\d[.,]\d[^\n]*", prose)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_its_notes_end_as_sentences_and_repeat_no_word(path: Path) -> None:
    """What is left of an edit stands at the end of a note, or twice in it."""
    lesson, _ = read_lesson(path)
    assert lesson is not None
    notes = [without_claims(note.text).strip() for scene in lesson.scenes for note in scene.notes]
    assert not [note for note in notes if not re.search(r"[.?!:][)`*]*$", note)]
    prose = [re.sub(r"```.*?```", "", text, flags=re.S) for text in (lesson.prose, lesson.closing)]
    assert not [text for text in (*notes, *prose) if re.search(r"\b([a-z]+)\s+\1\b", text)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_it_ends_with_what_to_try_next(path: Path) -> None:
    lesson, _ = read_lesson(path)
    assert lesson is not None
    assert lesson.closing.startswith("# What to try next")
    assert lesson.summary
    assert lesson.chapter
    assert lesson.source


def test_ids_and_numbers_are_unique() -> None:
    lessons = [lesson for path in PATHS if (lesson := read_lesson(path)[0])]
    assert len({lesson.id for lesson in lessons}) == len(PATHS)
    assert len({lesson.number for lesson in lessons}) == len(PATHS)


def test_the_bias_lesson_reaches_the_published_figures() -> None:
    """Source: Khan 2019, fig. 22–26."""
    walk = walked(shipped("bias"))
    assert {name: float(walk.gradients[name]) for name in walk.backward_order} == {
        "L": 1.0, "yhat": 0.5, "z": 0.125, "w1": 0.0, "w2": 0.0, "b": 0.125,
    }  # fmt: skip
    after = walked(shipped("bias"), b=np.asarray(-0.125))
    assert float(after.values["yhat"]) == 0.46879062662624377
    assert float(after.values["L"]) == 0.10988232580631314


def test_vectorised_or_reaches_the_published_figures() -> None:
    """Source: Khan 2019, fig. 41–47."""
    lesson = shipped("or-vectorised")
    start = walked(lesson)
    assert float(start.values["C"]) == pytest.approx(0.08891294752305501, rel=1e-15)
    np.testing.assert_allclose(start.gradients["W"], [[-0.0480, -0.0387]], atol=5e-5)
    np.testing.assert_allclose(start.gradients["b"], [[-0.0370]], atol=5e-5)
    weights = start.values["W"] - start.gradients["W"]
    bias = start.values["b"] - start.gradients["b"]
    after = walked(lesson, W=weights, b=bias)
    assert float(after.values["C"]) == pytest.approx(0.08400959542290769, rel=1e-14)
    np.testing.assert_allclose(after.gradients["W"], [[-0.0443, -0.0350]], atol=5e-5)


def test_the_hidden_layer_reaches_the_published_figures() -> None:
    """Source: Khan 2019, fig. 77–85, with the digits recomputed."""
    walk = walked(shipped("xor-hidden"))
    assert float(walk.values["C"]) == pytest.approx(0.12926510193084198, rel=1e-15)
    expected = {
        "Z2": [[0.032543, -0.021172, -0.027544, 0.037006]],
        "W2": [[0.007370, 0.012425, 0.013192]],
        "b2": [[0.020833]],
        "W1": [[0.000506, -0.001281], [0.001011, 0.001794], [0.001395, 0.003609]],
        "b1": [[-0.003718], [0.002437], [0.004838]],
    }
    for name, value in expected.items():
        np.testing.assert_allclose(walk.gradients[name], value, atol=1e-6)


def test_gradients_that_add_up_are_sums_over_uses() -> None:
    lesson = shipped("gradients-add-up")
    square = walked(lesson, 0)
    assert [float(c.value) for c in square.contributions["a"]] == [3.0, 3.0]
    assert float(square.gradients["a"]) == 6.0
    three = walked(lesson, 1)
    consumers = [c.consumer for c in three.contributions["q"]]
    assert consumers == ["v", "u"]
    assert float(three.gradients["q"]) == sum(float(c.value) for c in three.contributions["q"])
    shared = walked(lesson, 2)
    assert float(shared.gradients["b"]) == shared.gradients["z1"] + shared.gradients["z2"]
