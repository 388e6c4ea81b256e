"""The learner's file: read before the program runs, and put back where it took itself away."""

from __future__ import annotations

from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.values import Struct

MOST_BYTES = 1 << 20
"""Largest program that is read."""


class LearnersFile(Struct, frozen=True):
    """A program's file and its text."""

    path: Path
    text: str

    def put_back(self) -> tuple[str, ...]:
        """Write the file again where running it has deleted it, and say so."""
        if self.path.exists():
            return ()
        write_atomically(self.path, self.text)
        return (f"The program deleted {self.path.name}; it was written back.",)


def read_learners(path: Path) -> LearnersFile:
    """Read a program.

    Raises:
        GdTutorError: There is none, or it is no text.
    """
    if path.is_dir():
        raise GdTutorError(f"'{path}' is a folder", "name a Python file")
    try:
        data = path.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        hint = f"`gdtutor judge LESSON {path} --new` writes one to begin with"
        raise GdTutorError(f"'{path}': {error.strerror}", hint) from None
    if len(data) > MOST_BYTES:
        raise GdTutorError(f"'{path}' is larger than 1 MB", "name a Python file")
    try:
        return LearnersFile(path, data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise GdTutorError(f"'{path}' is no UTF-8 text", "save it as UTF-8") from None
