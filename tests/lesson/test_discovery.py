"""Lessons are found by folder, id, number and path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lessons_for_tests import SCALAR

from gdtutor.lesson.discovery import (
    UnknownLessonError,
    discover,
    find_lesson,
    links_out,
    shipped_lessons_folder,
    strays,
)
from gdtutor.lesson.load import load_lesson
from gdtutor.library.lessons import listing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, lesson_id in (("10-ten", "ten"), ("9-nine", "nine"), ("02-two", "second")):
        text = SCALAR.replace('id = "base"', f'id = "{lesson_id}"')
        (tmp_path / f"{name}.md").write_text(text)
    (tmp_path / "11-broken.md").write_text("nothing")
    (tmp_path / "README.md").write_text("How to write lessons.")
    (tmp_path / "mine.csv").write_text("x,y\n")
    (tmp_path / "notes.txt").write_text("stray")
    (tmp_path / "lesson.md").write_text(SCALAR)
    (tmp_path / "more").mkdir()
    return tmp_path


def test_the_number_of_the_file_gives_the_order(folder: Path) -> None:
    names = [path.name for path in discover(folder)]
    assert names == ["02-two.md", "9-nine.md", "10-ten.md", "11-broken.md"]


def test_a_listing_reads_what_it_can_and_keeps_the_rest(folder: Path) -> None:
    entries = listing(folder)
    assert [entry.id for entry in entries] == ["second", "nine", "ten", ""]
    assert [entry.number for entry in entries] == ["02", "9", "10", "11"]
    assert entries[0].trains
    assert entries[0].title == "Base"
    assert entries[3].title == "11-broken"
    assert "the file has no front matter" in entries[3].problem


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("second", "02-two.md"),
        ("two", None),
        ("2", "02-two.md"),
        ("02", "02-two.md"),
        ("009", "9-nine.md"),
        ("ten", "10-ten.md"),
        ("broken", "11-broken.md"),
        ("3", None),
        ("", None),
        ("../x", "x"),
    ],
)
def test_a_lesson_is_found_by_id_or_number(folder: Path, text: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(UnknownLessonError):
            find_lesson(text, folder)
    else:
        assert find_lesson(text, folder).name == name


def test_a_misspelt_id_is_recognised(folder: Path) -> None:
    with pytest.raises(UnknownLessonError, match="did you mean 'second'"):
        find_lesson("secnd", folder)


def test_a_path_stands_for_itself(folder: Path) -> None:
    path = folder / "lesson.md"
    assert find_lesson(str(path), folder / "elsewhere") == path
    assert find_lesson("none.md", folder) == Path("none.md")


def test_strays_are_files_that_no_lesson_uses(folder: Path) -> None:
    assert [p.name for p in strays(folder)] == ["lesson.md", "mine.csv", "notes.txt"]
    used = strays(folder, [folder / "mine.csv"])
    assert [p.name for p in used] == ["lesson.md", "notes.txt"]


def test_a_folder_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(UnknownLessonError, match="cannot be read"):
        discover(folder / "none")


def test_the_shipped_lessons_are_found_by_id_and_number() -> None:
    shipped = shipped_lessons_folder()
    assert find_lesson("bias", shipped) == find_lesson("6", shipped)
    assert load_lesson(find_lesson("16", shipped)).id == "xor-hidden"


def test_reading_a_lesson_imports_neither_a_markdown_nor_a_screen_library() -> None:
    """Importing them costs more time than training a small lesson."""
    code = (
        "import sys; from gdtutor.lesson.discovery import *;"
        "from gdtutor.lesson.load import load_lesson;"
        "load_lesson(find_lesson('bias', shipped_lessons_folder()));"
        "print([m for m in ('markdown_it', 'cattrs', 'textual', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_link_that_leads_out_of_the_folder_is_no_lesson_of_it(folder: Path) -> None:
    course = folder / "more"
    (course / "01-own.md").write_text(SCALAR)
    (course / "02-again.md").symlink_to("01-own.md")
    (course / "03-outside.md").symlink_to(folder / "02-two.md")
    (course / "04-dangling.md").symlink_to(folder / "none.md")
    (course / "05-loop.md").symlink_to("05-loop.md")
    assert [path.name for path in discover(course)] == ["01-own.md", "02-again.md", "05-loop.md"]
    assert [path.name for path in links_out(course)] == ["03-outside.md", "04-dangling.md"]
    assert load_lesson(course / "03-outside.md").id == "second"


def test_a_folder_may_itself_be_reached_by_a_link(folder: Path) -> None:
    (folder / "more" / "link").symlink_to(folder)
    assert len(discover(folder / "more" / "link")) == 4
    assert links_out(folder / "more" / "link") == ()


def test_the_tests_of_lessons_are_no_strays(folder: Path) -> None:
    before = strays(folder)
    for name in ("test_half.py", "half_test.py", "conftest.py"):
        (folder / name).write_text("")
    assert strays(folder) == before
    (folder / "other.py").write_text("")
    assert len(strays(folder)) == len(before) + 1
