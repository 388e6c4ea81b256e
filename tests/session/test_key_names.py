"""Keys in messages: marked where they are written, called keys beside values of their names."""

import ast
import re
from pathlib import Path

import pytest

import gdtutor
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.session.commands import COMMANDS
from gdtutor.session.navigation import with_keys
from gdtutor.session.state import Walk
from tests.lesson_texts import NEURON_GRAPH, neuron
from tests.session.session_walks import press

# `a` is an article as well.
_LETTERS = "".join({key for row in COMMANDS for key in row.keys if re.fullmatch("[A-Zb-z]", key)})
_BEFORE = r"(?:^|[.;:,] |\(|\b(?:then|until|or|with|and|step,?) )"
_KEY = rf"[{_LETTERS}](?= (?:\w+s|for)\b|[.,;:)]|$)"
_NAMED = re.compile(_BEFORE + _KEY)
"""A letter that stands in a text as the name of a key does."""
_COUNTED = re.compile(rf"{_BEFORE}(?:\d+|\{{\}})?{_KEY}")
"""The same, or with a count before it."""
_OF_KEYS = ("commands.py", "help.py")
"""Modules whose texts are entries of Help: they stand beside keys."""


def _texts(path: Path) -> list[str]:
    """Return the texts of a module that are more than a word; values are braces."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    left_out = {id(part) for node in joined for part in node.values}
    left_out |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    whole = ([p.value if isinstance(p, ast.Constant) else "{}" for p in j.values] for j in joined)
    plain = (n.value for n in nodes if isinstance(n, ast.Constant) and id(n) not in left_out)
    return [text for text in (*map("".join, whole), *plain) if " " in str(text)]


@pytest.mark.slow
def test_no_text_of_the_program_names_a_key_without_its_mark() -> None:
    """Where it stands unmarked a learner may take it for a value of the lesson."""
    root = Path(gdtutor.__file__).parent
    files = [path for part in ("session", "view") for path in (root / part).rglob("*.py")]
    named = {path: _NAMED if path.name in _OF_KEYS else _COUNTED for path in files}
    found = [text for path in files for text in _texts(path) if named[path].search(text)]
    assert found == []


@pytest.mark.sampled
@pytest.mark.parametrize(
    "path", sorted(shipped_lessons_folder().glob("[0-9]*.md")), ids=lambda path: path.stem[:2]
)
def test_no_hint_of_a_lesson_names_a_key_as_it_names_a_value(path: Path) -> None:
    session = session_at(path, at="given")
    values = {step.variable for step in session.moment.steps}
    doing = re.compile(r"(?<!key )\b([A-Za-z])(?= (?:trains|takes|goes|shows)\b)")
    hints = [hint for task in session.lesson.tasks for hint in task.hints]
    assert [hint for hint in hints if values & {*doing.findall(hint)}] == []


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("`n` goes back.", "The key n goes back."),
        ("Done. `n` trains; `t`, or `n`: all", "Done. The key n trains; t, or the key n: all"),
        ("Train 4 with `4n`.", "Train 4 with the keys 4n."),
        ("The key `n`, then `:` and `37/given`", "The key n, then : and 37/given"),
    ],
)
def test_a_key_is_called_one_beside_a_value_of_its_name(
    text: str, beside: str, tmp_path: Path
) -> None:
    session = _with_n(tmp_path)
    assert with_keys(text, None) == text.replace("`", "")
    assert with_keys(text, session.moment) == beside


def test_so_it_is_in_messages_and_sentences(tmp_path: Path) -> None:
    session = press(_with_n(tmp_path), "r n escape")
    assert session.message.startswith("Enter: back to the question; the key n shows the answer, r ")
    refused = press(session, "colon backward:q enter").prompt
    assert refused is not None
    assert "`" not in refused.error


def _with_n(folder: Path) -> Walk:
    path = folder / "01-keys.md"
    path.write_text(neuron(NEURON_GRAPH.replace("z", "n")))
    return session_at(path, at="given")
