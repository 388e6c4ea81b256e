"""The runs of a lesson: its own, those of its variants, and the curves of other runs beside."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.runs import OWN as OWN
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.session.changes import is_own_value
from gdtutor.session.moving import recomputed
from gdtutor.session.press import MAX_COUNT
from gdtutor.session.snapshots import at_rest, verdict_on
from gdtutor.session.state import (
    EditHistory,
    Making,
    Playing,
    Screen,
    Snapshot,
    Status,
    Training,
    TrainLook,
    Walk,
)
from gdtutor.training.trouble import TrainedCurve
from gdtutor.values import Struct, replace

if TYPE_CHECKING:
    from gdtutor.lesson.model import Lesson
    from gdtutor.training.problem import Problem
    from gdtutor.training.run import Run
    from gdtutor.training.sweep import Sweep


def in_variant(session: Walk, name: str) -> Walk:
    """Return the session in a variant of its lesson; what was trained stays as a curve.

    Raises:
        GdTutorError: Where the lesson has no such variant.
    """
    lesson = with_variant(session.base, name) if name else session.base
    run = run_of(lesson, session.seed)
    kept, made = _with_curves(session.train.kept, own_curve(session)), _with_own_making(session)
    beside = [curve for curve in kept if curve.label != (name or OWN)]
    look = TrainLook(log_y=session.train.look.log_y, tab=-bool(beside))
    train = Training(look=look, kept=kept, made=made)
    start = replace(session.moment, iteration=0)
    session = replace(with_run(session, lesson, run), variant=name, train=train, moment=start)
    # The answer to a question may be another one here, or its node not be there.
    return recomputed(replace(session, challenge=None))


def with_run(session: Walk, lesson: Lesson, run: Run) -> Walk:
    """Return the session in another lesson or variant, with a run of which nothing is trained or
    changed; its moment is still the one before.
    """
    lines = {line.name for scene in lesson.scenes for line in scene.graph.lines}
    look = replace(session.look, unfolded=session.look.unfolded & lines, cell=None)
    return replace(
        session, lesson=lesson, original=run, run=run, look=look, history=EditHistory(),
        train=Training(),
    )  # fmt: skip


def run_label(session: Walk) -> str:
    """Return what the run on the screen is called: its variant, and what the learner changed."""
    if not session.changes:
        return session.variant or OWN
    start = f"{session.variant}, " if session.variant else "yours: "
    return f"{start}{changes_label(session)}"


def has_others(session: Walk) -> bool:
    """Say whether other runs stand beside the present one."""
    return bool(others(session))


def leads_to_training(session: Walk) -> bool:
    """Say whether Esc leads back to the training screen, once nothing else is open."""
    train = session.train
    is_trained = train.snapshot.status is not Status.IDLE or train.sweeping is not None
    return is_trained and session.challenge is None


def others(session: Walk) -> list[str]:
    """Return the labels of the runs beside the present one."""
    return [curve.label for curve in session.train.kept if curve.label != run_label(session)]


def shows_already(session: Walk, label: str) -> bool:
    """Say whether the run of a sweep is the present one, made with the same from its start."""
    curve = next((one for one in session.train.kept if one.label == label and one.setting), None)
    making = session.train.made.get(label)
    if curve is None or making is None or making.variant != session.variant:
        return False
    made, now = (
        [one for one in changes if one.text().partition("=")[0] != curve.setting]
        for changes in (making.changes, session.changes)
    )
    with suppress(GdTutorError):
        value = parse_assignment(f"{curve.setting}={curve.value}")
        start, is_alone = session.original.segments[0], len(now) == len(session.changes)
        is_own = is_alone and is_own_value(session.lesson, session.seed, start, value)
        return made == now and (is_own or value in session.changes)
    return False


def changes_label(session: Walk, swept: str = "") -> str:
    """Return what the learner changed, but for a setting that is swept over, two changes by name:
    the optimiser, then the first ones.
    """
    changes = [one for one in session.changes if one.text().partition("=")[0] != swept]
    named = sorted(changes, key=lambda change: change.name != "optimizer")
    changed = ", ".join(change.text() for change in named[:2])
    more = f" and {len(changes) - 2} more" if len(changes) > 2 else ""
    return f"{changed}{more}"


def is_whole(session: Walk) -> bool:
    """Say whether the run has come to its end, and not been trained beyond it."""
    told = session.train.snapshot
    return told.status is Status.FINISHED and told.iterations <= session.run.last_iteration


def _with_own_making(session: Walk) -> dict[str, Making]:
    """Return what the kept curves were made with, and the present run, which is to be one."""
    if not own_curve(session):
        return dict(session.train.made)
    is_as_in_file = is_whole(session) and not session.changes
    done = None if is_as_in_file else session.train.snapshot.iterations
    making = Making(session.variant, session.changes, done)
    return {**session.train.made, run_label(session): making}


def own_curve(session: Walk) -> tuple[TrainedCurve, ...]:
    """Return the present run's curve, where it has one."""
    told = session.train.snapshot
    return (_curve(run_label(session), session.run, told),) if len(told.costs) else ()


@lru_cache(maxsize=2)
def unchanged_curve(run: Run, iterations: int) -> TrainedCurve:
    """Return the curve of the run without the learner's changes, as far as it was trained; once,
    since what it has come to takes a pass over the data.
    """
    return _curve("without changes", run, at_rest(run))


def _curve(label: str, run: Run, told: Snapshot) -> TrainedCurve:
    now = run.segment_at(run.farthest)
    measure = measure_of(now.problem, now.settings.validation)
    end = told.final_cost if told.is_at_end else None
    curve = TrainedCurve(label, told.costs, verdict_on(told), measure=measure, end=end)
    return replace(curve, is_averaged=bool(told.averages))


