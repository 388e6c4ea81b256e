"""The update that the walk shows is the one that training does, however large numbers grow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdtutor.engine.graph import Role
from gdtutor.engine.trace import Trace, trace
from gdtutor.session.moment import Updates, as_trained
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run, RunSegment, State
from gdtutor.training.settings import Settings
from gdtutor.training.updates import OptimiserStep
from gdtutor.training.walked import Iteration
from gdtutor.values import replace
from tests.training.problems import make_problem, scalar_or
from tests.training.test_random_graphs import networks, scalar_problems, shared_networks
from tests.tries import tries

EXPLICIT = [name for name, row in OPTIMISERS.items() if not row.solves]
PROFILE = settings(max_examples=tries(40), deadline=None, suppress_health_check=list(HealthCheck))


def trace_at(run: Run, k: int, *, unfolds: bool = False) -> Trace:
    problem = run.segment_at(k).problem
    unfolded = frozenset(problem.graph.line_by_name if unfolds else ())
    given = problem.given(run.state(k).parameters, run.batch(k))
    return as_trained(trace(problem.graph, given, unfolded=unfolded), run, k)


def same(one: State, other: State) -> bool:
    """Say whether two states are the same bit for bit, what is no number included."""
    pairs = [(one.parameters[n], other.parameters[n]) for n in one.parameters]
    pairs += [
        (v, other.optimizer[n][s]) for n in one.optimizer for s, v in one.optimizer[n].items()
    ]
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def is_finite(state: State) -> bool:
    arrays = [
        *state.parameters.values(),
        *(v for s in state.optimizer.values() for v in s.values()),
    ]
    return all(bool(np.isfinite(array).all()) for array in arrays)


def is_far_from_overflow(step: OptimiserStep) -> bool:
    """Say whether no square of what an update takes or gives leaves the range of a float64."""
    sizes = np.abs(np.array([np.ravel(step.gradient), np.ravel(step.p)]))
    return bool(sizes.max(initial=0.0) < 1e100 and sizes.min(initial=1.0, where=sizes > 0) > 1e-100)


def assert_one_number(problem: Problem, chosen: Settings, count: int = 9) -> None:
    segment = RunSegment(0, problem, chosen)
    trained, walked = Run((segment,)), Run((segment,))
    trained.advance(iterations=count, beyond=True)
    for k in range(count):
        state, after = walked.state(k), walked.state(k + 1)
        if not is_finite(state):
            break
        done = trace_at(walked, k)
        updates = Updates(walked, k, done.gradients)
        kept = {n: s.state for n, s in updates.items()}
        parameters = {**state.parameters, **{n: s.p for n, s in updates.items()}}
        assert same(State(k + 1, parameters, kept, k + 1), after)
        facts = problem, chosen, state, walked.batch(k), walked.learning_rate(k)
        for name, step in Iteration(*facts).updates(done.gradients).items():
            for line, value in step.values.items():
                own = updates[name].values[line]
                assert np.array_equal(np.isfinite(value), np.isfinite(own)), (k, name, line)
                if is_far_from_overflow(step):
                    np.testing.assert_allclose(value, own, 1e-6, 1e-300, err_msg=f"{k} {name}")
        loss = done.values[problem.graph.root]
        assert np.isfinite(loss).all() == (trained.farthest > k or trained.stopped_by is None)
    reached = min(trained.farthest, count)
    assert same(trained.state(reached), walked.state(reached))


@st.composite
def ways(draw: st.DrawFn, *, is_single: bool = False) -> Settings:
    """Draw how a run trains; many diverge."""
    return Settings(
        draw(st.sampled_from((0.1, 3.0, 1e3, 1e30, 1e100))),
        batch=1 if is_single else draw(st.sampled_from((None, 1, 2))),
        optimizer=draw(st.sampled_from(EXPLICIT)),
        order=draw(st.sampled_from(("given", "shuffled", "drawn"))),
        epochs=1000,
    )


def scaled(problem: Problem, exponent: int) -> Problem:
    """Return the problem with starts so many powers of ten larger."""
    return replace(
        problem, parameters={n: v * 10.0**exponent for n, v in problem.parameters.items()}
    )


EXPONENTS = st.sampled_from((0, 0, 0, 40, 77, 120, 153, 200, 307))


@pytest.mark.slow
@PROFILE
@given(scalar_problems(is_single=False), ways(), EXPONENTS)
def test_the_update_shown_is_the_one_trained_over_rows(
    problem: Problem, chosen: Settings, exponent: int
) -> None:
    assert_one_number(scaled(problem, exponent), chosen)


@pytest.mark.slow
@PROFILE
@given(scalar_problems(is_single=True), ways(is_single=True), EXPONENTS)
def test_the_update_shown_is_the_one_trained_by_examples(
    problem: Problem, chosen: Settings, exponent: int
) -> None:
    assert_one_number(scaled(problem, exponent), chosen)


@pytest.mark.slow
@PROFILE
@given(st.one_of(networks(), shared_networks()), ways(), EXPONENTS)
def test_the_update_shown_is_the_one_trained_in_networks(
    problem: Problem, chosen: Settings, exponent: int
) -> None:
    assert_one_number(scaled(problem, exponent), chosen)


def normalised() -> Problem:
    """A bias before a normalisation: its gradient is 0 but for rounding."""
    return make_problem(
        [
            ("Z", "w*X + b"),
            ("N", "Z - mean(Z, 1)"),
            ("C", "mean((N - (Y - mean(Y, 1)))**2)/2"),
        ],
        {"w": 0.5, "b": [[1.0]]},
        np.array([[12e6, 25e6], [31e6, 42e6], [7.5e6, 18e6]]),
        [("X", Role.INPUT, (0,), True), ("Y", Role.TARGET, (1,), True)],
    )


def normalised_small() -> Problem:
    """The same with two inputs and small numbers."""
    return make_problem(
        [("Z", "W @ X + b"), ("N", "Z - mean(Z, 1)"), ("C", "sum((N - Y)**2)/(2*m)")],
        {"W": [[0.3, -0.7]], "b": [[0.2]]},
        np.array([[1, 2, 0.5], [3, 1, -0.3], [0.5, 0.7, 0.1]]),
        [("X", Role.INPUT, (0, 1), True), ("Y", Role.TARGET, (2,), True)],
    )


@pytest.mark.sampled(1)
@pytest.mark.parametrize("optimizer", EXPLICIT)
def test_a_step_made_of_rounding_is_shown_as_it_is_trained(optimizer: str) -> None:
    assert_one_number(normalised(), Settings(0.1, optimizer=optimizer))


@pytest.mark.parametrize("unfolds", [False, True])
@pytest.mark.parametrize("number", ["01", "02"])
def test_the_step_back_shows_the_rounding_that_the_update_takes(number: str, unfolds: bool) -> None:
    problem = {"01": normalised, "02": normalised_small}[number]()
    run = Run((RunSegment(0, problem, Settings(0.1, optimizer="adam")),))
    done = trace_at(run, 0, unfolds=unfolds)
    step = Updates(run, 0, done.gradients)["b"]
    back, arrived = done.gradients["b"], done.contributions["b"][-1].value
    assert back != 0.0
    assert back.tobytes() == arrived.tobytes() == step.gradient.tobytes()
    assert step.values["m1"] == (1 - 0.9) * back
    assert not np.array_equal(step.p, problem.parameters["b"])


def test_an_implicit_step_is_shown_as_it_is_trained() -> None:
    problem = scalar_or(is_single=True)
    assert_one_number(problem, Settings(4.0, batch=1, optimizer="implicit"))


def test_what_overflows_in_training_overflows_in_the_walk() -> None:
    rows = [
        [-1.787, 0.1], [0.25, 0.220251], [1, 1.6], [-0.5, 0.286], [-7.5, -1.87], [-1.16, 0.25],
        [0.3, 1.1],
    ]  # fmt: skip
    problem = make_problem(
        [
            ("z1", "maximum(b, k2) * (k2 - b)"),
            ("z2", "w1*b"),
            ("L", "(z1 - y)**2/2 + 0.1*z2"),
        ],
        {"w1": -1.14, "b": -0.1},
        np.array(rows),
        [("y", Role.TARGET, (1,), False)],
        constants={"k2": 1.363},
    )
    assert_one_number(problem, Settings(5.0, batch=7), 12)
