"""What only a lesson's numbers and screens can show: gradients, training, fit, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.engine.expression import Name
from gdtutor.engine.gradient_check import TOLERANCE, Difference, check_cell, nodes_at_kink
from gdtutor.engine.operations import OPERATIONS, Array, Kind
from gdtutor.engine.trace import Trace, trace
from gdtutor.fit import DESIGN_SIZE, Misfit, fit_of
from gdtutor.given_away import given_away
from gdtutor.lesson.fences import TOML_LINE, divide
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Findings, Place, Report
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.lesson.toml_text import find_places
from gdtutor.session.moment import Moment
from gdtutor.session.state import Session
from gdtutor.session.steps import wanted_gradients
from gdtutor.session.update import Opened, opened
from gdtutor.training.run import Run

LESSON_CODES = {
    "settings": "the run cannot be set up as configured",
    "not-finite": "a value or the training is not finite, and the lesson is not about that",
    "long-run": "the run is too long to be followed to its end (a warning)",
    "gradient": "a gradient differs from the central difference",
    "kink": "a value stands where its derivative does not exist (a warning)",
    "row": "a vector meets a matrix as a row, not as a column (a warning)",
    "fit": "a panel of a step does not fit the design size",
    "given-away": "a question says its own answer",
}
"""Every code that is about numbers and screens, with what it means."""

TRAINING_WORK = 1e7
"""About how many microseconds the runs of one lesson may take together."""
GRADIENT_WORK = 3e6
"""How many elementary operations the central differences of one lesson may take together."""
_CELLS = 64
"""Cells of one parameter that are checked at most."""
_ASIDE = 1e-3
"""How far beside a kink a gradient is checked."""


@dataclass(frozen=True, slots=True)
class GradientChecked:
    """A parameter's gradient beside the central difference."""

    lesson: str
    """The lesson's id."""
    parameter: str
    """The parameter, or the input that the lesson asks a gradient for."""
    relative_error: float
    """Of its worst cell, in any graph and variant of the lesson."""


@dataclass(frozen=True, slots=True)
class LessonChecked:
    """What was found out about one lesson."""

    problems: tuple[Report, ...]
    gradients: tuple[GradientChecked, ...]


@dataclass(slots=True)
class _Notes:
    """Collects what is found about one lesson, each thing once."""

    lesson: Lesson
    reports: dict[Report, None] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)

    def add(self, code: str, what: str, hint: str, place: Place, level: str = "error") -> None:
        lines = self.lesson.text.split("\n")
        source = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        report = Report(self.lesson.path, *place, level, code, what, hint, source)
        self.reports.setdefault(report)

    def in_front(self, *path: str) -> Place:
        """Return the place of a key of the front matter, or of the table around it."""
        divided = divide(self.lesson.text, Findings(self.lesson.path))
        if divided is None:
            return Place(1, 1)
        wanted: list[TomlPath] = [(*path, "="), path, (path[0], "="), (path[0],), ("network", "=")]
        places = find_places(divided.toml, TOML_LINE, set(wanted))
        return next((places[key] for key in wanted if key in places), Place(1, 1))

    def of_name(self, name: str) -> Place:
        """Return the place of a line or of a given value."""
        line = name.partition(".")[0]
        if line in self.lesson.places:
            return Place(*self.lesson.places[line])
        table = "constants" if name in self.lesson.constants else "parameters"
        if any(binding.leaf == name for binding in self.lesson.bindings):
            return self.in_front("data")
        return self.in_front(table, name)


def check_lesson(lesson: Lesson) -> LessonChecked:
    """Check the numbers and the screens of a lesson that the loader accepts, and its variants."""
    notes = _Notes(lesson)
    names = ("", *(variant.name for variant in lesson.variants))
    for name in names:
        whose = with_variant(lesson, name) if name else lesson
        of = f"with the variant '{name}' " if name else ""
        try:
            session = opened(Session(), Opened(whose, run_of(whose)))
        except GdTutorError as error:
            notes.add("settings", of + error.what, error.hint, notes.in_front("training"))
            continue
        if session.moment is None or session.run is None:
            continue
        if _is_finite(notes, session.moment, of):
            _check_gradients(notes, session.moment, len(names), of)
        _check_training(notes, session.run, len(names), of)
        if not name:
            _check_vectors(notes, session.moment)
            _check_fit(notes, session)
            _check_questions(notes, session.moment)
    gradients = (GradientChecked(lesson.id, name, e) for name, e in notes.errors.items())
    return LessonChecked(tuple(notes.reports), tuple(gradients))


