"""The program without a terminal: keys in, the session that they lead to out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import Effect, OpenLesson, Quit, SweepRuns, Train, WriteLesson
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Snapshot, Status
from gdtutor.session.sweeps import news_of
from gdtutor.session.training import catch_up
from gdtutor.session.update import Action, Failed, Progressed, Told, update


def pressed(session: Session, presses: Iterable[Press]) -> Session:
    """Return the session after some keys.

    Training runs to its end before the next key, so the same keys always lead to the same session;
    what follows a key that quits is not pressed.
    """
    for press in presses:
        session, effects = update(session, press)
        if any(isinstance(effect, Quit) for effect in effects):
            return session
        for effect in effects:
            session = _carried_out(session, effect)
    return session


def _carried_out(session: Session, effect: Effect) -> Session:
    """Return the session after an effect; without a terminal nothing is saved or paused."""
    match effect:
        case Train():
            return update(session, _news(effect))[0]
        case SweepRuns():
            effect.sweep.advance()
            return update(session, news_of(effect.sweep, Status.PAUSED))[0]
        case OpenLesson():
            return update(session, _opened(effect.path))[0]
        case WriteLesson():
            return update(session, Told("Nothing is written without a terminal."))[0]
    return session


def trained(
    effect: Train,
    deadline: Callable[[], bool] | None = None,
    clock: Callable[[], float] | None = None,
) -> Snapshot:
    """Train to the end, or as far as is asked for; the time it took is left out.

    Args:
        effect: What is asked for.
        deadline: Asked between bursts; training ends once it says True.
        clock: Tells the time in seconds, by which bursts get their length.
    """
    progress = effect.run.advance(
        iterations=effect.iterations,
        deadline=deadline,
        beyond=effect.iterations is not None,
        clock=clock,
    )
    catch_up(effect, deadline, clock)
    status = Status.PAUSED if progress.stopped_by is None else Status.FINISHED
    return snapshot_of(effect.run, status)


def _news(effect: Train) -> Action:
    try:
        return Progressed(trained(effect))
    except GdTutorError as error:
        return Failed(str(error))


def _opened(path: str) -> Action:
    try:
        return open_lesson(Path(path))
    except GdTutorError as error:
        return Told(str(error), is_error=True)
