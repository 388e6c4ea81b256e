"""What of a session is remembered, and how it is saved off the key path: by a thread that writes
what it is handed and says when it is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue

from gdtutor.progress.schema import Attempt, Finished, ProgressError, Record, SavedPlace
from gdtutor.progress.store import ProgressStore
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.library import place_left
from gdtutor.session.state import Session, Walk
from gdtutor.values import Struct, asdict, replace


class WriterState(Struct, frozen=True):
    """How far saving has come."""

    acknowledged: int = 0
    """The ticket up to which every record is on the disk; 0 as long as none is."""
    problem: str = ""
    """Why records are waiting unsaved, as a sentence; empty when none is."""
    notices: tuple[str, ...] = ()
    """What the learner should know about how the store was opened."""


def coalesce(records: Iterable[Record]) -> tuple[Record, ...]:
    """Leave out every place that a later place of the same lesson replaces."""
    kept: dict[str | int, Record] = {}
    for number, record in enumerate(records):
        key = record.lesson_id if isinstance(record, SavedPlace) else number
        kept.pop(key, None)
        kept[key] = record
    return tuple(kept.values())


class ProgressWriter:
    """Writes records in a thread of its own, in the order in which they come.

    Records that cannot be saved are kept and tried again with the next one and at the end.

    Args:
        open_store: opens the store; called in the thread, which alone uses what it returns.
        on_change: called in the thread with every new state; must return soon and not raise.
    """

    def __init__(
        self,
        open_store: Callable[[], ProgressStore],
        on_change: Callable[[WriterState], None] = lambda state: None,
    ) -> None:
        self._open_store = open_store
        self._on_change = on_change
        self._queue: SimpleQueue[Record | None] = SimpleQueue()
        self.given = 0
        """The ticket of the last record put; never less than what is acknowledged."""
        self._is_closed = False
        self.state = WriterState()
        """How far saving has come; may be read from any thread."""
        # A daemon: a disk that never answers must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._thread.start()

    def put(self, record: Record) -> int:
        """Hand over a record and return its ticket at once; tickets count from 1.

        Called from one thread only.

        Raises:
            ValueError: the writer is closed.
        """
        if self._is_closed:
            raise ValueError("the progress writer is closed")
        # Counted before the thread can have it: whoever hears of this record finds it counted.
        self.given += 1
        self._queue.put(record)
        return self.given

    def close(self, timeout: float) -> bool:
        """Write what is waiting, and return whether everything put is on the disk.

        Args:
            timeout: how long to wait for that, in seconds; what is then unsaved may be lost.
        """
        if not self._is_closed:
            self._is_closed = True
            self._queue.put(None)
        self._thread.join(timeout)
        return self.state.acknowledged == self.given

    def _run(self) -> None:
        waiting: tuple[Record, ...] = ()
        taken = 0
        with self._open_store() as store:
            if store.messages:
                self._change(replace(self.state, notices=store.messages))
            is_last = False
            while not is_last:
                records, is_last = self._take()
                taken += len(records)
                waiting = coalesce((*waiting, *records))
                if waiting and self._save(store, waiting, taken):
                    waiting = ()

    def _take(self) -> tuple[tuple[Record, ...], bool]:
        """Wait for a record, and return all that are there and whether they are the last."""
        records = []
        record = self._queue.get()
        while record is not None:
            records.append(record)
            try:
                record = self._queue.get_nowait()
            except Empty:
                return tuple(records), False
        return tuple(records), True

    def _save(self, store: ProgressStore, records: tuple[Record, ...], ticket: int) -> bool:
        """Write the records and report it; return whether they are written."""
        try:
            store.apply(records)
        except ProgressError as error:
            self._change(replace(self.state, problem=str(error), notices=store.messages))
            return False
        acknowledged = ticket if store.is_saving else 0
        self._change(WriterState(acknowledged, "", store.messages))
        return True

    def _change(self, state: WriterState) -> None:
        self.state = state
        self._on_change(state)


CLOSING_SECONDS = 3.0
"""How long the end of the program waits for the last step to be on the disk."""


def place_of_session(session: Session, now: float) -> SavedPlace | None:
    """Return where the learner is, None where no lesson is open.

    Args:
        session: The session.
        now: The time, in seconds since 1970.
    """
    if not isinstance(session, Walk):
        return None
    return SavedPlace(session.lesson.id, place_left(session, now))


class ProgressKeeper:
    """Hands what is to be remembered to the writer's thread, and says how far that has come.

    Args:
        open_store: Opens the store; called in the writer's thread.
        clock: The time, in seconds since 1970.
        start_writer: Starts what writes, from `open_store` and what is to hear of every change.
    """

    def __init__(
        self,
        open_store: Callable[[], ProgressStore],
        clock: Callable[[], float],
        start_writer: Callable[
            [Callable[[], ProgressStore], Callable[[WriterState], None]], ProgressWriter
        ] = ProgressWriter,
    ) -> None:
        self._clock = clock
        self._listener: Callable[[str, str], None] | None = None
        self._passed_on: tuple[str, ...] = ()
        self._telling = threading.Lock()
        self._finished: set[str] = set()
        self._writer = start_writer(open_store, self._changed)

    def listen(self, listener: Callable[[str, str], None]) -> None:
        """Have somebody told, from the writer's thread, of every change.

        Args:
            listener: Gets `saved`, `not saved yet`, or nothing before there is anything to save,
                and a message for the learner or nothing.
        """
        self._listener = listener
        told = None
        # The thread may report while this state is told; then the newer one is told last.
        while told is not (state := self._writer.state):
            self._changed(state)
            told = state

    def save(self, session: Session) -> None:
        """Remember where the learner is, and whether the lesson is finished; return at once."""
        record = place_of_session(session, self._clock())
        if record is None or not isinstance(session, Walk):
            return
        self._writer.put(record)
        if record.lesson_id in session.library.finished and record.lesson_id not in self._finished:
            self._finished.add(record.lesson_id)
            self._writer.put(Finished(record.lesson_id, self._clock()))

    def keep(self, attempt: KeepAttempt) -> None:
        """Remember an answer; return at once."""
        self._writer.put(Attempt(**asdict(attempt), when=self._clock()))

    def close(self) -> str:
        """Wait for the last record to be on the disk; return why it is not, or nothing."""
        if self._writer.close(CLOSING_SECONDS):
            return ""
        state = self._writer.state
        return state.problem or " ".join(state.notices) or "The last steps were not saved in time."

    def _changed(self, state: WriterState) -> None:
        """Tell the listener of a state; what nobody listens to yet is told to the first who does.

        Runs in the writer's thread, which may be done with a record before `put` has returned. So
        what there is to save is asked of the writer, which counts a record before it writes it.
        """
        listener = self._listener
        if listener is None:
            return
        messages = (*state.notices, *((state.problem,) if state.problem else ()))
        with self._telling:
            fresh = [message for message in messages if message not in self._passed_on]
            self._passed_on = (*self._passed_on, *fresh)
        given = self._writer.given
        word = "saved" if state.acknowledged >= given else "not saved yet"
        # Where nothing was given to keep there is nothing to say.
        listener(word if given else "", " ".join(fresh))
