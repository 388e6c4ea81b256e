"""Parameters start where the lesson or its seeds say, on every machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lessons_for_tests import NETWORK, SCALAR, lesson_of

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import Start
from gdtutor.lesson.starts import seeds_of, start_values
from gdtutor.training.errors import DataError
from gdtutor.training.initialise import draw_with

DRAWN = (
    "w = 0.5\nb = 0.0",
    'w = { init = "xavier", seed = 7 }\nk = { init = "constant", value = 2.5 }\n'
    'b = { init = "uniform", shape = [], seed = 7 }',
)
USED = ("w*x + b", "w*x + b*k")


def test_the_network_draws_its_weights_in_turn_from_one_generator() -> None:
    """Source: reference-values of the 2-3-1 network, RandomState(48), N(0, 1)/√n_in."""
    rng = np.random.RandomState(48)
    first, second = rng.randn(3, 2) / np.sqrt(2), rng.randn(1, 3) / np.sqrt(3)
    values = start_values(lesson_of(NETWORK).starts)
    assert list(values) == ["W1", "b1", "W2", "b2"]
    np.testing.assert_array_equal(values["W1"], first)
    np.testing.assert_array_equal(values["W2"], second)
    assert values["b1"].shape == (3, 1)
    assert not values["b1"].any()


@pytest.mark.parametrize("orientation", ["columns", "rows"])
def test_the_biases_of_a_network_are_drawn_after_their_weights(orientation: str) -> None:
    rows = ("[network]", f'orientation = "{orientation}"\n[network]\nbiases = "normal"')
    lesson, rng = lesson_of(NETWORK, rows), np.random.RandomState(48)
    values = start_values(lesson.starts)
    for name, shape, n_in in (("1", (3, 2), 2), ("2", (1, 3), 3)):
        weights, bias = rng.randn(*shape) / np.sqrt(n_in), rng.randn(shape[0], 1)
        is_rows = orientation == "rows"
        np.testing.assert_array_equal(values[f"W{name}"], weights.T if is_rows else weights)
        np.testing.assert_array_equal(values[f"b{name}"], bias.T if is_rows else bias)
    _, reports = parse_lesson(NETWORK.replace(rows[0], f'{rows[0]}\nbiases = "one"'), Path("x.md"))
    assert [report.what for report in reports] == ["unknown initialisation 'one'"]


def test_a_drawn_parameter_has_a_generator_of_its_own() -> None:
    values = start_values(lesson_of(SCALAR, DRAWN, USED).starts)
    assert values["w"] == np.random.RandomState(7).standard_normal()
    assert values["b"] == np.random.RandomState(7).random_sample()
    assert values["k"] == 2.5


def test_a_seed_replaces_those_of_the_lesson_and_rises_with_each_drawn_parameter() -> None:
    values = start_values(lesson_of(SCALAR, DRAWN, USED).starts, seed=100)
    assert values["w"] == np.random.RandomState(100).standard_normal()
    assert values["b"] == np.random.RandomState(101).random_sample()


def test_a_seed_stands_as_it_is_for_a_network() -> None:
    lesson = lesson_of(NETWORK)
    other = lesson_of(NETWORK, ("seed = 48", "seed = 5"))
    np.testing.assert_array_equal(
        start_values(lesson.starts, seed=5)["W2"], start_values(other.starts)["W2"]
    )


def test_starting_values_are_read_only() -> None:
    for value in start_values(lesson_of(NETWORK).starts).values():
        assert not value.flags.writeable


def test_a_network_may_be_given_some_of_its_weights() -> None:
    given = ("[data]", "[parameters]\nW2 = [[1.0, 2.0, 3.0]]\n\n[data]")
    values = start_values(lesson_of(NETWORK, given).starts)
    np.testing.assert_array_equal(values["W2"], [[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(values["W1"], np.random.RandomState(48).randn(3, 2) / np.sqrt(2))


@pytest.mark.parametrize("lesson", [(NETWORK,), (SCALAR, DRAWN, USED)])
@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_no_generator_takes_is_refused_with_its_bound(
    lesson: tuple[str, ...], seed: int
) -> None:
    with pytest.raises(DataError, match="use a whole number from 0 to 4294967295"):
        start_values(lesson_of(*lesson).starts, seed=seed)


CHAIN = (
    "w = 0.5\nb = 0.0",
    'w = { init = "uniform", low = -1, high = 1, shape = [], seed = 1 }\n'
    'b = { init = "normal", after = "w" }\nk = { init = "uniform", after = "b" }\n'
    'q = { init = "normal", seed = 4 }',
)


def test_parameters_come_from_one_generator_in_the_order_that_is_stated() -> None:
    starts = lesson_of(SCALAR, CHAIN, ("w*x + b", "w*x + b*k*q")).starts
    for seed, own, other in ((None, 1, 4), (20, 20, 21)):
        values, rng = start_values(starts, seed), np.random.RandomState(own)
        assert values["w"] == 2 * rng.rand() - 1
        assert values["b"] == rng.randn()
        assert values["k"] == rng.rand()
        assert values["q"] == np.random.RandomState(other).randn()


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ('{ init = "normal", after = "v" }', "no parameter above is drawn as 'v'"),
        ('{ init = "normal", after = "b" }', "no parameter above is drawn as 'b'"),
        ('{ init = "normal", after = "w", seed = 1 }', "a seed, and another parameter"),
        ('{ init = "normal" }', "a drawn parameter needs a seed"),
        ('{ init = "uniform", high = -2, seed = 1 }', "low is 0 and high is -2"),
        ('{ init = "he", std = 2, seed = 1 }', "'he' takes no std"),
    ],
)
def test_a_start_that_cannot_be_drawn_is_refused(table: str, what: str) -> None:
    text = SCALAR.replace("w = 0.5", 'w = { init = "normal", seed = 1 }')
    lesson, reports = parse_lesson(text.replace("b = 0.0", f"b = {table}"), Path("lesson.md"))
    assert lesson is None
    assert what in reports[0].what


def test_every_mistake_of_the_starts_is_told() -> None:
    text = SCALAR.replace("w = 0.5", 'w = { init = "xaviar", shape = [] }')
    text = text.replace("b = 0.0", 'b = { init = "he", std = 2, after = "v" }')
    _, reports = parse_lesson(text, Path("lesson.md"))
    assert [(report.line, report.what, report.hint) for report in reports] == [
        (reports[0].line, "a drawn parameter needs a seed", "add seed = 1"),
        (reports[0].line, "unknown initialisation 'xaviar'", "did you mean 'xavier'?"),
        (reports[0].line + 1, "'he' takes no std", "leave std out"),
        (reports[0].line + 1, "no parameter above is drawn as 'v'",
         "name a drawn parameter above it"),
    ]  # fmt: skip
    assert reports[0].column < reports[1].column


def test_two_parameters_cannot_come_after_the_same_one() -> None:
    text = SCALAR.replace(CHAIN[0], CHAIN[1].replace('after = "b"', 'after = "w"'))
    _, reports = parse_lesson(text, Path("lesson.md"))
    assert reports[0].what == "b already comes after w"


def test_the_seeds_told_are_those_that_are_drawn_from() -> None:
    starts = {
        "b": Start(init="zeros", shape=(2,)),
        "w": Start(init="normal", shape=(3,), seed=4),
        "v": Start(init="uniform", shape=(3,), seed=9),
    }
    assert seeds_of(starts) == {"w": 4, "v": 9}
    assert seeds_of(starts, seed=20) == {"w": 20, "v": 21}
    shared = {n: Start(init="normal", shape=(2,), seed=5, stream=0) for n in ("W1", "W2")}
    assert seeds_of(shared, seed=7) == {"W1": 7, "W2": 7}
    for seed in (None, 20):
        for name, own in seeds_of(starts, seed).items():
            drawn = draw_with(starts[name].init, starts[name].shape, np.random.RandomState(own))
            np.testing.assert_array_equal(start_values(starts, seed)[name], drawn)
