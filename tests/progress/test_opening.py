"""Opening whatever stands in the place of the progress file."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

import pytest

from gdtutor.progress.schema import APPLICATION_ID, MIGRATIONS, Finished, ProgressError, SavedPlace
from gdtutor.progress.set_aside import identity_of, move_aside
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace

PLACE = LessonPlace(3, 2, 10, ("b=1",), "gdtutor bias --set b=1 --at 3/step:2", 100.0)
NEXT_FORMAT = (*MIGRATIONS, ("ALTER TABLE finished ADD COLUMN stars INTEGER NOT NULL DEFAULT 0",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "progress.sqlite"


@pytest.fixture
def written(path: Path) -> Path:
    """A progress file of several pages."""
    with ProgressStore(path) as store:
        for number in range(40):
            store.apply([SavedPlace(f"lesson-{number}", PLACE)])
        store.apply([Finished("lesson-0", 50.0)])
        store.apply([SavedPlace("bias", PLACE)])
    assert path.stat().st_size > 3 * 4096
    return path


@pytest.fixture
def folder_without_rights() -> Iterator[Path]:
    """A folder whose files this user cannot write, even when the tests run as root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shut").mkdir(mode=0)
        with ProgressStore(folder / "progress.sqlite") as store:
            store.apply([SavedPlace("bias", PLACE)])
        folder.chmod(0o555)
        (folder / "progress.sqlite").chmod(0o444)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if is_root:
                os.seteuid(0)
            folder.chmod(0o755)


def execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def assert_starts_afresh(path: Path, kind: str, content: bytes) -> None:
    """The file is kept under another name, the learner is told, and saving works."""
    with ProgressStore(path) as store:
        (message,) = store.messages
        assert f"{path} is {kind}" in message
        assert f"progress.sqlite.{kind}-1" in message
        assert store.is_saving
        assert store.places() == {}
        store.apply([SavedPlace("bias", PLACE)])
    with ProgressStore(path) as store:
        assert store.messages == ()
        assert store.places() == {"bias": PLACE}
    assert path.with_name(f"progress.sqlite.{kind}-1").read_bytes() == content


def test_the_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "share" / "gdtutor" / "progress.sqlite"
    with ProgressStore(path) as store:
        assert store.is_saving
    assert path.parent.stat().st_mode & 0o077 == 0


def test_one_file_is_left_and_it_has_no_write_ahead_log(written: Path) -> None:
    assert [one.name for one in written.parent.iterdir()] == ["progress.sqlite"]
    connection = sqlite3.connect(written)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


@pytest.mark.parametrize(
    "content",
    [b"xy", b"not a database\n" * 1000, b"SQLite format 3\0", b"\0" * 8192],
    ids=["bytes", "text", "magic alone", "zeros"],
)
def test_a_file_that_is_no_database_is_moved_aside(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert_starts_afresh(path, "damaged", content)


@pytest.mark.sampled
@pytest.mark.parametrize("kept", [2, 50, 100, 512, 4095, 4096, 8192, -4096, -1])
def test_a_truncated_file_is_moved_aside(written: Path, kept: int) -> None:
    content = written.read_bytes()[:kept]
    written.write_bytes(content)
    assert_starts_afresh(written, "damaged", content)


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(8))
def test_a_page_of_noise_is_moved_aside(written: Path, seed: int) -> None:
    rng = random.Random(seed)
    content = bytearray(written.read_bytes())
    page = rng.randrange(len(content) // 4096)
    content[page * 4096 : (page + 1) * 4096] = rng.randbytes(4096)
    written.write_bytes(content)
    assert_starts_afresh(written, "damaged", bytes(content))


@pytest.mark.sampled
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE attempt",
        "ALTER TABLE place DROP COLUMN edits",
        "UPDATE place SET edits = 'no list' WHERE lesson = 'bias'",
        "UPDATE place SET edits = '[1]' WHERE lesson = 'bias'",
        "UPDATE place SET step = -1 WHERE lesson = 'bias'",
        "UPDATE place SET iteration = 'many' WHERE lesson = 'bias'",
        "UPDATE finished SET at = x'00'",
        "UPDATE place SET command = cast(x'ff' AS TEXT) WHERE lesson = 'bias'",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
    ],
)
def test_a_file_that_holds_what_no_record_wrote_is_moved_aside(
    written: Path, statement: str
) -> None:
    execute(written, statement)
    assert_starts_afresh(written, "damaged", written.read_bytes())


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE bookmark (url TEXT)",),
        ("CREATE TABLE bookmark (url TEXT)", "PRAGMA application_id = 252006674"),
        ("CREATE TABLE place (lesson TEXT)", "PRAGMA user_version = 1"),
    ],
)
def test_another_programs_database_is_moved_aside_unchanged(
    path: Path, statements: tuple[str, ...]
) -> None:
    execute(path, *statements)
    assert_starts_afresh(path, "foreign", path.read_bytes())


