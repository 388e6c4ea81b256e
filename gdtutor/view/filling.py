"""The author's note of a step with the walk's numbers filled in."""

from __future__ import annotations

import re
from functools import partial

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.placeholders import Placeholder, fill
from gdtutor.session.lookups import curvatures_at, gradient_norm
from gdtutor.session.notes import note_for
from gdtutor.session.state import Walk
from gdtutor.session.steps import Phase
from gdtutor.training.optimisers import STATES
from gdtutor.values import replace
from gdtutor.view import notation
from gdtutor.view.context import Context

MAX_CELLS_IN_PROSE = 8
"""Cells of an array that a placeholder writes out."""
_NOT_FINITE = re.compile(r"\b(?:nan|inf)\b")


def filled_note(session: Walk, context: Context) -> str | None:
    """Return the author's note of a step, filled; None where there is none, or where it holds for
    any numbers and one of them is nan or infinite, or tells a step where none is made.
    """
    note = note_for(session, context.step)
    if note is None:
        return None
    told = filled(session, context, note.text)
    # A word of the author's own stays what it is.
    is_open = len(_NOT_FINITE.findall(told)) > len(_NOT_FINITE.findall(note.text))
    is_untrue = is_open or _is_still(context, note.text)
    return None if note.when.always and is_untrue else told


def _is_still(context: Context, text: str) -> bool:
    """Say whether a text tells from what to what an update leads that leaves its parameter."""
    moment, node = context.moment, context.step.node
    if context.step.phase is not Phase.UPDATE or f"{{new {node}" not in text:
        return False
    return np.array_equal(moment.state.parameters[node], moment.updates[node].p)


def filled(session: Walk, context: Context, text: str) -> str:
    """Return prose with its placeholders replaced by values at the screen's digits."""
    return fill(text, frozenset(context.trace.shapes), partial(_placeholder, session, context))


def _placeholder(session: Walk, context: Context, wish: Placeholder) -> str:
    moment = context.moment
    if wish.digits is not None:
        context = replace(context, look=replace(context.look, digits=wish.digits))
    elif context.step.phase is Phase.UPDATE and wish.name in moment.updates:
        apart = _old_and_new(context, wish)
        if apart and wish.about in apart:
            return apart[wish.about]
    name, _, kept = wish.name.partition(".")
    if kept in STATES:
        before = moment.state.optimizer.get(name, {})
        found = before if wish.about == "value" else moment.updates[name].values
        return _array_text(context, found[kept], wish) if kept in found else "none"
    match wish.about:
        case "name":
            return context.name(wish.name)
        case "shape":
            return notation.shape(context.shape(wish.name), context.chars) or "one number"
        case "grad":
            return _array_text(context, context.trace.gradients[wish.name], wish)
        case "new":
            return _array_text(context, moment.updates[wish.name].p, wish)
        case "value":
            return _array_text(context, context.trace.values[wish.name], wish)
        case "cost":
            return context.counted(float(np.sum(context.trace.values[context.root])))
        case "learning_rate":
            return context.number(moment.learning_rate)
        case "gradient_norm":
            return context.number(gradient_norm(session.run, moment.iteration))
        case "curvatures":
            return _curvatures_text(context, curvatures_at(session.run, moment.iteration))
        case "epochs":
            return str(moment.settings.epochs) if moment.settings is not None else "0"
    counts = {
        "iteration": moment.iteration,
        "epoch": moment.epoch,
        "examples": moment.problem.size,
        "batch": len(moment.batch),
    }
    return str(counts[wish.about])


def _old_and_new(context: Context, wish: Placeholder) -> dict[str, str]:
    """Return a parameter before and after its update, with the digits that tell them apart."""
    old, new = context.trace.values[wish.name], context.moment.updates[wish.name].p
    if wish.cell is not None:
        old, new = old[wish.cell], new[wish.cell]
    if np.size(old) != 1:
        return {}
    pair = float(np.reshape(old, ())), float(np.reshape(new, ()))
    old_text, new_text = notation.apart(pair, context.look.digits, context.chars)
    return {"value": old_text, "new": new_text}


def _curvatures_text(context: Context, found: Array) -> str:
    """Return the curvatures of a cost in prose: all of a few, the ends of many. Differences cannot
    tell one that is 0 from one that is nearly so.
    """
    if found.size <= MAX_CELLS_IN_PROSE:
        none = notation.about_zero(context.chars)
        return ", ".join(context.number(value) if value else none for value in found.tolist())
    ends = float(found[0]), float(found[-1])
    lowest, highest = notation.apart(ends, context.look.digits, context.chars)
    return f"{found.size} from {lowest} to {highest}, {int(np.sum(found < 0))} of them below 0"


def _array_text(context: Context, array: Array, wish: Placeholder) -> str:
    """Return a value in prose: a number, or the cells of a small array in brackets."""
    if wish.cell is not None:
        return context.number(float(array[wish.cell]))
    if array.size == 1:
        is_loss = (wish.about, wish.name) == ("value", context.root)
        return (context.counted if is_loss else context.number)(float(array.reshape(())))
    cells = [context.number(float(value)) for value in array.reshape(-1)]
    if len(cells) > MAX_CELLS_IN_PROSE:
        cells = [*cells[:2], context.chars.ellipsis, cells[-1]]
    return f"({', '.join(cells)})"
