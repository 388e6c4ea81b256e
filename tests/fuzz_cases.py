"""Cases for fuzzing, each kind made of a row of bytes, and what has to hold for every one of them.

A case is the bytes of a lesson file. Whatever they are, reading them gives a lesson, or reports
that say where it is wrong: nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gdtutor.engine.characters import pictured
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import WARNINGS, LessonError, Report
from gdtutor.lesson.source import decoded
from tests.format_parts import codes_listed
from tests.fuzz_lessons import grammar_lesson
from tests.fuzz_tape import Tape
from tests.lesson.lessons_for_tests import MATRIX, NETWORK, SCALAR

Read = Callable[[bytes, Path], tuple[Lesson | None, tuple[Report, ...]]]
"""What is put to the test: from the bytes of a file and its name to a lesson and reports."""

PATH = Path(__file__).parent / "data" / "fuzz" / "01-fuzz.md"
"""The name of every case; a CSV file lies beside it."""
CODES = codes_listed()[0]
"""What lessons/README.md says of every code of a file's report."""
CHOICES = 128
"""Bytes that a case is made of."""
SEEDS = (
    SCALAR,
    MATRIX,
    NETWORK,
    *(path.read_text(encoding="utf-8") for path in discover(shipped_lessons_folder())),
)
"""The lessons that are changed: those of the tests and those that are shipped."""
_TOKEN = re.compile(r"\w+|\s+|.")
_TOKENS = tuple(tuple(_TOKEN.findall(text)) for text in SEEDS)
PIECES = (
    "", "\n", "+++", "```", "```graph\n", "```question\n", "## backward w1\n", "# ", "## ", "{z}",
    "{grad w}", "{{", "}", "[", "]", "[[", "=", "=\n", '"', "'", '"""', "#", ".", ",", "1e999",
    "-", "9" * 400, "nan", "true", "w", "W", "m", "C", "yhat", "sigmoid(", "**9**9", "@ X",
    "\x00", "\x1b[2J", "\u202e", "\ufeff", "é", "\t", "layers = [2, 9, 1]\n", "seed = -1\n",
    "[training]\n", "[data]\n", "[[variants]]\n", "[parameters]\nw = 1\n", "batch = 2\n",
    'csv = "/etc/passwd"\n', 'csv = "/dev/zero"\n', 'csv = "../fuzz/three-columns.csv"\n',
    'init = "he"', "shape = [9, 9]", "shape = [99999999, 99999999]", "epochs = 99999999999999999",
    "(" * 60, "((((" * 3000, "[" * 5000, "a.b." * 4000, "w + " * 20000, "\u0430", "\U0001d7ce",
    "[bold]", "<b>", "\r", "\r\n", "\u2028", "x1 = 1\n" * 2000, "{w}" * 5000, "1_0", "0x1F", "&",
)  # fmt: skip
"""What is put into a lesson: its own marks, and what no lesson should hold."""
_NAMES = ("w", "b", "x", "y", "z", "yhat", "L", "q", "m", "C")


def changed_characters(tape: Tape) -> bytes:
    """Return a lesson with a few characters taken out, put in or doubled."""
    text = tape.pick(SEEDS)
    for _ in range(1 + tape.below(4)):
        start = tape.below(len(text) + 1)
        old = text[start : start + tape.below(13)]
        new = tape.pick((*PIECES, old * 2, chr(32 + tape.below(0xD7E0))))
        text = text[:start] + new + text[start + len(old) :]
    return text.encode()


def changed_tokens(tape: Tape) -> bytes:
    """Return a lesson with a few words, numbers or signs replaced by those of another lesson."""
    return _with_other_tokens(tape.pick(_TOKENS), tape).encode()


def _with_other_tokens(tokens: Sequence[str], tape: Tape) -> str:
    changed = list(tokens)
    for _ in range(1 + tape.below(4)):
        place = tape.below(len(changed))
        changed[place] = tape.pick(PIECES) if tape.one_in(4) else tape.pick(tape.pick(_TOKENS))
    return "".join(changed)


