"""What a finished training run is reported as: data, lines, and a table of the curve."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import RunResult, outcome_of, without_what_comes
from gdtutor.report.jsondata import plain
from gdtutor.session.digits import number
from gdtutor.session.snapshots import snapshot_of, verdict_on
from gdtutor.session.state import Snapshot
from gdtutor.training.diagnosis import diagnose
from gdtutor.training.run import Run
from gdtutor.training.trouble import AT_AVERAGE, ending
from gdtutor.values import replace
from gdtutor.view.curve import sampled_epochs
from gdtutor.view.diagnosis import diagnosis_sentences
from gdtutor.view.frame import ASCII
from gdtutor.view.lines import progress_bar, text_of
from gdtutor.view.notation import counted, plural

FORMAT = 1
"""Version of the JSON."""


def result_of(run: Run, seconds: float, result: RunResult | None = None) -> Snapshot:
    """Return what a run has come to, without a change that would come next.

    Args:
        run: Its run.
        seconds: How long it has taken.
        result: What the parameters are good for, and no diagnosis is waited for; None for both.
    """
    ended, found = without_what_comes(run), None
    if result is None:
        result = outcome_of(ended)
        found = diagnose(ended)
    return replace(snapshot_of(run, result=result), seconds=seconds, diagnosis=found)


def result_data(lesson: Lesson, seed: int | None, run: Run, result: Snapshot) -> dict[str, object]:
    """Return what a run has come to as JSON data, matrices as the lesson has them.

    Args:
        lesson: The lesson.
        seed: The seed that was asked for.
        run: Its run.
        result: What `result_of` returns.
    """
    cost = np.nan if result.final_cost is None else result.final_cost
    data: dict[str, object] = {
        "format": FORMAT,
        "lesson": lesson.id,
        "seed": _seed(lesson, seed),
        "epochs": len(result.costs),
        "iterations": result.iterations,
        "costs": plain(result.costs),
        "final_cost": plain(np.asarray(cost)),
        "parameters": {name: plain(value) for name, value in result.parameters.items()},
        "predictions": plain(_as_written(lesson, result.predictions)),
        "targets": plain(_as_written(lesson, result.targets)),
        "stopped_by": result.stopped_by,
        "diverged_at": result.diverged_at,
        "first_node": run.first_node,
        "seconds": result.seconds,
        "verdict": verdict_on(result),
        "explained": list(_explained(run, result)),
    }
    if result.validation.size:
        data["validation_costs"] = plain(result.validation)
    if result.averages:
        data["averages"] = {name: plain(value) for name, value in result.averages.items()}
    if result.validation_cost is not None:
        data["final_validation_cost"] = plain(np.asarray(result.validation_cost))
    return data


def _explained(run: Run, result: Snapshot) -> tuple[str, ...]:
    """Return what went wrong with its numbers, a sentence each."""
    return () if result.diagnosis is None else diagnosis_sentences(result.diagnosis, run, ASCII)


def _seed(lesson: Lesson, seed: int | None) -> int | None:
    """Return the seed given, else the lesson's own of its drawn start, else of its order."""
    if seed is not None:
        return seed
    drawn = [start.seed for start in lesson.starts.values() if start.init]
    if drawn:
        return drawn[0]
    return lesson.settings.seed if lesson.settings is not None else None


WHOLE = 64
"""Numbers of an array that are all shown."""
ENDS = 3
"""Along each axis of a larger one, so many first ones are shown, and the last."""


def progress_text(run: Run, seconds: float, width: int) -> str:
    """Return a bar, the epoch, the cost and the time left, in `width` cells at most."""
    wanted = max(run.segments[-1].settings.epochs, 1)
    done = len(run.costs)
    share = min(done / wanted, 1.0)
    cost = (f"cost {number(float(run.costs[-1]), 4)}",) if done else ()
    return progress_line(share, (f"epoch {done}", *cost), seconds, width)


