"""A body is cut where CommonMark has fences and headings, and every part lands where it belongs."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gdtutor.lesson.blocks import Body
from gdtutor.lesson.body import read_body
from gdtutor.lesson.markdown import divide_body
from gdtutor.lesson.reports import Findings
from tests.tries import tries

LINES = st.sampled_from(
    [
        "", "text", "# One", "## forward z", "### Three ###", "#no heading", "    # code",
        "   # in",
        "```graph", "```", "````", "~~~", "~~~~ question", "  ```python", "``` a`b", "# #", "##",
        "z = w*x", "####### seven", "\t# tab", "```  ", "# a # b", "## backward w, always ##",
    ]
)  # fmt: skip


def of_library(text: str) -> list[tuple[str, int, str]]:
    """Return fences and headings as markdown-it-py finds them."""
    parser = MarkdownIt("commonmark").disable(
        ["list", "blockquote", "hr", "lheading", "html_block", "reference"]
    )
    tokens = parser.parse(text)
    found = []
    for position, token in enumerate(tokens):
        if token.type == "fence" and token.map:
            found.append(("fence", token.map[0] + 1, token.info.strip()))
        elif token.type == "heading_open" and token.map:
            found.append(("heading", token.map[0] + 1, tokens[position + 1].content))
    return found


@given(st.lists(LINES, max_size=12))
@settings(max_examples=tries(300), deadline=None)
def test_fences_and_headings_are_those_of_commonmark(lines: list[str]) -> None:
    findings = Findings(Path("a.md"))
    parts = divide_body(lines, 1, findings)
    unclosed = findings.has_errors
    own = [
        (part.kind, part.line, part.info if part.kind == "fence" else part.text)
        for part in parts
        if part.kind != "text"
    ]
    expected = of_library("\n".join(lines))
    if unclosed:
        own, expected = own[:-1], expected[:-1]
    assert own == expected


@given(st.lists(LINES, max_size=12))
@settings(max_examples=tries(100), deadline=None)
def test_the_parts_put_together_are_the_body(lines: list[str]) -> None:
    parts = divide_body(lines, 1, Findings(Path("a.md")))
    assert "\n".join(part.source for part in parts) == "\n".join(lines)


def body_of(text: str) -> tuple[Body, list[str]]:
    findings = Findings(Path("a.md"), text.split("\n"))
    body = read_body(text, 1, findings)
    return body, [report.code for report in findings.ordered()]


GRAPH = "```graph\nz = a*a  # squared\n\n```\n"


def test_prose_notes_and_closing_are_told_apart() -> None:
    text = f"# Title\nOpening.\n\n{GRAPH}\n## given\nA note.\n### In it\nMore.\n# Next\nTry.\n"
    body, codes = body_of(text)
    assert codes == []
    assert body.prose == "# Title\nOpening."
    assert body.closing == "# Next\nTry."
    (scene,) = body.scenes
    assert [(f.name, f.text) for f in scene.formulas] == [("z", "a*a")]
    assert [(n.phase, n.node, n.text) for n in scene.notes] == [
        ("given", "", "A note.\n### In it\nMore.")
    ]


def test_notes_belong_to_the_graph_block_above_them() -> None:
    text = f"{GRAPH}## given\nOne.\n```graph\nq = b*b\n```\n## forward q\nTwo.\n"
    body, _ = body_of(text)
    assert [[note.text for note in scene.notes] for scene in body.scenes] == [["One."], ["Two."]]


def test_a_code_block_inside_a_note_is_part_of_it() -> None:
    body, codes = body_of(f"{GRAPH}## given\nSee:\n```python\n## not a heading\n```\nEnd.\n")
    assert codes == []
    assert body.scenes[0].notes[0].text == "See:\n```python\n## not a heading\n```\nEnd."


def test_a_question_is_taken_out_of_the_note_that_it_stands_in() -> None:
    body, _ = body_of(f'{GRAPH}## forward z\nBefore.\n```question\ntext = "?"\n```\nAfter.\n')
    (scene,) = body.scenes
    assert scene.notes[0].text == "Before.\nAfter."
    assert scene.questions[0].note is scene.notes[0]
    assert scene.questions[0].toml == 'text = "?"'


def test_a_note_heading_reads_phase_node_and_always() -> None:
    headings = ("given", "given, always", "forward z", "backward  w1 , always", "update w ##")
    text = GRAPH + "".join(f"## {heading}\nText.\n" for heading in headings)
    body, codes = body_of(text)
    assert codes == []
    assert [(n.phase, n.node, n.when.always) for n in body.scenes[0].notes] == [
        ("given", "", False),
        ("given", "", True),
        ("forward", "z", False),
        ("backward", "w1", True),
        ("update", "w", False),
    ]


def test_a_formula_knows_its_place_in_the_file() -> None:
    body, _ = body_of("text\n```graph\n  z  =  a*a\n```\n")
    formula = body.scenes[0].formulas[0]
    assert formula.place == (3, 3)
    assert formula.formula_place == (3, 9)


def test_too_many_lines_and_too_long_lines_are_bounds() -> None:
    assert body_of("\n" * 20_001)[1] == ["bound"]
    assert body_of("x" * 10_001)[1] == ["bound"]
    many = GRAPH + "".join(f"## backward n{i}\nT.\n" for i in range(2_001))
    assert body_of(many)[1] == ["bound"]
    assert body_of(GRAPH * 51)[1] == ["bound"]
