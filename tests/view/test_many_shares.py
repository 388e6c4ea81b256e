"""A parameter that is used many times: every share with its numbers, in the room of the panel."""

from pathlib import Path

import pytest

from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.lines import ROOM, text_of
from gdtutor.view.sentences import _listed
from tests.tries import in_turn

TEXT = """\
+++
format = 1
id = "moments"
title = "Moments"
[parameters]
w = 0.8
[data]
inputs = ["h0", {names}]
targets = ["y"]
examples = [[0.5, {values}, 0.3]]
[training]
batch = {batch}
+++
```graph
{lines}
L = (h{count} - y)**2 / 2
```
"""


def panel(count, chars, batch=1):
    """Return the node panel of w, which is used so many times."""
    moments = range(1, count + 1)
    text = TEXT.format(
        names=", ".join(f'"x{i}"' for i in moments),
        values=", ".join("1" for _ in moments),
        lines="\n".join(f"h{i} = tanh(w*h{i - 1} + x{i})" for i in moments),
        count=count,
        batch=batch,
    )
    if batch == 2:
        row = text[text.index("[[0.5") + 1 : text.index("]]") + 1]
        text = text.replace(f"[{row}]", f"[{row}, {row}]")
    lesson, reports = parse_lesson(text, Path("25-moments.md"))
    assert lesson is not None, [report.text() for report in reports]
    session = goto(opened(Session(), Opened(lesson, run_of(lesson))), "backward:w")
    return [text_of(line) for line in node_lines(context_of(session, chars), 38)]


@pytest.mark.sampled
@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("count", [2, 3, 4, 5])
@pytest.mark.parametrize("batch", [1, 2])
def test_every_share_stands_in_the_panel(count, chars, batch):
    lines = panel(count, chars, batch)
    assert all(len(line) <= 38 for line in lines)
    assert sum(line.startswith("from h") for line in lines) == count
    assert len(lines) <= ROOM


def test_three_shares_name_their_local_gradients_and_five_do_not():
    assert sum("local" in line for line in panel(3, UNICODE)) == 3
    assert not any("local" in line for line in panel(5, UNICODE))


def test_the_shares_that_are_shown_are_those_that_are_added():
    lines = panel(3, ASCII)
    shares = [line.split(" = ")[-1].split(" ~ ")[-1] for line in lines if line.startswith("  = ")]
    at = next(i for i, line in enumerate(lines) if line.startswith("d L/d w = "))
    total = " ".join(line.strip() for line in lines[at:-1])
    assert total.removeprefix("d L/d w = ").split(" + ") == shares


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("count", "more"), [(6, 2), (24, 20), (56, 52)])
@pytest.mark.parametrize("batch", [1, 2])
def test_of_many_shares_some_are_left_out_and_the_sum_still_shows(count, more, batch):
    for chars in in_turn(batch + count // 24, (UNICODE, ASCII)):
        lines = panel(count, chars, batch)
        assert len(lines) <= ROOM
        assert all(len(line) <= 38 for line in lines)
        at = next(n for n, line in enumerate(lines) if f"and {more} more shares" in line)
        assert lines[at + 1].startswith(("from h1:", "from h₁:"))
        assert any(line.startswith(f"sum of the {count} shares") for line in lines)


def test_a_sentence_names_a_few_consumers_and_counts_the_rest():
    assert _listed(["a", "b", "c", "d"]) == "a, b, c, d"
    assert _listed([f"h{n}" for n in range(56)]) == "h0, h1, h2 and 53 more"
