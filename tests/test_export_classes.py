"""Exported layer classes train as the lesson does, and say what they cannot be written for."""

import runpy
from functools import cache
from pathlib import Path

import pytest

from gdtutor.cli import main
from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.export.classes import classes_text
from gdtutor.lesson.discovery import discover, shipped_lessons_folder

BY_STEM = {path.stem: path for path in discover(shipped_lessons_folder())}
CHAINS = ("10-or-vectorised", "14-xor-one-neuron", "18-deeper", "26-write-it")
OWN = """+++
format = 1
id = "own"
title = "Own"
[network]
layers = [2, 4, 3]
activation = "{activation}"
cost = "{cost}"
init = "he"
seed = 5
{output}
[data]
inputs = ["x1", "x2"]
targets = ["a", "b", "c"]
examples = [[0.5, 1, 1, 0, 0], [-1, 0.25, 0, 1, 0], [2, -0.5, 0, 0, 1]]
[training]
learning_rate = 0.1
epochs = 60
+++
# Own
"""


@cache
def shipped(stem: str) -> str:
    """Return the layer classes of a lesson that came with the program."""
    return classes_text(session_at(BY_STEM[stem]))


def costs_of(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Run a script and return what it prints; it raises where a cost is not the lesson's."""
    script = tmp_path / "layers.py"
    script.write_text(text, encoding="utf-8")
    runpy.run_path(str(script), run_name="__main__")
    return capsys.readouterr().out.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("stem", CHAINS)
def test_a_shipped_network_trains_as_its_lesson_does(stem, tmp_path, capsys):
    told = costs_of(shipped(stem), tmp_path, capsys)
    assert len(told) == 10
    assert told[0].startswith("epoch 0: cost ")
    assert stem != "26-write-it" or told[0] == "epoch 0: cost 0.129265"
    if stem == "18-deeper":
        assert main(["export", str(BY_STEM[stem]), "--classes", "--rows"]) == 0
        written = capsys.readouterr().out
        assert "return A @ self.W + self.b" in written
        assert costs_of(written, tmp_path, capsys)[0] == told[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("activation", "cost", "output"),
    [
        # What the hidden layers compute and what the last one does are written apart.
        ("relu", "squared", 'output = "linear"'),
        ("tanh", "binary_cross_entropy", ""),
        ("leaky_relu", "cross_entropy", ""),
        ("softplus", "squared", 'output = "softmax"'),
        ("sigmoid", "cross_entropy", ""),
        ("sigmoid", "squared", 'output = "softmax"'),
    ],
)
def test_any_activation_and_cost_of_a_network_becomes_a_class(
    activation, cost, output, tmp_path, capsys
):
    path = tmp_path / "own.md"
    path.write_text(OWN.format(activation=activation, cost=cost, output=output), encoding="utf-8")
    assert len(costs_of(classes_text(session_at(path)), tmp_path, capsys)) == 10


@pytest.mark.slow
def test_a_start_that_was_changed_is_written_out(tmp_path, capsys):
    text = classes_text(session_at(BY_STEM["26-write-it"], changes=["W1[0,0]=2"]))
    assert "initialize_parameters" not in text
    assert costs_of(text, tmp_path, capsys)


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        ("dA*self.A*(1 - self.A)", "dA*(1 - self.A)"),
        ("dZ @ self.A.T", "-dZ @ self.A.T"),
        ("(Yhat - Y)/m", "(Yhat - Y)"),
        ("self.b - learning_rate", "self.b + learning_rate"),
    ],
)
def test_the_script_notices_what_is_wrong_in_a_class(wrong, tmp_path, capsys):
    text = shipped("26-write-it")
    assert wrong[0] in text
    with pytest.raises(AssertionError, match="the lesson has"):
        costs_of(text.replace(*wrong), tmp_path, capsys)


@pytest.mark.parametrize(
    ("stem", "says"),
    [
        ("01-neuron", "does not train"),
        ("06-bias", "line z is no layer"),
        ("08-and-or", "not its batches"),
        ("23-optimisers", "not its optimizer"),
    ],
)
def test_what_the_classes_cannot_do_is_named(stem, says):
    with pytest.raises(GdTutorError, match=says):
        classes_text(session_at(BY_STEM[stem]))


def test_the_command_writes_the_classes_and_how_to_write_them_again(tmp_path, capsys):
    script = tmp_path / "layers.py"
    assert main(["export", "write-it-yourself", "--classes", "--out", str(script)]) == 0
    command = "# written by: gdtutor export write-it-yourself --classes\n"
    assert command in script.read_text(encoding="utf-8")


def test_a_line_that_gathers_its_operand_is_no_activation(tmp_path):
    text = OWN.format(activation="tanh", cost="squared", output="")
    graph = """
```graph
Z = W @ X + b
S = sum(Z)
C = S**2 / (2*m)
```
"""
    start = text.index("[network]")
    text = text[:start] + "[parameters]\nW = [[1, 2]]\nb = [[0]]\n" + text[text.index("[data]") :]
    inputs = 'inputs = ["x1", "x2"]\ntargets = ["a", "b", "c"]'
    text = text.replace(inputs, 'inputs = { X = ["x1", "x2"] }')
    text = text.replace("[[0.5, 1, 1, 0, 0], [-1, 0.25, 0, 1, 0], [2, -0.5, 0, 0, 1]]", "[[1, 2]]")
    path = tmp_path / "own.md"
    path.write_text(text + graph, encoding="utf-8")
    with pytest.raises(GdTutorError, match="line S is no layer"):
        classes_text(session_at(path))
    several = text.replace("epochs = 60", 'epochs = 60\noptimizer = "adam"')
    several = several.replace(
        "learning_rate = 0.1", "learning_rate = 0.1\nstop = { cost_below = 0.1 }"
    )
    path.write_text(several + graph, encoding="utf-8")
    with pytest.raises(GdTutorError, match=r"its optimizer, the condition .*; line S is no layer"):
        classes_text(session_at(path))


@pytest.mark.slow
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_layers_of_a_lesson_in_rows_train_as_it_does(output, tmp_path, capsys):
    text = OWN.format(activation="relu", cost="squared", output=f'output = "{output}"')
    path = tmp_path / "01-own.md"
    path.write_text(text.replace("[network]", 'orientation = "rows"\n[network]'), encoding="utf-8")
    told = costs_of(classes_text(session_at(path)), tmp_path, capsys)
    assert len(told) == 10


def test_a_line_that_is_no_layer_is_told_in_the_order_of_the_lesson(tmp_path):
    text = OWN.format(activation="relu", cost="squared", output="").replace(
        "[network]", 'orientation = "rows"\n[network]\nl2 = 0.1'
    )
    path = tmp_path / "01-own.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GdTutorError) as found:
        classes_text(session_at(path))
    assert "Z = A @ W + b" in found.value.what
