"""Graphs of thousands of nodes: what is drawn and listed, and that a key costs no more for it."""

import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import pytest

from gdtutor.drive.opening import placed, session_at
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of
from gdtutor.view.values import MOST_ROWS, value_lines

pytestmark = pytest.mark.slow

HEAD = """\
+++
format = 1
id = "chain"
title = "A chain"
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 0]]
[training]
batch = 1
+++
```graph
a1 = tanh(w*x)
"""


@cache
def opened(nodes: int, link: str) -> Session:
    with TemporaryDirectory() as folder:
        return session_at(chain(Path(folder), nodes, link))


def chain(folder: Path, nodes: int, link: str) -> Path:
    lines = [f"a{i} = {link.format(f'a{i - 1}')}" for i in range(2, nodes)]
    path = folder / f"chain{nodes}.md"
    path.write_text(HEAD + "\n".join([*lines, f"L = (a{nodes - 1} - y)**2", "```", ""]))
    return path


def calls_of_a_key(session: Session, width: int, height: int) -> int:
    """Return how many functions of the program a step and its frame call: work, without a clock."""
    session, _ = update(session, Press("n", "n"))
    if session.look.is_closing:
        session, _ = update(session, Press("n", "n"))
    frame_of(session, width, height, UNICODE)
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and "gdtutor" in frame.f_code.co_filename

    sys.setprofile(count)
    try:
        session, _ = update(session, Press("n", "n"))
        frame_of(session, width, height, UNICODE)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    ("at", "size"),
    [("forward:a50", (80, 24)), ("backward:a90", (120, 36)), ("update:w", (80, 24))],
)
def test_a_key_costs_the_same_in_a_hundred_nodes_and_in_a_thousand(
    at: str, size: tuple[int, int]
) -> None:
    few, many = (
        calls_of_a_key(placed(opened(nodes, "tanh({0})"), at), *size) for nodes in (100, 1_000)
    )
    assert many <= 1.5 * few, (few, many)


def test_a_long_table_shows_the_rows_around_the_current_node() -> None:
    session = placed(opened(1_000, "tanh({0})"), "forward:a500")
    context = context_of(session, UNICODE)
    assert context is not None
    lines = [text_of(row) for row in value_lines(context, 30).lines]
    assert len(lines) == MOST_ROWS + 3
    assert lines[1] == "  ↑497 more"
    assert any(row.startswith("▸ a₅₀₀") for row in lines)
    assert lines[-1] == "  ↓426 more"


def test_of_very_many_shares_the_first_and_the_last_are_written_out() -> None:
    session = placed(opened(600, "tanh({0} + w)"), "backward:w")
    context = context_of(session, UNICODE)
    assert context is not None
    text = "\n".join(text_of(row) for row in node_lines(context, 76))
    assert "595 more shares" in text
    assert "sum of the 599 shares" in text
    assert "+ … +" in text
    assert text.rstrip().endswith("= 0.5071")
