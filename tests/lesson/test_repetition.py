"""Lines that are written once for t = 1 … T: what they become, and where their mistakes are."""

from pathlib import Path

import pytest

from gdtutor.lesson.repetition import MAX_COUNTS, MAX_REPEATED, unrolled
from gdtutor.lesson.reports import Findings


def read(*lines):
    findings = Findings(Path("l.md"), list(lines))
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return unrolled(numbered, findings), findings.reports


def texts(*lines):
    found, reports = read(*lines)
    assert found is not None, reports
    return [line.text.strip() for line in found]


def mistake(*lines):
    found, reports = read(*lines)
    assert found is None
    (report,) = reports
    return report


def test_a_block_is_written_out_for_every_count():
    assert texts("a = x", "for t in 1..3:", "  h{t} = tanh(h{t-1} + X[t-1:t])", "b = h3") == [
        "a = x",
        "h1 = tanh(h0 + X[0:1])",
        "h2 = tanh(h1 + X[1:2])",
        "h3 = tanh(h2 + X[2:3])",
        "b = h3",
    ]


def test_a_counter_alone_is_its_number_and_within_brackets_so_is_what_is_added():
    line = " p{2*t-1} = x**t + t*t - 1 + X[t - 1, t+1] + X[{t-2}, 2*t:2*t+2] + tt + .5e2"
    assert texts("for t in 2..2", line) == ["p3 = x**2 + 2*2 - 1 + X[1, 3] + X[0, 4:6] + tt + .5e2"]


def test_transposes_and_numbers_are_no_counters():
    assert texts("for T in 1..1:", " a{T} = A.T*T", "for e in 3..3:", " b{e} = 1e3*e") == [
        "a1 = A.T*1",
        "b3 = 1e3*3",
    ]


def test_repetitions_stand_within_repetitions():
    lines = (
        "for k in 0..1:",
        "  s{k} = x",
        "  for t in 1..2:",
        "    h{k}_{t} = s{k}*{t}",
        "c = s1",
    )
    assert texts(*lines) == [
        "s0 = x", "h0_1 = s0*1", "h0_2 = s0*2", "s1 = x", "h1_1 = s1*1", "h1_2 = s1*2", "c = s1",
    ]  # fmt: skip


def test_every_character_knows_its_column_in_the_file():
    line = "  h{t} = foo(h{t-1}) + X[t - 1]*bar"
    found, _ = read("for t in 12..12:", line)
    (written,) = found
    assert written.number == 2
    assert written.counts == (("t", 12),)
    assert written.text == "  h12 = foo(h11) + X[11]*bar"
    for word in ("foo", "bar", ") +"):
        assert written.columns[written.text.index(word)] == line.index(word)
    assert written.columns[written.text.index("11]")] == line.index("t - 1]")


@pytest.mark.parametrize(
    ("lines", "line", "column", "what"),
    [
        (("for t in 1..3:", "a = 1"), 1, 1, "a repetition without lines"),
        (("for t of 1..3:", " a{t} = x"), 1, 1, "cannot be read"),
        (("for t in range(3):", " a{t} = x"), 1, 1, "cannot be read"),
        (("for t in 3..1:", " a{t} = x"), 1, 10, "3..1 has no count"),
        ((f"for t in 1..{MAX_COUNTS + 1}:", " a{t} = x"), 1, 10, "201 counts"),
        (("for t in 1..3:", " a = x"), 2, 2, "'a' would be defined at every t"),
        (("for t in 1..3:", " a{t} = a{t-2}"), 2, 10, "t-2 is -1 at t = 1"),
        (("for t in 1..3:", " a{t} = X[t-2]"), 2, 11, "t-2 is -1 at t = 1"),
        (("for t in 1..3:", " a{t} = a{k}"), 2, 10, "'{k}' is no count"),
        (("for t in 1..3:", " a{t} = a{t*t}"), 2, 10, "'{t*t}' is no count"),
        (("for t in 1..3:", " for t in 1..2:", "  a{t} = x"), 2, 6, "'t' cannot count here"),
    ],
)
def test_a_mistake_is_named_at_its_place(lines, line, column, what):
    report = mistake(*lines)
    assert (report.line, report.column) == (line, column)
    assert what in report.what
    assert report.hint


def test_what_repetitions_become_is_bounded():
    body = [f" a{{t}}_{i} = x" for i in range(MAX_REPEATED // MAX_COUNTS + 1)]
    assert "more than 2,000 lines" in mistake(f"for t in 1..{MAX_COUNTS}:", *body).what
    deep = [f"{' ' * i}for t{i} in 1..2:" for i in range(4)]
    assert "more than 3 deep" in mistake(*deep, "     a{t0} = x").what
