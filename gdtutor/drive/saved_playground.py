"""`W` in the playground: it is written as a lesson file, beside those that are there."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.play.lesson_text import text_of
from gdtutor.play.playground import Playground
from gdtutor.session.effects import WriteLesson
from gdtutor.session.update import Told
from gdtutor.training.files import read_regular


def written(effect: WriteLesson) -> Told:
    """Write a playground, beside data that lie elsewhere; return what the learner is told."""
    try:
        path, is_new = save_playground(effect.playground, effect.playground.folder)
    except GdTutorError as error:
        return Told(str(error), is_error=True)
    call, whole = effect.program, path.resolve()
    if not is_new:
        return Told(f"{whole} holds it already: {call} play {path} opens it.{effect.told}")
    what = f"Wrote settings and start, without trained weights, to {whole}"
    return Told(f"{what}: {call} {path} walks it.{effect.told}")


def save_playground(playground: Playground, folder: Path) -> tuple[Path, bool]:
    """Write a playground as a lesson file under the next free name, unless one before holds it.

    Returns:
        The file, and whether it is new.

    Raises:
        GdTutorError: The file cannot be written.
    """
    name = Path(playground.data).relative_to(playground.folder).as_posix()
    data = re.sub(r"[^a-z0-9]+", "-", name.removesuffix(".csv").lower()).strip("-")
    stem = f"play-{data or 'file'}"
    paths = (folder / f"{stem}{f'-{n}' if n > 1 else ''}.md" for n in count(1))
    path = next(path for path in paths if not path.exists() or _holds(path, playground))
    if path.exists():
        return path, False
    write_atomically(path, text_of(playground, path.stem))
    return path, True


def _holds(path: Path, playground: Playground) -> bool:
    """Say whether this playground is what a file there is."""
    text = text_of(playground, path.stem).encode()
    try:
        return read_regular(path, len(text) + 1) == text
    except OSError:
        return False
