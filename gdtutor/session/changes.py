"""What a change does to a run: new data, constants, settings or parameters from an iteration on.

The graphs before the last one do not train: of them it changes the given values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

import numpy as np

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import Array, Arrays
from gdtutor.engine.shapes import has_cell, shape_text
from gdtutor.engine.trace import frozen
from gdtutor.lesson.activation import with_activation
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import shown
from gdtutor.lesson.runs import problem_of
from gdtutor.lesson.selectors import Assignment
from gdtutor.training.errors import TrainingError
from gdtutor.training.optimisers import OPTIMISERS, WEIGHT_DECAY, optimiser_of
from gdtutor.training.problem import Binding, Indices, Problem, is_identical
from gdtutor.training.segments import Edit, RunSegment, filled, with_edit
from gdtutor.training.settings import Settings, Stop
from gdtutor.values import replace

Cell = tuple[int, ...]


def segments_with(
    lesson: Lesson, start: RunSegment, log: tuple[Assignment, ...]
) -> tuple[RunSegment, ...]:
    """Return the segments of a run that follows a log of changes.

    Args:
        lesson: The lesson, for another activation of its formulas.
        start: The run's first segment, without changes.
        log: The changes, in order of their iterations.

    Raises:
        GdTutorError: Where a change does not fit.
    """
    segments = [start]
    for change in log:
        if _is_of_an_earlier_graph(lesson, start.problem, change.name):
            continue
        last = segments[-1]
        if change.iteration > last.first_iteration:
            last = replace(last, first_iteration=change.iteration, edits=())
            segments.append(last)
        segments[-1] = _changed(lesson, last, change)
    return tuple(segments)


def is_own(lesson: Lesson, start: RunSegment, change: Assignment) -> bool:
    """Say whether a change sets what stands at the start of the lesson's own run already.

    Raises:
        GdTutorError: Where the change does not fit.
    """
    before, name = start.problem, change.name
    if isinstance(change.value, str) or _is_of_an_earlier_graph(lesson, before, name):
        return False
    after = _changed(lesson, start, change)
    if change.iteration:
        return False
    if name in before.parameters:
        own = before.parameters[name]
        return is_identical(own, filled(own, change.cell, change.value))
    if after.settings != start.settings:
        return False
    constants = after.problem.constants
    return is_identical(after.problem.examples, before.examples) and all(
        is_identical(constants[n], c) for n, c in before.constants.items()
    )


def _is_of_an_earlier_graph(lesson: Lesson, last: Problem, name: str) -> bool:
    """Say whether a name is given to a graph before the last one alone, which does not train.

    Examples are the same for all graphs.
    """
    if name in last.graph.leaf_by_name or any(b.leaf == name for b in lesson.bindings):
        return False
    return any(name in scene.graph.leaf_by_name for scene in lesson.scenes[:-1])


def _changed(lesson: Lesson, segment: RunSegment, change: Assignment) -> RunSegment:
    problem, name = segment.problem, change.name
    if name in _OF_TRAINING and name not in problem.graph.leaf_by_name:
        if not lesson.trains:
            raise GdTutorError(f"this lesson has no {name}", "it does not train")
        return replace(segment, settings=_OF_TRAINING[name](segment.settings, change))
    if name == "activation":
        graph = with_activation(lesson, str(change.value)).scenes[-1].graph
        return replace(segment, problem=replace(problem, graph=graph))
    return _changed_value(lesson, segment, change)


def _with_optimizer(settings: Settings, change: Assignment) -> Settings:
    name = str(change.value)
    if name not in OPTIMISERS:
        near = did_you_mean(name, OPTIMISERS) or f"there are {', '.join(OPTIMISERS)}"
        raise GdTutorError(f"unknown optimizer '{shown(name)}'", near)
    other = replace(settings, optimizer=name, hyperparameters=())
    return replace(other, hyperparameters=tuple(_taken(constants_of(settings), other)))


def constants_of(settings: Settings) -> dict[str, float]:
    """Return the constants that a lesson gives its optimiser, and a decay that is of its kind."""
    _, values = optimiser_of(settings)
    own = {name: value for name, value in values.items() if name == WEIGHT_DECAY}
    return dict(settings.hyperparameters) | own


def _taken(constants: Mapping[str, float], settings: Settings) -> Iterator[tuple[str, float]]:
    """Yield the constants that the optimiser takes: every one but implicit has a weight decay."""
    for constant in constants.items():
        with suppress(TrainingError):
            optimiser_of(replace(settings, hyperparameters=(constant,)))
            yield constant


def _with_stop(settings: Settings, change: Assignment) -> Settings:
    bound = float(change.value)
    if bound <= 0:
        what = f"{change.name} is {number_text(bound)}"
        raise GdTutorError(what, "use a finite number above 0")
    return replace(settings, stop=replace(settings.stop, **{change.name: bound}))


_OF_TRAINING: Mapping[str, Callable[[Settings, Assignment], Settings]] = {
    "learning_rate": lambda settings, c: replace(settings, learning_rate=float(c.value)),
    "optimizer": _with_optimizer,
    **dict.fromkeys(Stop.__struct_fields__, _with_stop),
}
"""What can be changed of how a run trains."""


def _changed_value(lesson: Lesson, segment: RunSegment, change: Assignment) -> RunSegment:
    problem, name, cell, value = segment.problem, change.name, change.cell, float(change.value)
    if name in problem.parameters:
        _check_cell(name, cell, problem.parameters[name].shape)
        return with_edit(segment, Edit(name, cell, value))
    if name in problem.constants:
        array = problem.constants[name]
        _check_cell(name, cell, array.shape)
        constants = {**problem.constants, name: filled(array, cell, value)}
        return replace(segment, problem=replace(problem, constants=constants))
    data = _data(lesson)
    if name in data:
        examples = _changed_data(problem, data[name], cell, value)
        return replace(segment, problem=replace(problem, examples=examples))
    raise not_given(lesson, problem, name)


def _data(lesson: Lesson) -> dict[str, Binding]:
    used = {leaf.name for scene in lesson.scenes for leaf in scene.graph.leaves}
    return {binding.leaf: binding for binding in lesson.bindings if binding.leaf in used}


def changeable(lesson: Lesson, problem: Problem) -> tuple[str, ...]:
    """Return the names that an edit takes: the given values, those of the last graph first, and
    the settings."""
    last = (*problem.parameters, *problem.constants, *_data(lesson))
    before = (leaf.name for scene in lesson.scenes for leaf in scene.graph.leaves)
    settings = (*_OF_TRAINING, "activation") if lesson.trains else ("activation",)
    return tuple(dict.fromkeys((*last, *before, *settings)))


def not_given(lesson: Lesson, problem: Problem, name: str) -> GdTutorError:
    """Return the error for a name that an edit does not take, with those that it does."""
    known = changeable(lesson, problem)
    if any(name in scene.graph.node_by_name for scene in lesson.scenes):
        own = [one for one in known if one not in (*_OF_TRAINING, "activation")]
        return GdTutorError(f"{name} is computed", f"change a given value: {', '.join(own)}")
    near = did_you_mean(name, known) or f"there are {', '.join(known)}"
    return GdTutorError(f"'{shown(name)}' is no given value", near)


def _changed_data(problem: Problem, binding: Binding, cell: Cell | None, value: float) -> Array:
    name = binding.leaf
    examples = np.array(problem.examples)
    if binding.is_matrix:
        _check_cell(name, cell, binding.matrix_shape(problem.size))
        cells = filled(binding.matrix(examples), cell, value)
        examples[:, list(binding.columns)] = cells if binding.examples_first else cells.T
        return frozen(examples)
    if cell is None and problem.size == 1:
        example = 0
    else:
        _check_example(name, cell, problem.size)
        example = (cell or (0,))[0]
    examples[example, binding.columns[0]] = value
    return frozen(examples)


def _check_example(name: str, cell: Cell | None, size: int) -> None:
    if cell is not None and size == 1 and cell != (0,):
        raise GdTutorError(f"{name} is one number, of one example", f"write {name} alone")
    if cell is None or len(cell) != 1 or not 0 <= cell[0] < size:
        what = f"{name} has one number for each of {size} examples"
        raise GdTutorError(what, f"say which, from {name}[0] to {name}[{size - 1}]")


def _check_cell(name: str, cell: Cell | None, shape: tuple[int, ...]) -> None:
    if cell is None:
        return
    if not shape:
        raise GdTutorError(f"{name} is one number and has no cells", f"write {name} alone")
    if not has_cell(shape, cell):
        zeros = ",".join("0" for _ in shape)
        last = ",".join(str(n - 1) for n in shape)
        hint = f"write {name} alone for every cell, or one from {name}[{zeros}] to {name}[{last}]"
        raise GdTutorError(f"{name} has the shape {shape_text(shape)}", hint)


def earlier_values(
    lesson: Lesson, seed: int | None, log: tuple[Assignment, ...], iteration: int, batch: Indices
) -> tuple[Arrays, ...]:
    """Return the value of every leaf of each scene but the last, with the changes so far.

    Args:
        lesson: The lesson.
        seed: Replaces every seed of the drawn parameters.
        log: The changes.
        iteration: Changes made after it are left out.
        batch: The examples of the iteration, the same in every scene.
    """
    values = []
    for index in range(len(lesson.scenes) - 1):
        problem = problem_of(lesson, seed=seed, scene=index)
        known = {leaf.name for leaf in problem.graph.leaves}
        mine = tuple(c for c in log if c.name in known and c.iteration <= iteration)
        values.append(_given(lesson, problem, mine, batch))
    return tuple(values)


def is_own_value(lesson: Lesson, seed: int | None, start: RunSegment, change: Assignment) -> bool:
    """Say whether a change sets what the lesson's own run begins with, or an earlier graph has.

    Raises:
        GdTutorError: Where the change does not fit.
    """
    name, graphs = change.name, lesson.scenes[:-1]
    if name not in start.problem.graph.leaf_by_name:
        index = next((i for i, s in enumerate(graphs) if name in s.graph.leaf_by_name), None)
        if index is not None:
            start = RunSegment(0, problem_of(lesson, seed=seed, scene=index), Settings())
    return is_own(lesson, start, change)


def _given(lesson: Lesson, problem: Problem, log: tuple[Assignment, ...], batch: Indices) -> Arrays:
    start = RunSegment(0, problem, Settings())
    segments = segments_with(lesson, start, log)
    parameters = dict(problem.parameters)
    for segment in segments:
        for edit in segment.edits:
            parameters[edit.name] = filled(parameters[edit.name], edit.cell, edit.value)
    return segments[-1].problem.given(parameters, batch)
