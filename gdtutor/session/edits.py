"""What-if: a log of changes, from which the run is made; undo and redo move along it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from gdtutor.engine.expression import number_text
from gdtutor.lesson.selectors import Assignment, SelectorError, parse_assignment
from gdtutor.session.asking import right_choices
from gdtutor.session.changes import changeable, constants_of, is_own_value, not_given, segments_with
from gdtutor.session.digits import number
from gdtutor.session.moving import recomputed
from gdtutor.session.navigation import said
from gdtutor.session.snapshots import at_rest
from gdtutor.session.state import EditHistory, Screen, W, Walk
from gdtutor.training.optimisers import LETTERS
from gdtutor.training.run import Run, RunSegment
from gdtutor.values import replace

MOST_NAMED = 3
"""Changes that are told one by one where they are taken back."""


def apply_edit(session: Walk, text: str) -> Walk:
    """Read `w1 = 0.9`, `W1[0,1] 0.9` or `learning rate 0.9` and change it from this iteration on.

    Raises:
        GdTutorError: For a name, cell or value that cannot be changed so.
    """
    text = _as_named(text)
    try:
        wish = parse_assignment(text)
    except SelectorError:
        # What can be changed says more than why the rest of the text is no number.
        name = re.split(r"[=\[]", text, maxsplit=1)[0].rpartition(":")[2].strip()
        if name and name not in changeable(session.lesson, session.moment.problem):
            raise not_given(session.lesson, session.moment.problem, name) from None
        raise
    if ":" not in text.partition("=")[0]:
        wish = replace(wish, iteration=session.moment.iteration)
    wish, of_example = _of_followed(session, wish)
    changed = with_change(session, wish)
    shown = _shown(wish)
    if wish not in changed.changes:
        told = f"{shown} is the lesson's own value"
        is_same = changed.changes == session.changes
        return said(changed, f"{told}: nothing is changed." if is_same else f"{told} again.")
    value = session.moment.trace.values.get(wish.name)
    has_cells = wish.cell is None and value is not None and value.size > 1
    every = "every cell of " if has_cells else ""
    told = f"{every}{shown}{_since(wish)}{of_example}; {_left_out(session, changed)}"
    told += _result(changed)
    return said(changed, f"{told}`u` undoes it.")


def _left_out(session: Walk, changed: Walk) -> str:
    """Return which of its constants an optimiser does not hand on to the one in its place."""
    before, after = session.moment.settings, changed.moment.settings
    if before is None or after is None or before.optimizer == after.optimizer:
        return ""
    lost = {name: v for name, v in constants_of(before).items() if name not in constants_of(after)}
    named = ", ".join(f"{name} = {number_text(value)}" for name, value in lost.items())
    return f"without {named}; " if lost else ""


def edited_scene(session: Walk) -> int:
    """Return the last scene that has what was changed last; the last of all for a setting."""
    traces = session.moment.traces
    name = session.changes[-1].name if session.changes else ""
    has = (n for n, trace in reversed([*enumerate(traces)]) if name in trace.graph.leaf_by_name)
    return next(has, len(traces) - 1)


def _result(session: Walk) -> str:
    """Return what comes of a change on a closing page, where no panel shows it."""
    moment, own, scene = session.moment, session.own_moment, edited_scene(session)
    if not session.look.is_closing or own is None:
        return ""
    root, digits, at = moment.traces[scene].graph.root, session.look.digits, session.look.example
    now, before = (
        number(float(np.ravel(values)[at * (values.size > 1)]), digits)
        for values in (np.asarray(one.traces[scene].values[root]) for one in (moment, own))
    )
    return f"{root} is {now} ({before} without changes); "


def _as_named(text: str) -> str:
    """Return an edit as NAME=VALUE, its name as in the lesson: what the screens write of a setting
    stands for it too."""
    for name, letter in LETTERS.items():
        # A name of one word stands for itself: a lesson may have a Beta of its own.
        for shown in {letter, name.replace("_", " ")} - {name}:
            text = re.sub(rf"^\s*{shown}(?![\w₁₂])", name, text, flags=re.IGNORECASE)
    return text if "=" in text else "=".join(text.split(maxsplit=1))


def _shown(change: Assignment) -> str:
    return replace(change, iteration=0).text().replace("=", " = ")


def _since(change: Assignment) -> str:
    return f" from iteration {change.iteration} on" if change.iteration else ""


def _of_followed(session: Walk, wish: Assignment) -> tuple[Assignment, str]:
    """Return a wish for `x1` as one for the followed example's `x1[2]`, and words that say so.

    The walk shows a value by example as one number, so that a learner names it without an index.
    """
    moment = session.moment
    if not len(moment.batch):
        return wish, ""
    rows = {binding.leaf for binding in moment.problem.bindings if not binding.is_matrix}
    if wish.name not in rows or moment.problem.size == 1:
        return wish, ""
    if wish.cell is None:
        example = int(moment.batch[min(session.look.example, len(moment.batch) - 1)])
        return replace(wish, cell=(example,)), ", for this example alone"
    is_seen = wish.cell[0] in moment.batch.tolist()
    return wish, "" if is_seen else " (an example not in this batch)"


def example_of_edit(session: Walk) -> str:
    """Return an edit that the graph on the screen takes, for the input's label."""
    moment, step = session.moment, session.step
    is_of_last = session.look.is_closing or session.screen is not Screen.STUDY
    scene = -1 if is_of_last else moment.steps[max(step, 1) - 1].scene
    shown = moment.traces[scene]
    leaves = [leaf.name for leaf in shown.graph.leaves]
    name = next((name for name in session.lesson.starts if name in leaves), leaves[0])
    shape = shown.values[name].shape
    cell = f"[{','.join('0' for _ in shape)}]" if shape and not shown.graph.by_rows else ""
    return f"{name}{cell} 0.9"


