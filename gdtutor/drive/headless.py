"""The program without a terminal: keys in, the session that they lead to out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import overload

from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import Quit, SweepRuns, Train, WriteLesson
from gdtutor.session.handlers import Handlers, carried_out, nothing
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Snapshot, Walk
from gdtutor.session.training import catch_up
from gdtutor.session.trials import swept_to_end
from gdtutor.session.update import Action, Failed, Progressed, Told, update

Deadline = Callable[[], bool] | None
"""Asked between bursts; training ends once it says True."""


@overload
def pressed(session: Walk, presses: Iterable[Press], deadline: Deadline = None) -> Walk: ...
@overload
def pressed(session: Session, presses: Iterable[Press], deadline: Deadline = None) -> Session: ...
def pressed(session: Session, presses: Iterable[Press], deadline: Deadline = None) -> Session:
    """Return the session after some keys; a walk stays one.

    Training runs to its end before the next key, so the same keys always lead to the same session,
    where there is no deadline; what follows a key that quits is not pressed.
    """
    done = handlers(deadline)
    for press in presses:
        session, effects = update(session, press)
        if any(isinstance(effect, Quit) for effect in effects):
            return session
        session = carried_out(session, effects, done)
    return session


def _swept(session: Session, effect: SweepRuns, deadline: Deadline) -> Session:
    return update(session, swept_to_end(session, effect.sweep, deadline))[0]


def trained(
    effect: Train, deadline: Deadline = None, clock: Callable[[], float] | None = None
) -> Snapshot:
    """Train to the end, or as far as is asked for; the time it took is left out.

    Args:
        effect: What is asked for.
        deadline: Asked between bursts; training ends once it says True.
        clock: Tells the time in seconds, by which bursts get their length.
    """
    effect.run.advance(
        iterations=effect.iterations,
        deadline=deadline,
        beyond=effect.iterations is not None,
        clock=clock,
    )
    catch_up(effect, deadline, clock)
    return snapshot_of(effect.run)


def _news(effect: Train, deadline: Deadline) -> Action:
    try:
        return Progressed(trained(effect, deadline))
    except GdTutorError as error:
        return Failed(str(error))


def _opened(path: str) -> Action:
    try:
        return open_lesson(Path(path))
    except GdTutorError as error:
        return Told(str(error), is_error=True)


def _not_written(session: Session, _effect: WriteLesson) -> Session:
    return update(session, Told("Nothing is written without a terminal."))[0]


def handlers(deadline: Deadline = None) -> Handlers:
    """Return what is done without a terminal: nothing goes on, nobody looks, nothing is kept."""
    return Handlers(
        open_lesson=lambda session, effect: update(session, _opened(effect.path))[0],
        train=lambda session, effect: update(session, _news(effect, deadline))[0],
        sweep_runs=lambda session, effect: _swept(session, effect, deadline),
        pause_training=nothing,
        save_place=nothing,
        copy_text=nothing,
        show_palette=nothing,
        time_examples=nothing,
        write_lesson=_not_written,
        keep_attempt=nothing,
        quit=nothing,
    )
