"""Which of the author's notes is shown at a step: the most specific of those that are true."""

from __future__ import annotations

from gdtutor.lesson.model import Note
from gdtutor.lesson.when import When
from gdtutor.session.moment import Moment, changed_gradients, changed_values
from gdtutor.session.state import Status, Walk
from gdtutor.session.steps import Phase, Step


def note_for(session: Walk, step: Step) -> Note | None:
    """Return the author's note for a step, None where none is true there."""
    lesson, moment = session.lesson, session.moment
    first = next(s for s in moment.steps if (s.phase, s.scene) == (step.phase, step.scene))
    is_first = first.number == step.number
    found = [
        note
        for note in lesson.scenes[step.scene].notes
        if note.phase == step.phase.value
        and (note.node in (step.node, step.state or None) or (is_first and not note.node))
        # At what is remembered of a parameter its own new value is not known yet.
        and not (step.state and note.node != step.state and "{new " in note.text)
        and holds_at(session, moment, note.when, step)
    ]
    # Of notes as specific as each other, that of the very step.
    return max(found, key=lambda n: (n.when.specificity, n.node == step.state), default=None)


def holds_at(session: Walk, moment: Moment, when: When, step: Step) -> bool:
    """Say whether what was written for some iterations, variant and values holds at a step."""
    lesson = session.lesson
    if when.variant not in ("", lesson.variant):
        return False
    if moment.iteration < when.first or (when.last is not None and moment.iteration > when.last):
        return False
    if when.trained and moment.iteration != end_of_training(session):
        return False
    return when.always or _is_own(session, moment, step)


def comes_after_training(session: Walk) -> bool:
    """Say whether the walk is where no iteration of training is: its parameters are those that
    training ends with, or follow from them, and its update is never made.
    """
    return session.lesson.trains and session.moment.iteration >= end_of_training(session)


def end_of_training(session: Walk) -> int:
    """Return the iteration that training ends with: where it did end, else as the settings say, or
    as far as it went on by epochs beyond them.
    """
    training, run = session.train.snapshot, session.run
    if training.of is run and training.status is Status.FINISHED:
        return training.iterations
    end = run.last_iteration if run.stopped_by is None else run.farthest
    return max(end, training.iterations) if training.of is run else end


def _is_own(session: Walk, moment: Moment, step: Step) -> bool:
    """Say whether what is known of a step's graph is what the lesson's own run has there."""
    if session.seed is not None:
        return False
    if not any(change.iteration <= moment.iteration for change in session.changes):
        return True
    own = session.own_moment
    if own is None or changed_values(moment, own, step.scene):
        return False
    if changed_gradients(moment, own, step.scene):
        return False
    return step.phase is not Phase.UPDATE or _updates_alike(moment, own)


def _updates_alike(moment: Moment, own: Moment) -> bool:
    same = (moment.settings, moment.learning_rate) == (own.settings, own.learning_rate)
    return same and all(
        moment.updates[name].p.tobytes() == update.p.tobytes()
        for name, update in own.updates.items()
        if name in moment.updates
    )
