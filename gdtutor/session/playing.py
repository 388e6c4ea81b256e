"""The playground: a change of it, made or taken back, goes on with its run or begins anew."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gdtutor.lesson.runs import run_of
from gdtutor.lesson.selectors import Assignment
from gdtutor.play.lesson_text import lesson_of
from gdtutor.play.playground import Playground, fitted
from gdtutor.session.digits import raised
from gdtutor.session.edits import with_change
from gdtutor.session.effects import PauseTraining, Result
from gdtutor.session.navigation import said
from gdtutor.session.opening import Opened, opened
from gdtutor.session.snapshots import at_rest
from gdtutor.session.state import (
    EditHistory,
    PastPlay,
    Play,
    Playing,
    Screen,
    Session,
    Status,
    Training,
    TrainLook,
    Walk,
)
from gdtutor.session.training import one_iteration, start_training
from gdtutor.values import asdict, replace

MOST_INPUT = 10.0
"""The largest input of a file that is not too large for neurons."""
MOST_PAST = 20
"""Changes that can be taken back, each with its run."""


def play_session(session: Session, playground: Playground) -> Playing:
    """Return the session in a playground that nothing was trained in yet.

    Raises:
        GdTutorError: It is no lesson, or cannot be trained.
    """
    session = from_start(session, Play(playground), TrainLook())
    return said(session, _unscaled(session)) if playground.columns else session


def _unscaled(session: Playing) -> str:
    """Return how inputs of a file are scaled that are so large that neurons are flat there."""
    playground, problem = session.play.playground, session.original.segments[0].problem
    values = problem.examples[:, problem.columns.index(playground.columns[0])]
    largest = np.abs(problem.examples[:, :2]).max()
    if largest <= MOST_INPUT or playground.features != playground.dataset.inputs:
        return ""
    scaled = f"({playground.columns[0]}{-values.mean():+.3g})/{values.std() or 1.0:.2g}"
    told = f"Inputs go up to {raised(largest, 4):.4g}, where neurons are flat"
    return f"{told}; features as {scaled} scale them."


def from_start(session: Session, play: Play, train_look: TrainLook) -> Playing:
    """Return the session in a playground of which nothing was trained."""
    lesson = lesson_of(play.playground)
    walk = opened(session, Opened(lesson, run_of(lesson)))
    train = Training(look=replace(train_look, cursor=None))
    return Playing(**{**asdict(walk), "screen": Screen.PLAY, "train": train}, play=bounded(play))


def bounded(play: Play) -> Play:
    """Return the playground with the chosen neuron among those that there are."""
    layer = min(play.layer, len(play.playground.layers) - 1)
    neuron = min(play.neuron, play.playground.width_of(layer) - 1)
    edge = play.edge
    if edge is not None:
        edge = min(edge, play.playground.width_of(layer - 1) - 1) if layer else None
    return replace(play, layer=layer, neuron=neuron, edge=edge)


def reopened(session: Playing, changes: Iterable[Assignment]) -> Playing:
    """Return the playground with what was changed on the way of its run; undo takes rates back."""
    for change in changes:
        play, past = session.play, _past(session, session.play)
        session = with_change(session, change)
        if change.name == "learning_rate":
            done = (*play.done, replace(past, at=change.iteration))[-MOST_PAST:]
            rate = session.run.segments[-1].settings.learning_rate
            playground = replace(play.playground, rate=rate)
            session = replace(session, play=replace(play, playground=playground, done=done))
    return session


def with_past(session: Playing, before: Iterable[tuple[Walk, str]]) -> Playing:
    """Return the playground with what undo goes back to, each with the keys that train it."""
    done = []
    for there, keys in before:
        if not isinstance(there, Playing):
            continue
        epochs, more = (_pressed(keys, key) for key in "ni")
        at = epochs * there.run.iterations_per_epoch + more
        done.append(replace(_past(there, there.play), at=at))
    return replace(session, play=replace(session.play, done=tuple(done)))


def _pressed(keys: str, key: str) -> int:
    """Return how often a key is pressed among others."""
    words = [word[:-1] or "1" for word in keys.split() if word.endswith(key)]
    return sum(int(word) for word in words if word.isdigit())


def changed(session: Playing, playground: Playground, what: str) -> Result:
    """Return the session with another playground; its training goes on where it can.

    Args:
        session: In a playground.
        playground: The one that is wanted.
        what: What was changed, for the header.

    Raises:
        GdTutorError: It is no lesson, or cannot be trained.
    """
    play = session.play
    playground = fitted(playground)
    if playground == play.playground:
        return said(session, f"{what} stays as it is."), ()
    past = (*play.done, _past(session, play))[-MOST_PAST:]
    after = replace(play, playground=playground, done=past, undone=())
    is_begun = session.train.snapshot.status is not Status.IDLE
    is_lost = session.train.snapshot.stopped_by == "not_finite"
    is_rate = playground == replace(play.playground, rate=playground.rate)
    if is_begun and is_rate and not is_lost:
        return _gone_on(session, after)
    lasting = playground == replace(play.playground, epochs=playground.epochs)
    is_enough = playground.epochs * session.run.iterations_per_epoch >= session.run.farthest
    if is_begun and lasting and is_enough and not is_lost and not session.changes:
        return _lasting(session, after)
    is_sentence = what.startswith("new ") or ":" in what
    word = f"{what}: begins anew" if is_begun else what if is_sentence else f"{what} changed"
    anew = from_start(session, replace(after, word=word), session.train.look)
    return _trained_as(session, anew) if is_begun else (anew, ())


def _trained_as(session: Playing, there: Playing) -> Result:
    """Return the playground with another run, which is trained on where the one before was."""
    if not session.train.is_running or there.train.snapshot.is_at_end:
        return there, (PauseTraining(),)
    going, effects = start_training(there)
    return going, (PauseTraining(), *effects)


def _gone_on(session: Playing, play: Play) -> Result:
    """Change the learning rate from the next iteration on; the run stays."""
    at, was_running = session.train.snapshot.iterations, session.train.is_running
    rate = play.playground.rate
    session = with_change(session, Assignment("learning_rate", None, rate, at))
    session = replace(session, play=replace(play, word=f"rate: goes on from iteration {at:,}"))
    return start_training(session) if was_running else (session, ())


def _lasting(session: Playing, play: Play) -> Result:
    """Let the run end after another number of epochs; what was trained stays."""
    run = session.run.lasting(play.playground.epochs)
    word = f"epochs: goes on from iteration {run.farthest:,}"
    there = from_start(session, replace(play, word=word), session.train.look)
    there = replace(there, run=run, original=run).with_train(snapshot=at_rest(run))
    return _trained_as(session, there)


def _past(session: Walk, play: Play) -> PastPlay:
    run = session.run
    return PastPlay(play.playground, run, session.original, session.changes, run.farthest)


def undo_play(session: Playing) -> Result:
    """Take the last change back; its run is there as it was left."""
    play = session.play
    after = replace(play, done=play.done[:-1], undone=(*play.undone, _past(session, play)))
    return _back_at(session, after, play.done[-1], "undone: the run as it was")


def redo_play(session: Playing) -> Result:
    """Do an undone change again."""
    play = session.play
    after = replace(play, undone=play.undone[:-1], done=(*play.done, _past(session, play)))
    return _back_at(session, after, play.undone[-1], "done again: the run as it was")


def _back_at(session: Playing, play: Play, past: PastPlay, word: str) -> Result:
    anew = replace(play, playground=past.playground, word=word)
    there, run = from_start(session, anew, session.train.look), past.run
    there = replace(there, run=run, original=past.original, history=EditHistory((past.changes,)))
    there = there.with_train(snapshot=at_rest(run))
    if run.farthest < past.at:
        # It was reopened, and is not trained again before somebody asks for it.
        going, effects = one_iteration(there, past.at - run.farthest)
        return going, (PauseTraining(), *effects)
    return _trained_as(session, there)
