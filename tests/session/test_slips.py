from pathlib import Path

import numpy as np
import pytest
from walks import NETWORK, NEURON, ROWS, walk

from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.session import fitting
from gdtutor.session import working as working_module
from gdtutor.session.answers import Typed, read_number
from gdtutor.session.cell_slips import wrong_formulas
from gdtutor.session.opening import Opened, opened
from gdtutor.session.slips import Slip
from gdtutor.session.state import Session
from gdtutor.session.steps import Phase, find_step
from gdtutor.session.working import working_of
from tests.session.session_walks import open_at

HEAD = """+++
format = 1
id = "slips"
title = "Slips"
chapter = "For tests"
summary = "One formula"
"""


def slips_that_fit(working, cell, answer, digits):
    """Return the slips that give a number, which is as exact as a calculation."""
    return fitting.slips_that_fit(working, cell, Typed("", float(answer)), digits)


def lesson_of(formulas, parameters, constants="", tail=""):
    text = f"{HEAD}[parameters]\n{parameters}\n"
    if constants:
        text += f"[constants]\n{constants}\n"
    return parse_lesson(f"{text}{tail}+++\n```graph\n{formulas}\n```\n", Path("slips.md"))[0]


def worked(lesson, phase, node, iteration=0):
    session = opened(Session(), Opened(lesson, run_of(lesson)))
    return working_of(session.moment, find_step(session.moment.steps, phase, node))


def kinds(working, answer, cell=(), digits=4):
    return {fit.slip for fit in slips_that_fit(working, cell, answer, digits)}


def value(working, name):
    return float(working.operands.values[name].item())


def test_every_result_is_what_its_working_computes():
    for path in (NEURON, ROWS, NETWORK):
        session = walk(path, "3/given")
        for step in session.moment.steps:
            if step.node:
                working = working_of(session.moment, step)
                again = working.compute(working.operands)
                assert np.allclose(again, working.result, rtol=1e-12, atol=0)


def test_a_gradient_that_is_no_number_accepts_itself_alone_without_a_warning():
    working = worked(lesson_of("z = w**2\nL = sqrt(z)", "w = 0.0"), Phase.BACKWARD, "w")
    assert np.isnan(working.result)
    assert working.interval((), 4).holds(float("nan"))
    assert not working.interval((), 4).holds(0.0)


