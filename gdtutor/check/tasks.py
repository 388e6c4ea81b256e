"""Whether every task can be done and is not done already: its solution is carried out."""

from __future__ import annotations

from gdtutor.check.findings import SCREENS, Notes, TimeLimit
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.conditions import ConditionError
from gdtutor.lesson.model import Task
from gdtutor.lesson.reports import Place
from gdtutor.lesson.runs import run_of
from gdtutor.session.edits import apply_edit
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.runs import in_variant
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Walk
from gdtutor.session.tasks import goal_holds, is_done


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
