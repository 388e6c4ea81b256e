"""Whether every question can be answered where it is asked, and does not say its own answer;
whether the claims of notes, `{check: grad w1 == 0}`, are true at every step that shows them; and
whether every task can be done and is not done already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gdtutor.check.findings import QUESTIONS, SCREENS, Notes, TimeLimit
from gdtutor.check.hidden import shown_answer
from gdtutor.check.screens import layout_of
from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.operations import Arrays
from gdtutor.engine.trace import Trace
from gdtutor.lesson.conditions import ConditionError, failing, holds, parse_condition
from gdtutor.lesson.model import Choice, Note, Question, Task
from gdtutor.lesson.placeholders import claims_of
from gdtutor.lesson.reports import Place, shown
from gdtutor.lesson.runs import run_of
from gdtutor.session.asking import placed_at, right_choices
from gdtutor.session.edits import apply_edit
from gdtutor.session.lookups import known_at_step
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto
from gdtutor.session.notes import end_of_training, note_for
from gdtutor.session.opening import Opened, opened
from gdtutor.session.runs import in_variant
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Walk
from gdtutor.session.steps import Phase, Step
from gdtutor.session.tasks import goal_holds, is_done
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
    return session if run.stopped_by is None else session.with_train(snapshot=snapshot_of(run))


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
    values: Arrays = {
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


def check_tasks(notes: Notes) -> None:
    """Report tasks that are done at the lesson's own start, and solutions that do not do them."""
    for task in notes.lesson.tasks:
        if not notes.limit.within(SCREENS, f"the task {task.id}"):
            continue
        place = Place(task.line, 1)
        start = opened(Session(), Opened(notes.lesson, run_of(notes.lesson)))
        try:
            if goal_holds(task, start):
                what = f"the task '{task.id}' is done before anything was changed"
                notes.add("unsolved", what, "ask for something that is not so at the start", place)
            elif not task.solution:
                what = f"the task '{task.id}' has no solution"
                hint = 'write solution = ["b = -0.4"]; it is never shown'
                notes.add("unproved", what, hint, place, "warning")
            elif not is_done(task, solved(start, task, notes.limit)):
                if not notes.limit.within(SCREENS, f"the task {task.id}"):
                    continue
                what = f"the solution of '{task.id}' does not reach {task.goal}"
                notes.add("unsolved", what, "it changes what `change` names, nothing else", place)
        except ConditionError as error:
            notes.add("unsolved", error.what, error.hint, place)
        except GdTutorError as error:
            what = f"the solution of '{task.id}': {error.what}"
            notes.add("unsolved", what, error.hint, place)


def solved(session: Walk, task: Task, limit: TimeLimit) -> Walk:
    """Return the session after a task's solution.

    Raises:
        GdTutorError: For a step that cannot be taken.
    """
    for step in task.solution:
        word, _, rest = step.strip().partition(" ")
        if word == "variant":
            session = in_variant(session, rest.strip())
        elif word == "train":
            session = _trained(session, int(rest) if rest.strip().isdecimal() else None, limit)
        elif word == "iteration":
            session = goto(session, step)
        else:
            session = apply_edit(session, step)
    return session


def _trained(session: Walk, epochs: int | None, limit: TimeLimit) -> Walk:
    run = session.run
    run.advance(epochs=epochs, beyond=epochs is not None, deadline=limit.is_over)
    return session.with_train(snapshot=snapshot_of(run))
