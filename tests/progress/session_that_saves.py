"""A stand-in for a session, run as a program: it saves as fast as it can and says what is saved.

    python session_that_saves.py FILE LESSON [RECORDS]
    python session_that_saves.py

Step n of the lesson goes with attempt n, so that a reader can tell whether one is missing. It goes
on from the step that the file holds, and writes each acknowledged step on a line of its own.
Without RECORDS it never ends.

Without FILE it begins such a session, as a process of its own, for every line `FILE LESSON` that it
reads: it says which process that is, and after its end that it has ended.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from queue import SimpleQueue

from gdtutor.progress.keeper import ProgressWriter, WriterState
from gdtutor.progress.schema import Attempt, SavedPlace
from gdtutor.progress.store import ProgressStore
from gdtutor.session.catalogue import LessonPlace

PATIENCE = 60.0
IN_FLIGHT = 2
"""Records that are put before the first of them is acknowledged."""


def main(path: Path, lesson: str, records: int | None) -> int:
    states: SimpleQueue[WriterState] = SimpleQueue()
    with ProgressStore(path) as store:
        first = 1 + len(store.attempts(lesson))
    writer = ProgressWriter(lambda: ProgressStore(path, busy_seconds=PATIENCE), states.put)
    steps = itertools.count(first) if records is None else range(first, first + records)
    waiting: dict[int, int] = {}
    for step in steps:
        writer.put(Attempt(lesson, "z", str(step), True, None, float(step)))
        place = LessonPlace(0, step, step, (), f"gdtutor {lesson} --at step:{step}", float(step))
        waiting[writer.put(SavedPlace(lesson, place))] = step
        while len(waiting) >= IN_FLIGHT:
            acknowledged = states.get(timeout=PATIENCE).acknowledged
            for ticket in [one for one in waiting if one <= acknowledged]:
                os.write(1, b"%d\n" % waiting.pop(ticket))
    return 0 if writer.close(PATIENCE) else 1


def begin_each() -> int:
    for line in sys.stdin:
        path, lesson = line.rsplit(maxsplit=1)
        child = os.fork()
        if not child:
            os._exit(main(Path(path), lesson, None))
        os.write(1, b"process %d\n" % child)
        os.waitpid(child, 0)
        os.write(1, b"ended\n")
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(begin_each())
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else None
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], limit))
