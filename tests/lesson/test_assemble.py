"""Front matter and body become graphs with roles, bindings, settings, and the cost of a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lessons_for_tests import MATRIX, NETWORK, SCALAR, codes_of, lesson_of

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.graph import Role
from gdtutor.engine.trace import trace
from gdtutor.lesson.front_matter_checks import COMMANDS, LATER_COMMANDS
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import DataScaling, Lesson
from gdtutor.lesson.runs import problem_of
from gdtutor.training.plan.lower import lower

BATCH = ("batch = 1", "batch = 2")
NO_TRAINING = ("[training]\nbatch = 1\n", "")


def roles(lesson: Lesson, scene: int = -1) -> dict[str, Role]:
    return {leaf.name: leaf.role for leaf in lesson.scenes[scene].graph.leaves}


def test_leaves_have_their_roles_in_the_order_of_the_given_step() -> None:
    constants = ("[data]", "[constants]\nk = 2.0\n\n[data]")
    lesson = lesson_of(SCALAR, constants, ("w*x + b", "w*x + b*k"))
    assert list(roles(lesson).items()) == [
        ("x", Role.INPUT),
        ("y", Role.TARGET),
        ("w", Role.PARAMETER),
        ("b", Role.PARAMETER),
        ("k", Role.CONSTANT),
    ]


def test_one_example_at_a_time_leaves_the_loss_as_the_root() -> None:
    lesson = lesson_of(SCALAR)
    assert lesson.scenes[0].graph.root == "L"
    assert problem_of(lesson).is_single
    assert "m" not in roles(lesson)


def test_a_batch_appends_a_visible_mean_of_the_losses() -> None:
    graph = lesson_of(SCALAR, BATCH).scenes[0].graph
    assert graph.root == "C"
    assert (graph.lines[-1].text, graph.lines[-1].appended) == ("mean(L)", True)
    assert roles(lesson_of(SCALAR, BATCH))["m"] is Role.CONSTANT


def test_a_full_batch_of_one_example_is_one_example() -> None:
    one = ("[[1, 0], [2, 1]]", "[[1, 0]]")
    assert lesson_of(SCALAR, ("batch = 1", 'batch = "full"'), one).scenes[0].graph.root == "L"


def test_the_same_data_give_the_same_cost_by_rows_and_by_matrices() -> None:
    by_rows = lesson_of(
        SCALAR,
        ("w = 0.5", "w = 0.1\nv = 0.6"),
        ("w*x + b", "w*x1 + v*x2 + b"),
        ('inputs = ["x"]\ntargets = ["y"]\nexamples = [[1, 0], [2, 1]]', 'dataset = "or"'),
        ("batch = 1", 'batch = "full"'),
    )
    costs = []
    for lesson in (by_rows, lesson_of(MATRIX)):
        problem = problem_of(lesson)
        given = problem.given(problem.parameters, np.arange(4))
        costs.append(float(trace(problem.graph, given).values["C"]))
    assert costs == pytest.approx([0.08891294752305501] * 2, rel=1e-15)


def test_a_lesson_without_training_keeps_its_own_last_line() -> None:
    lesson = lesson_of(SCALAR, NO_TRAINING)
    assert lesson.settings is None
    assert lesson.scenes[0].graph.root == "L"
    assert not lesson.scenes[0].backward
    assert lesson_of(SCALAR, NO_TRAINING, ("[[1, 0], [2, 1]]", "[[1, 0]]")).scenes[0].backward


def test_the_batch_size_is_a_leaf_of_a_matrix_lesson_that_uses_it() -> None:
    assert roles(lesson_of(MATRIX))["m"] is Role.CONSTANT
    assert "m" not in roles(lesson_of(MATRIX, (" / (2*m)", "/2")))


def test_a_network_expands_to_the_formulas_that_it_stands_for() -> None:
    lesson = lesson_of(NETWORK)
    assert lesson.expansion == (
        "Z1 = W1 @ X + b1",
        "A1 = sigmoid(Z1)",
        "Z2 = W2 @ A1 + b2",
        "Yhat = sigmoid(Z2)",
        "C = sum((Yhat - Y)**2)/(2*m)",
    )
    written = [f"{line.name} = {line.text}" for line in lesson.scenes[0].graph.lines]
    assert tuple(written) == lesson.expansion


def test_a_network_may_have_other_activations_and_costs() -> None:
    other = ("seed = 48", 'activation = ["relu"]\noutput = "linear"\ncost = "binary_cross_entropy"')
    lines = lesson_of(NETWORK, other).expansion
    assert lines[1] == "A1 = relu(Z1)"
    assert lines[3:] == ("Yhat = Z2", "C = sum(binary_cross_entropy(Yhat, Y))/m")
    classes = lesson_of(NETWORK, ("seed = 48", 'cost = "cross_entropy"')).expansion
    assert classes[3:] == ("Yhat = softmax(Z2)", "C = sum(cross_entropy(Yhat, Y))/m")


def test_scenes_follow_each_other_and_only_the_last_one_trains() -> None:
    lesson = lesson_of(
        SCALAR,
        ("```graph", "```graph\ns = w*w\n```\n\n## backward w\nA square.\n\n```graph"),
        BATCH,
    )
    assert [scene.graph.root for scene in lesson.scenes] == ["s", "C"]
    assert list(roles(lesson, 0)) == ["w"]
    assert [note.node for note in lesson.scenes[0].notes] == ["w"]
    assert codes_of(
        SCALAR, ("```graph", "```graph\ns = w*w\n```\n\n## update w\nNo.\n\n```graph")
    ) == ["note-step"]


def test_training_without_data_has_the_graph_as_its_one_example() -> None:
    data = 'inputs = ["x"]\ntargets = ["y"]\nexamples = [[1, 0], [2, 1]]\n'
    lesson = lesson_of(
        SCALAR,
        (f"[data]\n{data}", "[constants]\nx = 0.4\ny = 1.0\n"),
    )
    problem = problem_of(lesson)
    assert problem.size == 1
    given = problem.given(problem.parameters, np.array([0]))
    assert set(given) == {"x", "y", "w", "b"}


def test_scaling_changes_the_inputs_alone_and_says_how() -> None:
    scaled = lesson_of(SCALAR, ("[training]", 'scale = "min_max"\n\n[training]'))
    np.testing.assert_array_equal(scaled.examples, [[0, 0], [1, 1]])
    assert any("x = (raw x − 1) / 1" in line for line in scaled.data_formulas)
    assert scaled.scaling == DataScaling("min_max", ("x",), (1.0,), (1.0,))
    assert lesson_of(SCALAR).scaling is None


def test_a_csv_file_beside_the_lesson_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("y,name,x\n0,a,1.5\n1,b,2.5\n")
    path = tmp_path / "lesson.md"
    lesson = lesson_of(SCALAR, ("examples = [[1, 0], [2, 1]]", 'csv = "mine.csv"'), path=path)
    np.testing.assert_array_equal(lesson.examples, [[1.5, 0], [2.5, 1]])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_no_id(name: str) -> None:
    assert codes_of(SCALAR, ('id = "base"', f'id = "{name}"')) == ["id"]


def test_frozen_parameters_keep_their_gradient_and_lose_their_update() -> None:
    frozen = ('title = "Base"', 'title = "Base"\nfrozen = ["w"]')
    note = ("## forward z", "## backward w")
    assert lesson_of(SCALAR, frozen, note).frozen == {"w"}
    assert codes_of(SCALAR, frozen, ("## forward z", "## update w")) == ["note-step"]


def test_a_hostile_formula_runs_no_code(tmp_path: Path) -> None:
    target = tmp_path / "owned"
    for formula in (
        f"__import__('pathlib').Path('{target}').touch()",
        f"open('{target}', 'w')",
        "z if z else z",
        "lambda: z",
        "z.__class__",
        "{z}",
        "9**9**9*z",
    ):
        lesson, reports = parse_lesson(SCALAR.replace("sigmoid(z)", formula), Path("a.md"))
        assert (lesson is None) == bool(reports)
    assert not target.exists()


@pytest.mark.parametrize("name", LATER_COMMANDS)
def test_an_id_that_has_become_a_command_is_warned_of(name: str) -> None:
    lesson, reports = parse_lesson(SCALAR.replace('id = "base"', f'id = "{name}"'), Path("x.md"))
    assert lesson is not None
    assert [(r.level, r.code, r.line) for r in reports] == [("warning", "id-command", 3)]


LATE = """+++
format = 1
id = "late"
title = "A cell of a whole batch"
orientation = "rows"
[parameters]
W = [[0.1], [0.2]]
[data]
inputs = { X = ["a", "b"] }
targets = { Y = ["y"] }
examples = [[0.5, -1, 1], [1.5, 0.25, 0], [-0.7, 0.9, 1], [0.2, 0.6, 0], [1, -0.4, 1]]
[training]
learning_rate = 0.1
epochs = 4
batch = 3
+++
```graph
H = tanh(X @ W)
C = mean((H - Y)**2) + H[2, 0]**2
```
"""


@pytest.mark.parametrize(
    ("batch", "size"),
    [
        ("batch = 3", "the last batch, with 2 of the examples"),
        ("batch = 3\nvalidation = 0.4", "what is held back, with 2 of the examples"),
        ("batch = 5", ""),
        ("batch = 4\nvalidation = 0.2", "what is held back, with 1 of the examples"),
    ],
)
@pytest.mark.parametrize("in_rows", [True, False])
def test_a_cell_that_a_smaller_batch_has_not_is_found_at_its_line(
    batch: str, size: str, in_rows: bool
) -> None:
    text = LATE.replace("batch = 3", batch)
    if not in_rows:
        text = text.replace('orientation = "rows"\n', "").replace("[[0.1], [0.2]]", "[[0.1, 0.2]]")
        text = text.replace("X @ W", "W @ X").replace("H[2, 0]", "H[0, 2]")
    lesson, reports = parse_lesson(text, Path("late.md"))
    if not size:
        assert lesson is not None
        assert not reports
        return
    (report,) = (one for one in reports if one.level == "error")
    line = next(n for n, one in enumerate(text.split("\n"), 1) if one.startswith("C = "))
    assert (report.line, report.code) == (line, "shape")
    assert f"'C' does not fit {size}: 2 of " in report.what
    assert "batch" in report.hint


def test_a_batch_that_a_run_is_given_later_is_named_with_its_line() -> None:
    problem = problem_of(lesson_of(LATE, ("batch = 3", "batch = 5")))
    with pytest.raises(ShapeError, match="'C' does not fit a batch of 2: 2 of 2 along axis 0"):
        lower(problem, 2)
