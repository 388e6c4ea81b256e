"""Maps of the input plane: what every neuron of a playground says there, and the examples."""

from __future__ import annotations

from functools import lru_cache
from string import digits

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.network import INPUT, PREDICTION
from gdtutor.lesson.runs import RunResult, outcome_of
from gdtutor.session.state import Playing, Snapshot
from gdtutor.training.classes import classes_in
from gdtutor.training.problem import Problem, input_columns
from gdtutor.training.run import Run
from gdtutor.values import Struct
from gdtutor.view.figures import source_of
from gdtutor.view.frame import UNICODE, Chars, Lines, Mark, Style
from gdtutor.view.lines import merged
from gdtutor.view.marks import marks_of
from gdtutor.view.pictures.field import Axis, Field, Grid
from gdtutor.view.pictures.planes import forward_at
from gdtutor.view.pictures.source import Source

MARGIN = 0.1
"""How far the plane goes beyond the examples, as a part of their spread."""
MARKED_CELLS = 6
"""Cells of a map for each example that is marked, so that the map stays to be seen."""
SIGNS = "+-"
"""What marks examples of a regression whose target is above 0, and not."""

APART = 0.5
"""The part of what both inputs span together that each has to span for axes that are the same."""


class Maps(Struct, frozen=True, eq=False):
    """The values of a network at some points of the plane. Arrays are read-only."""

    grid: Grid
    layers: tuple[Array, ...]
    """Of shape (neurons, points): the values of each layer that was asked for."""


def axes_of(problem: Problem) -> tuple[Axis, Axis]:
    """Return the two axes of the plane around all examples: the same for both, or each by its own
    examples where those would fill a part of the plane alone."""
    columns = list(input_columns(problem))
    values = problem.examples[:, columns]
    lows, highs = values.min(axis=0), values.max(axis=0)
    low, high = lows.min(), highs.max()
    if (highs - lows).min() > APART * (high - low):
        lows[:], highs[:] = low, high
    margins = MARGIN * np.where(highs > lows, highs - lows, 1.0)
    ends = zip((lows - margins).tolist(), (highs + margins).tolist(), strict=True)
    first, second = (
        Axis(problem.columns[column], *own) for column, own in zip(columns, ends, strict=True)
    )
    return first, second


def layer_names(layers: int) -> tuple[str, ...]:
    """Return the line of each layer: the features, the hidden ones, the output."""
    return (INPUT, *(f"A{layer}" for layer in range(1, layers - 1)), PREDICTION)


@lru_cache(maxsize=8)
def maps_of(source: Source, names: tuple[str, ...], columns: int, rows: int) -> Maps:
    """Return what every neuron of some layers says in the middle of every cell of the plane.

    Args:
        source: The run, and what it has come to.
        names: The lines of the layers.
        columns: Cells of a map.
        rows: Lines of a map.
    """
    grid = Grid(*axes_of(source.problem), columns, rows)
    values = forward_at(source.problem, source.predicting, grid.points(), names, {})
    return Maps(grid, tuple(values[name] for name in names))


def centre_of(activation: str, neurons: int = 1) -> float:
    """Return the value of an activation that is on neither side; of shares the equal one."""
    if activation == "softmax":
        return 1 / neurons
    return 0.5 if activation == "sigmoid" else 0.0


def cells_of(values: Array, centre: float, chars: Chars, *, is_discrete: bool) -> list[Mark]:
    """Return a glyph for every value: its side by kind of glyph, how far it is by how dense.

    Args:
        values: Of shape (points,).
        centre: What is on neither side.
        chars: The characters to draw with.
        is_discrete: Whether sides alone show.
    """
    off = np.nan_to_num(values - centre)
    most = float(np.abs(off).max()) or 1.0
    # No denser than that: the examples are to stand out.
    high, low = ("░░▒▒", "··::") if chars.unicode else ("~~%%", "..::")
    levels = np.minimum((np.abs(off) / most * 4).astype(int), 3)
    if is_discrete:
        levels = np.ones_like(levels)
    return [
        ((high if value > 0 else low)[level], Style.REGION_HIGH if value > 0 else Style.REGION_LOW)
        for value, level in zip(off, levels, strict=True)
    ]


