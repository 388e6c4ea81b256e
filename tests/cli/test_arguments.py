"""What the parsers say of arguments that cannot be had."""

from __future__ import annotations

import os

import pytest

from gdtutor.cli import main
from gdtutor.cli.arguments import COMMANDS, SPIN
from gdtutor.engine.characters import pictured
from gdtutor.lesson.front_matter_checks import COMMANDS as NO_IDS
from gdtutor.lesson.front_matter_checks import LATER_COMMANDS

EVIL = "b\x1b]0;x\x07\x9b2J\n\u202ec"


@pytest.mark.parametrize("command", [c.name for c in COMMANDS])
def test_no_control_character_of_an_argument_reaches_the_terminal(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*([command] if command else []), "a", "b", f"--{EVIL}"])
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert pictured(said, keep="\n") == said
    assert command == "progress" or pictured(EVIL) in said


def test_no_lesson_may_have_the_name_of_a_command_as_its_id() -> None:
    names = {command.name for command in COMMANDS} - {""}
    assert {*NO_IDS, *LATER_COMMANDS} == names
    assert not {*NO_IDS} & {*LATER_COMMANDS}


@pytest.mark.parametrize("option", ["--size", "--digits", "--example", "--seed", "--chars"])
def test_nor_does_one_of_a_value(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["shot", "6", option, EVIL])
    said = capsys.readouterr().err
    assert pictured(said, keep="\n") == said
    assert said.splitlines()[-1].startswith(f"gdtutor shot: error: argument {option}: ")


@pytest.mark.parametrize(("given", "used"), [(None, SPIN), ("26", "26")])
def test_threads_of_products_sleep_soon_unless_the_environment_says_when(
    given: str | None, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Setting it first has it put back, as it is now, behind the test.
    monkeypatch.setenv("OPENBLAS_THREAD_TIMEOUT", given or "")
    if given is None:
        monkeypatch.delenv("OPENBLAS_THREAD_TIMEOUT")
    assert main(["list"]) == 0
    assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == used
