"""What a panel shows of a computation graph."""

import re

import pytest
from drawing_graphs import Graph, edge_between, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtutor.drive.opening import session_at
from gdtutor.engine.graph import Edge
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.explain import context_of
from gdtutor.view.frame import ASCII, UNICODE, Chars, Line, Style
from gdtutor.view.graph.drawing import draw_graph
from gdtutor.view.graph.model import DrawNode, DrawSheet
from gdtutor.view.graph.panel import graph_drawing
from tests.tries import some, tries

STYLES = {"input": Style.INPUT, "parameter": Style.PARAMETER, "computed": Style.TEXT}


def graph(nodes: str, *equations: str) -> Graph:
    """Read `kind name value gradient` lines (`-` for nothing) and `target = operand operand`."""
    rows = [line.split() for line in nodes.strip().splitlines()]
    texts = [[None if word == "-" else word for word in row[2:]] for row in rows]
    drawn = [
        DrawNode(row[1], row[1], text[0], text[1], STYLES[row[0]])
        for row, text in zip(rows, texts, strict=True)
    ]
    edges: list[Edge] = []
    for equation in equations:
        target, operands = equation.split(" = ")
        used: list[str] = []
        for operand in operands.split():
            edges.append(edge_between(operand, target, used.count(operand)))
            used.append(operand)
    return drawn, edges


def chain(count: int) -> Graph:
    nodes = [DrawNode(f"h{at}", f"h{at}", "0.5", "0.25", Style.TEXT) for at in range(count)]
    return nodes, [edge_between(f"h{at}", f"h{at + 1}") for at in range(count - 1)]


NEURON = graph(
    """
    input     x₁ 0     -
    input     x₂ 0     -
    parameter w₁ 0.1   0
    parameter w₂ 0.6   0
    parameter b  0     0.125
    input     y  0     -
    computed  z  0     0.125
    computed  ŷ  0.5   0.5
    computed  L  0.125 1
    """,
    "z = w₁ x₁ w₂ x₂ b",
    "ŷ = z",
    "L = ŷ y",
)
NETWORK = graph(
    """
    input     X  2×4    -
    parameter W₁ 3×2    3×2
    parameter b₁ 3×1    3×1
    parameter W₂ 1×3    1×3
    parameter b₂ 1×1    1×1
    input     Y  1×4    -
    input     m  4      -
    computed  Z₁ 3×4    3×4
    computed  A₁ 3×4    3×4
    computed  Z₂ 1×4    1×4
    computed  Ŷ  1×4    1×4
    computed  C  0.1372 1
    """,
    "Z₁ = W₁ X b₁",
    "A₁ = Z₁",
    "Z₂ = W₂ A₁ b₂",
    "Ŷ = Z₂",
    "C = Ŷ Y m",
)
SQUARE = graph("parameter a 3 6\ncomputed c 9 1", "c = a a")
CUBE = graph("parameter a 2 -\ncomputed s 8 -", "s = a a a")
FAN_OUT = graph(
    "parameter a 2 3\nparameter b 3 3\ncomputed c 6 1\ncomputed d 9 1", "c = a b", "d = b c"
)
UNFOLDED = graph(
    """
    input     x₁  0     -
    input     x₂  0     -
    parameter w₁  0.1   0
    parameter w₂  0.6   0
    parameter b   0     0.125
    computed  z.1 0     0.125
    computed  z.2 0     0.125
    computed  z.3 0     0.125
    computed  z   0     0.125
    """,
    "z.1 = w₁ x₁",
    "z.2 = w₂ x₂",
    "z.3 = z.1 z.2",
    "z = z.3 b",
)


def draw(
    drawn: Graph,
    current: str | None = None,
    phase: Phase = Phase.GIVEN,
    size: tuple[int, int] = (38, 16),
    chars: Chars = UNICODE,
) -> tuple[Line, ...]:
    return draw_graph(*drawn, DrawSheet(*size, chars, current=current, phase=phase)).lines


