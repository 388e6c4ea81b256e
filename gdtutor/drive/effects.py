"""Effects carried out: what a session requests of the outside, answered alike for every front end.

Without a terminal all of them are: keys in, the session that they lead to out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, count
from pathlib import Path
from time import perf_counter
from typing import assert_never, overload

from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import read_regular, write_atomically
from gdtutor.session.effects import (
    CopyText,
    Effect,
    KeepAttempt,
    OpenLesson,
    OwnEffect,
    PauseTraining,
    Quit,
    Request,
    ShowPalette,
    SweepRuns,
    TimeExamples,
    Train,
    WriteFile,
)
from gdtutor.session.opening import Resumed
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Snapshot, Walk
from gdtutor.session.training import catch_up
from gdtutor.session.trials import swept_to_end
from gdtutor.session.update import Action, Failed, Progressed, Timed, Told, update
from gdtutor.training.pacing import Clock, Deadline
from gdtutor.training.timing import time_examples
from gdtutor.values import Struct


class Outside(Struct, frozen=True):
    """What a front end has of the outside."""

    resume: Callable[[Path, str], Walk] | None = None
    """Opens a lesson at the place that a command line names; raises GdTutorError."""
    clock: Clock = perf_counter
    """Times what a picture says of this machine, in seconds; None: nothing is timed."""
    writes: bool = True
    """Whether files may be written."""


REHEARSED = Outside(clock=None, writes=False)
"""What leads to the same session everywhere, and leaves no trace."""


def answered(
    session: Session, effects: Iterable[Effect], outside: Outside
) -> tuple[Session, tuple[OwnEffect, ...]]:
    """Return the session after what it requests, and the effects that are left."""
    left: list[OwnEffect] = []
    for effect in effects:
        if not isinstance(effect, Request):
            left.append(effect)
            continue
        try:
            actions = _answers(effect, outside)
        except GdTutorError as error:
            actions = (Told(str(error), is_error=True),)
        for action in actions:
            session, _ = update(session, action)
    return session, tuple(left)


def _answers(request: Request, outside: Outside) -> tuple[Action, ...]:
    match request:
        case OpenLesson():
            return _opened(Path(request.path), request.command, outside)
        case TimeExamples():
            what = request.problem, request.parameters, request.sizes
            clock = outside.clock
            return () if clock is None else (Timed(time_examples(*what, clock)),)
        case WriteFile():
            refusal = Told("No file is written here; gdtutor in a terminal of your own does it.")
            return (_written(request) if outside.writes else refusal,)
        case _:
            assert_never(request)


def _opened(path: Path, command: str, outside: Outside) -> tuple[Action, ...]:
    if not command or outside.resume is None:
        return (open_lesson(path),)
    try:
        return (Resumed(outside.resume(path, command)),)
    except GdTutorError as error:
        # The lesson was changed since, or the place is too far: the lesson is not gone.
        opened = open_lesson(path)
        return opened, Told(f"Where you left off: {error}", is_error=True)


def _written(effect: WriteFile) -> Told:
    """Write a text under the first name that is free, unless a file before it has that text."""
    wanted = effect.path
    numbered = (wanted.with_stem(f"{wanted.stem}-{n}") for n in count(2))
    path = next(p for p in chain([wanted], numbered) if not p.exists() or _holds(p, effect))
    leads = effect.leads(path)
    if path.exists():
        return Told(f"{path.resolve()} holds it already{leads}")
    write_atomically(path, effect.text(path.stem))
    return Told(f"Wrote {effect.what} to {path.resolve()}{leads}")


def _holds(path: Path, effect: WriteFile) -> bool:
    text = effect.text(path.stem).encode()
    try:
        return read_regular(path, len(text) + 1) == text
    except OSError:
        return False


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


def trained(effect: Train, deadline: Deadline = None, clock: Clock = None) -> Snapshot:
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
