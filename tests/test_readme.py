"""The README says what is: its tables, pictures, commands and lesson are made or run here."""

import re
import shlex
from pathlib import Path

import pytest
from readme_parts import PICTURE_FILES, PICTURES, README, with_parts

from gdtutor.cli import main
from gdtutor.lesson.load import read_lesson

TEXT = README.read_text("utf-8")


def test_the_tables_are_those_of_the_program() -> None:
    # Compared to a word, since the difference of two long texts takes pytest minutes.
    are_equal = with_parts(TEXT) == TEXT
    assert are_equal, "run python -m tests.readme_parts"


@pytest.mark.parametrize("name", PICTURE_FILES)
def test_the_pictures_are_made_by_the_program(name: str) -> None:
    assert f".pictures/{name}" in TEXT
    are_equal = (PICTURES / name).read_text("utf-8") == PICTURE_FILES[name]()
    assert are_equal, "run python -m tests.readme_parts"


def shell_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def headless_lines() -> list[str]:
    names = ("list", "transcript", "train", "check", "export", "shot", "progress", "worksheet")
    start = ".venv/bin/gdtutor "
    lines = [line[len(start) :] for line in shell_lines() if line.startswith(start)]
    # The check of all lessons has a test that looks at what it finds.
    lines = [line for line in lines if line != "check lessons/" and "half.md" not in line]
    return [line for line in lines if line.split()[0] in names]


@pytest.mark.slow
@pytest.mark.parametrize("line", headless_lines())
def test_every_headless_command_runs(
    line: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path if "--out" in line else README.parent)
    assert main(shlex.split(line)) == 0
    assert capsys.readouterr().out


def test_the_two_commands_stand_each_on_a_line_of_its_own() -> None:
    starts = [line for line in shell_lines() if line.startswith("python3 -m venv .venv && ")]
    assert len(starts) == 2
    assert starts[0].endswith("&& .venv/bin/gdtutor")
    assert starts[1].endswith("-m pytest -n auto")


def test_the_lesson_in_the_readme_passes(tmp_path: Path) -> None:
    found = re.search(
        r"<!-- lesson -->\n````markdown\n(.*?)\n````\n<!-- /lesson -->", TEXT, re.DOTALL
    )
    assert found is not None
    path = tmp_path / "half.md"
    path.write_text(found[1] + "\n")
    lesson, reports = read_lesson(path)
    assert reports == ()
    assert lesson is not None


def test_what_the_contribution_table_names_is_there() -> None:
    for path in re.findall(r"`((?:gdtutor|lessons)/[a-z_/]+\.py)`", TEXT):
        assert (README.parent / path).is_file(), path
