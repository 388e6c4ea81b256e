"""How much of the headless speed the playground leaves, with the maps of every neuron painted.

    python -m tests.benchmarks.play_screen

As in `train_screen`: Textual's own headless driver, at 120×36 and ten frames a second; the ratio is
measured side by side in one run.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
from time import perf_counter

from gdtutor.paint.colours import choose_colours
from gdtutor.play.options import playground_of_line
from gdtutor.session.playing import play_session
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.view.frame import UNICODE
from tests.benchmarks.train_screen import ROUNDS, SECONDS, endless

PLAYED = ("--data circle", "--data spiral --layers 2-8-8-1 --optimizer adam --batch 30")


class CountingProgram(Program):
    """Counts the frames that are painted."""

    frames = 0

    def painted(self) -> None:
        super().painted()
        self.frames += 1


def played(line: str) -> Session:
    """Return a playground whose run has no end; its controls stay as they are."""
    return endless(play_session(Session(), playground_of_line(line)))


def headless(line: str) -> float:
    """Return iterations per second of a bare run."""
    run = played(line).run
    start = perf_counter()
    run.advance(deadline=lambda: perf_counter() - start > SECONDS)
    return run.farthest / (perf_counter() - start)


def on_screen(line: str) -> tuple[float, float]:
    """Return iterations and frames per second with the screen."""
    session = played(line)
    app = TutorApp(
        Looks(choose_colours("256", {}), UNICODE),
        lambda app: CountingProgram(app, session, Services()),
    )

    async def run() -> tuple[float, float]:
        async with app.run_test(size=(120, 36)) as pilot:
            gc.freeze()
            app.press(Press("space", " "))
            start, frames = perf_counter(), app.program.frames
            await asyncio.sleep(SECONDS)
            seconds = perf_counter() - start
            speed = app.program.session.run.farthest / seconds
            shown = (app.program.frames - frames) / seconds
            app.press(Press("space", " "))
            while app.program._trainer.is_working:
                await asyncio.sleep(0.001)
            await pilot.pause()
        return speed, shown

    return asyncio.run(run())


def main() -> None:
    """Print the table."""
    for line in PLAYED:
        ratios, frames = [], []
        for _ in range(ROUNDS):
            bare = headless(line)
            speed, shown = on_screen(line)
            ratios.append(speed / bare)
            frames.append(shown)
        print(f"gdtutor play {line}")
        print(f"  throughput with the maps, of headless   {statistics.median(ratios):.2f}")
        print(f"  frames a second                         {statistics.median(frames):.1f}")


if __name__ == "__main__":
    main()
