"""Walk, plans and exported script say the same at ties, at kinks and at the edges of float64."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gdtutor.engine.graph import Role
from gdtutor.engine.operations import OPERATIONS
from gdtutor.engine.trace import trace
from gdtutor.training.optimisers import optimiser_of
from gdtutor.training.plan.choice import compile_plan
from gdtutor.training.plan.scalar_text import FLOATS, FORMS
from gdtutor.training.settings import Settings
from gdtutor.training.state import layout_of
from tests.lesson_texts import lesson_text
from tests.test_export import run, written
from tests.training.problems import make_problem

CASES = {
    "two tied cells": ("max(a)**2", {"a": [1.0, 1.0, 0.5]}, {"a": [1, 1, 0]}),
    "ties along an axis": (
        "sum(max(A, 1)*c)",
        {"A": [[1.0, 1.0], [2.0, 1.0]], "c": [[1.0], [3.0]]},
        {"A": [[0.5, 0.5], [3, 0]], "c": [[1], [2]]},
    ),
    "equal operands": ("maximum(a, b) + a", {"a": 2.0, "b": 2.0}, {"a": 1.5, "b": 0.5}),
    "a power of 0": ("a**n + c*a**2", {"a": 0.0, "n": 2.0, "c": 3.0}, {"a": 0, "n": 0, "c": 0}),
    "0 to the power 0": ("a**n*c", {"a": 0.0, "n": 0.0, "c": 3.0}, {"a": 0, "c": 1}),
    "a tiny divisor": ("a/b*c", {"a": 1e-300, "b": 1e-170, "c": 1.0}, {"a": 1e170, "b": -1e40}),
    "relu at its kink": ("relu(a) + b", {"a": 0.0, "b": 1.0}, {"a": 0, "b": 1}),
}


def problem_of(formula, parameters):
    unused = [("X", Role.INPUT, (0,), True)]
    return make_problem([("L", formula)], parameters, np.zeros((1, 1)), unused)


@pytest.mark.parametrize("case", CASES)
def test_a_walk_folded_and_unfolded_gives_the_gradient_of_the_convention(case):
    formula, parameters, expected = CASES[case]
    problem = problem_of(formula, parameters)
    for unfolded in (frozenset(), frozenset({"L"})):
        walked = trace(
            problem.graph, problem.given(problem.parameters, np.arange(1)), unfolded=unfolded
        )
        for name, gradient in expected.items():
            assert_allclose(walked.gradients[name], gradient, rtol=1e-14, err_msg=name)


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
@pytest.mark.parametrize("case", CASES)
def test_a_plan_descends_by_the_gradient_of_the_walk(case, kind):
    formula, parameters, expected = CASES[case]
    problem = problem_of(formula, parameters)
    chosen = Settings(learning_rate=0.25, epochs=1)
    layout = layout_of(problem, optimiser_of(chosen)[0])
    plan = compile_plan(problem, chosen, kind)
    outcome = plan.run(layout.join(problem.parameters, {}), 0, 0, 1)
    after = layout.split(outcome.vector)[0]
    for name, gradient in expected.items():
        wanted = np.asarray(parameters[name]) - 0.25 * np.asarray(gradient)
        assert_allclose(after[name], wanted, rtol=1e-14, err_msg=name)


@pytest.mark.parametrize("case", CASES)
def test_an_exported_script_agrees_with_the_walk(case, tmp_path):
    formula, parameters, _ = CASES[case]
    given = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    text = lesson_text(f"```graph\nL = {formula}\n```\n", f"[parameters]\n{given}")
    run(tmp_path, written(tmp_path, text, 1))


@pytest.mark.parametrize("kind", ["numpy", "scalar"])
def test_a_square_that_float64_holds_is_not_0_for_the_order_of_its_factors(kind):
    problem = problem_of("square(w*40)/2", {"w": 1e-162})
    chosen = Settings(optimizer="rmsprop", epochs=1)
    layout = layout_of(problem, optimiser_of(chosen)[0])
    plan = compile_plan(problem, chosen, kind)
    outcome = plan.run(layout.join(problem.parameters, {}), 0, 0, 1)
    kept = layout.split(outcome.vector)[1]["w"]["s"]
    assert_allclose(kept, (1 - 0.9) * 1.6e-159**2, rtol=1e-4)


@pytest.mark.parametrize("name", ["maximum", "minimum", "where", "mul_or_zero", "sign", "step"])
def test_a_choice_of_the_scalar_plan_is_the_operations_own_also_of_what_is_no_number(name):
    row, values = OPERATIONS[name], (-1.5, 0.0, 2.0, np.inf, np.nan)
    names = {**FLOATS, "inf": np.inf, "nan": np.nan}
    for operands in product(values, repeat=row.operands):
        with np.errstate(invalid="ignore"):
            wanted = row.function(*map(np.float64, operands))
        text = FORMS[name].format(*(f"({value!r})" for value in operands))
        assert np.array_equal(eval(text, names), wanted, equal_nan=True), operands
