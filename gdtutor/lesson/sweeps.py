"""The members of a sweep, from what the learner asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.problem import problem_of
from gdtutor.lesson.reports import shown
from gdtutor.lesson.runs import OWN, run_of
from gdtutor.lesson.selectors import parse_cell, parse_number
from gdtutor.lesson.swept_starts import starts_swept, with_parameters, words_of
from gdtutor.training.problem import Problem
from gdtutor.training.segments import Edit, RunSegment, Stretch, with_edit
from gdtutor.training.settings import Settings
from gdtutor.training.sweep import Member, check_room, sweepable, swept
from gdtutor.values import replace

_EXAMPLE = "write learning_rate=0.05,0.5,5"


def members_of(
    lesson: Lesson, seed: int | None, text: str, segments: Sequence[RunSegment] = ()
) -> tuple[Member, ...]:
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
            "take that change back, or make it at iteration 0",
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
            problem = replace(problem, parameters=with_parameters(problem.parameters, drawn))
    elif parameter in problem.parameters:
        size = problem.parameters[parameter].size
        if cell is None and size != 1:
            raise GdTutorError(
                f"{parameter} has {size} numbers", f"sweep over one, as {parameter}[0,0]={value}"
            )
        start = with_edit(start, Edit(parameter, cell, parse_number(value)))
        problem = start.problem
    elif name in words_of(lesson):
        drawn = starts_swept(lesson, name, value, seed)
        problem = replace(problem, parameters=with_parameters(problem.parameters, drawn))
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
