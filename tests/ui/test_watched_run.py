"""A run that is watched: its pace, the key for it, and the worker that keeps it."""

import itertools
import threading

import pytest
from walks import pressed, screen, walk

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.session.effects import Train
from gdtutor.session.link import command_of
from gdtutor.session.press import Press
from gdtutor.session.state import Snapshot, Status
from gdtutor.session.training import WATCHED, seconds_watched, watched_by, watches
from gdtutor.session.update import update
from gdtutor.ui.trainer import Trainer


def test_a_run_that_is_watched_begins_slowly_and_comes_to_its_end() -> None:
    reached = [watched_by(second, 5000) for second in range(int(WATCHED) + 1)]
    steps = [after - before for before, after in itertools.pairwise(reached)]
    assert reached[0] == 0
    assert reached[-1] == watched_by(2 * WATCHED, 5000) == 5000
    assert steps == sorted(steps)
    assert steps[0] < 20


@pytest.mark.parametrize("done", [0, 1, 312, 4999, 5000])
def test_a_run_that_is_resumed_goes_on_where_it_was(done: int) -> None:
    assert watched_by(seconds_watched(done, 5000) + 1e-9, 5000) == done


def test_w_changes_the_pace_of_a_run_and_the_link_keeps_what_was_chosen() -> None:
    lesson, other = walk(lesson_path("train-or")), walk(lesson_path("xor-hidden"))
    session, (wish, *_) = update(lesson, Press("t"))
    assert isinstance(wish, Train)
    assert wish.is_slow
    assert "Slowly, as this lesson asks; w trains at full speed." in screen(session)
    fast, effects = update(session, Press("w"))
    assert [e.is_slow for e in effects if isinstance(e, Train)] == [False]
    assert not watches(fast)
    assert command_of(fast).endswith("--keys 't w'")
    assert command_of(pressed(fast, "w")).endswith("--keys t")
    assert not watches(other)
    assert watches(pressed(other, "t w"))
    assert "Full speed" in pressed(other, "t w w").message


def test_a_number_of_epochs_is_trained_at_full_speed() -> None:
    session = pressed(walk(lesson_path("train-or")), "t space 0")
    _, effects = update(pressed(session, "5 0"), Press("n"))
    assert [e.is_slow for e in effects if isinstance(e, Train)] == [False]


class _App:
    """An app that only the worker knows."""

    is_running = True

    def passing_on(self):
        return lambda _: None


@pytest.mark.slow
def test_the_worker_keeps_the_pace_by_the_clock_and_ends_with_the_run() -> None:
    run = walk(lesson_path("train-or")).run
    ticks, seen, over = itertools.count(), [], threading.Event()

    def clock() -> float:
        seen.append(run.farthest)
        if run.stopped_by:
            over.set()
        return next(ticks) / 20

    trainer = Trainer(clock=clock)
    trainer.start(_App(), Snapshot(), Train(run, is_slow=True))  # type: ignore[arg-type]
    assert over.wait(60)
    assert run.farthest == 5000
    assert run.stopped_by == "epochs"
    # The clock is asked a few times for each of the steps: none takes more than a tenth of the run.
    assert max(after - before for before, after in itertools.pairwise(seen)) < 500
    assert trainer.news() is None or trainer.news().snapshot.status is not Status.IDLE
