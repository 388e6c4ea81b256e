"""A run's stretches follow one another, and states are carried along them."""

from __future__ import annotations

import pytest

from gdtutor.engine.operations import Array
from gdtutor.training.segments import Edit, RunSegment
from gdtutor.training.settings import Settings
from gdtutor.training.timeline import LONGEST_BURST, Timeline
from gdtutor.values import replace
from tests.training.problems import xor_231

SHUFFLED = Settings(0.5, epochs=60, batch=1, order="shuffled", seed=3)


def changed() -> Timeline:
    """Return a timeline whose batch and a weight change at iteration 10."""
    problem = xor_231()
    later = RunSegment(10, problem, replace(SHUFFLED, batch=2), (Edit("W1", (0, 0), 0.25),))
    return Timeline((RunSegment(0, problem, SHUFFLED), later))


def known_at(timeline: Timeline, iteration: int) -> tuple[int, Array, int]:
    """Return a known state, reached from the start."""
    return (iteration, *timeline.replayed(None, iteration))


def test_an_iteration_belongs_to_the_stretch_that_began_last() -> None:
    timeline = changed()
    first, second = timeline.stretches
    assert [timeline.at(k) for k in (0, 9, 10, 500)] == [first, first, second, second]
    assert (timeline.end(first), timeline.end(second)) == (10, None)
    assert timeline.beginning(10) == [second]
    assert timeline.beginning(0) == timeline.beginning(11) == []


def test_another_batch_size_opens_an_epoch_at_its_iteration() -> None:
    timeline = changed()
    assert [timeline.first_iteration(epoch) for epoch in range(5)] == [0, 4, 8, 10, 12]


def test_a_replay_does_not_depend_on_the_state_that_it_begins_with() -> None:
    timeline = changed()
    wanted, t = timeline.replayed(None, 23)
    assert t == 23
    for known in (4, 10, 17, 23):
        vector, done = timeline.replayed(None, known)
        found, _ = timeline.replayed((known, vector, done), 23)
        assert found.tobytes() == wanted.tobytes()


def test_a_replay_has_the_edits_of_the_iteration_that_it_leads_to() -> None:
    timeline = changed()
    parameters, _ = timeline.at(10).layout.split(timeline.replayed(None, 10)[0])
    assert parameters["W1"][0, 0] == 0.25
    before, _ = timeline.at(9).layout.split(timeline.replayed(None, 9)[0])
    assert before["W1"][0, 0] != 0.25


def test_a_replay_may_be_longer_than_a_burst() -> None:
    timeline = Timeline((RunSegment(0, xor_231(), Settings(epochs=20_000)),))
    far = LONGEST_BURST + 3
    vector, t = timeline.replayed(known_at(timeline, LONGEST_BURST - 5), far)
    assert t == far
    assert vector.tobytes() == timeline.replayed(None, far)[0].tobytes()


def test_what_an_epoch_in_progress_has_seen_counts_its_examples() -> None:
    timeline = changed()
    opened = known_at(timeline, 4)
    assert timeline.seen(opened, 4).examples == 0
    assert [timeline.seen(opened, k).examples for k in (5, 6, 7)] == [1, 2, 3]
    parts = timeline.seen(opened, 7)
    assert parts.total == pytest.approx(
        timeline.seen(opened, 6).total + timeline.seen(known_at(timeline, 6), 7).total
    )
