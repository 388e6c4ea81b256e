"""Effects carried out: one function for all of them, and a handler for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, assert_never

from gdtutor.session.effects import (
    CopyText,
    Effect,
    KeepAttempt,
    OpenLesson,
    PauseTraining,
    Quit,
    SavePlace,
    ShowPalette,
    SweepRuns,
    TimeExamples,
    Train,
    WriteLesson,
)
from gdtutor.session.state import Session
from gdtutor.values import Struct

E = TypeVar("E")


class Handlers(Struct, frozen=True, eq=False):
    """What is done for each kind of effect. None has a default, so that none is forgotten.

    Each takes the session and the effect, and returns the session after it.
    """

    open_lesson: Callable[[Session, OpenLesson], Session]
    train: Callable[[Session, Train], Session]
    sweep_runs: Callable[[Session, SweepRuns], Session]
    pause_training: Callable[[Session, PauseTraining], Session]
    save_place: Callable[[Session, SavePlace], Session]
    copy_text: Callable[[Session, CopyText], Session]
    show_palette: Callable[[Session, ShowPalette], Session]
    time_examples: Callable[[Session, TimeExamples], Session]
    write_lesson: Callable[[Session, WriteLesson], Session]
    keep_attempt: Callable[[Session, KeepAttempt], Session]
    quit: Callable[[Session, Quit], Session]


def carried_out(session: Session, effects: Iterable[Effect], handlers: Handlers) -> Session:
    """Return the session after some effects; what follows one that quits is not carried out."""
    for effect in effects:
        session = _done(session, effect, handlers)
        if isinstance(effect, Quit):
            break
    return session


def _done(session: Session, effect: Effect, handlers: Handlers) -> Session:
    match effect:
        case OpenLesson():
            return handlers.open_lesson(session, effect)
        case Train():
            return handlers.train(session, effect)
        case SweepRuns():
            return handlers.sweep_runs(session, effect)
        case PauseTraining():
            return handlers.pause_training(session, effect)
        case SavePlace():
            return handlers.save_place(session, effect)
        case CopyText():
            return handlers.copy_text(session, effect)
        case ShowPalette():
            return handlers.show_palette(session, effect)
        case TimeExamples():
            return handlers.time_examples(session, effect)
        case WriteLesson():
            return handlers.write_lesson(session, effect)
        case KeepAttempt():
            return handlers.keep_attempt(session, effect)
        case Quit():
            return handlers.quit(session, effect)
        case _:
            assert_never(effect)


def nothing(session: Session, _effect: object) -> Session:
    """Handle what this outside has nothing to do for."""
    return session


def only(act: Callable[[E], object]) -> Callable[[Session, E], Session]:
    """Return a handler that does something outside, and leaves the session as it is."""

    def handled(session: Session, effect: E) -> Session:
        act(effect)
        return session

    return handled
