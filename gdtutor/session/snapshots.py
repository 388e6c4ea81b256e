"""What a run has come to, as the screens show it."""

from __future__ import annotations

from functools import lru_cache

from gdtutor.lesson.runs import RunResult, outcome_of
from gdtutor.session.state import Snapshot, Status, Walk
from gdtutor.training.curvature import verdict_of
from gdtutor.training.diagnosis import diagnose
from gdtutor.training.run import Run
from gdtutor.training.state import State
from gdtutor.values import asdict, replace


def snapshot_of(
    run: Run, status: Status | None = None, result: RunResult | None = None
) -> Snapshot:
    """Return what a run has come to; what is wrong with it is looked for once it rests.

    Args:
        run: The run.
        status: What the worker does with it; None where it rests, finished or not.
        result: What its parameters are good for, where that is known, and no diagnosis wanted.
    """
    outcome = outcome_of(run) if result is None else result
    is_diagnosed = result is None and status is not Status.RUNNING
    if status is None:
        status = Status.PAUSED if run.stopped_by is None else Status.FINISHED
    return Snapshot(
        **asdict(outcome),
        of=run,
        status=status,
        iterations=run.farthest,
        costs=run.costs,
        validation=run.validation_costs,
        epochs_wanted=run.segments[-1].settings.epochs,
        stopped_by=(run.stopped_by or "").removesuffix("_below"),
        diverged_at=run.diverged_at,
        first_node=run.first_node or "",
        diagnosis=diagnose(run) if is_diagnosed else None,
    )


def at_rest(run: Run) -> Snapshot:
    """Return what a run has come to that nobody trains, nothing where it has not begun.

    What is wrong with it is not looked for: that may take longer than an answer to a key.
    """
    if not run.farthest and run.stopped_by is None:
        return Snapshot()
    return snapshot_of(run, result=outcome_of(run))


@lru_cache(maxsize=4)
def verdict_on(snapshot: Snapshot) -> str:
    """Return the word for what went wrong with a run, empty where nothing did; once for a snapshot,
    since whether a flat curve is at its lowest takes a pass over the data.
    """
    run = snapshot.of
    if run is None:
        return ""
    now = run.segment_at(snapshot.iterations)

    def state() -> State:
        return replace(run.state(snapshot.iterations), parameters=snapshot.parameters)

    return verdict_of(now.problem, now.settings, state, snapshot.costs, snapshot.stopped_by)


def under_cursor(session: Walk) -> Snapshot:
    """Return what training had come to at the epoch under the cursor on the curve, and what it has
    come to where the cursor is on none: what the panels beside the curve show.
    """
    cursor, snapshot = session.train.look.cursor, session.train.snapshot
    if cursor is None or snapshot.of is None or cursor >= len(snapshot.costs):
        return snapshot
    return _at_epoch(snapshot, snapshot.of, cursor)


@lru_cache(maxsize=2)
def _at_epoch(snapshot: Snapshot, run: Run, epoch: int) -> Snapshot:
    """Return the same snapshot each time, so that a picture of it is drawn once."""
    iteration = run.first_iteration(epoch)
    then = outcome_of(run, iteration)
    return replace(snapshot, **asdict(then), iterations=iteration)
