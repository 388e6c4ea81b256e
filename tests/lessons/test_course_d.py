"""Lessons 21 to 28: questions, tasks, a written note at every step, and the facts of 27 and 28."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.engine.trace import Trace
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.problem import problem_of, settings_of
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for
from gdtutor.session.state import Session
from gdtutor.training.run import Run
from gdtutor.training.segments import RunSegment
from gdtutor.values import replace

COURSE = ("softmax", "attention")
TOLD_VARIANTS: tuple[tuple[str, str, int], ...] = ()
"""Lesson, variant, and how many of its iterations are told at every update."""


@cache
def lesson(name: str) -> Lesson:
    return load_lesson(find_lesson(name, shipped_lessons_folder()))


def opened(name: str, variant: str = "") -> Session:
    return session_at(find_lesson(name, shipped_lessons_folder()), variant=variant)


def silent_steps(session: Session, iteration: int, phases: tuple[str, ...] = ()) -> list[str]:
    """Return the steps of an iteration that have no written note."""
    there = moved(session, iteration, 1)
    assert there.moment is not None
    assert there.moment.iteration == iteration
    return [
        f"{step.phase.value} {step.node}"
        for step in there.moment.steps
        if (not phases or step.phase.value in phases) and note_for(there, step) is None
    ]


def trace_of(name: str, scene: int) -> Trace:
    moment = opened(name).moment
    assert moment is not None
    return moment.traces[scene]


def finished(name: str, **changes: object) -> Run:
    settings = settings_of(lesson(name))
    assert settings is not None
    changed = replace(settings, **changes)  # type: ignore[arg-type]
    run = Run((RunSegment(0, problem_of(lesson(name)), changed),))
    run.advance()
    return run


@pytest.mark.parametrize("name", COURSE)
def test_two_to_four_questions_are_asked(name: str) -> None:
    assert 2 <= sum(len(scene.questions) for scene in lesson(name).scenes) <= 4


@pytest.mark.parametrize("name", COURSE)
def test_two_or_three_tasks_are_judged_and_say_what_was_reached(name: str) -> None:
    tasks = lesson(name).tasks
    assert 2 <= len(tasks) <= 3
    assert all(task.hints and task.done and task.solution for task in tasks)


@pytest.mark.parametrize("name", COURSE)
def test_every_step_of_every_iteration_of_the_story_has_a_written_note(name: str) -> None:
    for iteration in range(lesson(name).story):
        assert silent_steps(opened(name), iteration) == [], iteration


@pytest.mark.parametrize(("name", "variant", "iterations"), TOLD_VARIANTS)
def test_the_updates_of_a_variant_are_told_where_they_are_its_point(
    name: str, variant: str, iterations: int
) -> None:
    for iteration in range(iterations):
        assert silent_steps(opened(name, variant), iteration, ("update",)) == []


def test_the_slope_of_a_score_is_its_share_less_its_target() -> None:
    one = trace_of("softmax", 0)
    label = np.array([[1.0], [0.0], [0.0]])
    assert one.gradients["z"] == pytest.approx(one.values["p"] - label, rel=1e-12)
    assert float(np.sum(one.gradients["z"])) == pytest.approx(0, abs=1e-15)


def test_over_a_batch_it_is_that_divided_by_the_number_of_examples() -> None:
    four = trace_of("softmax", 3)
    expected = (four.values["P"] - four.values["Y"]) / 4
    assert four.gradients["Z"] == pytest.approx(expected, rel=1e-12)


def test_a_constant_added_to_all_scores_leaves_the_shares() -> None:
    scores = trace_of("softmax", 0).values["z"]
    shares = trace_of("softmax", 0).values["p"]
    raised = np.exp(scores + 5) / np.exp(scores + 5).sum()
    assert shares == pytest.approx(raised, rel=1e-12)


def test_a_squared_cost_is_flat_where_cross_entropy_is_steep() -> None:
    squared, entropy = trace_of("softmax", 1), trace_of("softmax", 2)
    assert float(squared.values["q"]) == float(entropy.values["r"]) < 0.003
    assert -0.003 < float(squared.gradients["u"]) < 0
    assert float(entropy.gradients["v"]) == pytest.approx(float(entropy.values["r"]) - 1, rel=1e-12)
    # Farther out the first is smaller still, the second larger.
    for slope in (lambda s: (s - 1) * s * (1 - s), lambda s: s - 1):
        near, far = (slope(1 / (1 + np.exp(-u))) for u in (-6.0, -8.0))
        assert (abs(far) > abs(near)) == (slope(0.0) == -1)


def test_the_squared_cost_is_steepest_where_the_answer_is_one_third() -> None:
    answers = np.linspace(0.001, 0.999, 999)
    slopes = np.abs((answers - 1) * answers * (1 - answers))
    assert answers[np.argmax(slopes)] == pytest.approx(1 / 3, abs=1e-3)
    assert 0.148 < slopes.max() < 0.1482


def test_three_classes_are_learnt_and_a_rate_of_50_gets_stuck_at_a_share_of_next_to_nothing() -> (
    None
):
    run = finished("softmax")
    shares = run.evaluate(run.state(run.farthest).parameters).predictions
    labels = lesson("softmax").examples[:, 2:].T
    assert run.costs[-1] < 0.02
    assert (np.argmax(shares, axis=0) == np.argmax(labels, axis=0)).all()
    wild = finished("softmax", learning_rate=50.0)
    assert wild.costs[-1] > 9
    stuck = wild.evaluate(wild.state(wild.farthest).parameters).predictions
    assert 0 < np.min(np.sum(stuck * labels, axis=0)) < 1e-12


def looks_learnt() -> np.ndarray:
    """Return the shares of the trained head, a column for each word, by NumPy alone."""
    run = finished("attention")
    weights = run.state(run.farthest).parameters
    places = lesson("attention").examples[:, :2].T
    scores = (weights["Wk"] @ places).T @ (weights["Wq"] @ places) / np.sqrt(2)
    return np.exp(scores) / np.exp(scores).sum(axis=0)


def test_each_word_looks_at_itself_before_and_at_the_word_before_it_after_training() -> None:
    assert (np.argmax(trace_of("attention", 0).values["A"], axis=0) == [0, 1, 2, 3]).all()
    assert (np.argmax(looks_learnt(), axis=0) == [3, 0, 1, 2]).all()
    assert looks_learnt().max(axis=0).min() > 0.98
    assert finished("attention").costs[-1] < 0.001


def test_what_was_learnt_copies_words_that_were_never_trained_on() -> None:
    words = np.random.RandomState(3).uniform(-1, 1, (5, 4))
    assert words @ looks_learnt() == pytest.approx(np.roll(words, 1, axis=1), abs=0.03)


def test_a_value_hears_of_each_error_in_the_share_in_which_it_was_looked_at() -> None:
    head = trace_of("attention", 0)
    assert head.gradients["V"] == pytest.approx(head.gradients["O"] @ head.values["A"].T, rel=1e-12)
    assert (np.argmax(head.values["A"], axis=1) == [0, 1, 2, 3]).all()


def test_more_of_the_word_before_would_help_most_and_its_score_rises() -> None:
    head = trace_of("attention", 0)
    assert (np.argmin(head.gradients["A"], axis=0) == [3, 0, 1, 2]).all()
    assert all(head.gradients["S"][row, word] < 0 for word, row in enumerate([3, 0, 1, 2]))


def test_the_first_step_turns_the_queries_and_turns_the_keys_the_other_way() -> None:
    head = trace_of("attention", 0)
    queries, keys = -head.gradients["Wq"], -head.gradients["Wk"]
    assert queries[0, 1] > 0 > queries[1, 0]
    assert keys[0, 1] < 0 < keys[1, 0]