def progress_line(share: float, facts: tuple[str, ...], seconds: float, width: int) -> str:
    """Return a bar, facts and the time left in one line; the last ones give way first.

    Args:
        share: How much is done.
        facts: What is said, the most important first.
        seconds: How long it took.
        width: Cells of the line.
    """
    left = (f"{seconds / share - seconds:.1f} s left",) if share else ()
    told = (*facts, *left)
    wordings = tuple("  ".join(told[:count]) for count in range(len(told), -1, -1))
    return text_of(progress_bar(share, wordings, width, ASCII))


def summary_lines(lesson: Lesson, run: Run, result: Snapshot) -> Iterator[str]:
    """Yield what a run has come to, as `result_of` returns it, in plain lines."""
    yield lesson.called
    epochs = len(result.costs)
    for epoch in sampled_epochs(epochs):
        yield f"  epoch {epoch:>8}  {_costs_at(result, epoch)}"
    speed = epochs / result.seconds if result.seconds else 0.0
    yield (
        f"{epochs:,} {plural(epochs, 'epoch')}, {result.iterations:,} "
        f"{plural(result.iterations, 'iteration')} in {result.seconds:.2f} s "
        f"({speed:,.0f} epochs/s); {ending(result.stopped_by, run.segments[-1].settings.stop)}"
    )
    yield from _explained(run, result)
    if result.final_cost is None:
        yield "the final cost was not waited for"
    elif result.validation_cost is None:
        at = f" {AT_AVERAGE}" * bool(result.averages)
        yield f"final cost {counted(result.final_cost, 6, ASCII)}{at}"
    else:
        cost, held = (counted(c, 6, ASCII) for c in (result.final_cost, result.validation_cost))
        at = f", both {AT_AVERAGE}" * bool(result.averages)
        yield f"final cost {cost} on the examples trained on, {held} on those held back{at}"
    for before, name, value in result.told:
        yield f"{before}{name} = {_rounded(value)}"
    if result.predictions.size:
        for name, value in (("predictions", result.predictions), ("targets", result.targets)):
            yield f"{name:<11} {_rounded(_as_written(lesson, value))}"
        held_back = run.segment_at(run.farthest).problem.size - run.trained_examples
        if held_back:
            yield f"of these the last {held_back} are held back"


def _as_written(lesson: Lesson, value: Array) -> Array:
    """Return a value whose last axis is the examples with them where the lesson has them."""
    return value.T if lesson.bindings and lesson.bindings[0].examples_first else value


def _costs_at(result: Snapshot, epoch: int) -> str:
    cost = f"cost {number(float(result.costs[epoch]), 6)}"
    if epoch >= len(result.validation):
        return cost
    return f"{cost:<15}  validation {number(float(result.validation[epoch]), 6)}"


def _rounded(array: Array) -> str:
    """Return an array's numbers in brackets; of a large one its ends along each axis, how large it
    is, and where it is whole."""
    is_whole = array.size <= WHOLE
    told = "" if is_whole else f" ({'x'.join(map(str, array.shape))}; --json has all)"
    return _bracketed(array, is_whole=is_whole) + told


def _bracketed(array: Array, *, is_whole: bool) -> str:
    if array.ndim == 0:
        return number(float(array), 6)
    shown = array if is_whole or len(array) <= ENDS + 1 else array[:ENDS]
    parts = [_bracketed(part, is_whole=is_whole) for part in shown]
    if len(shown) < len(array):
        parts += ["...", _bracketed(array[-1], is_whole=is_whole)]
    return f"[{', '.join(parts)}]"


def csv_lines(result: Snapshot) -> Iterator[str]:
    """Yield the curve as CSV: epoch, cost, and the cost of the validation examples."""
    yield "epoch,cost,validation"
    for epoch, cost in enumerate(result.costs):
        held = repr(float(result.validation[epoch])) if epoch < len(result.validation) else ""
        yield f"{epoch},{float(cost)!r},{held}"
