"""Lessons 12 to 20 reach the figures that they are about, through the engine.

Sources: the articles' published values with the digits recomputed in NumPy, and, where a test says
so, an independent computation that shares no code with the package.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import trained_lessons

from gdtutor.drive.opening import session_at
from gdtutor.engine.mistakes import overwritten, too_early
from gdtutor.engine.trace import Trace
from gdtutor.engine.trace import trace as walk
from gdtutor.lesson.activation import with_activation
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import problem_of, settings_of
from gdtutor.training.initialise import formula_of
from gdtutor.training.run import Run
from gdtutor.training.segments import RunSegment

X = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]])
XOR = np.array([[0.0, 1, 1, 0]])
STUCK = 0.125
"""The cost of answering one half to every row of XOR."""


@cache
def lesson(name: str, variant: str = "") -> Lesson:
    own = load_lesson(find_lesson(name, shipped_lessons_folder()))
    return with_variant(own, variant) if variant else own


@cache
def trace(name: str, scene: int = -1) -> Trace:
    """Return the trace of the first iteration, as the screens show it."""
    moment = session_at(find_lesson(name, shipped_lessons_folder())).moment
    return moment.traces[scene]


def run_of(chosen: Lesson, seed: int | None = None) -> Run:
    """Return a finished run of a lesson's last graph."""
    settings = settings_of(chosen, seed=seed)
    assert settings is not None
    run = Run((RunSegment(0, problem_of(chosen, seed=seed), settings),))
    run.advance()
    return run


def trained(name: str, variant: str = "") -> Run:
    return trained_lessons.trained(name, variant).run


def final_cost(run: Run) -> float:
    """Return the cost after the last update, over all the data."""
    state = run.state(run.farthest)
    return run.evaluate(state.parameters).cost


def predictions(run: Run) -> np.ndarray:
    found = run.evaluate(run.state(run.farthest).parameters).predictions
    assert found is not None
    return np.ravel(found)


def test_12_the_shares_of_a_value_used_twice_add_up() -> None:
    square, sums, shared = (trace("gradients-add-up", scene) for scene in range(3))
    assert float(square.gradients["a"]) == 6.0
    assert [float(c.value) for c in square.contributions["a"]] == [3.0, 3.0]
    assert [float(c.value) for c in sums.contributions["q"]] == [12.0, 20.0]
    assert float(sums.gradients["q"]) == 32.0
    assert float(overwritten(sums, "q")) == 20.0
    assert float(too_early(sums.contributions["q"])) == 12.0
    errors = [float(shared.gradients[name]) for name in ("z2", "z1")]
    assert [float(c.value) for c in shared.contributions["b"]] == errors == [3.0, -2.0]
    assert float(shared.gradients["b"]) == sum(errors)
    assert float(overwritten(shared, "b")) == errors[-1]


def test_13_cell_by_cell_and_by_matrices_the_gradient_is_the_same() -> None:
    cells, small = trace("why-x-transpose", 0), trace("why-x-transpose", 1)
    by_cell = [float(cells.gradients[name]) for name in ("w00", "w01")]
    np.testing.assert_array_equal(small.gradients["V"], [by_cell])
    assert float(cells.values["S"]) == float(small.values["J"])
    np.testing.assert_array_equal(small.values["P"], [[cells.values["z00"], cells.values["z01"]]])


def test_13_no_gradient_looks_like_the_weight_that_it_belongs_to() -> None:
    for scene, names in ((0, ("w00", "w01")), (1, ("V",)), (2, ("W", "b"))):
        found = trace("why-x-transpose", scene)
        for name in names:
            assert not np.any(np.isclose(found.gradients[name], found.values[name])), name


def test_13_ends_with_the_published_gradient_of_or() -> None:
    found = trace("why-x-transpose")
    np.testing.assert_allclose(found.gradients["W"], [[-0.0480, -0.0387]], atol=5e-5)
    np.testing.assert_array_equal(found.gradients["W"], found.gradients["Z"] @ X.T)
    assert found.shapes["Z"] == (1, 4)


def test_14_without_an_opinion_every_gradient_is_exactly_zero() -> None:
    shrug = trace("xor-one-neuron", 0)
    assert float(shrug.values["J"]) == STUCK
    assert not np.any(shrug.gradients["V"])
    assert not np.any(shrug.gradients["c"])
    assert np.all(shrug.gradients["Z0"] != 0)


def test_14_the_neuron_without_an_opinion_rests_in_a_true_minimum() -> None:
    """The matrix of second derivatives by differences of an independent gradient."""

    def gradient(w1: float, w2: float, b: float) -> np.ndarray:
        out = 1 / (1 + np.exp(-(w1 * X[0] + w2 * X[1] + b)))
        slopes = (out - XOR[0]) * out * (1 - out) / 4
        return np.array([slopes @ X[0], slopes @ X[1], slopes.sum()])

    step = 1e-4
    rows = [(gradient(*step * row) - gradient(*-step * row)) / (2 * step) for row in np.eye(3)]
    curvatures = np.linalg.eigvalsh(np.array(rows))
    np.testing.assert_allclose(curvatures, [0.0098, 0.0156, 0.0996], atol=5e-5)