def small_map(
    maps: Maps, values: Array, centre: float, chars: Chars, *, is_discrete: bool
) -> Lines:
    """Return a neuron's map without axes."""
    glyphs = cells_of(values, centre, chars, is_discrete=is_discrete)
    wide = maps.grid.columns
    rows = range(maps.grid.rows)
    return tuple(merged(glyphs[row * wide : (row + 1) * wide]) for row in rows)


def large_map(session: Playing, maps: Maps, values: Array, centre: float, chars: Chars) -> Lines:
    """Return a map with axes and the examples on it; of several values the largest is shown.

    Args:
        session: In a playground.
        maps: Whose grid is drawn.
        values: Of shape (points,), or (classes, points).
        centre: What is on neither side.
        chars: The characters to draw with.
    """
    play, grid = session.play, maps.grid
    field = Field(grid)
    if values.ndim > 1:
        shades = "·░:▒∘▓" if chars.unicode else ".#:%=@"
        classes = np.argmax(np.nan_to_num(values), axis=0)
        glyphs = [(shades[c], Style.REGION_HIGH if c else Style.REGION_LOW) for c in classes]
    else:
        glyphs = cells_of(values, centre, chars, is_discrete=play.is_discrete)
    for place, mark in enumerate(glyphs):
        field.put(place // grid.columns, place % grid.columns, mark)
    problem = source_of(session, chars).problem
    marks = _marks(problem, session.run.trained_examples, chars)
    first, second = input_columns(problem)
    for example in marked_examples(session, grid.columns * grid.rows)[0]:
        row = problem.examples[example]
        field.mark(float(row[first]), float(row[second]), (marks[example], Style.CURRENT))
    return field.lines(chars)


def marked_examples(session: Playing, cells: int) -> tuple[list[int], int]:
    """Return as many examples as leave a map of so many cells to be seen, in the share of training
    and validation ones, and how many there are to be marked.
    """
    run, most = session.run, max(cells // MARKED_CELLS, 8)
    size = source_of(session, UNICODE).problem.size
    trained = list(range(run.trained_examples))
    held = [] if session.play.hides_held else list(range(run.trained_examples, size))
    of = len(held) + len(trained)
    share = len(held) / max(of, 1)
    return [*held[: int(most * share)], *trained[: most - int(most * share)]], of


@lru_cache(maxsize=4)
def _marks(problem: Problem, trained: int, chars: Chars) -> tuple[str, ...]:
    """Return the mark of every example."""
    targets = problem.examples[:, problem.target_columns]
    is_class = bool(np.isin(targets, (0.0, 1.0)).all())
    held, plain = marks_of(chars).held_signs, SIGNS
    if is_class:
        held, plain = marks_of(chars).held_classes, digits
    found = []
    for example, target in enumerate(targets):
        number = int(target[0] <= 0)
        if is_class:
            number = int(target[0]) if len(target) == 1 else int(np.argmax(target))
        found.append((held if example >= trained else plain)[number])
    return tuple(found)


@lru_cache(maxsize=4)
def outcome_shown(run: Run, snapshot: Snapshot) -> RunResult:
    """Return what the parameters of the maps are good for: before training, those of the start."""
    return outcome_of(run, 0) if snapshot.of is None else snapshot


def accuracies(run: Run, outcome: RunResult) -> tuple[float, float | None] | None:
    """Return the share of examples told right, trained on and others; None without classes."""
    expected = outcome.targets
    if not len(outcome.predictions) or not np.isin(expected, (0.0, 1.0)).all():
        return None
    classes = classes_in(run.segment_at(run.farthest).problem, outcome.predictions, expected)
    if classes is None:
        return None
    right, trained = classes[0] == classes[1], run.trained_examples
    rest = float(np.mean(right[trained:])) if trained < len(right) else None
    return float(np.mean(right[:trained])), rest
