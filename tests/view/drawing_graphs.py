"""Random graphs for the tests of the drawing."""

from collections import Counter

from hypothesis import strategies as st

from gdtutor.engine.graph import Edge
from gdtutor.view.frame import Style
from gdtutor.view.graph.model import DrawNode

Graph = tuple[list[DrawNode], list[Edge]]


def edge_between(source: str, target: str, occurrence: int = 0) -> Edge:
    """Return an edge of no formula."""
    return Edge(source, target, occurrence, ())


@st.composite
def graphs(draw: st.DrawFn, most: int = 30) -> Graph:
    """Random graphs with fan-out, edges over many layers, and operands used several times."""
    count = draw(st.integers(2, most))
    nodes: list[DrawNode] = []
    edges: list[Edge] = []
    number = st.sampled_from(["0", "-0.1234", "1.234e-05", "0.5"])
    for index in range(count):
        operands = draw(st.lists(st.integers(0, index - 1), max_size=4)) if index else []
        uses = Counter[int]()
        for operand in operands:
            edges.append(edge_between(f"n{operand}", f"n{index}", uses[operand]))
            uses[operand] += 1
        style = Style.TEXT if operands else draw(st.sampled_from([Style.INPUT, Style.PARAMETER]))
        value = draw(st.none() | number)
        gradient = draw(st.none() | number) if value and style is not Style.INPUT else None
        nodes.append(DrawNode(f"n{index}", f"n{index}", value, gradient, style))
    return nodes, edges
