"""Formulas that compute and most likely mean something else are warned of."""

import pytest
from lesson_texts import found_in, lesson_of, lesson_text

from gdtutor.check.lesson import check_lesson

MATRICES = """\
[parameters]
W = [[0.15, 0.2], [0.25, 0.3]]
b = {b}
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y1", "y2"] }}
examples = [[1, 2, 3, 4]]
"""


def test_a_bias_that_is_a_vector_beside_columns_is_a_warning_and_a_column_is_none(tmp_path):
    graph = "```graph\nZ = W @ X + b\nC = sum((Z - Y)**2)\n```\n"
    [found] = found_in(lesson_text(graph, MATRICES.format(b="[0.1, 0.2]")), tmp_path)
    assert found[:2] == ("row", "warning")
    assert found[3] == "the vector b meets a 2×1 matrix as a row in Z"
    assert found_in(lesson_text(graph, MATRICES.format(b="[[0.1], [0.2]]")), tmp_path) == []


def test_a_bias_with_a_value_for_each_example_is_a_warning_and_a_row_of_weights_is_none(tmp_path):
    graph = "```graph\nZ = W @ X + b\nC = sum((Z - Y)**2)\n```\n"
    three = MATRICES.replace("[[1, 2, 3, 4]]", "[[1, 2, 3, 4], [2, 3, 4, 5], [0, 1, 0, 1]]")
    [found] = found_in(lesson_text(graph, three.format(b="[[0.1, 0.2, 0.3]]")), tmp_path)
    assert found[:2] == ("row", "warning")
    assert found[3] == "b has a value for each example of 2×3 in Z"
    graph = graph.replace("W @ X + b", "W @ (X*b)")
    assert found_in(lesson_text(graph, three.format(b="[[0.1], [0.2]]")), tmp_path) == []


ONE_NEURON = """\
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 1]]
"""


@pytest.mark.parametrize(
    ("loss", "hint"),
    [
        ("binary_cross_entropy(y, sigmoid(z))", "as binary_cross_entropy(sigmoid(z), y)"),
        ("binary_cross_entropy_logits(y, z)/2", "as binary_cross_entropy_logits(z, y)"),
        ("binary_cross_entropy(1 - y, sigmoid(z))", "binary_cross_entropy(sigmoid(z), 1 - y)"),
    ],
)
def test_a_loss_that_takes_the_target_for_the_prediction_is_a_warning(tmp_path, loss, hint):
    text = lesson_text(f"```graph\nz = w*x\nL = {loss}\n```\n", ONE_NEURON)
    [found] = check_lesson(lesson_of(text, tmp_path)).problems
    assert (found.code, found.level, found.source) == ("swapped", "warning", f"L = {loss}")
    assert hint in found.hint


def test_a_target_behind_a_line_of_its_own_is_a_target(tmp_path):
    graph = "```graph\nq = 0.9*y + 0.05\np = sigmoid(w*x)\nL = binary_cross_entropy({})\n```\n"
    [found] = found_in(lesson_text(graph.format("q, p"), ONE_NEURON), tmp_path)
    assert found[0] == "swapped"
    assert found_in(lesson_text(graph.format("p, q"), ONE_NEURON), tmp_path) == []


@pytest.mark.parametrize(
    "loss",
    ["binary_cross_entropy(sigmoid(z), y)", "binary_cross_entropy(sigmoid(z) + 0*y, sigmoid(z))"],
)
def test_a_loss_the_right_way_round_or_of_predictions_alone_is_none(tmp_path, loss):
    text = lesson_text(f"```graph\nz = w*x\nL = {loss}\n```\n", ONE_NEURON)
    assert found_in(text, tmp_path) == []


