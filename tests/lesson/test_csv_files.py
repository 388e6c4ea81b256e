"""Which CSV files a lesson file names, in it and in its variants."""

from pathlib import Path

import pytest

from gdtutor.lesson.discovery import csv_files

TEXT = """\
+++
format = 1
[data]
csv = "one.csv"
[[variants]]
name = "b"
data.csv = "below/two.csv"
[[variants]]
name = "c"
[variants.data]
csv = "one.csv"
+++
Not a lesson yet.
"""


def named(folder, text):
    path = folder / "01-lesson.md"
    path.write_text(text, encoding="utf-8")
    found = csv_files(path)
    return None if found is None else [file.relative_to(folder).as_posix() for file in found]


def test_the_files_of_the_lesson_and_of_its_variants_are_named_once_each(tmp_path):
    assert named(tmp_path, TEXT) == ["one.csv", "below/two.csv"]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../other.csv", "a/../../b.csv", "a\\u0000b"])
def test_a_name_that_is_never_read_is_left_out(tmp_path, name):
    assert named(tmp_path, TEXT.replace("one.csv", name)) == ["below/two.csv"]


def test_a_lesson_without_csv_files_names_none(tmp_path):
    assert named(tmp_path, "+++\nformat = 1\ndata = 3\nvariants = 4\n+++\n") == []


@pytest.mark.parametrize("text", ["", "+++\nformat =\n+++\n", f"+++\na = {'9' * 5000}\n+++\n"])
def test_a_text_whose_front_matter_cannot_be_read_is_told_apart(tmp_path, text):
    assert named(tmp_path, text) is None


def test_a_file_that_is_not_there_is_told_apart():
    assert csv_files(Path("/nowhere/01-lesson.md")) is None
