"""Lines break where a reader expects it: at blanks and before operators, never in a name."""

import pytest

from gdtutor.engine.characters import cells
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import ASCII, UNICODE, Area
from gdtutor.view.lines import (
    cut,
    fitted,
    line,
    progress_bar,
    shortened,
    text_of,
    width_of,
    wrapped,
    wrapped_formula,
)
from gdtutor.view.notation import gradient_name
from gdtutor.view.prose import prose_lines


@pytest.mark.parametrize("chars", [UNICODE, ASCII])
@pytest.mark.parametrize("width", range(15, 30))
def test_the_name_of_a_gradient_stays_on_one_line(chars, width):
    name = gradient_name("L", "yhat", False, chars)
    prose = wrapped(f"Where it grows, so does {name} and the slope {name} too.", width)
    body = f"{name}*{name}*{name}"
    formula = wrapped_formula("g = ", body, width)
    for lines, uses in ((prose, 2), (formula, 3)):
        assert sum(text_of(line).count(name) for line in lines) == uses
        assert all(len(text_of(line)) <= width for line in lines)


def test_a_quotient_may_break_before_its_stroke():
    lines = [text_of(line) for line in wrapped_formula("g = ", "numerator/denominator", 16)]
    assert lines == ["g = numerator", "    /denominator"]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        # Outside of parentheses rather than within, even where less of the line is filled.
        ("Xᵀ · (dA ⊙ (1 + sign(X · W + b))/2)", ["Xᵀ · (dA", "    ⊙ (1 + sign(X · W + b))/2)"]),
        ("step(X · W + b − M)/ties(X · W, axis=1)",
         ["step(X · W + b − M)", "    /ties(X · W, axis=1)"]),
        ("max((4×2) · (2×3) + (1×3), axis=1) → (4×1)",
         ["max((4×2) · (2×3) + (1×3),", "    axis=1) → (4×1)"]),
        ("np.max(X @ W + b1, axis=1, keepdims=True)",
         ["np.max(X @ W + b1, axis=1,", "    keepdims=True)"]),
    ],
)  # fmt: skip
def test_a_formula_breaks_at_its_outermost_sign_and_behind_commas(body, lines):
    broken = [text_of(line) for line in wrapped_formula("g = ", body, 30)]
    assert broken == [f"g = {lines[0]}", *lines[1:]]


@pytest.mark.parametrize("width", [-3, 0, 1, 2])
def test_prose_is_broken_at_any_width_and_loses_no_letter(width):
    rows = wrapped("how L answers", width)
    assert "".join(text_of(row) for row in rows).replace(" ", "") == "howLanswers"


@pytest.mark.parametrize("width", range(13, 30))
def test_a_shape_and_the_length_of_a_number_stay_on_one_line(width):
    text = "W is 1 × 2, X is 12 × 4. In ASCII 3 x 45. L is 2.112e82 (83 digits)."
    rows = [text_of(row) for row in (*wrapped(text, width), *prose_lines(text, width, UNICODE))]
    for shape in ("1 × 2", "12 × 4", "3 x 45", "(83 digits)"):
        assert sum(shape in row for row in rows) == 2


WIDE = "忘记清零 zero_grad é と"
"""Wide characters, and an accent that stands on its letter's cell."""


def test_a_wide_character_fills_two_cells_and_an_accent_none():
    assert cells("忘a") == 3
    assert cells("e\u0301") == 1


@pytest.mark.parametrize("width", range(1, 30))
def test_whatever_is_cut_is_measured_in_cells(width):
    assert width_of(fitted(line(WIDE, WIDE), width, UNICODE)) == width
    assert cells(shortened(WIDE, width, UNICODE)) <= width
    assert width_of(cut(line(WIDE, WIDE), width, "…")) <= width
    assert all(width_of(row) <= max(width, 2) for row in wrapped(WIDE, width))


@pytest.mark.parametrize("width", range(6, 40))
def test_the_border_of_a_panel_is_straight_whatever_stands_in_it(width):
    panel = Panel(WIDE, (line(WIDE), line("plain"), line(WIDE * 3)))
    assert {width_of(row) for row in boxed(panel, Area(width, 6, UNICODE))} == {width}


def test_a_power_is_never_broken_between_its_stars():
    body = "np.sum((sigmoid(Z) - Y)**2)/(2*m)"
    for width in range(12, 50):
        shown = [text_of(line) for line in wrapped_formula("C = ", body, width)]
        assert not any(row.rstrip().endswith("*") or row.lstrip().startswith("*2") for row in shown)


def test_a_percent_is_full_as_soon_as_a_hundredth_is_done():
    """29/100 is a little less than 0.29, and 1 % less as a whole number."""
    for wanted in (50, 100, 200, 1000, 5_000_000):
        for done in range(0, wanted + 1, max(wanted // 100, 1)):
            bar = text_of(progress_bar(done / wanted, ("",), 80, ASCII))
            assert f" {100 * done // wanted}%" in bar
    assert " 99%" in text_of(progress_bar(4_999_999 / 5_000_000, ("",), 80, ASCII))
