"""A storm of keys, bytes, pastes, mouse reports and sizes over every lesson and every screen.

    python -m tests.storm [--seconds N] [--seed S]

Each round opens the program in a terminal of a random size, sends it a few dozen random things,
and then asks it to end. It must never print a traceback, must answer, must end with exit code 0,
and must leave the terminal as it was. What broke is written to storm-SEED-ROUND.txt, with all that
was sent; the exit code is 1 then. `--seed` says which storm; its round k is always the same.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from pathlib import Path

from gdtutor.lesson.discovery import shipped_lessons_folder
from tests.pseudo_terminal import PYTHON, PseudoTerminal

PATIENCE = 30
"""Seconds that an answer may take, on a machine that does much else."""
FAULTS = {"PYTHONFAULTHANDLER": "1"}
KEYS = (
    *"nNpPgGxcodDeuRvrktl?b:/a+-hwifs0y5 12",
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F"),
    *("\r", "\t", "\x1b", "\x7f", "\x10", "\x12", "\x15"),
)
OPENED = ((), ("--keys", "t"), ("--keys", "question_mark"), ("--keys", "e"), ("--keys", "l"))
SIZES = ((80, 24), (120, 36), (40, 12), (39, 11), (1, 1), (500, 200), (4, 24), (80, 3))


def _stacks(terminal: PseudoTerminal) -> str:
    """Return where the threads of a program stand that does not answer; it ends of that."""
    before = len(terminal.all_received)
    os.kill(terminal.process.pid, signal.SIGSEGV)
    while terminal.read_once(0.5):
        pass
    return terminal.all_received[before:].decode(errors="replace")


def _size(draws: random.Random) -> tuple[int, int]:
    if draws.random() < 0.5:
        return draws.choice(SIZES)
    return draws.randint(1, 200), draws.randint(1, 80)


def _bytes(draws: random.Random, keys: tuple[str, ...]) -> bytes:
    """Return something that a terminal may send: keys, a paste, a mouse report, or anything."""
    kind = draws.randrange(8)
    if kind < 4:
        return "".join(draws.choices(keys, k=draws.randint(1, 12))).encode()
    if kind == 4:
        text = "".join(draws.choices("0123456789.eq=w1 \n[]é", k=draws.randint(0, 400)))
        return b"\x1b[200~" + text.encode(draws.choice(("utf-8", "latin-1"))) + b"\x1b[201~"
    if kind == 5:
        x, y = (draws.choice((0, 1, 95, 300, 10**9)) for _ in range(2))
        return b"\x1b[<%d;%d;%d%s" % (draws.randrange(70), x, y, draws.choice((b"M", b"m")))
    if kind == 6:
        return b"\x1b[M" + bytes(draws.choices(range(32, 256), k=3))
    # Nothing that ends the program as it should: Ctrl-C, q, and Quit chosen in the palette.
    start = draws.choice((b"", b"\x1b[", b"\x1b[?", b"\x1bO"))
    return start + draws.randbytes(draws.randint(1, 12)).translate(None, b"\x03q\x10\r")


class Round:
    """One start of the program, and what is sent to it until it is asked to end."""

    def __init__(self, seed: int, number: int) -> None:
        self._draws = random.Random(f"{seed}/{number}")
        lessons = sorted(shipped_lessons_folder().glob("[0-9]*.md"))
        lesson = self._draws.choice((None, *lessons))
        options = self._draws.choice(OPENED if lesson is not None else ((),))
        self.arguments = (*([str(lesson)] if lesson else []), *options, "--no-save")
        self.sent: list[str] = []

    def wrong(self) -> str:
        """Return what went wrong, with the screen; empty where nothing did."""
        columns, lines = self._draws.choice(((80, 24), (120, 36), (40, 12)))
        program = ("-m", "gdtutor", *self.arguments)
        with PseudoTerminal(
            *program, command=PYTHON, columns=columns, lines=lines, environ=FAULTS
        ) as terminal:
            try:
                terminal.wait_for(lambda screen: bool(screen.strip()), PATIENCE)
                self._storm(terminal)
                code = self._end(terminal)
            except TimeoutError as error:
                return f"TimeoutError: {error}\n{_stacks(terminal)}"
            except (EOFError, OSError) as error:
                return f"{type(error).__name__}: {error}"
            if b"Traceback" in terminal.all_received:
                return f"a traceback:\n{terminal.text()}"
            if code != 0:
                return f"the exit code is {code}:\n{terminal.text()}"
            return "" if terminal.is_restored() else "the terminal is not restored"

    def _storm(self, terminal: PseudoTerminal) -> None:
        # Where the palette opens, Enter might choose Quit.
        unsent = self._draws.choice(("\r", "\x10"))
        keys = tuple(key for key in KEYS if key != unsent)
        for _ in range(self._draws.randint(10, 40)):
            if self._draws.random() < 0.25:
                columns, lines = _size(self._draws)
                self.sent.append(f"size {columns}x{lines}")
                terminal.resize(columns, lines)
            else:
                data = _bytes(self._draws, keys)
                self.sent.append(repr(data))
                terminal.send(data)
            terminal.read_once(self._draws.choice((0, 0, 0.02)))

    def _end(self, terminal: PseudoTerminal) -> int:
        """End whatever is open, see that a frame is answered, and leave."""
        terminal.send(b"\x1b[201~")
        terminal.resize(80, 24)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            # Esc ends an input or the palette; Ctrl-C ends the program from every screen.
            terminal.send(b"\x1b")
            while terminal.read_once(0.15):
                pass
            if terminal.process.poll() is not None:
                code = terminal.wait_for_end(PATIENCE)
                raise EOFError(f"ended with {code} before it was asked to:\n{terminal.text()}")
            if terminal.text().strip():
                terminal.send(b"\x03")
                return terminal.wait_for_end(PATIENCE)
            terminal.send(b"b")
        raise TimeoutError(f"no frame, the screen is:\n{terminal.text()}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--round", type=int, help="this round alone")
    arguments = parser.parse_args()
    print(f"--seed {arguments.seed} --seconds {arguments.seconds:g}", flush=True)
    end, number, failures = time.monotonic() + arguments.seconds, arguments.round or 0, 0
    while time.monotonic() < end:
        storm = Round(arguments.seed, number)
        wrong = storm.wrong()
        if wrong:
            failures += 1
            path = Path(f"storm-{arguments.seed}-{number}.txt")
            path.write_text("\n".join((" ".join(storm.arguments), *storm.sent, "", wrong)))
            print(f"round {number}: {wrong.splitlines()[0]}; see {path}", flush=True)
        number += 1
        if arguments.round is not None:
            break
    print(f"{failures} of {number - (arguments.round or 0)} rounds broke something")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
