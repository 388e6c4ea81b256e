"""A matrix that is used many times: every share, and the sum, in the room of the panel."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from gdtutor.cli import main
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.report.transcript import read_aloud
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.lines import ROOM, text_of
from tests.tries import in_turn

TEXT = """+++
format = 1
id = "moments"
title = "Moments"

[parameters]
W = {{ shape = [4, 4], init = "xavier", seed = 1 }}
U = {{ shape = [4, 2], init = "xavier", seed = 2 }}

[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y"] }}
dataset = "xor"

[training]
epochs = 5
+++
```graph
H0 = tanh(U @ X)
{lines}
C = mean((H{count} - Y)**2)
```
"""
BOTH = pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])


def panel(count: int, at: str, chars: Chars) -> list[str]:
    """Return the node panel at a step of a network that uses W so many times."""
    lines = "\n".join(f"H{n} = tanh(W @ H{n - 1} + U @ X)" for n in range(1, count + 1))
    lesson, reports = parse_lesson(TEXT.format(lines=lines, count=count), Path("25-moments.md"))
    assert lesson is not None, [report.text() for report in reports]
    context = context_of(goto(opened(Session(), Opened(lesson, run_of(lesson))), at), chars)
    assert context is not None
    return [text_of(line) for line in node_lines(context, 38)]


PLACES = ["backward:W", "backward:W[1,2]", "backward:U", "backward:U[3,0]"]


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("count", "at", "chars"),
    [
        (count, at, chars)
        for number, (count, at) in enumerate(product([2, 3, 4, 5, 9], PLACES))
        for chars in in_turn(number + count, (UNICODE, ASCII))
    ],
)
def test_the_shares_of_a_matrix_and_their_sum_stand_in_the_panel(
    count: int, at: str, chars: Chars
) -> None:
    lines = panel(count, at, chars)
    assert len(lines) <= ROOM
    assert all(len(line) <= 38 for line in lines)
    assert any(line.startswith(("dW", "dU")) for line in lines)
    if count <= 4:
        uses = count + (at[9] == "U")
        assert sum(line.startswith("from H") for line in lines) == uses


@BOTH
def test_without_the_shares_cells_the_panel_says_how_they_are_seen(chars: Chars) -> None:
    lines = panel(3, "backward:W", chars)
    ellipsis = "…" if chars.unicode else "..."
    assert f"{ellipsis} c opens a cell of each share" in lines


def test_an_opened_cell_is_the_sum_of_that_cell_of_every_share() -> None:
    lines = panel(3, "backward:W[1,2]", ASCII)
    shares = [line.split(" = ")[1] for line in lines if "share[1,2] = " in line]
    assert len(shares) == 3
    at = next(n for n, line in enumerate(lines) if line.startswith("dW[1,2] = "))
    body = " ".join(line.strip() for line in lines[at:-1]).removeprefix("dW[1,2] = ")
    assert [part.strip("()") for part in body.split(" + ")] == shares
    assert float(lines[-1].strip(" =~")) == pytest.approx(sum(map(float, shares)), abs=1e-4)


def test_no_column_of_a_parameter_is_an_example() -> None:
    """W is 4×4 and the batch has 4 examples, which is no reason to follow one of its columns."""
    assert not any("▾" in line for line in panel(2, "backward:W", UNICODE))
    assert not any("▾" in line for line in panel(2, "update:W", UNICODE))
    assert any("▾" in line for line in panel(2, "backward:H1", UNICODE))


def test_where_there_is_no_panel_every_share_shows_its_cells() -> None:
    lines = panel(3, "backward:W", read_aloud(UNICODE))
    assert sum("row 0:" in line for line in lines) == 4


@pytest.mark.parametrize("size", ["80x24", "120x36", "200x50"])
def test_shares_show_their_cells_where_the_panel_has_room_for_them(size: str, capsys) -> None:
    assert main(["shot", "27", "--at", "backward:e", "--size", size]) == 0
    screen = capsys.readouterr().out
    assert "−0.3679" in screen
    assert "c opens a cell" not in screen
    assert "left out" not in screen
