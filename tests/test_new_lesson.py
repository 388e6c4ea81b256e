"""`new`: what it writes passes `check`, and nothing is overwritten."""

import pytest

from gdtutor.check.paths import check_paths
from gdtutor.cli import main
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import load_lesson
from gdtutor.library.new_lesson import new_lesson


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["my-lesson", "a", "2024-rates-in-a-very-long-course"])
def test_a_new_lesson_passes_check_without_a_warning(name, tmp_path):
    path = new_lesson(name)
    assert check_paths([tmp_path]).problems == ()
    assert load_lesson(path).trains


def test_a_new_lesson_gets_the_number_after_the_highest(tmp_path):
    (tmp_path / "09-old.md").write_text("", encoding="utf-8")
    (tmp_path / "41-older.md").write_text("", encoding="utf-8")
    assert new_lesson("mine").name == "42-mine.md"


@pytest.mark.parametrize("name", ["7-mine", "7-mine.md", "course/7-mine.md"])
def test_a_number_folder_and_ending_may_be_given(name, tmp_path):
    (tmp_path / "course").mkdir()
    path = new_lesson(name)
    assert path.name == "7-mine.md"
    assert load_lesson(path).id == "mine"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("My Lesson", "cannot be the name"),
        ("a--b", "cannot be the name"),
        ("x" * 40, "cannot be the name"),
        ("../..", "cannot be the name"),
        ("7-", "cannot be the name"),
        ("", "cannot be the name"),
        ("7-8", "cannot be an id"),
        ("check", "is the name of a command"),
        ("nowhere/mine", "there is no folder"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_written(name, what, tmp_path):
    with pytest.raises(GdTutorError, match=what):
        new_lesson(name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("again", ["mine", "9-mine", "01-other"])
def test_a_lesson_of_the_same_id_or_number_is_refused(again):
    new_lesson("mine")
    with pytest.raises(GdTutorError, match=r"01-mine\.md has the"):
        new_lesson(again)


def test_a_file_or_link_that_is_there_is_never_written_to(tmp_path):
    target = tmp_path / "target"
    (tmp_path / "01-mine.md").symlink_to(target)
    with pytest.raises(GdTutorError):
        new_lesson("01-mine")
    assert not target.exists()


def test_the_command_says_what_to_do_next(capsys, tmp_path):
    assert main(["new", "mine"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("wrote 01-mine.md\n")
    assert "gdtutor watch 01-mine.md" in out
    assert main(["new", "mine"]) == 2
    assert "has the id 'mine'" in capsys.readouterr().err


def test_a_disk_that_is_full_leaves_no_half_of_a_lesson(tmp_path, monkeypatch, capsys):
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gdtutor.files.os.fsync", full)
    monkeypatch.chdir(tmp_path)
    assert main(["new", "fresh"]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
