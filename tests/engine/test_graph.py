from small_graphs import LAYERS, NEURON, graph_of


def test_unfolding_shows_the_inner_operations_of_that_line_alone():
    graph = graph_of(NEURON, ["w1", "w2", "b"], ["x1", "x2", "y"])
    folded = [v.name for v in graph.visible()]
    unfolded = [v.name for v in graph.visible({"z", "yhat"})]
    assert folded == ["z", "yhat", "L"]
    assert unfolded == ["z.1", "z.2", "z.3", "z", "yhat", "L"]
    assert [v.folded for v in graph.visible()] == [True, False, True]
    assert not any(v.folded for v in graph.visible({"z", "yhat", "L"}))


def test_unfolded_operations_are_the_consumers():
    graph = graph_of("q = a*a + a", ["a"])
    first, last = graph.visible({"q"})
    assert [(e.source, e.target, e.occurrence) for e in first.edges] == [
        ("a", "q.1", 0),
        ("a", "q.1", 1),
    ]
    assert [(e.source, e.target, e.occurrence) for e in last.edges] == [
        ("q.1", "q", 0),
        ("a", "q", 0),
    ]


def test_the_root_is_the_last_line_and_parameters_keep_their_order():
    graph = graph_of(LAYERS, ["W1", "b1", "W2", "b2"], ["X", "Y", "m"])
    assert graph.root == "C"
    assert graph.parameters == ("W1", "b1", "W2", "b2")
    assert graph.nodes[graph.node_by_name["Z1"]].op == "add"
    assert graph.lines[graph.line_by_name["A1"]].text == "sigmoid(Z1)"
