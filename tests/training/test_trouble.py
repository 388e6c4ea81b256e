"""One rule judges a curve, for sweeps, kept curves and the diagnosis of a run alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from walks import DATA, NETWORK, NEURON

from gdtutor.cli import main
from gdtutor.drive.opening import session_at
from gdtutor.engine.operations import Array
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, parse_lesson, with_variant
from gdtutor.lesson.runs import run_of
from gdtutor.training.curvature import is_lowest, verdict_of
from gdtutor.training.diagnosis import diagnose
from gdtutor.training.run import Run
from gdtutor.training.settings import Settings, Stop
from gdtutor.training.state import State
from gdtutor.training.trouble import (
    TrainedCurve,
    Trouble,
    ending,
    judge,
    lowest,
    transient_of,
    trouble_of,
    window_of,
)
from gdtutor.values import replace
from tests.tries import tries

PARABOLA = DATA / "lessons" / "deep.md"
UP_AND_DOWN = np.tile([0.3, 0.6], 40)


@pytest.mark.parametrize(
    ("costs", "verdict"),
    [
        (np.linspace(1.0, 0.0, 20), ""),
        (np.linspace(1.0, 2.0, 20), "diverges"),
        (np.array([1.0, *[1.5] * 19]), "stuck"),
        (np.full(20, 0.3), "stuck"),
        (np.array([1.0, *([0.01] * 20)]), ""),
        (np.array([0.5, 0.5, 0.5]), ""),
        (np.array([0.5, 0.5, 0.5, 0.5]), "stuck"),
        (np.empty(0), ""),
    ],
)
def test_a_curve_is_judged_by_its_start_and_its_second_half(costs: Array, verdict: str) -> None:
    assert judge(costs, None) == verdict


def test_growing_is_told_at_any_number_of_epochs() -> None:
    """A rise of 2 in 5000 epochs is one of a thousandth in ten of them."""
    for epochs in (20, 200, 5000):
        assert judge(np.linspace(1.0, 2.0, epochs), "epochs") == "diverges"


@pytest.mark.parametrize("end", range(60, 80))
def test_a_curve_that_jumps_up_and_down_is_not_growing_wherever_it_ends(end: int) -> None:
    assert judge(np.array([0.2, *UP_AND_DOWN[:end]]), None) == ""


def test_a_curve_that_jumped_up_and_falls_since_is_not_growing() -> None:
    assert judge(np.array([0.1, *np.linspace(10, 5, 30)]), None) == ""


@pytest.mark.parametrize(
    ("costs", "remark"),
    [
        ([0.4, *UP_AND_DOWN, 0.01], "ends by chance"),
        ([0.7, *UP_AND_DOWN, 0.01], ""),
        ([0.1, *np.linspace(10, 5, 30)], ""),
        ([0.4, 0.6, 0.3], ""),
    ],
)
def test_a_curve_that_jumps_above_its_start_to_the_end_ends_by_chance(costs, remark) -> None:
    """Where it ends lowest it is not the best."""
    jumps, other = (TrainedCurve(name, np.array(c)) for name, c in (("a", costs), ("b", [9.0])))
    assert jumps.remark == remark
    assert lowest([jumps, other]) == (int(bool(remark)),)


def test_a_curve_that_jumps_between_equal_ends_is_not_stuck() -> None:
    """Only its lowest and its highest say how far it moved."""
    assert UP_AND_DOWN[79] == UP_AND_DOWN[79 - window_of(UP_AND_DOWN)]
    assert judge(UP_AND_DOWN, None) == ""


@pytest.mark.parametrize(("share", "verdict"), [(0.24, ""), (0.26, "stuck"), (0.9, "stuck")])
def test_a_flat_curve_is_stuck_above_a_quarter_of_its_start(share: float, verdict: str) -> None:
    assert judge(np.array([1.0, *[share] * 30]), None) == verdict


@pytest.mark.parametrize(
    ("costs", "verdict"),
    [(np.full(20, -1.0), ""), (np.linspace(-2.0, -1.0, 20), "diverges"), (np.zeros(9), "")],
)
def test_a_cost_of_zero_or_below_is_judged_as_well(costs: Array, verdict: str) -> None:
    assert judge(costs, None) == verdict


def momentum_costs(beta: float, share: float, epochs: int) -> Array:
    """Return the costs of momentum on a parabola, at a share of the largest rate that comes down.

    Source: that rate times the bend is 2(1 + beta), where a root of the recursion is -1.
    """
    way, velocity, costs = 1.0, 0.0, []
    for _ in range(epochs):
        costs.append(2 * way**2)
        velocity = beta * velocity + way
        way -= share * 2 * (1 + beta) * velocity
    return np.array(costs)


def judged(beta: float, share: float, epochs: int) -> str:
    settings = Settings(optimizer="momentum", hyperparameters=(("beta", beta),))
    return judge(momentum_costs(beta, share, epochs), "epochs", transient_of(settings, 1))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.995, 1.0])
@pytest.mark.parametrize("beta", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_momentum_up_to_its_limit_never_diverges(beta: float, share: float) -> None:
    """However far its steps lead up at first, and wherever the run ends."""
    for epochs in (*range(4, 31), 40, 60, 100, 200, 400):
        assert judged(beta, share, epochs) != "diverges", epochs


@pytest.mark.parametrize(("share", "epochs"), [(1.02, 20), (1.05, 6), (1.2, 6), (2.0, 6)])
@pytest.mark.parametrize("beta", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_momentum_beyond_its_limit_diverges(beta: float, share: float, epochs: int) -> None:
    for more in (0, 1, 2, 10, 50):
        assert judged(beta, share, epochs + more) == "diverges", epochs + more


DRAWN = """+++
format = 1
id = "drawn"
title = "Drawn examples"
[parameters]
w = 3.0
b = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 4], [1, 1], [-1, 3], [0.5, 2]]
[training]
learning_rate = {rate}
epochs = {epochs}
batch = 1
order = "drawn"
seed = {seed}
optimizer = "momentum"
+++
```graph
z = w*x + b
L = (z - y)**2 / 2
```
"""


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("rate", "verdict"), [(0.03, ""), (0.8, "diverges")])
@pytest.mark.parametrize("seed", range(tries(6)))
def test_drawn_examples_throw_the_cost_and_let_it_grow_where_it_does(rate, verdict, seed) -> None:
    text = DRAWN.format(rate=rate, epochs=40, seed=seed)
    lesson, reports = parse_lesson(text, Path("01-drawn.md"))
    assert lesson is not None, reports
    run, found = run_of(lesson), None
    for _ in range(36):
        run.advance(epochs=1 if run.farthest else 5)
        found = diagnose(run)
        assert found is None or verdict
        if found is not None and found.trouble is Trouble.GROWING:
            assert found.first_cost < found.last_cost
    assert (found.trouble.value if found else "") == verdict


def test_batches_that_hop_to_the_end_do_not_diverge() -> None:
    path = find_lesson("batches", shipped_lessons_folder())
    for rate in (20, 25, 30, 40):
        run = session_at(path, changes=(f"learning_rate={rate}",)).run
        for _ in range(run.segments[-1].settings.epochs):
            run.advance(epochs=1)
            assert judge(run.costs, None, transient_of(run.segments[0].settings, 4)) == ""


def test_a_rise_that_slows_down_is_no_growth() -> None:
    for epochs in (20, 40, 400):
        slower = np.arange(1, epochs + 1) ** 0.25
        assert judge(slower, "epochs") == ""
        assert judge(np.arange(1, epochs + 1) ** 1.0, "epochs") == "diverges"


def test_numbers_that_are_not_finite_go_before_any_trend() -> None:
    assert judge(np.full(20, 0.3), "not_finite") == "not finite"
    assert judge(np.empty(0), "not_finite") == "not finite"


@pytest.mark.parametrize(("epochs", "window"), [(0, 0), (4, 3), (11, 10), (20, 10), (5000, 2500)])
def test_the_window_is_half_the_epochs_and_ten_where_there_are_ten(
    epochs: int, window: int
) -> None:
    assert window_of(np.zeros(epochs)) == window


def shipped(name: str, variant: str) -> Run:
    """Return the finished run of a shipped lesson."""
    lesson = load_lesson(find_lesson(name, shipped_lessons_folder()))
    run = run_of(with_variant(lesson, variant) if variant else lesson)
    run.advance()
    return run


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "variant", "verdict"),
    [
        ("learning-rate", "5: good", ""),
        ("learning-rate", "12.5: the limit", "stuck"),
        ("learning-rate", "50: diverges", "diverges"),
        ("learning-rate", "5e-10: hardly moves", "stuck"),
        ("learning-rate", "sigmoid 5000: saturates", "stuck"),
        ("batches", "full batch", "stuck"),
        ("batches", "mini-batch of 2", ""),
        ("batches", "one by one", ""),
        ("scaling", "raw at twice the rate", "diverges"),
        ("initialisation", "zeros", "stuck"),
        ("initialisation", "He", ""),
        ("xor-one-neuron", "", "stuck"),
    ],
)
def test_a_lesson_is_judged_as_its_text_says_and_explained_alike(
    name: str, variant: str, verdict: str
) -> None:
    run = shipped(name, variant)
    assert judge(run.costs, run.stopped_by) == verdict
    found = diagnose(run)
    assert (found.trouble.value if found else "") == verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (PARABOLA, ()),
        (PARABOLA, ("learning_rate=0.5",)),
        (PARABOLA, ("learning_rate=1e-9",)),
        (PARABOLA, ("learning_rate=1e200",)),
        (PARABOLA, ("w=1e200",)),
        (PARABOLA, ("learning_rate=0.2",)),
        (NEURON, ("w1=40", "w2=-40", "learning_rate=1e-6")),
        (NETWORK, ()),
    ],
)
def test_a_diagnosis_tells_the_trouble_that_a_sweep_tells(
    path: object, changes: tuple[str, ...]
) -> None:
    run = session_at(path, changes=changes).run  # type: ignore[arg-type]
    for _ in range(40):
        found = diagnose(run)
        told: Trouble | None = found.trouble if found else None
        assert told is trouble_of(run.costs, run.stopped_by)
        run.advance(epochs=1)


REGRESSION = """+++
format = 1
id = "line"
title = "A line through noise"
[parameters]
w = 2.0
b = 1.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[0, 1.1], [1, 2.9], [2, 5.1], [3, 6.9]]
[training]
learning_rate = {rate}
epochs = 300
+++
```graph
yhat = {line}
L = (yhat - y)**2
```
"""


def test_what_a_run_has_come_to_is_asked_for_where_its_curve_is_flat_alone() -> None:
    """A running training asks for the word with every frame."""
    lesson, _ = parse_lesson(REGRESSION.format(rate=0.1, line="w*x + b"), Path("01-line.md"))
    assert lesson is not None
    segment = run_of(lesson).segment_at(0)

    def state() -> State:
        pytest.fail("the state is worked out")

    falling, growing = np.linspace(1, 0, 60), 2.0 ** np.arange(60)
    told = [
        verdict_of(segment.problem, segment.settings, state, c, None) for c in (falling, growing)
    ]
    assert told == ["", "diverges"]


@pytest.mark.parametrize(
    ("rate", "line", "verdict"),
    [
        (0.1, "w*x + b", ""),
        (1e-7, "w*x + b", "stuck"),
        (0.1, "relu(w)*x + b", "stuck"),
    ],
)
def test_a_regression_that_lies_as_low_as_it_can_is_not_stuck(rate, line, verdict) -> None:
    """One whose steps are too small is, and one whose cost has other bends elsewhere may be."""
    lesson, reports = parse_lesson(REGRESSION.format(rate=rate, line=line), Path("01-line.md"))
    assert lesson is not None, reports
    run = run_of(lesson)
    run.advance()
    assert judge(run.costs, run.stopped_by) == "stuck"
    segment, end = run.segment_at(0), run.state(run.farthest)
    told = verdict_of(segment.problem, segment.settings, lambda: end, run.costs, run.stopped_by)
    assert told == verdict
    found = diagnose(run)
    assert (found.trouble.value if found else "") == verdict


@pytest.mark.parametrize(
    ("batch", "above", "is_told"),
    [(4, 0.0005, True), (4, 0.003, False), (1, 0.003, True), (1, 0.02, False)],
)
def test_a_batch_may_have_thrown_a_run_that_rests_off_the_lowest_point(
    batch: int, above: float, is_told: bool
) -> None:
    lesson, _ = parse_lesson(REGRESSION.format(rate=0.1, line="w*x + b"), Path("01-line.md"))
    segment = run_of(lesson).segment_at(0)
    x, y = segment.problem.examples.T
    w, b = np.polyfit(x, y, 1)
    cost = np.mean((w * x + b - y) ** 2) * (1 + above)
    off = np.sqrt(above * cost / (1 + above))
    settings = replace(segment.settings, batch=batch)
    parameters = {"w": np.array(w), "b": np.array(b + off)}
    assert is_lowest(segment.problem, parameters, settings, float(cost)) is is_told


def test_in_a_sweep_the_runs_at_the_lowest_cost_are_not_stuck_and_the_slow_one_is(
    tmp_path, capsys
) -> None:
    path = tmp_path / "01-line.md"
    path.write_text(REGRESSION.format(rate=0.1, line="w*x + b"), encoding="utf-8")
    assert main(["train", str(path), "--sweep", "learning_rate=1e-7,0.1,0.14", "--json"]) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [run["verdict"] for run in runs] == ["stuck", "", ""]


def test_the_bound_that_ended_a_run_is_told_as_it_was_given() -> None:
    for bound in (0.05, 0.123456789, 1e-7, 12345678.0):
        words = ending("cost_below", Stop(cost_below=bound))
        assert float(words.removeprefix("cost below ")) == bound
