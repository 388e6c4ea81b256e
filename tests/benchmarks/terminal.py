"""How fast the screens are, beside bare Textual, a DataTable and one big Static: a printed table.

    python -m tests.benchmarks.terminal

Times are medians in milliseconds, from the key (or the start of the process) to the whole frame,
which an emulator has read. Run it alone on a quiet machine.
"""

from __future__ import annotations

import compileall
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import gdtutor
from tests.pseudo_terminal import PYTHON, PseudoTerminal

YARDSTICK = str(Path(__file__).with_name("terminal_yardstick.py"))
NODES = (10, 100, 1_000, 10_000)
KEYS = 30
STARTS = 7
HEAD = """\
+++
format = 1
id = "chain"
title = "A chain"
chapter = "Measured"
summary = "One long line of nodes"
source = "made for measuring"
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 0]]
[training]
epochs = 1000000
batch = 1
+++
```graph
"""


def chain(nodes: int) -> str:
    """Return a lesson with so many lines, one operation each but for the last."""
    lines = ["a1 = w*x", *(f"a{i} = tanh(a{i - 1})" for i in range(2, nodes))]
    return f"{HEAD}{chr(10).join(lines)}\nL = (a{nodes - 1} - y)**2\n```\n"


def lesson_of(folder: Path, nodes: int) -> str:
    path = folder / f"chain{nodes}.md"
    path.write_text(chain(nodes))
    return str(path)


def starts(*programs: tuple[str, ...]) -> list[tuple[float, float]]:
    """Return for each program the milliseconds to its first whole frame, and to its keys.

    The last line of a frame says that the program is opening, then which keys it takes. The
    programs take turns, so that all of them meet the same machine.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in programs]
    for _ in range(STARTS):
        for arguments, times in zip(programs, taken, strict=True):
            started = perf_counter()
            with PseudoTerminal(*arguments, command=PYTHON) as terminal:
                terminal.wait_for(lambda s: "READY" in s or "opening…" in s or "all keys" in s)
                shown = perf_counter()
                terminal.wait_for(lambda s: "READY" in s or "all keys" in s)
                times.append((shown - started, perf_counter() - started))
    return [
        (median(shown for shown, _ in times) * 1e3, median(ready for _, ready in times) * 1e3)
        for times in taken
    ]


def key_latency(key: str, wanted: Iterator[str], *arguments: str) -> float:
    """Return the milliseconds from a key to the frame that shows the next of the wanted texts."""
    taken = []
    with PseudoTerminal(*arguments, command=PYTHON) as terminal:
        text = next(wanted)
        terminal.wait_for(lambda screen: text in screen, seconds=120)
        terminal.drained()
        for text, _ in zip(wanted, range(KEYS), strict=False):
            started = perf_counter()
            terminal.send(key)
            terminal.wait_for(lambda screen, t=text: t in screen)
            taken.append(perf_counter() - started)
            terminal.drained()
    return median(taken) * 1e3


def steps(first: int, total: int) -> Iterator[str]:
    return (f"step {number}/{total}" for number in range(first, total))


def marks(rows: int) -> Iterator[str]:
    return (f"row {number} now" for number in range(min(rows, KEYS + 2)))


def keys_table(folder: Path) -> Iterator[str]:
    """Yield key to frame over the number of nodes, for the walk and for the yardsticks."""
    yield f"{'nodes':>8} {'forward':>9} {'backward':>9} {'DataTable':>10} {'Static':>8}"
    for nodes in NODES:
        lesson = lesson_of(folder, min(nodes, 9_990))
        total = 3 + 2 * min(nodes, 9_990)
        gdtutor = ("-m", "gdtutor", lesson, "--no-mouse", "--no-save", "--at")
        cells = [
            key_latency("n", steps(start, total), *gdtutor, str(start))
            for start in (2, total - min(nodes, 60))
        ] if nodes > KEYS else [key_latency("n", steps(2, total), *gdtutor, "2")] * 2  # fmt: skip
        cells += [
            key_latency("n", marks(nodes), YARDSTICK, kind, str(nodes))
            for kind in ("table", "static")
        ]
        yield f"{nodes:>8,} {cells[0]:>9.1f} {cells[1]:>9.1f} {cells[2]:>10.1f} {cells[3]:>8.1f}"


def starts_table(folder: Path) -> Iterator[str]:
    """Yield the first frame beside a bare Textual app's."""
    options = ("--no-mouse", "--no-save")
    programs = {
        "bare Textual app": (YARDSTICK, "bare", "0"),
        "library": ("-m", "gdtutor", *options),
        "a lesson": ("-m", "gdtutor", "bias", *options),
        "a lesson at a step": ("-m", "gdtutor", "bias", "--at", "backward:b", *options),
        "1,000 nodes": ("-m", "gdtutor", lesson_of(folder, 1_000), *options),
    }
    found = starts(*programs.values())
    bare = found[0][0]
    yield f"{'start':<18} {'first frame':>12} {'of bare':>8} {'takes keys':>11} {'of bare':>8}"
    for name, (shown, ready) in zip(programs, found, strict=True):
        yield f"{name:<18} {shown:>12.0f} {shown / bare:>8.2f} {ready:>11.0f} {ready / bare:>8.2f}"


def seconds_of(pid: int) -> tuple[float, float]:
    """Return the processor time of a process, and its memory in megabytes (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return ticks / 100, pages * resource.getpagesize() / 2**20


def sessions_table(folder: Path) -> Iterator[str]:
    """Yield memory and processor share of an idle session and of one that trains."""
    yield f"{'session':<18} {'MB':>6} {'processor':>10}"
    options = ("--no-mouse", "--no-save", "--fps", "4")
    for name, keys in (("idle", "n"), ("training", "n t")):
        words = ("-m", "gdtutor", lesson_of(folder, 1_000), *options)
        with PseudoTerminal(*words, "--keys", keys, command=PYTHON) as terminal:
            terminal.wait_for(lambda screen, k=keys: ("running" if "t" in k else "step") in screen)
            terminal.drained(1.0) if keys == "n" else None
            before, started = seconds_of(terminal.process.pid)[0], perf_counter()
            read_for(terminal, 5.0)
            after, memory = seconds_of(terminal.process.pid)
            share = (after - before) / (perf_counter() - started)
            yield f"{name:<18} {memory:>6.0f} {share:>10.1%}"


def read_for(terminal: PseudoTerminal, seconds: float) -> None:
    """Take what a terminal is sent, for so long."""
    end = perf_counter() + seconds
    is_over: Callable[[str], bool] = lambda _: perf_counter() >= end  # noqa: E731
    try:
        terminal.wait_for(is_over, seconds)
    except TimeoutError:
        return


def main() -> None:
    # An installed program is compiled; a checkout is not before its first start.
    compileall.compile_dir(Path(gdtutor.__file__).parent, quiet=2)
    with tempfile.TemporaryDirectory() as name:
        for table in (starts_table, keys_table, sessions_table):
            for line in table(Path(name)):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
