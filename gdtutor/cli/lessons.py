"""Finding the lesson that the command line names, and the session it asks for."""

from __future__ import annotations

import argparse
from dataclasses import replace

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.opening import placed, session_at
from gdtutor.session.navigation import refolded
from gdtutor.session.state import Session


def session_of(arguments: argparse.Namespace) -> Session:
    """Return the session that LESSON, --at, --set, --seed, --example, --unfold and --digits name.

    Raises:
        GdTutorError: For whatever of them cannot be used.
    """
    path = lesson_path(arguments.lesson)
    session = session_at(
        path, seed=arguments.seed, variant=arguments.variant, changes=arguments.changes
    )
    digits = getattr(arguments, "digits", session.look.digits)
    session = replace(session, look=replace(session.look, digits=digits))
    if getattr(arguments, "predict", False):
        session = replace(session, predict=True)
    unfolded = _unfolded(session, getattr(arguments, "unfold", ""))
    if unfolded:
        session = refolded(session, unfolded)
    if arguments.at:
        session = placed(session, arguments.at)
    return _following(session, getattr(arguments, "example", 0))


def _following(session: Session, example: int) -> Session:
    size = len(session.moment.batch) if session.moment is not None else 0
    if example and example >= size:
        raise GdTutorError(
            f"there is no example {example}", f"the batch holds 0 to {max(size - 1, 0)}"
        )
    return replace(session, look=replace(session.look, example=example))


def _unfolded(session: Session, text: str) -> frozenset[str]:
    graphs = [scene.graph for scene in session.lesson.scenes] if session.lesson else []
    known = [line.name for graph in graphs for line in graph.lines]
    if text == "all":
        return frozenset(known)
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    for name in sorted(names - set(known)):
        hint = did_you_mean(name, known) or f"there are {', '.join(known)}, or all"
        raise GdTutorError(f"--unfold: there is no line '{name}'", hint)
    return names
