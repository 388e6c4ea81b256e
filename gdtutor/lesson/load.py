"""From a lesson file to a lesson, or to every report about what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.activation import with_activation
from gdtutor.lesson.assemble import assemble
from gdtutor.lesson.blocks import Body
from gdtutor.lesson.body import read_body
from gdtutor.lesson.front_matter import read_raw, report_mistakes, structured
from gdtutor.lesson.front_matter_checks import Written
from gdtutor.lesson.graphs import MAX_NODES, parse_blocks
from gdtutor.lesson.markdown import TOML_LINE, Divided, divide
from gdtutor.lesson.mistakes import Mistake, Mistakes
from gdtutor.lesson.model import Lesson, Variant
from gdtutor.lesson.placeholders import warn_pages
from gdtutor.lesson.reports import NOWHERE, Findings, LessonError, Place, Report, shown
from gdtutor.lesson.source import clean, read_source
from gdtutor.lesson.variants import (
    ACTIVATION,
    check_variant,
    overridden,
    read_variants,
    with_true_notes,
)
from gdtutor.lesson.work import TrainingWork, overworked, training_work
from gdtutor.values import Struct, replace

MAX_VARIANT_CELLS = 300_000
"""Most cells of examples of a lesson and all its variants together."""


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
    source = _source(text, path, findings)
    lesson = None if source is None else _made(source, findings)
    if source is not None and lesson is not None:
        lesson = _with_variants(lesson, source, findings)
    return lesson, findings.ordered()


def with_variant(lesson: Lesson, name: str) -> Lesson:
    """Return the lesson that a variant makes of a lesson; it has no variants itself.

    Raises:
        GdTutorError: The lesson has no variant of this name.
        LessonError: What the variant reads, such as a CSV file, has changed since.
    """
    known = {variant.name: variant for variant in lesson.variants}
    check_variant(name, known)
    findings = Findings(lesson.path, lesson.text.split("\n"))
    source = _source(lesson.text, lesson.path, findings)
    changed = None if source is None else _varied(source, known[name].overrides, findings)
    if changed is None:
        raise LessonError(findings.ordered())
    return with_true_notes(replace(changed, variant=name), lesson)


class _Source(Struct, frozen=True):
    """A lesson file whose front matter is TOML."""

    text: str
    path: Path
    divided: Divided
    raw: dict[str, Any] | None
    """None where the front matter is not TOML."""
    body: Body
    """What a variant changes is no part of it."""


def _source(text: str, path: Path, findings: Findings) -> _Source | None:
    divided = divide(text, findings)
    if divided is None:
        return None
    raw = read_raw(divided.toml, findings)
    is_network = "network" in raw if raw else "\n[network]" in f"\n{divided.toml}"
    body = read_body(divided.body, divided.body_line, findings, is_network=is_network)
    warn_pages(body.pages, findings)
    return _Source(text, path, divided, raw, body)


def _made(source: _Source, findings: Findings, *, is_variant: bool = False) -> Lesson | None:
    """Return a lesson without its variants; None where a mistake is found."""
    divided, raw, body = source.divided, source.raw, source.body
    front = None if raw is None else structured(raw, divided.toml, findings)
    if front is None:
        # The formulas' own mistakes are reported together with those of the front matter.
        parse_blocks(body.scenes, findings)
        return None
    written = Written(source.path, source.text, divided.toml, front, body, is_variant)
    return assemble(written, findings)


def _varied(source: _Source, overrides: Mapping[str, object], findings: Findings) -> Lesson | None:
    """Return the lesson with a variant's overrides, None where a mistake is found."""
    own = {key: value for key, value in overrides.items() if key != ACTIVATION}
    varied = replace(source, raw=overridden(source.raw or {}, own))
    lesson = _made(varied, findings, is_variant=True)
    if lesson is None or ACTIVATION not in overrides:
        return lesson
    try:
        return with_activation(lesson, str(overrides[ACTIVATION]))
    except GdTutorError as error:
        findings.error(NOWHERE, "variant", error.what, error.hint)
    return None


def _with_variants(lesson: Lesson, source: _Source, findings: Findings) -> Lesson | None:
    """Return the lesson with its variants, each of which is tried; None where one fails.

    What the lesson's pictures train is held against its bound here, where the variants are known.
    """
    mistakes: Mistakes = []
    variants = read_variants((source.raw or {}).get("variants", ()), mistakes)
    nodes = sum(len(scene.graph.nodes) for scene in lesson.scenes)
    for count, bound, words in (
        (nodes, MAX_NODES, "operations"),
        (lesson.examples.size, MAX_VARIANT_CELLS, "cells of examples"),
    ):
        if variants and count * (len(variants) + 1) > bound:
            what = f"{len(variants)} variants of {count:,} {words}"
            hint = f"with the lesson itself they may have {bound:,}"
            mistakes.append(Mistake(("variants", 0), "bound", what, hint))
    works = {} if mistakes else _tried(variants, source, mistakes)
    if lesson.pictures and not mistakes:
        for position, what, hint in overworked(lesson.pictures, training_work(lesson), works):
            mistakes.append(Mistake(("pictures", position, "="), "bound", what, hint))
    _report_unknown(lesson, {variant.name for variant in variants}, findings)
    report_mistakes(mistakes, source.divided.toml, TOML_LINE, findings)
    return None if mistakes or findings.has_errors else replace(lesson, variants=variants)


def _report_unknown(lesson: Lesson, names: set[str], findings: Findings) -> None:
    """Report notes and questions for variants that the lesson does not have."""
    for scene in lesson.scenes:
        told = [(n.when, Place(n.line, 4), "note-heading") for n in scene.notes]
        heard = {when for when, _, _ in told}
        asked = [(q.when, Place(q.line, 1), "question") for q in scene.questions]
        # A question that has this from its note is told with the note.
        for when, place, code in (*told, *(one for one in asked if one[0] not in heard)):
            if when.variant and when.variant not in names:
                what = f"there is no variant '{shown(when.variant)}'"
                near = did_you_mean(when.variant, names) or "variants are named in [[variants]]"
                findings.error(place, code, what, near)


def _tried(
    variants: Sequence[Variant], source: _Source, mistakes: Mistakes
) -> dict[str, TrainingWork]:
    """Return the work of every variant's run; those that cannot be had are reported."""
    works: dict[str, TrainingWork] = {}
    for position, variant in enumerate(variants):
        own = Findings(source.path)
        changed = _varied(source, variant.overrides, own)
        of = f"with the variant '{variant.name}': "
        if changed is None:
            first = next(report for report in own.ordered() if report.level == "error")
            at = ("variants", position, "=")
            mistakes.append(Mistake(at, "variant", of + first.what, first.hint))
            continue
        works[variant.name] = training_work(changed)
        for _, what, hint in overworked(changed.pictures, works[variant.name], {}):
            mistakes.append(Mistake(("variants", position, "="), "bound", of + what, hint))
    return works
