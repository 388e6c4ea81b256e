"""`gdtutor shot`: a screen as text or SVG, without a terminal, the same bytes every time."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from gdtutor.cli.arguments import PLAY
from gdtutor.cli.lesson_files import check_target, lesson_path
from gdtutor.cli.shell import format_of, print_file, print_lines, printed_chars
from gdtutor.cli.starting import session_of
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.paint.colours import ColourMode, Colours
from gdtutor.play.lesson_text import FILE
from gdtutor.session.moving import moved
from gdtutor.session.state import Screen, Walk, has_opening
from gdtutor.session.trials import tried
from gdtutor.ui.picture import frame_svg, frame_text
from gdtutor.values import replace
from gdtutor.view.frame import CHARACTERS, Chars
from gdtutor.view.screen import Reader


def run(arguments: argparse.Namespace) -> None:
    """Print or write one screen, or write those of all steps of an iteration."""
    arguments.format = format_of(arguments.format, arguments.out)
    is_play = arguments.lesson.startswith(PLAY)
    check_target(arguments.out, FILE if is_play else lesson_path(arguments.lesson))
    session = pressed(session_of(arguments), parse_keys(arguments.keys))
    # A file is drawn from the arguments alone, so that its bytes are the same everywhere.
    chars = CHARACTERS[arguments.chars or "unicode"]
    if arguments.all_steps:
        folder = _folder(arguments.all_steps)
        ending = "svg" if arguments.format == "svg" else "txt"
        reader = Reader()
        for name, step in steps_of(session):
            shot = _shot(step, arguments, chars, reader)
            write_atomically(folder / f"{name}.{ending}", shot)
    elif arguments.out:
        write_atomically(arguments.out, _shot(session, arguments, chars))
    elif arguments.format == "svg":
        print_file(_shot(session, arguments, chars))
    else:
        shot = _shot(session, arguments, printed_chars(arguments.chars))
        print_lines(shot.removesuffix("\n").split("\n"))


def _folder(path: str) -> Path:
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder '{folder}' cannot be made: {error.strerror}"
        raise GdTutorError(what, "name one that can be") from None
    return folder


def steps_of(session: Walk) -> Iterator[tuple[str, Walk]]:
    """Yield the opening page and every step of the iteration, each with a name for its file."""
    lesson, moment = session.lesson, session.moment
    session = replace(session, screen=Screen.STUDY)
    iteration, steps = moment.iteration, moment.steps
    wide = max(len(str(len(steps))), 2)
    if has_opening(lesson) and iteration == 0:
        yield f"{0:0{wide}}-opening", moved(session, 0, 0)
    for step in steps:
        words = (step.phase.value, step.node, "" if step.variable == "p" else step.variable)
        name = "-".join([f"{step.number:0{wide}}", *filter(None, words)])
        yield name, moved(session, iteration, step.number)


def _shot(
    session: Walk, arguments: argparse.Namespace, chars: Chars, reader: Reader | None = None
) -> str:
    """Return a screen as the text of a file, as one sees it who has seen others or none."""
    width, height = arguments.size
    frame = (reader or Reader()).frame(tried(session), width, height, chars)
    if arguments.format != "svg":
        return frame_text(frame, chars) + "\n"
    title = session.lesson.title
    svg = frame_svg(frame, chars, Colours(ColourMode(arguments.color)), title)
    return svg.rstrip("\n") + "\n"
