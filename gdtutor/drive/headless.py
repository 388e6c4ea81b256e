"""The program without a terminal: keys in, the session that they lead to out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never, overload

from gdtutor.drive.requests import REHEARSED, answered
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.effects import (
    CopyText,
    Effect,
    KeepAttempt,
    PauseTraining,
    Quit,
    ShowPalette,
    SweepRuns,
    Train,
)
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Snapshot, Walk
from gdtutor.session.training import catch_up
from gdtutor.session.trials import swept_to_end
from gdtutor.session.update import Action, Failed, Progressed, update

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
    for press in presses:
        session, effects = update(session, press)
        session = carried_out(session, effects, deadline)
        if any(isinstance(effect, Quit) for effect in effects):
            return session
    return session


def carried_out(session: Session, effects: Iterable[Effect], deadline: Deadline = None) -> Session:
    """Return the session after some effects: nothing goes on, nobody looks, nothing is kept."""
    session, left = answered(session, effects, REHEARSED)
    for effect in left:
        match effect:
            case Train():
                session, _ = update(session, _news(effect, deadline))
            case SweepRuns():
                session, _ = update(session, swept_to_end(session, effect.sweep, deadline))
            case PauseTraining() | CopyText() | ShowPalette() | KeepAttempt() | Quit():
                pass
            case _:
                assert_never(effect)
    return session


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
