import numpy as np
import pytest
from walks import NETWORK, walk

from gdtutor.engine.trace import trace
from gdtutor.training.curvature import MOST_CELLS, curvatures, largest_curvature, stability_of
from gdtutor.training.settings import Settings
from gdtutor.training.walked import norm_of
from gdtutor.values import replace

QUADRATIC = """+++
format = 1
id = "quadratic"
title = "Quadratic"
[parameters]
w1 = 0.5
w2 = -1.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 2]]
[training]
+++
# Quadratic
```graph
z = w1*x + w2*x
L = (z - y)**2
```
"""


def rotated(eigenvalues, seed=0):
    """Return a symmetric matrix with these eigenvalues."""
    q, _ = np.linalg.qr(np.random.RandomState(seed).normal(size=(len(eigenvalues),) * 2))
    return q @ np.diag(eigenvalues) @ q.T


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "eigenvalues",
    [
        [4.0],
        [4.0, 1.0, 0.5],
        [3.0, -1.0, 0.0],
        [1.0, -5.0, 0.2],
        [2.0, -2.5],
        [1e-3, 1e-6],
        [7e5, 3],
        np.linspace(0.9, 1, 50),
        [-1e3, *np.linspace(0.5, 2, 200)],
    ],
)
def test_the_largest_eigenvalue_of_a_quadratic_is_found(eigenvalues):
    matrix = rotated(eigenvalues)
    point = np.linspace(-1, 1, len(eigenvalues))
    found = largest_curvature(lambda x: matrix @ x, point)
    assert found == pytest.approx(max(eigenvalues), rel=1e-6)


def test_where_nothing_bends_upwards_the_curvature_is_not_positive():
    found = largest_curvature(lambda x: -3 * x, np.ones(2))
    assert found == pytest.approx(-3)


def test_a_slope_that_is_the_same_everywhere_bends_nowhere():
    """A slope that is rounded otherwise at every place is no bend."""
    slopes = np.array([0.1, 0.3])
    found = largest_curvature(lambda x: slopes * (1 + 2e-16 * np.sin(1e9 * x)), np.ones(2))
    assert found == 0


def test_gradients_that_are_not_finite_give_no_limit():
    assert largest_curvature(lambda x: np.full_like(x, np.nan), np.ones(3)) is None


def test_a_point_whose_length_overflows_has_its_limit_too():
    assert largest_curvature(lambda x: x, np.full(3, 1e200)) == pytest.approx(1)


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e160, 1e250, 1e300])
def test_the_largest_eigenvalue_is_found_whatever_its_scale(scale):
    matrix = rotated([4.0, 1.0, 0.5])
    found = largest_curvature(lambda x: scale * (matrix @ x), np.linspace(-1, 1, 3))
    assert found == pytest.approx(4 * scale, rel=1e-6, abs=0)


@pytest.mark.parametrize("scale", [1e-310, 1e-300, 1e-170, 1.0, 3.0, 1e160, 1e300])
def test_a_norm_is_found_whatever_its_scale(scale):
    assert norm_of(scale * np.array([[3.0, 0.0], [0.0, -4.0]])) == pytest.approx(
        5 * scale, rel=1e-12, abs=0
    )


def test_a_norm_is_the_usual_one_to_the_last_digit():
    numbers = np.random.RandomState(0).normal(size=100)
    for some in (numbers, 1e-9 * numbers, 1e9 * numbers):
        assert norm_of(some) == np.linalg.norm(some)
    assert norm_of(np.array([1.0, np.inf])) == np.inf
    assert np.isnan(norm_of(np.array([1.0, np.nan])))
    assert norm_of(np.zeros(0)) == norm_of(np.zeros(3)) == 0


@pytest.mark.parametrize(
    ("line", "decay", "curvature", "is_everywhere"),
    [
        ("w1*x + w2*x", 0.0, 4.0, True),
        ("w1*x + w2*x", 0.5, 4.5, True),
        ("w1**2*x + w2", 0.0, None, False),
        ("tanh(w1*x) + w2", 0.0, None, False),
        ("relu(w1*x) + w2", 0.0, None, False),
    ],
)
def test_a_limit_says_whether_it_holds_everywhere_and_takes_the_decay_in(
    tmp_path, line, decay, curvature, is_everywhere
):
    path = tmp_path / "quadratic.md"
    path.write_text(QUADRATIC.replace("w1*x + w2*x", line), encoding="utf-8")
    moment = walk(path, "given").moment
    settings = Settings(hyperparameters=(("weight_decay", decay),) if decay else ())
    found = stability_of(moment.problem, dict(moment.state.parameters), moment.batch, settings)
    assert found.is_everywhere is is_everywhere
    assert found.decay == decay
    if curvature is not None:
        assert found.curvature == pytest.approx(curvature, rel=1e-6)


