import numpy as np
import pytest
from hypothesis import given, settings
from random_graphs import samples
from small_graphs import LAYERS, NEURON, graph_of, only, traced

from gdtutor.engine.expression import to_text
from gdtutor.engine.local import UPSTREAM, edge_rule
from gdtutor.engine.operations import evaluate, parse_rule
from gdtutor.engine.shapes import infer_shapes
from gdtutor.engine.trace import trace
from tests.tries import tries

ANY = {
    "w1": 0.3, "w2": -0.7, "b": 0.2, "x1": 1.1, "x2": 0.4, "y": 0.9,
}  # fmt: skip
MATRICES = {
    "W1": np.linspace(-1, 1, 6).reshape(3, 2),
    "b1": np.ones((3, 1)),
    "W2": np.linspace(1, -1, 3).reshape(1, 3),
    "b2": np.ones((1, 1)),
}
DATA = {"X": np.linspace(0, 1, 8).reshape(2, 4), "Y": np.ones((1, 4)), "m": 4}


def scalar_walk(text, unfolded=frozenset()):
    parameters = {n: ANY[n] for n in ("w1", "w2", "b")}
    return traced(text, parameters, {n: ANY[n] for n in ("x1", "x2", "y")}, unfolded=unfolded)


def test_the_local_gradient_of_half_a_square_is_the_error():
    assert to_text(only(scalar_walk(NEURON), "yhat").local_formula) == "yhat - y"


def test_the_local_gradient_of_a_sigmoid_is_written_with_its_result():
    contribution = only(scalar_walk(NEURON), "z")
    assert to_text(contribution.local_formula) == "yhat*(1 - yhat)"
    assert to_text(contribution.rule) == "\u2202*yhat*(1 - yhat)"


def test_the_local_gradients_of_a_weighted_sum_are_its_other_factors():
    walk = scalar_walk(NEURON)
    formulas = {n: to_text(only(walk, n).local_formula) for n in ("w1", "w2", "b")}
    assert formulas == {"w1": "x1", "w2": "x2", "b": "1"}


def test_inner_results_are_written_out_when_folded_and_named_when_unfolded():
    text = "z = w1*x1 + w2 + b\nL = sigmoid(z*2)"
    assert to_text(only(scalar_walk(text), "z").local_formula) == "2*L*(1 - L)"
    text = "L = sigmoid(w1*x1 + w2 + b)*y"
    folded = to_text(only(scalar_walk(text), "w2").local_formula)
    assert folded == "y*sigmoid(w1*x1 + w2 + b)*(1 - sigmoid(w1*x1 + w2 + b))"
    walk = scalar_walk(text, frozenset({"L"}))
    assert to_text(only(walk, "L.3").local_formula) == "L.4*(1 - L.4)"


def test_the_rules_of_two_layers_are_those_of_the_textbook():
    walk = traced(LAYERS, MATRICES, DATA)
    rules = {name: to_text(only(walk, name).rule) for name in walk.backward_order[1:]}
    assert rules == {
        "Yhat": "\u2202*(Yhat - Y)/m",
        "Z2": "\u2202*Yhat*(1 - Yhat)",
        "W2": "\u2202 @ A1.T",
        "A1": "W2.T @ \u2202",
        "b2": "sum_to(\u2202, b2)",
        "Z1": "\u2202*A1*(1 - A1)",
        "W1": "\u2202 @ X.T",
        "b1": "sum_to(\u2202, b1)",
    }
    assert {name for name in rules if only(walk, name).sums} == {"b1", "b2"}
    locals_ = {n: only(walk, n).local_formula for n in rules}
    assert {n for n, formula in locals_.items() if formula is not None} == {"Z2", "Z1"}


def test_in_rows_over_a_batch_a_mean_has_the_local_gradient_one_over_m():
    text = "z = w*x + b\nL = (z - y)**2/2\nC = mean(L)"
    rows = {"x": [1, 2, 3], "y": [0, 1, 1], "m": 3}
    walk = traced(text, {"w": 0.5, "b": 1}, rows, by_rows=True, appended=frozenset({"C"}))
    mean = only(walk, "L")
    assert to_text(mean.local_formula) == "1/m"
    assert mean.local.tolist() == [1 / 3] * 3
    weight = only(walk, "w")
    assert (to_text(weight.local_formula), weight.sums) == ("x", True)
    assert to_text(weight.rule) == "sum_to(\u2202*x, w)"
    assert (weight.upstream.shape, weight.local.shape, weight.value.shape) == ((3,), (3,), ())
    bias = only(walk, "b")
    assert bias.local.tolist() == [1, 1, 1]
    assert bias.value == pytest.approx(float(walk.gradients["z"].sum()), rel=1e-15)


