"""Lessons 21 to 26 show what they claim, through the engine.

Where a test says so, the figures are recomputed in plain Python or NumPy that shares no code with
the package; the formulas of the optimisers are the papers' own.
"""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import problem_of, settings_of
from gdtutor.session.trials import tried
from gdtutor.training.order import batch_of_iteration, iterations_per_epoch
from gdtutor.training.run import Run
from gdtutor.training.segments import RunSegment
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.pictures.counts import count_text
from gdtutor.view.pictures.seeds import Tally, tallies


@cache
def lesson(name: str, variant: str = "") -> Lesson:
    own = load_lesson(find_lesson(name, shipped_lessons_folder()))
    return with_variant(own, variant) if variant else own


def run_of(name: str, variant: str = "", **changes: object) -> Run:
    """Return a run of a lesson's last graph, not trained yet."""
    chosen = lesson(name, variant)
    settings = settings_of(chosen)
    assert settings is not None
    return Run((RunSegment(0, problem_of(chosen), replace(settings, **changes)),))  # type: ignore[arg-type]


def finished(name: str, variant: str = "", **changes: object) -> Run:
    run = run_of(name, variant, **changes)
    run.advance()
    return run


def moment(name: str):
    found = session_at(find_lesson(name, shipped_lessons_folder())).moment
    assert found is not None
    return found


def spread(name: str, variant: str = "") -> float:
    """Return the ratio of the steepest to the flattest curvature of a linear neuron's cost.

    It is the condition number of the mean of x·xᵀ, the bias counting as an input of 1.
    """
    rows = lesson(name, variant).examples[:, :2]
    inputs = np.column_stack([rows, np.ones(len(rows))])
    return float(np.linalg.cond(inputs.T @ inputs / len(rows)))


def test_scaling_turns_a_ravine_into_a_bowl() -> None:
    raw, standardised, min_max = (
        spread("scaling", variant) for variant in ("", "standardised", "min-max")
    )
    assert raw > 1e4
    assert standardised < 2
    assert min_max < raw / 100


def test_the_gradient_of_the_large_input_is_the_large_one() -> None:
    gradient = moment("scaling").trace.gradients["W"]
    assert abs(gradient[0, 0]) > 50 * abs(gradient[0, 1])


def test_scaled_inputs_learn_at_once_and_raw_ones_crawl() -> None:
    raw, scaled = (finished("scaling", variant) for variant in ("", "standardised"))
    costs = np.asarray(scaled.costs)
    assert int(np.argmax(costs < raw.costs[-1])) < 10
    assert raw.costs[-1] > 50 * costs[-1]
    assert abs(raw.costs[-1] - raw.costs[100]) < 0.03 * raw.costs[-1]


def test_three_flats_are_learned_by_heart_and_the_two_held_out_are_not() -> None:
    run = finished("scaling", "two flats held out")
    learned = dict(run.state(run.farthest).parameters)
    assert run.evaluate(learned, np.arange(3)).cost < 1e-9
    assert run.evaluate(learned, np.arange(3, 5)).cost == pytest.approx(0.0025, rel=1e-3)


def test_twice_the_rate_throws_the_raw_weight_out_of_the_ravine() -> None:
    run = finished("scaling", "raw at twice the rate")
    assert run.costs[-1] > 1e6 * run.costs[0]


def noisy_neuron(name: str, seed: int) -> float:
    """Train lesson 22's neuron in plain Python; return the cost over all examples at the end."""
    chosen = lesson("batches", name)
    settings = settings_of(chosen, seed=seed)
    assert settings is not None
    rows = [(float(x), float(y)) for x, y in chosen.examples]
    w = float(np.random.RandomState(seed).random_sample(()))
    b = 0.0
    size = settings.batch or 4
    for epoch in range(settings.epochs):
        per = iterations_per_epoch(4, size)
        for k in range(epoch * per, (epoch + 1) * per):
            batch = batch_of_iteration("shuffled", seed, 4, size, k)
            slopes = [
                (math.sin(w * x + b) - y) * math.cos(w * x + b) for x, y in (rows[i] for i in batch)
            ]
            dw = sum(s * rows[i][0] for s, i in zip(slopes, batch, strict=True)) / len(batch)
            db = sum(slopes) / len(batch)
            w, b = w - settings.learning_rate * dw, b - settings.learning_rate * db
    return sum((math.sin(w * x + b) - y) ** 2 / 2 for x, y in rows) / len(rows)


def of_starts() -> tuple[Tally, ...]:
    [trial] = tried(session_at(lesson("batches").path, at="update:b")).trials
    return tallies(trial)


