"""`gdtutor play` without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gdtutor.cli import main
from gdtutor.drive.effects import Outside, answered
from gdtutor.engine.errors import GdTutorError
from gdtutor.play.lesson_text import playground_in, text_of
from gdtutor.play.options import playground_of
from gdtutor.session.play_keys import save_lesson
from gdtutor.session.playing import play_session
from gdtutor.session.state import Session


def test_play_trains_as_train_does_with_the_saved_lesson(capsys, tmp_path) -> None:
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


@pytest.mark.slow
def test_any_file_of_the_user_is_played_with_and_no_example_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "1,2,0\n2,1,1\n3,1,0\n2,2,1\n"
    (tmp_path / "mine.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "named.csv").write_text("a,b,c\n" + rows, encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    plain, named = (playground_of({"data": f"../{n}.csv"}, is_own=True) for n in ("mine", "named"))
    assert (plain.points, plain.columns, plain.has_names) == (4, ("x1", "x2", "y"), False)
    assert (named.points, named.columns, named.has_names) == (4, ("a", "b", "c"), True)
    for playground in (plain, named):
        # Relative, as on a command line.
        session = play_session(Session(), playground)
        _, (effect,) = save_lesson(session)
        answered(session, [effect], Outside())
        saved = effect.path
        assert saved.resolve().parent == tmp_path
        assert playground_in(saved.read_text(encoding="utf-8"), saved) == playground
        assert main(["check", str(saved)]) == 0
    assert main(["play", "--data", str(tmp_path / "mine.csv"), "--epochs", "1", "--json"]) == 0
    # What a link or a typed value names has to lie in the working folder.
    with pytest.raises(GdTutorError, match="leads out"):
        playground_of({"data": "../mine.csv"})
    capsys.readouterr()
    (tmp_path / "semi.csv").write_text(rows.replace(",", ";"), encoding="utf-8")
    for words, said in {
        ("play", "--data", "../semi.csv"): "write commas in place of ';'",
        ("play", "nope.csv"): "there is no file 'nope.csv'",
        ("play", "../mine.csv"): "gdtutor play --data ../mine.csv plays with it",
        ("play", "--data", "nope.csv"): "there is no file 'nope.csv'",
        ("play", "--optimizer", "adam", "--hyperparameters", "beta1=", "--json"): "'' as beta1",
        ("play", "--json", "--at", "foo"): "--json trains and shows no place",
    }.items():
        assert main(list(words)) == 2
        assert said in capsys.readouterr().err
