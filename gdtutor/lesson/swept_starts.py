"""Other starts for the runs of a sweep: another rule to draw by, or another width of a network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import frozen
from gdtutor.lesson.model import Lesson, Start
from gdtutor.lesson.reports import shown
from gdtutor.lesson.starts import start_shape, start_values
from gdtutor.lesson.tables import MAX_WIDTH
from gdtutor.training.initialise import INITIALISATIONS, UNDRAWN
from gdtutor.values import replace

INIT = "init"
"""The word for a sweep over the rule that parameters are drawn by."""
WIDTH = "width"
"""The word for a sweep over the neurons of the hidden layers."""

_RULES = tuple(name for name in INITIALISATIONS if name != "constant")


def words_of(lesson: Lesson) -> tuple[str, ...]:
    """Return which of the words a sweep over this lesson can take."""
    found = [INIT] if _drawn(lesson) else []
    return (*found, WIDTH) if _hidden_layers(lesson) else tuple(found)


def starts_swept(lesson: Lesson, name: str, text: str, seed: int | None) -> dict[str, Array]:
    """Return the starts of one run of a sweep over `init` or `width`. Arrays are read-only.

    Args:
        lesson: The lesson.
        name: One of `words_of`.
        text: The rule, or the number of neurons.
        seed: Replaces every seed of the drawn parameters; see `start_values`.

    Raises:
        GdTutorError: The value is not one of its kind.
    """
    starts = _with_init(lesson, text) if name == INIT else _with_width(lesson, text)
    return start_values(starts, seed)


def _drawn(lesson: Lesson) -> tuple[str, ...]:
    """Return the parameters that take another rule.

    They are those that a rule fills with anything but zeros, as biases keep theirs; all that a rule
    fills where every one is zeros.
    """
    by_rule = [name for name, start in lesson.starts.items() if start.value is None]
    found = [name for name in by_rule if lesson.starts[name].init != "zeros"]
    return tuple(found or by_rule)


def _with_init(lesson: Lesson, rule: str) -> dict[str, Start]:
    if rule not in _RULES:
        near = did_you_mean(rule, _RULES) or f"use one of {', '.join(_RULES)}"
        raise GdTutorError(f"init = '{shown(rule)}' is no rule to start by", near)
    changed = {}
    for place, name in enumerate(_drawn(lesson)):
        start = lesson.starts[name]
        # What was not drawn has no seed yet; equal ones would give layers the same numbers.
        seed = place if start.init in UNDRAWN else start.seed
        changed[name] = replace(start, init=rule, seed=seed, constants={})
    return {**lesson.starts, **changed}


def _hidden_layers(lesson: Lesson) -> int:
    """Return how many hidden layers a `[network]` has; 0 where there is none."""
    if not lesson.expansion:
        return 0
    layers = sum(f"W{i}" in lesson.starts for i in range(1, len(lesson.starts) + 1))
    return max(0, layers - 1)


def _with_width(lesson: Lesson, text: str) -> dict[str, Start]:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_WIDTH):
        raise GdTutorError(f"width = {shown(text)}", f"use a whole number from 1 to {MAX_WIDTH:,}")
    width, starts = int(text), dict(lesson.starts)
    outputs, inputs = (1, 0) if lesson.bindings[0].examples_first else (0, 1)
    for layer in range(1, _hidden_layers(lesson) + 1):
        _reshape(starts, f"W{layer}", outputs, width)
        _reshape(starts, f"b{layer}", outputs, width)
        _reshape(starts, f"W{layer + 1}", inputs, width)
    return starts


def _reshape(starts: dict[str, Start], name: str, axis: int, length: int) -> None:
    """Give one parameter another length along an axis, in place."""
    start = starts[name]
    shape = tuple(length if i == axis else n for i, n in enumerate(start_shape(start)))
    if start.value is None:
        starts[name] = replace(start, shape=shape)
    elif start.value.any():
        raise GdTutorError(
            f"{name} starts at given values, which fit one width alone", "let it be drawn"
        )
    else:
        starts[name] = Start(value=frozen(np.zeros(shape)))


def with_parameters(own: Mapping[str, Array], swept: Mapping[str, Array]) -> dict[str, Array]:
    """Return the parameters of a problem with the values of a sweep's starts."""
    return {name: swept.get(name, value) for name, value in own.items()}
