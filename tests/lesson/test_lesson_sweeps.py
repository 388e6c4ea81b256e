"""A sweep is asked for by one name, and trains together what can be."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import load_lesson, with_variant
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.sweeps import members_of
from gdtutor.training.run import Edit, RunSegment
from gdtutor.training.sweep import Member, Sweep
from gdtutor.values import replace


def asked(lesson: str, text: str, *segments: RunSegment) -> tuple[Member, ...]:
    return members_of(load_lesson(lesson_path(lesson)), None, text, segments)


def first_segment(lesson: str) -> RunSegment:
    return run_of(load_lesson(lesson_path(lesson))).segments[0]


@pytest.mark.parametrize(
    ("lesson", "parts"), [("xor-hidden", 1), ("deeper", 1), ("batches", 3), ("two-and-one", 3)]
)
def test_seeds_train_together_unless_they_order_the_examples(lesson: str, parts: int) -> None:
    members = members_of(load_lesson(lesson_path(lesson)), None, "seed=1,2,3")
    assert len(Sweep(members).sources) == parts


def test_rates_train_together_with_a_stop() -> None:
    lesson = load_lesson(lesson_path("and-or"))
    assert lesson.settings is not None
    assert lesson.settings.stop.loss_below is not None
    wish = f"learning_rate={','.join(f'{n / 10}' for n in range(1, 65))}"
    assert len(Sweep(members_of(lesson, None, wish)).sources) == 1


@pytest.mark.parametrize(("runs", "parts"), [(2, 2), (64, 1)])
def test_few_small_runs_that_are_long_train_in_turn(runs: int, parts: int) -> None:
    wish = f"learning_rate={','.join(f'{n / 10}' for n in range(1, runs + 1))}"
    sweep = Sweep(members_of(load_lesson(lesson_path("two-and-one")), None, wish))
    assert len(sweep.sources) == parts
    sweep.advance(epochs=2)
    assert [len(found.costs) for found in sweep.found()] == [2] * runs


def test_starts_by_several_rules_train_together_and_leave_the_biases() -> None:
    zeros, xavier, he = asked("xor-hidden", "init=zeros,xavier,he")
    own = first_segment("xor-hidden").problem.parameters
    assert len(Sweep([zeros, xavier, he]).sources) == 1
    assert not zeros.problem.parameters["W1"].any()
    for name in ("W1", "W2"):
        np.testing.assert_array_equal(xavier.problem.parameters[name], own[name])
        np.testing.assert_allclose(he.problem.parameters[name], own[name] * np.sqrt(2))
    assert not he.problem.parameters["b1"].any()


def test_weights_filled_by_a_rule_are_drawn_each_by_a_seed_of_its_own() -> None:
    """In this lesson both matrices start at one half, and so have no seed."""
    (normal,) = asked("initialisation", "init=normal")
    first, second = (normal.problem.parameters[name].ravel() for name in ("W1", "W2"))
    assert not set(first) & set(second)
    assert not normal.problem.parameters["b1"].any()


def test_where_all_start_at_zeros_all_are_drawn() -> None:
    lesson = with_variant(load_lesson(lesson_path("initialisation")), "zeros")
    (normal,) = members_of(lesson, None, "init=normal")
    assert all(value.all() for value in normal.problem.parameters.values())


def test_a_parameter_or_a_cell_starts_at_several_values() -> None:
    members = asked("bias", "b=-1,0,1/2")
    assert [float(m.problem.parameters["b"]) for m in members] == [-1, 0, 0.5]
    assert len(Sweep(members).sources) == 1
    (cell,) = asked("xor-hidden", "W1[0, 1] = 3")
    own = first_segment("xor-hidden").problem.parameters["W1"]
    changed = cell.problem.parameters["W1"] != own
    assert cell.label == "W1[0,1] 3"
    assert np.argwhere(changed).tolist() == [[0, 1]]


def test_hidden_layers_of_other_widths_train_in_turn() -> None:
    members = asked("deeper", "width=1,4")
    shapes = {name: value.shape for name, value in members[1].problem.parameters.items()}
    own = first_segment("deeper").problem.parameters
    assert shapes["W1"] == (4, own["W1"].shape[1])
    assert shapes["b1"] == (4, 1)
    assert shapes["W2"][1] == 4
    sweep = Sweep(members)
    assert len(sweep.sources) == 2
    sweep.advance(epochs=1)
    assert all(len(found.costs) == 1 for found in sweep.found())


def test_a_run_s_own_changes_at_its_start_are_the_sweep_s() -> None:
    start = first_segment("xor-hidden")
    settings = replace(start.settings, optimizer="momentum")
    start = replace(start, settings=settings, edits=(Edit("b1", (0, 0), 7.0),))
    beta = asked("xor-hidden", "beta=0.5,0.9", start)
    assert [m.settings.hyperparameters for m in beta] == [(("beta", 0.5),), (("beta", 0.9),)]
    seeds = asked("xor-hidden", "seed=1,2", start)
    for member in (*beta, *seeds):
        assert member.problem.parameters["b1"][0, 0] == 7
        assert member.settings.optimizer == "momentum"
    drawn = [member.problem.parameters["W1"] for member in seeds]
    assert not np.array_equal(*drawn)


@pytest.mark.parametrize(
    ("lesson", "text", "part"),
    [
        ("bias", "q=1", "use one of learning_rate, .* or the start of a parameter: w1, w2, b"),
        ("bias", "init=zeros", "no sweep over 'init'"),
        ("bias", "width=3", "no sweep over 'width'"),
        ("xor-hidden", "q=1", "epochs, init, width, or the start of a parameter: W1, b1, W2, b2"),
        ("xor-hidden", "widht=1", "did you mean 'width'?"),
        ("xor-hidden", "init=xaver", "did you mean 'xavier'?"),
        ("xor-hidden", "init=constant", "use one of zeros, plain, xavier"),
        ("xor-hidden", "width=0", "a whole number from 1 to 1,000"),
        ("xor-hidden", "width=1001", "a whole number from 1 to 1,000"),
        ("xor-hidden", "width=" + "9" * 5000, "a whole number from 1 to 1,000"),
        ("xor-hidden", "W1=1", "W1 has 6 numbers"),
        ("xor-hidden", "W1[7,1]=1", "W1 has no cell"),
        ("bias", "b=fast", "'fast' is no number"),
        ("bias", "learning_rate", "is no sweep"),
    ],
)
def test_what_cannot_be_swept_is_refused_with_what_can(lesson: str, text: str, part: str) -> None:
    with pytest.raises(GdTutorError, match=part):
        asked(lesson, text)


def test_a_change_on_the_way_refuses_a_sweep_and_says_why() -> None:
    start = first_segment("bias")
    later = replace(start, first_iteration=100, settings=replace(start.settings, learning_rate=9))
    with pytest.raises(GdTutorError, match="the run changes at iteration 100"):
        asked("bias", "learning_rate=1,2", start, later)
