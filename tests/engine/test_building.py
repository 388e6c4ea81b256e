import re

import pytest
from small_graphs import LAYERS, graph_of, lines_of

from gdtutor.engine.building import MAX_DOUBLINGS, build_graph
from gdtutor.engine.errors import GraphError
from gdtutor.engine.expression import Apply, Name, to_text
from gdtutor.engine.graph import Leaf, Role


def elementary(graph):
    """Return every elementary node as text, `z.1 = mul(w1, x1)`."""
    written = []
    for node in graph.nodes:
        args = ", ".join(to_text(arg) for arg in node.args)
        written.append(f"{node.name} = {node.op}({args})")
    return written


def edges_of(graph, name):
    line = graph.lines[graph.line_by_name[name]]
    return [(edge.source, edge.occurrence) for edge in line.edges]


def test_a_line_unfolds_into_its_operations_in_order_of_evaluation():
    graph = graph_of("z = w1*x1 + w2*x2 + b", ["w1", "w2", "b"], ["x1", "x2"])
    assert elementary(graph) == [
        "z.1 = mul(w1, x1)",
        "z.2 = mul(w2, x2)",
        "z.3 = add(z.1, z.2)",
        "z = add(z.3, b)",
    ]


def test_inner_operations_are_numbered_in_the_order_in_which_they_are_evaluated():
    graph = graph_of("q = exp(a)*(b - a)**2", ["a", "b"])
    assert elementary(graph) == [
        "q.1 = exp(a)",
        "q.2 = sub(b, a)",
        "q.3 = pow(q.2, 2)",
        "q = mul(q.1, q.3)",
    ]


def test_one_formula_object_used_twice_gives_two_operations():
    shared = Apply("exp", (Name("a"),))
    line = ("q", Apply("mul", (shared, shared)), "exp(a)*exp(a)")
    graph = build_graph([Leaf("a", Role.PARAMETER)], [line])
    assert elementary(graph) == ["q.1 = exp(a)", "q.2 = exp(a)", "q = mul(q.1, q.2)"]
    assert edges_of(graph, "q") == [("a", 0), ("a", 1)]


def test_a_line_that_repeats_a_name_is_one_operation():
    graph = graph_of("same = a", ["a"])
    assert elementary(graph) == ["same = identity(a)"]


def test_a_line_has_one_edge_for_each_occurrence_left_to_right():
    graph = graph_of("q = b*a + exp(a)*a", ["a", "b"])
    assert edges_of(graph, "q") == [("b", 0), ("a", 0), ("a", 1), ("a", 2)]


def test_a_product_of_a_value_with_itself_has_two_edges():
    graph = graph_of("q = a*a", ["a"])
    first, second = graph.lines[0].edges
    assert (first.path, second.path) == (((0, 0),), ((0, 1),))


def test_an_edge_knows_its_path_from_the_line_down_to_the_name():
    graph = graph_of("z = w*x + b\nL = (z - y)**2/2", ["w", "b"], ["x", "y"])
    (edge,) = [e for e in graph.lines[1].edges if e.source == "z"]
    names = [graph.nodes[index].name for index, _ in edge.path]
    assert names == ["L", "L.2", "L.1"]
    assert [position for _, position in edge.path] == [0, 0, 0]


def test_every_operation_stands_after_what_it_uses():
    graph = graph_of(LAYERS, ["W1", "b1", "W2", "b2"], ["X", "Y", "m"])
    known = set(graph.leaf_by_name)
    for node in graph.nodes:
        assert {arg.name for arg in node.args if isinstance(arg, Name)} <= known
        known.add(node.name)


MISTAKES = [
    ("q = a + c", "q", 4, "undefined", "'c' is used before it is defined"),
    ("q = a + r\nr = a", "q", 4, "undefined", "'r' is used before it is defined"),
    ("q = 2*q", "q", 2, "undefined", "a line cannot use its own result"),
    ("weights = a*a\nq = wieghts + 1", "q", 0, "undefined", "did you mean 'weights'?"),
    ("q = exp + a", "q", 0, "undefined", "write exp(…)"),
    ("q = z.1 + a", "q", 0, "undefined", "'z.1' is used before it is defined"),
    ("a = a + 1", "a", 0, "redefined", "'a' is already the name of a parameter"),
    ("q = 3", "q", 0, "constant", "'q' is only a number"),
    ("q = -3", "q", 0, "constant", "'q' is only a number"),
]


@pytest.mark.parametrize(("text", "line", "column", "code", "says"), MISTAKES)
def test_lines_that_make_no_graph_are_refused_with_their_place(text, line, column, code, says):
    with pytest.raises(GraphError, match=re.escape(says)) as caught:
        graph_of(text, ["a"])
    assert (caught.value.line, caught.value.column, caught.value.code) == (line, column, code)
    assert caught.value.hint


def test_a_value_given_twice_is_refused():
    leaves = [Leaf("a", Role.INPUT), Leaf("a", Role.PARAMETER)]
    with pytest.raises(GraphError, match="'a' is given twice, as input and as parameter"):
        build_graph(leaves, lines_of("q = a + 1"))


@pytest.mark.parametrize(
    ("formula", "sign", "column"),
    [
        ("w @ x", "@", 2),
        ("w*x.T", ".T", 3),
        ("1 + sum(x)", "sum", 4),
        ("mean(x)", "mean", 0),
        ("max(x)", "max", 0),
        ("softmax(x)", "softmax", 0),
        ("exp(cross_entropy(w, x))", "cross_entropy", 4),
    ],
)
def test_formulas_about_one_example_take_elementwise_operations_alone(formula, sign, column):
    text = f"q = {formula}"
    graph_of(text, ["w"], ["x"])
    with pytest.raises(GraphError) as caught:
        graph_of(text, ["w"], ["x"], by_rows=True)
    assert caught.value.what.startswith(f"{sign} in a lesson")
    assert (caught.value.line, caught.value.column) == ("q", column)
    assert caught.value.code == "scalar-only"


def test_the_line_that_the_program_appends_may_reduce():
    graph = graph_of("L = w*x\nC = mean(L)", ["w"], ["x"], by_rows=True, appended=frozenset({"C"}))
    assert [line.appended for line in graph.lines] == [False, True]


def test_softmax_within_softmax_has_a_bound():
    def nested(depth):
        return "q = " + "softmax(" * depth + "X" + ")" * depth

    graph_of(nested(MAX_DOUBLINGS), ["X"])
    with pytest.raises(GraphError, match="split the formula") as caught:
        graph_of(nested(MAX_DOUBLINGS + 1), ["X"])
    assert caught.value.code == "bound"