def _is_finite(notes: _Notes, moment: Moment, of: str) -> bool:
    """Report the first line whose value at the lesson's own start is not finite."""
    for done in moment.traces:
        for node in done.graph.nodes:
            if not np.isfinite(done.values[node.name]).all():
                line = done.graph.lines[node.line].name
                if not notes.lesson.diverges:
                    what = f"{of}the value of {line} is not finite"
                    hint = "look for a division by 0, or a root or logarithm of a negative number"
                    notes.add("not-finite", what, hint, notes.of_name(line))
                return False
    return True


def _check_gradients(notes: _Notes, moment: Moment, shares: int, of: str) -> None:
    """Hold every gradient that the walk shows against central differences."""
    shown = [
        (scene, done, name)
        for scene, done in zip(notes.lesson.scenes, moment.traces, strict=True)
        if scene.backward
        for name in wanted_gradients(notes.lesson, done.graph)
        if name in done.gradients
    ]
    for _, done, name in shown:
        work = 2 * len(done.graph.nodes) * len(shown) * shares
        most = int(min(max(GRADIENT_WORK // max(work, 1), 1), _CELLS))
        error = _gradient_error(notes, done, name, most, of)
        notes.errors[name] = max(error, notes.errors.get(name, 0.0))


def _gradient_error(notes: _Notes, done: Trace, name: str, most: int, of: str) -> float:
    """Return the worst relative error of a gradient; a wrong one is reported.

    At a kink the derivative does not exist, and at an exact minimum a difference is nothing but
    rounding, so there the gradient is checked a little beside, where the same rules hold.
    """
    given = {leaf.name: done.values[leaf.name] for leaf in done.graph.leaves}
    found = _worst(done, given, name, most)
    if not found.is_confirmed:
        for kink in nodes_at_kink(done.graph, done.values):
            line = kink.partition(".")[0]
            what = f"{of}{line} stands at a kink, where its derivative does not exist"
            hint = "gradients are checked beside it; another start would avoid it"
            notes.add("kink", what, hint, notes.of_name(line), "warning")
        beside = _beside(given, [leaf.name for leaf in done.graph.leaves if leaf.name != "m"])
        again = _worst(trace(done.graph, beside, wanted=(name,)), beside, name, most)
        found = again if again.is_confirmed else found
    if not found.is_confirmed:
        cell = f"[{','.join(map(str, found.cell))}]" if found.cell else ""
        what = (
            f"{of}the gradient of {name}{cell} is {found.gradient:.6g}, the central difference "
            f"{found.estimate:.6g}"
        )
        hint = f"a relative error of {found.relative_error:.1e}; this may be a mistake of gdtutor"
        notes.add("gradient", what, hint, notes.of_name(name))
    return _stated(found)


def _worst(done: Trace, given: Mapping[str, Array], name: str, most: int) -> Difference:
    """Return the difference of the worst of a leaf's cells, at most so many, spread evenly."""
    gradient = done.gradients[name]
    cells = list(np.ndindex(gradient.shape))
    chosen = np.linspace(0, len(cells) - 1, min(most, len(cells))).astype(int)
    checked = (
        check_cell(done.graph, given, name, cells[i], float(gradient[cells[i]])) for i in chosen
    )
    return max(checked, key=lambda found: (not found.is_confirmed, _stated(found)))


def _stated(found: Difference) -> float:
    """Return the relative error that is reported.

    A confirmed gradient's own error is stated even below the rounding noise, unless gradient and
    difference are themselves so small that they are nothing but noise.
    """
    if not found.is_confirmed:
        return found.relative_error
    larger = max(abs(found.estimate), abs(found.gradient))
    error = abs(found.estimate - found.gradient) / larger if larger else 0.0
    return error if error <= TOLERANCE else 0.0


def _beside(given: Mapping[str, Array], names: Sequence[str]) -> dict[str, Array]:
    """Return the given values, each moved by a little that differs from cell to cell."""
    moved = dict(given)
    for place, name in enumerate(names):
        value = np.asarray(given[name])
        cells = np.arange(value.size, dtype=np.float64).reshape(value.shape)
        moved[name] = np.asarray(value + _ASIDE * np.cos(1.0 + 7 * place + cells))
    return moved


def _check_training(notes: _Notes, run: Run, shares: int, of: str) -> None:
    """Train as configured; report a run that is not finite unless the lesson is about that."""
    if not notes.lesson.trains:
        return
    segment = run.segments[0]
    cells = sum(int(np.size(value)) for value in segment.problem.parameters.values())
    batch = segment.settings.batch or max(1, segment.problem.size)
    per = 300 if segment.settings.optimizer == "implicit" else 5
    per_iteration = per + (cells + len(segment.problem.graph.nodes)) * batch / 1000
    most = max(1, int(TRAINING_WORK / shares / per_iteration))
    whole = segment.settings.epochs * run.iterations_per_epoch
    run.advance(iterations=most)
    place = notes.in_front("training", "learning_rate")
    if run.stopped_by == "not_finite":
        if not notes.lesson.diverges:
            what = f"{of}training is not finite: {run.first_node} at iteration {run.diverged_at}"
            hint = "lower the learning rate, or write diverges = true where that is the point"
            notes.add("not-finite", what, hint, place)
    elif run.stopped_by is None and run.farthest < whole:
        what = f"{of}training was followed for {run.farthest:,} of {whole:,} iterations"
        hint = "a shorter run can be checked to its end"
        notes.add("long-run", what, hint, notes.in_front("training", "epochs"), "warning")


def _check_vectors(notes: _Notes, moment: Moment) -> None:
    """Report given vectors that broadcasting lays along the columns of a matrix.

    It is NumPy's rule, and seldom meant: a bias of the same length as the batch is then added
    example by example, and beside one column it makes a square.
    """
    for done in moment.traces:
        for node in done.graph.nodes:
            names = [arg.name for arg in node.args if isinstance(arg, Name)]
            shapes = {name: np.shape(done.values[name]) for name in names}
            if OPERATIONS[node.op].kind is not Kind.ELEMENTWISE:
                continue
            for name, shape in shapes.items():
                matrix = next((other for other in shapes.values() if len(other) == 2), None)
                is_given = name in notes.lesson.starts or name in notes.lesson.constants
                if is_given and len(shape) == 1 and shape[0] > 1 and matrix is not None:
                    line = done.graph.lines[node.line].name
                    size = "x".join(map(str, matrix))
                    what = f"the vector {name} meets a {size} matrix as a row in {line}"
                    hint = f"a column, one value for each row, is {name} = [[0.1], [0.2]]"
                    notes.add("row", what, hint, notes.of_name(line), "warning")


def _check_fit(notes: _Notes, session: Session) -> None:
    """Report every panel of a step that the design size cannot hold."""
    fit = fit_of(session, (0, 1) if notes.lesson.trains else (0,))
    for misfit in fit.misfits:
        level = "warning" if misfit.panel == "title" else "error"
        way = _FIT_HINTS[misfit.panel if misfit.step.node else ""]
        path = notes.lesson.path
        hint = f"{way}; gdtutor shot {path} {misfit.options()} shows it"
        notes.add("fit", misfit.text(), hint, _place_of(notes, misfit), level)
    if not fit.is_whole:
        size = "x".join(map(str, DESIGN_SIZE))
        what = f"the lesson has too many steps for all of them to be held against {size}"
        notes.add("fit", what, "a shorter lesson can be checked whole", Place(1, 1), "warning")


_FIT_HINTS = {
    "title": "shorten the title",
    "node panel": "split the line, or shorten its names",
    "note": "shorten the note",
    "": "give fewer values at once, or shorten the note",
}


def _place_of(notes: _Notes, misfit: Misfit) -> Place:
    """Return what the author has to change: the note, the title, the line or the given value."""
    step = misfit.step
    if misfit.panel == "title":
        return notes.in_front("title")
    if misfit.panel == "note":
        for note in notes.lesson.scenes[step.scene].notes:
            if note.phase == step.phase.value and note.node in (step.node, ""):
                return Place(note.line, 1)
    if not step.node:
        return notes.in_front("parameters")
    return notes.of_name(step.node)


def _check_questions(notes: _Notes, moment: Moment) -> None:
    """Report questions whose own text says the answer."""
    for scene, done in zip(notes.lesson.scenes, moment.traces, strict=True):
        for question in scene.questions:
            for what in given_away(question, done, moment):
                hint = "ask without it: the answer comes from the engine"
                notes.add("given-away", what, hint, Place(question.line, 1))