def moved_lines(tape: Tape) -> bytes:
    """Return a lesson with a few lines put elsewhere, left out or doubled."""
    lines = tape.pick(SEEDS).split("\n")
    for _ in range(1 + tape.below(5)):
        place = tape.below(len(lines))
        line = lines[place]
        if tape.one_in(2):
            del lines[place]
        if not tape.one_in(3):
            lines.insert(tape.below(len(lines) + 1), line)
        lines = lines or [line]
    return "\n".join(lines).encode()


def joined_halves(tape: Tape) -> bytes:
    """Return the beginning of one lesson with the end of another."""
    first, second = (tape.pick(SEEDS).split("\n") for _ in range(2))
    return "\n".join(
        [*first[: tape.below(len(first) + 1)], *second[tape.below(len(second) + 1) :]]
    ).encode()


def changed_bytes(tape: Tape) -> bytes:
    """Return a lesson with a few bytes replaced, which seldom leaves it UTF-8."""
    data = bytearray(tape.pick(SEEDS).encode())
    for _ in range(1 + tape.below(4)):
        data[tape.below(len(data))] = tape.below(256)
    return bytes(data)


def random_formulas(tape: Tape) -> bytes:
    """Return a lesson whose graph is made of random formulas, some of them of matrices."""
    lines = [f"{tape.pick(_NAMES)} = {_formula(tape, 3)}" for _ in range(1 + tape.below(5))]
    start, rest = SCALAR.split("z = w*x + b", 1)
    text = "\n".join([start + lines[0], *lines[1:], "```"]) + rest.split("```", 1)[1]
    return text.replace("batch = 1", tape.pick(("batch = 1", "batch = 2"))).encode()


def _formula(tape: Tape, depth: int) -> str:
    if not depth or tape.one_in(3):
        return tape.pick((*_NAMES, "0", "1", "0.5", "2"))
    inner = _formula(tape, depth - 1)
    match tape.below(4):
        case 0 | 1:
            sign = tape.pick((" + ", " - ", "*", "/", "**", " @ "))
            return inner + sign + _formula(tape, depth - 1)
        case 2:
            return f"{tape.pick(('sigmoid', 'relu', 'sum', 'log', 'softmax', 'max'))}({inner})"
        case _:
            return f"-({inner}).T"


def made_lesson(tape: Tape) -> bytes:
    """Return a lesson that the grammar makes."""
    return grammar_lesson(tape).encode()


def made_and_changed_lesson(tape: Tape) -> bytes:
    """Return a lesson that the grammar makes, a few words of it replaced."""
    return _with_other_tokens(_TOKEN.findall(grammar_lesson(tape)), tape).encode()


KINDS: Mapping[str, Callable[[Tape], bytes]] = {
    "lesson of the grammar": made_lesson,
    "changed characters": changed_characters,
    "lesson of the grammar, changed": made_and_changed_lesson,
    "changed words": changed_tokens,
    "random formulas": random_formulas,
    "moved lines": moved_lines,
    "joined halves": joined_halves,
    "changed bytes": changed_bytes,
}
"""Every kind of case, with what makes one of the choices on a tape."""


def read(data: bytes, path: Path) -> tuple[Lesson | None, tuple[Report, ...]]:
    """Read the bytes of a lesson file as the program reads a file."""
    try:
        text = decoded(data, path)
    except LessonError as error:
        return None, error.reports
    return parse_lesson(text, path)


def check(data: bytes, reader: Read = read) -> bool:
    """Hold one case to the property, and say whether it is a lesson.

    Raises:
        AssertionError: It is neither a lesson nor a located error, or a report is not as it
            should be.
    """
    lesson, reports = reader(data, PATH)
    errors = [report for report in reports if report.level == "error"]
    assert (lesson is None) == bool(errors), "a lesson with errors, or none without"
    lines = data.count(b"\n") + 1
    for report in reports:
        assert report.code in CODES, f"there is no code {report.code}"
        assert (report.level == "warning") == (report.code in WARNINGS), report.code
        assert 0 <= report.line <= lines, f"line {report.line} of {lines}"
        assert report.column >= (1 if report.line else 0), f"column {report.column}"
        text = report.text()
        assert pictured(text, keep="\n") == text, "a control character in a report"
    return lesson is not None
