"""What rounding and the bend within the step do to a central difference is found by measuring."""

import numpy as np
import pytest
from small_graphs import arrays, graph_of

from gdtutor.engine.gradient_check import step_for
from gdtutor.engine.moved import MovedCell, extrapolated, rounding_noise
from gdtutor.engine.trace import forward


def difference(moved, step):
    """Return the central difference as float64 gives it."""
    high, low = (moved.root_at(moved.value + by) for by in (step, -step))
    return (high - low) / ((moved.value + step) - (moved.value - step))


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("C = (w*x + b - 2)**2", lambda w, x, b: 2 * x * (w * x + b - 2)),
        ("C = w*x + 1e6*b", lambda w, x, b: x),
        ("C = (w + b)*(w - b) - w*w", lambda w, x, b: 0 * w),
        ("C = sqrt((w - x)**2 + 1) - 1", lambda w, x, b: (w - x) / np.sqrt((w - x) ** 2 + 1)),
    ],
)
def test_the_error_of_a_difference_lies_within_the_noise_and_not_far_below(text, slope):
    graph = graph_of(text, ["w"], ["x", "b"])
    random = np.random.RandomState(4)
    ratios = []
    for _ in range(60):
        given = {name: random.uniform(-3, 3) for name in ("w", "x", "b")}
        moved = MovedCell(graph, forward(graph, arrays(given)), "w")
        step = step_for(given["w"])
        error = abs(difference(moved, step) - slope(**given))
        ratios.append(error / rounding_noise(moved, step))
    assert max(ratios) <= 1
    assert max(ratios) > 0.01


def test_the_noise_is_the_same_at_every_look():
    graph = graph_of("C = (w*x - 2)**2", ["w"], ["x"])
    moved = MovedCell(graph, forward(graph, arrays({"w": 0.7, "x": 3})), "w")
    noises = {rounding_noise(moved, 1e-5) for _ in range(3)}
    assert len(noises) == 1


def test_numbers_that_overflow_have_no_noise_and_warn_of_nothing():
    graph = graph_of("C = exp(w)", ["w"])
    moved = MovedCell(graph, forward(graph, arrays({"w": 800})), "w")
    assert rounding_noise(moved, 1e-3) == 0


def test_the_bend_within_the_step_is_taken_out():
    graph = graph_of("C = exp(w)", ["w"])
    moved = MovedCell(graph, forward(graph, arrays({"w": 1})), "w")
    estimate = difference(moved, 1e-2)
    better = extrapolated(moved, 1e-2, estimate)
    assert abs(estimate - np.e) > 1e-5
    assert abs(better - np.e) < 1e-8
