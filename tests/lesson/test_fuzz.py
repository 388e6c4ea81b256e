"""Any text is a lesson or a located report, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lessons_for_tests import MATRIX, NETWORK, SCALAR

from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.reports import CODES, WARNINGS, LessonError
from gdtutor.lesson.source import decoded

SEEDS = (
    SCALAR,
    MATRIX,
    NETWORK,
    *(path.read_text(encoding="utf-8") for path in discover(shipped_lessons_folder())),
)
PIECES = st.sampled_from(
    [
        "+++", "\n", "```", "```graph\n", "```question\n", "## backward w1\n", "# ", "## ", "{z}",
        "{grad w}", "{{", "}", "[", "]", "[[", "=", "=\n", '"', "'", '"""', "#", ".", ",", "1e999",
        "-", "9" * 400, "nan", "true", "w", "W", "m", "C", "yhat", "sigmoid(", "**9**9", "@ X",
        "\x00", "\x1b[2J", "\u202e", "\ufeff", "é", "\t", "layers = [2, 9, 1]\n", "seed = -1\n",
        "[training]\n", "[data]\n", "[[variants]]\n", "[parameters]\nw = 1\n", "batch = 2\n",
        'csv = "/etc/passwd"\n', 'init = "he"', "shape = [9, 9]", "(" * 60,
    ]
)  # fmt: skip


def check(text: str) -> None:
    lesson, reports = parse_lesson(text, Path("/nowhere/01-fuzz.md"))
    errors = [report for report in reports if report.level == "error"]
    assert (lesson is None) == bool(errors)
    count = text.replace("\r\n", "\n").count("\n") + 1
    for report in reports:
        assert report.code in CODES
        assert (report.level == "warning") == (report.code in WARNINGS)
        assert 0 <= report.line <= count
        assert report.column >= (1 if report.line else 0)
        assert not any(ord(c) < 32 and c != "\n" for c in report.text())


@given(st.data())
def test_a_changed_lesson_is_a_lesson_or_a_located_report(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        new = data.draw(st.one_of(PIECES, st.text(max_size=6), st.just(text[start:end] * 2)))
        text = text[:start] + new + text[end:]
    check(text)


@given(st.data())
def test_lines_put_elsewhere_are_a_lesson_or_a_located_report(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(SEEDS)).split("\n")
    for _ in range(data.draw(st.integers(1, 5))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        if data.draw(st.booleans()) or not lines:
            lines.insert(data.draw(st.integers(0, len(lines))), line)
    check("\n".join(lines))


NAMES = st.sampled_from(["w", "b", "x", "y", "z", "yhat", "L", "q", "m", "C"])
SIGNS = st.sampled_from([" + ", " - ", "*", "/", "**", " @ "])
CALLED = st.sampled_from(["sigmoid", "relu", "sum", "log", "softmax"])
FORMULAS = st.recursive(
    st.one_of(NAMES, st.sampled_from(["0", "1", "0.5", "2"])),
    lambda inner: st.one_of(
        st.tuples(inner, SIGNS, inner).map("".join),
        st.tuples(CALLED, inner).map(lambda call: f"{call[0]}({call[1]})"),
        inner.map(lambda part: f"-({part}).T"),
    ),
    max_leaves=8,
)


@given(st.lists(st.tuples(NAMES, FORMULAS), min_size=1, max_size=5), st.sampled_from([1, 2]))
def test_random_formulas_are_a_lesson_or_located_reports(
    lines: list[tuple[str, str]], batch: int
) -> None:
    graph = "\n".join(f"{name} = {formula}" for name, formula in lines)
    start, rest = SCALAR.split("z = w*x + b", 1)
    text = start + graph + "\n```" + rest.split("```", 1)[1]
    check(text.replace("batch = 1", f"batch = {batch}"))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_or_a_located_report(data: bytes) -> None:
    is_text = True
    try:
        data.decode()
    except UnicodeDecodeError:
        is_text = False
    if is_text:
        check(decoded(b"+++\n" + data, Path("01-fuzz.md")))
    else:
        with pytest.raises(LessonError, match="is not UTF-8"):
            decoded(b"+++\n" + data, Path("01-fuzz.md"))
