"""Finding the lesson that the command line names, and the session it asks for."""

from __future__ import annotations

import argparse
import math

from gdtutor.cli.arguments import PLAY
from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.opening import placed, session_at
from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.play.options import playground_of_line
from gdtutor.session.iteration_limit import OPENING_PATIENCE, PATIENCE
from gdtutor.session.navigation import refolded
from gdtutor.session.playing import play_session, reopened
from gdtutor.session.state import Screen, Session, Walk
from gdtutor.values import replace


def session_of(arguments: argparse.Namespace, patience: float = math.inf) -> Walk:
    """Return the session that LESSON, --at, --set, --seed, --example, --unfold and --digits name.

    Args:
        arguments: What the command line says.
        patience: Seconds that the way to a place may take; Ctrl-C ends it where nobody waits at
            keys.

    Raises:
        GdTutorError: For whatever of them cannot be used.
    """
    if arguments.lesson.startswith(PLAY):
        line = arguments.lesson.removeprefix(PLAY)
        playground = playground_of_line(line, getattr(arguments, "own_files", False))
        session: Walk = reopened(
            play_session(Session(patience=patience), playground),
            map(parse_assignment, arguments.changes),
        )
    else:
        session = session_at(
            lesson_path(arguments.lesson),
            seed=arguments.seed,
            variant=arguments.variant,
            changes=arguments.changes,
            patience=patience,
        )
    return _looked_at(session, arguments)


def _looked_at(session: Walk, arguments: argparse.Namespace) -> Walk:
    """Return a session at the place, and looked at in the way, that the arguments name."""
    digits = getattr(arguments, "digits", None) or session.look.digits
    folded = getattr(arguments, "fold", None)
    session = replace(session, look=replace(session.look, digits=digits, folded=folded))
    if getattr(arguments, "predict", False):
        session = replace(session, predict=True)
    unfolded = _unfolded(session, getattr(arguments, "unfold", ""))
    if unfolded:
        session = refolded(session, unfolded)
    if arguments.at:
        session = placed(replace(session, screen=Screen.STUDY), arguments.at)
    return _following(session, getattr(arguments, "example", 0))


def waited_session_of(arguments: argparse.Namespace) -> Walk:
    """Return the session that somebody waits for, who will walk on from it with keys.

    Raises:
        GdTutorError: For whatever of the arguments cannot be used, or takes too long to come to.
    """
    return replace(session_of(arguments, OPENING_PATIENCE), patience=PATIENCE)


def _following(session: Walk, example: int) -> Walk:
    size = len(session.moment.batch)
    if example and example >= size:
        what = f"there is no example {example}"
        raise GdTutorError(what, f"the batch holds 0 to {max(size - 1, 0)}")
    return replace(session, look=replace(session.look, example=example))


def _unfolded(session: Walk, text: str) -> frozenset[str]:
    known = [line.name for scene in session.lesson.scenes for line in scene.graph.lines]
    if text == "all":
        return frozenset(known)
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    for name in sorted(names - set(known)):
        hint = did_you_mean(name, known) or f"there are {', '.join(known)}, or all"
        raise GdTutorError(f"--unfold: there is no line '{name}'", hint)
    return names
