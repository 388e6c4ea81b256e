"""A lesson file told the other way round passes check and has the same numbers, turned."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from gdtutor.check.lesson import check_lesson
from gdtutor.cli import main
from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import to_text
from gdtutor.engine.trace import trace
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, parse_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.orientation import is_in_rows, retold
from gdtutor.lesson.repetition import refolded
from gdtutor.lesson.runs import problem_of, run_of
from gdtutor.lesson.starts import start_values
from gdtutor.report.transcript import steps_data
from gdtutor.view.frame import UNICODE
from tests.lesson_texts import shipped_heads
from tests.tries import some

MATRICES = [
    name
    for name, said in shipped_heads().items()
    if "network" in said or isinstance(said.get("data", {}).get("inputs"), dict)
]
CHECKED = [name for name in MATRICES if name[:2] in ("13", "16", "27", "28")]
"""With turned products, hidden layers, tasks and questions, shares, and scores of pairs; of all the
numbers are compared."""

READS = """+++
format = 1
id = "it-reads"
title = "It reads"
[parameters]
U = { shape = [3, 1], init = "xavier", seed = 1 }
V = { shape = [3, 3], init = "xavier", seed = 4 }
b = { shape = [3, 1], init = "zeros" }
w = [[0.5, -0.25, 1]]
k = { init = "uniform", after = "U" }
[constants]
H0 = [[0.0], [0.0], [0.0]]
[data]
inputs = { X = ["x1", "x2", "x3", "x4"] }
targets = { Y = { column = "said", one_hot = true, classes = ["no", "yes"] } }
examples = [[0, 1, 0, 1, "no"], [1, 1, 0, 1, "yes"], [1, 0, 0, 1, "yes"]]
[training]
epochs = 5
batch = 2
hyperparameters = { beta = 0.8 }
optimizer = "momentum"
[[variants]]
name = "other weights"
parameters.w = [[1, 2, 3]]
training.learning_rate = 0.5
[[variants]]
name = "drawn anew"
parameters.V = { shape = [3, 3], init = "xavier", seed = 7 }
[[pictures]]
kind = "slice"
along = "V[0,2]"
+++
It reads {nothing} yet.

```graph
# the state
for t in 1..4:
    Z{t} = U @ X[t-1:t] + V @ H{t-1} + b  # of the moment
    H{t} = tanh(k*Z{t})
P = concat(w @ H4, -(w @ H2))
C = sum(cross_entropy_logits(P, Y))/m
```

## forward H{t}
Moment {t}: {H{t}[2,0]} of {U[1,0]}, {V[0,2]}.

