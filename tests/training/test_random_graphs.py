"""Plans agree with the walk on graphs that nobody chose."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gdtutor.engine.graph import Role
from gdtutor.engine.trace import trace
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.plan.vector import layout_of
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from tests.training.problems import make_problem, network
from tests.training.walking import assert_close, batch_at

UNARY = (
    "sigmoid({})", "tanh({})", "relu({})", "leaky_relu({})", "softplus({})", "sin({})", "cos({})",
    "abs({})", "square({})", "exp(-abs({}))", "sqrt(1 + square({}))", "log(1 + square({}))",
    "log1p(abs({}))", "-{}", "({})**3", "sign({})", "step({})", "1/(2 + sin({}))",
)  # fmt: skip
BINARY = ("{} + {}", "{} - ({})", "({})*({})", "{} / (1 + square({}))", "maximum({}, {})")


@st.composite
def scalar_problems(draw: st.DrawFn, *, is_single: bool) -> Problem:
    names = ["x1", "x2", "y", "p", "q", "r"]
    lines: list[tuple[str, str]] = []
    for number in range(draw(st.integers(1, 6))):
        text = draw(st.sampled_from(names))
        for _ in range(draw(st.integers(1, 4))):
            if draw(st.booleans()):
                text = draw(st.sampled_from(UNARY)).format(text)
            else:
                text = draw(st.sampled_from(BINARY)).format(text, draw(st.sampled_from(names)))
        factor = draw(st.sampled_from(("", "2*", "0.3*", "-")))
        lines.append((f"n{number}", f"{factor}({text})"))
        names.append(f"n{number}")
    lines.append(("L", f"(n{len(lines) - 1} - y)**2 / 3 + p*q/7 + r**2"))
    rng = np.random.RandomState(draw(st.integers(0, 1000)))
    return make_problem(
        lines,
        {"p": rng.randn(), "q": rng.randn(), "r": rng.randn()},
        rng.randn(draw(st.integers(2, 5)), 3),
        [
            ("x1", Role.INPUT, (0,), False),
            ("x2", Role.INPUT, (1,), False),
            ("y", Role.TARGET, (2,), False),
        ],
        is_single=is_single,
    )


@st.composite
def networks(draw: st.DrawFn) -> Problem:
    layers = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    rng = np.random.RandomState(draw(st.integers(0, 1000)))
    starts = {}
    for number, (n_in, n_out) in enumerate(pairwise(layers), 1):
        starts[f"W{number}"] = rng.randn(n_out, n_in)
        starts[f"b{number}"] = rng.randn(n_out, 1)
    names = draw(st.lists(st.sampled_from(list(starts)), unique=True, max_size=len(starts) - 1))
    extra = draw(st.sampled_from(("", " + 0.1*sum(W1**2)", " + mean(abs(W1))", " + sum(b1)/9")))
    cost = draw(
        st.sampled_from(
            ("sum((Yhat - Y)**2)/(2*m)", "mean(square(Yhat - Y))", "sum(max(Yhat - Y, 0)**2)/m",
             "sum(softmax(Yhat)*Y)/m", "sum(cross_entropy_logits(Yhat, Y))/m",
             "sum((Yhat.T - Y.T)**2)/m", "sum(sum(Yhat*Y, 1)**2)/m")
        )
    )  # fmt: skip
    outputs = st.sampled_from(("sigmoid", "tanh", "relu", "linear", "softplus"))
    return network(
        layers,
        rng.randn(draw(st.integers(2, 6)), layers[0] + layers[-1]),
        starts,
        activation=draw(outputs),
        output=draw(outputs),
        cost=cost + extra,
        frozen=names,
    )


def assert_agrees(problem: Problem, chosen: Settings, kind: str) -> None:
    """One iteration of every batch of an epoch, each from the start."""
    layout = layout_of(problem, optimiser_of(chosen)[0])
    plan = compile_plan(problem, chosen, kind)
    vector = layout.join(problem.parameters, {})
    for k in range(plan.iterations_per_epoch):
        walked = trace(
            problem.graph, problem.given(problem.parameters, batch_at(problem, chosen, k))
        )
        parts = [c.value for found in walked.contributions.values() for c in found]
        size = float(np.max([np.max(np.abs(v)) for v in [*walked.values.values(), *parts]]))
        assume(size < 1e6)
        outcome = plan.run(vector, k, k, 1)
        root = walked.values[problem.graph.root].reshape(())
        assert_close(outcome.losses[0], root, size=max(1.0, size))
        new = layout.split(outcome.vector)[0]
        for name in problem.trained:
            gradient = walked.gradients.get(name, np.zeros(np.shape(problem.parameters[name])))
            wanted = problem.parameters[name] - chosen.learning_rate * gradient
            assert_close(new[name], wanted, size=max(1.0, size))


PROFILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PROFILE
@given(scalar_problems(is_single=False), st.sampled_from(("numpy", "scalar")))
def test_random_formulas_over_rows(problem: Problem, kind: str) -> None:
    assert_agrees(problem, Settings(0.25), kind)


@PROFILE
@given(scalar_problems(is_single=True), st.sampled_from(("numpy", "scalar")))
def test_random_formulas_one_example_at_a_time(problem: Problem, kind: str) -> None:
    assert_agrees(problem, Settings(0.25, batch=1), kind)


@PROFILE
@given(networks(), st.integers(1, 4), st.sampled_from(("numpy", "scalar")))
def test_random_networks_and_batches(problem: Problem, batch: int, kind: str) -> None:
    assert_agrees(problem, Settings(0.25, batch=min(batch, problem.size)), kind)
