"""How much of the headless speed the Train screen leaves, and how soon it answers keys.

    python -m tests.benchmarks.train_screen

The app runs in a pseudo-terminal's place: Textual's own headless driver, which paints and encodes
every frame but sends it nowhere. Throughput is a ratio measured side by side in one run.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
from time import perf_counter
from typing import Any

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.opening import session_at
from gdtutor.paint.colours import choose_colours
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.training.run import Run
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE

SECONDS = 2.0
"""Length of one measurement."""
ROUNDS = 5
KEYS = 40
"""Keys of a round; more than the ten a second that a hand presses would measure the keys alone."""


def endless(session: Session) -> Session:
    """Return the session with more epochs than a measurement can train."""
    first = session.run.segments[0]
    long = replace(first, settings=replace(first.settings, epochs=5_000_000))
    run = Run((long,))
    return replace(session, run=run, original=run)


def headless() -> float:
    """Return iterations per second of a bare run."""
    session = endless(session_at(lesson_path("xor-hidden")))
    start = perf_counter()
    session.run.advance(deadline=lambda: perf_counter() - start > SECONDS)
    return session.run.farthest / (perf_counter() - start)


class AnsweringProgram(Program):
    """Tells when a frame with the axis that was asked for is painted."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.wants_log = False
        self.answered = asyncio.Event()

    def painted(self) -> None:
        super().painted()
        if self.session.train.look.log_y is self.wants_log:
            self.answered.set()


def on_screen() -> tuple[float, list[float], float]:
    """Return iterations per second, seconds to answer each key, seconds to stop."""
    colours = choose_colours("256", {})
    session = endless(session_at(lesson_path("xor-hidden")))
    services = Services()
    looks = Looks(colours, UNICODE)
    app = TutorApp(looks, lambda app: AnsweringProgram(app, session, services))
    waits: list[float] = []
    ended = 0.0

    async def run() -> float:
        nonlocal ended
        async with app.run_test(size=(80, 24)) as pilot:
            # As the program does once it is open.
            gc.freeze()
            app.press(Press("t", "t"))
            start = perf_counter()
            await asyncio.sleep(SECONDS)
            speed = app.program.session.run.farthest / (perf_counter() - start)
            for _ in range(KEYS):
                app.program.wants_log = not app.program.wants_log
                app.program.answered.clear()
                before = perf_counter()
                app.call_next(app.press, Press("y", "y"))
                await app.program.answered.wait()
                waits.append(perf_counter() - before)
                await asyncio.sleep(0.1)
            before = perf_counter()
            app.press(Press("s", "s"))
            while app.program._trainer.is_working:
                await asyncio.sleep(0.001)
            ended = perf_counter() - before
            await pilot.pause()
        return speed

    return asyncio.run(run()), waits, ended


def main() -> None:
    """Print the table."""
    ratios, waits, stops = [], [], []
    for _ in range(ROUNDS):
        bare = headless()
        speed, keys, stop = on_screen()
        ratios.append(speed / bare)
        waits.extend(keys)
        stops.append(stop)
    waits.sort()
    print(f"throughput with the screen, of headless   {statistics.median(ratios):.2f}")
    print(f"key answered, median                      {statistics.median(waits) * 1e3:.1f} ms")
    print(f"key answered, 99th percentile             {waits[int(len(waits) * 0.99)] * 1e3:.1f} ms")
    print(f"stop, longest                             {max(stops) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
