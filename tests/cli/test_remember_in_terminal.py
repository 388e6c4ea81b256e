from pathlib import Path

import pytest
from pseudo_terminal import PseudoTerminal

from gdtutor.progress.store import ProgressStore

pytestmark = pytest.mark.slow


def gdtutor(folder: Path, *arguments: str) -> PseudoTerminal:
    return PseudoTerminal("-m", "gdtutor", *arguments, environ={"XDG_DATA_HOME": str(folder)})


def shows(text: str):
    return lambda screen: text in screen


def test_the_program_continues_where_the_learner_left_it(tmp_path: Path) -> None:
    with gdtutor(tmp_path, "bias") as terminal:
        terminal.wait_for(shows("bias"))
        terminal.send("ew1 0.25\r")
        terminal.wait_for(shows("u undoes it"))
        terminal.send(":7\r")
        terminal.wait_for(shows("step 7/"))
        terminal.send("n")
        terminal.wait_for(shows("step 8/"))
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    with gdtutor(tmp_path) as terminal:
        terminal.wait_for(shows("step 8 of 13, 1 change"))
        terminal.send("\r")
        terminal.wait_for(shows("step 8/13"))
        terminal.wait_for(shows("w₁ 0.25"))
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    with ProgressStore(tmp_path / "gdtutor" / "progress.sqlite") as store:
        assert store.places()["bias"].edits == ("w1=0.25",)


def test_without_saving_nothing_is_kept(tmp_path: Path) -> None:
    with gdtutor(tmp_path, "bias", "--no-save") as terminal:
        terminal.send("n")
        terminal.wait_for(shows("step 1/"))
        terminal.send("q")
        assert terminal.wait_for_end() == 0
    assert not list(tmp_path.iterdir())
