"""The data as points over the one input, and the prediction as a curve: now, and before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.session.moment import Moment
from gdtutor.session.steps import Phase
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.problem import input_columns
from gdtutor.values import Struct
from gdtutor.view.frame import Plot, Series, Size, Style
from gdtutor.view.marks import marks_of
from gdtutor.view.pictures.planes import around, at_points, require_points
from gdtutor.view.pictures.plot_words import plot_words
from gdtutor.view.pictures.source import Drawing, NoPicture, PictureKind, Source, above_words

POINTS = 161
"""Points of a curve."""
MARKED = 2_000
"""Most examples that are drawn as points."""
_MARGIN = 0.05

Curve = tuple[float, ...]


class FitFacts(Struct, frozen=True):
    """The numbers of a fit."""

    line: str
    """The line that is drawn as a curve."""
    xs: Curve
    """The input at every point of the curves."""
    now: Curve
    """The prediction there, with every parameter as far as its update has been reached."""
    before: Curve
    """The same at the start of the iteration, or of the training; empty where it is `now`."""
    data: tuple[Curve, Curve]
    """The input and the target of every example."""
    here: tuple[float, float, float | None] | None
    """Input, target and prediction of the followed example; None beside training.

    The prediction is None before the walk has come to it.
    """
    x_range: tuple[float, float]
    y_range: tuple[float, float]


def fit_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return the plot with what its marks mean below, and what lies outside of it in words."""
    numbers = fit_of(source, wish)
    words = [*_here_words(source, numbers, f"{marks_of(source.chars).here} ")]
    words += [(_legend(source, numbers), Style.DIM), *_warnings(source, numbers)]
    plot = _plot(source, numbers, size.width)
    return above_words(plot, words, size, "the curve over the input")


