"""A variant is the lesson's own file with some values replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lessons_for_tests import MATRIX, SCALAR, codes_of, lesson_of

from gdtutor.check.lesson import check_lesson
from gdtutor.check.paths import check_data, check_lines, check_paths
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import parse_lesson, with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.orientation import retold
from gdtutor.lesson.runs import problem_of, settings_of
from gdtutor.lesson.starts import start_values
from gdtutor.lesson.variants import lost_notes

VARIANTS = """
[[variants]]
name = "fast"
training.learning_rate = 5.0

[[variants]]
name = "other start"
"parameters.w" = -1.0
constants = { k = 3.0 }

[[variants]]
name = "batch"
[variants.training]
batch = 2
"""


def varied(text: str = SCALAR, variants: str = VARIANTS) -> Lesson:
    return lesson_of(
        text,
        ("[data]", "[constants]\nk = 1.0\n\n[data]"),
        ("w*x + b", "k*w*x + b"),
        ("+++\nOpening", f"{variants}+++\nOpening"),
    )


def test_a_variant_replaces_what_it_names_and_nothing_else() -> None:
    lesson = varied()
    assert [variant.name for variant in lesson.variants] == ["fast", "other start", "batch"]
    fast = with_variant(lesson, "fast")
    assert fast.settings is not None
    assert lesson.settings is not None
    assert (fast.settings.learning_rate, lesson.settings.learning_rate) == (5.0, 1.0)
    assert fast.settings.batch == lesson.settings.batch
    other = problem_of(with_variant(lesson, "other start"))
    assert (float(other.parameters["w"]), float(other.constants["k"])) == (-1.0, 3.0)


def test_a_variant_may_change_the_graph_through_its_batch() -> None:
    assert with_variant(varied(), "batch").scenes[0].graph.root == "C"
    settings = settings_of(with_variant(varied(), "batch"), seed=3)
    assert settings is not None
    assert (settings.batch, settings.seed) == (2, 3)


def test_another_source_of_data_takes_the_place_of_the_lessons_own() -> None:
    variants = '\n[[variants]]\nname = "and"\ndata.dataset = "and"\n\n[[variants]]\nname = "one"\n'
    text = MATRIX.replace("+++\nOpening", f"{variants}data.examples = [[1, 1, 1]]\n+++\nOpening")
    lesson = lesson_of(text)
    np.testing.assert_array_equal(with_variant(lesson, "and").examples[:, 2], [0, 0, 0, 1])
    np.testing.assert_array_equal(with_variant(lesson, "one").examples, [[1, 1, 1]])


def test_a_variant_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(GdTutorError, match="did you mean 'fast'"):
        with_variant(varied(), "fsat")


def test_every_variant_is_tried_when_the_lesson_is_read() -> None:
    broken = '\n[[variants]]\nname = "large"\ntraining.batch = 9\n'
    assert codes_of(SCALAR, ("+++\nOpening", f"{broken}+++\nOpening")) == ["variant"]


@pytest.mark.slow
def test_variants_of_a_large_lesson_are_bounded() -> None:
    many = "".join(f'\n[[variants]]\nname = "v{i}"\ntraining.epochs = {i + 1}\n' for i in range(20))
    rows = ", ".join(["[1, 0]"] * 9_000)
    changes = (("+++\nOpening", f"{many}+++\nOpening"), ("[[1, 0], [2, 1]]", f"[{rows}]"))
    assert codes_of(SCALAR, *changes) == ["bound"]


def test_a_variant_may_change_the_activation() -> None:
    lesson = varied(variants='\n[[variants]]\nname = "tanh"\nactivation = "tanh"\n')
    changed = with_variant(lesson, "tanh")
    assert [line.text for line in changed.scenes[-1].graph.lines][1] == "tanh(z)"
    assert changed.variants == ()


NOTED = """
## forward yhat, always
Between 0 and 1.

## update w
The step.

## update w, iteration 1
The second step.

