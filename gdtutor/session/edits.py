"""What-if: a log of changes, from which the run is made; undo and redo move along it."""

from __future__ import annotations

from dataclasses import replace

from gdtutor.lesson.selectors import Assignment, parse_assignment
from gdtutor.session.changes import segments_with
from gdtutor.session.navigation import said
from gdtutor.session.state import Session, Snapshot, TrainLook, recomputed
from gdtutor.training.run import Run


def apply_edit(session: Session, text: str) -> Session:
    """Read `w1 = 0.9` or `W1[0,1] 0.9` and change it from this iteration on.

    Raises:
        GdTutorError: For a name, cell or value that cannot be changed so.
    """
    if session.lesson is None or session.moment is None or session.run is None:
        return session
    if "=" not in text:
        text = "=".join(text.split(maxsplit=1))
    wish = parse_assignment(text)
    if ":" not in text.partition("=")[0]:
        wish = replace(wish, iteration=session.moment.iteration)
    return with_change(session, wish)


def with_change(session: Session, change: Assignment) -> Session:
    """Return the session with one more change in the log, everything downstream recomputed."""
    log = tuple(sorted((*session.changes, change), key=lambda c: c.iteration))
    done = (*session.done, session.changes)
    return _with_log(replace(session, done=done, undone=()), log)


def undo(session: Session, count: int) -> Session:
    """Take the last change back."""
    if not session.done:
        return said(session, "There is nothing to undo.")
    undone = (*session.undone, session.changes)
    before = replace(session, done=session.done[:-1], undone=undone)
    return said(_with_log(before, session.done[-1]), "Undone; Ctrl-R does it again.")


def redo(session: Session, count: int) -> Session:
    """Do the last undone change again."""
    if not session.undone:
        return said(session, "There is nothing to redo.")
    done = (*session.done, session.changes)
    after = replace(session, undone=session.undone[:-1], done=done)
    return said(_with_log(after, session.undone[-1]), "Done again.")


def own_values(session: Session, count: int) -> Session:
    """Go back to the lesson's own values; undo brings the changes back."""
    if not session.changes:
        return said(session, "These are the lesson's own values already.")
    done = (*session.done, session.changes)
    return said(
        _with_log(replace(session, done=done, undone=()), ()), "Back to the lesson's own values."
    )


def _with_log(session: Session, log: tuple[Assignment, ...]) -> Session:
    """Return the session whose run follows a log of changes; what was trained before them stays.

    Raises:
        GdTutorError: Where a change does not fit the lesson.
    """
    if session.lesson is None or session.original is None or session.run is None:
        return session
    segments = segments_with(session.lesson, session.original.segments[0], log)
    trained = session.training.iterations
    is_later = log[:-1] == session.changes and bool(log) and log[-1].iteration >= trained
    if is_later and log[-1].iteration > 0:
        run = session.run.branched(segments[-1])
        return recomputed(replace(session, changes=log, run=run))
    session = replace(
        session, changes=log, run=Run(segments), training=Snapshot(), train_look=TrainLook()
    )
    return recomputed(session)
