"""lessons/README.md says what is: its tables come from the program, its lessons pass `check`."""

import re
import shlex

import pytest
from format_parts import PAGE, examples, with_parts

from gdtutor.check.paths import check_paths
from gdtutor.cli import main
from gdtutor.engine.operations import FUNCTIONS
from gdtutor.lesson import questions, tables
from gdtutor.lesson.pictures import TRAIN_TITLE, WALK_PLACE, WALK_TITLE
from gdtutor.lesson.readers import keys_of
from gdtutor.training.errors import TrainingError
from gdtutor.training.settings import Settings
from gdtutor.training.sweep import swept
from gdtutor.view.page import LARGE
from gdtutor.view.study import room_for
from gdtutor.view.train import SIDE

TEXT = PAGE.read_text("utf-8")
LESSONS = examples(TEXT)
TABLES = [
    tables.FrontMatter, tables.DrawnTable, tables.DataTable, tables.NetworkTable,
    tables.TrainingTable, tables.ScheduleTable, tables.StopTable, questions.QuestionTable,
]  # fmt: skip


def test_the_tables_are_those_of_the_program():
    # A difference of two long texts would take pytest minutes to explain.
    is_same = with_parts(TEXT) == TEXT
    assert is_same, "run python -m tests.format_parts"


def test_the_page_shows_whole_lessons():
    assert len(LESSONS) == TEXT.count("````markdown") >= 8


@pytest.mark.slow
@pytest.mark.parametrize("text", LESSONS, ids=range(len(LESSONS)))
def test_every_lesson_of_the_page_passes_check_without_a_warning(text, tmp_path):
    path = tmp_path / "lesson.md"
    path.write_text(text, encoding="utf-8")
    assert [report.text() for report in check_paths([path]).problems] == []


def test_the_commands_for_authors_fit_together(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    listed = re.findall(r"^    gdtutor (.+?)(?:   .*)?$", TEXT, re.MULTILINE)
    words = [shlex.split(command) for command in listed]
    assert [command[0] for command in words] == ["new", "watch", "check", "shot"]
    assert main(words[0]) == 0
    [file] = tmp_path.iterdir()
    assert all(command[1] == file.name for command in words[1:])
    assert [main(command) for command in words[2:]] == [0, 0]
    assert "∂L/∂w" in capsys.readouterr().out


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_is_on_the_page(table):
    for name in keys_of(table):
        assert f"| `{name}` |" in TEXT


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_operation_is_on_the_page(name):
    assert f"`{name}(a" in TEXT


def test_the_room_that_the_page_names_is_that_of_the_screen():
    room = room_for(80, 24)
    assert f"A note has {room.note} lines of 77 cells" in TEXT
    assert f"has {room.node_height} lines of {room.node_width} cells" in TEXT


def test_the_titles_that_the_page_calls_whole_are_whole_on_the_screen():
    frames = 6  # the border, and a blank on either side of the title
    assert room_for(80, 24).graph - frames == WALK_TITLE
    assert SIDE - frames == TRAIN_TITLE
    assert len(f" {tables.MAX_PICTURES}/{tables.MAX_PICTURES}") == WALK_PLACE


def test_the_size_from_which_a_picture_stands_below_the_graph_is_that_of_the_screen():
    width, height = LARGE
    assert f"From {width}×{height} on" in TEXT
    assert room_for(width, height).values
    assert not room_for(width - 1, height).values


def test_what_the_page_says_can_be_swept_is_what_can_be_swept():
    sentence = re.search(r"What can be swept is\s+(.*?) and the hyper", TEXT, re.DOTALL)
    assert sentence is not None
    named = re.findall(r"`(\w+)`", sentence[1])
    with pytest.raises(TrainingError) as refused:
        swept(Settings(), "nothing", "1")
    assert refused.value.hint == f"use one of {', '.join(named)}"


def test_every_link_of_the_page_leads_to_a_heading():
    headings = {
        line.lstrip("# ").lower().replace(" ", "-")
        for line in TEXT.split("\n")
        if line.startswith("#")
    }
    wanted = {part.split(")")[0] for part in TEXT.split("](#")[1:]}
    assert wanted <= headings
