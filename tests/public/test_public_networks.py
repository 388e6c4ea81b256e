"""Public networks, told as lessons in this program's words, have the numbers of the originals.

Each is computed once more here in plain NumPy, after its source, which the lesson names. Where the
source publishes numbers, they are met to the digits that it prints.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gdtutor.cli import main
from gdtutor.engine.trace import Trace, trace
from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.runs import outcome_of, run_of
from gdtutor.training.classes import accuracy
from gdtutor.training.run import Run

FOLDER = Path(__file__).parent
LESSONS = sorted(FOLDER.glob("*.md"))
Array = NDArray[np.float64]


@cache
def trained(number: int, variant: str = "") -> Run:
    """Return the whole run of a lesson."""
    (path,) = FOLDER.glob(f"{number:02d}-*.md")
    lesson = load_lesson(path)
    run = run_of(with_variant(lesson, variant) if variant else lesson)
    if lesson.trains:
        run.advance()
    return run


def walked(run: Run, iteration: int = 0) -> Trace:
    """Return the walk of an iteration."""
    problem = run.segment_at(iteration).problem
    return trace(
        problem.graph, problem.given(run.state(iteration).parameters, run.batch(iteration))
    )


def value(run: Run, name: str, iteration: int = 0) -> Array:
    return walked(run, iteration).values[name]


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def close(found: object, wanted: object, tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_check_finds_no_mistake(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(path)]) == 0
    assert " 0 errors" in capsys.readouterr().out


@pytest.mark.slow
def test_two_layers_from_scratch() -> None:
    run = trained(1)
    np.random.seed(1)
    first = 2 * np.random.random((3, 4)) - 1
    second = 2 * np.random.random((4, 1)) - 1
    np.testing.assert_array_equal(run.state(0).parameters["syn0"], first)
    np.testing.assert_array_equal(run.state(0).parameters["syn1"], second)
    x = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    y = np.array([[0], [1], [1], [0]])
    published = {0: 0.496410031903, 10000: 0.00858452565325, 20000: 0.00578945986251}
    for k in range(20001):
        hidden = sigmoid(x @ first)
        output = sigmoid(hidden @ second)
        if k in published:
            close(value(run, "l2", k), output)
            error = np.mean(np.abs(y - value(run, "l2", k)))
            assert float(f"{error:.12g}") == published[k]
        back = (y - output) * output * (1 - output)
        below = back @ second.T * hidden * (1 - hidden)
        second = second + hidden.T @ back
        first = first + x.T @ below
    close(run.state(20001).parameters["syn0"], first)


def test_one_layer_from_scratch() -> None:
    output = value(trained(2), "l1", 9999)
    published = [[0.00966449], [0.00786506], [0.99358898], [0.99211957]]
    np.testing.assert_array_equal(np.round(output, 8), published)


def test_step_by_step() -> None:
    run = trained(3)
    start, after = walked(run), walked(run, 1)
    np.testing.assert_array_equal(np.round(start.values["O"], 9), [[0.751365070, 0.772928465]])
    assert round(float(start.values["E"]), 9) == 0.298371109
    published = [[0.149780716, 0.24975114], [0.19956143, 0.29950229]]
    close(after.values["W1"], published, 5e-9)
    close(after.values["W2"], [[0.35891648, 0.51130127], [0.408666186, 0.561370121]], 5e-9)
    # The source prints 0.291027924 here; the weights that it prints give this cost.
    assert round(float(after.values["E"]), 9) == 0.291027774
    assert run.evaluate(run.state(10000).parameters).cost == pytest.approx(0.0000351085, rel=5e-4)
    np.testing.assert_array_equal(after.values["b1"], 0.35)


def test_spiral_softmax() -> None:
    run = trained(4)
    data = np.genfromtxt(FOLDER / "spiral.csv", delimiter=",")
    x, arms = data[:, :2], data[:, 2].astype(int)
    w, b = np.array(run.state(0).parameters["W"]), np.zeros(3)
    for k in range(200):
        shares = np.exp(x @ w + b)
        shares /= shares.sum(axis=1, keepdims=True)
        loss = -np.log(shares[np.arange(300), arms]).mean() + 0.0005 * np.sum(w * w)
        assert run.costs[k] == pytest.approx(loss, rel=1e-10)
        slope = (shares - np.eye(3)[arms]) / 300
        w, b = w - (x.T @ slope + 0.001 * w), b - slope.sum(axis=0)
    close(run.state(200).parameters["W"], w)
    told = accuracy(run.segment_at(0).problem, dict(run.state(200).parameters))
    assert told is not None
    assert round(told, 2) == 0.49


def test_a_scalar_engine() -> None:
    done = walked(trained(5))
    assert round(float(done.values["g"]), 4) == 24.7041
    assert round(float(done.gradients["a"]), 4) == 138.8338
    assert round(float(done.gradients["b"]), 4) == 645.5773


@pytest.mark.parametrize(
    ("variant", "w", "b", "published"),
    [("", 0.6, 0.9, (0.82, 0.09)), ("badly wrong", 2.0, 2.0, (0.98, 0.20))],
)
def test_a_slow_learner(variant: str, w: float, b: float, published: tuple[float, float]) -> None:
    run, first = trained(6, variant), float(sigmoid(np.array(w + b)))
    for _ in range(300):
        out = float(sigmoid(np.array(w + b)))
        step = 0.15 * out * out * (1 - out)
        w, b = w - step, b - step
    close(run.state(300).parameters["w"], w)
    told = float(value(run, "yhat")), float(value(run, "yhat", 300))
    assert (round(told[0], 2), round(told[1], 2)) == published
    assert told[0] == pytest.approx(first)


def test_xor_solved() -> None:
    run = trained(7)
    done = walked(run)
    np.testing.assert_array_equal(done.values["H"], [[0, 0], [1, 0], [1, 0], [2, 1]])
    np.testing.assert_array_equal(done.values["F"], [[0], [1], [1], [0]])
    assert not any(done.gradients[name].any() for name in "Wcwb")


def test_the_same_line() -> None:
    run = trained(8)
    problem = run.segment_at(0).problem
    x, y = problem.examples.T
    columns = np.stack([x, np.ones_like(x)], axis=1)
    solved = np.linalg.solve(columns.T @ columns, columns.T @ y)
    found = run.state(run.farthest).parameters
    close([float(found["slope"]), float(found["start"])], solved, 1e-6)
    assert round(float(found["slope"]), 3) == 0.500
    assert round(float(found["start"]), 2) == 3.00


def test_a_threshold_unit() -> None:
    run = trained(9)
    w, rows = np.zeros(3), run.segment_at(0).problem.examples
    for k in range(40):
        *x, y = rows[k % 4]
        w = w + 0.1 * (y - float(w @ x > 0.5)) * np.array(x)
    found = [float(run.state(40).parameters[name]) for name in ("w0", "w1", "w2")]
    close(found, w, 1e-15)
    np.testing.assert_allclose(found, [0.8, -0.2, -0.1], atol=1e-12)


def test_masked_averages() -> None:
    done = walked(trained(10))
    published = [[2.0, 7.0], [4.0, 5.5], [4.6667, 5.3333]]
    np.testing.assert_array_equal(np.round(done.values["Out"], 4), published)
    shares = np.tril(np.ones((3, 3))) / np.arange(1, 4)[:, None]
    close(done.values["A"], shares)
    keys, values = done.values["K"], done.values["V"]
    slope = shares @ values @ values.T
    scores = shares * (slope - np.sum(shares * slope, axis=1, keepdims=True))
    close(done.gradients["Q"], scores @ keys / np.sqrt(2))
    close(done.gradients["V"], shares.T @ shares @ values)
    close(done.gradients["K"], np.zeros((3, 2)))


def test_three_flowers() -> None:
    run = trained(11)
    text = (FOLDER / "flowers.csv").read_text().split()
    rows = np.array([line.split(",")[:4] for line in text], dtype=float)
    kinds = ["setosa", "versicolor", "virginica"]
    species = np.array([kinds.index(line.split(",")[4]) for line in text])
    x = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    w = np.random.RandomState(3).randn(3, 4).T / np.sqrt(4)
    b = np.zeros((1, 3))
    for k in range(run.farthest):
        part = run.batch(k)
        scores = np.exp(x[part] @ w + b)
        slope = (scores / scores.sum(axis=1, keepdims=True) - np.eye(3)[species[part]]) / len(part)
        w = w - 0.5 * (x[part].T @ slope + 0.001 * w)
        b = b - 0.5 * (slope.sum(axis=0, keepdims=True) + 0.001 * b)
    found = outcome_of(run)
    close(found.parameters["W1"], w)
    close(found.parameters["b1"], b)
    right = np.mean(found.predictions.argmax(axis=0) == species)
    assert right == np.mean((x @ w + b).argmax(axis=1) == species) >= 0.95


def test_it_counts_the_ones() -> None:
    run = trained(12)
    rows = run.segment_at(0).problem.examples
    inputs, y = rows[:, 1:5], rows[:, 5]
    wx, wr = -1.5, 2.0
    for k in range(500):
        states = [np.zeros(len(rows))]
        for t in range(4):
            states.append(states[-1] * wr + inputs[:, t] * wx)
        assert run.costs[k] == pytest.approx(np.mean((states[4] - y) ** 2), rel=1e-9)
        slope = 2 * (states[4] - y) / len(rows)
        of_x = of_r = 0.0
        for t in (3, 2, 1, 0):
            of_x, of_r = of_x + np.sum(slope * inputs[:, t]), of_r + np.sum(slope * states[t])
            slope = slope * wr
        wx, wr = wx - 0.001 * of_x, wr - 0.001 * of_r
    close([float(run.state(500).parameters[name]) for name in ("wx", "wr")], [wx, wr])
