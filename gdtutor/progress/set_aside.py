"""Moving a file that cannot be used out of the way, once, whoever else tries the same."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no two programs can hold a file open while one renames it.
    fcntl = None  # type: ignore[assignment]

COMPANIONS = ("-journal", "-wal", "-shm")
"""Files that SQLite keeps beside a database; what they hold belongs to that database alone."""

Identity = tuple[int, int]
"""Device and inode: which file a path leads to."""


def identity_of(path: Path) -> Identity | None:
    """Return which file the path leads to now, or None."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def move_aside(path: Path, examined: Identity | None, kind: str) -> Path | None:
    """Rename the examined file and what SQLite keeps beside it.

    Returns:
        The new path, or None when the path no longer leads to the examined file: another program
        has then moved it already.

    Raises:
        OSError: it cannot be renamed.
    """
    with _locked(path):
        if examined is None or identity_of(path) != examined:
            return None
        aside = _free_name(path, kind)
        # The journal goes first: left behind, it would be played back into the next file.
        for companion in COMPANIONS:
            with contextlib.suppress(FileNotFoundError):
                os.replace(f"{path}{companion}", f"{aside}{companion}")
        os.replace(path, aside)
        return aside


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one program at a time move the file that the path leads to."""
    if fcntl is None:
        yield
        return
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _free_name(path: Path, kind: str) -> Path:
    """Reserve the first free name such as `progress.sqlite.damaged-1`."""
    number = 1
    while True:
        aside = path.with_name(f"{path.name}.{kind}-{number}")
        try:
            aside.touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return aside
