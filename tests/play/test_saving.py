"""`W` writes a lesson file that passes `check` and opens to the same state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.geometry import Size

from gdtutor.check.lesson import check_lesson
from gdtutor.cli import main
from gdtutor.drive.opening import open_lesson
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.play.lesson_text import playground_in
from gdtutor.play.lesson_text import text_of as text_of_lesson
from gdtutor.play.options import playground_of_line
from gdtutor.session.edits import with_change
from gdtutor.session.play_keys import save_lesson
from gdtutor.session.playing import play_session, reopened
from gdtutor.session.press import Press
from gdtutor.session.state import Session, Surroundings
from gdtutor.ui.answering import Computing, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "--data spiral --points 20 --layers 2-3-3 --l1 0.001 --l2 0.01 --epochs 5",
        "--data xor --layers 2-3-2-1 --optimizer adam --hyperparameters beta1=0.8 --epochs 5",
        "--data bumps --points 20 --features 'x1,x2,sin(6*x1)' --activation relu --epochs 5",
    ],
)
def test_the_file_passes_check_and_opens_to_the_same_state(
    line: str, monkeypatch, tmp_path, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    playground = playground_of_line(line)
    session = play_session(Session(), playground)
    computing = Computing(Services(), UNICODE)
    name = f"play-{playground.data}.md"
    told = [
        computing.answer(one, Press("W", "W"), Size(80, 24)).session.message
        for one in (session, session, play_session(Session(), replace(playground, seed=7)))
    ]
    what, where = "Wrote settings and start, without trained weights, to", tmp_path.resolve()
    assert told[0] == f"{what} {where / name}: gdtutor {name} walks it."
    assert told[1].startswith(f"{where / name} holds it already")
    assert told[2].startswith(f"{what} {where / name.removesuffix('.md')}-2.md:")
    file = tmp_path / name
    assert playground_in(file.read_text("utf-8"), file) == playground
    checked = check_lesson(open_lesson(file).lesson)
    assert [report.what for report in checked.problems if report.level == "error"] == []
    assert main(["train", str(file), "--json"]) == 0
    trained = json.loads(capsys.readouterr().out)
    session.run.advance()
    assert trained["costs"] == session.run.costs.tolist()
    assert main(["play", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["costs"] == trained["costs"]


def test_what_cannot_be_written_is_told(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    session = play_session(Session(), playground_of_line("--data xor"))
    tmp_path.rmdir()
    computing = Computing(Services(), UNICODE)
    answer = computing.answer(session, Press("W", "W"), Size(80, 24))
    assert answer.session.is_error
    assert "play-xor.md" in answer.session.message


def test_a_value_changed_in_the_walk_is_marked_and_told_of_where_the_file_lacks_it(
    monkeypatch, tmp_path
) -> None:
    monkeypatch.chdir(tmp_path)
    session = play_session(Session(), playground_of_line("--data xor --layers 2-2-1"))
    session = with_change(session, parse_assignment("W2=0"))
    computing = Computing(Services(), UNICODE)
    answer = computing.answer(session, Press("W", "W"), Size(120, 36))
    assert "It is without what the walk has edited W2=0." in answer.session.message
    assert "*edited W2=0" in text_of(frame_of(session, 120, 36, UNICODE).lines[0])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_title_has_the_layers_as_they_are_typed_beside_the_features(width: int) -> None:
    playground = playground_of_line("--features x1,x2,x1**2 --layers 2-8-6-1")
    header = frame_of(play_session(Session(), playground), width, 36, UNICODE).text()
    assert "circle 3 features, 2-8-6-1" in header.split("\n")[0]
    plain = play_session(Session(), playground_of_line("--layers 2-8-6-1"))
    assert "circle 2-8-6-1" in frame_of(plain, width, 36, UNICODE).text().split("\n")[0]


def test_the_network_is_called_by_the_features_that_come_in() -> None:
    playground = playground_of_line("--features x1,x2,x1**2 --layers 2-8-6-1")
    assert "\nA network with layers of 3, 8, 6 and 1, features first," in text_of_lesson(playground)


def test_a_rate_that_was_changed_on_the_way_is_told(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    session = play_session(Session(), playground_of_line("--data xor --layers 2-2-1"))
    changes = map(parse_assignment, ("4:learning_rate=0.3", "9:learning_rate=1"))
    computing = Computing(Services(), UNICODE)
    answer = computing.answer(reopened(session, changes), Press("W", "W"), Size(120, 36))
    told = "Its rate is 1 from the start; here it was 0.1 first, then 0.3 from iteration 4 on, "
    assert answer.session.message.endswith(f"{told}1 from iteration 9 on.")
    assert "learning_rate = 1.0" in (tmp_path / "play-xor.md").read_text(encoding="utf-8")


def test_a_saved_playground_is_called_as_the_program_was_started() -> None:
    shell = Session(around=Surroundings("python -m gdtutor"))
    session = play_session(shell, playground_of_line("--epochs 5"))
    _, (effect,) = save_lesson(session)
    assert effect.leads(Path("a.md")) == ": python -m gdtutor a.md walks it."
