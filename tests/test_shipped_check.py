"""The shipped lessons pass the same check that authors run, by the same command."""

import json

import pytest
from readme_parts import README

from gdtutor.cli import main
from gdtutor.engine.gradient_check import TOLERANCE
from gdtutor.lesson.discovery import discover, shipped_lessons_folder

pytestmark = pytest.mark.slow


def test_the_shipped_lessons_have_no_errors_and_every_gradient_is_confirmed(monkeypatch, capsys):
    monkeypatch.chdir(README.parent)
    code = main(["check", "lessons/", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [problem for problem in found["problems"] if problem["level"] == "error"] == []
    assert code == 0
    assert found["files"] == len(discover(shipped_lessons_folder()))
    # Beside a cost of an eighth, a difference has few digits of a gradient of a thousand-millionth.
    worst = max(gradient["relative_error"] for gradient in found["gradients"])
    assert 0 < worst <= 10 * TOLERANCE
