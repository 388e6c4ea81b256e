"""What only a lesson's numbers and screens can show: gradients, training, fit, questions."""

from __future__ import annotations

import numpy as np

from gdtutor.check.findings import SECONDS, TRAINING, Clock, Notes, TimeLimit
from gdtutor.check.formulas import check_formulas, why_not_finite
from gdtutor.check.gradients import GradientChecked, check_gradients
from gdtutor.check.questions import check_claims, check_questions, check_tasks
from gdtutor.check.screens import ScreenChecks, check_labels
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Place, Report
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.selectors import cell_text
from gdtutor.lesson.starts import seeds_of
from gdtutor.lesson.variants import lost_notes
from gdtutor.lesson.work import scene_microseconds, training_work
from gdtutor.session.moment import Moment
from gdtutor.session.opening import Opened, opened
from gdtutor.session.rounded import cancellation, is_step_of_rounding
from gdtutor.session.state import Session, Walk
from gdtutor.training.run import Run
from gdtutor.values import Struct
from gdtutor.view.figures import source_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.pictures.neurons import output_neurons

TRAINING_WORK = 1e7
"""How much work the runs of one lesson may be together, in the microseconds of `training_work`,
which are estimated and not measured."""


SLOW_ITERATION = 1e6
"""Microseconds of an iteration, as estimated, from which on a lesson cannot be walked at ease."""


class CheckResult(Struct, frozen=True):
    """What a check found."""

    files: int
    """Lesson files that were checked."""
    problems: tuple[Report, ...]
    """Errors and warnings, in the order of the files and of the lines in them."""
    gradients: tuple[GradientChecked, ...]
    """Every parameter of every lesson, held against central differences."""
    lost: tuple[Report, ...] = ()
    """Steps of variants that have no note where the lesson itself has one: nothing that is wrong,
    and worth a look."""

    @property
    def has_errors(self) -> bool:
        """Whether a problem is an error, not just a warning."""
        return any(report.level == "error" for report in self.problems)

    @property
    def worst(self) -> float:
        """The worst relative error of a gradient, 0 where none was checked."""
        return max((gradient.relative_error for gradient in self.gradients), default=0.0)


_NOT_TAKEN = (
    "and 0 times its slope is no number, also where it is not taken; "
    "keep away inside of it, as log(maximum(A, 1e-9)) does"
)
"""What to do about a value that a `where` leaves out."""


def check_lesson(lesson: Lesson, clock: Clock | None = None) -> CheckResult:
    """Check the numbers and the screens of a lesson that the loader accepts, and its variants.

    One run is in memory at a time.

    Args:
        lesson: The lesson.
        clock: Tells the time in seconds; what takes longer than `findings.SECONDS` is left out
            and reported. None where only the estimates of work bound it.
    """
    notes, screens = Notes(lesson, TimeLimit(clock)), ScreenChecks()
    for place, name in enumerate(("", *(variant.name for variant in lesson.variants))):
        notes.limit.begin(notes.shares - place)
        notes.variant = name
        _check_run(notes, screens, with_variant(lesson, name) if name else lesson)
    notes.variant = ""
    check_tasks(notes)
    _report_left_out(notes)
    gradients = (GradientChecked(lesson.id, name, e) for name, e in notes.errors.items())
    return CheckResult(1, tuple(notes.reports), tuple(gradients), tuple(notes.lost))


def _check_run(notes: Notes, screens: ScreenChecks, whose: Lesson) -> None:
    """Check the run of the lesson, or of one of its variants."""
    try:
        session = opened(Session(), Opened(whose, run_of(whose)))
    except GdTutorError as error:
        notes.add("settings", notes.of + error.what, error.hint, notes.in_front("training"))
        return
    _check_pace(notes, whose)
    if _is_finite(notes, session.moment):
        check_gradients(notes, session.moment)
        _check_training(notes, whose, session.run)
    if notes.variant:
        _tell_lost_notes(notes, whose, session.moment)
    else:
        check_formulas(notes, session.moment)
        _check_updates(notes, session.moment)
        _check_pictures(notes, session)
    check_questions(notes, session)
    check_claims(notes, session)
    screens.check(notes, session)
    if not notes.variant:
        check_labels(notes, session)


def _tell_lost_notes(notes: Notes, whose: Lesson, moment: Moment) -> None:
    """Tell the steps at which a variant shows no note, since the lesson's own is not true there."""
    walked = {(step.phase.value, step.node) for step in moment.steps}
    walked |= {(s.phase.value, name) for s in moment.steps for name in ("", s.state)}
    gone = [(note.phase, note.node) for note in lost_notes(whose, notes.lesson)]
    names = [f"{phase} {node}".strip() for phase, node in gone if (phase, node) in walked]
    if names:
        what = f"the variant '{notes.variant}' has no note at {', '.join(dict.fromkeys(names))}"
        hint = f"write one for `, variant {notes.variant}`, or `, always` where it stays true"
        notes.lost.append(notes.report("lost-note", what, hint, notes.of_variant(), "note"))


def _report_left_out(notes: Notes) -> None:
    """Report what there was no time for."""
    if notes.limit.left_out:
        took = f"the checks took longer than {SECONDS:g} seconds of the processor's time"
        what = f"{took}; left out: {', '.join(notes.limit.left_out)}"
        hint = "use smaller matrices, fewer lines or a smaller batch, and all of it can be checked"
        notes.add("slow", what, hint, Place(1, 1), "warning")