def test_a_batch_of_one_divides_by_nothing():
    walk = traced(
        "L = w*x\nC = mean(L)", {"w": 2}, {"x": [3]}, by_rows=True, appended=frozenset("C")
    )
    assert to_text(only(walk, "L").local_formula) == "1"


@pytest.mark.parametrize(
    ("text", "name", "rule", "value"),
    [
        ("C = sum(W + c)", "c", "sum_to(spread(\u2202, W + c), c)", [[3], [3]]),
        ("C = mean(W - c)", "c", "sum_to(spread(-(\u2202/6), W - c), c)", [[-0.5], [-0.5]]),
        ("C = sum(W @ X)", "W", "spread(\u2202, W @ X) @ X.T", [[4, 4, 4], [4, 4, 4]]),
        ("C = sum(s + X)", "s", "sum_to(spread(\u2202, s + X), s)", 12),
        ("C = s*sum(X**0)", "s", "\u2202*sum(X**0)", 12),
        ("C = sum(s*sum(0*X + 1, 0))", "s", "sum_to(\u2202*sum(0*X + 1, axis=0), s)", 12),
        ("A = step(W @ X)\nC = sum(A)", "W", "0", [[0, 0, 0], [0, 0, 0]]),
        ("A = 0*(W + c)\nC = sum(A)", "c", "0", [[0], [0]]),
        ("C = sum(softmax(0*X))*s", "s", "\u2202*sum(softmax(0*X))", 4),
    ],
)
def test_a_rule_is_as_wide_as_the_node_that_it_crosses(text, name, rule, value):
    given_ = {"W": np.zeros((2, 3)), "X": np.ones((3, 4)), "c": np.zeros((2, 1)), "s": 1}
    contribution = only(traced(text, given_), name)
    assert to_text(contribution.rule) == rule
    np.testing.assert_allclose(contribution.value, value, rtol=1e-14)


@pytest.mark.parametrize(
    "text", ["C = x*1e300*1e300*w", "C = w/1e-300/1e-300*x", "C = x*(1e308 + 1e308)*w"]
)
def test_constants_beyond_float64_are_not_merged(text):
    walk = traced(text, {"x": 1, "w": -1})
    for name in ("x", "w"):
        contribution = only(walk, name)
        hold_printed_local(walk, contribution)
        assert np.isinf(contribution.value)
    assert np.sign(walk.gradients["x"]) == -1


def test_a_tower_of_powers_is_not_computed():
    walk = traced("C = x*9**9**9", {"x": 1})
    assert to_text(only(walk, "x").local_formula) == "9**387420489"


def test_nested_softmax_composes_at_the_bound():
    text = "P = " + "softmax(" * 6 + "a" + ")" * 6 + "\nC = sum(P*w)"
    folded = traced(text, {"a": [1, 2, 3], "w": [1, 0, 2]})
    unfolded = traced(text, {"a": [1, 2, 3], "w": [1, 0, 2]}, unfolded=frozenset({"P", "C"}))
    np.testing.assert_allclose(folded.gradients["a"], unfolded.gradients["a"], rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "*".join(["a"] * 201),
        " - ".join(["a"] * 201),
        "**".join(["a"] * 51),
        "sigmoid(" * 50 + "a" + ")" * 50,
        "a/(" * 50 + "a" + ")" * 50,
    ],
)
def test_the_longest_lines_compose_and_agree_with_their_unfolding(text):
    folded = traced(f"C = {text}", {"a": 1.01})
    unfolded = traced(f"C = {text}", {"a": 1.01}, unfolded=frozenset({"C"}))
    np.testing.assert_allclose(folded.gradients["a"], unfolded.gradients["a"], rtol=1e-11)


