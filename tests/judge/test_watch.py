"""A program is judged at every save, and its own training is held against the run's."""

import json
from pathlib import Path

import pytest

from gdtutor.cli import judge_program, main
from gdtutor.cli.arguments import COMMANDS, parser_of
from gdtutor.cli.starting import FROM, start
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from tests.judge.corpus import EPOCHS, HIDDEN
from tests.walks import screen

HALF_DONE = HIDDEN.replace("dZ2 = dYhat * Yhat * (1 - Yhat)", "dZ2 = dYhat").replace(
    "db1 = np.sum(dZ1, axis=1, keepdims=True)", "db1 = ..."
)
SLOWER = EPOCHS.replace("epochs = 5000", "epochs = 60").replace(
    "b2 = b2 - learning", "b2 = b2 - (0.5 if epoch > 6 else 1) * learning"
)
"""From epoch 8 on the costs are other ones."""


def test_a_save_is_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("mine.py")
    path.write_text(HIDDEN.replace("A1 = sigmoid(Z1)", "A1 = Z1"), encoding="utf-8")
    texts = [HIDDEN, *[""] * 8, "Z1 = ("]

    def save_or_end(_: float) -> None:
        if not texts:
            raise KeyboardInterrupt
        if texts[0]:
            path.write_text(texts[0], encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
        texts.pop(0)

    monkeypatch.setattr(judge_program, "sleep", save_or_end)
    assert main(["judge", "16", "mine.py", "--watch"]) == 130
    said = capsys.readouterr().out
    order = ("function left out", "All 13 names", "mine.py is gone.", "never closed")
    places = [said.index(one) for one in order]
    assert places == sorted(places)


@pytest.mark.slow
def test_the_first_epoch_that_differs_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    short = EPOCHS.replace("epochs = 5000", "epochs = 60")
    Path("mine.py").write_text(short, encoding="utf-8")
    assert main(["judge", "16", "mine.py"]) == 0
    assert "training 60 costs, all of them the run's" in capsys.readouterr().out
    Path("mine.py").write_text(SLOWER, encoding="utf-8")
    assert main(["judge", "16", "mine.py", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["training"] == {"epochs": 60, "first_that_differs": 8}


def test_the_walk_that_is_opened_says_how_one_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FROM, "judge")
    words = ["16", "--at", "backward:Z2", "--no-save"]
    opening = start(parser_of(COMMANDS[0]).parse_args(words))
    assert opening.session.message == "q comes back to the judge."
    for keys in ("", "p", "t", "?", "l", "l enter"):
        session = pressed(opening.session, parse_keys(keys))
        rows = screen(session).splitlines()[-3:]
        assert any(row.endswith("q judge") for row in rows), keys
