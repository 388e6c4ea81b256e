"""What lessons 09 to 15 claim in their notes is so."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.engine.trace import Trace
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for

COURSE = (
    "cost",
    "or-vectorised",
    "train-or",
    "gradients-add-up",
    "why-x-transpose",
    "xor-one-neuron",
    "feature-cross",
)


@pytest.mark.parametrize("name", COURSE)
def test_the_story_notes_of_a_later_iteration_are_its_own(name: str) -> None:
    session = session_at(find_lesson(name, shipped_lessons_folder()))
    for iteration in range(1, session.lesson.story):
        there = moved(session, iteration, 1)
        for step in there.moment.steps:
            note = note_for(there, step)
            assert note is not None
            assert note.when.first == iteration, (step.phase.value, step.node)


def walked(name: str, iteration: int = 0, variant: str = "", scene: int = -1) -> Trace:
    """Return the trace of an iteration, as the screens show it."""
    session = session_at(find_lesson(name, shipped_lessons_folder()), variant=variant)
    moment = moved(session, iteration, 1).moment
    assert moment.iteration == iteration
    return moment.traces[scene]


def test_09_the_second_iteration_is_as_its_notes_say() -> None:
    before, after = walked("cost"), walked("cost", 1)
    fell = after.values["L"] < before.values["L"]
    assert fell.tolist() == [False, True, True, True]
    assert after.values["C"] < before.values["C"]
    for there in (before, after):
        assert np.sign(there.gradients["z"]).tolist() == [1, -1, -1, -1]
        assert float(there.gradients["b"]) < 0
    farther = np.abs(after.gradients["z"]) > np.abs(before.gradients["z"])
    assert farther.tolist() == [True, False, False, False]
    for name in ("w1", "w2", "b"):
        assert before.gradients[name] < after.gradients[name] < 0


def test_09_two_rows_are_about_equally_bad_and_the_others_better() -> None:
    losses, cost = walked("cost").values["L"], walked("cost").values["C"]
    assert (losses > cost).tolist() == [True, False, True, False]
    assert losses[2] > 0.9 * losses[0]


@pytest.mark.parametrize(
    ("variant", "silent"),
    [("mini-batch: two at a time", ["w1"]), ("stochastic: one at a time", ["w1", "w2"])],
)
def test_09_in_a_small_batch_some_parameters_hear_nothing(variant: str, silent: list[str]) -> None:
    found = walked("cost", variant=variant)
    assert [name for name in ("w1", "w2", "b") if found.gradients[name] == 0] == silent


def test_10_the_cost_changes_by_about_slope_times_step() -> None:
    before, after = walked("or-vectorised", 0), walked("or-vectorised", 1)
    steps = {name: after.values[name] - before.values[name] for name in ("W", "b")}
    expected = sum(float(np.sum(before.gradients[name] * steps[name])) for name in steps)
    change = float(after.values["C"] - before.values["C"])
    assert change < 0
    assert change == pytest.approx(expected, rel=0.1)


def test_10_has_the_cost_of_09_and_the_published_second_gradients() -> None:
    """Source: Khan 2019, fig. 43 to 47."""
    assert float(walked("or-vectorised").values["C"]) == pytest.approx(
        float(walked("cost").values["C"]), rel=1e-15
    )
    second = walked("or-vectorised", 1)
    np.testing.assert_allclose(second.gradients["W"], [[-0.0443, -0.0350]], atol=5e-5)
    np.testing.assert_allclose(second.gradients["b"], [[-0.0313]], atol=5e-5)


def test_11_ends_as_the_notes_of_the_trained_neuron_say() -> None:
    end = walked("train-or", 5000)
    weights, bias = end.values["W"][0], end.values["b"][0, 0]
    assert np.sign(end.values["Z"]).tolist() == [[-1, 1, 1, 1]]
    assert weights[0] == pytest.approx(weights[1], rel=1e-4)
    assert end.gradients["W"][0, 0] == pytest.approx(end.gradients["W"][0, 1], rel=1e-3)
    assert np.all(end.gradients["W"] < 0)
    assert bias < 0
    assert end.gradients["b"][0, 0] > 0 > walked("train-or").gradients["b"][0, 0]


def test_11_only_ratios_place_the_line() -> None:
    start = walked("train-or")
    doubled = 2 * start.values["W"] @ start.values["X"] + 2 * start.values["b"]
    np.testing.assert_array_equal(np.sign(doubled), np.sign(start.values["Z"]))


@pytest.mark.parametrize(("gate", "on_weights", "on_bias"), [("AND", 0, 1), ("OR", -1, -1)])
def test_14_the_shrugging_neuron_is_not_stuck_on_the_separable_tables(
    gate: str, on_weights: int, on_bias: int
) -> None:
    shrug = walked("xor-one-neuron", variant=gate, scene=0)
    assert np.all(np.sign(shrug.gradients["V"]) == on_weights)
    assert np.sign(shrug.gradients["c"][0, 0]) == on_bias


@pytest.mark.parametrize(("gate", "signs"), [("AND", [-1, -1, -1, 1]), ("OR", [-1, 1, 1, 1])])
def test_14_the_trained_line_cuts_off_one_row(gate: str, signs: list[int]) -> None:
    assert np.sign(walked("xor-one-neuron", 5000, gate).values["Z"][0]).tolist() == signs


def test_14_outer_and_inner_sums_have_one_total() -> None:
    sums = walked("xor-one-neuron").values["Z"][0]
    assert sums[0] + sums[3] == pytest.approx(sums[1] + sums[2], abs=1e-15)


def test_15_starts_and_ends_as_its_notes_say() -> None:
    start, end = walked("feature-cross"), walked("feature-cross", 5000)
    assert np.sign(start.values["z"]).tolist() == [0, 1, 1, 1]
    assert np.sign(end.values["z"]).tolist() == [-1, 1, 1, -1]
    lifts = end.values["w1"], end.values["w2"]
    assert min(lifts) > -end.values["b"]
    assert -end.values["w3"] > sum(lifts) + end.values["b"]


def test_15_on_four_quadrants_every_point_pulls_the_product_the_same_way() -> None:
    start = walked("feature-cross", variant="four quadrants")
    assert np.all(start.gradients["z"] * start.values["x3"] > 0)
