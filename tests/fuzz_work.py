"""One process of the fuzzing: it tries row after row of cases, under bounds, until one fails.

Whatever is wrong with a case ends the process: an exception, a crash of the interpreter, too much
time or memory, no end at all. Each case lies in a file before it is tried, so that whoever started
the process can read what ended it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import mmap
import os
import resource
import sys
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, process_time

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz_cases import CHOICES, KINDS, Read, check
from tests.fuzz_tape import Tape

FREE_FRAMES = 800
"""Depth of calls that a case may use: less than the program has left when it reads a lesson."""
HANG = 5
"""A case is ended after about so many times its seconds by the clock, whatever it does."""
DRAWN = 5
"""Cases that Hypothesis draws at a time: to draw one by one costs as much as to try them."""
_SIZE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a case may cost."""

    seconds: float = 2.0
    """Of the processor, for one case."""
    mebibytes: int = 1024
    """Address space of the whole process."""
    shrinking: float = 20.0
    """Seconds in which a shorter case is looked for, once one has failed."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cases of one kind that Hypothesis draws from one seed; or one given case."""

    number: int
    kind: str
    seed: int
    cases: int
    data: bytes | None = None
    """The one case; None where they are drawn."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a row that holds."""

    row: Row
    cases: int
    """How many were tried; fewer than the row has where the time was up."""
    lessons: int
    """How many of them are lessons."""
    slowest: float
    """Seconds of the processor that one of them took at most."""
    memory: int
    """Bytes that the process held at most, so far."""


class TooSlowError(AssertionError):
    """A case that took longer than it may."""


class Slot:
    """A file that holds the present case, whatever happens to the process that wrote it.

    It is mapped into memory: a case costs less than a call of the system.
    """

    ROOM = 4 * 2**20

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(self.ROOM))
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), self.ROOM)

    def put(self, data: bytes) -> None:
        """Keep a case in place of the one before."""
        data = data[: self.ROOM - _SIZE_BYTES]
        self._map[_SIZE_BYTES : _SIZE_BYTES + len(data)] = data
        self._map[:_SIZE_BYTES] = len(data).to_bytes(_SIZE_BYTES, "big")

    @staticmethod
    def held(path: Path) -> bytes:
        """Return the case that a slot's file holds."""
        data = path.read_bytes()
        size = int.from_bytes(data[:_SIZE_BYTES], "big")
        return data[_SIZE_BYTES : _SIZE_BYTES + size]


class Trial:
    """Tries cases one after the other, and counts."""

    def __init__(
        self, folder: Path, slot: Slot, bounds: Bounds, reader: Read, until: float
    ) -> None:
        self.cases = 0
        self.lessons = 0
        self.slowest = 0.0
        self._folder = folder
        self._slot = slot
        self._bounds = bounds
        self._reader = reader
        self._until = until
        self._failed_at: float | None = None
        self._shortest: int | None = None
        self._armed_at: float | None = None

    @property
    def has_failed(self) -> bool:
        """Whether a case has failed, so that shorter ones are looked for."""
        return self._failed_at is not None

    def __call__(self, data: bytes) -> None:
        """Try one case, unless the time is up.

        Raises:
            BaseException: Whatever is wrong with it.
        """
        now = monotonic()
        if self._failed_at is not None and now > self._failed_at + self._bounds.shrinking:
            os._exit(1)
        if now > self._until and self._failed_at is None:
            return
        self._slot.put(data)
        # The watchdog is a thread: to start one for each case would cost more than the case.
        if self._armed_at is None or now > self._armed_at + self._bounds.seconds / 2:
            faulthandler.dump_traceback_later(HANG * self._bounds.seconds, exit=True)
            self._armed_at = now
        try:
            self._try(data)
        except BaseException:
            # Nothing that comes out of a case is right, be it a MemoryError or SystemExit.
            self._failed_at = self._failed_at or now
            self._keep(data)
            raise

    def _try(self, data: bytes) -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_depth() + FREE_FRAMES)
        began = process_time()
        try:
            is_lesson = check(data, self._reader)
        finally:
            sys.setrecursionlimit(limit)
        seconds = process_time() - began
        if seconds > self._bounds.seconds:
            raise TooSlowError(f"it took {seconds:.2f} s, and may take {self._bounds.seconds:g} s")
        self.cases += 1
        self.lessons += is_lesson
        self.slowest = max(self.slowest, seconds)

    def _keep(self, data: bytes) -> None:
        """Keep the shortest case that failed."""
        if self._shortest is None or len(data) < self._shortest:
            self._shortest = len(data)
            (self._folder / "failing").write_bytes(data)
            (self._folder / "why").write_text(traceback.format_exc(), encoding="utf-8")


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def work(orders: Connection, folder: Path, bounds: Bounds, reader: Read, until: float) -> None:
    """Try the rows that are sent, and send what came of each, until there are no more.

    Args:
        orders: Where rows come from, and where a `Done` goes for each.
        folder: Where the present case and the failing one are kept, and what is printed.
        bounds: What a case may cost.
        reader: What is put to the test.
        until: When to stop, on the monotonic clock.
    """
    with open(folder / "printed", "wb") as printed:
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
    faulthandler.enable()
    space = bounds.mebibytes * 2**20
    # Not every system has such a bound; the peak is reported everywhere.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
    slot = Slot(folder / "case")
    while (row := orders.recv()) is not None:
        trial = Trial(folder, slot, bounds, reader, until)
        if row.data is not None:
            trial(row.data)
        else:
            _try_drawn(row, trial)
        faulthandler.cancel_dump_traceback_later()
        orders.send(Done(row, trial.cases, trial.lessons, trial.slowest, _peak()))


def _try_drawn(row: Row, trial: Trial) -> None:
    make = KINDS[row.kind]

    @seed(row.seed)
    @settings(
        max_examples=-(-row.cases // DRAWN),
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.binary(min_size=DRAWN * CHOICES, max_size=DRAWN * CHOICES))
    def every_case_holds(choices: bytes) -> None:
        for start in range(0, len(choices), CHOICES):
            if trial.cases < row.cases or trial.has_failed:
                trial(make(Tape(choices[start : start + CHOICES])))

    every_case_holds()


def _peak() -> int:
    """Return the most memory that this process held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
