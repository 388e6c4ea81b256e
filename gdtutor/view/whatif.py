"""What a what-if has changed, marked where it shows, with the old value beside it."""

from __future__ import annotations

from gdtutor.engine.operations import Array
from gdtutor.session.moment import changed_gradients, changed_values
from gdtutor.session.steps import Phase
from gdtutor.view.arrays import array_lines
from gdtutor.view.context import Context
from gdtutor.view.frame import Lines, Segment, Style
from gdtutor.view.lines import line, stacked, width_of, wrapped


def marked_names(context: Context) -> frozenset[str]:
    """Return the names whose value is marked: edited, or shown and no longer what it was."""
    values = changed_values(context.moment, context.own, context.step.scene)
    edited = frozenset(change.name for change in context.changes)
    return edited | {name for name in values if context.known_value(name) is not None}


def changes_lines(context: Context, width: int) -> Lines:
    """Return the changes in force at this iteration, as they are logged."""
    if not context.changes:
        return ()
    texts = ", ".join(change.text() for change in context.changes)
    return (line(("changed", Style.DIM)), *wrapped(texts, width, Style.CHANGED))


def with_old_value(context: Context, lines: Lines, width: int) -> Lines:
    """Return a step's lines with the old result beside the new one, where they differ."""
    pair = _result_and_old(context)
    if pair is None:
        return _with_previous(context, lines, width)
    beside = _beside(context, lines, pair, width)
    if beside is not None:
        return beside
    title = line(("without the changes", Style.CHANGED))
    return stacked([lines, (title, *array_lines(context, pair[1], width, max_rows=4))])


def _with_previous(context: Context, lines: Lines, width: int) -> Lines:
    """Return the lines of a forward step with what the result was before the last update."""
    step = context.step
    old = context.before_update(step.node) if step.phase is Phase.FORWARD else None
    if old is None:
        return lines
    with_old = _beside(context, lines, (context.trace.values[step.node], old), width)
    if with_old is None:
        return _with_largest(context, lines, width)
    # A line more is not worth the room that it may not have.
    return with_old if len(with_old) == len(lines) else lines


def _with_largest(context: Context, lines: Lines, width: int) -> Lines:
    """Return the lines of a matrix with what its most changed cell was, in the first empty one."""
    was, empty = context.was(context.step.node), [n for n, row in enumerate(lines) if not row]
    texts = (f" changed most: {was[1:-1]}", f" most: {was[1:-1]}", f" {was}")
    text = next((text for text in texts if len(text) <= width), "")
    if not was or not empty or not text:
        return lines
    return (*lines[: empty[0]], line((text, Style.CHANGED)), *lines[empty[0] + 1 :])


def _beside(context: Context, lines: Lines, pair: tuple[Array, Array], width: int) -> Lines | None:
    """Return lines with what a number was beside it: of the opened cell, or the followed example;
    None where neither is shown alone."""
    cell, is_array = context.look.cell, pair[0].ndim > 0
    if is_array and cell is not None:
        now, old = (float(value[cell]) for value in pair)
    elif is_array and not context.graph.by_rows:
        return None
    else:
        now, old = map(context.followed, pair)
    shown, before = context.number(now), context.number(old)
    word = "own" if context.own is not None else "was"
    if shown == before:
        return lines
    was = line((f"  ({word} {before})", Style.CHANGED))
    for index in reversed(range(len(lines))):
        content = lines[index]
        is_result = bool(content) and content[-1] == Segment(context.equal(now)[1], Style.CURRENT)
        if is_result and width_of(content) + width_of(was) <= width:
            return (*lines[:index], (*content, *was), *lines[index + 1 :])
    return (*lines, was)


def _result_and_old(context: Context) -> tuple[Array, Array] | None:
    """Return what the step works out, now and without the changes; None where both are one."""
    own, step = context.own, context.step
    if own is None:
        return None
    now, before = context.trace, own.traces[step.scene]
    match step.phase:
        case Phase.FORWARD:
            if step.node in changed_values(context.moment, own, step.scene):
                return now.values[step.node], before.values[step.node]
        case Phase.BACKWARD:
            if step.node in changed_gradients(context.moment, own, step.scene):
                return now.gradients[step.node], before.gradients[step.node]
        case Phase.UPDATE:
            after, old = (m.updates[step.node].values for m in (context.moment, own))
            if step.variable in old:
                return after[step.variable], old[step.variable]
    return None
