"""Every gradient that a lesson shows is held against central differences."""

from dataclasses import replace

import pytest
from lesson_texts import found_in, lesson_of, lesson_text

from gdtutor.check_lesson import check_lesson
from gdtutor.engine.operations import OPERATIONS


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


def test_a_wrong_derivative_is_not_hidden_by_a_cell_that_overflows(tmp_path, monkeypatch):
    wrong = replace(OPERATIONS["exp"], local=("0.99*out",))
    monkeypatch.setitem(OPERATIONS, "exp", wrong)
    text = lesson_text("```graph\nz = sum(exp(W))\n```\n", "[parameters]\nW = [709.78, 702.0]")
    [found] = found_in(text, tmp_path)
    assert found[:2] == ("gradient", "error")
    assert "the gradient of W[1] is" in found[3]


def test_a_wrong_derivative_next_to_a_pole_is_caught(tmp_path, monkeypatch):
    wrong = replace(OPERATIONS["log"], local=("1.01/a",))
    monkeypatch.setitem(OPERATIONS, "log", wrong)
    text = lesson_text("```graph\nz = log(w)\n```\n", "[parameters]\nw = 1e-7")
    assert [code for code, *_ in found_in(text, tmp_path)] == ["gradient"]


def test_a_gradient_that_nothing_confirms_is_not_counted_as_checked(tmp_path):
    text = lesson_text("```graph\nz = exp(w) + v\n```\n", "[parameters]\nw = 709.782\nv = 1.0")
    checked = check_lesson(lesson_of(text, tmp_path))
    assert [report.code for report in checked.problems] == ["unconfirmed"]
    assert [gradient.parameter for gradient in checked.gradients] == ["v"]


def test_a_lesson_about_divergence_may_have_a_gradient_that_is_not_finite(tmp_path):
    front = "diverges = true\n[parameters]\nw = 0.0"
    graph = "```graph\nz = sqrt(w)\n```\n"
    assert found_in(lesson_text(graph, front), tmp_path) == []
