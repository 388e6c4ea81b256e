"""Moving the cursor: steps, phases, iterations, and a place by its name."""

from __future__ import annotations

import re
from typing import Any

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.shapes import has_cell
from gdtutor.lesson.selectors import Selector, parse_selector
from gdtutor.session.moment import Moment
from gdtutor.session.moving import moved, moved_to, recomputed
from gdtutor.session.state import S, W, Walk, current_step, has_opening
from gdtutor.session.steps import Phase, Step, find_step
from gdtutor.values import replace

EPOCH = re.compile(r"epoch[ :]+(\d{1,9})")
"""An epoch, as it is typed."""
_KEY = re.compile(r"(^|[.?!] |key )?`([^`]+)`")
LAST_STEP = "This is the last step."
"""It is said where nothing leads further."""


def said(session: S, message: str, *, error: bool = False) -> S:
    """Return the session with one line for the learner, which names keys between backticks."""
    moment = session.moment if isinstance(session, Walk) else None
    return replace(session, message=with_keys(message, moment), is_error=error)


def with_keys(text: str, moment: Moment | None) -> str:
    """Return a text whose keys stand between backticks with their names; one that the lesson has a
    value of the same name as is called a key.
    """
    traces, steps = (moment.traces, moment.steps) if moment is not None else ((), ())
    values = {step.variable for step in steps}.union(*(trace.values for trace in traces))

    def named(key: re.Match[str]) -> str:
        before, name = key[1] or "", key[2]
        # Digits before a key are its count.
        if name.lstrip("0123456789") not in values or before == "key ":
            return before + name
        keys = "keys" if name[0].isdigit() else "key"
        return f"{before}{'the' if key[1] is None else 'The'} {keys} {name}"

    return _KEY.sub(named, text)


def looking(session: S, **changes: Any) -> S:
    """Return the session looked at otherwise: with other values in some fields of its look."""
    return replace(session, look=replace(session.look, **changes))


def example_of_place(session: Walk) -> str:
    """Return a place that the open lesson has, for the input's label: a parameter's backward step,
    else the last step.
    """
    lesson, moment = session.lesson, session.moment
    back = {step.node for step in moment.steps if step.phase is Phase.BACKWARD}
    name = next((name for name in lesson.starts if name in back), "")
    last = moment.steps[-1]
    return f"backward:{name}" if name else f"{last.phase.value}:{last.node}"


def steps_forward(session: Walk, count: int) -> Walk:
    """Go on by so many steps, into later iterations where the lesson trains."""
    per = len(session.moment.steps)
    target = session.moment.iteration * per + session.step + count
    if not session.lesson.trains and target > per:
        return said(moved(session, 0, per), LAST_STEP)
    return _at_absolute(session, target, per)


def steps_back(session: Walk, count: int) -> Walk:
    """Go back by so many steps, into earlier iterations."""
    if session.look.is_closing:
        # The closing page stands behind the step that it was opened from.
        count -= 1
    per = len(session.moment.steps)
    first = 0 if has_opening(session.lesson) else 1
    target = session.moment.iteration * per + session.step - count
    if target < first:
        return said(moved(session, 0, first), "This is the very first step.")
    return _at_absolute(session, target, per)


def _at_absolute(session: Walk, target: int, per: int) -> Walk:
    """Go to the step at a place counted from the start of the run; 0 is the opening page."""
    if target == 0:
        return moved(session, 0, 0)
    iteration, step = divmod(target - 1, per)
    return moved(session, iteration, step + 1)


def next_phase(session: Walk) -> Walk:
    """Go to the step by which → comes to the phase that is so many later."""
    return _at_phase(session, _phase_of(session) + session.times)


def previous_phase(session: Walk) -> Walk:
    """Go to where this phase begins, or the one before where that is here already."""
    is_within = session.look.is_closing or session.step not in (0, *_phase_starts(session))
    return _at_phase(session, _phase_of(session) - session.times + is_within)


def _phase_starts(session: Walk) -> tuple[int, ...]:
    """Return where → comes to each phase of an iteration, of every graph; all have the same."""
    starts: dict[tuple[int, Phase], int] = {}
    for step in session.moment.steps:
        if not is_passed(session, step):
            starts.setdefault((step.scene, step.phase), step.number)
    return tuple(starts.values())


def is_passed(session: Walk, step: Step) -> bool:
    """Say whether → passes over a step of the lesson."""
    return (step.phase.value, step.node) in session.lesson.passes


def _phase_of(session: Walk) -> int:
    """Return the phase of the step, counted from the start of the run; -1 on the opening page."""
    starts = _phase_starts(session)
    begun = sum(start <= session.step for start in starts)
    return session.moment.iteration * len(starts) + begun - 1


def _at_phase(session: Walk, phase: int) -> Walk:
    """Go to where a phase begins, or as far towards it as there are steps."""
    starts = _phase_starts(session)
    if phase < 0:
        # The opening page stands before the first phase.
        is_there = phase == -1 and has_opening(session.lesson)
        return moved(session, 0, 0) if is_there else steps_back(moved(session, 0, 1), 2)
    iteration, place = divmod(phase, len(starts))
    if iteration and not session.lesson.trains:
        return steps_forward(session, len(session.moment.steps) + 1)
    return moved(session, iteration, starts[place])


def next_iteration(session: Walk) -> Walk:
    """Go to the same step so many iterations later."""
    if not session.step and not session.look.is_closing:
        # The opening page stands before the first iteration.
        return moved(session, session.times - 1, 1)
    return _at_iteration(session, session.moment.iteration + session.times)


