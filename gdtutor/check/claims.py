"""Whether the claims of notes, `{check: grad w1 == 0}`, are true at every step that shows them."""

from __future__ import annotations

from collections.abc import Iterator

from gdtutor.check.findings import Notes
from gdtutor.check.questions import at_its_end, end_of_training
from gdtutor.check.time_limit import QUESTIONS
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.conditions import failing, holds, parse_condition
from gdtutor.lesson.model import Note
from gdtutor.lesson.placeholders import claims_of
from gdtutor.lesson.reports import Place, shown
from gdtutor.session.lookups import known_at_step
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for
from gdtutor.session.state import Walk
from gdtutor.session.steps import Step


def check_claims(notes: Notes, session: Walk) -> None:
    """Report claims that are false at a step of the story, or where training ends.

    Args:
        notes: What to add to.
        session: The lesson, or one of its variants, at its own values, its run trained.
    """
    of = f"in the variant '{notes.variant}', " if notes.variant else ""
    texts = (note.text for scene in notes.lesson.scenes for note in scene.notes)
    if not any(True for text in texts for _ in claims_of(text)):
        return
    if not notes.limit.within(QUESTIONS, "claims of notes"):
        return
    session = at_its_end(session)
    for iteration in _iterations(session):
        if not notes.limit.within(QUESTIONS, "claims of notes"):
            return
        try:
            here = moved(session, iteration, 1)
        except GdTutorError:
            continue
        for step in here.moment.steps:
            note = note_for(here, step)
            for claim, line in claims_of(note.text) if note is not None else ():
                wrong = _wrong(here, step, claim)
                if note is None or not wrong:
                    continue
                place = _place(notes, note, claim, line)
                if not notes.has("untrue", place.line):
                    what = f"{of}in iteration {iteration} this is not so: {shown(wrong)}"
                    notes.add("untrue", what, "mend the note, or the claim", place)


def _wrong(session: Walk, step: Step, claim: str) -> str:
    """Return the part of a claim that does not hold, empty where all of it does."""
    values = known_at_step(session, step.scene)
    condition = parse_condition(claim)
    if holds(condition, values):
        return ""
    part = failing(condition, values)
    return claim if part is None else f"{part.left.text} {part.sign} {part.right.text}"


def _iterations(session: Walk) -> Iterator[int]:
    """Yield the iterations of the story, those that notes name, and the one training ends with."""
    lesson = session.lesson
    whens = [note.when for scene in lesson.scenes for note in scene.notes]
    found = {*range(lesson.story), *(when.first for when in whens if lesson.trains)}
    if any(when.trained for when in whens):
        found.add(end_of_training(session))
    yield from sorted(found)


def _place(notes: Notes, note: Note, claim: str, line: int) -> Place:
    """Return where a claim stands; a note's text begins some lines below its heading."""
    lines = notes.lesson.text.split("\n")
    below = range(note.line, len(lines))
    written = note.text.split("\n")[line]
    at = next((number for number in below if lines[number].strip() == written.strip()), note.line)
    return Place(at + 1, max(1, lines[at].find(claim) + 1))
