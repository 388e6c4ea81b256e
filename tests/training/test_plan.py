"""Every plan computes what the walk computes."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from gdtutor.engine.graph import Role
from gdtutor.training.errors import TrainingError
from gdtutor.training.optimisers import OPTIMISERS, Optimiser, StateVariable, optimiser_of
from gdtutor.training.plan.choice import SCALAR_BELOW, compile_plan
from gdtutor.training.plan.numpy_plan import NumpyPlan
from gdtutor.training.plan.scalar_plan import ScalarPlan
from gdtutor.training.plan.scalar_text import FORMS
from gdtutor.training.problem import Problem
from gdtutor.training.run import State
from gdtutor.training.settings import Schedule, Settings, Stop
from gdtutor.training.state import layout_of
from tests.training.problems import (
    gate_examples,
    make_problem,
    network,
    scalar_or,
    vectorised_or,
    xavier,
    xor_231,
    xor_cross,
)
from tests.training.walking import assert_close, chain, start, walk

CLOUD = np.column_stack(
    [np.random.RandomState(3).randn(10, 2), np.random.RandomState(4).rand(10, 1) > 0.5]
)
CLASSES = np.column_stack(
    [np.random.RandomState(5).randn(7, 3), np.eye(3)[np.random.RandomState(6).randint(0, 3, 7)]]
)


def classifier(cost: str, output: str) -> Problem:
    return network(
        (3, 4, 3), CLASSES, xavier((3, 4, 3), 8), activation="tanh", output=output, cost=cost
    )


def repeated() -> Problem:
    """a*a, a parameter used in several lines, and a constant."""
    return make_problem(
        [("q", "a*a"), ("r", "q*a - k*q"), ("L", "(r - y)**2 / 2 + a*q/10")],
        {"a": 0.7},
        np.array([[0.3], [-0.2], [1.1]]),
        [("y", Role.TARGET, (0,), False)],
        constants={"k": 0.4},
    )


def without_data() -> Problem:
    return make_problem(
        [("L", "(u - 3)**2 + u*v + v**2")], {"u": 1.5, "v": -0.5}, np.zeros((0, 0)), [],
        is_single=True,
    )  # fmt: skip


def decayed() -> Problem:
    """Weights that appear in the cost as well as in the product."""
    return network(
        (2, 3, 1),
        gate_examples("xor"),
        xavier((2, 3, 1), 5),
        cost="sum((Yhat - Y)**2)/(2*m) + 0.01*(sum(W1**2) + sum(W2*W2))",
    )


def two_and_one() -> Problem:
    """Scalar formulas in which a bias's gradient is also a factor of others that come later."""
    return make_problem(
        [
            ("h1", "sigmoid(w11*x1 + w12*x2 + b1)"),
            ("h2", "sigmoid(w21*x1 + w22*x2 + b2)"),
            ("yhat", "sigmoid(v1*h1 + v2*h2 + b)"),
            ("L", "(yhat - y)**2 / 2"),
        ],
        {"w11": 0.3, "w12": 0.4, "b1": 0.5, "w21": 0.6, "w22": 0.7, "b2": 0.8,
         "v1": 0.9, "v2": 1.0, "b": 1.1},
        gate_examples("xor"),
        [(n, Role.TARGET if n == "y" else Role.INPUT, (i,), False)
         for i, n in enumerate(("x1", "x2", "y"))],
        is_single=True,
    )  # fmt: skip


