"""No command writes over a lesson, or over the examples that one reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from lesson_texts import neuron

from gdtutor.cli import main


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "07-lesson.md"
    text = neuron().replace("examples = [[2, 3]]", 'csv = "data.csv"')
    path.write_text(text, encoding="utf-8")
    (tmp_path / "data.csv").write_text("x,y\n2,3\n1,4\n", encoding="utf-8")
    (tmp_path / "other.md").write_text(neuron(), encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(path)
    return path


@pytest.mark.parametrize(
    "words", [("shot", "--out"), ("export", "--out"), ("train", "--csv")], ids=lambda w: w[0]
)
@pytest.mark.parametrize("name", ["07-lesson.md", "data.csv", "other.md", "link.txt", "./data.csv"])
def test_what_a_lesson_is_read_from_is_not_written_over(
    words: tuple[str, str], name: str, lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, option = words
    before = {path: path.read_bytes() for path in lesson.parent.iterdir()}
    assert main([command, str(lesson), option, f"{lesson.parent}/{name}"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "would be lost — write to another file" in said.err
    assert {path: path.read_bytes() for path in lesson.parent.iterdir()} == before


def test_an_old_screen_is_written_over(lesson: Path) -> None:
    out = lesson.parent / "screen.txt"
    out.write_text("old", encoding="utf-8")
    assert main(["shot", str(lesson), "--at", "forward:z", "--out", str(out)]) == 0
    assert "forward" in out.read_text(encoding="utf-8")
