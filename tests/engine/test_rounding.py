"""What a computed value may be off by through rounding, and what is 0 but for it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdtutor.engine.graph import Role
from gdtutor.engine.operations import OPERATIONS, apply, definition
from gdtutor.engine.rounding import error_of, is_rounding, rounding_of
from gdtutor.engine.trace import trace
from gdtutor.training.problem import Problem
from gdtutor.values import replace
from tests.engine.exact import exact_gradients, exactly
from tests.engine.small_graphs import traced as traced_lines
from tests.engine.table_samples import PUBLIC, draw, signatures
from tests.training.problems import gate_examples, make_problem, network
from tests.training.test_one_number import normalised
from tests.training.test_random_graphs import shared_networks
from tests.tries import tries

PROFILE = settings(max_examples=tries(40), deadline=None, suppress_health_check=list(HealthCheck))


def traced(problem: Problem):
    return trace(problem.graph, problem.given(problem.parameters, np.arange(problem.size)))


def test_the_gradient_of_a_bias_before_a_normalisation_is_rounding() -> None:
    done = traced(normalised())
    bounds = rounding_of(done).gradients
    assert abs(done.gradients["b"]) <= bounds["b"]
    assert not is_rounding(done.gradients["w"], bounds["w"])
    assert bounds["b"] < 1e-12 * abs(done.gradients["w"])


def test_a_small_product_is_no_rounding() -> None:
    problem = make_problem(
        [("z", "p*q*r"), ("L", "z**2")], {"p": 1e-30, "q": 1e-40, "r": 1e-10},
        np.empty((0, 0)), [], is_single=True,
    )  # fmt: skip
    done = traced(problem)
    for name in ("p", "q", "r"):
        assert done.gradients[name] != 0
        assert not is_rounding(done.gradients[name], rounding_of(done).gradients[name])


def test_the_bound_of_a_gradient_grows_with_its_local_one() -> None:
    problem = make_problem([("L", "p**3")], {"p": 1e4 + 0.1}, np.empty((0, 0)), [], is_single=True)
    done = traced(problem)
    exact = 3 * Fraction(1e4 + 0.1) ** 2
    bound = rounding_of(done).gradients["p"]
    assert abs(Fraction(float(done.gradients["p"])) - exact) <= bound
    assert 1e-17 * exact < bound < 1e-14 * exact


def test_an_exact_zero_is_no_rounding() -> None:
    assert not is_rounding(np.array(0.0), np.array(1e-9))
    assert is_rounding(np.array(1e-10), np.array(1e-9))


@PROFILE
@given(st.lists(st.floats(-1e6, 1e6).map(lambda v: v + 0.1), min_size=1, max_size=30))
def test_the_error_of_a_sum_is_within_its_bound(numbers: list[float]) -> None:
    problem = make_problem(
        [("S", "sum(X)"), ("C", "S*P")],
        {"P": 2.0},
        np.array(numbers)[:, None],
        [("X", Role.INPUT, (0,), True)],
    )
    done = traced(problem)
    error = abs(Fraction(float(done.values["S"])) - sum(map(Fraction, numbers)))
    assert error <= Fraction(float(rounding_of(done).values["S"]))


@PROFILE
@given(shared_networks(), st.integers(0, 100))
def test_another_order_of_the_examples_differs_within_the_bounds(
    problem: Problem, seed: int
) -> None:
    order = np.random.RandomState(seed).permutation(problem.size)
    one = traced(problem)
    other = trace(problem.graph, problem.given(problem.parameters, order))
    for name, bound in rounding_of(one).gradients.items():
        if name in problem.parameters:
            assert (np.abs(one.gradients[name] - other.gradients[name]) <= 2 * bound).all()


@st.composite
def saturated(draw: st.DrawFn) -> Problem:
    """Networks as they are late in training: weights are large, gradients small."""
    layers = (2, *draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)), 1)
    rng = np.random.RandomState(draw(st.integers(0, 1000)))
    gain = draw(st.sampled_from((1, 5, 20, 100)))
    shapes = {f"W{i}": pair[::-1] for i, pair in enumerate(pairwise(layers), 1)}
    weights = {name: gain * rng.randn(*shape) for name, shape in shapes.items()}
    biases = {f"b{i}": rng.randn(n, 1) for i, n in enumerate(layers[1:], 1)}
    cost = draw(
        st.sampled_from(("sum((Yhat - Y)**2)/(2*m)", "mean(binary_cross_entropy(Yhat, Y))"))
    )
    activation = draw(st.sampled_from(("tanh", "sigmoid", "relu", "softplus")))
    return network(layers, gate_examples("xor"), weights | biases, activation=activation, cost=cost)


@PROFILE
@given(st.one_of(saturated(), shared_networks()))
def test_what_is_called_rounding_differs_from_the_exact_number_by_no_more(problem: Problem) -> None:
    done = traced(problem)
    exact = exact_gradients(done)
    for name, bound in rounding_of(done).gradients.items():
        errors = np.asarray(abs(exactly(done.gradients[name]) - exact[name]), dtype=np.float64)
        assert (errors <= bound).all(), name


def test_the_gradient_of_a_saturated_network_is_no_rounding() -> None:
    """Its factors are differences of numbers near 1, and known to a millionth all the same."""
    weights = {"W1": [[4.0, 3.0]], "b1": [[1.0]], "W2": [[9.0]], "b2": [[9.0]]}
    done = traced(network((2, 1, 1), gate_examples("or")[3:], weights, activation="tanh"))
    bounds = rounding_of(done).gradients
    for name in weights:
        assert 0 < np.abs(done.gradients[name]).max() < 1e-12
        assert not is_rounding(done.gradients[name], 1e5 * bounds[name]).any(), name


def test_the_difference_of_equal_sums_is_rounding() -> None:
    parts = {"p": 1.6, "q": -1.2, "r": -0.4}
    lines = [("L", "s*p + s*q + s*r")]
    done = traced(make_problem(lines, {"s": 0.3} | parts, np.empty((0, 0)), [], is_single=True))
    assert is_rounding(done.gradients["s"], rounding_of(done).gradients["s"])


def test_a_bound_that_has_overflowed_calls_nothing_rounding():
    values = np.array([-4.958e162, np.inf, -np.inf, 1e-20])
    assert not is_rounding(values, np.full(4, np.inf)).any()


COMPUTED = [name for name, row in OPERATIONS.items() if definition(row) is None]
CASES = [(n, *case) for n in COMPUTED if n in PUBLIC for case in signatures(OPERATIONS[n])]
CASES += [(n, ((4, 3), (4, 3)), None) for n in ("spread", "mul_or_zero")]
CASES += [("sum_to", ((4, 3), (4, 1)), None), ("sum_to", ((4, 3), ()), None)]


@pytest.mark.sampled
@pytest.mark.parametrize(("name", "shapes", "fixed"), CASES)
def test_what_operands_are_off_by_moves_the_result_by_no_more(name, shapes, fixed) -> None:
    row = OPERATIONS[name]
    random = np.random.RandomState(3)
    args = draw(row, shapes, fixed, 3)
    # Which of two numbers is taken does not change with a little.
    off = [0 if name == "where" and not place else 1e-8 for place in range(len(args))]
    errors = [e * np.asarray(random.rand(*shape)) for e, shape in zip(off, shapes, strict=True)]
    out = apply(row, args, fixed)
    bound = error_of(row, fixed, tuple(zip(args, errors, strict=True)), out)
    assert bound.shape == out.shape
    assert (bound < 1e-6).all()
    for _ in range(20):
        pairs = zip(args, errors, strict=True)
        moved = tuple(a + e * random.choice((-1, 1), np.shape(a)) for a, e in pairs)
        assert (np.abs(apply(row, moved, fixed) - out) <= bound * (1 + 1e-6)).all()


def test_an_operation_that_says_nothing_of_rounding_has_the_worst_bound(monkeypatch) -> None:
    root = replace(OPERATIONS["tanh"], formula="", function=np.cbrt, local=("1/(3*out**2)",))
    running = {"function": lambda a: np.cumsum(a, axis=0), "formula": "", "computed": ""}
    monkeypatch.setitem(OPERATIONS, "tanh", root)
    monkeypatch.setitem(OPERATIONS, "softmax", replace(OPERATIONS["softmax"], **running))
    numbers = ["1.6", "-1.2", "-0.4"]
    done = traced_lines("r = tanh(p)\ns = softmax(p)\nC = sum(r*s)", {"p": [*map(float, numbers)]})
    bounds = rounding_of(done).values
    for number, out, bound in zip(numbers, done.values["r"], bounds["r"], strict=True):
        low, high = (Fraction(out) + sign * Fraction(bound) for sign in (-1, 1))
        assert low**3 < Fraction(number) < high**3
        assert bound < 1e-15
    assert np.isinf(bounds["s"]).all(), "without slopes no bound is known"
    assert np.isinf(bounds["C"])
    for name in ("r", "s", "C"):
        assert not is_rounding(done.values[name], bounds[name]).any()
