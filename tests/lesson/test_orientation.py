"""A lesson in rows has everything that one in columns has, and the same numbers."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdtutor.cli import main
from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.trace import trace
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.orientation import is_in_rows, turned
from gdtutor.lesson.runs import outcome_of, problem_of, run_of
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.lesson.starts import start_values
from gdtutor.report.run import result_data, result_of
from gdtutor.session.changes import segments_with
from gdtutor.training.classes import accuracy
from tests.tries import tries

NETWORK = """+++
format = 1
id = "either-way"
title = "Either way"
{orientation}
[network]
layers = {layers}
activation = "{activation}"
cost = "{cost}"
init = "{init}"
seed = {seed}

[data]
inputs = {{ X = {inputs} }}
targets = {{ Y = {targets} }}
examples = {examples}

[training]
learning_rate = 0.3
epochs = 3
batch = {batch}
order = "{order}"
optimizer = "{optimizer}"
validation = {validation}
+++
"""

WRITTEN = """+++
format = 1
id = "in-rows"
title = "In rows"
orientation = "rows"

[parameters]
W1 = [[0.4, -0.3, 0.2], [0.1, 0.7, -0.5]]
b1 = [0.1, -0.2, 0.3]
W2 = [[0.5], [-0.4], [0.9]]
b2 = [[0.0]]

[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
examples = [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0], [0.5, 0.2, 1]]

