"""A glance at a file sees what the whole reading will say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lessons_for_tests import SCALAR

from gdtutor.lesson.discovery import discover, read_prose, read_summary, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson


@pytest.mark.parametrize("path", discover(shipped_lessons_folder()), ids=lambda path: path.stem)
def test_a_glance_sees_what_the_lesson_says(path: Path) -> None:
    seen, lesson = read_summary(path), load_lesson(path)
    assert seen is not None
    assert (seen.id, seen.title, seen.chapter) == (lesson.id, lesson.title, lesson.chapter)
    assert seen.summary == lesson.summary
    assert read_prose(path) == lesson.prose
    assert seen.trains == lesson.trains


@pytest.mark.parametrize("text", ["", "nothing", "+++\nid = \n+++\n", "+++\nopen", "\x00"])
def test_a_file_without_front_matter_shows_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(text)
    assert read_summary(path) is None
    assert read_summary(tmp_path / "none.md") is None


def test_texts_of_the_wrong_type_are_empty_and_control_characters_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    text = SCALAR.replace('title = "Base"', "title = 3").replace('id = "base"', 'id = "\x1b[2J"')
    path.write_text(text)
    seen = read_summary(path)
    assert seen is not None
    assert seen.title == ""
    assert "\x1b" not in seen.id


STARTS = ["[training]", "  [ training ]", "training.epochs = 3", "[other]"]


@pytest.mark.parametrize("training", STARTS)
def test_a_glance_reads_the_head_alone_wherever_that_ends(tmp_path: Path, training: str) -> None:
    path = tmp_path / "a.md"
    summary = "one\n[not a table]\ntwo"
    head = f'id = "a"\nsummary = """{summary}"""\nlisted = [\n[1],\n]\n'
    path.write_text(f"+++\n{head}{training}\n+++\n")
    seen = read_summary(path)
    assert seen is not None
    assert (seen.id, seen.summary) == ("a", summary)
    assert seen.trains == ("training" in training)


def test_a_glance_needs_no_numpy() -> None:
    """It is what the first frame is made from."""
    code = "import sys, gdtutor.lesson.discovery; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
