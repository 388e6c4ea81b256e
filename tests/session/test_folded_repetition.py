"""A repetition walked at one count alone: what is passed over, drawn in a box, and said."""

import re
from pathlib import Path

import pytest
from session_walks import press

from gdtutor.drive.opening import session_at
from gdtutor.report.transcript import steps_data
from gdtutor.session.footer import named_keys
from gdtutor.session.link import command_of
from gdtutor.session.state import Session, current_step
from gdtutor.view.explain import context_of
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.lines import text_of

HEAD = """+++
format = 1
id = "folds"
title = "It folds"
[parameters]
u = 0.5
v = 0.9
[data]
inputs = ["h0", "x1", "x2", "x3", "x4", "x5"]
targets = ["y"]
examples = [[0, 1, 0.5, 0.25, 2, 1, 0.7]]
[training]
batch = 1
+++
```graph
"""
CHAIN = """for t in 1..5:
    z{t} = u*x{t} + v*h{t-1}
    h{t} = tanh(z{t})
L = (h5 - y)**2
"""
TWO = """for t in 1..5:
    h{t} = tanh(u*x{t} + v*h{t-1})
for s in 0..1:
    for t in 1..3:
        k{s}_{t} = v*h{t}
L = (k0_3 + k1_3 + h5 - y)**2
"""


def opened(graph: str, folder: Path, at: str) -> Session:
    path = folder / "folds.md"
    path.write_text(HEAD + graph + "```\n")
    return session_at(path, at=at)


def node(session: Session) -> str:
    step = current_step(session)
    return "" if step is None else f"{step.phase.value}:{step.node}"


def places(session: Session, key: str, until: str) -> list[str]:
    found = []
    for _ in range(60):
        session = press(session, key)
        found.append(node(session))
        if found[-1] == until:
            return found
    raise AssertionError(found)


def drawn(session: Session, chars=UNICODE, width: int = 60) -> list[str]:
    context = context_of(session, chars)
    assert context is not None
    return [text_of(line) for line in graph_drawing(context, width, 60).lines]


def test_the_walk_passes_over_every_other_count_both_ways(tmp_path: Path) -> None:
    session = press(opened(CHAIN, tmp_path, "given"), "3X")
    way = places(session, "n", "update:u")
    assert way == [
        "forward:z3", "forward:h3", "forward:L", "backward:L", "backward:h3", "backward:z3",
        "backward:u", "backward:v", "update:u",
    ]  # fmt: skip
    back = press(session, "n " * len(way))
    assert places(back, "p", "given:") == [*reversed(way[:-1]), "given:"]
    assert len(session.moment.steps) > 20, "every step keeps its number"


def test_the_key_folds_at_the_step_and_a_number_goes_to_another(tmp_path: Path) -> None:
    session = press(opened(CHAIN, tmp_path, "backward:z4"), "X")
    assert session.look.folded == 4
    assert "t = 4 is walked alone" in session.message
    there = press(session, "2X")
    assert (node(there), there.look.folded) == ("backward:z2", 2)
    assert node(press(there, "99X")) == "backward:z5", "the nearest count"
    whole = press(there, "X n")
    assert whole.look.folded is None
    assert node(whole) == "backward:h1"


def test_a_place_at_another_count_folds_there(tmp_path: Path) -> None:
    session = press(opened(CHAIN, tmp_path, "forward:z2"), "X")
    there = press(session, ": forward:z5 enter")
    assert "t = 1 … 4" in " ".join(drawn(there))
    assert [node(press(there, "n")), node(press(there, "n n"))] == ["forward:h5", "forward:L"]


@pytest.mark.parametrize(
    ("at", "count", "boxes"),
    [
        ("forward:z3", 3, ["t = 1 … 2", "t = 4 … 5"]),
        ("forward:z1", 1, ["t = 2 … 5"]),
        ("backward:L", 5, ["t = 1 … 4"]),
        ("backward:h2", 2, ["t = 1", "t = 3 … 5"]),
    ],
)
def test_other_counts_are_boxes_of_the_graph(
    at: str, count: int, boxes: list[str], tmp_path: Path
) -> None:
    session = press(opened(CHAIN, tmp_path, at), f"{count}X")
    text = "\n".join(drawn(session))
    assert re.findall(r"t = [0-9 …]*[0-9]", text) == boxes
    assert set(re.findall(r"z[₁-₅]", text)) == {f"z{'₀₁₂₃₄₅'[count]}"}
    plain = "\n".join(drawn(session, ASCII))
    assert plain.isascii()
    assert boxes[-1].replace("…", "...") in plain


def test_repetitions_fold_each_at_its_own_nearest_count(tmp_path: Path) -> None:
    session = press(opened(TWO, tmp_path, "given"), "4X")
    assert places(session, "n", "forward:L") == [
        "forward:h4", "forward:k1_1", "forward:k1_2", "forward:k1_3", "forward:L",
    ]  # fmt: skip
    text = "\n".join(drawn(press(session, "n")))
    assert re.findall(r"[st] = [0-9 …]*[0-9]", text) == ["t = 1 … 3", "t = 5", "s = 0"]


def test_a_large_repetition_is_drawn_whole_once_it_is_folded(tmp_path: Path) -> None:
    long = CHAIN.replace("1..5", "1..200").replace("x{t}", "x1").replace("h5", "h200")
    session = opened(long, tmp_path, "forward:z150")
    assert "more nodes" in "\n".join(drawn(session))
    folded = "\n".join(drawn(press(session, "X")))
    assert "more node" not in folded
    assert "t = 1 … 149" in folded
    assert "t = 151 … 200" in folded


def test_link_footer_and_transcript_know_the_fold(tmp_path: Path) -> None:
    session = press(opened(CHAIN, tmp_path, "forward:h3"), "X")
    assert command_of(session).endswith("--at forward:h3 --fold 3")
    named = {command.name for command in named_keys(session, is_narrow=False)}
    assert "repetition" in named
    steps = steps_data(press(session, "home"), 1, UNICODE)["steps"]
    nodes = [step["node"] for step in steps if step["phase"] == "forward"]
    assert nodes == ["z3", "h3", "L"]


def test_without_a_repetition_the_key_says_so(tmp_path: Path) -> None:
    session = opened("L = (u*x1 + v*h0*x2*x3*x4*x5 - y)**2\n", tmp_path, "forward:L")
    after = press(session, "X")
    assert after.message == "This graph has no repetition to fold."
    assert after.look.folded is None
    assert "repetition" not in {command.name for command in named_keys(after, is_narrow=False)}


def test_a_count_goes_over_steps_that_are_folded_away_as_single_keys_do(tmp_path: Path) -> None:
    start = press(opened(CHAIN, tmp_path, "forward:z2"), "X")
    for count in (2, 4, 9):
        on = press(start, f"{count}n")
        assert node(on) == node(press(start, " ".join("n" * count)))
        back = press(on, f"{count}p")
        assert node(back) == node(press(on, " ".join("p" * count)))
        assert node(back) == node(start)
