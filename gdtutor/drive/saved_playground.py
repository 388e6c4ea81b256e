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


def written(effect: WriteLesson) -> Told:
    """Write a playground, beside data that lie elsewhere; return what the learner is told."""
    try:
        path = save_playground(effect.playground, effect.playground.folder)
    except GdTutorError as error:
        return Told(str(error), is_error=True)
    missing = f" It is without what the walk has {effect.left_out}." if effect.left_out else ""
    return Told(f"Wrote {path}: gdtutor {path} walks it, gdtutor check passes it.{missing}")


def save_playground(playground: Playground, folder: Path) -> Path:
    """Write a playground as a lesson file under the next free name, and return its path.

    Raises:
        GdTutorError: The file cannot be written.
    """
    name = Path(playground.data).relative_to(playground.folder).as_posix()
    data = re.sub(r"[^a-z0-9]+", "-", name.removesuffix(".csv").lower()).strip("-")
    names = (f"play-{data or 'file'}{f'-{n}' if n > 1 else ''}" for n in count(1))
    name = next(name for name in names if not (folder / f"{name}.md").exists())
    path = folder / f"{name}.md"
    write_atomically(path, text_of(playground, name))
    return path