PROBLEMS = {
    "two neurons and one, one at a time": (two_and_one, Settings(batch=1)),
    "or, matrix": (vectorised_or, Settings()),
    "or, rows": (lambda: scalar_or(is_single=False), Settings()),
    "or, one at a time": (lambda: scalar_or(is_single=True), Settings(batch=1)),
    "or, rows of three": (lambda: scalar_or(is_single=False), Settings(batch=3)),
    "xor, feature cross": (xor_cross, Settings()),
    "xor 2-3-1": (xor_231, Settings()),
    "xor 2-3-1, one at a time": (xor_231, Settings(batch=1)),
    "xor 2-3-1, three": (xor_231, Settings(batch=3)),
    "xor 2-3-1, shuffled": (xor_231, Settings(batch=1, order="shuffled", seed=5)),
    "xor 2-3-1, shuffled pairs": (xor_231, Settings(batch=2, order="shuffled", seed=5)),
    "xor 2-3-1, all, shuffled": (xor_231, Settings(order="shuffled", seed=5)),
    "xor 2-3-1, drawn": (xor_231, Settings(batch=3, order="drawn", seed=5)),
    "xor 2-3-1, all drawn": (xor_231, Settings(order="drawn", seed=5)),
    "frozen weights": (
        lambda: network((2, 3, 1), gate_examples("xor"), xavier((2, 3, 1), 2), frozen=("W1", "b2")),
        Settings(),
    ),
    "repeated names": (repeated, Settings(learning_rate=0.05)),
    "no data": (without_data, Settings(learning_rate=0.05)),
    "weight decay": (decayed, Settings()),
    "relu": (
        lambda: network((2, 4, 1), CLOUD, xavier((2, 4, 1), 9), activation="relu"),
        Settings(batch=4, learning_rate=0.3),
    ),
    "linear": (
        lambda: network((2, 3, 1), CLOUD, xavier((2, 3, 1), 9), output="linear"),
        Settings(learning_rate=0.1),
    ),
    "softmax": (
        lambda: classifier("sum(cross_entropy(Yhat, Y)) / m", "softmax"),
        Settings(batch=3, learning_rate=0.3),
    ),
    "logits": (
        lambda: classifier("sum(cross_entropy_logits(Yhat, Y)) / m", "linear"),
        Settings(batch=3, learning_rate=0.3),
    ),
    "binary cross-entropy": (
        lambda: network(
            (2, 3, 1), CLOUD, xavier((2, 3, 1), 1), cost="sum(binary_cross_entropy(Yhat, Y)) / m"
        ),
        Settings(batch=4),
    ),
    "mean": (
        lambda: network((2, 3, 1), CLOUD, xavier((2, 3, 1), 1), cost="mean((Yhat - Y)**2)"),
        Settings(),
    ),
}


def assert_every_iteration_agrees(problem: Problem, settings: Settings, kind: str) -> None:
    """Compare each of some epochs' iterations with the walk from the state that the plan has."""
    layout = layout_of(problem, optimiser_of(settings)[0])
    plan = compile_plan(problem, settings, kind)
    vector = layout.join(problem.parameters, {})
    for k in range(12):
        parameters, optimizer = layout.split(vector)
        wanted = walk(problem, settings, State(k, parameters, optimizer, k))
        outcome = plan.run(vector, k, k, 1)
        assert_close(outcome.losses[0], np.array(wanted.loss))
        new, variables = layout.split(outcome.vector)
        for name, value in wanted.parameters.items():
            assert_close(new[name], value)
            for variable, kept in wanted.optimizer.get(name, {}).items():
                assert_close(variables[name][variable], kept, size=1e-6)
        vector = outcome.vector


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_a_plan_agrees_with_the_walk_at_every_iteration(name: str, kind: str) -> None:
    make, settings = PROBLEMS[name]
    assert_every_iteration_agrees(make(), settings, kind)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBLEMS)
def test_both_plans_agree_with_the_walk_over_fifty_iterations(name: str) -> None:
    make, settings = PROBLEMS[name]
    problem = make()
    losses, state = chain(problem, settings, 50)
    for kind in ("numpy", "scalar"):
        plan = compile_plan(problem, settings, kind)
        assert type(plan).__name__ == f"{kind.capitalize()}Plan"
        layout = layout_of(problem, optimiser_of(settings)[0])
        outcome = plan.run(layout.join(problem.parameters, {}), 0, 0, 50)
        assert_close(outcome.losses, np.array(losses))
        parameters, _ = layout.split(outcome.vector)
        for parameter, value in state.parameters.items():
            assert_close(parameters[parameter], value)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("optimizer", [n for n, row in OPTIMISERS.items() if not row.solves])