FUNCTIONS = {
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: sig(x) * (1 - sig(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "exp": (np.exp, np.exp),
    "log": (np.log, lambda x: 1 / x),
    "sqrt": (np.sqrt, lambda x: 0.5 / np.sqrt(x)),
    "sin": (np.sin, np.cos),
    "cos": (np.cos, lambda x: -np.sin(x)),
    "softplus": (lambda x: np.log1p(np.exp(x)), lambda x: sig(x)),
    "square": (np.square, lambda x: 2 * x),
    "log1p": (np.log1p, lambda x: 1 / (1 + x)),
}


def sig(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_slips_at_a_function(name):
    """The wrong values are computed here, from the function and its derivative alone."""
    function, slope = FUNCTIONS[name]
    lesson = lesson_of(f"a = {name}(z)\nL = a*c", "z = 0.7", "c = 3.7")
    forward = worked(lesson, Phase.FORWARD, "a")
    back = worked(lesson, Phase.BACKWARD, "z")
    z, out = 0.7, function(0.7)
    assert Slip.SIGN in kinds(forward, -out)
    assert Slip.NO_FUNCTION in kinds(forward, z)
    assert Slip.SIGN in kinds(back, -3.7 * slope(z))
    assert Slip.NO_LOCAL in kinds(back, 3.7)
    if not np.isclose(slope(z), 3.7 * slope(z)):
        assert Slip.NO_UPSTREAM in kinds(back, slope(z))
    if not np.isclose(slope(out), slope(z), rtol=1e-3):
        assert Slip.AT_OUTPUT in kinds(back, 3.7 * slope(out))


def test_the_input_where_the_output_belongs():
    back = worked(lesson_of("a = sigmoid(z)\nL = a*c", "z = 0.7", "c = 3.7"), Phase.BACKWARD, "z")
    assert kinds(back, 3.7 * 0.7 * (1 - 0.7)) == {Slip.AT_INPUT}


@pytest.mark.parametrize(
    ("formula", "node", "upstream_missing", "local_missing"),
    [
        ("z = p*q", "p", -1.5, 3.7),
        ("z = p/q", "p", 1 / -1.5, 3.7),
        ("z = p/q", "q", -0.8 / 2.25, 3.7),
        ("z = p**2", "p", 1.6, 3.7),
        ("z = maximum(p, q)*0.25", "p", 0.25, 3.7),
        ("z = 4*p - q", "p", 4.0, 3.7),
        ("z = -p*q", "q", -0.8, 3.7),
        ("z = abs(q)*p", "q", -0.8, 3.7),
    ],
)
def test_missing_factors_at_every_kind_of_node(formula, node, upstream_missing, local_missing):
    lesson = lesson_of(f"{formula}\nL = z*c", "p = 0.8\nq = -1.5", "c = 3.7")
    back = worked(lesson, Phase.BACKWARD, node)
    assert Slip.NO_UPSTREAM in kinds(back, upstream_missing)
    assert Slip.NO_LOCAL in kinds(back, local_missing)
    assert Slip.SIGN in kinds(back, -float(back.result))


def test_a_forgotten_half_is_named_forward_and_backward():
    lesson = lesson_of("L = (a - y)**2/2", "a = 0.3", "y = 1.1")
    assert kinds(worked(lesson, Phase.FORWARD, "L"), 0.64) >= {Slip.NO_SHARE}
    back = worked(lesson, Phase.BACKWARD, "a")
    fits = slips_that_fit(back, (), 2 * -0.8, 4)
    assert [(fit.slip, fit.about) for fit in fits] == [(Slip.NO_SHARE, "1/2")]


def test_a_forgotten_share_of_the_mean_is_named():
    session = walk(ROWS, "backward:L")
    back = working_of(session.moment, session.moment.steps[session.step - 1])
    fits = slips_that_fit(back, (0,), 1.0, 4)
    assert {(fit.slip, fit.about) for fit in fits} >= {(Slip.NO_SHARE, "1/m")}


def test_a_forgotten_share_of_the_cost_of_a_batch_is_named():
    session = walk(NETWORK, "backward:Yhat")
    back = working_of(session.moment, session.moment.steps[session.step - 1])
    right = float(back.result[0, 1])
    for factor, about in ((2, "1/2"), (4, "1/m"), (8, "1/m and 1/2")):
        fits = slips_that_fit(back, (0, 1), right * factor, 4)
        assert (Slip.NO_SHARE, about) in {(f.slip, f.about) for f in fits}, fits


def test_a_path_of_a_sum_that_was_forgotten_is_named():
    lesson = lesson_of("u = p + q\nv = q*r\nJ = u*v", "p = -2.0\nq = 5.0\nr = 4.0")
    back = worked(lesson, Phase.BACKWARD, "q")
    assert [(f.slip, f.about) for f in slips_that_fit(back, (), 12.0, 4)] == [(Slip.ONE_PATH, "u")]
    assert [(f.slip, f.about) for f in slips_that_fit(back, (), 20.0, 4)] == [(Slip.ONE_PATH, "v")]


def test_one_use_of_a_square_written_as_a_product_is_one_path():
    back = worked(lesson_of("s = a*a*c", "a = 3.0", "c = 1.7"), Phase.BACKWARD, "a")
    assert Slip.ONE_PATH in kinds(back, 3.0 * 1.7)


def test_a_term_of_a_sum_that_was_forgotten_is_named():
    forward = worked(lesson_of("z = w*x + v*y - b\nL = z*2", "w = 2.0\nv = 3.0\nb = 0.7",
                               "x = 1.1\ny = -0.4"), Phase.FORWARD, "z")  # fmt: skip
    assert kinds(forward, 2.2 - 1.2) == {Slip.NO_BIAS}
    assert kinds(forward, 2.2 - 0.7) == {Slip.ONE_TERM}


def test_a_minus_that_was_dropped_from_one_term_is_named():
    text, parameters = "u = a + c + b", "a = 1.6\nc = -1.2\nb = 0.1"
    forward = worked(lesson_of(f"{text}\nL = u*2", parameters), Phase.FORWARD, "u")
    assert kinds(forward, 2.9) == {Slip.TERM_SIGN}
    product = worked(lesson_of("C = A @ B\nL = sum(C)", "A = [[1.0, 3.0]]\nB = [[5.0], [-2.0]]"),
                     Phase.FORWARD, "C")  # fmt: skip
    assert {fit.slip for fit in slips_that_fit(product, (0, 0), 11.0, 4)} == {Slip.TERM_SIGN}


@pytest.mark.parametrize("text", ["z = w*x + b\na = tanh(z)", "a = tanh(w*x + b)"])
def test_a_bias_that_was_forgotten_on_the_way_to_a_function_is_named(text):
    forward = worked(lesson_of(f"{text}\nL = a*2", "w = 2.0\nb = 0.7", "x = 0.4"), Phase.FORWARD,
                     "a")  # fmt: skip
    fits = slips_that_fit(forward, (), np.tanh(0.8), 4)
    assert [(fit.slip, fit.about) for fit in fits] == [(Slip.NO_BIAS, "b")]


def test_a_function_written_out_has_the_slips_of_its_call():
    text = "s = 1/(1 + exp(-u))\nL = s*c"
    back = worked(lesson_of(text, "u = 0.7", "c = 3.7"), Phase.BACKWARD, "u")
    assert kinds(back, 3.7 * 0.7 * (1 - 0.7)) == {Slip.AT_INPUT}
    assert kinds(back, 3.7 * sig(sig(0.7)) * (1 - sig(sig(0.7)))) == {Slip.AT_OUTPUT}


def test_a_softmax_over_other_cells_is_named():
    text = "P = softmax(Z)\nC = sum(P*c)"
    lesson = lesson_of(text, "Z = [[0.3, -0.4], [0.9, 1.7]]", "c = [[1.0], [2.0]]")
    powers = np.exp([[0.3, -0.4], [0.9, 1.7]])
    forward = worked(lesson, Phase.FORWARD, "P")
    for wrong in (powers / powers.sum(), powers / powers.sum(axis=1, keepdims=True)):
        assert kinds(forward, wrong[0, 1], (0, 1)) == {Slip.OTHER_AXIS}


def test_slips_of_whole_arrays_are_named_at_a_cell():
    session = walk(NETWORK, "backward:b1")
    back = working_of(session.moment, session.moment.steps[session.step - 1])
    assert Slip.MEAN in kinds(back, float(back.result[1, 0]) / 4, (1, 0))
    back = worked(lesson_of("a = tanh(z)\nL = a*c", "z = 0.7", "c = 3.7"), Phase.BACKWARD, "z")
    assert kinds(back, 3.7 * (1 - np.tanh(0.7) ** 2) ** 2) == {Slip.LOCAL_TWICE}


def test_an_updated_weight_is_named():
    session = walk(NETWORK, "backward:A1")
    moment = session.moment
    back = working_of(moment, moment.steps[session.step - 1])
    wrong = moment.updates["W2"].p.T @ moment.trace.gradients["Z2"]
    cell = (0, 3)
    fits = slips_that_fit(back, cell, float(wrong[cell]), 6)
    assert (Slip.UPDATED, "W2") in {(fit.slip, fit.about) for fit in fits}


def test_a_transposed_cell_is_named():
    session = walk(NETWORK, "backward:W1")
    back = working_of(session.moment, session.moment.steps[session.step - 1])
    assert Slip.TRANSPOSED in kinds(back, float(back.result[1, 0]), (0, 1), 5)


def test_a_forgotten_example_is_named():
    session = walk(ROWS, "backward:w")
    back = working_of(session.moment, session.moment.steps[session.step - 1])
    c = back.received[0]
    shares = c.upstream * c.local
    for k in range(3):
        fits = slips_that_fit(back, (), float(shares.sum() - shares[k]), 5)
        assert (Slip.ONE_EXAMPLE, str(k)) in {(fit.slip, fit.about) for fit in fits}


def test_slips_of_an_update_are_named():
    session = walk(ROWS, "2/update:w", changes=("optimizer=sgd",))
    done = working_of(session.moment, session.moment.steps[session.step - 1])
    w, g = value(done, "p"), value(done, "g")
    rate = session.moment.learning_rate
    assert kinds(done, w + rate * g) == {Slip.UPHILL}
    assert kinds(done, w - g) == {Slip.NO_RATE}
    assert kinds(done, -rate * g) == {Slip.STEP_ALONE}
    assert kinds(done, rate * g) == {Slip.STEP_ALONE}
    assert kinds(done, g) == {Slip.GRADIENT_ALONE}
    assert kinds(done, w) == {Slip.STALE}


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_a_weight_decay_that_is_forgotten_is_named(tmp_path, optimiser):
    path = tmp_path / "07-rows.md"
    named = f'optimizer = "{optimiser}"\nhyperparameters = {{ weight_decay = 0.5 }}'
    path.write_text(ROWS.read_text("utf-8").replace('optimizer = "momentum"', named), "utf-8")
    session = walk(path, "2/update:w")
    done = working_of(session.moment, session.moment.steps[session.step - 1])
    (formula,) = (f for fit, f in wrong_formulas(done) if fit.slip is Slip.NO_DECAY)
    wrong = formula(done.operands)
    assert not np.allclose(wrong, done.result)
    if optimiser == "sgd":
        step = session.moment.learning_rate * value(done, "g")
        assert wrong == pytest.approx(value(done, "p") - step, rel=1e-14)
    assert Slip.NO_DECAY in kinds(done, float(wrong))


def test_a_step_of_0_in_the_place_of_the_new_value_is_named():
    session = open_at("bias", "update:w2")
    done = working_of(session.moment, session.moment.steps[session.step - 1])
    assert kinds(done, 0.0) == {Slip.STEP_ALONE, Slip.GRADIENT_ALONE}


@pytest.mark.parametrize(("lesson", "at"), [("bias", "update:b"), ("xor-hidden", "update:b2")])
def test_where_many_slips_give_one_number_the_first_are_named(lesson, at):
    """The old value is 0 and the rate 1: the step, the gradient and the way uphill are one."""
    session = open_at(lesson, at)
    done = working_of(session.moment, session.moment.steps[session.step - 1])
    cell = (0,) * done.result.ndim
    named = {Slip.SIGN, Slip.UPHILL, Slip.GRADIENT_ALONE}
    assert kinds(done, value(done, "g"), cell) == named
    assert kinds(done, done.result.item(), cell) == set()


def test_two_slips_that_give_one_number_are_both_named():
    lesson = lesson_of("z = p*q\nL = z*c", "p = 2.0\nq = 3.7", "c = 3.7")
    back = worked(lesson, Phase.BACKWARD, "p")
    assert kinds(back, 3.7) == {Slip.NO_UPSTREAM, Slip.NO_LOCAL}


def test_a_number_that_no_slip_explains_has_none():
    back = worked(lesson_of("z = p*q\nL = z*c", "p = 2.0\nq = 3.1", "c = 3.7"), Phase.BACKWARD, "p")
    assert slips_that_fit(back, (), 123.456, 4) == ()


@pytest.mark.parametrize("answer", [0.0, -0.0, 1e-9])
def test_where_everything_is_zero_nothing_is_guessed(answer):
    lesson = lesson_of("z = p*x\nL = z*c", "p = 2.0", "x = 0.0\nc = 0.0")
    for phase, node in ((Phase.FORWARD, "z"), (Phase.BACKWARD, "p"), (Phase.BACKWARD, "z")):
        assert slips_that_fit(worked(lesson, phase, node), (), answer, 4) == ()


def test_a_slip_that_the_right_answer_allows_is_not_named():
    """Upstream is 1, so leaving it out is no mistake that could be seen."""
    lesson = lesson_of("z = p*q\nL = z + q", "p = 2.0\nq = 3.1")
    back = worked(lesson, Phase.BACKWARD, "p")
    assert not back.interval((), 4).holds(1.0)
    assert Slip.NO_UPSTREAM not in kinds(back, 3.1)


@pytest.mark.slow
def test_the_value_of_every_wrong_formula_is_told_from_the_right_one_or_left_alone():
    for path in (NEURON, ROWS, NETWORK):
        moment = walk(path, "1/given").moment
        for step in (s for s in moment.steps if s.node):
            working = working_of(moment, step)
            cell = (0,) * working.result.ndim
            right = working.interval(cell, 4)
            for fit, formula in wrong_formulas(working, cell):
                wrong = fitting.value_at(formula, working, working.operands, cell)
                found = {f.slip for f in slips_that_fit(working, cell, wrong, 4)}
                is_telling = wrong != 0 and not right.holds(wrong)
                if found and is_telling and abs(wrong - right.low) > 20 * right.unit:
                    assert fit.slip in found or len(found) == fitting.MOST_FITTING


def test_what_a_step_does_not_name_is_not_read_and_the_rest_is_read_once(monkeypatch):
    session = walk(NETWORK)
    working = working_of(session.moment, find_step(session.moment.steps, Phase.FORWARD, "A1"))
    read = []

    def counted(array, digits):
        read.append(id(array))
        return array

    monkeypatch.setattr(working_module, "read_back_all", counted)
    assert slips_that_fit(working, (0, 0), 12.25, 4) == ()
    values = session.moment.traces[0].values
    assert id(values["Z1"]) in read
    assert len(read) == len(set(read)) < len(values)


def test_a_slip_is_named_by_its_number_rounded_to_three_digits_or_more():
    lesson = lesson_of("a = sigmoid(z)\nL = a*c", "z = 0.7", "c = 3.6")
    back = worked(lesson, Phase.BACKWARD, "z")
    for figures, is_named in ((2, False), (3, True), (5, True)):
        answer = read_number(f"{-float(back.result):#.{figures}g}")
        fits = fitting.slips_that_fit(back, (), answer, 9)
        assert (Slip.SIGN in {fit.slip for fit in fits}) == is_named, answer
