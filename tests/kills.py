"""Signals at any moment of the first second: every one leaves the terminal as it was.

    python -m tests.kills [--all | --sample N] [--seed S] [--step MS]

A signal is sent after each write to the terminal, and after each so many milliseconds, to the
screens and to commands without screens. What is wrong is printed, with the moment to try again; the
exit code is 1 then.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from tests.pseudo_terminal import PYTHON, PseudoTerminal

SCREENS = ((), ("bias",), ("xor-hidden", "--keys", "3n t"))
COMMANDS = (
    ("list",), ("transcript", "bias"), ("train", "bias"), ("--version",), ("check",), ("notes",),
    ("progress",), ("export", "bias"), ("shot", "bias"), ("worksheet", "bias"),
    ("join", "ann@127.0.0.1:9"),
)  # fmt: skip
ENDING = {signal.SIGTERM: (143,), signal.SIGHUP: (129,), signal.SIGINT: (0, 130)}
KILLING = (signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM, signal.SIGXCPU)
WRITES = 40
"""So many writes to the terminal are counted; the first page is there after fewer."""

_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\\)")
_ALTERNATE = re.compile(rb"\x1b\[\?1049h.*?(?:\x1b\[\?1049l|\Z)", re.DOTALL)


class Moment(NamedTuple):
    """When a signal is sent."""

    arguments: tuple[str, ...]
    signal: signal.Signals
    writes: int
    """After so many writes to the terminal; 0: not counted."""
    milliseconds: int
    """After so much time; 0: not counted."""

    def __str__(self) -> str:
        when = f"write {self.writes}" if self.writes else f"{self.milliseconds} ms"
        return f"gdtutor {' '.join(self.arguments)}: {self.signal.name} after {when}"


def moments(step: int) -> Iterator[Moment]:
    """Yield every moment that there is to try."""
    for arguments in SCREENS:
        for number in (*ENDING, *KILLING):
            yield from (Moment(arguments, number, count, 0) for count in range(1, WRITES + 1))
            yield from (Moment(arguments, number, 0, at) for at in range(step, 1001, step))
    for arguments in COMMANDS:
        for number in (signal.SIGINT, signal.SIGTERM):
            yield from (Moment(arguments, number, 0, at) for at in range(step, 501, step))


def outside(sent: bytes) -> bytes:
    """Return what is seen on the screen from before, once the program has ended."""
    return _SEQUENCE.sub(b"", _ALTERNATE.sub(b"", sent)).strip()


def wrong_at(moment: Moment) -> str:
    """Send a signal at a moment, and return what is wrong after it; empty where nothing is."""
    options = ("--no-save",) if moment.arguments in SCREENS else ()
    with PseudoTerminal("-m", "gdtutor", *moment.arguments, *options, command=PYTHON) as terminal:
        _wait(terminal, moment)
        is_entered = b"\x1b[?1049h" in terminal.all_received
        if terminal.process.poll() is None:
            os.kill(terminal.process.pid, moment.signal)
        try:
            code = terminal.wait_for_end(30)
        except TimeoutError:
            return "it does not end"
        while terminal.read_once(0):
            pass
        sent = terminal.all_received
        if not terminal.is_restored():
            return "the terminal is not restored"
        if b"Traceback" in sent:
            # Before the first line of the program an interrupt is Python's own.
            is_ours = b"gdtutor" in sent.partition(b"Traceback")[2]
            return f"a traceback:\n{sent.decode(errors='replace')}" if is_ours else ""
        if moment.arguments in SCREENS and is_entered and outside(sent):
            return f"something is written: {outside(sent)!r}"
        return "" if code in _codes(moment, is_entered) else f"the exit code is {code}"


def _wait(terminal: PseudoTerminal, moment: Moment) -> None:
    started, writes = time.monotonic(), 0
    while terminal.process.poll() is None:
        left = started + moment.milliseconds / 1000 - time.monotonic()
        if moment.milliseconds and left <= 0:
            return
        data = terminal.read_once(left if moment.milliseconds else 1)
        writes += bool(data)
        if moment.writes and (writes >= moment.writes or not data):
            return


def _codes(moment: Moment, is_entered: bool) -> tuple[int, ...]:
    """Return the exit codes that are right; a program that has not begun dies by the signal."""
    by_itself = -int(moment.signal)
    if moment.arguments not in SCREENS:
        # There is no class to join, and `notes` goes on until it is ended.
        own = ENDING.get(moment.signal, ())
        return (2 if moment.arguments[0] == "join" else 0, 130, *own, by_itself)
    own = ENDING.get(moment.signal, ())
    if moment.signal in ENDING and is_entered:
        return own
    return (*own, by_itself)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every moment")
    parser.add_argument("--sample", type=int, default=30, help="so many moments, drawn")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--step", type=int, default=5, help="milliseconds between two moments")
    arguments = parser.parse_args()
    tried = list(moments(arguments.step))
    if not arguments.all:
        tried = random.Random(arguments.seed).sample(tried, arguments.sample)
    print(f"{len(tried)} moments, --seed {arguments.seed} --step {arguments.step}", flush=True)
    failures = 0
    for moment in tried:
        wrong = wrong_at(moment)
        if wrong:
            failures += 1
            print(f"{moment}: {wrong}", flush=True)
    print(f"{failures} of {len(tried)} moments are wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
