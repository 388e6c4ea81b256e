"""Saving in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue

import pytest
from memory_store import MemoryStore

from gdtutor.progress.keeper import ProgressWriter, WriterState, coalesce
from gdtutor.progress.schema import (
    Attempt,
    Finished,
    ProgressError,
    Record,
    Reset,
    SavedPlace,
)
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace

PATIENCE = 60.0
"""Seconds after which a test counts as hung; none waits that long when it passes."""


def saved(step: int, lesson: str = "bias") -> SavedPlace:
    return SavedPlace(lesson, LessonPlace(0, step, 99, (), "gdtutor bias", 0.0))


def answered(number: int) -> Attempt:
    return Attempt("bias", "z", str(number), True, None, 0.0)


class StubbornStore(MemoryStore):
    """A store that writes only when told to, and then as told."""

    is_saving = True

    def __init__(self) -> None:
        super().__init__()
        self.begun: SimpleQueue[int] = SimpleQueue()
        self.verdicts: SimpleQueue[str] = SimpleQueue()

    def apply(self, records: Sequence[Record]) -> None:
        self.begun.put(len(records))
        verdict = self.verdicts.get(timeout=PATIENCE)
        if verdict:
            raise ProgressError(verdict)
        super().apply(records)


@pytest.fixture
def stubborn() -> StubbornStore:
    return StubbornStore()


def test_what_was_put_is_on_the_disk_when_close_says_so(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    writer = ProgressWriter(lambda: ProgressStore(path))
    tickets = [writer.put(answered(number)) for number in range(50)]
    writer.put(Finished("bias", 1.0))
    assert writer.close(PATIENCE)
    assert tickets == list(range(1, 51))
    assert writer.state.acknowledged == 51
    with ProgressStore(path) as store:
        assert [one.answer for one in store.attempts("bias")] == [str(n) for n in range(50)]
        assert store.finished_lessons() == {"bias": 1.0}


def test_an_acknowledged_record_can_be_read_by_another_store(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    states: SimpleQueue[WriterState] = SimpleQueue()
    writer = ProgressWriter(lambda: ProgressStore(path), states.put)
    for step in range(1, 6):
        ticket = writer.put(saved(step))
        assert states.get(timeout=PATIENCE).acknowledged == ticket
        with ProgressStore(path) as store:
            assert store.places()["bias"].step == step
    assert writer.close(PATIENCE)


def test_put_returns_while_the_disk_is_busy_and_nothing_counts_before_it_is_written(
    stubborn: StubbornStore,
) -> None:
    writer = ProgressWriter(lambda: stubborn)
    writer.put(saved(1))
    assert stubborn.begun.get(timeout=PATIENCE) == 1
    assert writer.put(saved(2)) == 2
    assert writer.put(answered(1)) == 3
    assert writer.put(saved(3)) == 4
    assert writer.state.acknowledged == 0
    stubborn.verdicts.put("")
    assert stubborn.begun.get(timeout=PATIENCE) == 2
    assert writer.state.acknowledged == 1
    stubborn.verdicts.put("")
    assert writer.close(PATIENCE)
    assert stubborn.places()["bias"].step == 3
    assert len(stubborn.attempts("bias")) == 1


def test_what_could_not_be_saved_is_said_and_saved_with_the_next(stubborn: StubbornStore) -> None:
    states: SimpleQueue[WriterState] = SimpleQueue()
    writer = ProgressWriter(lambda: stubborn, states.put)
    writer.put(answered(1))
    stubborn.verdicts.put("the disk is full")
    failed = states.get(timeout=PATIENCE)
    assert (failed.acknowledged, failed.problem) == (0, "the disk is full")
    writer.put(answered(2))
    stubborn.verdicts.put("")
    assert states.get(timeout=PATIENCE) == WriterState(2)
    assert writer.close(PATIENCE)
    assert [one.answer for one in stubborn.attempts("bias")] == ["1", "2"]


def test_what_could_not_be_saved_is_tried_once_more_at_the_end(stubborn: StubbornStore) -> None:
    states: SimpleQueue[WriterState] = SimpleQueue()
    writer = ProgressWriter(lambda: stubborn, states.put)
    writer.put(answered(1))
    stubborn.verdicts.put("the disk is full")
    states.get(timeout=PATIENCE)
    stubborn.verdicts.put("")
    assert writer.close(PATIENCE)
    assert len(stubborn.attempts("bias")) == 1


def test_close_does_not_wait_for_ever_and_says_that_not_all_is_saved(
    stubborn: StubbornStore,
) -> None:
    writer = ProgressWriter(lambda: stubborn)
    writer.put(saved(1))
    stubborn.begun.get(timeout=PATIENCE)
    assert not writer.close(0.0)
    stubborn.verdicts.put("")
    assert writer.close(PATIENCE)


def test_a_record_is_counted_before_it_can_be_acknowledged(stubborn: StubbornStore) -> None:
    counts: SimpleQueue[tuple[int, int]] = SimpleQueue()
    writer = ProgressWriter(
        lambda: stubborn, lambda state: counts.put((state.acknowledged, writer.given))
    )
    assert writer.given == 0
    for number in (1, 2):
        writer.put(saved(number))
        stubborn.verdicts.put("")
        assert counts.get(timeout=PATIENCE) == (number, number)
    assert writer.close(PATIENCE)


def test_nothing_can_be_put_after_close() -> None:
    writer = ProgressWriter(MemoryStore)
    assert writer.close(PATIENCE)
    with pytest.raises(ValueError, match="closed"):
        writer.put(saved(1))


def test_memory_is_written_and_never_called_saved() -> None:
    memory = MemoryStore()
    writer = ProgressWriter(lambda: memory)
    writer.put(saved(7))
    assert not writer.close(PATIENCE)
    assert writer.state == WriterState()
    assert memory.places()["bias"].step == 7


def test_a_store_that_cannot_save_passes_its_message_on(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    writer = ProgressWriter(lambda: ProgressStore(tmp_path / "file" / "progress.sqlite"))
    writer.put(saved(1))
    assert not writer.close(PATIENCE)
    assert "not saved" in writer.state.problem
    assert writer.state.notices == (writer.state.problem,)


def test_a_damaged_file_is_reported_while_saving_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    path.write_bytes(b"damaged")
    writer = ProgressWriter(lambda: ProgressStore(path))
    writer.put(saved(1))
    assert writer.close(PATIENCE)
    assert "damaged-1" in writer.state.notices[0]
    assert writer.state.problem == ""


def test_the_store_is_opened_in_the_writers_thread() -> None:
    threads: SimpleQueue[threading.Thread] = SimpleQueue()

    def open_store() -> MemoryStore:
        threads.put(threading.current_thread())
        return MemoryStore()

    ProgressWriter(open_store).close(PATIENCE)
    assert threads.get(timeout=PATIENCE) is not threading.current_thread()


def test_only_places_that_a_later_one_replaces_are_left_out() -> None:
    records = (saved(1), saved(1, "or"), answered(1), saved(2), Reset("or"), answered(2), saved(3))
    assert coalesce(records) == (
        saved(1, "or"),
        answered(1),
        Reset("or"),
        answered(2),
        saved(3),
    )