def text(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


def picture(expected: str, height: int) -> list[str]:
    rows = [row.removeprefix("    |").rstrip() for row in expected.strip("\n").splitlines()]
    return rows + [""] * (height - len(rows))


GOLDEN = {
    "one neuron, narrow": (NEURON, "b", Phase.BACKWARD, (38, 16), """
    | w₁ 0.1 ◀───┐
    |  ∇ 0       │
    | x₁ 0 ──────┤
    | w₂ 0.6 ◀───•── z 0
    |  ∇ 0       │   ∇ 0.125
    | x₂ 0 ──────┤   ▲
    |◀b 0 ◀──────┘   ŷ 0.5
    |  ∇ 0.125       ∇ 0.5
    |                ▲
    | y 0 ─────────▶ L 0.125
    |                ∇ 1
    """),
    "one neuron, wide": (NEURON, "z", Phase.BACKWARD, (70, 24), """
    | w₁ 0.1 ◀──────┐
    |  ∇ 0          │
    | x₁ 0 ─────────┤
    | w₂ 0.6 ◀──────•─ ◀z 0 ◀───────── ŷ 0.5 ◀──────┬── L 0.125
    |  ∇ 0          │   ∇ 0.125        ∇ 0.5        │   ∇ 1
    | x₂ 0 ─────────┤                               │
    | b 0 ◀─────────┘                  y 0 ─────────┘
    |  ∇ 0.125
    """),
    "a network in matrices, narrow": (NETWORK, "A₁", Phase.FORWARD, (38, 16), """
    | W₁ 3×2 ─┐
    |  ∇ 3×2  │
    | X 2×4 ──•─▶ Z₁ 3×4
    | b₁ 3×1 ─┘   ∇ 3×4
    |  ∇ 3×1      ▼
    |            ▶A₁ 3×4
    |             ∇ 3×4
    |             ▼
    | W₂ 1×3 ─┬─▶ Z₂ 1×4
    |  ∇ 1×3  │   ∇ 1×4
    | b₂ 1×1 ─┘   ▼
    |  ∇ 1×1      Ŷ 1×4
    |             ∇ 1×4
    |             ▼
    | Y 1×4 ──┬─▶ C 0.1372
    | m 4 ────┘   ∇ 1
    """),
    "a network in matrices, wide": (NETWORK, "A₁", Phase.FORWARD, (70, 24), """
    | W₁ 3×2 ─┐
    |  ∇ 3×2  │
    | X 2×4 ──•─▶ Z₁ 3×4 ─▶▶A₁ 3×4 ─┬─▶ Z₂ 1×4 ─▶ Ŷ 1×4 ─┬─▶ C 0.1372
    | b₁ 3×1 ─┘   ∇ 3×4     ∇ 3×4   │   ∇ 1×4     ∇ 1×4  │   ∇ 1
    |  ∇ 3×1                        │                    │
    |                       W₂ 1×3 ─┤             Y 1×4 ─┤
    |                        ∇ 1×3  │             m 4 ───┘
    |                       b₂ 1×1 ─┘
    |                        ∇ 1×1
    """),
    "a*a": (SQUARE, "c", Phase.FORWARD, (38, 16), """
    | a 3 ───────┬────▶▶c 9
    |  ∇ 6       └────▶ ∇ 1
    """),
    "a*a*a without gradients": (CUBE, "s", Phase.FORWARD, (38, 16), """
    | a 2 ───────┬────▶▶s 8
    |            ├──────▲
    |            └──────▲
    """),
    "three equations, narrow": (FAN_OUT, "b", Phase.UPDATE, (32, 16), """
    | a 2 ─────────┬─▶ c 6
    |  ∇ 3         │   ∇ 1
    |●b 3 ───────┬─┘   ▼
    |  ∇ 3       └───▶ d 9
    |                  ∇ 1
    """),
    "three equations, wide": (FAN_OUT, "c", Phase.FORWARD, (70, 24), """
    | a 2 ────────────┬─▶▶c 6 ─────────┬─▶ d 9
    |  ∇ 3       ┌────┘   ∇ 1          │   ∇ 1
    | b 3 ───────┴─────────────────────┘
    |  ∇ 3
    """),
    "an unfolded line": (UNFOLDED, "z.2", Phase.BACKWARD, (38, 16), """
    | w₁ 0.1 ◀───┬── z.1 0 ◀─────┐
    |  ∇ 0       │   ∇ 0.125     │
    | x₁ 0 ──────┘               │
    | w₂ 0.6 ◀───┬─ ◀z.2 0       │
    |  ∇ 0       │   ∇ 0.125     │
    | x₂ 0 ──────┘   ▲           │
    |                z.3 0 ──────┘
    |                ∇ 0.125
    |                ▲
    | b 0 ◀───────── z 0
    |  ∇ 0.125       ∇ 0.125
    """),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_the_picture_is_the_expected_one(name: str) -> None:
    drawn, current, phase, size, expected = GOLDEN[name]
    expected = expected.rstrip(" ")
    assert text(draw(drawn, current, phase, size)) == picture(expected, size[1])


def test_a_square_of_a_computed_node_arrives_by_two_strokes() -> None:
    drawn = graph("parameter a 3 72\ncomputed c 6 12\ncomputed d 36 1", "c = a", "d = c c")
    assert text(draw(drawn, size=(38, 2))) == [
        " a 3 ───────▶ c 6 ──────┬─▶ d 36",
        "  ∇ 72        ∇ 12      └─▶ ∇ 1",
    ]
    assert text(draw(drawn, size=(25, 5))) == [
        " a 3 ───────▶ c 6 ──────┐",
        "  ∇ 72        ∇ 12      │",
        "              ▼         │",
        "              d 36 ◀────┘",
        "              ∇ 1",
    ]


def test_the_second_stroke_of_a_square_turns_up_into_a_node_of_one_row() -> None:
    drawn = graph("parameter a 3 -\ncomputed c 9 -", "c = a a")
    assert text(draw(drawn, size=(38, 2))) == [
        " a 3 ───────┬────▶ c 9",
        "            └──────▲",
    ]


def test_a_crossing_never_looks_like_a_joint() -> None:
    drawn = graph("parameter a 2 9\nparameter b 3 12\ncomputed c 18 1", "c = a b b")
    assert text(draw(drawn, size=(38, 4))) == [
        " a 2 ────────────┬─▶ c 18",
        "  ∇ 9       ┌────│─▶ ∇ 1",
        " b 3 ───────┴────┘",
        "  ∇ 12",
    ]


def test_without_unicode_the_picture_is_ascii() -> None:
    drawn = graph("parameter a 2 9\nparameter b 3 12\ncomputed c 18 1", "c = a b b")
    assert text(draw(drawn, "c", Phase.BACKWARD, (38, 4), ASCII)) == [
        " a 2 <-----------+- <c 18",
        "  g 9       +----|-- g 1",
        " b 3 <------+----+",
        "  g 12",
    ]


@pytest.mark.parametrize(
    ("phase", "glyph"),
    [(Phase.FORWARD, "▶"), (Phase.BACKWARD, "◀"), (Phase.UPDATE, "●")],
)
def test_the_current_node_is_marked_by_glyph_and_style(phase: Phase, glyph: str) -> None:
    lines = draw(NEURON, "w₁", phase)
    marked = [s.text.strip() for line in lines for s in line if s.style is Style.CURRENT]
    assert "".join(marked) == glyph + "w₁"


def test_going_forward_the_strokes_that_arrive_stand_out() -> None:
    lines = draw(NEURON, "z", Phase.FORWARD)
    bright = "".join(s.text for line in lines for s in line if s.style is Style.FORWARD)
    assert re.sub(r"\s", "", bright) == "────┐│──────┤────•─▶│──────┤───────┘"


def test_going_backward_the_strokes_that_leave_stand_out() -> None:
    lines = draw(NEURON, "z", Phase.BACKWARD)
    strokes = [char for line in lines for s in line if s.style is Style.BACKWARD for char in s.text]
    assert [char for char in strokes if char in "─│┐┤•┘▶▼▲"] == ["▲"]


def test_what_is_not_computed_or_not_reached_is_not_shown_and_nothing_moves() -> None:
    nodes, edges = NEURON
    bare = [replace(node, value=None, gradient=None) for node in nodes]
    before, after = text(draw((bare, edges))), text(draw(NEURON))
    assert not any("∇" in row for row in before)
    assert [row.find("ŷ") for row in before] == [row.find("ŷ") for row in after]
    assert [row.find("L") for row in before] == [row.find("L") for row in after]


def test_a_changed_value_carries_a_star_and_a_mark_follows_the_label() -> None:
    nodes, edges = NEURON
    nodes = [replace(node, changed=node.id == "w₁", mark="!" * (node.id == "ŷ")) for node in nodes]
    lines = text(draw((nodes, edges)))
    assert lines[0].startswith(" w₁ 0.1* ─")
    assert any("ŷ! 0.5" in row for row in lines)


def test_a_tall_graph_is_shown_in_pages_that_stay() -> None:
    drawn = chain(12)
    first = text(draw(drawn, "h3", Phase.FORWARD))
    second = text(draw(drawn, "h4", Phase.FORWARD))
    blank = str.maketrans("▶", " ")
    assert [row.translate(blank).strip() for row in first] == [
        row.translate(blank).strip() for row in second
    ]
    assert any(re.fullmatch(r" … \d more nodes", row) for row in first)
    last = text(draw(drawn, "h11", Phase.FORWARD))
    assert re.fullmatch(r" … \d more nodes above", last[0])


def test_of_a_large_graph_the_neighbourhood_is_drawn_and_the_rest_is_counted() -> None:
    lines = text(draw(chain(10_000), "h5000", Phase.FORWARD))
    shown = {int(found) for row in lines for found in re.findall(r"h(\d+)", row)}
    assert {4999, 5000, 5001} <= shown
    assert lines[-1] == f" … {10_000 - len(shown):,} more nodes".replace(",", " ")
    assert any("… ─▶ h" in row for row in lines)
    assert any("─▶ …" in row for row in lines)


def test_around_a_leaf_with_thousands_of_consumers_some_are_drawn() -> None:
    nodes = [DrawNode("w", "w", "1.5", None, Style.PARAMETER)]
    nodes += [DrawNode(f"h{at}", f"h{at}", "0.5", None, Style.TEXT) for at in range(5000)]
    edges = [edge_between("w", f"h{at}") for at in range(5000)]
    lines = text(draw((nodes, edges), "w", Phase.BACKWARD))
    assert sum(len(re.findall(r"─ h\d", row)) for row in lines) >= 3
    assert any("◀w 1.5" in row for row in lines)


def test_a_long_label_ends_in_an_ellipsis_only_where_it_must() -> None:
    drawn = graph(
        "input x 1 -\ncomputed a_very_long_label_indeed 2 -", "a_very_long_label_indeed = x"
    )
    assert any("a_very_long_label_indeed" in row for row in text(draw(drawn, size=(60, 9))))
    assert any("a_very_lo…" in row for row in text(draw(drawn, size=(38, 9))))


def test_an_unknown_current_node_is_refused() -> None:
    with pytest.raises(KeyError):
        draw(NEURON, "nobody")


@pytest.mark.parametrize("size", [(38, 0), (0, 3), (1, 1), (5, 2), (9, 3)])
def test_no_size_is_too_small(size: tuple[int, int]) -> None:
    lines = text(draw(NEURON, "z", Phase.FORWARD, size))
    assert len(lines) == size[1]
    assert all(len(row) <= size[0] for row in lines)


def test_a_graph_without_nodes_is_blank() -> None:
    assert draw(([], []), size=(20, 3)) == ((), (), ())


@pytest.mark.slow
@settings(deadline=None, max_examples=tries(70))
@given(
    drawn=graphs(),
    width=st.integers(20, 120),
    height=st.integers(5, 40),
    phase=st.sampled_from(Phase),
    chars=st.sampled_from([UNICODE, ASCII]),
    data=st.data(),
)
def test_any_graph_fits_any_panel(
    drawn: Graph, width: int, height: int, phase: Phase, chars: Chars, data: st.DataObject
) -> None:
    current = data.draw(st.sampled_from(drawn[0]))
    lines = text(draw(drawn, current.id, phase, (width, height), chars))
    assert len(lines) == height
    assert all(len(row) <= width for row in lines)
    value = re.escape("" if current.value is None else f" {current.value}")
    assert any(re.search(rf"\b{current.label}{value}(?!\d)", row) for row in lines)
    if not chars.unicode:
        assert "".join(lines).isascii()
    assert_strokes_arrive(drawn, text(draw(drawn, current.id, Phase.UPDATE, (width, height))))
    assert_all_are_counted(drawn, text(draw(drawn, drawn[0][0].id, size=(width, height))))


def assert_strokes_arrive(drawn: Graph, lines: list[str]) -> None:
    """Hold that every computed node in view has a stroke that arrives."""
    lines = [re.sub(r" to n\d+.*", "", row) for row in lines]
    computed = {edge.target for edge in drawn[1]}
    for row, line in enumerate(lines):
        for found in re.finditer(r"\bn\d+", line):
            x = found.start()
            above = lines[row - 1][x : x + 1] if row else ""
            arrives = line[x - 2 : x - 1] == "▶" or above == "▼" or "◀" in line[x:]
            alone = f"… {len(drawn[0]) - 1} more" in "".join(lines)
            assert arrives or alone or found.group() not in computed


def assert_all_are_counted(drawn: Graph, lines: list[str]) -> None:
    """Hold that nodes that are not in view are counted."""
    shown = sum(len(re.findall(r"(?<!nodes to )(?<!node to )\bn\d+", row)) for row in lines)
    counted = sum(int(found) for row in lines for found in re.findall(r"… (\d+) more nodes?", row))
    assert shown + counted == len(drawn[0])


def test_on_the_way_back_the_note_on_hidden_nodes_names_the_loss() -> None:
    lines = text(draw(chain(12), "h2", Phase.BACKWARD))
    assert re.search(r" … \d+ more nodes to h11 \S+", "\n".join(lines))


def test_where_nothing_else_fits_the_current_node_stands_alone() -> None:
    drawn = graph("input x 1 -\ncomputed h -0.1234 -\ncomputed y 2 -", "h = x", "y = h")
    assert text(draw(drawn, "h", Phase.FORWARD, (20, 3), ASCII)) == [
        ">h -0.1234",
        " ... 2 more nodes",
        "",
    ]


@pytest.mark.sampled
@pytest.mark.parametrize("lesson", ["07-learning-rate", "12-gradients-add-up", "16-xor-hidden"])
@pytest.mark.parametrize("size", [(34, 15), (60, 17), (86, 40)])
def test_more_digits_leave_every_node_in_its_row(lesson, size):
    start = session_at(shipped_lessons_folder() / f"{lesson}.md")
    for number in some(sum(size), range(1, len(start.moment.steps) + 1)):
        plain = replace(start, step=number)
        precise = replace(plain, look=replace(plain.look, digits=9))
        plain, precise = (
            [re.match(r"[ ●▶◀]*[A-Za-zŷŶ₀-₉]*", row)[0] for row in text(lines)]
            for lines in (
                graph_drawing(context_of(at, UNICODE), *size).lines for at in (plain, precise)
            )
        )
        assert [head.strip() for head in plain] == [head.strip() for head in precise]
