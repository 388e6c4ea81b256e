"""Labels become numbers, and files are read as people have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lessons_for_tests import SCALAR, lesson_of

from gdtutor.cli import main
from gdtutor.engine.operations import Array
from gdtutor.lesson.load import parse_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import problem_of, run_of
from gdtutor.training.classes import accuracy
from gdtutor.training.csvdata import CsvForm, parse_csv
from gdtutor.training.errors import CsvError

LABELS = """+++
format = 1
id = "labels"
title = "Labels"
orientation = "rows"

[parameters]
W = [[0.1, -0.1, 0.2], [0.3, 0.0, -0.2]]
b = [0.0, 0.0, 0.0]

[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = { column = "kind", one_hot = true } }
examples = [[0, 0, "owl"], [0, 1, "cat"], [4, 0, "dog"], [4, 1, "dog"]]

[training]
learning_rate = 0.5
epochs = 50

[[variants]]
name = "scaled"
data.scale = "standardise"
+++
```graph
Z = X @ W + b
C = sum(cross_entropy_logits(Z, Y))/m
```
"""

PATH = Path("lesson.md")
ONE_HOT = '{ column = "kind", one_hot = true }'


def trained(lesson: Lesson) -> dict[str, Array]:
    """Return the parameters at the end of the training."""
    run = run_of(lesson)
    run.advance()
    return dict(run.state(run.farthest).parameters)


def parsed(*changes: tuple[str, str], path: Path = Path("lesson.md")) -> Lesson:
    text = LABELS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    lesson, reports = parse_lesson(text, path)
    assert lesson is not None, reports
    return lesson


def test_texts_become_a_column_for_each_class_in_order() -> None:
    lesson = parsed()
    assert lesson.columns == ("x1", "x2", "kind=cat", "kind=dog", "kind=owl")
    np.testing.assert_array_equal(lesson.examples[:, 2:].argmax(axis=1), [2, 0, 1, 1])
    np.testing.assert_array_equal(lesson.examples[:, 2:].sum(axis=1), 1)


def test_classes_are_in_the_order_that_is_given() -> None:
    lesson = parsed((ONE_HOT, ONE_HOT.replace("}", ', classes = ["owl", "dog", "cat"] }')))
    assert lesson.columns[2:] == ("kind=owl", "kind=dog", "kind=cat")


def test_numbers_are_labels_too() -> None:
    lesson = parsed(('"owl"', "10"), ('"cat"', "2"), ('"dog"', "7"))
    assert lesson.columns[2:] == ("kind=2", "kind=7", "kind=10")


def test_labels_of_two_classes_may_be_minus_one_and_one() -> None:
    lesson = parsed(
        (ONE_HOT, '{ column = "kind", values = { owl = -1, cat = -1, dog = 1 } }'),
        ("W = [[0.1, -0.1, 0.2], [0.3, 0.0, -0.2]]", "W = [[0.1], [0.3]]"),
        ("b = [0.0, 0.0, 0.0]", "b = [0.0]"),
        ("sum(cross_entropy_logits(Z, Y))/m", "sum(maximum(1 - Y*Z, 0))/m"),
    )
    np.testing.assert_array_equal(lesson.examples[:, 2], [-1, -1, 1, 1])
    run = run_of(lesson)
    run.advance()
    assert accuracy(problem_of(lesson), dict(run.state(run.farthest).parameters)) == 1


def test_labels_of_plain_numbers_have_values() -> None:
    label = 'targets = { y = { column = "pet", values = { cat = 0, dog = 1 } } }'
    changes = (('targets = ["y"]', label), ("[[1, 0], [2, 1]]", '[[1, "cat"], [2, "dog"]]'))
    lesson, plain = lesson_of(SCALAR, *changes), lesson_of(SCALAR)
    assert lesson.columns == ("x", "pet")
    assert trained(lesson) == trained(plain)
    one_hot = label.replace("values = { cat = 0, dog = 1 }", "one_hot = true")
    _, reports = parse_lesson(SCALAR.replace(*changes[1]).replace('targets = ["y"]', one_hot), PATH)
    assert "'y' is one number an example" in reports[0].what


@pytest.mark.parametrize(
    ("targets", "what"),
    [
        ('{ column = "kind" }', "labels become one-hot columns, or values, not both"),
        ("{ one_hot = true }", "the key 'column' is missing"),
        ('{ column = "kind", values = { owl = 1 } }', "the label 'cat' has no value"),
        ('{ column = "kind", one_hot = true, classes = ["cat"] }', "the label 'dog' is no class"),
        ('["kind"]', "'owl' in the column 'kind' is no number"),
    ],
)
def test_what_labels_cannot_be_is_said(targets: str, what: str) -> None:
    lesson, reports = parse_lesson(LABELS.replace(ONE_HOT, targets), Path("lesson.md"))
    assert lesson is None
    assert what in reports[0].what


def test_a_file_without_names_and_with_labels_is_read(tmp_path) -> None:
    (tmp_path / "animals.csv").write_text("0;0;owl\n0;1;cat\n4;0;dog\n4;1;dog\n")
    source = 'csv = "animals.csv"\ncolumns = ["x1", "x2", "kind"]\nseparator = ";"'
    examples = next(line for line in LABELS.splitlines() if line.startswith("examples"))
    lesson = parsed((examples, source), path=tmp_path / "lesson.md")
    np.testing.assert_array_equal(lesson.examples, parsed().examples)
    assert lesson.columns == parsed().columns


@pytest.mark.parametrize(
    ("text", "separator"), [("1 2\n3   4\n", " "), ("1\t2\n3\t4\n", "\t"), ("1|2\n3|4\n", "|")]
)
def test_cells_are_separated_as_the_form_says(text: str, separator: str) -> None:
    form = CsvForm(separator, ("x", "y"))
    np.testing.assert_array_equal(
        parse_csv(text.encode(), ["x"], ["y"], form).cells, [[1, 2], [3, 4]]
    )


def test_a_file_of_another_separator_is_told_how_to_say_so() -> None:
    with pytest.raises(CsvError) as refused:
        parse_csv(b"x;y\n1;2\n3;4\n", ["x"], ["y"])
    assert refused.value.hint == 'write separator = ";"'


def test_a_variant_may_scale_the_inputs_or_leave_them() -> None:
    lesson = parsed()
    scaled = with_variant(lesson, "scaled")
    np.testing.assert_allclose(scaled.examples[:, :2].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_array_equal(scaled.examples[:, 2:], lesson.examples[:, 2:])
    other = parsed(
        ("[training]", 'scale = "min_max"\n[training]'),
        ('"standardise"', '"none"'),
    )
    np.testing.assert_array_equal(with_variant(other, "scaled").examples, lesson.examples)


def test_the_table_says_which_label_a_class_is(tmp_path, capsys) -> None:
    (tmp_path / "lesson.md").write_text(LABELS)
    assert main(["shot", str(tmp_path / "lesson.md"), "--keys", "t s tab", "--size", "120x36"]) == 0
    assert "0 cat, 1 dog, 2 owl" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("at", "keys", "said"),
    [
        ("given", "", ("columns of Y: cat, dog, owl", "example 0 is owl")),
        ("forward:Z", "o", ("columns of Z: cat, dog, owl", "example 1 is cat")),
    ],
)
def test_the_panel_says_which_class_a_column_is_and_of_which_the_example_is(
    tmp_path, capsys, at, keys, said
) -> None:
    (tmp_path / "lesson.md").write_text(LABELS)
    words = ["shot", str(tmp_path / "lesson.md"), "--at", at, "--size", "160x40"]
    assert main([*words, *(["--keys", keys] if keys else [])]) == 0
    shown = capsys.readouterr().out
    assert all(text in shown for text in said)


def test_hidden_values_as_wide_as_the_classes_have_no_names(tmp_path, capsys) -> None:
    lesson = tmp_path / "lesson.md"
    lesson.write_text(LABELS.replace("Z = X @ W + b", "H = X @ W\nZ = H + b"))
    assert main(["shot", str(lesson), "--at", "forward:H", "--size", "160x40"]) == 0
    assert "columns of H" not in capsys.readouterr().out


HINTED = """+++
format = 1
id = "hinted"
title = "Hinted"
orientation = "rows"
[parameters]
W = [[0.1], [0.2]]
{given}
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = {{ column = "c", one_hot = true, classes = [0, 1] }} }}
examples = [[1, 2, 0], [3, 1, 1]]
[training]
optimizer = "adam"
{settings}
+++
```graph
Z = X @ W
{line}
C = sum((Q - Y)**2)/m
```
"""


@pytest.mark.parametrize(
    ("given", "settings", "line", "hints"),
    [
        ("", "", "Q = Z", []),
        ("ω = 1.0", "", "Q = Z", ["write omega: many"]),
        ("", "", "Q = Z*λ", ["write lambda: many"]),
        ("", "", "Z += X", ["give the result a name of its own, as Z2 = Z + …"]),
        ("", "", "Q = Z - Z.mean(0)", ["what NumPy has as a method is a call, as mean(Z, 0)"]),
        ("", "", "Q = 0 < Z < 1", ["one comparison stands alone"]),
        ("", "hyperparameters = { beta = 0.5, beta1 = 1.0 }", "Q = Z",
         ["did you mean 'beta", "use at least 0 and below 1"]),
        ("", "lr = 0.1", "Q = Z", ["write learning_rate"]),
        ("", "weight_decay = 0.1", "Q = Z", ["write hyperparameters = { weight_decay = 0.01 }"]),
        ("", "eps = 1e-8", "Q = Z", ["write hyperparameters = { epsilon = 1e-8 }"]),
        ("", "shuffle = true", "Q = Z", ['write order = "shuffled"']),
        ("", "iterations = 9", "Q = Z", ["write epochs"]),
        ("", "l2 = 0.1", "Q = Z",
         ["write it below that header; in formulas add l2/2*sum(W**2) to the cost"]),
        ("ω0 = 1", "", "Q = Z", ["write omega: many"]),
        ("v = inf", "", "Q = Z", ["write a large number for infinity, as 1e9"]),
        ("v = nan", "", "Q = Z", ["nan is no number"]),
        ("", "", "Q = where(Z > -inf, Z, 0)", ["every number is finite"]),
        ("", "", "Q = sum(Z[i] for i in 1..2)", ["it begins a line of its own"]),
    ],
)  # fmt: skip
def test_what_is_written_as_elsewhere_is_told_as_it_is_written_here(given, settings, line, hints):
    text = HINTED.format(given=given, settings=settings, line=line)
    _, reports = parse_lesson(text, Path("01-hinted.md"))
    found = [report.hint for report in reports if report.level == "error"]
    assert len(found) == len(hints)
    assert all(own.startswith(hint) for own, hint in zip(found, hints, strict=True))


def with_colours(*changes: tuple[str, str]) -> Lesson:
    """Return the lesson with an input of labels beside that of numbers."""
    return parsed(
        ('{ X = ["x1", "x2"] }', '{ X = ["x1"], K = { column = "colour", one_hot = true } }'),
        (", [0.3, 0.0, -0.2]]", "]\nV = [[0.3, 0.0, -0.2], [1, 2, 3]]"),
        ("[0, 0,", '[0, "red",'), ("[0, 1,", '[0, "blue",'), ("[4, 0,", '[4, "red",'),
        ("[4, 1,", '[4, "red",'), ("X @ W + b", "X @ W + K @ V + b"), *changes,
    )  # fmt: skip


def test_inputs_of_text_become_a_matrix_of_a_column_for_each_class() -> None:
    lesson = with_colours()
    assert lesson.columns[:3] == ("x1", "colour=blue", "colour=red")
    problem = problem_of(lesson)
    given = problem.given(problem.parameters, np.arange(4))
    np.testing.assert_array_equal(given["K"], [[0, 1], [1, 0], [0, 1], [0, 1]])
    np.testing.assert_array_equal(given["X"], [[0], [0], [4], [4]])
    run = run_of(lesson)
    run.advance()
    assert run.costs[-1] < run.costs[0]
    scaled = with_variant(lesson, "scaled")
    np.testing.assert_allclose(scaled.examples[:, 0].mean(), 0, atol=1e-12)
    np.testing.assert_array_equal(scaled.examples[:, 1:], lesson.examples[:, 1:])
    assert scaled.scaling is not None
    assert scaled.scaling.columns == ("x1",)


def test_a_network_takes_an_input_of_text_in_columns_and_in_rows() -> None:
    text = """+++
