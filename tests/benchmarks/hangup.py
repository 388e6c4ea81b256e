"""How soon the program is gone when its connection or its terminal is: a printed table.

    python -m tests.benchmarks.hangup

Milliseconds from the end of the client to the end of the program on the server, median and most of
some runs, through a real OpenSSH server on loopback (openssh-server and openssh-client).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

TESTS = Path(__file__).resolve().parents[1]
# The server and the ways to end are those of the tests, which pytest imports by their bare names.
sys.path[:0] = [str(TESTS), str(TESTS / "ssh")]

from ssh_server import PROGRAM, SshServer, is_gone  # noqa: E402
from test_ssh import (  # noqa: E402
    close_terminal,
    disconnect,
    hang_up,
    kill_client,
    process_of,
    shows,
    terminate,
    told,
)

RUNS = 5
BOUND = 1000
"""Milliseconds within which the program has to be gone."""
WAYS: dict[str, Callable[..., None]] = {
    "client killed": kill_client,
    "terminal closed": close_terminal,
    "disconnected": disconnect,
    "SIGHUP": hang_up,
    "SIGTERM": terminate,
}
WORK = {
    "screens, walking": ("--keys 3n", "step 3/"),
    "screens, training": ("--keys '3n t' --set learning_rate=1e-12", "running"),
    "linear, waiting": ("--linear", "Enter goes on"),
}


def gone_after(server: SshServer, shell: str, end: Callable[..., None], work: str) -> float:
    """Return the milliseconds from the end to the program's end."""
    options, sign = WORK[work]
    command = f"{PROGRAM} xor-hidden --no-save --no-mouse {options}"
    with server.terminal(shell + told(command)) as terminal:
        pid = process_of(terminal)
        terminal.wait_for(shows(sign))
        started = perf_counter()
        end(terminal, pid)
        if not is_gone(pid):
            raise TimeoutError(f"process {pid} is left: {command}")
        return (perf_counter() - started) * 1e3


def table(server: SshServer) -> Iterator[str]:
    yield f"{'end':<17} {'SIGHUP':<8} {'program':<18} {'median':>7} {'most':>6}"
    for name, end in WAYS.items():
        for heeded, shell in (("heeded", ""), ("ignored", "trap '' HUP; ")):
            for work in WORK:
                taken = [gone_after(server, shell, end, work) for _ in range(RUNS)]
                late = "" if max(taken) <= BOUND else f"  over {BOUND}"
                row = f"{name:<17} {heeded:<8} {work:<18} {median(taken):>7.0f} {max(taken):>6.0f}"
                yield row + late


def main() -> None:
    with tempfile.TemporaryDirectory() as name, SshServer(Path(name)) as server:
        for row in table(server):
            print(row, flush=True)


if __name__ == "__main__":
    main()