def hold_printed_local(walk, contribution):
    if contribution.local_formula is not None:
        printed = to_text(contribution.local_formula)
        with np.errstate(all="ignore"):
            value = evaluate(parse_rule(printed), walk.values)
        np.testing.assert_allclose(
            np.broadcast_to(value, contribution.local.shape),
            contribution.local,
            rtol=0 if contribution.rule == contribution.computed else 1e-12,
            atol=0 if contribution.rule == contribution.computed else 1e-13,
            err_msg=printed,
        )


def compares_anew(contribution):
    """Say whether what is printed compares results that it writes out, which computes them anew."""
    printed = to_text(contribution.rule)
    is_written_out = contribution.rule != contribution.computed
    return is_written_out and any(sign in printed for sign in ("step(", "sign("))


def hold_rule(walk, contribution):
    """The rule holds as printed; its upstream gradient, which has no ASCII name, is put in."""
    printed = to_text(contribution.rule).replace(UPSTREAM, "upstream_gradient")
    values = {**walk.values, "upstream_gradient": contribution.upstream}
    value = evaluate(parse_rule(printed), values)
    target = walk.gradients[contribution.edge.source].shape
    np.testing.assert_allclose(
        np.broadcast_to(value, target), contribution.value, rtol=1e-12, atol=1e-13, err_msg=printed
    )


def every_contribution(walk):
    received = [c for received in walk.contributions.values() for c in received]
    return [c for c in received if not compares_anew(c)]


@settings(max_examples=tries(120))
@given(samples())
def test_every_printed_local_formula_and_rule_gives_the_number_used(sample):
    walk = trace(sample.graph, sample.given, unfolded=sample.unfolded)
    for contribution in every_contribution(walk):
        hold_printed_local(walk, contribution)
        hold_rule(walk, contribution)


@settings(max_examples=tries(100))
@given(samples(by_rows=True))
def test_in_rows_every_printed_local_formula_and_rule_gives_the_number_used(sample):
    walk = trace(sample.graph, sample.given, unfolded=sample.unfolded)
    for contribution in every_contribution(walk):
        assert contribution.local_formula is not None
        hold_printed_local(walk, contribution)
        hold_rule(walk, contribution)


def hold_folding(sample):
    folded = trace(sample.graph, sample.given)
    unfolded = trace(sample.graph, sample.given, unfolded=sample.unfolded)
    assert set(folded.gradients) <= set(unfolded.gradients)
    for name, value in folded.values.items():
        np.testing.assert_array_equal(unfolded.values[name], value)
    for name, gradient in folded.gradients.items():
        scale = max(
            1e-3, *(float(np.max(np.abs(c.value))) for c in folded.contributions[name] or ()), 0
        )
        np.testing.assert_allclose(
            unfolded.gradients[name], gradient, rtol=1e-12, atol=1e-12 * scale, err_msg=name
        )


@settings(max_examples=tries(120))
@given(samples())
def test_folded_and_unfolded_walks_give_the_same_numbers(sample):
    hold_folding(sample)


@settings(max_examples=tries(100))
@given(samples(by_rows=True))
def test_in_rows_folded_and_unfolded_walks_give_the_same_numbers(sample):
    hold_folding(sample)


@settings(max_examples=tries(100))
@given(samples())
def test_a_gradient_is_the_sum_of_what_arrives(sample):
    walk = trace(sample.graph, sample.given, unfolded=sample.unfolded)
    for name, received in walk.contributions.items():
        if received:
            total = np.sum([c.value for c in received], axis=0)
            np.testing.assert_allclose(walk.gradients[name], total, rtol=1e-13, atol=1e-13)
        for c in received:
            assert c.value.shape == walk.values[name].shape
            assert c.upstream is walk.gradients[c.consumer]


@pytest.mark.parametrize("text", ["C = sum(s)", "C = 2*mean(s)", "C = max(s*s)"])
def test_a_reduction_has_a_rule_alone_even_of_a_number(text):
    received = traced(text, {"s": 3}).contributions["s"]
    assert [(c.local_formula, c.local) for c in received] == [(None, None)] * len(received)


def test_a_rule_can_be_composed_without_values():
    graph = graph_of("Z = W @ X", ["W"], ["X"])
    shapes = infer_shapes(graph, {"W": (2, 3), "X": (3, 4)})
    rule = edge_rule(graph, graph.lines[0].edges[1], shapes)
    assert to_text(rule.rule) == "W.T @ \u2202"
    assert rule.local is None
    assert not rule.sums
