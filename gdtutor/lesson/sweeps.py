"""The members of a sweep, from what the learner asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.operations import Arrays
from gdtutor.engine.trace import frozen
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson, Start
from gdtutor.lesson.reports import shown
from gdtutor.lesson.runs import OWN, problem_of, run_of
from gdtutor.lesson.selectors import parse_cell, parse_number
from gdtutor.lesson.starts import start_shape, start_values
from gdtutor.lesson.tables import MAX_WIDTH
from gdtutor.training.initialise import INITIALISATIONS, UNDRAWN
from gdtutor.training.problem import Problem
from gdtutor.training.segments import Edit, RunSegment, Stretch, with_edit
from gdtutor.training.settings import Settings
from gdtutor.training.sweep import Member, check_room, sweepable, swept
from gdtutor.values import replace

INIT = "init"
"""The word for a sweep over the rule that parameters are drawn by."""
WIDTH = "width"
"""The word for a sweep over the neurons of the hidden layers."""

_RULES = tuple(name for name in INITIALISATIONS if name != "constant")
_EXAMPLE = "write learning_rate=0.05,0.5,5"


def members_of(
    lesson: Lesson, seed: int | None, text: str, segments: Sequence[RunSegment] = (),
    back: str = "take that change back",
) -> tuple[Member, ...]:  # fmt: skip
    """Return the runs that `NAME=VALUE,VALUE,…` asks for.

    The name is that of a setting or of a constant of the optimiser; a parameter of one number, or
    a cell as `W1[0,1]`, for its start; `init` for the rule that parameters are drawn by; or `width`
    for the neurons of every hidden layer of a `[network]`; `variant` takes variants by number, the
    lesson itself by 0, each as its file has it. A seed is that of the start where
    parameters are drawn, and of the order of the examples.

    Args:
        lesson: The lesson.
        seed: Replaces the lesson's own seeds.
        text: What differs between the runs.
        segments: The run that they start from, with its changes; the lesson's own where empty.
        back: How a change after the start is taken back.

    Raises:
        GdTutorError: Where the name or a value cannot be swept over, or where the run has changes
            after its start, which a sweep has not.
    """
    name, sign, values = text.partition("=")
    name = re.sub(r"\s", "", name)
    wanted = [value.strip() for value in values.split(",") if value.strip()]
    if not sign or not wanted:
        raise GdTutorError(f"'{shown(text)}' is no sweep", _EXAMPLE)
    if name == "variant":
        return tuple(_of_variant(lesson, seed, value) for value in wanted)
    first, *later = segments or run_of(lesson, seed).segments
    if later:
        raise GdTutorError(
            f"the run changes at iteration {later[0].first_iteration}, and the runs of a sweep "
            "change nothing on their way",
            f"{back}, or make it at iteration 0",
        )
    check_room(len(wanted), first.problem, first.settings)
    return tuple(
        Member(f"{name} {value}", *_changed(lesson, seed, first, name, value), name)
        for value in wanted
    )


def starts_of(lesson: Lesson, start: RunSegment, count: int, label: str) -> tuple[Member, ...]:
    """Return the runs from the first so many seeds, with what the start was changed to.

    A seed gives the drawn parameters and the order of the examples, so that all variants of a
    lesson begin at the same starts.
    """
    return tuple(
        Member(f"{label}, seed {seed}", *_changed(lesson, None, start, "seed", str(seed)))
        for seed in range(count)
    )


def _of_variant(lesson: Lesson, seed: int | None, value: str) -> Member:
    """Return the run of a variant by its number, of the lesson itself by 0."""
    last = len(lesson.variants)
    if not value.isdecimal() or int(value) > last:
        hint = f"they are counted from 1 to {last}; 0 is the lesson itself"
        raise GdTutorError(f"there is no variant {shown(value)}", hint)
    number = int(value)
    chosen = with_variant(lesson, lesson.variants[number - 1].name) if number else lesson
    first = run_of(chosen, seed).segments[0]
    return Member(chosen.variant or OWN, first.problem, first.settings)


def _changed(
    lesson: Lesson, seed: int | None, start: RunSegment, name: str, value: str
) -> tuple[Problem, Settings]:
    """Return the problem and the settings of one run; the start's own edits are in its values."""
    settings, problem = start.settings, start.problem
    parameter, cell = parse_cell(name) if "[" in name else (name, None)
    if name in sweepable(settings):
        settings = swept(settings, name, value)
        if name == "seed":
            drawn = problem_of(lesson, seed=settings.seed).parameters
            problem = _with_parameters(problem, drawn)
    elif parameter in problem.parameters:
        size = problem.parameters[parameter].size
        if cell is None and size != 1:
            hint = f"sweep over one, as {parameter}[0,0]={value}"
            raise GdTutorError(f"{parameter} has {size} numbers", hint)
        start = with_edit(start, Edit(parameter, cell, parse_number(value)))
        problem = start.problem
    elif name in words_of(lesson):
        starts = _with_init(lesson, value) if name == INIT else _with_width(lesson, value)
        drawn = start_values(starts, seed)
        problem = _with_parameters(problem, drawn)
    else:
        raise _unknown(lesson, start, parameter)
    return _edited(replace(start, problem=problem, settings=settings)), settings


def _edited(segment: RunSegment) -> Problem:
    """Return the problem of a segment with its edits made in the starts.

    Raises:
        TrainingError: An edit is of a cell that is not there.
    """
    if not segment.edits:
        return segment.problem
    made = replace(segment, edits=())
    for edit in segment.edits:
        made = with_edit(made, edit)
    stretch = Stretch(made, None)
    parameters, _ = stretch.layout.split(stretch.start(None, 0)[0])
    return replace(segment.problem, parameters=parameters)


def _unknown(lesson: Lesson, start: RunSegment, name: str) -> GdTutorError:
    words = (*sweepable(start.settings), *words_of(lesson))
    near = did_you_mean(name, (*words, *start.problem.parameters))
    parameters = ", ".join(list(start.problem.parameters)[:8])
    hint = near or f"use one of {', '.join(words)}, or the start of a parameter: {parameters}"
    return GdTutorError(f"there is no sweep over '{shown(name)}'", hint)


def words_of(lesson: Lesson) -> tuple[str, ...]:
    """Return which of the words a sweep over this lesson can take."""
    found = [INIT] if _drawn(lesson) else []
    return (*found, WIDTH) if _hidden_layers(lesson) else tuple(found)


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
        what = f"{name} starts at given values, which fit one width alone"
        raise GdTutorError(what, "let it be drawn")
    else:
        starts[name] = Start(value=frozen(np.zeros(shape)))


def _with_parameters(problem: Problem, swept: Arrays) -> Problem:
    """Return a problem with the values of a sweep's starts."""
    own = problem.parameters
    return replace(problem, parameters={name: swept.get(name, own[name]) for name in own})