def previous_iteration(session: Walk) -> Walk:
    """Go to the same step so many iterations earlier."""
    return _at_iteration(session, max(session.moment.iteration - session.times, 0))


def _at_iteration(session: Walk, iteration: int) -> Walk:
    """Go to the same node in another iteration, where what is open stays open; from the opening
    page to the first step.
    """
    here, look = current_step(session), session.look
    if here is None:
        return moved(session, iteration, 1)
    after = moved_to(session, iteration, here)
    is_same = after.moment.steps[after.step - 1] == replace(here, number=after.step)
    if look.is_closing or not is_same:
        return after
    after = looking(after, given=look.given, proof=look.proof, mistakes=look.mistakes)
    is_open = look.cell is not None and has_cell(cell_shape(after), look.cell)
    return looking(after, cell=look.cell) if is_open else after


def first_step(session: Walk) -> Walk:
    """Go to the first step of the iteration; from there to the start of the lesson."""
    if session.step > 1:
        return moved(session, session.moment.iteration, 1)
    return moved(session, 0, 0 if has_opening(session.lesson) else 1)


def last_step(session: Walk) -> Walk:
    """Go to the last step of the iteration."""
    return moved(session, session.moment.iteration, len(session.moment.steps))


def goto_step(session: Walk, number: int) -> Walk:
    """Go to a step of this iteration by its number."""
    most = len(session.moment.steps)
    if not 1 <= number <= most:
        told = f"There is no step {number}: the last is {most}.{_as_iteration(session, number)}"
        return said(session, told, error=True)
    return moved(session, session.moment.iteration, number)


def _as_iteration(session: Walk, number: int) -> str:
    """Return how to go to the iteration of a number that is no step's, nothing where none is."""
    trains = session.lesson.trains
    return f" Write iteration {number} for that one." if trains and number > 0 else ""


def _with_phase(session: Walk, text: str) -> str:
    """Return the name of a node alone as its nearest step; anything else as it is."""
    name, bracket, cell = text.strip().partition("[")
    node = _as_written(session, name.strip())
    steps = [step for step in session.moment.steps if step.node == node]
    near = min(steps, key=lambda step: abs(step.number - session.step), default=None)
    return text if near is None else f"step:{near.number}{bracket}{cell}"


def _as_written(session: Walk, name: str) -> str:
    """Return a node's own name for one that differs from it, and from no other's, by case alone."""
    names = {step.node for step in session.moment.steps}
    near = [one for one in names if one.casefold() == name.casefold()]
    return near[0] if len(near) == 1 else name


def goto(session: W, text: str) -> W:
    """Go to a place named as in `--at`; without an iteration it is the present one. The name of a
    node alone is its nearest step, `epoch 37` the iteration that it begins with.

    Raises:
        GdTutorError: For a place that cannot be read or does not exist.
    """
    epoch = EPOCH.fullmatch(text.strip())
    if epoch is not None:
        text = f"iteration {int(epoch.group(1)) * session.run.iterations_per_epoch}"
    selector = parse_selector(_with_phase(session, text))
    if "/" not in text and not text.lstrip().startswith("iteration"):
        selector = replace(selector, iteration=session.moment.iteration)
    if selector.step is not None:
        most = len(session.moment.steps)
        if not 1 <= selector.step <= most:
            where = f"the last is step:{most}.{_as_iteration(session, selector.step)}"
            raise GdTutorError(f"there is no step {selector.step}", where)
        session = moved(session, selector.iteration, selector.step)
    else:
        session = _goto_phase(session, selector)
    return session if selector.cell is None else with_cell(session, selector.cell)


def _goto_phase(session: W, selector: Selector) -> W:
    iteration = selector.iteration
    if iteration and not session.lesson.trains:
        raise GdTutorError(f"there is no iteration {iteration}", "this lesson does not train")
    phase, node = Phase(selector.phase), _as_written(session, selector.node)
    step = find_step(session.moment.steps, phase, node)
    if step is None:
        raise GdTutorError(*_missing(session, phase, node))
    return moved(session, iteration, step.number)


def _missing(session: Walk, phase: Phase, node: str) -> tuple[str, str]:
    steps = session.moment.steps
    of_phase = [step.node for step in steps if step.phase is phase]
    if not of_phase:
        return f"this lesson has no {phase.value} phase", "see its steps with `n`"
    known = [name for name in dict.fromkeys(of_phase) if name]
    if not known:
        return f"'{node}' has no {phase.value} step of its own", f"write {phase.value} alone"
    near = did_you_mean(node, known)
    return f"'{node}' has no {phase.value} step", near or f"there are {', '.join(known)}"


def with_cell(session: W, cell: tuple[int, ...]) -> W:
    """Open a cell of the current node.

    Raises:
        GdTutorError: Where the node has no such cell.
    """
    shape = cell_shape(session)
    if not has_cell(shape, cell):
        shown = f"the shape is {'×'.join(str(n) for n in shape)}, counted from 0"
        why = shown if shape else "there is no matrix at this step"
        raise GdTutorError(f"no cell {list(cell)}", why)
    return looking(session, cell=cell, scroll=0)


def cell_shape(session: Walk) -> tuple[int, ...]:
    """Return the shape in which cells can be opened at this step; empty where there are none."""
    step = current_step(session)
    if step is None or not step.node:
        return ()
    trace = session.moment.traces[step.scene]
    if trace.graph.by_rows:
        return ()
    return trace.shapes[step.node]


def refolded(session: Walk, unfolded: frozenset[str]) -> Walk:
    """Return the session with other lines unfolded, the cursor on the same node."""
    return recomputed(looking(session, unfolded=unfolded))
