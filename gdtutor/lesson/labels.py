"""Labels of examples, texts or numbers, become numbers: one column for each class, or a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.engine.trace import frozen
from gdtutor.lesson.mistakes import Wrong, located
from gdtutor.lesson.reports import shown
from gdtutor.lesson.tables import LabelTable, Sides, label_text
from gdtutor.training.csvdata import ExampleRows
from gdtutor.values import Struct

MAX_CLASSES = 200
"""Most classes of one column of labels."""


Taken = Mapping[str, tuple[str, ...] | LabelTable]
"""The columns that each leaf takes; a column of labels stands for several."""


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


def check_alike(inputs: Sides, targets: Sides) -> None:
    """Refuse matrices beside plain numbers, but for targets that are labels with a number each."""
    if isinstance(inputs, Mapping) == isinstance(targets, Mapping):
        return
    sides = targets if isinstance(targets, Mapping) else {}
    if not sides or not all(isinstance(side, LabelTable) for side in sides.values()):
        what = "inputs and targets are not written the same way"
        hint = "both are lists of names, or both are tables of matrices"
        raise Wrong("conflict", what, hint, ("targets",))
    for leaf, side in sides.items():
        if isinstance(side, LabelTable) and side.one_hot:
            what = f"one-hot columns are a matrix, and '{shown(leaf)}' is one number an example"
            hint = "write values = { no = 0, yes = 1 }, or bind inputs = { X = [...] }"
            raise Wrong("conflict", what, hint, ("targets", leaf))


def by_leaf(side: Sides) -> Taken:
    """Return what each leaf takes: of a list of names each takes its own column."""
    return side if isinstance(side, Mapping) else {name: (name,) for name in side}


def with_labels(
    sides: tuple[Taken, Taken], file: str | None, read: ExampleRows, doubts: dict[str, str]
) -> tuple[tuple[dict[str, tuple[str, ...]], ...], Array]:
    """Return the columns of each leaf among inputs and targets, and the examples, with every column
    of labels as numbers.

    Args:
        sides: What the inputs and the targets take.
        file: The CSV file, None where the examples stand in the lesson.
        read: The examples as they were read.
        doubts: Where doubtful labels are added, see `Data.doubts`.
    """
    examples, texts = read.cells, read.texts
    places = [f"'{shown(file)}', row {line}" for line in read.lines] if file else []
    places = places or [f"example {i}" for i in range(len(examples))]
    found: tuple[dict[str, tuple[str, ...]], ...] = {}, {}
    parts, at = [], 0
    for key, side, named in zip(("inputs", "targets"), sides, found, strict=True):
        for leaf, taken in side.items():
            if isinstance(taken, LabelTable):
                with located(key, leaf):
                    labels = label_columns(taken, examples[:, at], texts.get(at, ()), places)
                named[leaf] = labels.names
                doubts |= {leaf: labels.doubt} if labels.doubt else {}
                parts.append(labels.values)
                at += 1
            else:
                named[leaf] = taken
                parts.append(examples[:, at : at + len(taken)])
                at += len(taken)
    return found, frozen(np.concatenate(parts, axis=1))