@pytest.mark.parametrize("content", [b"", b"S"], ids=["empty", "a byte, which SQLite ignores"])
def test_an_empty_file_is_used_and_said(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with ProgressStore(path) as store:
        assert "was empty" in store.messages[0]
        store.apply([SavedPlace("bias", PLACE)])
    with ProgressStore(path) as store:
        assert store.messages == ()
        assert store.last_lesson() == "bias"


def test_files_moved_aside_earlier_are_never_overwritten(path: Path) -> None:
    for content in (b"first", b"second"):
        path.write_bytes(content)
        ProgressStore(path).close()
    assert path.with_name("progress.sqlite.damaged-1").read_bytes() == b"first"
    assert path.with_name("progress.sqlite.damaged-2").read_bytes() == b"second"


def test_what_sqlite_keeps_beside_a_file_goes_with_it(path: Path) -> None:
    """A journal that stayed would be played back into the next file."""
    names = [path.name + end for end in ("", "-journal", "-wal", "-shm")]
    for name in names:
        path.with_name(name).write_text(name)
    aside = move_aside(path, identity_of(path), "damaged")
    assert aside == path.with_name("progress.sqlite.damaged-1")
    for name in names:
        assert not path.with_name(name).exists()
        moved = name.replace(path.name, aside.name)
        assert path.with_name(moved).read_text() == name


def test_a_file_that_another_program_has_replaced_stays_where_it_is(written: Path) -> None:
    examined = identity_of(written)
    written.rename(written.with_name("moved"))
    ProgressStore(written).close()
    assert move_aside(written, examined, "damaged") is None
    assert written.exists()


def in_format(migrations: tuple[tuple[str, ...], ...]) -> AbstractContextManager[object]:
    """Have the store know other formats for a while."""
    return patch("gdtutor.progress.opening.MIGRATIONS", migrations)


def test_a_newer_format_is_left_alone_and_nothing_is_saved(written: Path) -> None:
    with in_format(NEXT_FORMAT):
        ProgressStore(written).close()
    content = written.read_bytes()
    with ProgressStore(written) as store:
        (message,) = store.messages
        assert "newer gdtutor" in message
        assert "format 2" in message
        assert "update gdtutor" in message
        assert not store.is_saving
        assert store.places() == {}
        assert store.lessons() == ()
        with pytest.raises(ProgressError, match="newer gdtutor"):
            store.apply([SavedPlace("bias", PLACE)])
    assert written.read_bytes() == content
    assert [one.name for one in written.parent.iterdir()] == ["progress.sqlite"]


def test_an_older_format_is_migrated_and_keeps_everything(written: Path) -> None:
    with ProgressStore(written) as store:
        before = store.as_json()
    with in_format(NEXT_FORMAT), ProgressStore(written) as store:
        assert store.messages == ()
        assert store.as_json() == before
        store.apply([Finished("bias", 70.0)])
    connection = sqlite3.connect(written)
    rows = connection.execute("SELECT lesson, stars FROM finished ORDER BY at").fetchall()
    assert rows == [("lesson-0", 0), ("bias", 0)]
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()


def test_a_migration_that_fails_leaves_the_old_file_whole(written: Path) -> None:
    broken = (*NEXT_FORMAT, ("CREATE TABLE later (a)", "INSERT INTO later VALUES (1, 2)"))
    with in_format(broken), ProgressStore(written) as store:
        assert not store.is_saving
        assert "not saved" in store.messages[0]
    with ProgressStore(written) as store:
        assert store.messages == ()
        assert store.last_lesson() == "bias"


def test_every_format_up_to_the_newest_is_marked_as_this_programs(written: Path) -> None:
    connection = sqlite3.connect(written)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_a_read_only_file_is_read_and_not_saved(folder_without_rights: Path) -> None:
    with ProgressStore(folder_without_rights / "progress.sqlite") as store:
        (message,) = store.messages
        assert "cannot be written" in message
        assert not store.is_saving
        assert store.places() == {"bias": PLACE}
        with pytest.raises(ProgressError, match="cannot be written"):
            store.apply([SavedPlace("bias", PLACE)])


@pytest.mark.parametrize("name", ["none.sqlite", "missing/progress.sqlite", "shut/progress.sqlite"])
def test_a_folder_that_cannot_be_written_means_no_saving(
    folder_without_rights: Path, name: str
) -> None:
    with ProgressStore(folder_without_rights / name) as store:
        assert "not saved" in store.messages[0]
        assert not store.is_saving
        assert store.places() == {}
        with pytest.raises(ProgressError, match="not saved"):
            store.apply([SavedPlace("bias", PLACE)])


def test_a_path_below_a_file_and_a_folder_in_its_place_mean_no_saving(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for path in (tmp_path / "file" / "progress.sqlite", tmp_path):
        with ProgressStore(path) as store:
            assert not store.is_saving
            assert "not saved" in store.messages[0]
    assert (tmp_path / "file").read_text() == "text"
