"""The optimisers' lines do what their papers say, written here once more by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from gdtutor.engine.expression import names_in
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import parse_rule
from gdtutor.engine.trace import trace
from gdtutor.training.errors import TrainingError
from gdtutor.training.implicit import shrunk
from gdtutor.training.optimisers import DECOUPLED, OPTIMISERS, Optimiser, optimiser_of, row_for
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run, RunSegment
from gdtutor.training.settings import Settings
from gdtutor.training.sweep import Member, Sweep
from gdtutor.training.updates import update, zero_state
from gdtutor.training.walked import Iteration
from gdtutor.values import replace
from tests.independent.bounded import exact
from tests.independent.optimisers import Remembered, rule_of
from tests.training.problems import (
    gate_examples,
    make_problem,
    network,
    scalar_or,
    xavier,
    xor_231,
)
from tests.training.walking import assert_close, walk

Array = NDArray[np.float64]
RATE = 0.03
ALIKE = 1e-12
"""Departure below which updates are those written by hand."""


class Explicit:
    """The rule of the independent engine, whose numbers are wider than float64."""

    steepness = (1.0, 3.0, 0.2)
    known: ClassVar[dict[str, float]] = {}

    def __init__(self, name: str) -> None:
        self.rule = rule_of(name)
        self.state = Remembered()

    def step(self, p: Array, g: Array, t: int) -> Array:
        old = exact(p), exact(g), exact(RATE), self.state, exact(t)
        new, kept = self.rule(*old)
        self.state = Remembered({name: exact(cell.value) for name, cell in kept.items()})
        return new.value


class Implicit:
    """On a bowl that is as steep along every cell, where the root is known."""

    steepness = 2.0
    known: ClassVar[dict[str, float]] = {"shrink": 1 / (1 + RATE * steepness)}
    state = Remembered()

    def step(self, p: Array, g: Array, t: int) -> Array:
        return p / (1 + RATE * self.steepness)


def by_hand(name: str) -> Explicit | Implicit:
    return Implicit() if OPTIMISERS[name].solves else Explicit(name)


def bowl(p: Array, steepness: object = (1.0, 3.0, 0.2)) -> Array:
    """Gradient of a bowl, uneven where not said otherwise."""
    return np.array(steepness) * p


def departure(row: Optimiser) -> float:
    """Return how far a hundred updates come from those written by hand, its state with them, or the
    first of them that are not alike.
    """
    _, hyper = optimiser_of(Settings(optimizer=row.name))
    hand = by_hand(row.name)
    hyper |= hand.known
    p = wanted = np.array([1.0, -2.0, 0.5])
    state = zero_state(row, p)
    worst = 0.0
    for t in range(1, 101):
        step = update(
            row, p, bowl(p, hand.steepness), state, hyper | {"t": t, "learning_rate": RATE}
        )
        p, state = step.p, step.state
        wanted = hand.step(wanted, bowl(wanted, hand.steepness), t)
        pairs = [(p, wanted), *((state[name], kept.value) for name, kept in hand.state.items())]
        for one, other in pairs:
            away = np.abs(one - other) / np.maximum(1, np.abs(other))
            worst = max(worst, float(np.max(away)))
        if worst >= ALIKE:
            break
    return worst if np.isfinite(p).all() else math.inf


def flipped(row: Optimiser) -> Iterator[Optimiser]:
    """Yield the optimiser with one sign of its lines turned, for every sign."""
    for place, (name, formula) in enumerate(row.lines):
        for at in (at for at, sign in enumerate(formula) if sign in "+-"):
            turned = formula[:at] + ("-" if formula[at] == "+" else "+") + formula[at + 1 :]
            lines = (*row.lines[:place], (name, turned), *row.lines[place + 1 :])
            yield replace(row, lines=lines)


@pytest.mark.sampled
@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_hundred_updates_equal_those_written_by_hand(name: str) -> None:
    assert departure(OPTIMISERS[name]) < ALIKE


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_turned_sign_of_an_optimiser_is_noticed(name: str) -> None:
    wrong = list(flipped(OPTIMISERS[name]))
    assert wrong
    with np.errstate(all="ignore"):
        for row in wrong:
            assert not departure(row) < ALIKE, row.lines


EXPLICIT = [name for name, row in OPTIMISERS.items() if not row.solves]


@pytest.mark.parametrize("name", EXPLICIT)
def test_every_optimiser_goes_down_the_bowl(name: str) -> None:
    row, hyper = optimiser_of(Settings(optimizer=name))
    p = np.array([1.0, -2.0, 0.5])
    state = zero_state(row, p)
    for t in range(1, 301):
        step = update(row, p, bowl(p), state, hyper | {"t": t, "learning_rate": RATE})
        p, state = step.p, step.state
    assert float(np.abs(p).max()) < 1.5


@pytest.mark.parametrize("name", OPTIMISERS)
def test_lines_use_only_the_names_that_are_explained(name: str) -> None:
    row = OPTIMISERS[name]
    known = {"p", "g", "t", "learning_rate", row.solves}
    known |= {h.name for h in row.hyperparameters} | {v.name for v in row.state}
    for assigned, formula in row.lines:
        assert assigned in known
        assert {n.name for n in names_in(parse_rule(formula))} <= known
    assert row.lines[-1][0] == "p"
    assert row.predicts_with == "p" or row.predicts_with in {v.name for v in row.state}


@pytest.mark.parametrize("name", EXPLICIT)
def test_a_state_variable_turns_its_sign_exactly_where_the_row_says(name: str) -> None:
    row, hyper = optimiser_of(Settings(optimizer=name))
    hyper |= {"t": 3, "learning_rate": RATE}
    p, g = np.array([0.7]), np.array([-0.4])
    one = update(row, p, g, {v.name: np.array([0.3]) for v in row.state}, hyper)
    turned = {v.name: np.array([-0.3 if v.is_odd else 0.3]) for v in row.state}
    other = update(row, -p, -g, turned, hyper)
    assert other.p[0] == -one.p[0]
    for variable in row.state:
        sign = -1 if variable.is_odd else 1
        assert other.state[variable.name][0] == sign * one.state[variable.name][0]


def network_of_40() -> Problem:
    """A network with a bias of its own beside every matrix, which a plan of arrays trains."""
    problem = network((2, 40, 1), gate_examples("xor"), xavier((2, 40, 1), 6))
    drawn = np.random.RandomState(3)
    starts = {n: drawn.randn(*np.shape(v)) for n, v in problem.parameters.items()}
    return replace(problem, parameters=starts)


@pytest.mark.parametrize("name", [n for n in EXPLICIT if n not in DECOUPLED])
def test_weight_decay_is_shown_in_the_lines_and_added_to_the_gradient(name: str) -> None:
    settings = Settings(optimizer=name, hyperparameters=(("weight_decay", 0.2),))
    row, hyper = optimiser_of(settings)
    assert "weight_decay*p" in dict(row.lines)[row.lines[0][0]]
    hand, plain = Explicit(name), np.array([0.7, -1.2, 2.0])
    p, state, q = plain, zero_state(row, plain), plain
    for t in range(1, 30):
        step = update(row, p, bowl(p), state, hyper | {"t": t, "learning_rate": RATE})
        p, state, q = step.p, step.state, hand.step(q, bowl(q) + 0.2 * q, t)
    np.testing.assert_allclose(p, q, rtol=1e-12)


def test_a_plan_trains_with_weight_decay_as_the_walk_does() -> None:
    problem = xor_231()
    for name in ("sgd", "momentum", "adam", "adamw"):
        settings = Settings(
            learning_rate=0.1, epochs=5, batch=2, optimizer=name,
            hyperparameters=(("weight_decay", 0.05),),
        )  # fmt: skip
        run = Run((RunSegment(0, problem, settings),))
        run.advance()
        walked = walk(problem, settings, run.state(9))
        for parameter, value in walked.parameters.items():
            assert_close(run.state(10).parameters[parameter], value)


@pytest.mark.parametrize("name", EXPLICIT)
def test_a_decay_for_weights_alone_leaves_the_biases_their_plain_rule(name: str) -> None:
    constants = (("weight_decay", 0.2),)
    settings = Settings(optimizer=name, hyperparameters=constants, decayed=("W1", "W2"))
    plain = Settings(optimizer=OPTIMISERS[name].without_decay or name)
    assert row_for(settings, "W1").lines == optimiser_of(replace(settings, decayed=None))[0].lines
    assert row_for(settings, "b1").lines == optimiser_of(plain)[0].lines


@pytest.mark.sampled
@pytest.mark.parametrize("name", EXPLICIT)
@pytest.mark.parametrize("problem", [scalar_or(is_single=False), xor_231(), network_of_40()])
def test_every_plan_decays_the_parameters_that_are_named_alone(name: str, problem: Problem) -> None:
    chosen = tuple(parameter for parameter in problem.trained if not parameter.startswith("b"))
    settings = Settings(
        learning_rate=0.1, epochs=2, batch=2, optimizer=name,
        hyperparameters=(("weight_decay", 0.05),), decayed=chosen,
    )  # fmt: skip
    run = Run((RunSegment(0, problem, settings),))
    run.advance()
    stacked = Sweep([Member("", problem, settings), Member("", problem, replace(
        settings, hyperparameters=(("weight_decay", 0.5),)))])  # fmt: skip
    stacked.advance()
    last = run.farthest
    walked = walk(problem, settings, run.state(last - 1))
    for parameter, value in walked.parameters.items():
        assert_close(run.state(last).parameters[parameter], value)
        assert_close(stacked.found()[0].parameters[parameter], value)
    other = walk(problem, replace(settings, decayed=None), run.state(last - 1))
    for parameter in problem.trained:
        is_same = np.array_equal(other.parameters[parameter], walked.parameters[parameter])
        assert is_same is (parameter in chosen), parameter


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_rule_with_a_decay_of_its_own_names_the_one_that_it_is_without(name: str) -> None:
    row, hyper = optimiser_of(Settings(optimizer=name))
    assert bool(row.without_decay) is ("weight_decay" in hyper)
    plain, p, g = OPTIMISERS[row.without_decay or name], np.array(0.7), np.array(0.3)
    hyper |= {"weight_decay": 0.0, row.solves: 0.5, "t": 1, "learning_rate": RATE}
    one, other = (update(r, p, g, zero_state(r, p), hyper) for r in (row, plain))
    assert (one.p, one.state) == (other.p, other.state)


def test_a_rule_that_finds_its_gradient_elsewhere_takes_no_weight_decay() -> None:
    with pytest.raises(TrainingError, match="no constant 'weight_decay'"):
        optimiser_of(Settings(optimizer="implicit", hyperparameters=(("weight_decay", 0.1),)))


def test_a_step_lists_its_lines_with_their_values() -> None:
    row, hyper = optimiser_of(Settings(optimizer="momentum"))
    p, g = np.array(1.0), np.array(0.5)
    step = update(row, p, g, zero_state(row, p), hyper | {"t": 1, "learning_rate": 0.1})
    assert [(n, f) for n, f, _ in step.lines] == [
        ("v", "beta*v + g"),
        ("p", "p - learning_rate*v"),
    ]
    assert float(step.lines[0][2]) == 0.5
    assert float(step.p) == 0.95


def test_predictions_of_averaged_descent_use_the_average() -> None:
    run = Run((RunSegment(0, xor_231(), Settings(optimizer="averaged", epochs=20)),))
    run.advance()
    mean = np.mean([run.state(k).parameters["W1"] for k in range(1, 21)], axis=0)
    assert_close(run.predicting(run.state(20))["W1"], mean)
    assert run.predicting(run.state(0))["W1"] is not mean
    assert_close(run.predicting(run.state(0))["W1"], run.state(0).parameters["W1"])


@pytest.mark.parametrize("linear", [True, False])
def test_the_implicit_update_has_the_gradient_of_the_point_it_leads_to(linear: bool) -> None:
    problem = scalar_or(is_single=True)
    if linear:
        problem = make_problem(
            [("z", "w1*x1 + w2*x2 + b"), ("L", "(z - y)**2 / 2")],
            {"w1": 0.1, "w2": 0.6, "b": 0.2},
            gate_examples("or"),
            [
                ("x1", Role.INPUT, (0,), False),
                ("x2", Role.INPUT, (1,), False),
                ("y", Role.TARGET, (2,), False),
            ],
            is_single=True,
        )
    settings = Settings(4.0, batch=1, optimizer="implicit", epochs=3)
    run = Run((RunSegment(0, problem, settings),))
    run.advance()
    for k in range(12):
        before, after = run.state(k).parameters, run.state(k + 1).parameters
        x1, x2, y = problem.examples[run.batch(k)[0]]
        z = after["w1"] * x1 + after["w2"] * x2 + after["b"]
        out = z if linear else 1 / (1 + math.exp(-z))
        delta = (out - y) * (1 if linear else out * (1 - out))
        for name, x in (("w1", x1), ("w2", x2), ("b", 1.0)):
            assert float(after[name]) == pytest.approx(
                float(before[name] - 4.0 * delta * x), rel=1e-12, abs=1e-14
            )


def test_the_lines_of_implicit_descent_give_its_update() -> None:
    problem = scalar_or(is_single=True)
    settings = Settings(4.0, batch=1, optimizer="implicit", epochs=3)
    run = Run((RunSegment(0, problem, settings),))
    for k in range(4):
        state, after = run.state(k), run.state(k + 1)
        constants = Iteration(problem, settings, state, run.batch(k), 4.0).constants()
        gradients = trace(problem.graph, problem.given(state.parameters, run.batch(k))).gradients
        for name in problem.trained:
            p, g = state.parameters[name], gradients[name]
            step = update(OPTIMISERS["implicit"], p, g, {}, constants)
            assert float(step.p) == float(after.parameters[name])


def test_implicit_descent_does_not_overshoot_where_explicit_descent_does() -> None:
    y = 1.0
    slope = -0.5 - y
    after = -0.5 - 1000.0 * shrunk(slope, -0.5, y, 1000.0, is_sigmoid=False) * slope
    assert -0.5 < after < y


def test_implicit_descent_keeps_its_digits_where_it_comes_near_the_target() -> None:
    assert shrunk(1e9, 1e9 + 1, 1.0, 1e15, is_sigmoid=False) == 1 / (1 + 1e15)


def test_an_implicit_step_moves_where_the_sigmoid_is_1_but_for_less_than_a_rounding() -> None:
    z, y, step = -0.75, 1e154, 1.7
    out = 1 / (1 + math.exp(-z))
    slope = (out - y) * out * (1 - out)
    after = z - step * shrunk(slope, z, y, step, is_sigmoid=True) * slope
    # z' = z + step·y·e^(−z'), since σ(z') is 1 and 1 − σ(z') is e^(−z') there.
    assert 340 < after < 360
    assert math.log(after - z) + after == pytest.approx(math.log(step) + math.log(y), rel=1e-14)


def test_a_network_is_refused_by_implicit_descent_with_the_reason() -> None:
    with pytest.raises(TrainingError, match="root in one dimension"):
        compile_plan(xor_231(), Settings(batch=1, optimizer="implicit"))
