"""A store of progress without a file, for tests of what is written to any of them."""

from __future__ import annotations

from collections.abc import Sequence

from gdtutor.progress.schema import (
    Attempt,
    Finished,
    Record,
    Reset,
    SavedPlace,
)
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace


class MemoryStore(ProgressStore):
    """Progress that is gone with the program; may be shared between threads."""

    location = None

    def __init__(self) -> None:
        self._records: tuple[Record, ...] = ()

    def apply(self, records: Sequence[Record]) -> None:
        """Keep the records until the program ends."""
        kept = self._records
        for record in records:
            if isinstance(record, Reset):
                kept = tuple(one for one in kept if one.lesson_id != record.lesson_id)
            elif isinstance(record, SavedPlace):
                kept = (*(one for one in kept if not _is_place_of(one, record.lesson_id)), record)
            else:
                kept = (*kept, record)
        self._records = kept

    def places(self) -> dict[str, LessonPlace]:
        """Return where the learner is in each lesson, the lesson last saved last."""
        return {one.lesson_id: one.place for one in self._records if isinstance(one, SavedPlace)}

    def attempts(self, lesson_id: str) -> tuple[Attempt, ...]:
        """Return the attempts in a lesson, oldest first."""
        return tuple(
            one for one in self._records if isinstance(one, Attempt) and one.lesson_id == lesson_id
        )

    def finished_lessons(self) -> dict[str, float]:
        """Return the lessons that were finished, with the time of the first finish."""
        newest_first = reversed(self._records)
        return {one.lesson_id: one.when for one in newest_first if isinstance(one, Finished)}

    def lessons(self) -> tuple[str, ...]:
        """Return the ids of all lessons about which anything is remembered, sorted."""
        return tuple(sorted({one.lesson_id for one in self._records}))

    def close(self) -> None:
        """Do nothing: there is no file."""


def _is_place_of(record: Record, lesson_id: str) -> bool:
    return isinstance(record, SavedPlace) and record.lesson_id == lesson_id
