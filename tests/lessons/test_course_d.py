"""What lessons 21 to 28 claim in their notes is so."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.engine.trace import Trace
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import problem_of, settings_of
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for
from gdtutor.session.state import Session
from gdtutor.training.run import Run
from gdtutor.training.segments import RunSegment
from gdtutor.values import replace

STEPPERS = ("plain", "Nesterov", "AdaGrad", "RMSProp", "Adam", "averaged", "implicit")


@cache
def lesson(name: str) -> Lesson:
    return load_lesson(find_lesson(name, shipped_lessons_folder()))


def opened(name: str, variant: str = "") -> Session:
    return session_at(find_lesson(name, shipped_lessons_folder()), variant=variant)


def trace_of(name: str, scene: int) -> Trace:
    moment = opened(name).moment
    return moment.traces[scene]


def finished(name: str, variant: str = "", **changes: object) -> Run:
    chosen = with_variant(lesson(name), variant) if variant else lesson(name)
    settings = settings_of(chosen)
    assert settings is not None
    changed = replace(settings, **changes)  # type: ignore[arg-type]
    run = Run((RunSegment(0, problem_of(chosen), changed),))
    run.advance()
    return run


@pytest.mark.parametrize("name", STEPPERS)
def test_each_stepper_has_words_of_its_own_at_the_first_weight(name: str) -> None:
    for iteration in range(2):
        there = moved(opened("optimisers", name), iteration, 1)
        step = next(s for s in there.moment.steps if (s.phase.value, s.node) == ("update", "w1"))
        note = note_for(there, step)
        assert note is not None
        assert (note.when.variant, note.when.first) == (name, iteration)


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


def test_three_classes_are_learnt_and_a_rate_of_100_gets_stuck_at_a_share_of_next_to_nothing() -> (
    None
):
    run = finished("softmax")
    shares = run.evaluate(run.state(run.farthest).parameters).predictions
    labels = lesson("softmax").examples[:, 2:].T
    assert run.costs[-1] < 0.02
    assert (np.argmax(shares, axis=0) == np.argmax(labels, axis=0)).all()
    wild = finished("softmax", learning_rate=100.0)
    assert wild.costs[-1] > 30
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


def test_a_turned_valley_is_the_same_to_plain_steps_and_takes_adams_lead() -> None:
    plain, turned = (finished("optimisers", name) for name in ("plain", "rotated plain"))
    assert turned.costs == pytest.approx(list(plain.costs), rel=1e-9)
    assert finished("optimisers", "Adam").costs[-1] < plain.costs[-1] / 100
    assert finished("optimisers", "rotated Adam").costs[-1] > turned.costs[-1]


def test_the_average_ends_worse_than_the_places_that_it_averages() -> None:
    run = finished("optimisers", "averaged")
    end = run.state(run.farthest)
    assert run.evaluate(run.predicting(end)).cost > run.evaluate(end.parameters).cost


def test_the_velocity_grows_in_the_second_iteration_though_the_slope_does_not() -> None:
    run = finished("optimisers", epochs=2)
    slopes = [float(moved(opened("optimisers"), k, 1).moment.trace.gradients["w1"]) for k in (0, 1)]  # type: ignore[union-attr]
    first = float(run.state(0).parameters["w1"]) - float(run.state(1).parameters["w1"])
    second = float(run.state(1).parameters["w1"]) - float(run.state(2).parameters["w1"])
    assert abs(second) > abs(first)
    assert abs(slopes[1]) < abs(slopes[0])
    assert slopes[0] * slopes[1] > 0


def slope(variant: str, iteration: int) -> float:
    there = moved(opened("batches", variant), iteration, 1)
    return float(there.moment.trace.gradients["w"])


def test_the_first_example_alone_pulls_against_the_full_batch_and_the_second_back_again() -> None:
    assert slope("full batch", 0) > 0 > slope("one by one", 0)
    assert slope("one by one", 1) > 0


def slopes_back(variant: str) -> list[float]:
    moment = opened("feedback", variant).moment
    return [abs(float(moment.trace.gradients[name])) for name in ("h3", "h2", "h1")]


def test_the_slope_fades_on_its_way_back_or_grows_where_states_are_small() -> None:
    for variant in ("", "w is 0.1"):
        last, middle, first = slopes_back(variant)
        assert last > 2 * middle > 3.9 * first
    last, middle, first = slopes_back("w is 2 and states are small")
    assert last < middle < first
    assert all(b < a / 10 for a, b in pairwise(slopes_back("w is 0.1")))


def test_the_network_of_the_brute_force_has_as_many_numbers_as_its_table_says() -> None:
    parameters = problem_of(lesson("brute-force")).parameters
    assert sum(np.size(value) for value in parameters.values()) == 13
    run = finished("brute-force")
    trained = run.state(run.farthest).parameters
    assert max(float(np.max(np.abs(value))) for value in trained.values()) > 4


def test_a_grid_of_ten_values_for_one_neuron_wins_where_its_range_is_well_chosen() -> None:
    """A thousand tries for OR from -4 to 6, against 300 steps at a rate of 4."""
    x = np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype=float)
    y = np.array([0, 1, 1, 1], dtype=float)
    axis = np.linspace(-4, 6, 10)
    grid = [
        float(np.sum((1 / (1 + np.exp(-(np.array([w1, w2]) @ x + b))) - y) ** 2) / 8)
        for w1 in axis for w2 in axis for b in axis
    ]  # fmt: skip
    w, b = np.array([-1.0, 2.0]), 1.0
    for _ in range(300):
        a = 1 / (1 + np.exp(-(w @ x + b)))
        dz = (a - y) * a * (1 - a) / 4
        w, b = w - 4 * (x @ dz), b - 4 * dz.sum()
    steps = float(np.sum((1 / (1 + np.exp(-(w @ x + b))) - y) ** 2) / 8)
    assert min(grid) < 0.001 < steps < 0.003


def test_no_note_of_any_values_says_how_many_numbers_move() -> None:
    """After an edit fewer may: with all weights at 0 in the search's network none does."""
    for path in sorted(shipped_lessons_folder().glob("[0-9]*.md")):
        for scene in load_lesson(path).scenes:
            for note in scene.notes:
                told = " ".join(note.text.split())
                assert not (note.when.always and re.search(r"\b[Aa]ll \w+ move", told)), told


def test_a_note_beside_several_pictures_says_which_one_it_describes() -> None:
    told = [n.text for s in lesson("scaling").scenes for n in s.notes if "ravine:" in n.text]
    assert told
    assert all("first picture" in " ".join(text.split()) for text in told)
