"""Tens of thousands of lesson files, made and mangled: each is a lesson or has located reports.

    python -m tests.fuzz --cases 50000 --seconds 170

The cases are rows of one kind and one seed each, shared out among processes; the same --seed makes
the same rows. A case that raises, crashes, takes too long or too much memory, or does not end, is
saved and ends the command with exit code 1.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

from gdtutor.engine.characters import pictured
from tests.fuzz_cases import KINDS, Read, read
from tests.fuzz_work import Bounds, Done, Row, Slot, work

ROW = 200
"""Cases of a row."""
SHOWN = 3000
"""Characters of a failing case that are printed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried."""

    cases: int
    seconds: float
    """After which no further case is begun."""
    seed: int
    processes: int
    bounds: Bounds
    reader: Read = read
    given: bytes | None = None
    """The one case to try; None where they are drawn."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that is neither a lesson nor located reports."""

    row: Row
    data: bytes
    """The case: the shortest one found, where it could be tried again."""
    why: str
    """What was raised, or how the process ended."""


@dataclass(slots=True)
class Outcome:
    """What was tried, and what came of it."""

    done: list[Done] = field(default_factory=list)
    failure: Failure | None = None
    seconds: float = 0.0

    @property
    def cases(self) -> int:
        """Cases that were tried and hold."""
        return sum(one.cases for one in self.done)


def rows(plan: Plan) -> Iterator[Row]:
    """Yield the rows of a plan, without end: the kinds in turn, each row with a seed of its own."""
    if plan.given is not None:
        yield Row(0, "given", 0, 1, plan.given)
        return
    kinds = tuple(KINDS)
    number = 0
    while True:
        yield Row(number, kinds[number % len(kinds)], plan.seed * 1_000_003 + number, ROW)
        number += 1


@dataclass(slots=True)
class Worker:
    """A process that tries rows."""

    process: BaseProcess
    orders: Connection
    folder: Path
    row: Row | None = None
    """What it tries now."""

    def failure(self) -> Failure:
        """Return what ended the process."""
        self.process.join()
        if self.row is None:
            raise RuntimeError((self.folder / "printed").read_text(encoding="utf-8"))
        failing = self.folder / "failing"
        if failing.is_file():
            why = (self.folder / "why").read_text(encoding="utf-8")
            return Failure(self.row, failing.read_bytes(), why)
        printed = (self.folder / "printed").read_text(encoding="utf-8", errors="replace")
        why = f"{printed}\nthe process ended with exit code {self.process.exitcode}"
        return Failure(self.row, Slot.held(self.folder / "case"), why)


def fuzz(plan: Plan, folder: Path) -> Outcome:
    """Try the cases of a plan until they are done, the time is up, or one fails.

    Args:
        plan: What is to be tried.
        folder: An empty folder for what the processes leave.
    """
    began = monotonic()
    # Each process is a copy of one that has imported everything.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.fuzz_work", "tests.planted_readers"])
    workers = []
    for number in range(plan.processes):
        own = folder / str(number)
        own.mkdir()
        ours, theirs = context.Pipe()
        given = (theirs, own, plan.bounds, plan.reader, began + plan.seconds)
        process = context.Process(target=work, args=given, daemon=True)
        process.start()
        theirs.close()
        workers.append(Worker(process, ours, own))
    outcome = Outcome()
    try:
        _follow(plan, workers, outcome, began)
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.join()
    outcome.seconds = monotonic() - began
    return outcome


def _follow(plan: Plan, workers: Sequence[Worker], outcome: Outcome, began: float) -> None:
    """Hand out rows and collect what comes of them."""
    left, coming = plan.cases, rows(plan)
    busy = list(workers)
    for worker in workers:
        left -= _hand_out(worker, coming, left)
    while busy := [worker for worker in busy if worker.row is not None]:
        for connection in wait([worker.orders for worker in busy]):
            worker = next(one for one in busy if one.orders is connection)
            try:
                done = worker.orders.recv()
            except EOFError:
                outcome.failure = worker.failure()
                return
            outcome.done.append(done)
            left += done.row.cases - done.cases
            is_over = monotonic() > began + plan.seconds
            left -= _hand_out(worker, coming, 0 if is_over else left)


