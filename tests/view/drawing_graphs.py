"""Random graphs for the tests of the drawing."""

from collections import Counter

from hypothesis import strategies as st

from gdtutor.view.frame import Style
from gdtutor.view.graph.drawing import DrawEdge, DrawNode

Graph = tuple[list[DrawNode], list[DrawEdge]]


@st.composite
def graphs(draw: st.DrawFn, most: int = 30) -> Graph:
    """Random graphs with fan-out, edges over many layers, and operands used several times."""
    count = draw(st.integers(2, most))
    nodes: list[DrawNode] = []
    edges: list[DrawEdge] = []
    number = st.sampled_from(["0", "-0.1234", "1.234e-05", "0.5"])
    for index in range(count):
        operands = draw(st.lists(st.integers(0, index - 1), max_size=4)) if index else []
        uses = Counter[int]()
        for operand in operands:
            edges.append(DrawEdge(f"n{operand}", f"n{index}", uses[operand]))
            uses[operand] += 1
        style = Style.TEXT if operands else draw(st.sampled_from([Style.INPUT, Style.PARAMETER]))
        value = draw(st.none() | number)
        gradient = draw(st.none() | number) if value and style is not Style.INPUT else None
        nodes.append(DrawNode(f"n{index}", f"n{index}", value, gradient, style))
    return nodes, edges
