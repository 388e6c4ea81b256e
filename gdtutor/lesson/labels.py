"""Labels of examples, texts or numbers, become numbers: one column for each class, or a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.lesson.readers import Wrong
from gdtutor.lesson.reports import shown
from gdtutor.lesson.tables import LabelTable, label_text
from gdtutor.values import Struct

MAX_CLASSES = 200
"""Most classes of one column of labels."""


class LabelColumns(Struct, frozen=True, eq=False):
    """The columns that stand for a column of labels."""

    names: tuple[str, ...]
    """`species=setosa` for each class, or the column's own name."""
    values: Array
    """Of shape (examples, columns)."""
    doubt: str = ""
    """Which class may be none: it has no example, or its label is nearly another; else empty."""


def label_columns(
    table: LabelTable, cells: Array, texts: tuple[str, ...], places: Sequence[str]
) -> LabelColumns:
    """Return the columns that a column of labels becomes.

    Args:
        table: What becomes of it.
        cells: The numbers of the column, or positions in `texts`, of shape (examples,).
        texts: The labels; empty where they are numbers.
        places: Where each example stands, as a message says it.

    Raises:
        Wrong: Too many classes, or a label without a value.
    """
    places = [f"{place}, column '{shown(table.column)}'" for place in places]
    labels = [texts[int(cell)] if texts else label_text(cell) for cell in cells.tolist()]
    found = _in_order(texts) if texts else [label_text(cell) for cell in np.unique(cells).tolist()]
    if table.values is not None:
        return LabelColumns((table.column,), _valued(table.values, labels, places)[:, None])
    classes = list(table.classes or found)
    for label in found:
        if label not in classes:
            hint = did_you_mean(label, classes) or f"add '{shown(label)}' to the classes"
            what = f"{places[labels.index(label)]}: the label '{shown(label)}' is no class"
            raise Wrong("value", what, hint, ("classes",))
    if len(classes) > MAX_CLASSES:
        what = f"{shown(table.column)} has {len(classes):,} classes"
        raise Wrong("bound", what, f"the bound is {MAX_CLASSES}", ("column",))
    values = (np.array(labels)[:, None] == np.array(classes)).astype(np.float64)
    empty = [label for label in classes if label not in found]
    doubt = f"no example is '{shown(empty[0])}'" if empty else _doubt(labels, found, places)
    return LabelColumns(tuple(f"{table.column}={label}" for label in classes), values, doubt)


def _doubt(labels: list[str], found: list[str], places: Sequence[str]) -> str:
    """Return which label is nearly another, the rarest of those; empty where none is."""
    for label in sorted(found, key=labels.count):
        # Labels that are told apart by a digit, as class1 and class2, are meant so.
        others = [other for other in found if _letters(other) != _letters(label)]
        if near := did_you_mean(label, others):
            return f"{places[labels.index(label)]}, '{shown(label)}': {near}"
    return ""


def _letters(label: str) -> str:
    return "".join(letter for letter in label if not letter.isdigit())


def _in_order(texts: tuple[str, ...]) -> list[str]:
    """Return labels in order: by number where all are numbers, else by letter."""
    try:
        return sorted(set(texts), key=float)
    except ValueError:
        return sorted(set(texts))


def _valued(values: Mapping[str, float], labels: list[str], places: Sequence[str]) -> Array:
    for label, place in zip(labels, places, strict=True):
        if label not in values:
            hint = did_you_mean(label, values) or f"add '{shown(label)}' = a number to the values"
            what = f"{place}: the label '{shown(label)}' has no value"
            raise Wrong("value", what, hint, ("values",))
    return np.array([values[label] for label in labels], dtype=np.float64)
