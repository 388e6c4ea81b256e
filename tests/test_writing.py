"""Files are written whole, and what is no file is not replaced by one."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically


def test_an_old_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    for text in ("a long first text\n", "short\n"):
        write_atomically(path, text)
        assert path.read_text(encoding="utf-8") == text
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_atomically(pipe, "σ\n")
    reader.join()
    assert read == ["σ\n"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["", "none/out.txt"])
def test_what_cannot_be_written_is_an_error_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    with pytest.raises(GdTutorError, match="cannot be written"):
        write_atomically(tmp_path / name, "text")
    assert os.listdir(tmp_path) == []
