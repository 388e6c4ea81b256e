"""Command line = playground = lesson: pure functions, and what they refuse."""

from __future__ import annotations

import shlex
from pathlib import Path
from random import Random

import numpy as np
import pytest

from gdtutor.cli.arguments import COMMANDS, parser_of
from gdtutor.cli.play import asked_for
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.runs import run_of
from gdtutor.play.lesson_text import FILE, lesson_of, playground_in, text_of
from gdtutor.play.options import OPTIONS, divided, playground_of, words_of
from gdtutor.play.playground import Playground, fitted, of_data
from gdtutor.training.datasets import DATASETS
from gdtutor.values import replace
from tests.play.drawn_playgrounds import drawn

PLAY = next(command for command in COMMANDS if command.name == "play")
HINTED = "--data spiral --layers 2-4-4-1 --activation tanh --noise 0.1 --train 0.7 --batch 10 "
HINTED += "--features 'x1,x2,x1*x2,x1**2,sin(x1)' --optimizer adam --rate 0.03 --l2 0.001 --seed 3"


def read(line: str) -> Playground:
    """Return the playground that a shell's words ask for."""
    return asked_for(parser_of(PLAY).parse_args(shlex.split(line)))


def test_the_command_line_says_what_it_says() -> None:
    playground = read(HINTED)
    assert playground.features == ("x1", "x2", "x1*x2", "x1**2", "sin(x1)")
    assert (playground.optimizer, playground.rate, playground.seed) == ("adam", 0.03, 3)
    assert lesson_of(playground).settings.validation == 0.3
    assert "validation = 0.3" in text_of(playground)


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(150))
def test_command_line_playground_and_lesson_are_the_same(seed: int) -> None:
    playground = drawn(Random(seed))
    assert read(shlex.join(words_of(playground))) == playground
    assert playground_in(text_of(playground), FILE) == playground


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(12))
def test_the_three_train_to_the_same_numbers(seed: int) -> None:
    playground = drawn(Random(1000 + seed))
    if playground.optimizer == "implicit":
        # It is for one neuron alone, and says so.
        playground = fitted(replace(playground, optimizer="sgd"))
    runs = [
        run_of(lesson_of(one))
        for one in (
            playground,
            read(shlex.join(words_of(playground))),
            playground_in(text_of(playground, "another-name"), Path("saved.md")),
        )
    ]
    for run in runs:
        run.advance(iterations=12)
    first, *others = (run.state(run.farthest).parameters for run in runs)
    for other in others:
        for name, value in first.items():
            np.testing.assert_array_equal(other[name], value)


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_begins_with_a_playground_of_its_own(name: str) -> None:
    playground = fitted(of_data(name))
    assert playground_of({"data": name}) == playground
    assert words_of(playground) == ("--data", name)
    lesson_of(playground)


def test_options_of_the_table_have_fields_of_their_own() -> None:
    fields = [row.field for row in OPTIONS]
    assert len(set(fields)) == len(fields)
    of_files = {"columns", "has_classes", "has_names"}
    assert set(fields) == set(Playground.__struct_fields__) - of_files