def fit_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return where the curves run, the examples, and the followed one."""
    numbers = fit_of(source, wish)
    target, name = _names(source)
    low, high = source.apart(*numbers.x_range)
    facts = plot_words(
        source, f"{target} over {name}, from {low} to {high}", _series(source, numbers)
    )
    words = [*_here_words(source, numbers), *_warnings(source, numbers)]
    return (*facts, *(text for text, _ in words))


def fit_of(source: Source, wish: PictureWish) -> FitFacts:
    """Return the numbers of a fit.

    Raises:
        NoPicture: There are none.
    """
    problem = source.problem
    if len(input_columns(problem)) != 1 or len(problem.target_columns) != 1:
        raise NoPicture("A curve needs one input and one target.")
    name = str(wish.option("of", problem.prediction) or "")
    require_points(source, (name,))
    if name not in problem.graph.line_by_name:
        raise NoPicture("No line of this graph is compared with a target.")
    (column,), (target,) = input_columns(problem), problem.target_columns
    inputs, targets = problem.examples[:, column], problem.examples[:, target]
    low, high = wish.interval() or around(inputs, _MARGIN)
    xs = np.linspace(low, high, POINTS)
    now, before = _parameters(source)
    ys = _curve(source, now, name, xs)
    earlier = np.empty(0) if before is None else _curve(source, before, name, xs)
    stride = -(-len(inputs) // MARKED)
    data = tuple(inputs[::stride].tolist()), tuple(targets[::stride].tolist())
    height = wish.interval("range2") or _height(targets, np.concatenate([ys, earlier]))
    return FitFacts(
        name, tuple(xs.tolist()), tuple(ys.tolist()), tuple(earlier.tolist()), data,
        _here(source, now, name, column, target), (low, high), height,
    )  # fmt: skip


def _parameters(source: Source) -> tuple[dict[str, Array], dict[str, Array] | None]:
    """Return the parameters of the curve, and those of the curve before it where there is one.

    In the update phase they are those before and after the updates that the walk has reached,
    elsewhere those at the start of the training and now.
    """
    now = source.predicting
    if isinstance(source.at, Moment):
        updated = _updated(source, source.at)
        if updated:
            return {**now, **updated}, now
    if not source.iteration:
        return now, None
    return now, dict(source.run.segments[0].problem.parameters)


def _updated(source: Source, moment: Moment) -> dict[str, Array]:
    """Return the new values that the walk has reached, of the variable that predictions use."""
    if source.step is None or source.step.phase is not Phase.UPDATE or moment.settings is None:
        return {}
    used = OPTIMISERS[moment.settings.optimizer].predicts_with
    return {
        name: step.p if used == "p" else step.state[used]
        for name, step in moment.updates.items()
        if source.is_reached(Phase.UPDATE, name)
    }


def _curve(source: Source, parameters: dict[str, Array], name: str, xs: Array) -> Array:
    return at_points(source, name, xs[:, None], parameters).reshape(-1)


def _here(
    source: Source, parameters: dict[str, Array], name: str, column: int, target: int
) -> tuple[float, float, float | None] | None:
    if not isinstance(source.at, Moment) or not len(source.at.batch):
        return None
    batch = source.at.batch
    row = source.problem.examples[batch[min(source.example, len(batch) - 1)]]
    x, y = float(row[column]), float(row[target])
    if not source.is_reached(Phase.FORWARD, name):
        return x, y, None
    return x, y, float(_curve(source, parameters, name, np.array([x]))[0])


def _height(targets: Array, curves: Array) -> tuple[float, float]:
    """Return a range that holds the targets, and the curves as far as they stay near."""
    low, high = float(targets.min()), float(targets.max())
    spread = (high - low) or max(abs(high), 1.0)
    near = np.clip(curves[np.isfinite(curves)], low - spread, high + spread)
    return around(np.concatenate([targets, near]), _MARGIN)


def _series(source: Source, numbers: FitFacts) -> list[Series]:
    """Return what is drawn, from back to front."""
    marks = marks_of(source.chars)
    parts = []
    if numbers.before:
        old, called = numbers.before, _before(source)
        parts.append(Series("", numbers.xs, old, Style.RUN_2, mark=marks.beside, told=called))
    target, now = _names(source)[0], _now(source, numbers)
    parts += [
        Series("", numbers.xs, numbers.now, Style.RUN_1, mark=marks.curve_mark, told=now),
        Series("", *numbers.data, Style.RUN_3, False, marks.paths[0], told=target),
    ]
    if numbers.here is not None:
        x, y, _ = numbers.here
        parts.append(Series("", (x,), (y,), Style.CURRENT, False, marks.here, told="now"))
    return parts


def _plot(source: Source, numbers: FitFacts, width: int) -> Plot:
    title, series = _axes(source, numbers, width), tuple(_series(source, numbers))
    return Plot(title, series, x_range=numbers.x_range, y_range=numbers.y_range)


def _axes(source: Source, numbers: FitFacts, width: int) -> str:
    """Return the names of the axes, with the ends of the lower one where they have room.

    A narrow plot may have a single tick on it.
    """
    up, to, right = ("↑", "→", "→") if source.chars.unicode else ("up", "to", "across")
    target, name = _names(source)
    low, high = source.apart(*numbers.x_range)
    whole = f"{target} {up}  {name} {low} {to} {high}"
    return whole if len(whole) <= width else f"{target} {up}  {name} {right}"


def _names(source: Source) -> tuple[str, str]:
    """Return the names of the target's and of the input's column."""
    problem = source.problem
    (column,), (target,) = input_columns(problem), problem.target_columns
    return source.column(problem.columns[target]), source.column(problem.columns[column])


Words = tuple[str, Style]
"""A sentence beside the plot."""


def _here_words(source: Source, numbers: FitFacts, mark: str = "") -> Iterator[Words]:
    """Yield the followed example, where there is one."""
    if numbers.here is not None:
        target, name = _names(source)
        x, y, predicted = numbers.here
        line = source.name(numbers.line)
        says = "" if predicted is None else f", {line} {source.number(predicted)}"
        text = f"{mark}{name} {source.number(x)}: {target} {source.number(y)}{says}"
        yield text, Style.CURRENT


def _is_update(source: Source) -> bool:
    return source.step is not None and source.step.phase is Phase.UPDATE


def _before(source: Source) -> str:
    return "before" if _is_update(source) else "at the start"


def _now(source: Source, numbers: FitFacts) -> str:
    after = " updated so far" if numbers.before and _is_update(source) else ""
    return f"{source.name(numbers.line)}{after}"


def _legend(source: Source, numbers: FitFacts) -> str:
    marks = marks_of(source.chars)
    here = numbers.here and numbers.here[:2]
    # The mark of the followed example lies over its point.
    sees_data = any(point != here for point in zip(*numbers.data, strict=True))
    parts = [f"{marks.paths[0]} {_names(source)[0]}"] * sees_data
    parts += [f"{marks.curve} {_now(source, numbers)}"]
    parts += [f"{marks.beside} {_before(source)}"] if numbers.before else []
    return ", ".join(parts)


def _warnings(source: Source, numbers: FitFacts) -> Iterator[Words]:
    """Yield what the plot does not show."""
    line, (low, high) = source.name(numbers.line), numbers.y_range
    if not np.isfinite(numbers.now).all():
        yield f"{line} is not finite everywhere", Style.WARNING
    elif min(numbers.now) < low or max(numbers.now) > high:
        yield f"{line} leaves the picture", Style.DIM


PICTURE = PictureKind(fit_picture, fit_words, "data and prediction")
