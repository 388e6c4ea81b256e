"""Whether every question can be answered where it is asked, and does not say its own answer; and
whether the claims of notes, `{check: grad w1 == 0}`, are true at every step that shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gdtutor.check.findings import QUESTIONS, Notes
from gdtutor.check.hidden import shown_answer
from gdtutor.check.screens import layout_of
from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace
from gdtutor.lesson.conditions import failing, holds, parse_condition
from gdtutor.lesson.model import Choice, Note, Question
from gdtutor.lesson.placeholders import claims_of
from gdtutor.lesson.reports import Place, shown
from gdtutor.session.asking import placed_at, right_choices
from gdtutor.session.lookups import known_at_step
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved
from gdtutor.session.notes import note_for
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Status, Walk
from gdtutor.session.steps import Phase, Step
from gdtutor.values import Struct
from gdtutor.view.notation import number

MOST_ITERATIONS = 3
"""Iterations in which a question is looked at that is asked in many."""


class Asked(Struct, frozen=True, eq=False):
    """A question where it is asked."""

    question: Question
    session: Walk
    """The walk at its step."""
    step: Step


def check_questions(notes: Notes, session: Walk) -> None:
    """Report questions that cannot be answered, or that say their answer.

    Args:
        notes: What to add to.
        session: The lesson, or one of its variants, at its own values.
    """
    if not any(scene.questions for scene in notes.lesson.scenes):
        return
    if not notes.limit.within(QUESTIONS, "questions"):
        return
    for asked in every_asked(session):
        if not notes.limit.within(QUESTIONS, "questions"):
            return
        question, here = asked.question, asked.session
        where = f"in the variant '{notes.variant}', " if notes.variant else ""
        if here.moment.iteration:
            where += f"in iteration {here.moment.iteration}, "
        right = right_choices(here, question.choices, asked.step.scene)
        if question.choices and len(right) != 1 and not notes.has("undecided", question.line):
            what = f"{where}{_how_many(right)}"
            hint = "the conditions have to leave exactly one"
            notes.add("undecided", what, hint, Place(question.line, 1))
        # Other numbers on the same screens show no more, nor less.
        look = (question.line, asked.step, here.moment.iteration > 0, layout_of(here))
        seen = "" if look in notes.looked_at else shown_answer(here, question, asked.step)
        notes.looked_at.add(look)
        if seen and not notes.has("seen", question.line):
            what = f"{where}the answer shows while the question is open, at {seen}"
            notes.add("seen", what, "this is the program's fault", Place(question.line, 1))
        trace = here.moment.traces[asked.step.scene]
        for said in given_away(question, trace, here.moment, right):
            hint = "ask without it: the answer comes from the engine"
            notes.add("given-away", f"{where}{said}", hint, Place(question.line, 1))


def _how_many(right: tuple[Choice, ...]) -> str:
    if not right:
        return "no choice of the question is right"
    several = " and ".join(f"'{choice.text}'" for choice in right[:2])
    return f"{len(right)} choices of the question are right, {several}"


def every_asked(session: Walk) -> Iterator[Asked]:
    """Yield every question of a lesson where it is asked, in the first iterations in which it is.

    What lies beyond the trained part of the run is left out.
    """
    scenes, session = session.lesson.scenes, at_its_end(session)
    for scene in scenes:
        for question in scene.questions:
            for iteration in _iterations(session, question):
                try:
                    there = moved(session, iteration, 1)
                except GdTutorError:
                    continue
                yield from _at(there, question)


def at_its_end(session: Walk) -> Walk:
    """Return the session with what its run was trained to, so that `trained` is known."""
    run = session.run
    if run.stopped_by is None:
        return session
    return session.with_train(snapshot=snapshot_of(run))


def end_of_training(session: Walk) -> int:
    """Return the iteration that training ended with, or would end with."""
    training, run = session.train.snapshot, session.run
    return training.iterations if training.status is Status.FINISHED else run.last_iteration


def _at(session: Walk, question: Question) -> Iterator[Asked]:
    for step in session.moment.steps:
        if question in placed_at(session, step):
            yield Asked(question, moved(session, session.moment.iteration, step.number), step)


def _iterations(session: Walk, question: Question) -> Iterator[int]:
    """Yield iterations in which a question may be asked."""
    when, lesson = question.when, session.lesson
    if when.trained:
        yield end_of_training(session)
        return
    last = max(when.first, lesson.story - 1) if when.last is None else when.last
    yield from range(when.first, min(last, when.first + MOST_ITERATIONS - 1) + 1)


def given_away(
    question: Question, done: Trace, moment: Moment, right: Sequence[Choice]
) -> Iterator[str]:
    """Yield what of a question's own text says its answer; placeholders in it are not filled.

    Args:
        question: A question that the loader accepts.
        done: The trace of its scene.
        moment: The iteration in which it is asked.
        right: The choices that are right there.
    """
    if question.kind == "value":
        answer = _answer(question, done, moment)
        for written in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", question.text.replace("−", "-")):
            if len(written.strip("-0.")) > 1 and number(float(written), 4) == number(answer, 4):
                yield f"the question shows its own answer, {written}"
    inside = [choice for choice in question.choices if choice.text in question.text]
    if len(inside) == 1 and inside[0] in right and len(inside[0].text) > 2:
        yield "the question shows the right choice alone"


def _answer(question: Question, done: Trace, moment: Moment) -> float:
    """Return the number asked for, NaN where there is none."""
    values: Mapping[str, Array] = {
        Phase.BACKWARD.value: done.gradients,
        Phase.UPDATE.value: {name: step.p for name, step in moment.updates.items()},
    }.get(question.phase, done.values)
    value = values.get(question.node)
    if value is None:
        return float("nan")
    if question.cell is not None:
        return float(value[question.cell])
    return float(value.reshape(())) if value.size == 1 else float("nan")


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
    for iteration in _claimed_in(session):
        if not notes.limit.within(QUESTIONS, "claims of notes"):
            return
        try:
            here = moved(session, iteration, 1)
        except GdTutorError:
            continue
        for step in here.moment.steps:
            note = note_for(here, step)
            for claim, line in claims_of(note.text) if note is not None else ():
                wrong = _untrue(here, step, claim)
                if note is None or not wrong:
                    continue
                place = _place_of(notes, note, claim, line)
                if not notes.has("untrue", place.line):
                    what = f"{of}in iteration {iteration} this is not so: {shown(wrong)}"
                    notes.add("untrue", what, "mend the note, or the claim", place)


def _untrue(session: Walk, step: Step, claim: str) -> str:
    """Return the part of a claim that does not hold, empty where all of it does."""
    values = known_at_step(session, step.scene)
    condition = parse_condition(claim)
    if holds(condition, values):
        return ""
    part = failing(condition, values)
    return claim if part is None else f"{part.left.text} {part.sign} {part.right.text}"


def _claimed_in(session: Walk) -> Iterator[int]:
    """Yield the iterations of the story, those that notes name, and the one training ends with."""
    lesson = session.lesson
    whens = [note.when for scene in lesson.scenes for note in scene.notes]
    found = {*range(lesson.story), *(when.first for when in whens if lesson.trains)}
    if any(when.trained for when in whens):
        found.add(end_of_training(session))
    yield from sorted(found)


def _place_of(notes: Notes, note: Note, claim: str, line: int) -> Place:
    """Return where a claim stands; a note's text begins some lines below its heading."""
    lines = notes.lesson.text.split("\n")
    below = range(note.line, len(lines))
    written = note.text.split("\n")[line]
    at = next((number for number in below if lines[number].strip() == written.strip()), note.line)
    return Place(at + 1, max(1, lines[at].find(claim) + 1))