def with_change(session: W, change: Assignment) -> W:
    """Return the session with one more change in the log, everything downstream recomputed.

    What is set to the lesson's own value is no change: one that stood there before is gone.
    """
    place = (change.iteration, change.name, change.cell)
    others = tuple(c for c in session.changes if (c.iteration, c.name, c.cell) != place)
    is_alone = all((c.iteration, c.name) != place[:2] or (c.cell and change.cell) for c in others)
    if is_alone and is_own_value(
        session.lesson, session.seed, session.original.segments[0], change
    ):
        return session if others == session.changes else _changed(session, others)
    return _changed(session, (*others, change))


def rate_from_start(session: W) -> W:
    """Return the session in which the learning rate chosen last holds from iteration 0 on.

    Rates are tried out while a run goes on; who then begins anew wants the whole run with it.
    """
    rates = [change for change in session.changes if change.name == "learning_rate"]
    if not rates or rates[-1].iteration == 0:
        return session
    others = tuple(change for change in session.changes if change.name != "learning_rate")
    rate, start = replace(rates[-1], iteration=0), session.original.segments[0]
    is_own = is_own_value(session.lesson, session.seed, start, rate)
    return _changed(session, others if is_own else (*others, rate))


def undo(session: Walk) -> Walk:
    """Take the last changes back, so many, and say which."""
    after = _at_edit(session, session.history.moved(-session.times))
    again = "does it again" if session.changes else f"goes back to the {_whose(session)}"
    return said(after, f"Undone{_difference(session, after)}; Ctrl-R {again}.")


def redo(session: Walk) -> Walk:
    """Do the last undone changes again, so many, and say which."""
    after = _at_edit(session, session.history.moved(session.times))
    return said(after, f"Done again{_difference(after, session)}.")


def _difference(more: Walk, less: Walk) -> str:
    """Return which changes one log has and the other has not; else which the other has besides."""
    gone = [change for change in more.changes if change not in less.changes]
    back = [change for change in less.changes if change not in more.changes]
    named = gone or back
    if not named:
        return ""
    if len(named) > MOST_NAMED:
        told = f"{len(named)} changes"
    else:
        told = ", ".join(f"{_shown(change)}{_since(change)}" for change in named)
    return f": {told}" if gone else f"; {told} again"


def own_values(session: Walk) -> Walk:
    """Go back to the lesson's own values; undo brings the changes back."""
    return said(_changed(session, ()), f"Back to the {_whose(session)}.")


def _whose(session: Walk) -> str:
    """Return whose values they are where nothing is changed."""
    if session.variant:
        return f"variant's own values: {session.variant}"
    return "lesson's own values"


def _changed(session: W, changes: Iterable[Assignment]) -> W:
    """Return the session with these changes in place of its own, which undo goes back to."""
    log = tuple(sorted(changes, key=lambda change: change.iteration))
    return _at_edit(session, session.history.edited(log))


def _at_edit(session: W, history: EditHistory) -> W:
    """Return the session whose run follows the changes that hold; what was trained before them
    stays.

    Raises:
        GdTutorError: Where a change does not fit the lesson.
    """
    log = history.logs[history.at]
    segments = segments_with(session.lesson, session.original.segments[0], log)
    first = min((change.iteration for change in {*log} ^ {*session.changes}), default=0)
    if not log:
        # The lesson's own run may have been trained beside this one.
        run = session.original
    else:
        run = _branched(session.run, segments, first) if first else Run(segments)
    train = session.train.anew(at_rest(run))
    return _asked_anew(recomputed(replace(session, history=history, run=run, train=train)))


def _asked_anew(session: W) -> W:
    """Return the session without the wrong answers to its question: what is right may be another
    number now. A question that no longer has one right answer is closed."""
    challenge = session.challenge
    if challenge is None:
        return session
    if challenge.choices:
        right = right_choices(session, challenge.choices, challenge.step.scene)
        if len(right) != 1:
            return replace(session, challenge=None)
    return replace(session, challenge=replace(challenge, tried=()))


def _branched(run: Run, segments: tuple[RunSegment, ...], first: int) -> Run:
    """Return the run that has this history up to an iteration, and these segments from it on."""
    at = max(index for index, s in enumerate(segments) if s.first_iteration <= first)
    here = segments[at]
    if here.first_iteration < first:
        here = replace(here, first_iteration=first, edits=())
    for segment in (here, *segments[at + 1 :]):
        run = run.branched(segment)
    return run
