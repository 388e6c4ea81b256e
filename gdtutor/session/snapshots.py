"""What a run has come to, as the screens show it."""

from __future__ import annotations

from gdtutor.lesson.runs import outcome_of
from gdtutor.session.state import Snapshot, Status
from gdtutor.training.diagnosis import diagnose
from gdtutor.training.run import Run
from gdtutor.values import replace


def snapshot_of(run: Run, status: Status) -> Snapshot:
    """Return what a run has come to; what is wrong with it is looked for once it rests."""
    outcome = outcome_of(run)
    return Snapshot(
        of=run,
        status=status,
        iterations=run.farthest,
        costs=run.costs,
        validation=run.validation_costs,
        epochs_wanted=run.segments[-1].settings.epochs,
        stopped_by=(run.stopped_by or "").removesuffix("_below"),
        diverged_at=run.diverged_at,
        first_node=run.first_node or "",
        parameters=outcome.parameters,
        final_cost=outcome.final_cost,
        validation_cost=outcome.validation_cost,
        predictions=outcome.predictions,
        targets=outcome.targets,
        diagnosis=None if status is Status.RUNNING else diagnose(run),
    )


def at_rest(run: Run) -> Snapshot:
    """Return what a run has come to that nobody trains, nothing where it has not begun.

    What is wrong with it is not looked for: that may take longer than an answer to a key.
    """
    if not run.farthest and run.stopped_by is None:
        return Snapshot()
    status = Status.PAUSED if run.stopped_by is None else Status.FINISHED
    return replace(snapshot_of(run, Status.RUNNING), status=status)
