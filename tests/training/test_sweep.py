"""Runs trained together are the runs that each would be alone."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.graph import Role
from gdtutor.training.errors import TrainingError
from gdtutor.training.plan.lower import lower
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run, RunSegment
from gdtutor.training.settings import Schedule, Settings, Stop
from gdtutor.training.sweep import MAX_NUMBERS, MAX_RUNS, Member, Sweep, check_room, swept
from gdtutor.training.trouble import TrainedCurve, judge
from gdtutor.values import replace
from tests.training.problems import gate_examples, make_problem, network, scalar_or, xavier, xor_231
from tests.training.walking import assert_close

RATES = (0.05, 0.5, 1.0, 2.0)


def members(problem: Problem, settings: Settings) -> list[Member]:
    """Runs that differ in rate and start."""
    found = []
    for number, learning_rate in enumerate(RATES):
        starts = {
            name: np.asarray(value + 0.01 * number) for name, value in problem.parameters.items()
        }
        changed = replace(settings, learning_rate=learning_rate)
        found.append(Member(str(learning_rate), replace(problem, parameters=starts), changed))
    return found


def softmax_net() -> Problem:
    rng = np.random.RandomState(1)
    examples = np.column_stack([rng.randn(7, 2), np.eye(3)[rng.randint(0, 3, 7)]])
    return network(
        (2, 4, 3),
        examples,
        xavier((2, 4, 3), 6),
        activation="relu",
        output="softmax",
        cost="sum(cross_entropy(Yhat, Y))/m + 0.01*sum(W1**2)",
    )


def with_decay(k: float) -> Problem:
    """A network whose cost has a constant in it."""
    return make_problem(
        [("Yhat", "sigmoid(W @ X + b)"), ("C", "sum((Yhat - Y)**2)/m + k*sum(W**2)")],
        {"W": [[0.1, 0.6]], "b": [[0.0]]},
        gate_examples("and"),
        [("X", Role.INPUT, (0, 1), True), ("Y", Role.TARGET, (2,), True)],
        constants={"k": k},
    )


SHARED = xor_231()
SWEPT = {
    "xor": (xor_231, Settings(epochs=60)),
    "xor in threes": (xor_231, Settings(epochs=40, batch=3)),
    "xor one at a time": (xor_231, Settings(epochs=20, batch=1)),
    "xor shuffled": (xor_231, Settings(epochs=20, batch=2, order="shuffled", seed=4)),
    "or as rows": (lambda: scalar_or(is_single=False), Settings(epochs=60)),
    "or about one example": (lambda: scalar_or(is_single=True), Settings(epochs=20, batch=1)),
    "softmax and decay": (softmax_net, Settings(epochs=20, batch=3)),
    "a schedule": (xor_231, Settings(epochs=40, schedule=Schedule("step", 0.5, 7))),
    "momentum": (xor_231, Settings(epochs=40, optimizer="momentum")),
    "adam": (xor_231, Settings(epochs=40, optimizer="adam")),
    "averaged, scheduled": (
        xor_231,
        Settings(epochs=40, optimizer="averaged", schedule=Schedule("cosine", 0.5, 9)),
    ),
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", SWEPT)
def test_stacked_runs_equal_separate_ones(name: str) -> None:
    make, settings = SWEPT[name]
    runs = members(make(), settings)
    sweep = Sweep(runs)
    assert len(sweep._parts) == 1
    sweep.advance(epochs=7)
    sweep.advance()
    for member, found in zip(runs, sweep.found(), strict=True):
        alone = Run((RunSegment(0, member.problem, member.settings),))
        alone.advance()
        assert found.label == member.label
        assert found.stopped_by == "epochs"
        assert_close(found.costs, alone.costs, 1e-11)
        wanted = alone.state(alone.farthest).parameters
        for parameter, value in found.parameters.items():
            assert_close(value, wanted[parameter], 1e-11)


def test_constants_of_the_optimiser_may_differ_within_a_stack() -> None:
    settings = Settings(0.1, epochs=30, optimizer="momentum")
    chosen = [swept(settings, "beta", text) for text in ("0", "0.5", "0.9")]
    problem = xor_231()
    sweep = Sweep([Member(str(i), problem, s) for i, s in enumerate(chosen)])
    assert len(sweep._parts) == 1
    sweep.advance()
    for one, found in zip(chosen, sweep.found(), strict=True):
        alone = Run((RunSegment(0, problem, one),))
        alone.advance()
        assert_close(found.costs, alone.costs, 1e-11)


def test_what_cannot_be_stacked_trains_in_turn() -> None:
    problem = xor_231()
    chosen = [
        Settings(epochs=9),
        Settings(epochs=9, optimizer="adam"),
        Settings(epochs=9, batch=2),
        Settings(0.5, epochs=9),
        Settings(epochs=9, stop=Stop(cost_below=0.1)),
    ]
    sweep = Sweep([Member(str(i), problem, s) for i, s in enumerate(chosen)])
    assert len(sweep._parts) == 4
    assert sweep.advance()
    assert [found.label for found in sweep.found()] == ["0", "1", "2", "3", "4"]
    for settings, found in zip(chosen, sweep.found(), strict=True):
        alone = Run((RunSegment(0, problem, settings),))
        alone.advance()
        assert_close(found.costs, alone.costs, 1e-11)


def test_starts_may_differ_within_a_stack_in_frozen_parameters_too() -> None:
    problem = network((2, 3, 1), gate_examples("xor"), xavier((2, 3, 1), 2), frozen=("W1",))
    other = replace(problem, parameters={**problem.parameters, "W1": np.ones((3, 2))})
    settings = Settings(epochs=30)
    runs = [Member("a", problem, settings), Member("b", other, settings)]
    assert_alike(runs, 1)


def test_problems_that_are_equal_by_value_stack() -> None:
    """Each member of a sweep over seeds has a problem, with mappings, of its own."""
    members = [
        Member(str(seed), replace(problem, constants=dict(problem.constants)), Settings(epochs=30))
        for seed, problem in enumerate((SHARED, replace(SHARED, examples=SHARED.examples.copy())))
    ]
    assert_alike(members, 1)


def test_other_data_or_constants_train_in_turn() -> None:
    problem = with_decay(0.1)
    other = replace(problem, examples=problem.examples[::-1].copy())
    weaker = replace(problem, constants={"k": np.array(0.2)})
    settings = Settings(epochs=30)
    assert_alike([Member("", p, settings) for p in (problem, other, weaker)], 3)


def test_seeds_that_shuffle_the_examples_train_in_turn() -> None:
    for batch, parts in ((None, 2), (2, 2)):
        settings = [Settings(epochs=30, order="shuffled", batch=batch, seed=s) for s in (1, 2)]
        assert_alike([Member("", SHARED, s) for s in settings], parts)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        (Settings(epochs=300, stop=Stop(cost_below=0.1249)), 1),
        (Settings(epochs=300, batch=3, stop=Stop(cost_below=0.1249)), 1),
        (Settings(epochs=60, batch=1, stop=Stop(loss_below=0.06)), 1),
        (Settings(epochs=60, validation=0.25), 1),
        (Settings(epochs=60, stop=Stop(gradient_below=0.01)), len(RATES)),
    ],
)
def test_every_run_of_a_stack_stops_where_it_would_alone(settings: Settings, parts: int) -> None:
    found = assert_alike(members(SHARED, settings), parts)
    if settings.stop != Stop():
        assert len({len(one.costs) for one in found}) > 1


def assert_alike(runs: list[Member], parts: int) -> tuple[TrainedCurve, ...]:
    """Train a sweep in several calls, and hold each run against the same one alone."""
    sweep = Sweep(runs)
    assert len(sweep._parts) == parts
    sweep.advance(epochs=3)
    assert sweep.advance()
    for member, found in zip(runs, sweep.found(), strict=True):
        alone = Run((RunSegment(0, member.problem, member.settings),))
        alone.advance()
        assert found.stopped_by == alone.stopped_by
        assert_close(found.costs, alone.costs, 1e-11)
        for name, value in alone.state(alone.farthest).parameters.items():
            assert_close(found.parameters[name], value, 1e-11)
    assert sweep.farthest == max(run.settings.epochs for run in runs)
    return sweep.found()


def test_a_run_that_diverges_leaves_the_others_alone() -> None:
    starts = {"W1": [[0.5, 0.5]], "b1": [[0.0]]}
    problem = network((2, 1), np.array([[1.0, 2.0, 3.0]] * 5), starts, output="linear")
    runs = [Member(str(r), problem, Settings(r, epochs=900)) for r in (0.01, 50.0, 0.02)]
    sweep = Sweep(runs)
    assert len(sweep._parts) == 1
    assert sweep.advance()
    found = sweep.found()
    assert [f.stopped_by for f in found] == ["epochs", "not_finite", "epochs"]
    assert np.isfinite(found[1].costs).all()
    alone = Run((RunSegment(0, problem, runs[1].settings),))
    alone.advance()
    assert len(found[1].costs) == len(alone.costs)
    assert_close(found[1].parameters["W1"], alone.state(alone.farthest).parameters["W1"], 1e-9)
    assert len(found[1].costs) < 900
    assert sweep.best() == (2,)
    assert judge(found[1].costs, found[1].stopped_by) == "not finite"


def test_a_run_that_broke_off_at_a_low_cost_is_not_the_best() -> None:
    problem = network(
        (2, 1), np.array([[1.0, 2.0, 3.0]]), {"W1": [[0.5, 0.5]], "b1": [[0.0]]}, output="linear"
    )
    sweep = Sweep([Member(str(r), problem, Settings(r, epochs=30)) for r in (1e200, 0.5, 0.1)])
    sweep.advance()
    broken, growing, _ = sweep.found()
    assert broken.stopped_by == "not_finite"
    assert broken.costs[-1] < growing.costs[-1]
    assert judge(growing.costs, growing.stopped_by) == "diverges"
    assert sweep.best() == (2,)


def test_runs_end_with_the_cost_of_what_they_are_trained_on_and_diverged_ones_with_none() -> None:
    rates = Settings(optimizer="momentum", epochs=3, batch=1, validation=0.5)
    sweep = Sweep(members(xor_231(), rates))
    sweep.advance()
    for member, found in zip(sweep.members, sweep.found(), strict=True):
        run = Run((RunSegment(0, member.problem, member.settings),))
        run.advance()
        alone = run.evaluate(dict(run.state(run.farthest).parameters), np.arange(2)).cost
        assert found.end == pytest.approx(alone, rel=1e-12)
    broken = Sweep([replace(one, settings=replace(one.settings, learning_rate=1e300))
                    for one in members(with_decay(0.1), rates)])  # fmt: skip
    broken.advance()
    assert all(np.isnan(found.end) for found in broken.found() if found.stopped_by == "not_finite")
    assert {found.stopped_by for found in broken.found()} == {"not_finite"}


def test_a_deadline_ends_a_sweep_between_bursts() -> None:
    sweep = Sweep(members(xor_231(), Settings(epochs=100_000)))
    assert not sweep.advance(deadline=lambda: True)
    assert 0 < sweep.farthest < 100_000


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("learning_rate", "0.5", Settings(0.5)),
        ("batch", "2", Settings(batch=2)),
        ("batch", "full", Settings()),
        ("optimizer", "adam", Settings(optimizer="adam")),
        ("seed", "7", Settings(seed=7)),
        ("order", "drawn", Settings(order="drawn")),
    ],
)
def test_a_sweep_changes_one_setting(name: str, text: str, wanted: Settings) -> None:
    assert swept(Settings(), name, text) == wanted


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("learning_rat", "1", "did you mean 'learning_rate'"),
        ("beta", "0.5", "no sweep over 'beta'"),
        ("batch", "1.5", "whole number"),
        ("learning_rate", "fast", "give a number"),
        ("seed", "-1", "the seed is -1 — use a whole number from 0 to 4294967295"),
        ("seed", "99999999999999", "from 0 to 4294967295"),
    ],
)
def test_a_sweep_over_something_else_is_refused(name: str, text: str, part: str) -> None:
    with pytest.raises(GdTutorError, match=part):
        swept(Settings(), name, text)


def test_runs_that_keep_too_many_numbers_together_are_refused() -> None:
    long = Settings(epochs=MAX_NUMBERS // 4)
    with pytest.raises(TrainingError, match="use fewer runs or epochs"):
        Sweep([Member(str(n), xor_231(), long) for n in range(4)])
    with pytest.raises(TrainingError, match="use fewer runs or epochs"):
        check_room(4, xor_231(), long)
    check_room(3, xor_231(), long)
    assert len(Sweep([Member(str(n), xor_231(), long) for n in range(3)]).members) == 3


@pytest.mark.parametrize("count", [0, MAX_RUNS + 1])
def test_no_run_is_made_for_a_sweep_of_too_few_or_too_many(count: int) -> None:
    with pytest.raises(TrainingError, match=f"use 1 to {MAX_RUNS}"):
        check_room(count, xor_231(), Settings())


@pytest.mark.parametrize("count", [0, MAX_RUNS + 1])
def test_a_sweep_of_too_few_or_too_many_runs_is_refused(count: int) -> None:
    with pytest.raises(TrainingError, match=f"use 1 to {MAX_RUNS}"):
        Sweep([Member("", xor_231(), Settings())] * count)


def test_runs_that_fit_together_are_lowered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lowered = []

    def counted(problem: Problem, batch: int) -> object:
        lowered.append(problem)
        return lower(problem, batch)

    monkeypatch.setattr("gdtutor.training.plan.numpy_plan.lower", counted)
    chosen = members(SHARED, Settings(epochs=3))
    assert len(chosen) > 2
    Sweep(chosen)
    assert len(lowered) == 1
