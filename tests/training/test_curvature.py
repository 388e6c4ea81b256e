import numpy as np
import pytest
from walks import NETWORK, walk

from gdtutor.engine.trace import trace
from gdtutor.training.curvature import largest_curvature, stability_of


def rotated(eigenvalues, seed=0):
    """Return a symmetric matrix with these eigenvalues."""
    q, _ = np.linalg.qr(np.random.RandomState(seed).normal(size=(len(eigenvalues),) * 2))
    return q @ np.diag(eigenvalues) @ q.T


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
    ],
)
def test_the_largest_eigenvalue_of_a_quadratic_is_found(eigenvalues):
    matrix = rotated(eigenvalues)
    point = np.linspace(-1, 1, len(eigenvalues))
    found = largest_curvature(lambda x: matrix @ x, point)
    assert found == pytest.approx(max(eigenvalues), rel=2e-2)


def test_where_nothing_bends_upwards_the_curvature_is_not_positive():
    found = largest_curvature(lambda x: -3 * x, np.ones(2))
    assert found == pytest.approx(-3)


def test_gradients_that_are_not_finite_give_no_limit():
    assert largest_curvature(lambda x: np.full_like(x, np.nan), np.ones(3)) is None


def test_a_point_whose_length_overflows_gives_no_limit():
    assert largest_curvature(lambda x: x, np.full(3, 1e200)) is None


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
    assert found.curvature == pytest.approx(largest, rel=1e-2)
    assert found.limit == pytest.approx(2 / largest, rel=1e-2)
