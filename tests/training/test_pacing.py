"""Training pauses often enough for keys, whatever the size of a problem."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.engine.building import build_graph
from gdtutor.engine.graph import Leaf, Role
from gdtutor.engine.operations import parse_formula
from gdtutor.training.pacing import Pace, microseconds_of
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.training.segments import RunSegment, Stretch
from gdtutor.training.settings import Settings
from gdtutor.training.timeline import LONGEST_BURST
from tests.training.problems import network, scalar_or, xavier, xor_231


def wide() -> Problem:
    examples = np.random.RandomState(0).rand(500, 21)
    return network((20, 30, 1), examples, xavier((20, 30, 1), 1))


@pytest.mark.parametrize("make", [lambda: scalar_or(is_single=False), xor_231, wide])
def test_a_burst_lasts_some_four_milliseconds_at_most(make) -> None:
    stretch = Stretch(RunSegment(0, make(), Settings()), None)
    estimate = microseconds_of(stretch)
    assert 2_000 < Pace(estimate).count * estimate <= 4_000 or Pace(estimate).count == LONGEST_BURST


def product(size: int) -> Problem:
    leaves = [Leaf("W", Role.PARAMETER)]
    lines = [(n, parse_formula(t), t) for n, t in (("Z", "W @ W"), ("C", "sum(Z)"))]
    return Problem(
        build_graph(leaves, lines), {"W": np.ones((size, size))}, frozenset(), {}, (),
        np.empty((0, 0)), (), False,
    )  # fmt: skip


def test_a_product_of_matrices_counts_with_all_its_multiplications() -> None:
    small, large = (Stretch(RunSegment(0, product(n), Settings()), None) for n in (100, 200))
    assert large.work.products == 8 * small.work.products == 3 * 200**3
    assert Pace(microseconds_of(large)).count == 1


def test_a_burst_that_was_slow_makes_the_next_one_shorter_at_once() -> None:
    pace = Pace(1.0)
    assert pace.count == 4000
    pace.took(4000, 4.0)
    assert pace.count == 4


def test_quick_bursts_make_the_next_twice_as_long_and_no_longer() -> None:
    pace = Pace(1000.0)
    counts = []
    for _ in range(4):
        counts.append(pace.count)
        pace.took(pace.count, 0.0)
    assert counts == [4, 8, 16, 32]
    for _ in range(40):
        pace.took(pace.count, 0.0)
    assert pace.count == LONGEST_BURST


class Machine:
    """A clock that a plan puts on by so many seconds for each iteration."""

    def __init__(self, plan: object, seconds: float) -> None:
        self.now, self.counts, self._seconds = 0.0, [], seconds
        self._run = plan.run
        plan.run = self._slow

    def _slow(self, vector, t, first, count):
        self.counts.append(count)
        self.now += count * self._seconds
        return self._run(vector, t, first, count)


def test_a_run_keeps_the_time_of_its_bursts_on_a_machine_that_is_slower_than_estimated() -> None:
    run = Run((RunSegment(0, xor_231(), Settings(epochs=100_000)),))
    machine = Machine(run.plan, 0.0015)
    looks = iter(range(20))
    run.advance(deadline=lambda: next(looks, None) is None, clock=lambda: machine.now)
    assert machine.counts[0] > 100
    assert set(machine.counts[1:]) == {2}


def test_how_long_bursts_are_changes_no_number() -> None:
    runs = [Run((RunSegment(0, xor_231(), Settings(epochs=600)),)) for _ in range(2)]
    machine = Machine(runs[0].plan, 0.002)
    runs[0].advance(clock=lambda: machine.now)
    runs[1].advance()
    one, other = (run.state(600).parameters for run in runs)
    assert runs[0].costs.tobytes() == runs[1].costs.tobytes()
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_a_burst_that_is_dropped_leaves_the_run_as_it_was() -> None:
    run = Run((RunSegment(0, xor_231(), Settings(epochs=600)),))
    run.advance(iterations=7)
    plan_run = run.plan.run

    def dropped(vector, t, first, count):
        run.drop_burst()
        return plan_run(vector, t, first, count)

    run.plan.run = dropped
    run.advance(deadline=lambda: True)
    assert run.farthest == len(run.costs) == 7