format = 1
id = "colours"
title = "Colours"
{way}
[network]
layers = [3, 2, 1]
[data]
inputs = {{ X = {{ column = "colour", one_hot = true, classes = ["red", "blue", "green"] }} }}
targets = {{ Y = ["warm"] }}
examples = [["red", 1], ["blue", 0], ["green", 0]]
[training]
epochs = 5
+++
"""
    costs = []
    for way in ("", 'orientation = "rows"'):
        lesson, reports = parse_lesson(text.format(way=way), PATH)
        assert lesson is not None, reports
        np.testing.assert_array_equal(lesson.examples[:, :3], np.eye(3))
        run = run_of(lesson)
        run.advance()
        costs.append(run.costs)
    np.testing.assert_allclose(*costs, rtol=1e-12)


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (
            'one_hot = true, classes = ["red"]',
            "example 1, column 'colour': the label 'blue' is no class",
        ),
        ("values = { red = 1 }", "example 1, column 'colour': the label 'blue' has no value"),
        ("one_hot = false", "labels become one-hot columns, or values, not both"),
    ],
)
def test_mistakes_of_an_input_of_text_are_told_at_their_place(new: str, what: str) -> None:
    text = LABELS.replace(
        '{ X = ["x1", "x2"] }', f'{{ X = ["x1"], K = {{ column = "colour", {new} }} }}'
    ).replace("[0, 0,", '[0, "red",').replace("[0, 1,", '[0, "blue",')  # fmt: skip
    lesson, reports = parse_lesson(text, PATH)
    assert lesson is None
    assert (reports[0].line, reports[0].what) == (12, what)


def test_inputs_of_text_come_from_a_csv_file_as_well(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("colour,x1,kind\nred,0,owl\nblue,0,cat\nred,4,dog\nred,4,dog\n")
    start = LABELS.index("examples = ")
    rows = LABELS[start : LABELS.index("\n", start)]
    text = LABELS.replace(rows, 'csv = "c.csv"').replace(
        '{ X = ["x1", "x2"] }', '{ X = { column = "colour", one_hot = true } }'
    )
    lesson, reports = parse_lesson(text, tmp_path / "l.md")
    assert lesson is not None, reports
    np.testing.assert_array_equal(lesson.examples[:, 0], [0, 1, 0, 0])


@pytest.mark.parametrize(
    ("targets", "what", "hint"),
    [
        (ONE_HOT, "Y has one class too many",
         "'kinds.csv', row 4, column 'kind', 'dgo': did you mean 'dog'?"),
        (ONE_HOT.replace("}", ', classes = ["owl", "cat", "dog"] }'),
         "'kinds.csv', row 4, column 'kind': the label 'dgo' is no class", "did you mean 'dog'?"),
        (ONE_HOT.replace("}", ', classes = ["owl", "cat", "dog", "dgo", "ant"] }'), "", ""),
        ('{ column = "kind", values = { owl = 1, cat = 0, dog = 1 } }',
         "'kinds.csv', row 4, column 'kind': the label 'dgo' has no value", "did you mean 'dog'?"),
        ('{ column = "sort", one_hot = true }',
         "'kinds.csv' has no column 'sort'", "its columns are x1, x2, kind"),
        ('{ column = "kidn", one_hot = true }',
         "'kinds.csv' has no column 'kidn'", "did you mean 'kind'?"),
    ],
)  # fmt: skip
def test_a_label_mistyped_in_a_file_is_told_where_it_is_bound(tmp_path, targets, what, hint):
    (tmp_path / "kinds.csv").write_text("x1,x2,kind\n0,0,owl\n0,1,cat\n4,0,dgo\n4,1,dog\n")
    rows = next(line for line in LABELS.splitlines() if line.startswith("examples"))
    text = LABELS.replace(rows, 'csv = "kinds.csv"').replace(ONE_HOT, targets)
    if not what:
        # Two classes too many: nothing says which of the shapes is wrong.
        what, hint = "cross_entropy_logits compares 4×3 with 4×5", ""
    _, reports = parse_lesson(text, tmp_path / "lesson.md")
    assert what in reports[0].what
    assert hint in reports[0].hint
    assert reports[0].source.startswith("targets" if hint else "C = ")


def test_a_class_too_many_is_told_in_a_network_and_where_no_example_has_it() -> None:
    start, end = LABELS.index("[parameters]"), LABELS.index("[data]")
    network = '[network]\nlayers = [2, 3]\ncost = "cross_entropy"\n'
    text = LABELS.replace('[4, 1, "dog"]', '[4, 1, "dgo"]')
    network = text[:start] + network + text[end : text.index("```graph")]
    _, reports = parse_lesson(network, PATH)
    assert reports[0].what == "the network has 3 targets, the data have 4"
    assert reports[0].hint == "example 3, column 'kind', 'dgo': did you mean 'dog'?"
    listed = ONE_HOT.replace("}", ', classes = ["owl", "cat", "dog", "ant"] }')
    _, reports = parse_lesson(LABELS.replace(ONE_HOT, listed), PATH)
    assert (reports[0].what, reports[0].hint) == ("Y has one class too many", "no example is 'ant'")
    assert reports[0].source.startswith("targets")


def test_labels_that_a_digit_tells_apart_are_no_slips() -> None:
    text = (
        LABELS.replace('"owl"', '"class1"')
        .replace('"cat"', '"class2"')
        .replace("0.2]]", "0.2, 0]]")
    )
    _, reports = parse_lesson(text, PATH)
    assert all("did you mean" not in report.hint for report in reports)


@pytest.mark.parametrize(
    "numbers",
    [
        ("1000001", "1000002"),
        ("0.12345678", "0.12345679"),
        ("-0.0", "2"),
        ("1000000000000001", "1000000000000003"),
    ],
)
@pytest.mark.parametrize("said", ["", "classes", "values"])
def test_labels_that_are_numbers_are_told_apart_by_every_digit(
    numbers: tuple[str, str], said: str
) -> None:
    one, other = numbers
    rows = f"examples = [[0, 0, {one}], [0, 1, {other}], [4, 0, {one}], [4, 1, {other}]]"
    classes = {
        "": ONE_HOT,
        "classes": f'{{ column = "kind", one_hot = true, classes = [{one}, "{other}"] }}',
        "values": f'{{ column = "kind", values = {{ "{one}" = 1, "{other}" = 0 }} }}',
    }[said].replace('"-0.0"', '"0"')
    text = LABELS.replace(LABELS[LABELS.index("examples") : LABELS.index("\n\n[training]")], rows)
    text = text.replace(ONE_HOT, classes).replace("standardise", "none")
    if said == "values":
        text = text.replace("[[0.1, -0.1, 0.2], [0.3, 0.0, -0.2]]", "[[0.1], [0.3]]")
        text = text.replace("b = [0.0, 0.0, 0.0]", "b = [0.0]")
        text = text.replace("cross_entropy_logits", "binary_cross_entropy_logits")
    else:
        text = text.replace("[[0.1, -0.1, 0.2], [0.3, 0.0, -0.2]]", "[[0.1, 0.2], [0.3, -0.2]]")
        text = text.replace("b = [0.0, 0.0, 0.0]", "b = [0.0, 0.0]")
    lesson, reports = parse_lesson(text, PATH)
    assert lesson is not None, [report.what for report in reports]
    assert lesson.examples[:, 2].tolist() == [1, 0, 1, 0]
