"""`gdtutor play` without a screen."""

from __future__ import annotations

import json

import pytest

from gdtutor.cli import main


def test_play_trains_as_train_does_with_the_saved_lesson(capsys, tmp_path) -> None:
    from gdtutor.play.lesson_text import text_of
    from gdtutor.play.options import playground_of

    words = {"data": "moons", "points": "30", "layers": "2-3-1", "l2": "0.01", "epochs": "5"}
    options = [part for flag, word in words.items() for part in (f"--{flag}", word)]
    assert main(["play", *options, "--json"]) == 0
    played = json.loads(capsys.readouterr().out)
    file = tmp_path / "saved.md"
    file.write_text(text_of(playground_of(words), "saved"), encoding="utf-8")
    assert main(["train", str(file), "--json"]) == 0
    trained = json.loads(capsys.readouterr().out)
    for data in (played, trained):
        del data["seconds"], data["lesson"]
    assert played == trained


def test_changes_on_the_way_are_trained_as_well(capsys) -> None:
    options = ["--points", "20", "--epochs", "4", "--json"]
    assert main(["play", *options, "--set", "3:learning_rate=5"]) == 0
    changed = json.loads(capsys.readouterr().out)
    assert main(["play", *options]) == 0
    own = json.loads(capsys.readouterr().out)
    assert changed["costs"][:2] == own["costs"][:2]
    assert changed["final_cost"] != own["final_cost"]


@pytest.mark.parametrize("words", [["--data", "nothing"], ["--features", "y"], ["--layer", "2-1"]])
def test_misuse_is_told_in_one_line(words, capsys) -> None:
    try:
        code = main(["play", *words, "--json"])
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err
