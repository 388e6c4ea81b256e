"""From a lesson file to a lesson, or to every report about what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.activation import with_activation
from gdtutor.lesson.assemble import assemble
from gdtutor.lesson.body import read_body
from gdtutor.lesson.front_matter import (
    TOML_LINE,
    divide,
    read_raw,
    report_mistakes,
    structured,
)
from gdtutor.lesson.graphs import MAX_NODES, parse_blocks
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.readers import Mistake
from gdtutor.lesson.reports import NOWHERE, Findings, LessonError, Report
from gdtutor.lesson.source import clean, read_source
from gdtutor.lesson.variants import ACTIVATION, overridden, read_variants, variant_named


def load_lesson(path: Path) -> Lesson:
    """Return the lesson of a file.

    Raises:
        LessonError: The file cannot be used; holds every report about it.
    """
    lesson, reports = read_lesson(path)
    if lesson is None:
        raise LessonError(reports)
    return lesson


def read_lesson(path: Path) -> tuple[Lesson | None, tuple[Report, ...]]:
    """Return the lesson of a file, None where it cannot be used, and all reports about it.

    A lesson that can be used may have warnings.
    """
    try:
        text = read_source(path)
    except LessonError as error:
        return None, error.reports
    return parse_lesson(text, path)


def parse_lesson(text: str, path: Path) -> tuple[Lesson | None, tuple[Report, ...]]:
    """Return the lesson of a text as if `path` held it, and all reports about it.

    Args:
        text: The whole lesson file.
        path: Names the file in reports, gives the lesson its number, and is where a CSV file is
            looked for; the file itself is not read.
    """
    text = clean(text)
    findings = Findings(path, text.split("\n"))
    lesson = _parsed(text, path, findings)
    reports = findings.ordered()
    return lesson, reports


def with_variant(lesson: Lesson, name: str) -> Lesson:
    """Return the lesson that a variant makes of a lesson; it has no variants itself.

    Raises:
        GdTutorError: The lesson has no variant of this name.
        LessonError: What the variant reads, such as a CSV file, has changed since.
    """
    variant = variant_named(lesson.variants, name)
    findings = Findings(lesson.path, lesson.text.split("\n"))
    changed = _parsed(lesson.text, lesson.path, findings, variant.overrides)
    if changed is None:
        raise LessonError(findings.ordered())
    return changed


def _parsed(
    text: str, path: Path, findings: Findings, overrides: Mapping[str, object] | None = None
) -> Lesson | None:
    divided = divide(text, findings)
    if divided is None:
        return None
    raw = read_raw(divided.toml, TOML_LINE, findings)
    activation = None if overrides is None else overrides.get(ACTIVATION)
    if raw is not None and overrides is not None:
        raw = overridden(raw, {key: overrides[key] for key in overrides if key != ACTIVATION})
    front = None if raw is None else structured(raw, divided.toml, TOML_LINE, findings)
    is_network = "network" in raw if raw else "\n[network]" in f"\n{divided.toml}"
    body = read_body(divided.body, divided.body_line, findings, is_network=is_network)
    if front is None:
        # The formulas' own mistakes are reported together with those of the front matter.
        parse_blocks(body.scenes, findings)
        return None
    lesson = assemble(front, divided.toml, body, path, text, findings)
    if lesson is not None and activation is not None:
        return _with_activation(lesson, str(activation), findings)
    if lesson is None or not front.variants:
        return lesson
    return _with_variants(lesson, front.variants, divided.toml, findings)


def _with_activation(lesson: Lesson, name: str, findings: Findings) -> Lesson | None:
    try:
        return with_activation(lesson, name)
    except GdTutorError as error:
        findings.error(NOWHERE, "variant", error.what, error.hint)
        return None


def _with_variants(
    lesson: Lesson, tables: Sequence[Mapping[str, object]], toml: str, findings: Findings
) -> Lesson | None:
    """Return the lesson with its variants, each of which is tried; None where one fails."""
    mistakes: list[Mistake] = []
    variants = read_variants(tables, mistakes)
    nodes = sum(len(scene.graph.nodes) for scene in lesson.scenes)
    if nodes * (len(variants) + 1) > MAX_NODES:
        what = f"{len(variants)} variants of {nodes:,} operations"
        hint = f"together they may have {MAX_NODES:,}"
        mistakes.append(Mistake(("variants", 0), "bound", what, hint))
    if not mistakes:
        for position, variant in enumerate(variants):
            own = Findings(lesson.path)
            if _parsed(lesson.text, lesson.path, own, variant.overrides) is None:
                first = next(report for report in own.ordered() if report.level == "error")
                what = f"with the variant '{variant.name}': {first.what}"
                mistakes.append(Mistake(("variants", position, "="), "variant", what, first.hint))
    report_mistakes(mistakes, toml, TOML_LINE, findings)
    return None if mistakes else replace(lesson, variants=variants)
