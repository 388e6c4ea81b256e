"""A folded line gives what its operations give one by one: no rule computes a value again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leaf_checks import check_leaf
from random_graphs import samples
from small_graphs import arrays, graph_of, traced

from gdtutor.engine.gradient_check import nodes_at_kink
from gdtutor.engine.trace import trace
from tests.tries import tries


def both_ways(graph, given):
    """Return the trace with every line folded, and with every line unfolded."""
    lines = frozenset(line.name for line in graph.lines)
    return trace(graph, given), trace(graph, given, unfolded=lines)


def assert_alike(graph, given, text=""):
    folded, unfolded = both_ways(graph, given)
    largest = max(
        [1.0, *(float(np.max(np.abs(g))) for g in unfolded.gradients.values() if np.all(g == g))]
    )
    for name in graph.parameters:
        if name in folded.gradients:
            np.testing.assert_allclose(
                folded.gradients[name],
                unfolded.gradients[name],
                rtol=1e-9,
                atol=1e-12 * largest,
                err_msg=f"{name} in {text}",
            )
    return folded


def test_the_largest_of_a_product_has_its_gradient_folded_and_unfolded():
    graph = graph_of("L = max(w @ V.T)", ["w", "V"])
    values = arrays({"w": [0.1, 0.25], "V": [[-0.5, -0.42], [3, 0.1], [2, -0.577]]})
    folded = assert_alike(graph, values)
    assert folded.gradients["w"].tolist() == [3, 0.1]
    assert folded.gradients["V"].tolist() == [[0, 0], [0.1, 0.25], [0, 0]]
    for name in ("w", "V"):
        differences = check_leaf(graph, values, name, folded.gradients[name])
        assert all(difference.is_confirmed for difference in differences)


@pytest.mark.sampled
@pytest.mark.parametrize("form", ["max({})", "sum(max({}, 0))", "sum(maximum({0}, {0}*1))"])
@pytest.mark.parametrize("product", ["W @ X", "W @ X.T.T", "(X.T @ W.T).T", "(W @ X + b)*0.1"])
def test_a_comparison_with_a_product_never_depends_on_the_last_bit(form, product):
    rng = np.random.default_rng(1)
    graph = graph_of(f"C = {form.format(product)}", ["W", "X", "b"])
    for rows, inner in [(1, 2), (2, 3), (3, 7), (5, 40)]:
        values = {"W": (rows, inner), "X": (inner, 6), "b": (rows, 1)}
        assert_alike(graph, {name: rng.standard_normal(s) for name, s in values.items()}, form)


SOME = st.sampled_from((0.0, 1.0, -1.0, 0.5, 0.1, 0.1 + 1e-16, 0.3, 0.1 + 0.2, 1 + 2**-52))


@pytest.mark.slow
@settings(max_examples=tries(300))
@given(samples(), st.data())
def test_folded_and_unfolded_agree_at_ties_near_ties_and_kinks(sample, data):
    drawn = {
        name: np.array(data.draw(st.lists(SOME, min_size=value.size, max_size=value.size))).reshape(
            value.shape
        )
        for name, value in sample.given.items()
    }
    assert_alike(sample.graph, drawn, sample.text)


@settings(max_examples=tries(100))
@given(samples())
def test_folded_gradients_are_those_of_central_differences(sample):
    folded = assert_alike(sample.graph, sample.given, sample.text)
    if nodes_at_kink(sample.graph, folded.values):
        return
    for name in list(folded.gradients)[-2:]:
        if name in sample.given:
            found = check_leaf(sample.graph, sample.given, name, folded.gradients[name], most=2)
            assert not any(d.is_finite and d.is_settled and not d.is_confirmed for d in found)


def test_what_is_shown_of_a_folded_line_is_written_out_and_what_is_computed_is_not():
    walk = traced("L = sigmoid(w*x)*y", {"w": 0.5}, {"x": 2.0, "y": 3.0})
    (received,) = walk.contributions["w"]
    names = {name for name in walk.values if "." in name}
    assert not any(name in str(received.rule) for name in names)
    assert any(name in str(received.computed) for name in names)


EXTREME = [
    ("L = sum(binary_cross_entropy(sigmoid(W @ X), Y))", {
        "W": [[0.1], [1e300], [2.0]], "X": [[-1.0]], "Y": [[-1.0], [-1e300], [2.0]],
    }),
    ("L = c / maximum(z, x)\nu = L*x", {"c": 1.0, "z": 1e-301, "x": 1e-300}),
    ("L = c / maximum(z, x)", {"c": 1.0, "z": 1e-301, "x": 1e-300}),
    ("L = exp(a)*(b*(c*d))", {"a": -690.0, "b": 1e300, "c": 1e200, "d": 1e-300}),
    ("z = maximum(a*b*c, d)\nL = 0.1*z/(e*e)", {
        "a": 1e-200, "b": 1e-200, "c": 1.0, "d": 1e-300, "e": 1e-160,
    }),
]  # fmt: skip


@pytest.mark.parametrize(("text", "numbers"), EXTREME)
def test_folded_and_unfolded_agree_in_what_is_finite(text, numbers):
    graph = graph_of(text, list(numbers))
    folded, unfolded = both_ways(graph, arrays(numbers))
    for name in graph.parameters:
        one, other = folded.gradients[name], unfolded.gradients[name]
        np.testing.assert_array_equal(np.isfinite(one), np.isfinite(other), name)


def test_a_gradient_that_only_folded_lines_give_is_told_from_the_others():
    graph = graph_of(EXTREME[0][0], ["W", "X", "Y"])
    folded, unfolded = both_ways(graph, arrays(EXTREME[0][1]))
    assert folded.settled == frozenset()
    assert "W" in unfolded.settled
    assert unfolded.gradients["W"].tobytes() == folded.gradients["W"].tobytes()
    (part,) = unfolded.contributions["W"]
    product = part.upstream @ unfolded.values["X"].T
    np.testing.assert_array_equal(part.value, product)
    assert not np.isfinite(product).all()


LARGE = st.sampled_from((0.0, 1.0, -0.5, 1e300, -1e300, 1e-300, 1e160, -1e-160, 1e308, 5e-324))


@settings(max_examples=tries(100))
@given(samples(), st.data())
def test_folded_and_unfolded_agree_in_what_is_finite_wherever_numbers_are_huge(sample, data):
    drawn = {
        name: np.array(
            data.draw(st.lists(LARGE, min_size=value.size, max_size=value.size))
        ).reshape(value.shape)
        for name, value in sample.given.items()
    }
    folded, unfolded = both_ways(sample.graph, drawn)
    for name in sample.graph.parameters:
        if name in folded.gradients:
            one, other = folded.gradients[name], unfolded.gradients[name]
            np.testing.assert_array_equal(np.isfinite(one), np.isfinite(other), sample.text)