@pytest.mark.parametrize("name", ["xor 2-3-1", "xor 2-3-1, three", "or, rows", "weight decay"])
def test_every_optimiser_agrees_with_the_walk(name: str, optimizer: str, kind: str) -> None:
    make, settings = PROBLEMS[name]
    settings = Settings(0.05, batch=settings.batch, optimizer=optimizer)
    problem = make()
    assert_every_iteration_agrees(problem, settings, kind)


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
def test_a_row_may_name_any_function_of_the_update_s_number(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (("v", "maximum(v, abs(g))"), ("p", "p - learning_rate*exp(-t/10)*g/(1 + v)"))
    state = (StateVariable("v", "largest gradient", is_odd=False),)
    row = Optimiser("fading", "fading steps", lines, state=state)
    monkeypatch.setitem(cast("dict[str, Optimiser]", OPTIMISERS), "fading", row)
    assert_every_iteration_agrees(xor_231(), Settings(0.5, optimizer="fading"), kind)


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("schedule", ["step", "exponential", "cosine"])
def test_a_schedule_acts_epoch_by_epoch(schedule: str, kind: str) -> None:
    settings = Settings(2.0, batch=2, schedule=Schedule(schedule, 0.5, 3))
    problem = xor_231()
    plan = compile_plan(problem, settings, kind)
    layout = layout_of(problem, optimiser_of(settings)[0])
    outcome = plan.run(layout.join(problem.parameters, {}), 0, 0, 12)
    state = start(problem)
    for k in range(12):
        e = k // 2
        rates = {
            "step": 2.0 * 0.5 ** (e // 3),
            "exponential": 2.0 * 0.5 ** (e / 3),
            "cosine": (1 + np.cos(np.pi * min(e, 3) / 3)),
        }
        walked = walk(problem, settings, state, float(rates[schedule]))
        state = type(state)(k + 1, walked.parameters, {}, k + 1)
    parameters, _ = layout.split(outcome.vector)
    assert_close(parameters["W1"], state.parameters["W1"])
    assert_close(parameters["b2"], state.parameters["b2"])


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("batch", [None, 3])
def test_the_norm_is_that_of_the_walk_s_gradient(batch: int | None, kind: str) -> None:
    problem = xor_231()
    settings = Settings(learning_rate=1e-300, batch=batch, stop=Stop(gradient_below=1e-9))
    layout = layout_of(problem, optimiser_of(settings)[0])
    outcome = compile_plan(problem, settings, kind).run(
        layout.join(problem.parameters, {}), 0, 0, 2
    )
    assert outcome.norms is not None
    for k in range(2):
        gradients = walk(problem, settings, State(k, problem.parameters, {}, k)).gradients
        wanted = np.sqrt(sum(np.sum(gradients[n] ** 2) for n in problem.trained))
        assert_close(outcome.norms[k], wanted)


@pytest.mark.sampled
@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize(
    "name", ["xor 2-3-1", "xor 2-3-1, three", "xor 2-3-1, shuffled", "or, rows"]
)
def test_the_same_bits_come_out_however_the_iterations_are_split(name: str, kind: str) -> None:
    make, settings = PROBLEMS[name]
    problem = make()
    layout = layout_of(problem, optimiser_of(settings)[0])
    vector = layout.join(problem.parameters, {})
    whole = compile_plan(problem, settings, kind).run(vector, 0, 0, 700).vector
    plan, at = compile_plan(problem, settings, kind), 0
    for count in (1, 2, 3, 300, 1, 93, 300):
        vector = plan.run(vector, at, at, count).vector
        at += count
    assert vector.tobytes() == whole.tobytes()


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
def test_overflow_gives_infinities_and_not_errors(kind: str) -> None:
    """exp overflows at a rate of 5000, where the sigmoid is simply 0."""
    problem, settings = scalar_or(is_single=True), Settings(5000.0, batch=1)
    layout = layout_of(problem, optimiser_of(settings)[0])
    losses, state = chain(problem, settings, 20)
    outcome = compile_plan(problem, settings, kind).run(
        layout.join(problem.parameters, {}), 0, 0, 20
    )
    assert_close(outcome.losses, np.array(losses), size=1.0)
    assert_close(layout.split(outcome.vector)[0]["b"], state.parameters["b"])


@pytest.mark.slow
@pytest.mark.parametrize("settings", [
    Settings(0.5, batch=1, stop=Stop(gradient_below=1e-9), validation=0.25),
    Settings(0.5, batch=3, order="shuffled", optimizer="adam"),
], ids=["batches in given order", "shuffled batches"])  # fmt: skip
def test_what_python_refuses_is_done_in_between_and_alike_however_it_is_split(
    settings: Settings,
) -> None:
    """exp overflows for some examples alone, whose hidden unit gives 0."""
    problem = xor_231()
    problem.parameters["W1"][0] = [-2000.0, -0.1]
    layout = layout_of(problem, optimiser_of(settings)[0])
    vector = layout.join(problem.parameters, {})
    whole = compile_plan(problem, settings, "scalar").run(vector, 0, 0, 40)
    plan, at, losses, state = compile_plan(problem, settings, "scalar"), 0, [], vector
    for count in (1, 2, 3, 13, 21):
        outcome = plan.run(state, at, at, count)
        losses += outcome.losses.tolist()
        state, at = outcome.vector, at + count
    assert losses == whole.losses.tolist()
    assert state.tobytes() == whole.vector.tobytes()
    other = compile_plan(problem, settings, "numpy").run(vector, 0, 0, 40)
    assert_close(whole.losses, other.losses)
    assert_close(whole.validation, other.validation)
    assert (whole.norms is None) == (other.norms is None)
    if whole.norms is not None and other.norms is not None:
        assert_close(whole.norms, other.norms)


def test_an_operation_without_a_form_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = classifier("sum(cross_entropy(Yhat, Y)) / m", "softmax")
    vector = layout_of(problem, OPTIMISERS["sgd"]).join(problem.parameters, {})
    wanted = compile_plan(problem, Settings(), "scalar").run(vector, 0, 0, 20)
    bare = {name: form for name, form in FORMS.items() if name != "maximum"}
    monkeypatch.setattr("gdtutor.training.plan.scalar_text.FORMS", bare)
    plan = compile_plan(problem, Settings(), "scalar")
    assert isinstance(plan, ScalarPlan)
    assert_close(plan.run(vector, 0, 0, 20).losses, wanted.losses)


def test_a_gate_trains_in_scalar_python_and_a_wide_batch_in_numpy() -> None:
    cells = 13
    assert isinstance(compile_plan(xor_231(), Settings()), ScalarPlan)
    many = np.tile(gate_examples("xor"), (SCALAR_BELOW // cells // 4 + 2, 1))
    wide = network((2, 3, 1), many, xavier((2, 3, 1), 1))
    assert isinstance(compile_plan(wide, Settings()), NumpyPlan)
    assert isinstance(compile_plan(wide, Settings(batch=1)), ScalarPlan)


@pytest.mark.parametrize("examples", [SCALAR_BELOW // 3 - 1, SCALAR_BELOW // 3])
def test_the_rule_counts_trained_cells_times_the_batch(examples: int) -> None:
    data = np.tile(gate_examples("or"), (20, 1))[:examples]
    problem = network((2, 1), data, {"W1": [[0.1, 0.6]], "b1": [[0.0]]})
    assert isinstance(compile_plan(problem, Settings()), ScalarPlan) == (
        3 * examples < SCALAR_BELOW
    )


def test_the_shown_source_names_nodes_in_comments_only() -> None:
    text = compile_plan(xor_231(), Settings(), "numpy").source
    shown = [line for line in text.splitlines() if line.strip()]
    code = [line.split("#")[0] for line in shown]
    assert any("Yhat" in line for line in shown)
    assert not any("Yhat" in line or "W1" in line for line in code)


def test_xor_takes_eighteen_calls() -> None:
    text = compile_plan(xor_231(), Settings(), "numpy").source
    body = text.split("def losses")[0].splitlines()
    assert sum(line.startswith("        ") for line in body) == 18


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        (Settings(optimizer="sdg"), "unknown optimizer 'sdg' — did you mean 'sgd'?"),
        (Settings(batch=5), "the batch size is 5"),
        (Settings(batch=0), "the batch size is 0"),
        (Settings(learning_rate=-1.0), "the learning rate is -1 — use a finite number above 0"),
        (Settings(learning_rate=0.0), "the learning rate is 0 — use a finite number above 0"),
        (Settings(learning_rate=float("nan")), "the learning rate is nan"),
        (Settings(epochs=10**9), "1,000,000,000 epochs"),
        (Settings(optimizer="adam", hyperparameters=(("beta", 0.5),)), "adam has no constant"),
        (Settings(optimizer="adam", hyperparameters=(("beta1", 1.5),)), "beta1 of adam is 1.5"),
        (Settings(validation=0.01), "holds back 0 of 4 examples — use 0.25, which holds back 1"),
        (Settings(validation=1.0), "holds back 4 of 4 examples — use 0.25, which holds back 1"),
        (Settings(optimizer="implicit"), "one linear or sigmoid neuron"),
        (Settings(optimizer="implicit", batch=1), "one linear or sigmoid neuron"),
    ],
)
def test_settings_that_cannot_be_had_are_refused_with_the_bound(
    settings: Settings, part: str
) -> None:
    with pytest.raises(TrainingError, match=part.replace("?", r"\?")):
        compile_plan(xor_231(), settings)


def test_a_neuron_that_sees_several_examples_is_refused_with_what_can_be_done() -> None:
    with pytest.raises(TrainingError, match="takes one example at a time — use a lesson with"):
        compile_plan(vectorised_or(), Settings(optimizer="implicit"))


def test_a_graph_without_parameters_is_refused() -> None:
    problem = make_problem(
        [("L", "(x - y)**2")],
        {},
        np.zeros((3, 2)),
        [("x", Role.INPUT, (0,), False), ("y", Role.TARGET, (1,), False)],
    )
    with pytest.raises(TrainingError, match="no parameters"):
        compile_plan(problem, Settings())


def test_a_graph_whose_parameters_are_all_frozen_is_refused() -> None:
    problem = network((2, 1), gate_examples("or"), xavier((2, 1), 1), frozen=("W1", "b1"))
    with pytest.raises(TrainingError, match="every parameter is frozen"):
        compile_plan(problem, Settings())


def test_a_root_that_is_not_a_number_is_refused() -> None:
    problem = network((2, 1), gate_examples("or"), xavier((2, 1), 1), cost="Yhat - Y")
    with pytest.raises(TrainingError, match="not one number"):
        compile_plan(problem, Settings())


def test_validation_holds_back_examples_from_the_end() -> None:
    assert Settings(validation=0.25).trained_on(4) == 3
