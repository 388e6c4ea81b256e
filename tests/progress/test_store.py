"""Writing to the progress file while other things happen to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gdtutor.progress.schema import Attempt, ProgressError, SavedPlace
from gdtutor.progress.store import ProgressStore, default_path
from gdtutor.session.catalogue import LessonPlace

PLACE = LessonPlace(3, 2, 10, (), "gdtutor bias --at 3/step:2", 100.0)
LONG = Attempt("bias", "z", "9" * 100_000, False, None, 1.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "progress.sqlite"


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The size of the disk in pages of 4 KiB, which a test may change."""
    sizes = {"limit": 1000}
    connect = sqlite3.connect

    class Limited(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            super().execute(f"PRAGMA max_page_count = {sizes['limit']}")
            return super().execute(sql, *rest)

    monkeypatch.setattr(
        "gdtutor.progress.opening.sqlite3.connect",
        lambda *args, **options: connect(*args, factory=Limited, **options),
    )
    return sizes


def test_a_full_disk_loses_nothing_that_was_saved_and_saving_goes_on_later(
    path: Path, pages: dict[str, int]
) -> None:
    with ProgressStore(path) as store:
        store.apply([SavedPlace("bias", PLACE)])
        pages["limit"] = 10
        with pytest.raises(ProgressError, match="the disk is full"):
            store.apply((SavedPlace("xor-hidden", PLACE), LONG))
        assert store.places() == {"bias": PLACE}
        assert store.attempts("bias") == ()
        pages["limit"] = 1000
        store.apply((SavedPlace("xor-hidden", PLACE), LONG))
    with ProgressStore(path) as store:
        assert store.messages == ()
        assert list(store.places()) == ["bias", "xor-hidden"]
        assert store.attempts("bias") == (LONG,)


def test_a_disk_that_is_full_from_the_start_is_said_and_tried_again(
    path: Path, pages: dict[str, int]
) -> None:
    pages["limit"] = 1
    with ProgressStore(path) as store:
        assert not store.is_saving
        assert "the disk is full" in store.messages[0]
        assert store.places() == {}
        with pytest.raises(ProgressError, match="the disk is full"):
            store.apply([SavedPlace("bias", PLACE)])
        pages["limit"] = 1000
        store.apply([SavedPlace("bias", PLACE)])
        assert store.is_saving
        assert store.places() == {"bias": PLACE}


def test_another_programs_lock_is_waited_for_and_then_reported(path: Path) -> None:
    with ProgressStore(path, busy_seconds=0.01) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProgressError, match="keeps the file locked"):
            store.apply([SavedPlace("bias", PLACE)])
        with pytest.raises(ProgressError, match="keeps the file locked"):
            store.places()
        with ProgressStore(path, busy_seconds=0.01) as second:
            assert not second.is_saving
            assert "keeps the file locked" in second.messages[0]
            other.execute("ROLLBACK")
            other.close()
            second.apply([SavedPlace("bias", PLACE)])
        store.apply([SavedPlace("xor-hidden", PLACE)])
        assert list(store.places()) == ["bias", "xor-hidden"]


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "deleted"])
def test_a_file_that_goes_away_is_made_again_before_anything_counts_as_saved(
    path: Path, moved: bool
) -> None:
    with ProgressStore(path) as store:
        store.apply([SavedPlace("bias", PLACE)])
        if moved:
            path.rename(path.with_name("elsewhere"))
        else:
            path.unlink()
        store.apply([SavedPlace("xor-hidden", PLACE)])
    with ProgressStore(path) as store:
        assert store.places() == {"xor-hidden": PLACE}


def test_two_open_stores_see_each_others_records(path: Path) -> None:
    with ProgressStore(path) as first, ProgressStore(path) as second:
        first.apply([SavedPlace("bias", PLACE)])
        second.apply([SavedPlace("xor-hidden", PLACE)])
        assert first.places() == second.places()
        assert first.last_lesson() == "xor-hidden"


def test_the_file_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/someone/data")
    assert default_path().name == "progress.sqlite"
    assert default_path().parent.name == "gdtutor"