def test_commas_inside_of_parentheses_divide_nothing() -> None:
    assert divided("x1,maximum(x1, x2),sin(x1)") == ("x1", "maximum(x1, x2)", "sin(x1)")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("--data spirl", "did you mean 'spiral'"),
        ("--data xor --points 5", "its four rows"),
        ("--data xor --noise 0.1", "its four rows"),
        ("--layers 3-1", "has 2 inputs"),
        ("--layers 2", "write inputs"),
        ("--layers 2-0-1", "from 1 to 1,000"),
        ("--layers 2-3-4", "gaussians and spiral can have 4"),
        ("--data plane --layers 2-3-2", "its target is one number"),
        ("--layers 2-3-9", "end in 1 to 6"),
        ("--cost cross_entropy", "does not fit"),
        ("--data circle --points 4 --train 0.9", "--train: 0.9 of 4 examples are 4"),
        ("--data plane --cost binary_cross_entropy", "use squared"),
        ("--batch 500", "use 1 to 140, or full"),
        ("--batch 0", "whole number"),
        ("--train 0", "from 0.1 to 1"),
        ("--train nan", "from 0.1 to 1"),
        ("--rate 0", "above 0"),
        ("--rate fast", "as the learning rate"),
        ("--noise -1", "from 0 to 10"),
        ("--hyperparameters beta=0.5", "sgd has no 'beta'"),
        ("--optimizer adam --hyperparameters beta=0.5", "did you mean 'beta"),
        ("--optimizer adam --hyperparameters beta1", "write beta=0.8"),
        ("--features x1,,x2", "as features"),
        ("--activation softmax", "is no activation"),
        ("--seed -1", "as a seed"),
        ("--epochs 0", "as epochs"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(line: str, what: str) -> None:
    words = shlex.split(line)
    given = {w.removeprefix("--"): v for w, v in zip(words[::2], words[1::2], strict=True)}
    with pytest.raises(GdTutorError, match="--") as refused:
        playground_of(given)
    assert what in str(refused.value)


@pytest.mark.parametrize("feature", ["y", "log(x1)", "x1 @ x2", "x1 +"])
def test_a_feature_that_is_none_is_refused_by_the_format(feature: str) -> None:
    with pytest.raises(GdTutorError, match="feature"):
        lesson_of(replace(Playground(), features=("x1", feature)))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("[network]", "[parameters]\nb1 = [[0.0], [0.0], [0.0], [0.0]]\n[network]"), "parameters"),
        (("epochs = 1000", "epochs = 1000\norder = 'drawn'"), "[training] order"),
        (("[data]", "[data]\nscale = 'min_max'"), "[data] scale"),
        (('output = "sigmoid"', 'output = "tanh"'), "no output 'tanh'"),
    ],
)
def test_a_lesson_of_more_than_a_playground_is_refused(change: tuple[str, str], what: str) -> None:
    with pytest.raises(GdTutorError) as refused:
        playground_in(text_of(Playground()).replace(*change), FILE)
    assert what in str(refused.value)


@pytest.fixture
def points(monkeypatch, tmp_path):
    """A CSV file in the working folder."""
    monkeypatch.chdir(tmp_path)
    rows = "\n".join(f"{i % 5},{i % 3},{int(i % 5 > i % 3)}" for i in range(30))
    (tmp_path / "mine.csv").write_text(f"wide,high,kind\n{rows}\n")
    return tmp_path


def test_a_file_of_two_inputs_and_a_target_is_data(points) -> None:
    line = "--data mine.csv --features 'wide,high,wide*high' --layers 2-3-1 --train 0.8"
    playground = read(line)
    assert (playground.points, playground.cost) == (30, "binary_cross_entropy")
    assert read(shlex.join(words_of(playground))) == playground
    assert playground_in(text_of(playground), FILE) == playground
    run = run_of(lesson_of(playground))
    run.advance(iterations=3)
    assert run.trained_examples == 24


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a,b\n1,2\n", "--data mine.csv", "has 2 columns"),
        ("a,b,c\n1,2,x\n", "--data mine.csv", "x"),
        ("a,b,c\n1,2,3\n4,5,6\n", "--data mine.csv --points 5", "the rows it has"),
        ("a,b,c\n1,2,0\n4,5,1\n", "--data mine.csv --layers 2-2", "no 2 outputs"),
        ("a,b,c\n1,2,3\n", "--data other.csv", "no file"),
        ("a,b,c\n1,2,3\n", "--data ../mine.csv", "folder"),
    ],
)
def test_a_file_that_is_no_data_is_refused(points, text: str, line: str, what: str) -> None:
    (points / "mine.csv").write_text(text)
    with pytest.raises(GdTutorError) as refused:
        read(line)
    assert what in str(refused.value)
