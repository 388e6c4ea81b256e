"""What of a session is remembered, and by whom it is written."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gdtutor.progress.records import Attempt, Finished, SavedPlace
from gdtutor.progress.store import ProgressStore
from gdtutor.progress.writer import ProgressWriter, WriterState
from gdtutor.session.effects import KeepAttempt
from gdtutor.session.library import place_left
from gdtutor.session.state import Session, Walk
from gdtutor.values import asdict

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
