"""The value or the gradient of a name, as pictures of `of = "grad W1"` ask for it."""

from __future__ import annotations

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_scope import GRADIENT
from gdtutor.session.steps import Phase
from gdtutor.values import Struct
from gdtutor.view import notation
from gdtutor.view.pictures.source import Source


class Shown(Struct, frozen=True, eq=False):
    """What is to be drawn."""

    called: str
    value: Array | None
    """None where the walk has not come to it, or there is none."""
    why: str = ""
    """Why there is no value."""


def is_to_come(source: Source, wish: PictureWish) -> bool:
    """Say whether the walk has not come to anything that a picture of named values shows."""
    names = wish.texts("of")
    return bool(names) and all(shown_value(source, name).value is None for name in names)


def shown_value(source: Source, written: str) -> Shown:
    """Return the value of a name, or its gradient where that is asked for."""
    name = written.removeprefix(GRADIENT)
    trace = source.trace_with(name)
    if written == name:
        called = source.name(name)
        if not source.is_reached(Phase.FORWARD, name):
            return Shown(called, None, f"its step, forward {name}, is to come")
        value = source.parameters.get(name, trace.values.get(name))
        return Shown(called, value, "it has no value here")
    root, is_matrix = trace.graph.root, not trace.graph.by_rows
    called = notation.gradient_name(root, name, is_matrix, source.chars)
    if not source.is_reached(Phase.BACKWARD, name):
        return Shown(called, None, f"its step, backward {name}, is to come")
    return Shown(called, trace.gradients.get(name), "it has no gradient")