def _hand_out(worker: Worker, coming: Iterator[Row], left: int) -> int:
    """Send the next row, or that there is none left; return its cases."""
    row = next(coming, None) if left > 0 else None
    worker.row = None if row is None else replace(row, cases=min(row.cases, left))
    worker.orders.send(worker.row)
    return worker.row.cases if worker.row is not None else 0


def told(plan: Plan, outcome: Outcome) -> list[str]:
    """Return what was done, in words."""
    done, bounds = outcome.done, plan.bounds
    lessons = sum(one.lessons for one in done)
    slowest = max(done, key=lambda one: one.slowest, default=None)
    memory = max((one.memory for one in done), default=0) / 2**20
    rate = outcome.cases / outcome.seconds if outcome.seconds else 0.0
    count = f"{outcome.cases:,} of {plan.cases:,} cases"
    lines = [
        f"{count} in {outcome.seconds:.1f} s on {plan.processes} processes "
        f"({rate:,.0f} a second), seed {plan.seed}",
        f"{lessons:,} are lessons, {outcome.cases - lessons:,} have reports; "
        f"slowest {slowest.slowest if slowest else 0:.2f} s of {bounds.seconds:g} s"
        f"{f' ({slowest.row.kind})' if slowest else ''}; "
        f"peak memory {memory:,.0f} MiB of {bounds.mebibytes:,} MiB",
    ]
    if outcome.failure is None and outcome.cases < plan.cases:
        lines.append(f"fewer than asked for: {plan.seconds:g} s were over")
    return lines


def told_failure(failure: Failure, folder: Path) -> list[str]:
    """Save a failing case, and return what is said about it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{failure.row.seed}-{failure.row.number}.md"
    path.write_bytes(failure.data)
    text = failure.data.decode(errors="replace")
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text):,} characters)"
    return [
        f"FAILED: {failure.row.kind}, row {failure.row.number}",
        failure.why.rstrip(),
        "",
        pictured(shown, keep="\n"),
        "",
        f"saved as {path}; this tries it again:",
        f"    python -m tests.fuzz --again {path}",
    ]


def _reader(name: str) -> Read:
    module, _, function = name.partition(":")
    found: Read = getattr(importlib.import_module(module), function)
    return found


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    made = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n")[0])
    made.add_argument("--cases", type=int, default=50_000, help="how many")
    made.add_argument("--seconds", type=float, default=150.0, help="when to stop")
    made.add_argument("--seed", type=int, default=0, help="another seed makes other cases")
    made.add_argument("--processes", type=int, default=cores or 1, help="the cores, if not given")
    made.add_argument("--limit", type=float, default=2.0, help="seconds that a case may take")
    made.add_argument("--memory", type=int, default=1024, help="MiB that a process may take")
    made.add_argument("--shrinking", type=float, default=20.0, help="seconds to shorten a failure")
    made.add_argument("--again", type=Path, metavar="FILE", help="try this one case")
    made.add_argument(
        "--save", type=Path, default=Path(tempfile.gettempdir()) / "gdtutor-fuzz", metavar="DIR",
        help="where a failing case is saved",
    )  # fmt: skip
    made.add_argument(
        "--reader", type=_reader, default=read, metavar="MODULE:FUNCTION",
        help="what is put to the test, if not the program",
    )  # fmt: skip
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 1 where a case fails."""
    asked = parser().parse_args(words)
    given = asked.again.read_bytes() if asked.again is not None else None
    plan = Plan(
        1 if given is not None else asked.cases,
        asked.seconds,
        asked.seed,
        1 if given is not None else asked.processes,
        Bounds(asked.limit, asked.memory, asked.shrinking),
        asked.reader,
        given,
    )
    with tempfile.TemporaryDirectory() as folder:
        outcome = fuzz(plan, Path(folder))
    lines = told(plan, outcome)
    if outcome.failure is not None:
        lines += told_failure(outcome.failure, asked.save)
    print("\n".join(lines))
    return 0 if outcome.failure is None else 1


if __name__ == "__main__":
    sys.exit(main())