def test_a_decay_of_its_own_or_for_other_parameters_is_no_part_of_the_slope(tmp_path):
    path = tmp_path / "quadratic.md"
    path.write_text(QUADRATIC, encoding="utf-8")
    moment = walk(path, "given").moment
    given = moment.problem, dict(moment.state.parameters), moment.batch
    decayed = Settings(hyperparameters=(("weight_decay", 0.5),))
    for settings in (replace(decayed, optimizer="adamw"), replace(decayed, decayed=())):
        assert stability_of(*given, settings).curvature == pytest.approx(4.0, rel=1e-6)


def test_where_nothing_bends_upwards_no_rate_is_too_large(tmp_path):
    path = tmp_path / "quadratic.md"
    path.write_text(QUADRATIC.replace("(z - y)**2", "-(z - y)**2"), encoding="utf-8")
    moment = walk(path, "given").moment
    found = stability_of(moment.problem, dict(moment.state.parameters), moment.batch)
    assert (found.curvature <= 0, found.limit) == (True, np.inf)


def test_the_limit_of_a_network_is_that_of_its_matrix_of_second_derivatives():
    moment = walk(NETWORK, "given", changes=("activation=tanh",)).moment
    problem, parameters = moment.problem, dict(moment.state.parameters)
    found = stability_of(problem, parameters, moment.batch)
    names = problem.trained
    start = np.concatenate([np.ravel(parameters[n]) for n in names])

    def gradient(vector):
        values, at = dict(parameters), 0
        for n in names:
            size = parameters[n].size
            values[n] = vector[at : at + size].reshape(parameters[n].shape)
            at += size
        g = trace(problem.graph, problem.given(values, moment.batch)).gradients
        return np.concatenate([np.ravel(g[n]) for n in names])

    h = 1e-5
    columns = [
        (gradient(start + h * e) - gradient(start - h * e)) / (2 * h) for e in np.eye(len(start))
    ]
    largest = np.linalg.eigvalsh(np.array(columns))[-1]
    assert found.curvature == pytest.approx(largest, rel=1e-6)
    assert found.limit == pytest.approx(2 / largest, rel=1e-6)


def test_the_curvatures_of_a_quadratic_cost_are_those_of_its_matrix(tmp_path):
    """(w1 + w2 - y)**2 over x = 1 bends by 2·2 along (1, 1) and not at all across it."""
    path = tmp_path / "quadratic.md"
    path.write_text(QUADRATIC, encoding="utf-8")
    moment = walk(path, "given").moment
    found = curvatures(moment.problem, dict(moment.state.parameters), moment.batch)
    assert found == pytest.approx([0, 4], abs=1e-8)


def test_the_curvatures_of_a_network_agree_with_second_differences_of_its_cost():
    moment = walk(NETWORK, "given", changes=("activation=tanh",)).moment
    problem, parameters = moment.problem, dict(moment.state.parameters)
    found = curvatures(problem, parameters, moment.batch)
    assert found is not None
    assert found[-1] == pytest.approx(
        stability_of(problem, parameters, moment.batch).curvature, rel=1e-3
    )
    trace_of_matrix = 0.0
    for name in problem.trained:
        for cell in np.ndindex(parameters[name].shape):
            costs = []
            for step in (1e-3, 0.0, -1e-3):
                moved = parameters[name].copy()
                moved[cell] += step
                given = problem.given({**parameters, name: moved}, moment.batch)
                costs.append(float(trace(problem.graph, given).values[problem.graph.root]))
            trace_of_matrix += (costs[0] - 2 * costs[1] + costs[2]) / 1e-6
    assert np.sum(found) == pytest.approx(trace_of_matrix, rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_a_curvature_that_is_0_but_for_the_differences_is_0(tmp_path, size):
    """One example bends the cost along its inputs alone, however steep they are."""
    path = tmp_path / "quadratic.md"
    path.write_text(QUADRATIC.replace("[[1, 2]]", f"[[{size}, 2]]"), encoding="utf-8")
    moment = walk(path, "given").moment
    for numbers in np.random.RandomState(0).uniform(-30, 30, (20, 2)):
        parameters = dict(zip(("w1", "w2"), map(np.asarray, numbers), strict=True))
        flat, steep = curvatures(moment.problem, parameters, moment.batch)
        assert flat == 0
        assert steep == pytest.approx(4 * size**2)


def test_of_many_parameters_and_of_none_no_curvatures_are_worked_out():
    moment = walk(NETWORK, "given").moment
    wide = {n: np.zeros((MOST_CELLS + 1, 1)) for n in moment.problem.trained}
    assert curvatures(replace(moment.problem, parameters=wide), wide, moment.batch) is None
    still = replace(moment.problem, frozen=frozenset(moment.problem.parameters))
    assert curvatures(still, dict(still.parameters), moment.batch) is None
