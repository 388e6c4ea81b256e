"""The command line at the foot of the screen, as a shell reads it when it is pasted."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest

from gdtutor.engine.characters import pictured
from gdtutor.view.lines import text_of
from gdtutor.view.refusal import TITLE, command_lines

WORDS = ("gdtutor", "/home/a path/it's \x1b]0;x\x07\n\u202e/07-lesson.md", "--at", "37/backward:W")


def pasted(command: str) -> list[str]:
    """Return the words that a shell makes of text."""
    read = subprocess.run(
        ["bash", "-c", f"set -- {command}\nprintf '%s\\0' \"$@\""], capture_output=True, check=True
    )
    return os.fsdecode(read.stdout).split("\0")[:-1]


@pytest.mark.parametrize("width", [200, 80, 40, 20])
def test_a_command_is_read_back_whole_at_any_width(width: int) -> None:
    rows = [text_of(line) for line in command_lines(shlex.join(WORDS), width)]
    if len(rows) > 1:
        assert rows.pop(0).strip() == TITLE
    assert all(len(row) <= width for row in rows)
    assert all(pictured(row) == row for row in rows)
    assert pasted("\n".join(rows).strip()) == list(WORDS)


def test_an_option_stays_with_its_value() -> None:
    rows = [text_of(line) for line in command_lines(shlex.join(WORDS), 40)]
    assert any(row.startswith("--at 37/backward:W") for row in rows)
