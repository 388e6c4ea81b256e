"""The story of a lesson: its steps as → takes them, its closing page, and the next lesson."""

from __future__ import annotations

from collections.abc import Callable

from gdtutor.lesson.discovery import LessonEntry
from gdtutor.lesson.repetition import chosen_count
from gdtutor.session.asking import question_for, question_on_leaving
from gdtutor.session.effects import OpenLesson, PauseTraining, Result
from gdtutor.session.moving import moved
from gdtutor.session.navigation import is_passed, looking, steps_back, steps_forward
from gdtutor.session.predict import posed, question_left, revealed
from gdtutor.session.state import Screen, Session, W, Walk, current_step
from gdtutor.values import replace


def is_at_end(session: Walk) -> bool:
    """Say whether the cursor stands on the last step of the lesson's story."""
    lesson, moment = session.lesson, session.moment
    return (moment.iteration, session.step) == (lesson.story - 1, len(moment.steps))


def has_ended(session: Walk) -> bool:
    """Say whether the closing page is shown at the end of the story, not looked up before it."""
    return session.look.is_closing and is_at_end(session)


def step_on(session: Walk, count: int) -> Walk:
    """Go on by so many steps; one step alone may end at a question."""
    if session.challenge is not None:
        return revealed(session)
    if count != 1:
        return several_forward(session, count)
    leaving = None if session.look.is_closing else question_on_leaving(session)
    if leaving is not None and leaving.name not in session.left:
        return posed(session, leaving)
    after = step_forward(session)
    step = current_step(after)
    if step is None or after.message or after.look.is_closing:
        return after
    challenge = question_for(after, step)
    is_left = challenge is not None and challenge.name in session.left
    if challenge is None or (is_left and not challenge.hides):
        return after
    asked = posed(after if challenge.hides else session, challenge)
    return question_left(asked) if is_left else asked


def step_forward(session: Walk) -> Walk:
    """Go on by one step, over those that are passed, and to the closing page at the lesson's end.

    Behind the closing page of a lesson that trains lies the next iteration.
    """
    if is_at_end(session) and not session.look.is_closing:
        return _at_closing(session)
    return _unpassed(session, steps_forward)


def several_forward(session: Walk, count: int) -> Walk:
    """Go on by so many steps at once, past the closing page where iterations follow it.

    Where a repetition is folded, its steps at other counts are none; a count for more than an
    iteration takes them all.
    """
    if session.look.folded is not None and count <= len(session.moment.steps):
        for _ in range(count):
            session = step_forward(session)
        return session
    is_over = not session.lesson.trains and session.step + count > len(session.moment.steps)
    if not is_over:
        return steps_forward(session, count)
    end = moved(session, 0, len(session.moment.steps))
    return _at_closing(end)


def step_back(session: Walk) -> Walk:
    """Go back by so many steps; by one, or where a repetition is folded, over those passed."""
    count = session.times
    if count == 1 or (session.look.folded is not None and count <= len(session.moment.steps)):
        for _ in range(count):
            session = _unpassed(session, steps_back)
        return session
    return steps_back(session, count)


def _unpassed(session: Walk, go: Callable[[Walk, int], Walk]) -> Walk:
    """Go by steps over those that the lesson passes, or that stand at other counts of a folded
    repetition."""
    here, lesson, folded = current_step(session), session.lesson, session.look.folded
    if here is not None:
        folded = chosen_count(lesson.scenes[here.scene].repeated, here.node, folded)
    after = go(looking(session, folded=folded), 1)
    passed: tuple[int, ...] = ()
    while _is_passed(after) or is_folded_away(after):
        passed += (after.step,) * _is_passed(after)
        after = go(after, 1)
    return replace(after, passed=tuple(sorted(passed))) if passed else after


def _is_passed(session: Walk) -> bool:
    step = current_step(session)
    return step is not None and not session.message and is_passed(session, step)


def is_folded_away(session: Walk) -> bool:
    """Say whether the step is one of a folded repetition, at another count than the one kept."""
    step, lesson, chosen = current_step(session), session.lesson, session.look.folded
    if step is None or session.message:
        return False
    of_line = lesson.scenes[step.scene].repeated.get(step.node.partition(".")[0])
    return chosen is not None and of_line is not None and of_line.nearest(chosen) != of_line.count


def next_entry(session: Walk) -> LessonEntry | None:
    """Return the lesson after the open one in the library, None behind the last."""
    entries = session.library.entries
    path = session.lesson.path
    place = next((i for i, entry in enumerate(entries) if entry.path == path), len(entries))
    return next((entry for entry in entries[place + 1 :] if entry.id and not entry.problem), None)


def open_where_left(session: Session, entry: LessonEntry) -> Result:
    """Open a lesson where the learner left it."""
    command = session.library.command_left(entry.id)
    return session, (PauseTraining(), OpenLesson(str(entry.path), command))


def show_closing(session: W) -> W:
    """Show the lesson's closing page, or leave it."""
    is_shown = session.look.is_closing and session.screen is Screen.STUDY
    walk = replace(session, screen=Screen.STUDY)
    return looking(walk, is_closing=False, scroll=0) if is_shown else _at_closing(walk)


def _at_closing(session: W) -> W:
    """Return the session on the closing page, which has no matrix whose cell could be open."""
    return looking(session, is_closing=True, scroll=0, cell=None)
