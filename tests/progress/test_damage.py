"""Whatever stands where the progress file should: the program starts, and says what it did."""

import os
import random
import sqlite3
from pathlib import Path

import pytest

from gdtutor.progress.schema import Attempt, Finished, SavedPlace
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace

RECORDS = (
    SavedPlace("bias", LessonPlace(3, 5, 13, ("w1=0.9",), "gdtutor bias --at 3/step:5", 1.0)),
    Finished("bias", 2.0),
    Attempt("bias", "q", "1", True, None, 3.0),
)

SAMPLE = int(os.environ.get("FLIPPED_BYTES", "100"))
"""How many bytes after the header are flipped; FLIPPED_BYTES=4000 flips nearly all there are."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "progress.sqlite"


def small_store(path: Path) -> bytes:
    """Return the bytes of a store of the smallest pages, so that few of them mean nothing."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA page_size = 512")
        connection.execute("VACUUM")
    connection.close()
    with ProgressStore(path) as store:
        store.apply(RECORDS)
    return path.read_bytes()


def use(path: Path) -> ProgressStore:
    """Open, read and write a store as the program does, and return it closed."""
    with ProgressStore(path) as store:
        store.places()
        store.finished_lessons()
        store.attempts("bias")
        store.lessons()
        if store.is_saving:
            store.apply(RECORDS)
    return store


def sample(size: int) -> dict[int, int]:
    """Return bytes of a store to flip, with the bits: the header's, and some of the rest."""
    chosen = random.Random(12)
    places = (*range(100), *chosen.sample(range(100, size), SAMPLE))
    return {place: chosen.choice((0xFF, 0x01, 0x80)) for place in places}


@pytest.mark.slow
def test_a_store_with_any_byte_flipped_starts_and_goes_on(path: Path) -> None:
    good = small_store(path)
    assert len(good) < 5000
    outcomes = set()
    for at, mask in sample(len(good)).items():
        for left in path.parent.iterdir():
            left.unlink()
        path.write_bytes(good[:at] + bytes([good[at] ^ mask]) + good[at + 1 :])
        store = use(path)
        # Nothing but a newer program's file is left in place and not written to.
        assert store.is_saving or "a newer gdtutor" in store.messages[0], at
        outcomes.add(any("damaged" in message for message in store.messages))
    assert outcomes == {True, False}


@pytest.mark.parametrize("companion", ["", "-journal", "-wal"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_is_left_and_nothing_is_saved(path: Path, make, companion: str) -> None:
    if companion:
        small_store(path)
    make(f"{path}{companion}")
    with ProgressStore(path) as store:
        assert not store.is_saving
        assert "no regular file" in store.messages[0]
    assert os.path.exists(f"{path}{companion}")


@pytest.mark.parametrize(
    "statements",
    [
        """DROP TABLE place; CREATE VIEW place AS WITH RECURSIVE n(lesson) AS
        (SELECT 'a' UNION ALL SELECT lesson FROM n) SELECT lesson, 1 AS iteration, 1 AS step,
        1 AS steps_total, '[]' AS edits, '' AS command, 1.0 AS updated, 1 AS saved FROM n""",
        "CREATE TRIGGER more AFTER INSERT ON finished BEGIN DELETE FROM place; END",
        "CREATE TABLE other (a)",
    ],
    ids=["recursive view", "trigger", "another table"],
)
def test_a_store_that_holds_more_than_its_tables_is_moved_aside(path: Path, statements) -> None:
    small_store(path)
    with sqlite3.connect(path) as connection:
        connection.executescript(statements)
    connection.close()
    store = use(path)
    assert store.is_saving
    assert "damaged" in store.messages[0]
    assert path.with_name("progress.sqlite.damaged-1").exists()


@pytest.mark.parametrize("edits", ["[" * 100_000, '{"a": 1}', "nothing"])
def test_a_record_that_no_program_wrote_is_damage(path: Path, edits: str) -> None:
    small_store(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE place SET edits = ?, iteration = 9e999", (edits,))
    connection.close()
    assert "damaged" in use(path).messages[0]


def test_without_a_path_nothing_is_kept_and_it_is_said() -> None:
    with ProgressStore(None) as store:
        assert store.lessons() == ()
        assert "set HOME" in store.messages[0]
