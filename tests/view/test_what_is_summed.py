"""What a sum on the way back runs over: the examples, or the rows, columns or cells of a matrix."""

import re

import pytest
from lesson_texts import lesson_text
from walks import walk

from gdtutor.cli import main
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.lines import text_of

DATA = """\
[data]
inputs = { X = ["a", "b"] }
targets = { Y = ["p", "q", "r"] }
examples = [[1, 2, 1, 0, 0], [0.5, -1, 0, 1, 0], [2, 0.3, 0, 0, 1], [-1, -1.5, 0, 0, 1]]
"""
COLUMNS = """\
[parameters]
W = [[0.3, -0.2], [0.1, 0.5], [-0.4, 0.25]]
b = [[0.1], [-0.2], [0.05]]
s = [[1.5]]
k = 0.7
"""
ROWS = """\
[parameters]
W = [[0.3, 0.1, -0.4], [-0.2, 0.5, 0.25]]
b = [0.1, -0.2, 0.05]
"""
SOFTMAX = """\
E = exp(Z)
S = sum(E, axis={axis})
P = E/S
C = -sum(Y*log(P))/m
"""
MANY = """\
Z = s*W @ X + b
N = Z - mean(Z, axis=0)
V = mean(N**2, axis=1)
M = max(Z, axis=0)
Q = N/(V + 0.1)**0.5*k + V*M
C = sum((Q - Y)**2)/(2*m)
"""
FILES = {
    "columns": (COLUMNS, f"Z = W @ X + b\n{SOFTMAX.format(axis=0)}", ""),
    "rows": (ROWS, f"Z = X @ W + b\n{SOFTMAX.format(axis=1)}", 'orientation = "rows"'),
    "many": (COLUMNS, MANY, ""),
}


@pytest.fixture
def lesson_at(tmp_path):
    def written(name):
        parameters, graph, more = FILES[name]
        path = tmp_path / "07-sums.md"
        used = [line for line in parameters.splitlines() if line[0] not in "sk" or name == "many"]
        front = "\n".join([more, *used, DATA])
        path.write_text(lesson_text(f"```graph\n{graph}```\n", front), "utf-8")
        return path

    return written


SUMS = [
    ("columns", "S", ["rows"]),
    ("rows", "S", ["columns"]),
    ("columns", "b", ["examples"]),
    ("rows", "b", ["examples"]),
    ("many", "Z", ["rows"]),
    ("many", "b", ["examples"]),
    ("many", "s", ["cells"]),
    ("many", "k", ["cells"]),
    ("many", "M", ["rows"]),
    ("many", "V", ["examples"]),
]
"""A lesson, whose gradient, and what is summed there: by hand, from the shapes and their axes."""


@pytest.mark.parametrize(("name", "node", "over"), SUMS)
@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_sum_says_what_it_runs_over(lesson_at, name, node, over, chars):
    context = context_of(walk(lesson_at(name), f"backward:{node}"), chars)
    text = " ".join(text_of(row) for row in node_lines(context, 60))
    assert list(dict.fromkeys(re.findall(r"(?:Σ|sum) over (\w+)", text))) == over


def test_a_transcript_and_lines_say_it_too(lesson_at, capsys):
    assert main(["transcript", str(lesson_at("columns"))]) == 0
    assert "dS = Σ over rows of" in capsys.readouterr().out
