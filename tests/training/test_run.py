"""Runs: travel to any iteration, stops, branches, curves and what they refuse."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from gdtutor.engine.graph import Role
from gdtutor.engine.trace import trace
from gdtutor.training import checkpoints
from gdtutor.training.errors import TrainingError
from gdtutor.training.problem import Problem
from gdtutor.training.run import Edit, Run, RunSegment, State
from gdtutor.training.segments import with_edit
from gdtutor.training.settings import Schedule, Settings, Stop
from gdtutor.values import replace
from tests.training.problems import gate_examples, make_problem, network, scalar_or, xavier, xor_231
from tests.training.walking import assert_close

SHUFFLED = Settings(0.5, epochs=60, batch=1, order="shuffled", seed=3)
WIDE = network((2, 12, 1), np.tile(gate_examples("xor"), (4, 1)), xavier((2, 12, 1), 4))


def run_of(problem: Problem, settings: Settings) -> Run:
    return Run((RunSegment(0, problem, settings),))


def bits(state: State) -> bytes:
    parts = [value.tobytes() for value in state.parameters.values()]
    parts += [v.tobytes() for values in state.optimizer.values() for v in values.values()]
    return b"".join(parts) + str(state.t).encode()


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("problem", "settings"),
    [
        (xor_231(), SHUFFLED),
        (xor_231(), replace(SHUFFLED, optimizer="adam", batch=3)),
        (WIDE, replace(SHUFFLED, optimizer="momentum", batch=5, epochs=400)),
        (WIDE, Settings(epochs=1500)),
        (scalar_or(is_single=True), replace(SHUFFLED, epochs=400, optimizer="averaged")),
        (scalar_or(is_single=True), Settings(batch=1, optimizer="implicit", epochs=5)),
        (xor_231(), replace(SHUFFLED, schedule=Schedule("cosine", 0.5, 50))),
    ],
)
def test_any_iteration_opens_with_the_bits_that_training_had(
    problem: Problem, settings: Settings
) -> None:
    run, seen = run_of(problem, settings), {}
    while run.stopped_by is None:
        run.advance(iterations=37)
        seen[run.farthest] = bits(run.state(run.farthest))
    fresh = run_of(problem, settings)
    fresh.advance()
    for iteration, wanted in list(seen.items())[::-3]:
        assert bits(fresh.state(iteration)) == wanted
        assert bits(run.state(iteration)) == wanted


def test_an_iteration_past_the_trained_end_is_simply_computed() -> None:
    run, longer = run_of(xor_231(), replace(SHUFFLED, epochs=1)), run_of(xor_231(), SHUFFLED)
    run.advance()
    longer.advance()
    assert bits(run.state(100)) == bits(longer.state(100))
    assert run.farthest == 4
    assert len(run.costs) == 1


def test_the_walk_from_a_state_gives_the_next_state() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance()
    for k in (0, 7, 201):
        state, problem = run.state(k), run.segment_at(k).problem
        walked = trace(problem.graph, problem.given(state.parameters, run.batch(k)))
        for name in problem.trained:
            wanted = state.parameters[name] - run.learning_rate(k) * walked.gradients[name]
            assert_close(run.state(k + 1).parameters[name], wanted)


def test_costs_are_those_of_the_walk_before_each_update() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance()
    problem = run.segments[0].problem
    for epoch in (0, 11, 59):
        losses = []
        for k in range(4 * epoch, 4 * epoch + 4):
            given = problem.given(run.state(k).parameters, run.batch(k))
            losses.append(float(trace(problem.graph, given).values["C"]))
        assert run.costs[epoch] == pytest.approx(np.mean(losses), rel=1e-12)


def test_a_short_batch_counts_with_its_examples() -> None:
    run = run_of(xor_231(), replace(SHUFFLED, batch=3, epochs=2))
    run.advance()
    problem = run.segments[0].problem
    losses = []
    for k, size in ((0, 3), (1, 1)):
        given = problem.given(run.state(k).parameters, run.batch(k))
        assert len(run.batch(k)) == size
        losses.append(float(trace(problem.graph, given).values["C"]) * size)
    assert run.costs[0] == pytest.approx(sum(losses) / 4, rel=1e-12)


@pytest.mark.parametrize("pieces", [(1,) * 30, (7, 400), (3, 3, 500)])
def test_the_curve_does_not_depend_on_how_training_is_cut(pieces: tuple[int, ...]) -> None:
    whole, cut = run_of(xor_231(), SHUFFLED), run_of(xor_231(), SHUFFLED)
    whole.advance()
    for iterations in pieces:
        cut.advance(iterations=iterations)
    cut.advance()
    assert_close(cut.costs, whole.costs, 1e-14)


def test_epochs_of_advance_end_with_the_epoch() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance(iterations=6)
    run.advance(epochs=1)
    assert run.farthest == 8
    run.advance(epochs=2)
    assert run.farthest == 16


def test_the_deadline_ends_training_between_bursts() -> None:
    run = run_of(xor_231(), Settings(epochs=100_000))
    run.advance(deadline=lambda: True)
    assert 0 < run.farthest < 10_000
    assert run.stopped_by is None


def test_a_run_ends_with_its_epochs_and_goes_on_beyond_when_told_to() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance()
    assert run.stopped_by == "epochs"
    run.advance()
    assert run.farthest == 240
    run.advance(iterations=3, beyond=True)
    assert run.farthest == 243


def test_cost_below_stops_after_the_epoch_that_had_it() -> None:
    run = run_of(xor_231(), Settings(epochs=9000, stop=Stop(cost_below=0.01)))
    run.advance()
    assert run.stopped_by == "cost_below"
    assert run.costs[-1] < 0.01 <= run.costs[-2]
    assert run.farthest == len(run.costs)


def test_loss_below_stops_after_the_iteration_that_had_it() -> None:
    problem = scalar_or(is_single=True)
    run = run_of(problem, Settings(epochs=900, batch=1, stop=Stop(loss_below=1e-3)))
    run.advance()
    assert run.stopped_by == "loss_below"
    losses = []
    for k in (run.farthest - 2, run.farthest - 1):
        given = problem.given(run.state(k).parameters, run.batch(k))
        losses.append(float(trace(problem.graph, given).values["L"]))
    assert losses[1] < 1e-3 <= losses[0]


@pytest.mark.parametrize("problem", [xor_231(), WIDE])
def test_gradient_below_stops_after_the_iteration_that_had_it(problem: Problem) -> None:
    run = run_of(problem, Settings(epochs=9000, stop=Stop(gradient_below=0.02)))
    run.advance()
    assert run.stopped_by == "gradient_below"
    given = problem.given(run.state(run.farthest - 1).parameters, run.batch(0))
    gradients = trace(problem.graph, given).gradients
    assert np.sqrt(sum(np.sum(gradients[n] ** 2) for n in problem.trained)) < 0.02


@pytest.mark.parametrize("cells", [1, 40])
def test_a_diverging_run_stops_and_names_iteration_and_node(cells: int) -> None:
    examples = np.tile([[1.0, 2.0, 3.0]], (cells, 1))
    starts = {"W1": [[0.5, 0.5]], "b1": [[0.0]]}
    problem = network((2, 1), examples, starts, output="linear")
    run = run_of(problem, Settings(50.0, epochs=1000))
    run.advance()
    assert run.stopped_by == "not_finite"
    assert run.diverged_at is not None
    assert run.diverged_at >= run.farthest - 1
    assert np.isfinite(run.costs).all()
    assert run.first_node in ("C", "W1", "b1", "Z1")
    before = run.state(run.diverged_at).parameters
    assert all(np.isfinite(value).all() for value in before.values())


def one_line_and_loss(line: str, loss: str) -> Problem:
    bindings = [("x", Role.INPUT, (0,), False), ("y", Role.TARGET, (1,), False)]
    lines = [("z", line), ("L", loss)]
    return make_problem(lines, {"w": 1.0}, np.array([[1e200, 0.0]]), bindings, is_single=True)


@pytest.mark.parametrize("optimizer", ["adagrad", "rmsprop", "adam"])
def test_what_an_optimiser_remembers_is_told_by_its_parameter(optimizer: str) -> None:
    problem = one_line_and_loss("w*x", "z - y")
    run = Run((RunSegment(0, problem, Settings(batch=1, optimizer=optimizer)),))
    run.advance()
    assert np.isfinite(run.state(1).parameters["w"])
    assert not np.isfinite(list(run.state(1).optimizer["w"].values())[-1])
    assert (run.stopped_by, run.diverged_at, run.first_node) == ("not_finite", 0, "w")


def test_an_infinity_inside_a_line_whose_value_is_finite_is_not_the_first_one() -> None:
    problem = one_line_and_loss("w/(1 + exp(x))", "z + w*x*x")
    run = Run((RunSegment(0, problem, Settings(batch=1)),))
    run.advance()
    assert (run.stopped_by, run.diverged_at, run.first_node) == ("not_finite", 0, "L")


def test_a_learning_rate_that_changes_underway_is_logged_and_replayed() -> None:
    settings = replace(SHUFFLED, optimizer="momentum")
    faster = replace(settings, learning_rate=2.0)
    run = run_of(xor_231(), settings)
    run.advance(iterations=50)
    branch = run.branched(RunSegment(50, xor_231(), faster))
    branch.advance()
    assert bits(branch.state(50)) == bits(run.state(50))
    assert branch.learning_rate(49) == 0.5
    assert branch.learning_rate(50) == 2.0
    direct = Run((RunSegment(0, xor_231(), settings), RunSegment(50, xor_231(), faster)))
    direct.advance()
    assert bits(direct.state(133)) == bits(branch.state(133))
    assert bits(direct.state(240)) == bits(branch.state(240))
    assert_close(direct.costs, branch.costs, 1e-14)


def test_a_branch_in_the_middle_of_an_epoch_keeps_what_the_epoch_has_seen() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance()
    branch = run.branched(RunSegment(42, xor_231(), SHUFFLED))
    assert (branch.farthest, len(branch.costs)) == (42, 10)
    branch.advance()
    assert_close(branch.costs, run.costs, 1e-14)


def test_an_edit_is_there_from_its_iteration_on_and_not_before() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance(iterations=30)
    edited = run.branched(RunSegment(20, xor_231(), SHUFFLED, (Edit("W1", (0, 1), 9.0),)))
    assert edited.state(20).parameters["W1"][0, 1] == 9.0
    assert bits(edited.state(19)) == bits(run.state(19))
    assert edited.farthest == 20
    assert edited.state(20).parameters["W2"][0, 0] == run.state(20).parameters["W2"][0, 0]


def test_the_optimiser_starts_anew_where_another_one_takes_over() -> None:
    run = run_of(xor_231(), replace(SHUFFLED, optimizer="momentum"))
    run.advance(iterations=30)
    branch = run.branched(RunSegment(30, xor_231(), replace(SHUFFLED, optimizer="adam")))
    state = branch.state(30)
    assert state.t == 0
    assert set(state.optimizer["W1"]) == {"m1", "m2"}
    assert not state.optimizer["W1"]["m1"].any()
    assert branch.state(31).t == 1


def test_another_batch_size_begins_an_epoch() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance(iterations=10)
    branch = run.branched(RunSegment(10, xor_231(), replace(SHUFFLED, batch=2)))
    assert len(branch.costs) == 3
    assert [branch.epoch_of(k) for k in (9, 10, 11, 12)] == [2, 3, 3, 4]
    assert branch.first_iteration(3) == 10
    assert branch.first_iteration(1) == 4
    branch.advance()
    assert len(branch.costs) == 60
    assert branch.stopped_by == "epochs"


def test_a_branch_at_the_start_is_a_new_run() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance()
    branch = run.branched(RunSegment(0, xor_231(5), SHUFFLED))
    assert branch.farthest == 0
    assert len(branch.costs) == 0


def test_a_branch_past_the_end_trains_up_to_it() -> None:
    run = run_of(xor_231(), replace(SHUFFLED, epochs=2))
    run.advance()
    branch = run.branched(RunSegment(100, xor_231(), SHUFFLED))
    branch.advance()
    assert branch.farthest == 240
    assert len(branch.costs) == 60


@pytest.mark.parametrize("batch", [None, 1, 2])
def test_validation_costs_are_those_at_the_start_of_each_epoch(batch: int | None) -> None:
    data = np.tile(gate_examples("xor"), (3, 1))
    problem = network((2, 3, 1), data, xavier((2, 3, 1), 4))
    run = run_of(problem, Settings(epochs=9, batch=batch, validation=0.25))
    run.advance(iterations=5)
    run.advance()
    assert len(run.validation_costs) == len(run.costs) == 9
    held = np.arange(9, 12)
    for epoch in (0, 1, 8):
        parameters = run.state(run.first_iteration(epoch)).parameters
        values = trace(problem.graph, problem.given(parameters, held), backward=False).values
        assert run.validation_costs[epoch] == pytest.approx(float(values["C"]), rel=1e-12)
    assert max(int(i) for k in range(9) for i in run.batch(k)) < 9


def test_validation_of_a_lesson_about_one_example_is_the_mean_loss() -> None:
    problem = scalar_or(is_single=True)
    run = run_of(problem, Settings(epochs=3, batch=1, validation=0.5))
    run.advance()
    parameters = run.state(2).parameters
    losses = [
        float(trace(problem.graph, problem.given(parameters, np.array([i]))).values["L"])
        for i in (2, 3)
    ]
    assert run.validation_costs[1] == pytest.approx(np.mean(losses), rel=1e-12)


def test_evaluation_covers_all_the_data() -> None:
    problem = scalar_or(is_single=True)
    run = run_of(problem, Settings(epochs=3, batch=1))
    found = run.evaluate(run.state(0).parameters)
    assert found.predictions is not None
    assert found.predictions == pytest.approx([0.5, 0.6457, 0.5250, 0.6682], abs=5e-5)
    assert found.cost == pytest.approx(0.08891294752305501, rel=1e-14)


@pytest.mark.slow
def test_checkpoints_stay_within_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "MAX_BYTES", 8_000)
    run = run_of(xor_231(), Settings(epochs=60_000))
    states = {}
    while run.stopped_by is None:
        run.advance(iterations=7001)
        states[run.farthest] = bits(run.state(run.farthest))
        assert run._checkpoints.bytes <= 8_000
    for iteration, wanted in states.items():
        assert bits(run.state(iteration)) == wanted


def test_one_thread_may_train_while_another_reads() -> None:
    run, done = run_of(xor_231(), Settings(epochs=30_000)), threading.Event()
    found: list[tuple[int, bytes]] = []

    def read() -> None:
        while not done.is_set():
            k = run.farthest // 2
            found.append((k, bits(run.state(k))))
            assert np.isfinite(run.costs).all()

    reader = threading.Thread(target=read)
    reader.start()
    run.advance()
    done.set()
    reader.join()
    for k, wanted in found[:: max(1, len(found) // 20)]:
        assert bits(run.state(k)) == wanted


def test_costs_and_states_cannot_be_written_to() -> None:
    run = run_of(xor_231(), SHUFFLED)
    run.advance()
    with pytest.raises(ValueError, match="read-only"):
        run.costs[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        run.state(3).parameters["W1"][0, 0] = 1.0


def test_a_negative_iteration_is_refused() -> None:
    with pytest.raises(TrainingError, match="count from 0"):
        run_of(xor_231(), SHUFFLED).state(-1)


def test_the_update_of_an_iteration_makes_the_state_of_the_next() -> None:
    run = run_of(xor_231(), replace(SHUFFLED, optimizer="adam"))
    run.advance(iterations=9)
    after, following = run.updated(4), run.state(5)
    assert after.iteration == 5
    assert bits(after) == bits(following)


def test_an_edit_of_a_frozen_parameter_is_a_value_that_nobody_changes() -> None:
    problem = replace(xor_231(), frozen=frozenset({"b1"}))
    segment = with_edit(RunSegment(0, problem, SHUFFLED), Edit("b1", None, 0.5))
    edited = segment.problem.parameters["b1"]
    assert np.all(edited == 0.5)
    assert not edited.flags.writeable
    assert not np.any(problem.parameters["b1"] == 0.5)
