"""The cursor goes to a step of an iteration, which is computed where it is another one."""

from __future__ import annotations

from gdtutor.lesson.model import Lesson
from gdtutor.session.challenge import Challenge
from gdtutor.session.changes import earlier_values
from gdtutor.session.iteration_limit import check_reach
from gdtutor.session.moment import Moment, moment_at
from gdtutor.session.state import W, Walk, current_step
from gdtutor.session.steps import Step
from gdtutor.training.run import Run
from gdtutor.values import replace


def first_moment(lesson: Lesson, run: Run, seed: int | None) -> Moment:
    """Compute iteration 0 of a lesson without changes, all its lines folded."""
    return moment_at(lesson, run, 0, frozenset(), earlier_values(lesson, seed, (), 0, run.batch(0)))


def moment_of(session: Walk, iteration: int) -> Moment:
    """Compute an iteration with the session's changes and folding.

    Raises:
        GdTutorError: It lies too far beyond what is trained.
    """
    lesson, run = session.lesson, session.run
    check_reach(run, iteration, session.patience)
    earlier = earlier_values(lesson, session.seed, session.changes, iteration, run.batch(iteration))
    return moment_at(lesson, run, iteration, session.look.unfolded, earlier)


def own_moment_of(session: Walk, iteration: int) -> Moment | None:
    """Compute the same iteration of the lesson's own run.

    None where nothing was changed before it, or where it lies so far that replaying would stall.
    """
    lesson, original = session.lesson, session.original
    if not any(change.iteration <= iteration for change in session.changes):
        return None
    if original.seconds_beyond(iteration) > session.patience:
        return None
    earlier = earlier_values(lesson, session.seed, (), iteration, original.batch(iteration))
    return moment_at(lesson, original, iteration, session.look.unfolded, earlier)


def previous_of(session: Walk, moment: Moment) -> Moment | None:
    """Compute the iteration before another; None where it is the first, or nothing is trained."""
    before = moment.iteration - 1
    return moment_of(session, before) if before >= 0 and session.lesson.trains else None


def moved(session: W, iteration: int, step: int) -> W:
    """Return the session at a step of an iteration; the example stays within the batch.

    Raises:
        GdTutorError: It lies too far beyond what is trained.
    """
    moment, own, previous = session.moment, session.own_moment, session.previous
    if iteration != moment.iteration:
        moment = moment_of(session, iteration)
        own = own_moment_of(session, iteration)
        is_next = iteration == session.moment.iteration + 1
        previous = session.moment if is_next else previous_of(session, moment)
    step = min(step, len(moment.steps))
    is_same = iteration == session.moment.iteration and step == session.step
    look = session.look
    if not is_same:
        # A picture that was put away comes back where the lesson shows it again.
        look = replace(look, scroll=0, cell=None, proof=False, mistakes=False, given="", page=0,
                       below=0, figure=look.figure or None)  # fmt: skip
    most = max(len(moment.batch) - 1, 0)
    look = replace(look, example=min(look.example, most), is_closing=False)
    challenge = session.challenge if is_same else None
    return replace(
        session, moment=moment, own_moment=own, previous=previous, step=step, look=look,
        challenge=challenge, passed=session.passed if is_same else (),
        is_answered=session.is_answered and is_same,
    )  # fmt: skip


def moved_to(session: W, iteration: int, step: Step) -> W:
    """Return the session at the same node in an iteration, whose steps may be others after a
    change.

    Raises:
        GdTutorError: It lies too far beyond what is trained.
    """
    after = moved(session, iteration, step.number)
    return moved(after, iteration, same_place(step, after.moment))


def recomputed(session: W) -> W:
    """Return the session with its iteration computed anew, the cursor on the same node.

    Raises:
        GdTutorError: It lies too far beyond what is trained.
    """
    before = current_step(session)
    moment = moment_of(session, session.moment.iteration)
    own = own_moment_of(session, session.moment.iteration)
    step = session.step if before is None else same_place(before, moment)
    challenge = _same_challenge(session.challenge, before, moment, step)
    previous = previous_of(session, moment)
    return replace(
        session, moment=moment, own_moment=own, previous=previous, step=step, challenge=challenge
    )


def _same_challenge(
    challenge: Challenge | None, before: Step | None, moment: Moment, number: int
) -> Challenge | None:
    """Return the question with its step renumbered; none where the step is no longer there."""
    if challenge is None or before is None or not challenge.hides:
        return None
    step = moment.steps[number - 1]
    is_same = (step.node, step.variable) == (before.node, before.variable)
    return replace(challenge, step=step) if is_same else None


def same_place(before: Step, moment: Moment) -> int:
    """Return the number of a step at the same node, or as near to it as there is one."""
    same = [
        step for step in moment.steps if step.scene == before.scene and step.phase is before.phase
    ]
    exact = [s for s in same if (s.node, s.variable) == (before.node, before.variable)]
    line = before.node.partition(".")[0]
    near = [s for s in same if s.node == before.node] or [s for s in same if s.node == line]
    found = exact or near or same
    return found[0].number if found else 1