def _is_finite(notes: Notes, moment: Moment) -> bool:
    """Report the first value at the lesson's own start that is not finite, or whose slope is not.

    What a line leaves out, as a branch that is not taken, is none where no gradient meets it.
    """
    for done in moment.traces:
        is_left_out = all(np.isfinite(gradient).all() for gradient in done.gradients.values())
        for node in done.graph.nodes:
            if not np.isfinite(done.values[node.name]).all():
                line = done.graph.lines[node.line].name
                is_inside = bool(np.isfinite(done.values[line]).all())
                if is_inside and is_left_out:
                    continue
                if not notes.lesson.diverges:
                    inside = f"what {node.op} gives inside of {line}"
                    where = inside if is_inside else f"the value of {line}"
                    why = why_not_finite(done, node)
                    if any(n.op == "where" and n.line == node.line for n in done.graph.nodes):
                        why = f"{why.partition(';')[0]}, {_NOT_TAKEN}" if is_inside else why
                    notes.add(
                        "not-finite", f"{notes.of}{where} is not finite", why, notes.of_name(line)
                    )
                return False
    return True


def _check_updates(notes: Notes, moment: Moment) -> None:
    """Report every parameter whose first update follows rounding, and not the cost: its gradient
    is 0 but for that, or has lost its digits to it.

    Variants show on purpose what goes wrong, such as neurons that are saturated. A network's own
    biases are none of the author's, and at 0 their gradient is where the data are symmetric.
    """
    own = [name for name in moment.updates if not (notes.lesson.expansion and name[0] == "b")]
    for name in own:
        if is_step_of_rounding(moment, name):
            what = f"the gradient of {name} is 0 but for rounding, and its update follows that"
            hint = "leave it out, name it in frozen, or start where the cost depends on it"
            notes.add("rounding", what, hint, notes.of_name(name), "warning")
        elif name in moment.trace.gradients and (lost := cancellation(moment.trace, name)):
            called = name + cell_text(lost.cell or None)
            what = (
                f"the gradient of {called} is {lost.gradient:.6g}, the central difference "
                f"{lost.estimate:.6g}: terms cancel, and rounding alone may be {lost.bound:.2g}"
            )
            hint = "write the formula without the difference of what is nearly equal"
            notes.add("rounding", what, hint, notes.of_name(name), "warning")


def _check_pictures(notes: Notes, session: Walk) -> None:
    """Report every boundary that divides no plane, since targets are numbers and no classes, and
    every picture of many starts in which no seed changes anything."""
    lesson, source = notes.lesson, source_of(session, UNICODE)
    for place, wish in enumerate(lesson.pictures):
        keys = {key for key, _ in wish.options}
        is_plain = wish.kind == "boundary" and not keys & {"level", "hidden", "lines"}
        if is_plain and not output_neurons(source, wish):
            what = "a boundary without a level, where targets are numbers and no classes"
            hint = "write level = 0.5, the value at which the plane is divided"
            notes.add("level", what, hint, notes.in_front("pictures", place), "warning")
        compared = [with_variant(lesson, name) for name in wish.texts("variants")] or [lesson]
        if wish.kind == "seeds" and not any(map(_is_random, compared)):
            what = "a picture of many starts, where none is drawn: all the runs are the same"
            hint = 'draw one, as w1 = { init = "normal", std = 0.5, seed = 1 }'
            notes.add("starts", what, hint, notes.in_front("pictures", place), "warning")


def _is_random(lesson: Lesson) -> bool:
    """Say whether a seed changes a run: a start is drawn, or what an update looks at."""
    settings = lesson.settings
    orders = ("given",) if settings is None or settings.batch else ("given", "shuffled")
    is_in_order = settings is None or settings.order in orders
    return not is_in_order or bool(seeds_of(lesson.starts))


def _check_training(notes: Notes, whose: Lesson, run: Run) -> None:
    """Train as configured; report a run that is not finite unless the lesson is about that.

    How far a long run is followed comes from its size, so that the report is the same everywhere.
    """
    if not notes.lesson.trains:
        return
    work = training_work(whose)
    most = max(1, int(TRAINING_WORK / notes.shares / work.iteration))
    whole = run.segments[0].settings.epochs * run.iterations_per_epoch
    run.advance(iterations=most, deadline=lambda: notes.limit.is_over(TRAINING))
    place = notes.in_front("training", "learning_rate")
    if run.stopped_by == "not_finite":
        if not notes.lesson.diverges:
            what = (
                f"{notes.of}training is not finite: {run.first_node} at iteration {run.diverged_at}"
            )
            hint = "lower the learning rate, or write diverges = true where that is the point"
            notes.add("not-finite", what, hint, place)
    elif run.stopped_by is None and run.farthest < whole:
        what = f"{notes.of}training was followed for {run.farthest:,} of {whole:,} iterations"
        hint = "a shorter run can be checked to its end"
        notes.add("long-run", what, hint, notes.in_front("training", "epochs"), "warning")


def _check_pace(notes: Notes, whose: Lesson) -> None:
    """Report every graph whose iterations, by the estimate, last longer than a learner waits."""
    for place, scene in enumerate(whose.scenes):
        microseconds = scene_microseconds(whose, place)
        if microseconds > SLOW_ITERATION:
            what = f"{notes.of}one iteration takes about {microseconds / 1e6:.3g} seconds"
            hint = "use smaller matrices or a smaller batch: every step of a walk waits for it"
            notes.add("slow", what, hint, notes.of_name(scene.graph.lines[0].name), "warning")
