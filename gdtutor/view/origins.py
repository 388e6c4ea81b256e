"""Where given numbers come from: how the inputs were scaled, and how parameters were drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from gdtutor.engine.graph import Role
from gdtutor.lesson.model import Start
from gdtutor.lesson.starts import seeds_of
from gdtutor.training.initialise import fan_in, formula_of
from gdtutor.training.problem import Problem
from gdtutor.training.scaling import SCALINGS
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.context import Context
from gdtutor.view.frame import Chars, Line, Lines, Style
from gdtutor.view.lines import line, wrapped, wrapped_formula

MOST_COLUMNS = 4
"""Scaled columns whose numbers are written out."""
MOST_NAMES = 4
"""Drawn parameters of one rule that are all named."""
NO_BREAK = "\u00a0"
_ROOT = re.compile(r"√(\w+)")
_SQUARES = re.compile(r"Σ(\((?:[^()]|\([^()]*\))*\))²")
"""A sum of squares as formulas write it; in ASCII the square stands inside the sum."""


class _Draw(Struct, frozen=True):
    """Parameters that one rule draws."""

    formula: str
    names: tuple[str, ...]
    inputs: tuple[int, ...]
    """n_in of each."""
    seeds: tuple[int, ...]
    in_turn: bool
    """Whether they come one after the other from one generator."""


def origin_lines(context: Context, width: int, *, is_brief: bool = False) -> Lines:
    """Return the rule of the scaling with its numbers, the features, then every drawn start's rule.

    Args:
        context: The step.
        width: Cells of a line.
        is_brief: Whether starts are told without n_in, which the shapes tell, and few are named.
    """
    given: Lines = ()
    if any(leaf.role is Role.INPUT for leaf in context.graph.leaves):
        given = (*_scaling_lines(context, width), *_feature_lines(context, width))
    given += class_lines(context, context.moment.problem.target or "", width)
    return (*given, *_start_lines(context, width, is_brief))


def class_names(problem: Problem, chars: Chars) -> tuple[str, ...]:
    """Return the labels that the classes were read from, none where they were numbers.

    They are words of the data and no names: `c03` stays as it is.
    """
    columns = [problem.columns[c] for c in problem.target_columns]
    if len(columns) < 2 or not all("=" in column for column in columns):
        return ()
    return tuple(notation.plain(column.partition("=")[2], chars) for column in columns)


def class_lines(context: Context, name: str, width: int) -> Lines:
    """Return which class each row or column of the targets stands for, and the followed example's.

    Args:
        context: The step.
        name: The targets, or what stands beside them; there is nothing to say of anything else.
        width: Cells of a line.
    """
    problem = context.moment.problem
    names = class_names(problem, context.chars)
    if not names or name not in (problem.prediction, problem.target):
        return ()
    place = context.followed_place(context.trace.axes.get(name, ()))
    side = "columns" if context.trace.axes.get(name) == (0,) else "rows"
    told = f"{side} of {context.name(name)}: {', '.join(names)}"
    if place is not None:
        aimed = np.take(context.trace.values[str(problem.target)], place[1], axis=place[0])
        told += f"; example {place[1]} is {names[int(np.argmax(aimed))]}"
    return wrapped(told, width, Style.DIM)


def _feature_lines(context: Context, width: int) -> Lines:
    """Return what the rows of the inputs' matrix are, where they are made from the inputs."""
    features = context.lesson.features
    if features is None:
        return ()
    words = (
        notation.plain(text, context.chars).replace(" ", NO_BREAK) for text in features.formulas
    )
    head, *rest = wrapped(f"features of X: {', '.join(words)}", width - 1)
    return (head, *(line(" ", *row) for row in rest))


def _scaling_lines(context: Context, width: int) -> Lines:
    scaling = context.lesson.scaling
    if scaling is None:
        return ()
    chars = context.chars
    rule = SCALINGS[scaling.kind]
    lines = [line(("scaled: each input x becomes", Style.DIM))]
    for part in formula_text(rule.formula, chars).split(",  "):
        lines += wrapped_formula(" ", part, width)
    off, by = (notation.plain(part, chars) for part in rule.parts)
    told = list(zip(scaling.columns, scaling.shift, scaling.scale, strict=True))
    for column, shift, scale in told[:MOST_COLUMNS]:
        called = context.name(column) if column.isidentifier() else notation.plain(column, chars)
        numbers = f"{off} {context.number(shift)}, {by} {context.number(scale)}"
        lines += [line(" ", *row) for row in wrapped(f"{called}: {numbers}", width - 1)]
    if len(told) > MOST_COLUMNS:
        more = f" {chars.ellipsis} {len(told) - MOST_COLUMNS} more columns"
        lines.append(line((more, Style.DIM)))
    return tuple(lines)


