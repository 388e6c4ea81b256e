"""A regular file, read without ever waiting for another program."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_regular(path: Path, most: int) -> bytes | None:
    """Return at most so many bytes of a file; None where it is a pipe, a device or the like.

    Raises:
        OSError: The file cannot be read, or is a folder.
    """
    # Opening a pipe without O_NONBLOCK would wait for a writer that may never come.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
