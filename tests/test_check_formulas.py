"""Formulas that compute and most likely mean something else are warned of."""

from lesson_texts import found_in, lesson_text

MATRICES = """\
[parameters]
W = [[0.15, 0.2], [0.25, 0.3]]
b = {b}
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y1", "y2"] }}
examples = [[1, 2, 3, 4]]
"""


def test_a_bias_that_is_a_vector_beside_columns_is_a_warning_and_a_column_is_none(tmp_path):
    graph = "```graph\nZ = W @ X + b\nC = sum((Z - Y)**2)\n```\n"
    [found] = found_in(lesson_text(graph, MATRICES.format(b="[0.1, 0.2]")), tmp_path)
    assert found[:2] == ("row", "warning")
    assert found[3] == "the vector b meets a 2x1 matrix as a row in Z"
    assert found_in(lesson_text(graph, MATRICES.format(b="[[0.1], [0.2]]")), tmp_path) == []