@pytest.mark.slow
def test_the_count_of_those_who_leave_is_what_an_independent_run_finds() -> None:
    own = lesson("batches")
    wish = next(picture for picture in own.pictures if picture.kind == "seeds")
    bound = float(dict(wish.options)["below"])  # type: ignore[arg-type]
    found = of_starts()
    assert [len(row.ends) for row in found] == [20, 20, 20]
    for row in found:
        expected = tuple(noisy_neuron(row.label, seed) < bound for seed in range(20))
        assert row.below(bound) == expected, row.label


@pytest.mark.slow
def test_single_examples_leave_the_poor_place_and_the_full_batch_never_does() -> None:
    left = {row.label: sum(map(bool, row.below(0.05))) for row in of_starts()}
    assert left["full batch"] == 0
    assert 5 <= left["one by one"] < 20


def test_the_cost_of_lesson_22_is_not_convex() -> None:
    rows = [(float(x), float(y)) for x, y in lesson("batches").examples]

    def cost(w: float) -> float:
        return sum((math.sin(w * x) - y) ** 2 / 2 for x, y in rows) / len(rows)

    poor, hill, good = cost(0.08), cost(0.9), cost(1.96)
    assert good < 0.01 < poor < hill


def test_the_full_batch_has_a_smooth_curve_and_the_others_have_not() -> None:
    is_smooth = {}
    for variant in ("full batch", "mini-batch of 2", "one by one"):
        costs = np.asarray(finished("batches", variant).costs)
        is_smooth[variant] = bool((np.diff(costs) <= 0).all())
    assert is_smooth == {"full batch": True, "mini-batch of 2": False, "one by one": False}


def by_hand(name: str, steps: int) -> np.ndarray:
    """Return lesson 23's weights after some updates, from the papers' formulas."""
    rows = lesson("optimisers", name).examples
    x, y = rows[:, :2], rows[:, 2]
    w, a = np.array([-1.0, -1.0]), lesson("optimisers", name).settings.learning_rate  # type: ignore[union-attr]
    v, s, m, visited = np.zeros(2), np.zeros(2), np.zeros(2), []
    for t in range(1, steps + 1):
        g = x.T @ (x @ w - y) / 2
        match name.removeprefix("rotated "):
            case "momentum":
                v = 0.9 * v + g
                w = w - a * v
            case "Nesterov":
                v = 0.9 * v + g
                w = w - a * (g + 0.9 * v)
            case "AdaGrad":
                s = s + g**2
                w = w - a * g / (np.sqrt(s) + 1e-8)
            case "RMSProp":
                s = 0.9 * s + 0.1 * g**2
                w = w - a * g / (np.sqrt(s) + 1e-8)
            case "Adam":
                m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
                w = w - a * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
            case "implicit":
                row, target = x[(t - 1) % 2], y[(t - 1) % 2]
                # The linear neuron's own solution: w' = w − α(w'·x − y)x.
                w = w - a * (row @ w - target) / (1 + a * row @ row) * row
            case _:
                w = w - a * g
        visited.append(w)
    return np.mean(visited, axis=0) if name == "averaged" else w


@pytest.mark.parametrize("variant", [v.name for v in lesson("optimisers").variants])
def test_every_stepper_walks_as_its_paper_says(variant: str) -> None:
    """Sources: Polyak 1964; Bengio et al. 2013; Duchi et al. 2011; Tieleman and Hinton 2012;
    Kingma and Ba 2015; Polyak and Juditsky 1992; Toulis and Airoldi 2017."""
    run = run_of("optimisers", variant)
    # RMSProp steps by the sign of ever smaller slopes once it has arrived: rounding then grows.
    for steps in (1, 10, 30):
        weights = run.predicting(run.state(steps))
        found = [float(weights["w1"]), float(weights["w2"])]
        assert found == pytest.approx(list(by_hand(variant, steps)), rel=1e-12, abs=1e-12)


def test_adam_sets_out_on_the_diagonal() -> None:
    weights = run_of("optimisers", "Adam").state(1).parameters
    assert float(weights["w1"]) == pytest.approx(float(weights["w2"]), rel=1e-6)


@pytest.mark.slow
def test_a_plain_step_zigzags_at_its_rate_and_an_implicit_one_never_flies_away() -> None:
    run = run_of("optimisers", "plain")
    sides = [float(run.state(k).parameters["w1"]) > 1 for k in range(6)]
    assert sides == [False, True, False, True, False, True]
    plain, implicit = (run_of("optimisers", v, learning_rate=5.0) for v in ("plain", "implicit"))
    assert abs(float(plain.state(20).parameters["w1"])) > 1e6
    assert float(implicit.state(200).parameters["w1"]) == pytest.approx(1, abs=0.02)