## update w, variant fast
A long step.
"""


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("fast", ["forward z", "forward yhat", "update w fast"]),
        ("other start", ["forward yhat"]),
        ("batch", ["forward yhat"]),
    ],
)
def test_a_variant_keeps_the_notes_that_its_values_leave_true(name: str, kept: list[str]) -> None:
    base = varied(SCALAR + NOTED)
    notes = with_variant(base, name).scenes[0].notes
    assert [f"{n.phase} {n.node} {n.when.variant}".strip() for n in notes] == kept
    lost = {(n.phase, n.node) for n in lost_notes(with_variant(base, name), base)}
    assert ("update", "w") in lost or name == "fast"


@pytest.mark.slow
def test_check_tells_which_notes_a_variant_loses_and_counts_no_problem(tmp_path: Path) -> None:
    base = varied(SCALAR + NOTED)
    found = check_lesson(base)
    told = {report.what for report in found.lost}
    assert "the variant 'other start' has no note at forward z, update w" in told
    assert {(report.level, report.code) for report in found.lost} == {("note", "lost-note")}
    path = tmp_path / "one-neuron.md"
    path.write_text(base.text, encoding="utf-8")
    result = check_paths([path])
    *_, last = check_lines(result)
    assert not result.has_errors
    assert last.startswith("1 file, 0 errors, 0 warnings, ")
    assert any(problem["level"] == "note" for problem in check_data(result)["problems"])


def test_a_note_for_a_variant_that_is_not_there_is_reported_at_its_heading() -> None:
    text = SCALAR + "\n## update w, variant fats\nA step.\n"
    assert codes_of(text) == ["note-heading"]


def test_a_note_on_a_step_that_a_variant_lacks_is_no_mistake() -> None:
    text = SCALAR.replace("batch = 1", "batch = 2")
    text += "\n## forward C, always\nThe mean.\n\n## backward yhat, always\nA share of {C}.\n"
    text += "\n## backward z, always\nThe slope.\n"
    variants = '\n[[variants]]\nname = "single"\ntraining.batch = 1\n'
    lesson = varied(text, variants)
    assert len(lesson.scenes[0].notes) == 4
    (kept,) = with_variant(lesson, "single").scenes[0].notes
    assert (kept.phase, kept.node) == ("backward", "z")


DRAWN = (
    ("W = [[0.1, 0.6]]", 'W = { shape = [1, 2], init = "normal", seed = 1 }'),
    ("b = [[0.0]]", 'b = { shape = [1, 1], init = "normal", after = "W" }'),
)


def drawn_with(override: str) -> tuple[Lesson | None, list[str]]:
    """Return the lesson with a variant of this override, and what is wrong with it."""
    text = MATRIX
    for old, new in DRAWN:
        assert old in text
        text = text.replace(old, new)
    head, body = text.rsplit("+++\n", 1)
    text = f'{head}[[variants]]\nname = "v"\n{override}\n+++\n{body}'
    lesson, reports = parse_lesson(text, Path("lesson.md"))
    return lesson, [f"{r.what} — {r.hint}" for r in reports if r.level == "error"]


def test_a_variant_that_gives_what_another_is_drawn_after_is_told_so() -> None:
    _, said = drawn_with("parameters.W = [[1, 2]]")
    assert said == [
        "with the variant 'v': b comes after W, which is not drawn "
        "— give b a seed = 1 in place of its after"
    ]


def test_a_variant_may_change_a_part_of_how_a_parameter_is_drawn() -> None:
    lesson, said = drawn_with("parameters.W.seed = 2")
    assert lesson is not None, said
    other = start_values(with_variant(lesson, "v").starts)
    plain = start_values(lesson.starts)
    assert not np.array_equal(other["W"], plain["W"])
    lesson, said = drawn_with("parameters.b.seed = 5")
    assert lesson is not None, said
    other = start_values(with_variant(lesson, "v").starts)
    np.testing.assert_array_equal(other["W"], plain["W"])
    assert not np.array_equal(other["b"], plain["b"])
    turned, reports = parse_lesson(retold(lesson), Path("lesson.md"))
    assert turned is not None, reports
    [in_rows] = start_values(with_variant(turned, "v").starts)["b"]
    np.testing.assert_array_equal(in_rows, other["b"][:, 0])


def test_a_variant_of_another_programs_key_is_told_what_to_write() -> None:
    _, said = drawn_with("lr = 0.5")
    assert said == ["a variant cannot override 'lr' — write training.learning_rate = …"]