```question
text = "How much is H1[2,1]?"
kind = "value"
cell = [2, 1]
```
"""


def read(text: str, name: str = "lesson.md") -> Lesson:
    lesson, reports = parse_lesson(text, shipped_lessons_folder() / name)
    assert lesson is not None, [report.text() for report in reports]
    return lesson


def compared(one: object, other: object, where: tuple[str, ...]) -> int:
    """Hold numbers against those of a turned lesson; return how many arrays there were."""
    if isinstance(one, dict):
        assert isinstance(other, dict)
        assert one.keys() == other.keys(), where
        return sum(compared(one[key], other[key], (*where, key)) for key in one)
    turned_back = np.asarray(other, float).T
    np.testing.assert_allclose(turned_back, one, rtol=1e-9, atol=1e-12, err_msg=str(where))
    return 1


def told(text: str, path: Path) -> dict[tuple[str, ...], dict[str, object]]:
    path.write_text(text)
    steps = steps_data(session_at(path, at="given"), 2, UNICODE)["steps"]
    kept = ("values", "value", "gradient", "before", "after", "state")
    assert isinstance(steps, list)
    found = {
        tuple(str(step.get(key, "")) for key in ("iteration", "phase", "node", "variable")): {
            key: step[key] for key in kept if key in step
        }
        for step in steps
    }
    assert len(found) >= len({(step["phase"], step["node"]) for step in steps})
    return found


def shipped(name: str) -> Lesson:
    lesson = load_lesson(shipped_lessons_folder() / f"{name}.md")
    assert lesson.bindings[0].is_matrix
    return lesson


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", some(1, MATRICES, 2))
def test_shipped_lessons_have_the_same_transcript_in_rows(name: str, tmp_path: Path) -> None:
    lesson = shipped(name)
    text = retold(lesson)
    one, other = told(lesson.text, tmp_path / "a.md"), told(text, tmp_path / "b.md")
    assert one.keys() == other.keys()
    assert sum(compared(one[step], other[step], step) for step in one) > len(one) - 4
    runs = run_of(lesson), run_of(read(text))
    for run in runs:
        run.advance(iterations=40)
    np.testing.assert_allclose(runs[1].costs, runs[0].costs, rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKED)
def test_shipped_lessons_in_rows_pass_check(name: str) -> None:
    lesson = shipped(name)
    problems = check_lesson(read(retold(lesson), f"{name}.md")).problems
    assert [report.text() for report in problems if report.level == "error"] == []


def test_a_picture_of_many_starts_is_left_out_where_they_become_numbers() -> None:
    text = READS.replace('kind = "slice"\nalong = "V[0,2]"', 'kind = "seeds"\nbelow = 0.5')
    turned = retold(read(text))
    assert read(text).pictures[0].kind == "seeds"
    assert "# The picture of many starts is left out" in turned
    assert read(turned).pictures == ()
    assert "left out" not in retold(read(READS))


@pytest.mark.sampled
@pytest.mark.parametrize("name", MATRICES)
def test_told_twice_a_lesson_is_itself_again(name: str) -> None:
    lesson = shipped(name)
    rows = read(retold(lesson))
    assert is_in_rows(rows)
    assert rows.id == f"{lesson.id}-in-rows"
    again = read(retold(rows))
    formulas = [
        [
            re.sub(r", axis=0", "", to_text(line.expr))
            for scene in one.scenes
            for line in scene.graph.lines
        ]
        for one in (again, lesson)
    ]
    assert formulas[0] == formulas[1]
    spoken = [scene.notes for scene in again.scenes], again.closing, again.prose
    assert [[(n.phase, n.node, n.text) for n in notes] for notes in spoken[0]] == [
        [(n.phase, n.node, n.text) for n in scene.notes] for scene in lesson.scenes
    ]
    assert spoken[1:] == (lesson.closing, lesson.prose)
    assert again.pictures == lesson.pictures
    tasks = [[(t.text, t.goal, t.hints, t.solution) for t in one.tasks] for one in (again, lesson)]
    assert tasks[0] == tasks[1]


@pytest.mark.slow
def test_repetitions_comments_cells_and_variants_are_turned() -> None:
    lesson = read(READS)
    text = retold(lesson)
    assert text.startswith("+++\n# Told in rows by gdtutor; what the prose says of shapes")
    for line in (
        'orientation = "rows"',
        'b = { shape = [1, 3], init = "zeros" }',
        "parameters = { w = [[1.0], [2.0], [3.0]] }",
        'along = "V[2,0]"',
        "# the state",
        "for t in 1..4:",
        "    Z{t} = X[:, t-1:t] @ U + H{t-1} @ V + b  # of the moment",
        "P = concat(H4 @ w, -(H2 @ w), axis=1)",
        "Moment {t}: {H{t}[0,2]} of {U[0,1]}, {V[2,0]}.",
        'text = "How much is H1[1,2]?"',
        "cell = [1, 2]",
        "It reads {nothing} yet.",
    ):
        assert line in text.split("\n"), line
    rows = read(text)
    for name in ("other weights", "drawn anew"):
        one, other = (run_of(with_variant(each, name)) for each in (lesson, rows))
        one.advance()
        other.advance()
        np.testing.assert_allclose(other.costs, one.costs, rtol=1e-9)


@pytest.mark.slow
def test_the_check_finds_the_same_in_rows() -> None:
    lesson = read(re.sub(r"\[\[variants\]\].*?(?=\[\[p)", "", READS, flags=re.DOTALL))
    found = [check_lesson(each).problems for each in (lesson, read(retold(lesson)))]
    assert [r.code for r in found[1]] == [r.code for r in found[0]]


def test_a_vector_in_rows_becomes_a_column_with_its_cells() -> None:
    text = READS.replace('{ shape = [3, 1], init = "zeros" }', "[[0], [0.5], [0]]")
    rows = retold(read(text))
    vector = rows.replace("b = [[0.0, 0.5, 0.0]]", "b = [0.0, 0.5, 0.0]")
    assert vector != rows
    back = retold(read(vector.replace("{U[0,1]}", "{b[1]}")))
    assert "b = [[0.0], [0.5], [0.0]]" in back
    assert "{b[1,0]}" in back


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("tanh(k*Z{t})", "tanh(k*Z{t}) + dot(X[0], X[0])/m", "cannot be told"),
        ("tanh(k*Z{t})", "tanh(k*Z{t}) + mean(embed(V, X[0]))", "embed.* cannot be told"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_reason(old: str, new: str, why: str) -> None:
    with pytest.raises(GdTutorError, match=why):
        retold(read(READS.replace(old, new)))


def test_what_is_drawn_after_a_parameter_that_a_variant_draws_anew_is_drawn_anew_as_well() -> None:
    lesson = read(READS.replace('init = "uniform", after = "U"', 'init = "uniform", after = "V"'))
    rows = read(retold(lesson))
    anew = [with_variant(each, "drawn anew") for each in (lesson, rows)]
    starts = [start_values(each.starts) for each in (lesson, *anew)]
    assert starts[1]["k"] != starts[0]["k"]
    for name, value in starts[1].items():
        np.testing.assert_array_equal(np.transpose(starts[2][name]), value)


PICKS = """+++
format = 1
id = "picks"
title = "Picks"
orientation = "rows"
[parameters]
W = [[0.5, -0.25, 1], [2, 0.75, -1]]
v = [0.5, -1.5]
b = [0.25, -0.5, 1]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
examples = [[0, 1, 1], [1, 3, 0], [2, 1, 1], [0.5, 0, 0]]
[training]
epochs = 3
[[pictures]]
kind = "space"
along = ["H[:,0]", "H[:,2]"]
+++
```graph
H = tanh(X @ W + b)
E = {formula}
Yhat = sigmoid(H @ reshape(b, 3, 1))
C = sum((Yhat - Y)**2)/m + mean(E*E)*sum(v*v)
```
"""


@pytest.mark.sampled
@pytest.mark.parametrize(
    "formula",
    ["X[0]", "X[-1]", "X[-2]", "X[:, 0]", "X[:, -1]", "X[0, 1]", "X[1:, 0]", "X[1, :1]",
     "X[1:, 1:]", "X @ v", "v @ W", "outer(v, b)", "reshape(X, -1)", "reshape(X, 2, -1)",
     "flatten(X.T)", "concat(v, b)", "b[1]", "b[-2:]", "flatten(b)", "sum(b, axis=0)",
     "reshape(b, 1, 3)", "X[:, 0] - flatten(Y)", "X*v", "X[2] + X"],
)  # fmt: skip
def test_cells_rows_vectors_and_new_shapes_are_told_both_ways(formula: str) -> None:
    lesson = read(PICKS.replace("{formula}", formula))
    columns = read(retold(lesson))
    told = [lesson, columns, read(retold(columns))]
    seen = []
    for one in told:
        problem = problem_of(one)
        given = problem.given(problem.parameters, np.arange(problem.size))
        found = trace(problem.graph, given)
        seen.append([found.values["E"], found.gradients["v"], found.gradients["W"]])
    turned = [[np.atleast_2d(value) for value in values] for values in seen]
    for first, second, third in zip(*turned, strict=True):
        np.testing.assert_array_equal(second.T, first)
        np.testing.assert_array_equal(third, first)
    runs = [run_of(one) for one in told]
    for run in runs:
        run.advance()
    np.testing.assert_allclose(runs[1].costs, runs[0].costs, rtol=1e-12)
    np.testing.assert_allclose(runs[2].costs, runs[0].costs, rtol=1e-12)


@pytest.mark.parametrize(
    ("lines", "folded"),
    [
        ([({"t": 1}, "h1 = h0 + X[0:1]"), ({"t": 2}, "h2 = h1 + X[1:2]")],
         "h{t} = h{t-1} + X[t-1:t]"),
        ([({"k": 0, "t": 3}, "a0_3 = 0.5*x"), ({"k": 1, "t": 3}, "a1_3 = 0.5*x")],
         "a{k}_3 = 0.5*x"),
        ([({"t": 2}, "p5 = X[4, 2]/2"), ({"t": 3}, "p7 = X[6, 3]/3")],
         "p{2*t+1} = X[2*t, t]/{t}"),
        ([({}, "z = w*x1")], "z = w*x1"),
    ],
)  # fmt: skip
def test_lines_of_a_repetition_are_one_again(
    lines: list[tuple[dict[str, int], str]], folded: str
) -> None:
    assert refolded(lines) == folded


@pytest.mark.slow
def test_export_writes_the_file_and_says_what_it_lacks(tmp_path: Path, capsys) -> None:
    path = tmp_path / "rows.md"
    assert main(["export", "xor-hidden", "--lesson", "--rows", "--out", str(path)]) == 0
    assert main(["check", str(path)]) == 0
    assert "0 errors" in capsys.readouterr().out
    for words, said in (
        (["xor-hidden", "--lesson"], "add --rows or --columns"),
        (["xor-hidden", "--lesson", "--columns"], "told in columns already"),
        (["xor-hidden", "--lesson", "--rows", "--seed", "3"], "leave out --set, --seed"),
        (["bias", "--lesson", "--rows"], "binds no matrices"),
    ):
        assert main(["export", *words]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("way", ["", 'orientation = "rows"'])
def test_a_network_that_names_no_axis_is_told_both_ways(way: str) -> None:
    text = f"""+++
