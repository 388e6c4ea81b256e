"""What is wrong with values of a lesson file, each told by the path to it in its TOML."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.toml_text import Path
from gdtutor.values import Struct


class Mistake(Struct, frozen=True):
    """A value that cannot be used, by its path."""

    path: Path
    """Ends in "=" where the key itself is at fault."""
    code: str
    what: str
    hint: str


Mistakes = list[Mistake]
"""Where what is wrong is collected, for the checks that go on behind it."""


class Wrong(GdTutorError):
    """Raised by a reader or a check: why a value cannot be used."""

    def __init__(self, code: str, what: str, hint: str, at: Path = ()) -> None:
        super().__init__(what, hint)
        self.code = code
        self.at = at
        """The path from the value to the part at fault."""


@contextmanager
def located(*path: str | int, code: str = "") -> Iterator[None]:
    """Raise what is wrong inside as `Wrong`, at a part of the value.

    Args:
        path: The way from the value to the part.
        code: Stands for the error's own.
    """
    try:
        yield
    except GdTutorError as error:
        raise Wrong(code or error.code, error.what, error.hint, (*path, *_part(error))) from None


@contextmanager
def collected(mistakes: Mistakes, *path: str | int, code: str = "") -> Iterator[None]:
    """Add what is wrong inside to the mistakes, and go on behind it; see `located`."""
    try:
        yield
    except GdTutorError as error:
        at = (*path, *_part(error))
        mistakes.append(Mistake(at, code or error.code, error.what, error.hint))


def _part(error: GdTutorError) -> Path:
    return error.at if isinstance(error, Wrong) else ()
