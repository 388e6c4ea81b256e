"""Notes are held against the steps of the walk before anyone sees them."""

from __future__ import annotations

from gdtutor.lesson.blocks import NoteBlock, SceneBlock
from gdtutor.lesson.conditions import ConditionError, check_names, parse_condition
from gdtutor.lesson.markdown import MarkdownPart
from gdtutor.lesson.model import Note
from gdtutor.lesson.placeholders import (
    CHECK,
    Placeholder,
    PlaceholderError,
    as_word,
    read_placeholders,
)
from gdtutor.lesson.repetition import filled
from gdtutor.lesson.reports import Findings, Place
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.when import When


def check_notes(
    block: SceneBlock, steps: Steps, findings: Findings, *, trains: bool
) -> tuple[Note, ...]:
    """Return the notes of a scene; those that point nowhere are reported.

    Args:
        block: The scene as written.
        steps: The steps of its walk.
        findings: Where mistakes are reported.
        trains: Whether the lesson has iterations after the first.
    """
    notes: list[Note] = []
    seen: dict[tuple[str, str, When], int] = {}
    absent: set[str] = set()
    failed: set[int] = set()
    own = {(n.phase, n.node, n.when) for n in block.notes if not n.counts}
    for note in block.notes:
        step = (note.phase, note.node, note.when)
        if note.place.line in failed or (note.counts and step in own):
            # A mistake of a note of every count is told once; a step's own note goes before it.
            continue
        failed.add(note.place.line)
        if step in seen:
            called = f"{note.phase} {note.node}".strip()
            hint = f"line {seen[step]} has one; join them"
            what = f"the step '{called}' has a second note"
            findings.error(note.place, "duplicate-note", what, hint)
            continue
        seen[step] = note.place.line
        absent_when = never(note.when, trains=trains)
        problem = steps.problem(note.phase, note.node)
        if problem is None and absent_when is not None:
            problem = "note-heading", *absent_when
        if problem is not None:
            if note.phase not in absent:
                findings.error(note.place, *problem)
            if not steps.has(note.phase):
                # One report stands for all notes of a phase that the walk does not have.
                absent.add(note.phase)
            continue
        unfilled = sum(_unfilled(part, note, steps, findings) for part in note.texts)
        if not unfilled:
            failed.discard(note.place.line)
            notes.append(Note(note.phase, note.node, note.text, note.when, note.place.line))
    return tuple(notes)


def never(when: When, *, trains: bool) -> tuple[str, str] | None:
    """Return why the lesson never comes to what the words behind a comma say, and what to do."""
    if trains or not (when.first or when.trained):
        return None
    said = "trained" if when.trained else f"iteration {when.first}"
    what = f"there is no `{said}`: the lesson does not train"
    return what, "add a [training] table, or leave the words out"


def _unfilled(part: MarkdownPart, note: NoteBlock, steps: Steps, findings: Findings) -> int:
    """Report the placeholders of a text that cannot be filled; return how many there are."""
    found = 0
    for offset, written in enumerate(part.source.split("\n")):
        line_number = part.line + offset
        text, columns = filled(written, dict(note.counts))
        at = ", ".join(f" at {counter} = {count}" for counter, count in note.counts)
        for (code, what, hint), start in text_problems(text, steps, note.phase, note.node):
            findings.error(Place(line_number, columns[start] + 1), code, what + at, hint)
            found += 1
    return found


def text_problems(
    text: str, steps: Steps, phase: str, node: str
) -> list[tuple[tuple[str, str, str], int]]:
    """Return what is wrong with the placeholders of a text, with the place of each in it."""
    try:
        parts = read_placeholders(text)
    except PlaceholderError as error:
        return [((error.code, error.what, error.hint), error.start)]
    problems = []
    for part in parts:
        if isinstance(part, Placeholder):
            asked = part if part.name in steps.shapes else as_word(part)
            problem = _claim_problem(part, steps) if part.about == CHECK else None
            problem = problem or steps.placeholder_problem(asked, phase, node)
            if problem is not None:
                problems.append((problem, part.start))
    return problems


def _claim_problem(claim: Placeholder, steps: Steps) -> tuple[str, str, str] | None:
    try:
        check_names(parse_condition(claim.condition), steps.shapes)
    except ConditionError as error:
        return "placeholder", error.what, error.hint
    return None
