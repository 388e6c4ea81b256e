"""The story of a lesson: its steps as → takes them, its closing page, and the next lesson."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.lesson.repetition import chosen_count
from gdtutor.lesson.summary import LessonEntry
from gdtutor.session.effects import Effect, OpenLesson, PauseTraining
from gdtutor.session.moving import moved
from gdtutor.session.navigation import steps_back, steps_forward
from gdtutor.session.state import Screen, Session, current_step
from gdtutor.values import replace

Outcome = tuple[Session, tuple[Effect, ...]]


def is_at_end(session: Session) -> bool:
    """Say whether the cursor stands on the last step of the lesson's story."""
    lesson, moment = session.lesson, session.moment
    if lesson is None or moment is None:
        return False
    return (moment.iteration, session.step) == (lesson.story - 1, len(moment.steps))


def has_ended(session: Session) -> bool:
    """Say whether the closing page is shown at the end of the story, not looked up before it."""
    return session.look.is_closing and is_at_end(session)


def step_forward(session: Session) -> Session:
    """Go on by one step, over those that are passed, and to the closing page at the lesson's end.

    Behind the closing page of a lesson that trains lies the next iteration.
    """
    lesson, moment = session.lesson, session.moment
    if lesson is None or moment is None:
        return session
    if is_at_end(session) and not session.look.is_closing:
        return replace(session, look=replace(session.look, is_closing=True, scroll=0))
    return _unpassed(session, steps_forward)


def several_forward(session: Session, count: int) -> Session:
    """Go on by so many steps at once, past the closing page where iterations follow it."""
    if session.lesson is None or session.moment is None:
        return session
    is_over = not session.lesson.trains and session.step + count > len(session.moment.steps)
    if not is_over:
        return steps_forward(session, count)
    end = moved(session, 0, len(session.moment.steps))
    return replace(end, look=replace(end.look, is_closing=True))


def step_back(session: Session) -> Session:
    """Go back by one step, over those that are passed."""
    return _unpassed(session, steps_back)


def _unpassed(session: Session, go: Callable[[Session, int], Session]) -> Session:
    """Go by steps over those that the lesson passes, or that stand at other counts of a folded
    repetition."""
    here, lesson, folded = current_step(session), session.lesson, session.look.folded
    if here is not None and lesson is not None:
        folded = chosen_count(lesson.scenes[here.scene].repeated, here.node, folded)
    after = go(replace(session, look=replace(session.look, folded=folded)), 1)
    while _is_passed(after) or is_folded_away(after):
        after = go(after, 1)
    return after


def _is_passed(session: Session) -> bool:
    step, lesson = current_step(session), session.lesson
    if step is None or lesson is None or session.message:
        return False
    return (step.phase.value, step.node) in lesson.passes


def is_folded_away(session: Session) -> bool:
    """Say whether the step is one of a folded repetition, at another count than the one kept."""
    step, lesson, chosen = current_step(session), session.lesson, session.look.folded
    if step is None or lesson is None or session.message:
        return False
    of_line = lesson.scenes[step.scene].repeated.get(step.node.partition(".")[0])
    return chosen is not None and of_line is not None and of_line.nearest(chosen) != of_line.count


def next_entry(session: Session) -> LessonEntry | None:
    """Return the lesson after the open one in the library, None behind the last."""
    entries = session.library.entries
    path = None if session.lesson is None else session.lesson.path
    place = next((i for i, entry in enumerate(entries) if entry.path == path), len(entries))
    return next((entry for entry in entries[place + 1 :] if not entry.problem), None)


def open_next(session: Session) -> Outcome:
    """Open the next lesson where the learner left it; nothing happens behind the last one."""
    entry = next_entry(session)
    if entry is None:
        return session, ()
    command = dict(session.library.commands).get(entry.id, "")
    return session, (PauseTraining(), OpenLesson(str(entry.path), command))


def show_closing(session: Session, count: int = 1) -> Session:
    """Show the lesson's closing page, or leave it."""
    is_closing = not (session.look.is_closing and session.screen is Screen.STUDY)
    look = replace(session.look, is_closing=is_closing, scroll=0)
    return replace(session, screen=Screen.STUDY, look=look)