def test_14_one_neuron_on_xor_ends_where_the_shrugging_one_is() -> None:
    run = trained("xor-one-neuron")
    assert run.costs[0] > STUCK
    assert final_cost(run) == pytest.approx(STUCK, abs=1e-12)
    np.testing.assert_allclose(predictions(run), 0.5, atol=1e-9)


@pytest.mark.parametrize(("variant", "targets"), [("AND", (0, 0, 0, 1)), ("OR", (0, 1, 1, 1))])
def test_14_the_separable_tables_are_learned(variant: str, targets: tuple[int, ...]) -> None:
    run = trained("xor-one-neuron", variant)
    np.testing.assert_array_equal(np.round(predictions(run)), targets)
    assert final_cost(run) < 0.002


def test_14_no_sigmoid_neuron_pays_less_than_the_shrugging_one() -> None:
    """An independent search over a grid of weights and biases."""
    w1, w2, b = np.meshgrid(*[np.linspace(-15, 15, 61)] * 3)
    cost = sum(
        (1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b))) - y) ** 2
        for (x1, x2), y in zip(X.T, XOR[0], strict=True)
    )
    assert np.min(cost) / 8 >= STUCK - 1e-12


def test_15_the_feature_cross_has_the_published_first_epoch() -> None:
    found = trace("feature-cross")
    assert float(found.values["C"]) == pytest.approx(0.13833167761605697, rel=1e-12)
    slopes = [float(found.gradients[name]) for name in ("w1", "w2", "w3", "b")]
    np.testing.assert_allclose(slopes, [0.0069, 0.0163, 0.0365, 0.0179], atol=5e-5)


def test_15_the_feature_cross_reaches_the_published_epochs() -> None:
    run = trained("feature-cross")
    assert run.costs[1] == pytest.approx(0.136371292808928, rel=1e-12)
    assert final_cost(run) == pytest.approx(0.001566503502432684, rel=1e-10)
    learned = [float(run.state(5000).parameters[name]) for name in ("w1", "w2", "w3", "b")]
    np.testing.assert_allclose(learned, [5.4729, 5.4729, -11.3917, -2.6239], atol=5e-5)
    np.testing.assert_array_equal(np.round(predictions(run)), XOR[0])


def test_15_on_four_quadrants_the_weight_of_the_product_does_the_work() -> None:
    run = trained("feature-cross", "four quadrants")
    learned = run.state(run.farthest).parameters
    assert float(learned["w3"]) < -5
    assert all(abs(float(learned[name])) < 0.5 for name in ("w1", "w2", "b"))


@pytest.mark.parametrize(
    ("epoch", "cost"),
    [
        (0, 0.12926510193084198),
        (100, 0.12345825692804888),
        (4600, 0.001018305488651183),
        (4700, 0.000983783942124411),
        (4800, 0.0009514180100050973),
        (4900, 0.0009210166430616655),
    ],
)
def test_16_reaches_the_published_cost(epoch: int, cost: float) -> None:
    assert trained("xor-hidden").costs[epoch] == pytest.approx(cost, rel=1e-12)


def test_16_has_the_published_first_gradients_and_learns_xor() -> None:
    found = trace("xor-hidden")
    np.testing.assert_allclose(
        found.gradients["W1"],
        [[0.000506, -0.001281], [0.001011, 0.001794], [0.001395, 0.003609]],
        atol=5e-7,
    )
    np.testing.assert_allclose(found.gradients["W2"], [[0.007370, 0.012425, 0.013192]], atol=5e-7)
    np.testing.assert_allclose(
        np.ravel(found.values["Yhat"]), [0.521667, 0.634728, 0.554074, 0.655523], atol=5e-7
    )
    np.testing.assert_array_equal(np.round(predictions(trained("xor-hidden"))), XOR[0])


def test_17_writes_the_gradient_of_the_first_weight_as_one_product() -> None:
    found = trace("two-and-one")
    at = {name: float(value) for name, value in found.values.items()}
    blame = (at["yhat"] - at["y"]) * at["yhat"] * (1 - at["yhat"])
    for layer, weight in (("1", "v1"), ("2", "v2")):
        h = at[f"h{layer}"]
        product = blame * at[weight] * h * (1 - h)
        for name, factor in ((f"w{layer}1", at["x1"]), (f"w{layer}2", at["x2"]), (f"b{layer}", 1)):
            assert float(found.gradients[name]) == pytest.approx(product * factor, rel=1e-12)