format = 1
id = "shares"
title = "Shares"
{way}
[network]
layers = [2, 4, 3]
activation = "softmax"
cost = "cross_entropy"
seed = 2
[parameters]
W2 = {"[[1, 2, 3]" + ", [0, 1, 2]" * 3 + "]" if way else "[" + "[1, 0, 0, 2], " * 3 + "]"}
[data]
dataset = "gaussians"
classes = 3
count = 12
[training]
epochs = 3
+++
"""
    lesson = read(text)
    other = read(retold(lesson))
    assert is_in_rows(other) is not is_in_rows(lesson)
    runs = [run_of(one) for one in (lesson, other)]
    for run in runs:
        run.advance()
    np.testing.assert_allclose(runs[1].costs, runs[0].costs, rtol=1e-9)


def test_the_seed_of_a_network_is_all_that_a_variant_of_it_needs() -> None:
    text = """+++
format = 1
id = "nets"
title = "Nets"
[network]
layers = [2, 2, 1]
seed = 1
[data]
dataset = "xor"
[training]
epochs = 3
[[variants]]
name = "seed 9"
network.seed = 9
[[variants]]
name = "one layer"
network.layers = [2, 1]
+++
"""
    told = retold(read(text))
    assert "W1" not in told
    for name in ("seed 9", "one layer"):
        starts = [start_values(with_variant(read(t), name).starts) for t in (text, told)]
        assert starts[0].keys() == starts[1].keys()
        for key, value in starts[0].items():
            np.testing.assert_array_equal(np.transpose(starts[1][key]), value)
