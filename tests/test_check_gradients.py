"""Every gradient that a lesson shows is held against central differences."""

import pytest
from lesson_texts import found_in, lesson_of, lesson_text

from gdtutor.check.lesson import check_lesson
from gdtutor.engine import local
from gdtutor.engine.operations import OPERATIONS
from gdtutor.values import replace


def test_a_wrong_derivative_is_caught(tmp_path, monkeypatch):
    wrong = replace(OPERATIONS["sin"], local=("2*cos(a)",))
    monkeypatch.setitem(OPERATIONS, "sin", wrong)
    text = lesson_text("```graph\nz = sin(w)\n```\n", "[parameters]\nw = 0.3")
    checked = check_lesson(lesson_of(text, tmp_path))
    [found] = checked.problems
    assert (found.code, found.level, found.source) == ("gradient", "error", "w = 0.3")
    assert "the gradient of w is 1.91067, the central difference 0.955336" in found.what
    assert checked.gradients[0].relative_error == pytest.approx(0.5)


def test_a_kink_is_a_warning_and_the_gradient_is_checked_beside_it(tmp_path):
    text = lesson_text("```graph\nz = w*w\na = relu(z - 4)\n```\n", "[parameters]\nw = 2.0")
    checked = check_lesson(lesson_of(text, tmp_path))
    assert [(r.code, r.level, r.source) for r in checked.problems] == [
        ("kink", "warning", "a = relu(z - 4)")
    ]
    assert checked.gradients[0].relative_error < 1e-6


def test_a_wrong_derivative_is_caught_at_a_kink_as_well(tmp_path, monkeypatch):
    wrong = replace(OPERATIONS["relu"], local=("2*maximum(0, sign(a))",))
    monkeypatch.setitem(OPERATIONS, "relu", wrong)
    text = lesson_text("```graph\na = relu(w) + relu(v)\n```\n", "[parameters]\nw = 0.0\nv = 1.0")
    codes = [code for code, *_ in found_in(text, tmp_path)]
    assert "gradient" in codes


EDGE = "1.340780792994259e154"
"""The square of any larger number overflows."""


def test_a_wrong_derivative_is_not_hidden_by_a_cell_that_nothing_tells_of(tmp_path, monkeypatch):
    text = lesson_text("```graph\nz = sum(sqrt(1 - w))\n```\n", "[parameters]\nw = [{}, 0.5]")
    edge = text.format(0.999999999)
    assert [code for code, *_ in found_in(edge, tmp_path)] == ["unconfirmed"]
    wrong = replace(OPERATIONS["sqrt"], local=("1.01/(2*out)",))
    monkeypatch.setitem(OPERATIONS, "sqrt", wrong)
    assert [code for code, *_ in found_in(edge, tmp_path)] == ["gradient"]


def test_a_wrong_derivative_next_to_a_pole_is_caught(tmp_path, monkeypatch):
    wrong = replace(OPERATIONS["log"], local=("1.01/a",))
    monkeypatch.setitem(OPERATIONS, "log", wrong)
    text = lesson_text("```graph\nz = log(w)\n```\n", "[parameters]\nw = 1e-7")
    assert [code for code, *_ in found_in(text, tmp_path)] == ["gradient"]


def test_a_wrong_derivative_of_a_short_wave_is_caught(tmp_path, monkeypatch):
    wrong = replace(OPERATIONS["sin"], local=("1.01*cos(a)",))
    monkeypatch.setitem(OPERATIONS, "sin", wrong)
    text = lesson_text("```graph\nz = sin(1e6*w)\n```\n", "[parameters]\nw = 0.5")
    assert [code for code, *_ in found_in(text, tmp_path)] == ["gradient"]


SOUND = {
    "next to a pole": ("1/w", 1e-6),
    "next to the end of a logarithm": ("log(w)", 1e-7),
    "at a minimum": ("(w*3 + 0.3 - 6.3)**2", 2.0),
    "at a minimum that bends": ("1e6*(exp(w) - 1)**2", 0.0),
    "a wave shorter than the step": ("sin(1e6*w)", 0.5),
    "next to an overflow": ("exp(w)", 709.782),
    "large numbers": ("1e300*w**2", 3.0),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_right_gradient_where_differences_are_hard_is_confirmed(tmp_path, name):
    formula, start = SOUND[name]
    text = lesson_text(f"```graph\nz = {formula}\n```\n", f"[parameters]\nw = {start}")
    checked = check_lesson(lesson_of(text, tmp_path))
    assert checked.problems == ()
    assert [gradient.parameter for gradient in checked.gradients] == ["w"]


@pytest.mark.slow
@pytest.mark.parametrize("wave", ["1e9", "1e11", "1e13", "1e15"])
def test_a_wave_that_no_step_can_follow_is_a_warning_and_no_accusation(tmp_path, wave):
    for start in (0.5, 0.7, 1.3, 2.9):
        text = lesson_text(f"```graph\nz = sin({wave}*w)\n```\n", f"[parameters]\nw = {start}")
        assert [code for code, *_ in found_in(text, tmp_path)] in ([], ["unconfirmed"])


def test_a_gradient_that_nothing_confirms_is_not_counted_as_checked(tmp_path):
    front = f"[parameters]\nw = {EDGE}\nv = 1.0"
    text = lesson_text("```graph\nz = w**2 + v\n```\n", front)
    checked = check_lesson(lesson_of(text, tmp_path))
    assert [report.code for report in checked.problems] == ["unconfirmed"]
    assert [gradient.parameter for gradient in checked.gradients] == ["v"]


def test_a_lesson_about_divergence_may_have_a_gradient_that_is_not_finite(tmp_path):
    front = "diverges = true\n[parameters]\nw = 0.0"
    graph = "```graph\nz = sqrt(w)\n```\n"
    assert found_in(lesson_text(graph, front), tmp_path) == []


def test_the_hint_for_a_negative_base_speaks_of_the_exponent_and_not_of_dividing(tmp_path):
    text = lesson_text("```graph\nz = (-2)**n\n```\n", "[parameters]\nn = 2.0")
    [found] = check_lesson(lesson_of(text, tmp_path)).problems
    assert found.code == "not-finite"
    assert "divide" not in found.hint
    assert "has no slope in the exponent" in found.hint


def test_gradients_that_differ_between_folded_and_unfolded_lines_are_an_error(
    tmp_path, monkeypatch
):
    composed = local.edge_rule

    def forgets_inner_factors(graph, edge, shapes, **options):
        if len(edge.path) == 1:
            return composed(graph, edge, shapes, **options)
        return composed(graph, replace(edge, path=edge.path[-1:]), shapes, **options)

    monkeypatch.setattr("gdtutor.engine.trace.edge_rule", forgets_inner_factors)
    text = lesson_text("```graph\nz = 3*w**2\n```\n", "[parameters]\nw = 2.0")
    found = [what for code, _, _, what, *_ in found_in(text, tmp_path) if code == "folding"]
    assert found == ["the gradient of w is 4 where lines are folded and 12 where they are unfolded"]