@pytest.mark.parametrize(
    ("loss", "what"),
    [
        ("binary_cross_entropy_logits(sigmoid(z), y)",
         "binary_cross_entropy_logits in L takes sums, and is given what sigmoid has made"),
        ("binary_cross_entropy(sigmoid(z), y + 1)",
         "the targets of binary_cross_entropy in L are shares, and one is 2"),
    ],
)  # fmt: skip
def test_a_loss_of_shares_is_given_what_its_row_makes_shares_of(tmp_path, loss, what):
    text = lesson_text(f"```graph\nz = w*x\nL = {loss}\n```\n", ONE_NEURON)
    assert [(found[0], found[-1]) for found in found_in(text, tmp_path)] == [("shares", what)]


PREDICTIONS = """\
[parameters]
W = [[0.5, 0.1]]
V = [[0.5, 0.1], [0.2, -0.3]]
[data]
inputs = { X = ["a", "b"] }
targets = { Y = ["y"] }
examples = [[1, 2, 0.5], [0.3, 1, 1], [1, 1, 1]]
[training]
epochs = 3
batch = BATCH
"""


@pytest.mark.slow
@pytest.mark.parametrize("batch", ["1", '"full"'])
@pytest.mark.parametrize(
    ("line", "loss", "found"),
    [
        ("P = X.T @ W.T", "(P - Y)**2", ("outer", "C sets 3×1 against 1×3: ")),
        ("P = X.T @ W.T", "(P - Y.T)**2", None),
        ("P = V @ X", "(P - Y)**2", ("uneven", "C sets 2×3 against 1×3: ")),
        ("P = W @ X", "(P - Y)**2", None),
        ("P = V @ X", "(P*Y)**2", None),
        ("P = W @ X", "(P - 2*Y)**2", None),
    ],
)
def test_a_prediction_that_meets_other_targets_than_its_own_is_a_warning(
    tmp_path, batch, line, loss, found
):
    text = lesson_text(
        f"```graph\n{line}\nC = sum({loss})\n```\n", PREDICTIONS.replace("BATCH", batch)
    )
    told = [r for r in check_lesson(lesson_of(text, tmp_path)).problems if r.level == "warning"]
    if found is None:
        assert told == []
    else:
        assert [r.code for r in told] == [found[0]]
        assert told[0].what.startswith(found[1])
        assert told[0].source == f"C = sum({loss})"


