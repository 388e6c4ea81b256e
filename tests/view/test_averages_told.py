"""Averaged gradient descent: each figure says whether it is at the average or at the steps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from walks import pressed, screen, walk

from gdtutor.cli import main
from gdtutor.linear.training import training_lines
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Walk
from gdtutor.values import replace
from gdtutor.view.frame import ASCII

AVERAGED = """+++
format = 1
id = "averaged"
title = "Averaged"
[parameters]
w = 3.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 4]]
[training]
learning_rate = 0.5
epochs = 40
optimizer = "averaged"
+++
```graph
z = w*x
L = (z - y)**2/2
```
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "01-averaged.md"
    written.write_text(AVERAGED, encoding="utf-8")
    return written


def trained(path: Path, *changes: str) -> Walk:
    session = replace(walk(path, "given", changes=changes), screen=Screen.TRAIN)
    session.run.advance()
    return session.with_train(snapshot=snapshot_of(session.run))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
def test_the_screen_says_at_what_the_cost_and_the_predictions_are(path, size) -> None:
    """Steps from 3 to 1 and back are 2 on average, where the cost is 0, and 2 each by itself."""
    session = trained(path)
    table, parameters = screen(session, *size), screen(pressed(session, "tab"), *size)
    assert "cost now 0 at the average" in table
    said = " ".join(table.replace("│", " ").split())
    brief = "Jumps to and fro at cost, not at the average, 2 for 20 epochs, gradient 4."
    assert brief in said or "Jumps to and fro: the cost, not at the average, is" in said
    assert "by average" in table or "by average" in parameters
    assert any("w 3" in text and "average of w 2" in text for text in (table, parameters))


def test_other_rules_have_nothing_to_say_of_averages(path) -> None:
    session = trained(path, "optimizer=sgd")
    texts = (screen(session), screen(pressed(session, "tab")), *training_lines(session, ASCII))
    assert not any("average" in text for text in texts)


def test_lines_say_it_too(path) -> None:
    lines = training_lines(trained(path), ASCII)
    assert any(line.startswith("cost now 0 at the average") for line in lines)
    assert lines.index("  w = 3") + 1 == lines.index("  average of w = 2")


def test_the_walk_that_training_opens_says_that_its_parameters_are_no_averages(path) -> None:
    opened = pressed(trained(path), "enter")
    assert opened.message.startswith(
        "Iteration 40 has the parameters of the end of training, no averages."
    )


def test_the_report_has_the_averages_and_a_sweep_measures_all_runs_at_them(path, capsys) -> None:
    """A run that diverges is no longer told by its curve where others are told at the average."""
    assert main(["train", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["averages"], data["parameters"], data["verdict"]) == (
        {"w": 2.0},
        {"w": 3.0},
        "jumps to and fro",
    )
    assert main(["train", str(path)]) == 0
    told = capsys.readouterr().out
    assert "final cost 0 at the average\nw = 3\naverage of w = 2\n" in told
    sweep = ["train", str(path), "--sweep", "learning_rate=0.1,0.5,0.51"]
    assert main([*sweep, "--json"]) == 0
    ends = [run["final_cost"] for run in json.loads(capsys.readouterr().out)["runs"]]
    assert main(sweep) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [float(row.split("cost ")[1].split()[0]) for row in rows] == pytest.approx(ends)
    assert all("at the average" in row for row in rows)
    assert rows[2].endswith("diverges")
