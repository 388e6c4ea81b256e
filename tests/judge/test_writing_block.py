"""A lesson asks for a program on its closing page, and progress knows when it is written."""

import json
from pathlib import Path

import pytest

from gdtutor.cli import main
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.catalogue import WRITTEN
from gdtutor.values import replace
from gdtutor.view.closing import closing_prose
from tests.judge.corpus import LAYERS, OR

ASKS = """
# What to try next

```write
text = "Write its gradients."
names = ["dW", "db"]
```
"""


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    text = find_lesson("10", shipped_lessons_folder()).read_text(encoding="utf-8")
    path = tmp_path / "or.md"
    path.write_text(text.partition("\n# What to try next")[0] + ASKS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def test_the_closing_page_names_the_commands(lesson: Path) -> None:
    session = session_at(lesson)
    page = closing_prose(session)
    assert "○ Write its gradients." in page
    assert "`gdtutor judge or.md mine.py --new`" in page
    done = frozenset({("or-vectorised", WRITTEN)})
    written = replace(session, library=replace(session.library, tasks_done=done))
    assert "✓ Write its gradients. **Done.**" in closing_prose(written)


def test_the_names_of_the_block_alone_are_asked_for(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", "or.md", "mine.py", "--new"]) == 0
    blanks = Path("mine.py").read_text(encoding="utf-8")
    assert "dW = ..." in blanks
    assert "Yhat = ..." not in blanks
    short = OR.replace("dYhat", "slope").replace("dZ", "delta")
    Path("mine.py").write_text(short, encoding="utf-8")
    capsys.readouterr()
    assert main(["judge", "or.md", "mine.py", "--json"]) == 0
    parts = json.loads(capsys.readouterr().out)["parts"]
    assert parts["gradients"] == {"right": ["dW", "db"], "not_seen": ["dYhat", "dZ"]}
    assert main(["judge", "or.md", "mine.py"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "not seen gradients: dYhat dZ. Not asked for here, and judged too where it has" in told
    Path("mine.py").write_text(short.replace("/ m", "/ m / m"), encoding="utf-8")
    assert main(["judge", "or.md", "mine.py", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["first"]["name"], data["first"]["slip"]) == ("dW", "constant factor twice")


@pytest.mark.slow
def test_progress_knows_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(LAYERS.replace("W.T @ dZ", "W.T @ -dZ"), encoding="utf-8")
    assert main(["judge", "26", "mine.py"]) == 1
    capsys.readouterr()
    main(["progress"])
    assert "program written" not in capsys.readouterr().out
    Path("mine.py").write_text(LAYERS, encoding="utf-8")
    assert main(["judge", "26", "mine.py"]) == 0
    Path("mine.py").write_text(LAYERS.replace("W.T @ dZ", "W.T @ -dZ"), encoding="utf-8")
    assert main(["judge", "26", "mine.py"]) == 1
    capsys.readouterr()
    main(["progress"])
    assert "program written" in capsys.readouterr().out
