"""Plans agree with the walk on graphs that nobody chose."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gdtutor.engine.expression import names_in
from gdtutor.engine.graph import Role
from gdtutor.engine.operations import parse_formula
from gdtutor.engine.trace import trace
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.problem import Problem
from gdtutor.training.settings import Settings
from gdtutor.training.state import layout_of
from gdtutor.values import replace
from tests.training.problems import make_problem, network
from tests.training.test_shipped_plans import Trainer
from tests.training.walking import assert_close, batch_at, start, walk

UNARY = (
    "sigmoid({})", "tanh({})", "relu({})", "leaky_relu({})", "softplus({})", "sin({})", "cos({})",
    "abs({})", "square({})", "exp(-abs({}))", "sqrt(1 + square({}))", "log(1 + square({}))",
    "log1p(abs({}))", "-{}", "({})**3", "sign({})", "step({})", "1/(2 + sin({}))",
    "clip({}, -0.5, 0.75)", "stop_gradient({})",
)  # fmt: skip
BINARY = ("{} + {}", "{} - ({})", "({})*({})", "{} / (1 + square({}))", "maximum({}, {})",
          "minimum({}, {})", "where(step({0} - 0.1), {1}, {0})")  # fmt: skip


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
             "sum(logsumexp(Yhat - Y, axis=0))/m", "mean(var(Yhat*Y, axis=0)) + var(Yhat - Y)",
             "sum(min(Yhat*Y, axis=1))/m + std(Yhat - 2*Y)", "sum(argmax(Yhat, 0)*(Yhat - Y)**2)/m",
             "sum((Yhat[0] - Y[-1:, :])**2)/m + sum(concat(Yhat, Y[:1])**2)/m",
             "mean(reshape(Yhat, -1, 1)*flatten(Y)[0]) + sum(outer(Yhat[0], Y[0]))/m**2",
             "sum(embed(Yhat - Y, 0*Y[0, :])**2)/m", "mean(concat(Yhat, 2*Y, Yhat*Y, axis=1)**2)",
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


@st.composite
def shared_networks(draw: st.DrawFn) -> Problem:
    """Layers that share weights and biases: one parameter has several roles."""
    names = ("p", "q", "r", "s")
    widths = draw(st.integers(1, 2))
    shape = (widths, widths) if widths > 1 else (1, 1)
    rng = np.random.RandomState(draw(st.integers(0, 1000)))
    starts = {name: rng.randn(*shape) / 2 for name in names[:3]} | {"s": rng.randn(widths, 1)}
    last, lines = "X", []
    for number in range(draw(st.integers(1, 3))):
        one, two = draw(st.sampled_from(names[:3])), draw(st.sampled_from(names))
        if widths > 1 and draw(st.booleans()):
            two = "s"
        bias = two if widths == 1 or two == "s" else f"mean({two}, 1)"
        form = draw(st.sampled_from(("tanh({} @ {} + {})", "{} @ {} + {}", "-({} @ {}) - {}")))
        lines.append((f"N{number}", form.format(one, last, bias)))
        last = f"N{number}"
    extra = draw(st.sampled_from(("", " + sum(p*q)/9", " + sum(s**2)", " + mean(q @ s)")))
    lines.append(("C", f"sum(({last} - Y)**2)/(2*m){extra}"))
    columns = tuple(range(widths))
    used = [n for n in names if any(n in names_of(text) for _, text in lines)]
    return make_problem(
        lines,
        {name: starts[name] for name in used},
        rng.randn(draw(st.integers(3, 6)), 2 * widths),
        [
            ("X", Role.INPUT, columns, True),
            ("Y", Role.TARGET, tuple(c + widths for c in columns), True),
        ],
    )


def names_of(text: str) -> set[str]:
    return {name.name for name in names_in(parse_formula(text))}


def assert_trains(problem: Problem, chosen: Settings, kind: str) -> None:
    """Some iterations of training beside the walk's, the optimiser's state included."""
    trainer, state = Trainer(problem, chosen, kind), start(problem)
    seen = replace(problem, examples=problem.examples[: chosen.trained_on(problem.size)])
    for _ in range(4):
        walked = walk(seen, replace(chosen, validation=0.0), state)
        if not abs(walked.loss) < 1e6:
            break
        _, found = trainer.run(state, 1)
        for name in problem.trained:
            assert_close(found.parameters[name], walked.parameters[name], 1e-9, size=1.0)
            for variable, value in walked.optimizer[name].items():
                assert_close(found.optimizer[name][variable], value, 1e-9, size=1.0)
        state = found


PROFILE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PROFILE
@given(scalar_problems(is_single=False), st.sampled_from(("numpy", "scalar")))
def test_random_formulas_over_rows(problem: Problem, kind: str) -> None:
    assert_agrees(problem, Settings(0.25), kind)


@pytest.mark.slow
@PROFILE
@given(scalar_problems(is_single=True), st.sampled_from(("numpy", "scalar")))
def test_random_formulas_one_example_at_a_time(problem: Problem, kind: str) -> None:
    assert_agrees(problem, Settings(0.25, batch=1), kind)


@pytest.mark.slow
@PROFILE
@given(networks(), st.integers(1, 4), st.sampled_from(("numpy", "scalar")))
def test_random_networks_and_batches(problem: Problem, batch: int, kind: str) -> None:
    assert_agrees(problem, Settings(0.25, batch=min(batch, problem.size)), kind)


@pytest.mark.slow
@PROFILE
@given(
    shared_networks(),
    st.integers(1, 3),
    st.sampled_from(("numpy", "scalar", "stacked")),
    st.sampled_from(("sgd", "momentum")),
    st.booleans(),
)
def test_parameters_in_several_roles_train_as_they_walk(
    problem: Problem, batch: int, kind: str, optimizer: str, holds_back: bool
) -> None:
    held = 0.34 if holds_back and kind != "stacked" else 0.0
    chosen = Settings(0.05, batch=None, optimizer=optimizer, validation=held)
    size = min(batch, chosen.trained_on(problem.size))
    assert_trains(problem, replace(chosen, batch=size), kind)


def test_a_parameter_that_is_weight_and_bias_of_one_product_trains_as_it_walks() -> None:
    problem = make_problem(
        [("P", "w @ X + w"), ("C", "sum((P - Y)**2)")],
        {"w": [[0.5]]},
        np.array([[2, 1.7], [0.5, 1], [0.1, 0]]),
        [("X", Role.INPUT, (0,), True), ("Y", Role.TARGET, (1,), True)],
    )
    chosen = Settings(0.1, batch=1, optimizer="momentum", validation=0.34)
    for kind in ("numpy", "scalar"):
        assert_trains(problem, chosen, kind)
