import json
import re

import pytest

from gdtutor.cli import main
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.progress.schema import Attempt, Finished, SavedPlace
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace

(BIAS,) = shipped_lessons_folder().glob("06-*.md")


@pytest.fixture
def store(tmp_path, monkeypatch):
    path = tmp_path / "progress.sqlite"
    monkeypatch.setattr("gdtutor.cli.show_progress.default_path", lambda: path)
    with ProgressStore(path) as opened:
        opened.apply(
            [
                SavedPlace(
                    "bias", LessonPlace(3, 5, 13, ("w1=0.9",), "gdtutor bias --at 3/step:5", 1.0)
                ),
                Finished("bias", 2.0),
                Attempt("bias", "q", "1", True, None, 3.0),
                Attempt("bias", "q", "2", False, None, 4.0),
                Attempt("bias", "q", "-1", False, "sign flipped", 4.5),
                Attempt("bias", "p", "-1", False, "sign flipped", 4.6),
                Attempt("bias", "p", "3", False, "bias forgotten", 4.7),
                SavedPlace("loss", LessonPlace(0, 0, 9, (), "gdtutor loss", 5.0)),
            ]
        )
    return path


def test_progress_is_shown_for_every_lesson(store, capsys):
    assert main(["progress"]) == 0
    out = capsys.readouterr().out
    assert "iteration 3, step 5 of 13, 1 change, finished, 1 of 5 attempts right" in out
    assert "gdtutor bias --at 3/step:5" in out
    assert "slips: sign flipped (2), bias forgotten (1)" in out
    assert str(store) in out


def test_lessons_stand_in_the_order_of_the_course_with_number_and_title(store, capsys):
    with ProgressStore(store) as opened:
        opened.apply([Attempt("practice", "sum", "2", True, None, 6.0)])
    assert main(["progress"]) == 0
    out = capsys.readouterr().out
    heads = [row for row in out.splitlines() if row[:1].strip() and not row.startswith("Kept")]
    assert [row.split("  ")[0] for row in heads] == ["04 loss", "06 bias", "practice"]
    assert "06 bias                  The bias to the rescue: iteration 3, step 5 of 13" in out


def test_exercises_count_at_the_first_try_and_the_playground_tells_its_epoch(store, capsys):
    command = "gdtutor play --data moons"
    with ProgressStore(store) as opened:
        opened.apply(
            [
                Attempt("practice", "local", "1", False, None, 6.0),
                Attempt("practice", "sum", "2", True, None, 7.0),
                SavedPlace("playground", LessonPlace(0, 0, 9, (), f"{command} --keys 1200n", 8.0)),
            ]
        )
    assert main(["progress"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^practice +1 of 2 exercises right at the first try$", out, re.MULTILINE)
    assert re.search(r"^playground +epoch 1,200$", out, re.MULTILINE)
    with ProgressStore(store) as opened:
        opened.apply(
            [SavedPlace("playground", LessonPlace(0, 0, 9, (), f"{command} --keys '3n d'", 9.0))]
        )
    main(["progress"])
    assert re.search(r"^playground +epoch 3$", capsys.readouterr().out, re.MULTILINE)
    with ProgressStore(store) as opened:
        walk = f"{command} --keys '3n : 2/forward:A1[0,0] enter'"
        opened.apply([SavedPlace("playground", LessonPlace(2, 3, 9, (), walk, 9.0))])
    main(["progress"])
    assert "iteration 2, step 3 of 9" in capsys.readouterr().out


def test_progress_as_json_is_complete(store, capsys):
    assert main(["progress", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["last"] == "loss"
    bias = next(one for one in data["lessons"] if one["lesson"] == "bias")
    assert bias["finished"] == 2.0
    assert bias["place"]["edits"] == ["w1=0.9"]
    assert len(bias["attempts"]) == 5


def test_a_lesson_is_forgotten_and_no_other(store, capsys):
    assert main(["progress", "reset", "bias"]) == 0
    with ProgressStore(store) as left:
        assert left.lessons() == ("loss",)


def test_one_lesson_is_shown_alone(store, capsys):
    assert main(["progress", "loss"]) == 0
    out = capsys.readouterr().out
    assert "gdtutor loss" in out
    assert "bias" not in out
    assert main(["progress", "loss", "--json"]) == 0
    assert [one["lesson"] for one in json.loads(capsys.readouterr().out)["lessons"]] == ["loss"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["reset", "biass"], "bias"), (["reset"], "LESSON"), (["biass"], "did you mean 'bias'"),
        (["bias", "loss"], "no lesson 'bias loss'"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_or_forgotten_is_said(store, words, says, capsys):
    assert main(["progress", *words]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("named", ["6", "06", "bias", str(BIAS)])
def test_a_lesson_is_named_by_id_number_or_path(store, named, capsys):
    assert main(["progress", named]) == 0
    out = capsys.readouterr().out
    assert "gdtutor bias --at 3/step:5" in out
    assert "gdtutor loss" not in out
    assert main(["progress", "reset", named]) == 0
    with ProgressStore(store) as left:
        assert left.lessons() == ("loss",)
    assert main(["progress", named]) == 0
    assert "Nothing is remembered of bias yet." in capsys.readouterr().out
    assert main(["progress", "99"]) == 2
    assert "there is no lesson 99" in capsys.readouterr().err
    assert main(["progress", "nowhere/12-none.md"]) == 2
    assert "there is no lesson in 'nowhere/12-none.md'" in capsys.readouterr().err


def test_nothing_remembered_is_said(tmp_path, monkeypatch, capsys):
    path = tmp_path / "none.sqlite"
    monkeypatch.setattr("gdtutor.cli.show_progress.default_path", lambda: path)
    assert main(["progress"]) == 0
    assert "Nothing is remembered yet." in capsys.readouterr().out


def test_a_terminal_gets_whole_words_in_each_row(store, monkeypatch, capsys):
    slip, command = "upstream factor is missing", "bin/gdtutor loss --set w1=0.123456789 " * 3
    short = "bin/gdtutor bias --at 3/backward:w1 --set w1=0.123456789 --keys v"
    with ProgressStore(store) as opened:
        opened.apply(
            [
                *(Attempt("loss", "q", "1", False, f"{slip} {n}", float(n)) for n in range(9)),
                SavedPlace("loss", LessonPlace(0, 0, 9, (), command.strip(), 5.0)),
                SavedPlace("bias", LessonPlace(3, 5, 9, (), short, 5.0)),
            ]
        )
    assert main(["progress"]) == 0
    plain = capsys.readouterr().out
    monkeypatch.setattr("gdtutor.cli.show_progress.sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["progress"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert " ".join(" ".join(rows).split()) == " ".join(plain.split())
    kept = ("bin/gdtutor loss", "Kept in")
    long = [row.strip() for row in rows if len(row) > 80]
    assert all(row.startswith(kept) for row in long)
    assert command.strip() in long
    assert any(row.endswith(short) and len(row) <= 80 for row in rows)
    assert max(map(len, plain.splitlines())) > 200
