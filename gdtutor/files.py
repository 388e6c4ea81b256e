"""Files are written whole or not at all, and read without ever waiting for another program;
templates that stand beside a module are read by part."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from string import Template

from gdtutor.engine.errors import GdTutorError


def read_regular(path: Path, most: int) -> bytes | None:
    """Return at most so many bytes of a file; None where it is a pipe, a device or the like.

    Raises:
        OSError: The file cannot be read, or is a folder.
    """
    # Opening a pipe without O_NONBLOCK would wait for a writer that may never come.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None


def template_parts(module: str, name: str) -> dict[str, Template]:
    """Return the parts of a template that stands beside a module, each behind a line `#: PART`.

    Args:
        module: The module's own file.
        name: The template's.
    """
    text = Path(module).with_name(name).read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split("#: ")[1:])
    return {part: Template(rest) for part, _, rest in parts}


def write_atomically(path: str | Path, text: str, *, is_private: bool = False) -> None:
    """Write a text file so that a reader sees the old one or the whole new one.

    What is no file, such as /dev/stdout or a pipe, is written into.

    Args:
        path: The file.
        text: All that it holds.
        is_private: Whether the user alone may read it.

    Raises:
        GdTutorError: Where the file cannot be written.
    """
    target = Path(path)
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_text(text, encoding="utf-8", newline="\n")
            return
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            # mkstemp makes a private file.
            if not is_private:
                os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, target)
        except BaseException:
            # Ctrl-C as well leaves nothing behind.
            os.unlink(temporary)
            raise
    except OSError as error:
        raise _refused(target, error) from None


def write_new(path: Path, text: str) -> None:
    """Write a text file that is not there yet, whole or not at all.

    Raises:
        GdTutorError: It is there, be it as a link, or it cannot be written.
    """
    try:
        # "x" refuses a file that is there, a link as well.
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:  # Ctrl-C as well
                path.unlink()
                raise
    except FileExistsError:
        raise GdTutorError(f"'{path}' is there already", "choose another name") from None
    except OSError as error:
        raise _refused(path, error) from None


def _refused(path: Path, error: OSError) -> GdTutorError:
    return GdTutorError(f"'{path}' cannot be written: {error.strerror}", "name a file that can be")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