HINGE = """\
[parameters]
w = [[0.4, -0.3]]
b = [[0.1]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
examples = [[1, 2, 1], [2, 1, 1], [-1, 0.5, -1], [-2, -1, -1]]
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "is_meant"),
    [
        ("H = max(1 - Y*S, 0)", False),
        ("H = max(S, 0)", False),
        ("H = max(w @ X + b, 0)", False),
        ("H = S.T + max(-S.T, 0)", False),
        ("H = 2*sum(S, 0)", True),
        ("H = maximum(1 - Y*S, 0)", True),
        ("H = S*max(S)", True),
        ("H = S*max(S, 1)", True),
        ("H = max(X, 0)*S", True),
        ("H = mean(S, 1)", True),
    ],
)
def test_a_number_that_was_meant_as_an_operand_is_a_warning_at_its_line(tmp_path, line, is_meant):
    graph = f"```graph\nS = w @ X + b\n{line}\nC = mean(H)\n```\n"
    problems = check_lesson(lesson_of(lesson_text(graph, HINGE), tmp_path)).problems
    found = [(p.level, p.source) for p in problems if p.code == "axis"]
    assert found == ([] if is_meant else [("warning", line)])


def test_the_hint_for_a_hinge_names_maximum(tmp_path):
    graph = "```graph\nS = w @ X\nC = mean(max(1 - Y*S, 0))\n```\n"
    problems = check_lesson(lesson_of(lesson_text(graph, HINGE), tmp_path)).problems
    [found] = [problem for problem in problems if problem.code == "axis"]
    assert found.what == "the 0 of max(…, 0) in C is an axis"
    assert found.hint == "the larger of two numbers is maximum(…, 0)"


STARTS = """\
[parameters]
E = [[0.1, 0.2], [0.3, 0.1]]
v = [2.0, 2.0, 2.0]
w = 1.0
[constants]
ids = [0, -1, 1]
large = 1e200
[training]
"""


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("H = embed(E, ids)*w", "ids[1] is -1, where the rows of E are 0 to 1"),
        ("H = w*large**2", "its numbers overflow"),
        ("H = (v - mean(v))/S", "S, given by std, is 0: divide by S + 1e-8"),
        ("H = w/(w - 1)", "it divides by an inner result, which is 0"),
        ("H = log(w - 3)", "log has no finite value for -2, in an inner result"),
        ("H = (w - 3)**0.5", "pow has no finite value for -2"),
    ],
)
def test_what_is_not_finite_at_the_start_has_its_cause_and_no_word_of_the_rate(tmp_path, line, why):
    graph = f"```graph\nS = std(v)\n{line}\nC = sum(H) + S\n```\n"
    problems = check_lesson(lesson_of(lesson_text(graph, STARTS), tmp_path)).problems
    [found] = [problem for problem in problems if problem.level == "error"]
    assert (found.code, found.source) == ("not-finite", line)
    assert found.hint.startswith(why)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("H = max(v)", "kink"),
        ("H = maximum(w, 1)", "kink"),
        ("H = clip(w, 0, 1)", "kink"),
        ("H = clip(w, 0, 2)", None),
        ("H = maximum(w, 2)", None),
        ("H = clip(w, 3, 2)", "swapped"),
    ],
)
def test_a_shared_gradient_stands_at_a_kink_and_bounds_have_an_order(tmp_path, line, code):
    graph = f"```graph\n{line}\nC = sum(H) + w + sum(v)\n```\n"
    problems = check_lesson(lesson_of(lesson_text(graph, STARTS), tmp_path)).problems
    found = [(p.code, p.source) for p in problems if p.code in ("kink", "swapped")]
    assert found == ([] if code is None else [(code, line)])


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("P = step(w @ X + b)", "no gradient reaches w, b: step in P passes none"),
        ("P = where(w @ X > 0, 1, -1)*b", "no gradient reaches w: the condition of where in P"),
        ("P = where(w @ X > 0, 1, -1)*b + w @ X", ""),
        ("P = stop_gradient(w @ X)*b", ""),
        ("P = relu(w @ X) + b", ""),
    ],
)
def test_a_parameter_that_no_gradient_reaches_is_a_warning_at_its_line(tmp_path, line, said):
    graph = f"```graph\n{line}\nC = mean((P - Y)**2)\n```\n"
    problems = check_lesson(
        lesson_of(lesson_text(graph, HINGE + "[training]\nepochs = 5\n"), tmp_path)
    ).problems
    found = [(p.level, p.source) for p in problems if p.code == "flat" and said in p.what]
    assert found == ([("warning", line)] if said else [])


UNTAKEN = """\
[parameters]
W = [[1.0, 2.0]]
[data]
inputs = { X = ["a", "b"] }
targets = { Y = ["y"] }
examples = [[0, 0, 1], [1, 0, 0], [1, 1, 1]]
"""


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("line", "op"),
    [
        ("P = where(S > 0, log(S), S)", "log"),
        ("P = where(S > 0, 1/S, S)", "div"),
        ("P = where(S > 0, log(maximum(S, 1e-9)), S)", ""),
        ("P = where(X[0:1] > 0, log(X[0:1]), S)", ""),
    ],
)
def test_an_infinite_branch_that_is_not_taken_is_reported_where_a_gradient_meets_it(
    tmp_path, line, op
):
    graph = f"```graph\nS = W @ X\n{line}\nC = mean((P - Y)**2)\n```\n"
    found = check_lesson(lesson_of(lesson_text(graph, UNTAKEN), tmp_path)).problems
    told = [(one.code, one.what) for one in found if one.level == "error"]
    assert told == ([("not-finite", f"what {op} gives inside of P is not finite")] if op else [])
    assert all(
        "also where it is not taken; keep away" in one.hint for one in found if one.level == "error"
    )
