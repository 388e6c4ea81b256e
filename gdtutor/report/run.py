"""What a finished training run is reported as: data, lines, and a table of the curve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.runs import RunResult, outcome_of, without_what_comes
from gdtutor.report.jsondata import plain
from gdtutor.session.digits import number
from gdtutor.training.diagnosis import diagnose
from gdtutor.training.run import Run
from gdtutor.training.settings import Stop
from gdtutor.training.trouble import ending, judge
from gdtutor.values import Struct
from gdtutor.view.diagnosis import told_diagnosis
from gdtutor.view.frame import ASCII
from gdtutor.view.lines import progress_bar, text_of

FORMAT = 1
"""Version of the JSON."""


class TrainingResult(Struct, frozen=True, eq=False):
    """A run that has ended."""

    lesson: str
    seed: int | None
    epochs: int
    iterations: int
    costs: Array
    validation: Array
    final_cost: float
    """Over all examples trained on, at the end."""
    validation_cost: float | None
    """Over those held back, at the end; None where there are none."""
    held: int
    """How many are held back, the last ones."""
    parameters: Mapping[str, Array]
    predictions: Array
    targets: Array
    stopped_by: str
    stop: Stop
    """What ends the run early."""
    diverged_at: int | None
    first_node: str | None
    seconds: float
    verdict: str
    """What went wrong, in a word; empty where nothing did."""
    explained: tuple[str, ...]
    """The same with its numbers, a sentence each."""

    def data(self) -> dict[str, object]:
        """Return the result as JSON data."""
        data: dict[str, object] = {
            "format": FORMAT,
            "lesson": self.lesson,
            "seed": self.seed,
            "epochs": self.epochs,
            "iterations": self.iterations,
            "costs": plain(self.costs),
            "final_cost": plain(np.asarray(self.final_cost)),
            "parameters": {name: plain(value) for name, value in self.parameters.items()},
            "predictions": plain(self.predictions),
            "targets": plain(self.targets),
            "stopped_by": self.stopped_by,
            "diverged_at": self.diverged_at,
            "first_node": self.first_node,
            "seconds": self.seconds,
            "verdict": self.verdict,
            "explained": list(self.explained),
        }
        if self.validation.size:
            data["validation_costs"] = plain(self.validation)
        if self.validation_cost is not None:
            data["final_validation_cost"] = plain(np.asarray(self.validation_cost))
        return data


def result_of(
    lesson: Lesson, run: Run, seed: int | None, seconds: float, outcome: RunResult | None = None
) -> TrainingResult:
    """Return what a run has come to, predictions and targets as the lesson's matrices have them.

    Args:
        lesson: The lesson.
        run: Its run.
        seed: The seed that was asked for.
        seconds: How long it has taken.
        outcome: What the parameters are good for; computed where None.
    """
    ended, costs = without_what_comes(run), run.costs
    explained: tuple[str, ...] = ()
    if outcome is None:
        outcome = outcome_of(ended)
        if found := diagnose(ended, outcome.final_cost):
            explained = told_diagnosis(found, run, ASCII)
    return TrainingResult(
        lesson.id,
        _seed(lesson, seed),
        len(costs),
        run.farthest,
        costs,
        run.validation_costs,
        outcome.final_cost,
        outcome.validation_cost,
        ended.segment_at(ended.farthest).problem.size - ended.trained_examples,
        outcome.parameters,
        _as_written(lesson, outcome.predictions),
        _as_written(lesson, outcome.targets),
        (run.stopped_by or "").removesuffix("_below"),
        run.segments[-1].settings.stop,
        run.diverged_at,
        run.first_node,
        seconds,
        judge(costs, run.stopped_by),
        explained,
    )


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
    return progress_told(share, (f"epoch {done}", *cost), seconds, width)


def progress_told(share: float, facts: tuple[str, ...], seconds: float, width: int) -> str:
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


def summary_lines(lesson: Lesson, result: TrainingResult) -> Iterator[str]:
    """Yield the result as plain lines."""
    yield f"{lesson.number} {lesson.title}".strip()
    count = len(result.costs)
    shown = sorted({0, *(count * i // 10 for i in range(1, 10)), count - 1}) if count else []
    for epoch in shown:
        if 0 <= epoch < count:
            yield f"  epoch {epoch:>8}  {_costs_at(result, epoch)}"
    speed = result.epochs / result.seconds if result.seconds else 0.0
    yield (
        f"{result.epochs:,} epochs, {result.iterations:,} iterations in {result.seconds:.2f} s "
        f"({speed:,.0f} epochs/s); {ending(result.stopped_by, result.stop)}"
    )
    yield from result.explained
    cost = number(result.final_cost, 6)
    if result.stopped_by == "key" and math.isnan(result.final_cost):
        yield "the final cost was not waited for"
    elif result.validation_cost is None:
        yield f"final cost {cost}"
    else:
        held = number(result.validation_cost, 6)
        yield f"final cost {cost} on the examples trained on, {held} on those held back"
    for name, value in result.parameters.items():
        yield f"{name} = {_rounded(value)}{_left_out(value)}"
    if result.predictions.size:
        yield f"predictions {_rounded(result.predictions)}{_left_out(result.predictions)}"
        yield f"targets     {_rounded(result.targets)}{_left_out(result.targets)}"
        if result.held:
            yield f"of these the last {result.held} are held back"


def _as_written(lesson: Lesson, value: Array) -> Array:
    """Return a value whose last axis is the examples with them where the lesson has them."""
    return value.T if lesson.bindings and lesson.bindings[0].examples_first else value


def _costs_at(result: TrainingResult, epoch: int) -> str:
    cost = f"cost {number(float(result.costs[epoch]), 6)}"
    if epoch >= len(result.validation):
        return cost
    return f"{cost:<15}  validation {number(float(result.validation[epoch]), 6)}"


def _rounded(array: Array) -> str:
    """Return an array's numbers in brackets, of a large one its ends along each axis."""
    return _bracketed(array, is_whole=array.size <= WHOLE)


def _bracketed(array: Array, *, is_whole: bool) -> str:
    if array.ndim == 0:
        return number(float(array), 6)
    shown = array if is_whole or len(array) <= ENDS + 1 else array[:ENDS]
    parts = [_bracketed(part, is_whole=is_whole) for part in shown]
    if len(shown) < len(array):
        parts += ["...", _bracketed(array[-1], is_whole=is_whole)]
    return f"[{', '.join(parts)}]"


def _left_out(array: Array) -> str:
    """Return how large an array is that is not shown whole, and where it is whole."""
    if array.size <= WHOLE:
        return ""
    return f" ({'x'.join(map(str, array.shape))}; --json has all)"


def csv_lines(result: TrainingResult) -> Iterator[str]:
    """Yield the curve as CSV: epoch, cost, and the cost of the validation examples."""
    yield "epoch,cost,validation"
    for epoch, cost in enumerate(result.costs):
        held = repr(float(result.validation[epoch])) if epoch < len(result.validation) else ""
        yield f"{epoch},{float(cost)!r},{held}"