def _start_lines(context: Context, width: int, is_brief: bool) -> Lines:
    """Return a rule for all that it has drawn; none later, nor of what the learner has changed."""
    if context.moment.iteration:
        return ()
    changed = {change.name for change in context.changes}
    own = {
        name: start
        for name, start in context.lesson.starts.items()
        if name in context.trace.values and name not in changed
    }
    lines: list[Line] = []
    seeds = seeds_of(context.lesson.starts, context.seed)
    for draw in _draws(own, seeds):
        head, *rest = wrapped(f"drawn {_draw_text(context, draw, is_brief)}", width - 1)
        lines += [head, *(line(" ", *row) for row in rest)]
    drawn = [name for name in seeds if name in own]
    for stream in dict.fromkeys(own[name].stream for name in drawn):
        names = tuple(name for name in drawn if own[name].stream == stream)
        rules = {formula_of(own[name].init, own[name].constants) for name in names}
        if stream is not None and len(rules) > 1:
            lines += wrapped(f"drawn in the order {_names_text(context, names, False)}", width)
    return tuple(lines)


def _draws(starts: Mapping[str, Start], seeds: Mapping[str, int]) -> Iterable[_Draw]:
    """Yield the drawn parameters, those of one rule and one way to draw together."""
    kinds: dict[tuple[str, int | None], list[str]] = {}
    for name in seeds:
        if name in starts:
            start = starts[name]
            formula = formula_of(start.init, start.constants)
            kinds.setdefault((formula, start.stream), []).append(name)
    for (formula, stream), names in kinds.items():
        inputs = tuple(
            fan_in(starts[name].shape, inputs_first=starts[name].inputs_first) for name in names
        )
        of_all = tuple(seeds[name] for name in names)
        yield _Draw(formula, tuple(names), inputs, of_all, stream is not None and len(names) > 1)


def _draw_text(context: Context, draw: _Draw, is_brief: bool) -> str:
    """Return `W₁, W₂: N(0, 1)·√(2 / n_in), n_in = 2, 3, seeds 48, 49`."""
    parts = [formula_text(draw.formula, context.chars)]
    if "n_in" in draw.formula and not is_brief and len(draw.names) <= MOST_NAMES:
        parts.append(f"n_in = {', '.join(str(n) for n in draw.inputs)}")
    parts.append(_seed_text(draw, is_brief))
    # A line breaks between the parts, not within one.
    rule = ", ".join(part.replace(" ", NO_BREAK) for part in parts)
    return f"{_names_text(context, draw.names, is_brief)}: {rule}"


def _names_text(context: Context, names: tuple[str, ...], is_brief: bool) -> str:
    called = [context.name(name) for name in names]
    if is_brief and len(called) > 2:
        return f"{called[0]}{context.chars.ellipsis}{called[-1]}"
    if len(called) > MOST_NAMES:
        called = [*called[:2], context.chars.ellipsis, called[-1]]
    return ", ".join(called)


def _seed_text(draw: _Draw, is_brief: bool) -> str:
    seeds = list(dict.fromkeys(draw.seeds))
    if len(seeds) == 1:
        in_turn = draw.in_turn and not is_brief
        return f"in turn from seed {seeds[0]}" if in_turn else f"seed {seeds[0]}"
    if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"seeds {seeds[0]} to {seeds[-1]}"
    return f"seeds {', '.join(str(seed) for seed in seeds)}"


def formula_text(formula: str, chars: Chars) -> str:
    """Return a formula of a table in the character set: in ASCII √n_in is sqrt(n_in)."""
    if chars.unicode:
        return formula
    return notation.plain(_SQUARES.sub(r"Σ(\1²)", _ROOT.sub(r"√(\1)", formula)), chars)
