"""What lessons 16 to 20 claim in their notes is so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from trained_lessons import opened, trained

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace, trace
from gdtutor.lesson.runs import problem_of
from gdtutor.session.edits import apply_edit
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for
from gdtutor.session.state import Session, current_step
from gdtutor.training.problem import Problem
from gdtutor.training.run import Run
from gdtutor.view.figures import source_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.pictures.space import places_of, seen_of, values_over

LESSONS = ("xor-hidden", "two-and-one", "deeper", "nonlinearity", "initialisation")
STARTS = ("zeros", "plain", "Xavier", "He", "large")
OTHER = "another start"
READ = {
    ("xor-hidden", ""): ("given", "Z1", "A1", "Z2", "Yhat", "C"),
    ("two-and-one", ""): ("given", "z1", "h1", "z2", "h2", "z"),
    ("two-and-one", OTHER): ("given", "z1", "h1", "z2", "h2", "z"),
    ("deeper", ""): ("given", "A1", "A2", "Z3", "C"),
    ("nonlinearity", ""): ("Z2", "Yhat", "C"),
    ("initialisation", ""): ("given", "A1", "C"),
}
"""Steps at which the trained network is read."""
XOR = np.array([0.0, 1, 1, 0])


def run_of(session: Session) -> Run:
    return session.run


def steps(session: Session, iteration: int) -> Iterator[Session]:
    first = moved(session, iteration, 1)
    return (moved(first, iteration, step.number) for step in first.moment.steps)


@cache
def end(name: str, variant: str = "", iteration: int = -1) -> Trace:
    """Return the last graph over all examples, as training left it or in an iteration."""
    run = run_of(trained(name, variant))
    return over_all(run, run.farthest if iteration < 0 else iteration)


def over_all(run: Run, iteration: int) -> Trace:
    problem = run.segments[0].problem
    everything = np.arange(len(problem.examples))
    given = problem.given(dict(run.state(iteration).parameters), everything)
    return trace(problem.graph, given)


def of_every_example(name: str, variant: str, line: str) -> Array:
    """Return a line of a lesson with one example a batch, at each of the four examples."""
    run = run_of(trained(name, variant))
    problem, parameters = run.segments[0].problem, dict(run.state(run.farthest).parameters)
    found = [
        trace(problem.graph, problem.given(parameters, np.array([k]))).values[line]
        for k in range(4)
    ]
    return np.array(found, dtype=np.float64).reshape(-1)


def curvatures(problem: Problem, parameters: dict[str, Array]) -> Array:
    """Return the curvatures of the cost along its own axes, from differences of gradients."""
    names = list(problem.trained)
    shapes = [np.shape(parameters[name]) for name in names]
    start = np.concatenate([np.ravel(parameters[name]) for name in names])
    everything = np.arange(len(problem.examples))

    def slope(point: Array) -> Array:
        values, at = dict(parameters), 0
        for name, shape in zip(names, shapes, strict=True):
            size = int(np.prod(shape))
            values[name] = point[at : at + size].reshape(shape)
            at += size
        found = trace(problem.graph, problem.given(values, everything)).gradients
        return np.concatenate([np.ravel(found[name]) for name in names])

    bends = np.empty((start.size, start.size))
    for k in range(start.size):
        nudge = np.zeros(start.size)
        nudge[k] = 1e-4
        bends[k] = (slope(start + nudge) - slope(start - nudge)) / 2e-4
    return np.linalg.eigvalsh((bends + bends.T) / 2)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("name", "variant"), READ)
def test_the_trained_network_is_read(name: str, variant: str) -> None:
    session = trained(name, variant)
    read = set()
    for at in steps(session, run_of(session).farthest):
        step = current_step(at)
        assert step is not None
        note = note_for(at, step)
        if note is not None and note.when.trained:
            read.add(step.node or "given")
    assert read >= set(READ[name, variant])


def test_16_the_hidden_neurons_have_become_nor_nand_and_one_that_hardly_matters() -> None:
    values = end("xor-hidden").values
    fires = values["A1"] > 0.5
    assert fires.astype(int).tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]]
    moves = np.ptp(values["W2"].T * values["A1"], axis=1)
    assert moves[1] <= 0.5
    assert moves[1] < min(moves[0], moves[2]) / 10
    assert min(moves[0], moves[2]) > 7
    sums = values["Z2"][0]
    assert (sums > 0).tolist() == (fires[2] & ~fires[0]).tolist() == XOR.astype(bool).tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "line"), [("xor-hidden", "Z2"), ("two-and-one", "z"), ("deeper", "Z3")]
)
def test_one_line_parts_the_classes_as_the_output_neuron_sees_them(name: str, line: str) -> None:
    session = trained(name)
    source = source_of(session, UNICODE)
    assert source is not None
    wish = next(wish for wish in source.lesson.pictures if wish.kind == "space")
    seen = seen_of(source, wish)
    sums = values_over(source, seen, line, places_of(source, seen).T)
    assert (sums[0] > 0).tolist() == XOR.astype(bool).tolist()


@pytest.mark.parametrize("name", ["xor-hidden", "deeper"])
def test_at_the_start_the_examples_lie_closer_together(name: str) -> None:
    spread = []
    for session in (moved(opened(name), 0, 1), trained(name)):
        source = source_of(session, UNICODE)
        assert source is not None
        wish = next(wish for wish in source.lesson.pictures if wish.kind == "space")
        spread.append(np.ptp(places_of(source, seen_of(source, wish)), axis=1).min())
    assert spread[0] < 0.6 * spread[1]


@pytest.mark.slow
def test_17_the_first_neuron_fires_at_one_row_and_the_second_is_silent_at_another() -> None:
    h1, h2 = (of_every_example("two-and-one", "", name) > 0.5 for name in ("h1", "h2"))
    assert h1.tolist() == [False, True, False, False]
    assert h2.tolist() == [True, True, False, True]
    given = trained("two-and-one").moment
    assert given is not None
    w = {name: float(value) for name, value in given.state.parameters.items()}
    assert w["w11"] < 0 < w["w12"]
    assert w["b1"] < 0 < w["b2"]
    assert w["w21"] < 0 < w["w22"]


@pytest.mark.slow
def test_17_in_the_poor_place_two_rows_of_different_classes_look_the_same() -> None:
    sums, answers = (
        np.array([of_every_example("two-and-one", OTHER, name) for name in names])
        for names in (("z1", "z2"), ("h1", "h2"))
    )
    assert (sums[:, [1, 3]] > 8).all()
    assert (np.abs(answers[:, 1] - answers[:, 3]) < 0.001).all()
    assert (answers[:, [1, 3]] * (1 - answers[:, [1, 3]]) < 0.001).all()
    outputs = of_every_example("two-and-one", OTHER, "yhat")
    assert (outputs > 0.5).tolist() != XOR.astype(bool).tolist()


@pytest.mark.slow
def test_17_the_other_start_comes_free_as_the_closing_page_says() -> None:
    for edit in ("learning_rate 1", "w22 -1"):
        session = apply_edit(moved(opened("two-and-one", OTHER), 0, 1), edit)
        run = run_of(session)
        run.advance()
        found = run.evaluate(run.state(run.farthest).parameters).predictions
        assert (np.ravel(found) > 0.5).tolist() == XOR.astype(bool).tolist(), edit


def norm(found: Trace, names: tuple[str, ...]) -> float:
    return float(np.sqrt(sum(np.sum(found.gradients[name] ** 2) for name in names)))


@pytest.mark.slow
def test_18_iteration_44_is_the_flattest_and_bends_downwards_in_several_directions() -> None:
    run = run_of(trained("deeper"))
    problem = run.segments[0].problem
    norms = [norm(over_all(run, k), problem.trained) for k in range(0, 1200, 4)]
    assert 4 * int(np.argmin(norms)) == 44
    assert min(norms) == pytest.approx(0.0005, abs=0.00005)
    assert round(run.costs[44], 4) == 0.1249
    bends = curvatures(problem, dict(run.state(44).parameters))
    assert bends[0] == pytest.approx(-0.0013, abs=0.0001)
    assert np.sum(bends < -1e-5) >= 2
    assert run.costs[1044] > 0.98 * run.costs[44]
    assert np.ptp(end("deeper", "", 44).values["Yhat"]) < 0.05
    assert (np.abs(end("deeper", "", 44).values["Yhat"] - 0.5) < 0.05).all()


def test_18_lesson_14s_neuron_rests_in_a_minimum() -> None:
    lesson = opened("xor-one-neuron").lesson
    problem = problem_of(lesson)
    zeros = {name: np.zeros(np.shape(value)) for name, value in problem.parameters.items()}
    assert curvatures(problem, zeros) == pytest.approx([0.0098, 0.0156, 0.0996], abs=0.0001)


def test_18_the_second_hidden_layer_knows_the_answer_and_the_first_does_not() -> None:
    values = end("deeper").values
    said = (values["A2"] > 0.5).astype(float)
    assert said[1].tolist() == XOR.tolist()
    assert said[0].tolist() == (1 - XOR).tolist()
    for row in (values["A1"] > 0.5).astype(float):
        assert row.tolist() not in (XOR.tolist(), (1 - XOR).tolist())


def test_18_steps_are_larger_from_layer_to_layer() -> None:
    found = end("deeper", "", 0).gradients
    sizes = [float(np.abs(found[name]).max()) for name in ("W1", "W2", "W3")]
    assert sizes == sorted(sizes)
    assert float(np.abs(found["b1"]).max()) < sizes[1]


def test_18_from_the_plain_start_the_four_answers_are_nearly_one() -> None:
    values = end("deeper", "plain start", 0).values
    assert np.ptp(values["Yhat"]) < 1e-5
    assert (np.abs(values["A1"] - 0.5) < 0.01).all()
    assert (np.abs(values["W3"]) < 0.03).all()


def test_19_without_a_bend_every_answer_becomes_one_half() -> None:
    values = end("nonlinearity").values
    assert values["Yhat"] == pytest.approx(np.full((1, 4), 0.5), abs=1e-12)
    assert values["Z2"] == pytest.approx(np.zeros((1, 4)), abs=1e-9)


def test_19_rests_where_three_curvatures_are_above_0_and_ten_are_0() -> None:
    run = run_of(trained("nonlinearity"))
    bends = curvatures(run.segments[0].problem, dict(run.state(5000).parameters))
    assert np.sum(np.abs(bends) < 1e-6) == 10
    assert np.sum(bends > 0.001) == 3


def test_20_large_answers_are_saturated_and_wrong_at_two_of_four() -> None:
    values = end("initialisation", "large", 0).values
    far = values["A1"][:, 1:]
    assert (np.minimum(far, 1 - far) < 1e-4).all()
    assert int(np.sum((values["Yhat"][0] > 0.5) != XOR.astype(bool))) == 2


def test_20_one_edit_breaks_the_tie_and_leaves_two_rows_equal() -> None:
    run = run_of(apply_edit(moved(opened("initialisation"), 0, 1), "W1[0,0] 0.6"))
    run.advance()
    weights = run.state(run.farthest).parameters["W1"]
    assert (weights[1] == weights[2]).all()
    assert (weights[0] != weights[1]).all()