@lru_cache(maxsize=8)
def measure_of(problem: Problem, held_out: float) -> str:
    """Return what tells the costs of two runs apart that cannot be compared: formula and data.

    Data in other units, as scaled inputs are, are the same data; those of which a share is held out
    for validation are others.
    """
    low = np.min(problem.examples, axis=0, initial=np.inf)
    span = np.max(problem.examples, axis=0, initial=-np.inf) - low
    inputs = [n for n, _ in enumerate(problem.columns) if n not in problem.target_columns]
    scaled = np.array(problem.examples)
    for n in inputs:
        if span[n] > 0:
            scaled[:, n] = (scaled[:, n] - low[n]) / span[n]
    *before, formula = problem.graph.lines
    if before and formula.text == f"mean({before[-1].name})":
        formula = before[-1]  # one example at a time has the loss of one for its cost
    return f"{formula.text} {crc32(np.round(scaled, 9).tobytes())} {held_out}"


def _with_curves(
    kept: tuple[TrainedCurve, ...], curves: tuple[TrainedCurve, ...]
) -> tuple[TrainedCurve, ...]:
    """Return the kept curves with new ones; one of a label that is kept takes its place."""
    new = {curve.label: curve for curve in curves}
    stays = tuple(new.pop(curve.label, curve) for curve in kept)
    return (*stays, *new.values())


def curves_of(sweep_: Sweep) -> tuple[TrainedCurve, ...]:
    """Return the curves of a sweep as far as they are."""
    measures = (measure_of(one.problem, one.settings.validation) for one in sweep_.members)
    return tuple(
        replace(curve, measure=measure, parameters={}, predicting={})
        for curve, measure in zip(sweep_.found(), measures, strict=True)
    )


def with_swept(session: Walk, curves: tuple[TrainedCurve, ...]) -> Walk:
    """Return the session with the curves of a sweep in their present state."""
    return session.with_train(kept=_with_curves(session.train.kept, curves))


class TrainingKeys(Struct, frozen=True):
    """The way to a training screen of which no option says what was trained before its changes."""

    variant: str
    """The one that it begins in."""
    keys: tuple[str, ...]
    turns: bool
    """Whether it leads through variants, each of which begins at iteration 0."""


def training_keys(session: Walk) -> TrainingKeys | None:
    """Return the keys that train each run where it was trained, and make the changes between; None
    where options make all changes: no other run was made with other ones, and the lesson's own,
    whose curve stands beside, was not trained farther than the changed one.
    """
    here, beside = Making(session.variant, session.changes), other_runs(session)
    done = session.original.farthest if session.changes else 0
    is_farther = done > session.run.farthest
    is_elsewhere = any(making not in (None, here) for making, _ in beside)
    is_trained = session.screen is Screen.TRAIN and not isinstance(session, Playing)
    if not is_trained or not (is_farther or is_elsewhere):
        return None
    names = ["", *(variant.name for variant in session.base.variants)]
    first = next((making for making, _ in beside if making is not None), here)
    at, keys, is_left, turns = replace(first, changes=()), [], False, False
    own = [(Making(session.variant), f"{done}t")] if is_farther else []
    for making, text in [*beside, *own, (here, "")]:
        to = making or at
        turn = (names.index(to.variant) - names.index(at.variant)) % len(names)
        # The run that was trained is kept by leaving its variant, if only to come back.
        turn = len(names) if is_left and not turn else turn
        keys += presses(turn, "V")
        at = Making(to.variant, () if turn else at.changes)
        if at.changes != to.changes[: len(at.changes)]:
            keys.append("R")
            at = Making(to.variant)
        for change in to.changes[len(at.changes) :]:
            # The iteration is said, which is else the one that the walk stands at.
            keys += ["e", "0:" * (not change.iteration) + change.text(), "enter"]
        at, is_left, turns = to, to.iterations is not None, turns or bool(turn)
        keys += [text, "escape"] if text.endswith("t") else []
        keys += ["0t", "S", text, "enter", "escape"] if "=" in text else []
    if is_farther and session.run.farthest < min(c.iteration for c in session.changes):
        # What was trained before the changes stays with them; one from the start on, and back,
        # leaves a run that is to be trained anew.
        rate = 2 * session.original.segments[0].settings.learning_rate
        keys += ["e", f"0:learning_rate={rate!r}", "enter", "u"]
    return TrainingKeys(first.variant, tuple(keys), turns)


def other_runs(session: Walk) -> list[tuple[Making | None, str]]:
    """Return how the other runs whose curves are kept are trained again, in their order: what each
    was made with, None where that is all the same, and what is typed to sweep over them, or the key
    that trains as far.
    """
    named = [OWN, *(one.name for one in session.base.variants)]
    found: list[tuple[Making | None, str, str]] = []
    for curve in session.train.kept:
        making = session.train.made.get(curve.label, Making(session.variant, session.changes))
        if curve.label == run_label(session):
            continue
        if curve.setting:
            found.append((making, curve.setting, curve.value))
        elif making.iterations is not None:
            found.append((making, "", f"{making.iterations}t"))
        elif curve.label in named:
            found.append((None, "variant", str(named.index(curve.label))))
    groups = groupby(found, key=lambda one: one[:2])
    return [
        (making, f"{name}={','.join(value for *_, value in runs)}" if name else next(runs)[2])
        for (making, name), runs in groups
    ]


def presses(count: int, key: str, back: str = "") -> list[str]:
    """Return a key pressed so often, the other one where the count is below 0."""
    pressed, left = (key, count) if count > 0 else (back, -count)
    full, rest = divmod(left, MAX_COUNT)
    times = [MAX_COUNT] * full + [rest] * bool(rest)
    return [f"{number}{pressed}" if number > 1 else pressed for number in times]
