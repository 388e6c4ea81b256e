"""Scaled and drawn numbers stand with their rule where they are given."""

import re

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.report.transcript import transcript_text
from gdtutor.session.navigation import goto
from gdtutor.session.runs import in_variant
from gdtutor.session.state import Session
from gdtutor.training.initialise import INITIALISATIONS
from gdtutor.training.scaling import SCALINGS
from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.lines import ROOM, text_of
from gdtutor.view.notation import shown
from gdtutor.view.origins import formula_text

AREA = np.array([40, 55, 70, 85, 100.0])
DISTANCE = np.array([1.2, 0.4, 2.0, 0.6, 1.6])


def opened(name: str, variant: str = "", at: str = "given", **options: object) -> Session:
    path = find_lesson(name, shipped_lessons_folder())
    session = session_at(path, at=at, **options)  # type: ignore[arg-type]
    return in_variant(session, variant) if variant else session


def panel(session: Session, chars: Chars = UNICODE, width: int = 38) -> str:
    context = context_of(session, chars)
    assert context is not None
    lines = [text_of(row) for row in node_lines(context, width)]
    assert len(lines) <= ROOM
    assert max(map(len, lines)) <= width
    return " ".join(" ".join(lines).split())


def four(value: float) -> str:
    return shown(value, 4, UNICODE)


def test_standardised_inputs_stand_with_mean_and_s_of_each_column():
    text = panel(opened("scaling", "standardised"))
    assert "each input x becomes (x − mean(x)) / s s = √(Σ(x − mean(x))² / m)" in text
    for name, column in (("area", AREA), ("distance", DISTANCE)):
        numbers = f"mean {four(column.mean())}, s {four(column.std())}"
        assert f"{name}: {numbers}" in text


def test_inputs_between_0_and_1_stand_with_their_least_value_and_their_span():
    text = panel(opened("scaling", "min-max"))
    assert "(x − min(x)) / (max(x) − min(x))" in text
    assert f"area: min {four(AREA.min())}, max − min {four(np.ptp(AREA))}" in text
    assert f"distance: min {four(DISTANCE.min())}, max − min {four(np.ptp(DISTANCE))}" in text


def test_the_scaling_stays_while_training_goes_on_and_raw_inputs_have_none():
    assert "scaled" not in panel(opened("scaling"))
    later = goto(opened("scaling", "standardised"), "3/given")
    assert later.moment.iteration == 3
    assert "mean 70" in panel(later)


@pytest.mark.parametrize(
    ("name", "variant", "expected"),
    [
        ("initialisation", "He", "W₁, W₂: N(0, 1)·√(2 / n_in), n_in = 2, 3, seeds 48, 49"),
        ("initialisation", "plain", "W₁, W₂: 0.01·N(0, 1), seeds 48, 49"),
        ("xor-hidden", "", "W₁, W₂: N(0, 1) / √n_in, n_in = 2, 3, in turn from seed 48"),
        ("deeper", "", "W₁, W₂, W₃: N(0, 1) / √n_in, n_in = 2, 5, 3, in turn from seed 48"),
        ("and-or", "", "w₁, w₂, b: N(0, 1), seeds 17 to 19"),
        ("two-and-one", "", "w₁₁, w₁₂, …, b: U[0, 1), seeds 9 to 17"),
        ("batches", "", "w: U[0, 1), seed 12"),
    ],
)
def test_a_drawn_start_stands_with_its_rule_its_inputs_and_its_seeds(name, variant, expected):
    assert f"drawn {expected}" in panel(opened(name, variant))


def test_another_seed_is_the_one_that_is_told():
    assert "seeds 7 to 9" in panel(opened("and-or", seed=7))
    assert "in turn from seed 7" in panel(opened("xor-hidden", seed=7))


def test_what_several_rules_draw_from_one_generator_has_its_order(tmp_path):
    text = find_lesson("xor-hidden", shipped_lessons_folder()).read_text("utf-8")
    path = tmp_path / "lesson.md"
    path.write_text(text.replace("[network]\n", '[network]\nbiases = "normal"\n'), "utf-8")
    told = panel(session_at(path, at="given"))
    assert "drawn b₁, b₂: N(0, 1), seed 48" in told
    assert "drawn in the order W₁, b₁, W₂, b₂" in told
    assert "in the order" not in panel(opened("xor-hidden"))


def test_later_or_changed_parameters_are_not_told_as_drawn():
    assert "drawn" not in panel(opened("batches", at="1/given"))
    assert "drawn" not in panel(opened("batches", changes=("w=1",)))
    assert "drawn w₁, b: " in panel(opened("and-or", changes=("w2=1",)))


def test_given_and_constant_starts_have_no_rule():
    assert "drawn" not in panel(opened("initialisation"))
    assert "drawn" not in panel(opened("bias"))


@pytest.mark.parametrize("chars", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_formulas_of_the_tables_can_be_written_in_both_character_sets(chars):
    formulas = [row.formula for row in (*INITIALISATIONS.values(), *SCALINGS.values())]
    for formula in formulas:
        text = formula_text(formula, chars)
        assert chars.unicode or text.isascii()
        assert not re.search(r"sqrt[^(]", text)
    squares = formula_text(SCALINGS["standardise"].formula, ASCII)
    assert squares.endswith("s = sqrt(sum((x - mean(x))**2) / m)")


@pytest.mark.slow
def test_the_transcript_has_the_rules_as_well():
    text = "\n".join(transcript_text(opened("batches", at=""), 1, UNICODE))
    assert "drawn w: U[0, 1), seed 12" in text