[training]
learning_rate = 0.5
epochs = 20
batch = 2
+++
```graph
Z1 = X @ W1 + b1
A1 = tanh(Z1)
Z2 = A1 @ W2 + b2
Yhat = sigmoid(Z2)
C = sum((Yhat - Y)**2)/(2*m)
```
"""


def parsed(text: str, *changes: tuple[str, str]) -> Lesson:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    lesson, reports = parse_lesson(text, Path("lesson.md"))
    assert lesson is not None, reports
    return lesson


@st.composite
def both_ways(draw: st.DrawFn) -> tuple[Lesson, Lesson]:
    layers = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    cost = draw(st.sampled_from(("squared", "binary_cross_entropy", "cross_entropy")))
    count = draw(st.integers(5, 8))
    rng = np.random.RandomState(draw(st.integers(0, 1000)))
    targets = rng.randint(0, 2, (count, layers[-1]))
    if cost == "cross_entropy":
        targets = np.eye(layers[-1])[rng.randint(0, layers[-1], count)]
    wishes = {
        "layers": layers,
        "activation": draw(st.sampled_from(("tanh", "sigmoid", "softplus", "softmax", "sin"))),
        "cost": cost,
        "init": draw(st.sampled_from(("plain", "xavier", "he", "uniform", "normal"))),
        "seed": draw(st.integers(0, 99)),
        "inputs": [f"x{i}" for i in range(layers[0])],
        "targets": [f"y{i}" for i in range(layers[-1])],
        "examples": np.concatenate([rng.randn(count, layers[0]).round(3), targets], 1).tolist(),
        "batch": draw(st.sampled_from(('"full"', "1", "2", "3"))),
        "order": draw(st.sampled_from(("given", "shuffled", "drawn"))),
        "optimizer": draw(st.sampled_from(("sgd", "momentum", "adam", "rmsprop"))),
        "validation": draw(st.sampled_from((0.0, 0.3))),
    }
    columns, rows = (
        parsed(NETWORK.format(orientation=line, **wishes)) for line in ("", 'orientation = "rows"')
    )
    return columns, rows


@settings(max_examples=tries(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(both_ways())
def test_a_network_has_the_same_numbers_in_columns_and_in_rows(
    lessons: tuple[Lesson, Lesson],
) -> None:
    (values, gradients), (turned, turned_gradients) = map(_walked, lessons)
    for name, value in values.items():
        np.testing.assert_allclose(turned[name].T, value, rtol=1e-12, atol=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(turned_gradients[name].T, gradient, rtol=1e-12, atol=1e-12)
    columns, rows = map(run_of, lessons)
    columns.advance()
    rows.advance()
    np.testing.assert_allclose(rows.costs, columns.costs, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(rows.validation_costs, columns.validation_costs, rtol=1e-9)
    one, other = outcome_of(columns), outcome_of(rows)
    np.testing.assert_allclose(other.predictions, one.predictions, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(other.targets, one.targets)
    told = [accuracy(run.segment_at(0).problem, dict(run.state(3).parameters))
            for run in (columns, rows)]  # fmt: skip
    assert told[0] == told[1]


def _walked(lesson: Lesson) -> tuple[dict, dict]:
    problem = problem_of(lesson)
    batch = np.arange(problem.size)[:3]
    found = trace(problem.graph, problem.given(problem.parameters, batch))
    return dict(found.values), dict(found.gradients)


def test_examples_are_rows_and_the_last_batch_is_shorter() -> None:
    lesson = parsed(WRITTEN)
    run = run_of(lesson)
    problem = problem_of(lesson)
    shapes = [problem.given(problem.parameters, run.batch(k))["X"].shape for k in range(3)]
    assert shapes == [(2, 2), (2, 2), (1, 2)]
    assert problem.given(problem.parameters, run.batch(2))["m"] == 1
    found = trace(problem.graph, problem.given(problem.parameters, run.batch(0)))
    assert found.axes["X"] == found.axes["Z1"] == found.axes["Yhat"] == (0,)
    assert found.axes["W1"] == found.axes["b1"] == found.axes["C"] == ()


def test_a_cell_of_the_data_is_named_as_the_matrix_has_it() -> None:
    lesson = parsed(WRITTEN)
    start = run_of(lesson).segments[0]
    (changed,) = segments_with(lesson, start, (parse_assignment("0:X[4,1]=7"),))
    assert changed.problem.examples[4, 1] == 7


def test_results_are_told_as_the_matrices_have_them() -> None:
    lesson = parsed(WRITTEN)
    run = run_of(lesson)
    run.advance()
    data = result_data(lesson, None, run, result_of(run, 0.0))
    assert np.shape(data["predictions"]) == np.shape(data["targets"]) == (5, 1)


def test_softmax_and_the_cross_entropies_go_along_a_row_where_no_axis_is_named() -> None:
    lesson = parsed(
        WRITTEN,
        ("sigmoid(Z2)", "softmax(Z2)"),
        ("sum((Yhat - Y)**2)/(2*m)", "sum(cross_entropy_logits(A1, softmax(A1, 0)))/m + sum(Yhat)"),
    )
    nodes = problem_of(lesson).graph.nodes
    axes = [n.attribute for n in nodes if n.op in ("softmax", "cross_entropy_logits")]
    assert axes == [1, 0, 1]


def test_rows_are_refused_where_formulas_are_about_one_example() -> None:
    text = WRITTEN.replace("{ X = ", "").replace("{ Y = ", "").replace("] }", "]")
    lesson, reports = parse_lesson(text, Path("lesson.md"))
    assert lesson is None
    assert (reports[0].line, reports[0].code) == (5, "conflict")
    assert "rows are for matrices" in reports[0].what


@pytest.mark.slow
def test_check_passes_a_lesson_in_rows_with_a_bias_that_is_a_vector(tmp_path, capsys) -> None:
    (tmp_path / "lesson.md").write_text(WRITTEN)
    assert main(["check", str(tmp_path / "lesson.md")]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_the_script_of_a_lesson_in_rows_runs(tmp_path, capsys, monkeypatch) -> None:
    (tmp_path / "lesson.md").write_text(WRITTEN)
    script = tmp_path / "script.py"
    assert main(["export", str(tmp_path / "lesson.md"), "--out", str(script)]) == 0
    assert "EXAMPLES[batch][:, [0, 1]]\n" in script.read_text()
    monkeypatch.setattr("sys.argv", [str(script)])
    runpy.run_path(str(script), run_name="__main__")
    assert "agree with the walk" in capsys.readouterr().out


def test_screens_follow_a_row_and_draw_the_plane(tmp_path, capsys) -> None:
    (tmp_path / "lesson.md").write_text(WRITTEN)
    words = ["shot", str(tmp_path / "lesson.md"), "--at", "forward:Z1", "--example", "1"]
    assert main([*words, "--size", "80x24"]) == 0
    assert "1▸⎣" in capsys.readouterr().out
    assert main([*words, "--keys", "t s", "--size", "120x36"]) == 0
    assert "Ŷ≥0.5" in capsys.readouterr().out


@settings(max_examples=tries(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(both_ways())
def test_a_lesson_that_is_turned_has_the_same_numbers(lessons: tuple[Lesson, Lesson]) -> None:
    for lesson in lessons:
        (values, gradients), (others, other_gradients) = map(_walked, (lesson, turned(lesson)))
        for name, value in values.items():
            np.testing.assert_allclose(others[name].T, value, rtol=1e-12, atol=1e-12)
        for name, gradient in gradients.items():
            np.testing.assert_allclose(other_gradients[name].T, gradient, rtol=1e-12, atol=1e-12)
        assert is_in_rows(turned(lesson)) is not is_in_rows(lesson)


def test_a_vector_of_a_lesson_in_rows_becomes_a_column() -> None:
    lesson = parsed(WRITTEN, ("sum((Yhat - Y)**2)", "sum((Yhat - Y)**2) + sum(sum(b1**2, 0))"))
    other = turned(lesson)
    assert start_values(other.starts)["b1"].shape == (3, 1)
    (_, gradients), (_, others) = map(_walked, (lesson, other))
    np.testing.assert_allclose(others["b1"][:, 0], gradients["b1"], rtol=1e-12)


@pytest.mark.parametrize(
    ("formula", "operation"),
    [("b2 @ b2", "matmul"), ("b2.T", "transpose"), ("argmax(X)", "argmax")],
)
def test_what_has_no_counterpart_is_not_turned(formula: str, operation: str) -> None:
    lesson = parsed(
        WRITTEN,
        ("A1 @ W2 + b2", f"A1 @ W2 + sum({formula})"),
        ("b2 = [[0.0]]", "b2 = [0.1, 0.2]"),
    )
    with pytest.raises(GdTutorError, match="cannot be told the other way round"):
        turned(lesson)


def test_export_tells_a_lesson_in_rows_or_in_columns(tmp_path, capsys, monkeypatch) -> None:
    (tmp_path / "lesson.md").write_text(WRITTEN)
    for lesson, way, line in (
        ("xor-hidden", "--rows", "Z1 = X @ W1 + b1"),
        (str(tmp_path / "lesson.md"), "--columns", "Z1 = W1 @ X + b1"),
        (str(tmp_path / "lesson.md"), "--rows", "Z1 = X @ W1 + b1"),
    ):
        script = tmp_path / "script.py"
        assert main(["export", lesson, way, "--out", str(script)]) == 0
        assert line in script.read_text()
        monkeypatch.setattr("sys.argv", [str(script), "2"])
        runpy.run_path(str(script), run_name="__main__")
        assert "agree with the walk" in capsys.readouterr().out
    assert main(["export", "bias", "--rows"]) == 2
    assert "binds no matrices" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("X @ W1 + b1", "W1 @ X + b1", "X @ W1 fits; or perhaps one needs .T"),
        ("X @ W1 + b1", "np.dot(X, W1) + b1", "operations stand without np., as exp(z)"),
        ("X @ W1 + b1", "X.dot(W1) + b1", "a product of matrices is A @ B"),
        ("tanh(Z1)", "Z1/sum(Z1, axis=1, keepdims=True)", "an axis that is gone along keeps the "),
        ("[0.1, -0.2, 0.3]", "[[0.1], [0.2], [0.3]]", "a row, one value for each column, is b1 = "),
    ],
)
def test_what_numpy_programs_write_gets_a_hint(old: str, new: str, hint: str) -> None:
    lesson, reports = parse_lesson(WRITTEN.replace(old, new), Path("lesson.md"))
    assert lesson is None
    assert hint in reports[0].hint


@pytest.mark.slow
def test_one_number_an_example_against_a_column_of_targets_is_warned_of(tmp_path, capsys) -> None:
    text = WRITTEN.replace("[[0.5], [-0.4], [0.9]]", "[0.5, -0.4, 0.9]").replace("[[0.0]]", "0.0")
    (tmp_path / "lesson.md").write_text(text)
    assert main(["check", str(tmp_path / "lesson.md")]) == 0
    assert "weights of one column, as [[0.1], [0.2]]" in capsys.readouterr().out


def test_the_gradient_of_a_bias_that_is_a_vector_is_a_sum_in_numpy(tmp_path, capsys) -> None:
    (tmp_path / "lesson.md").write_text(WRITTEN)
    words = ["shot", str(tmp_path / "lesson.md"), "--at", "backward:b1", "--size", "80x24"]
    assert main(words) == 0
    assert "db1 = np.sum(dZ1, axis=0)" in capsys.readouterr().out