def test_17_no_factor_on_the_way_to_the_first_weight_is_above_1() -> None:
    values = {name: float(value) for name, value in trace("two-and-one").values.items()}
    yhat, h1 = values["yhat"], values["h1"]
    factors = (yhat - values["y"], yhat * (1 - yhat), values["v1"], h1 * (1 - h1), values["x1"])
    assert max(abs(factor) for factor in factors) == values["x1"] == 1.0


@pytest.mark.slow
def test_17_the_own_start_learns_xor() -> None:
    run = trained("two-and-one")
    assert run.stopped_by == "loss_below"
    assert run.farthest > 300_000
    np.testing.assert_allclose(predictions(run), [0.006, 0.995, 0.995, 0.005], atol=0.002)


@pytest.mark.slow
def test_17_the_other_start_is_stopped_early_in_a_poor_place() -> None:
    run = trained("two-and-one", "another start")
    assert run.stopped_by == "loss_below"
    assert run.farthest < 100_000
    zero_zero, zero_one, one_zero, one_one = predictions(run)
    assert zero_zero == pytest.approx(0.004, abs=0.001)
    assert one_zero == pytest.approx(0.97, abs=0.01)
    assert zero_one == pytest.approx(one_one, abs=0.002)
    assert final_cost(run) > 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "learns"), [(0, True), (1, True), (8, False)])
def test_17_some_starts_get_stuck(seed: int, learns: bool) -> None:
    run = run_of(lesson("two-and-one"), seed)
    assert (final_cost(run) < 1e-4) is learns


def test_18_rests_on_a_plateau_and_then_falls() -> None:
    run = trained("deeper")
    assert run.costs[1000] == pytest.approx(0.1235, abs=5e-5)
    assert run.costs[2000] == pytest.approx(0.024, abs=5e-4)
    assert lesson("deeper").expansion[0] == "Z1 = W1 @ X + b1"


@pytest.mark.slow
def test_18_the_plain_start_stays_on_the_plateau() -> None:
    run = trained("deeper", "plain start")
    assert run.farthest == 8000
    assert final_cost(run) == pytest.approx(STUCK, abs=1e-6)


def test_18_the_plain_start_is_one_or_two_hundredths_as_large() -> None:
    own, plain = (problem_of(lesson("deeper", name)).parameters for name in ("", "plain start"))
    for name in ("W1", "W2", "W3"):
        np.testing.assert_allclose(plain[name] / own[name], plain[name][0, 0] / own[name][0, 0])
        assert 0.01 < plain[name][0, 0] / own[name][0, 0] < 0.025


def test_19_two_linear_layers_are_one() -> None:
    both, test, bent = (trace("nonlinearity", scene) for scene in range(3))
    assert not np.any(both.values["D"])
    np.testing.assert_array_equal(both.values["Z"], both.values["S"])
    assert test.values["T0"].item() == 0
    assert abs(bent.values["T"].item()) > 0.1


def test_19_without_a_bend_xor_is_not_learned_and_with_one_it_is() -> None:
    assert final_cost(trained("nonlinearity")) == pytest.approx(STUCK, abs=1e-9)
    bent = run_of(with_activation(lesson("nonlinearity"), "sigmoid"))
    np.testing.assert_array_equal(np.round(predictions(bent)), XOR[0])


@pytest.mark.parametrize("epoch", [0, 1, 100, 5000])
def test_20_equal_rows_stay_equal_to_the_last_bit(epoch: int) -> None:
    weights = trained("initialisation").state(epoch).parameters
    assert np.all(weights["W1"] == weights["W1"][0])
    assert np.all(weights["W2"] == weights["W2"][0, 0])


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("variant", "learns"),
    [("", False), ("zeros", False), ("plain", False), ("Xavier", True), ("He", True)],
)
def test_20_the_start_decides(variant: str, learns: bool) -> None:
    assert (final_cost(trained("initialisation", variant)) < 0.002) is learns


@pytest.mark.parametrize("init", ["plain", "xavier", "he"])
def test_20_says_the_rules_as_the_table_of_starts_has_them(init: str) -> None:
    assert formula_of(init, {}) in lesson("initialisation").prose


def test_20_too_large_a_start_lets_nothing_through() -> None:
    run = trained("initialisation", "large")
    assert final_cost(run) == pytest.approx(0.25, rel=1e-4)
    first = run.segments[0].problem.parameters["W1"]
    assert len({tuple(row) for row in first}) == 3
    np.testing.assert_allclose(run.state(5000).parameters["W1"], first, atol=0.05)


def test_20_the_plain_start_hardly_reaches_the_first_layer() -> None:
    slopes = {}
    for variant in ("plain", "Xavier"):
        run = trained("initialisation", variant)
        problem, batch = run.segment_at(0).problem, run.batch(0)
        found = walk(problem.graph, problem.given(run.state(0).parameters, batch))
        slopes[variant] = float(np.max(np.abs(found.gradients["W1"])))
    assert slopes["plain"] < slopes["Xavier"] / 30
