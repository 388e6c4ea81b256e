"""What a session requests of the outside, answered alike for every front end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, count
from pathlib import Path
from time import perf_counter
from typing import assert_never

from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.session.effects import (
    Effect,
    OpenLesson,
    OwnEffect,
    Request,
    TimeExamples,
    WriteFile,
)
from gdtutor.session.opening import Opened, Resumed
from gdtutor.session.state import Session, Walk
from gdtutor.session.update import Action, Timed, Told, update
from gdtutor.training.files import read_regular
from gdtutor.training.timing import time_examples
from gdtutor.values import Struct


class Outside(Struct, frozen=True):
    """What a front end has of the outside."""

    open_lesson: Callable[[Path], Opened] = open_lesson
    """Reads a lesson and makes its run; raises GdTutorError."""
    resume: Callable[[Path, str], Walk] | None = None
    """Opens a lesson at the place that a command line names; raises GdTutorError."""
    clock: Callable[[], float] | None = perf_counter
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
        return (outside.open_lesson(path),)
    try:
        return (Resumed(outside.resume(path, command)),)
    except GdTutorError as error:
        # The lesson was changed since, or the place is too far: the lesson is not gone.
        opened = outside.open_lesson(path)
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