def test_along_the_valley_plain_steps_creep_and_five_others_get_farther() -> None:
    names = ("plain", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")
    runs = {name: finished("optimisers", name) for name in names}
    for steps in (20, 50, 100):
        left = {
            name: abs(float(run.state(steps).parameters["w2"]) - 2) for name, run in runs.items()
        }
        assert all(left[name] < 0.8 * left["plain"] for name in names[1:]), (steps, left)
    costs = {name: run.costs[-1] for name, run in runs.items()}
    assert all(10 * costs[name] < costs["plain"] for name in names[1:]), costs


def test_plain_steps_of_lesson_23_are_near_the_largest_that_do_not_fly_away() -> None:
    inputs = lesson("optimisers").examples[:, :2]
    limit = 2 / float(np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))[-1])
    assert round(limit, 2) == 0.89
    assert finished("optimisers", "plain", learning_rate=0.9).costs[-1] > 1


def test_the_articles_count_is_the_tables() -> None:
    """Source: A (Very) Short Introduction to Deep Learning, 10⁷⁵ combinations."""
    assert 1000**25 == 10**75
    assert count_text(1000, 25, UNICODE) == "10⁷⁵"
    assert dict(lesson("brute-force").pictures[0].options)["weights"] == (1, 2, 3, 13, 25)


def test_the_walk_down_the_mountain_ends_in_a_network_that_knows_xor() -> None:
    run = finished("brute-force")
    answers = run.evaluate(run.state(run.farthest).parameters).predictions
    assert [round(float(answer)) for answer in np.ravel(answers)] == [0, 1, 1, 0]


def test_the_loop_settles_at_its_fixed_point() -> None:
    low, high = -1.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.tanh(0.5 * middle + 0.4) > middle else (low, middle)
    values = moment("feedback").traces[0].values
    distances = [abs(float(values[f"s{k}"]) - low) for k in range(6)]
    assert all(b < a / 2 for a, b in pairwise(distances))
    assert distances[-1] < 0.005
    assert float(values["change"]) == float(values["s5"]) - float(values["s4"])


def test_the_weight_used_three_times_gets_the_sum_of_three_shares() -> None:
    def loss(w: float) -> float:
        h = 0.6
        for x in (0.5, -0.4, 0.3):
            h = math.tanh(w * h + 0.8 * x)
        return (h - 0.7) ** 2 / 2

    trace = moment("feedback").trace
    shares = [float(c.value) for c in trace.contributions["w"]]
    assert len(shares) == 3
    slope = float(trace.gradients["w"])
    assert slope == pytest.approx(sum(shares), rel=1e-15)
    assert slope == pytest.approx((loss(0.5 + 1e-6) - loss(0.5 - 1e-6)) / 2e-6, rel=1e-8)


def test_the_recurrent_neuron_reaches_its_target() -> None:
    assert finished("feedback").costs[-1] < 1e-12


def program() -> SimpleNamespace:
    """Return what the code on lesson 26's opening page defines."""
    blocks = re.findall(r"^```\n(.*?)^```", lesson("write-it-yourself").prose, re.DOTALL | re.M)
    names: dict[str, object] = {}
    exec("\n".join(blocks), names)
    return SimpleNamespace(**{key: value for key, value in names.items() if key[0] != "_"})


@pytest.mark.slow
def test_the_code_of_lesson_26_trains_as_its_walk_does() -> None:
    """Published costs: Khan 2019, Nothing but NumPy, epochs 0, 100 and 4900."""
    costs = program().costs
    run = finished("write-it-yourself")
    assert costs == pytest.approx(list(run.costs), rel=1e-12)
    published = {0: 0.12926510193084198, 100: 0.12345825692804888, 4900: 0.0009210166430616655}
    assert {epoch: costs[epoch] for epoch in published} == pytest.approx(published, rel=1e-12)


def test_every_line_of_code_in_a_note_of_lesson_26_stands_on_its_opening_page() -> None:
    own = lesson("write-it-yourself")
    quoted = [
        code
        for note in own.scenes[0].notes
        for code in re.findall(r"`([^`]+)`", " ".join(note.text.split()))
        if " " in code
    ]
    assert len(quoted) > 10
    assert [code for code in quoted if code not in own.prose] == []
