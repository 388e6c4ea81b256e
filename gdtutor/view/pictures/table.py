"""Expected beside learned outputs, how many are right, and which classes are taken for which."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

import numpy as np

from gdtutor.engine.characters import cells
from gdtutor.engine.operations import Array
from gdtutor.lesson.model import PictureWish
from gdtutor.session.state import Snapshot
from gdtutor.training.classes import UNDECIDED, classes_in, is_signed, predictions_of
from gdtutor.training.problem import input_columns
from gdtutor.view.frame import Line, Lines, Size, Style
from gdtutor.view.lines import column_texts, line, shortened, wrapped
from gdtutor.view.marks import HELD
from gdtutor.view.notation import percent
from gdtutor.view.origins import class_names
from gdtutor.view.pictures.source import Drawing, NoPicture, PictureKind, Source

_MOST_CLASSES = 5


def outputs_of(source: Source) -> tuple[Array, Array] | None:
    """Return what the network says for every example and what it should say.

    Returns:
        Two arrays of shape (values, examples); None where nothing is compared with a target.
    """
    if isinstance(source.at, Snapshot) and source.at.predictions.size:
        learned, expected = np.atleast_2d(source.at.predictions, source.at.targets)
        if learned.shape == expected.shape:
            return learned, expected
    return _outputs(source.still)


def table_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return one row for each example, elided in the middle, and the counts below."""
    found = outputs_of(source)
    if found is None:
        raise NoPicture("No line of this graph is compared with a target.")
    counts, examples = _counts(source, *found, size.width), found[0].shape[1]
    if size.height - len(counts) < 3:
        counts = counts[: 1 + (source.run.trained_examples < examples)]
    if size.height - len(counts) <= examples < size.height:
        # Where all examples have room, they come before the counts.
        counts = counts[: size.height - examples - 1][:1]
    rows = _rows(source, wish, found, size.less(rows=len(counts)))
    return Drawing((*rows, *counts)[: size.height])


@lru_cache(maxsize=8)
def _outputs(source: Source) -> tuple[Array, Array] | None:
    return predictions_of(source.problem, source.predicting, source.run.trained_examples)


def _rows(source: Source, wish: PictureWish, found: tuple[Array, Array], size: Size) -> list[Line]:
    problem, (learned, expected) = source.problem, found
    columns = input_columns(problem)
    digits = wish.whole("digits", 3)
    kinds = classes_in(source.problem, learned, expected)
    right, wrong = ("✓", "✗") if source.chars.unicode else ("ok", "NO")
    names = (source.column(problem.columns[c]) for c in columns)
    learned_by = "by average" if source.is_averaged else "learned"
    head = ["#", *names, "target", learned_by, ""]
    called = class_names(source.problem, source.chars) or tuple(map(str, range(len(expected))))
    body, by_class = [], []
    for example in _shown(learned.shape[1], size.height - 1):
        if example is None:
            body.append([source.chars.ellipsis] + [""] * (len(head) - 1))
            by_class.append(body[-1])
            continue
        row = [f"{example}{HELD if example >= source.run.trained_examples else ''}"]
        row += [source.number(float(problem.examples[example, c]), 3) for c in columns]
        row += [" ".join(source.number(float(v), digits) for v in expected[:, example])]
        row += [" ".join(source.number(float(v), digits) for v in learned[:, example])]
        mark = ""
        if kinds is not None and kinds[0][example] != UNDECIDED:
            mark = right if kinds[0][example] == kinds[1][example] else wrong
        body.append([*row, mark])
        if kinds is not None and len(expected) > 1:
            said, true = (int(kind[example]) for kind in kinds)
            answer = called[said] if 0 <= said < len(called) else "?"
            by_class.append([*row[:-2], called[true], answer, mark])
    table = [head, *body]
    if _width(table) > size.width and kinds is not None and len(expected) > 1:
        # Of several shares the largest is what counts: class stands against class.
        table = [head, *by_class]
    if _width(table) > size.width:
        # The inputs give way, all of them: the number of the example finds them.
        table = [[row[0], *row[1 + len(columns) :]] for row in table]
    over = _width(table) - size.width
    if over > 0:
        # Of long labels both columns show the beginning.
        widest = max(cells(text) for row in table for text in row[1:-1])
        most = max(widest - -(-over // 2), 1)
        cut = [[shortened(text, most, source.chars) for text in row[1:-1]] for row in table]
        table = [[row[0], *texts, row[-1]] for row, texts in zip(table, cut, strict=True)]
    first, *texts = column_texts(table, " ")
    styles = (Style.ERROR if row[-1] == wrong else Style.TEXT for row in table[1:])
    return [line((first, Style.DIM)), *map(line, zip(texts, styles, strict=True))]


def _width(table: list[list[str]]) -> int:
    return cells(column_texts(table, " ")[0])


def _shown(count: int, room: int) -> list[int | None]:
    """Return the examples shown, None where some are left out."""
    if count <= room:
        return list(range(count))
    if room < 3:
        return [None] if room > 0 else []
    return [*range(room - 2), None, count - 1]


def _counts(source: Source, learned: Array, expected: Array, width: int) -> list[Line]:
    """Return how many are right and the confusion count; else the mean error.

    Those held back are counted apart, and the confusions are theirs.
    """
    kinds = classes_in(source.problem, learned, expected)
    train, count = source.run.trained_examples, learned.shape[1]
    parts = [("", slice(None))]
    if train < count:
        parts = [("training: ", slice(train)), (f"held out ({HELD}): ", slice(train, None))]
    if kinds is None:
        with np.errstate(all="ignore"):
            off = np.abs(learned - expected)
            errors = {name: float(np.mean(off[:, part])) for name, part in parts}
        return [line(f"{name}mean distance {source.number(e, 3)}") for name, e in errors.items()]
    said_class, true_class = kinds
    rows = [_right(said_class[part], true_class[part], name, width) for name, part in parts]
    last = parts[-1][1]
    called = ("-1", "1") if is_signed(expected) and len(expected) == 1 else ()
    names = called or tuple(map(str, range(max(2, len(expected)))))
    confusions = _confusions(said_class[last], true_class[last], names)
    # Which label each class stands for, where a column of labels was read.
    labels = enumerate(class_names(source.problem, source.chars))
    told = wrapped(", ".join(f"{place} {label}" for place, label in labels), width, Style.DIM)
    return [*chain.from_iterable(rows), *confusions, *told]


def _right(said_class: Array, true_class: Array, name: str, width: int) -> Lines:
    """Return how many are right."""
    count, right = len(said_class), int(np.sum(said_class == true_class))
    undecided = int(np.sum(said_class == UNDECIDED))
    rest = f", {undecided} undecided" if undecided else ""
    text = f"{name}{right} of {count} right, {percent(right / count, 3)}{rest}"
    return wrapped(text, width, Style.GOOD if right == count else Style.WARNING)


def _confusions(said_class: Array, true_class: Array, names: tuple[str, ...]) -> list[Line]:
    """Return which classes are taken for which; nothing where they are many."""
    classes = len(names)
    if classes > _MOST_CLASSES:
        return []
    table = np.zeros((classes, classes), dtype=int)
    for true, taken in zip(true_class.tolist(), said_class.tolist(), strict=True):
        if taken >= 0:
            table[true, taken] += 1
    wide = max(len(str(table.max())), 3)
    says = " ".join(name.rjust(wide) for name in names)
    lines = [line((f"          says {says}", Style.DIM))]
    for name, row in zip(names, table, strict=True):
        counted = " ".join(str(n).rjust(wide) for n in row)
        lines.append(line((f"should be {name:>4} ", Style.DIM), counted))
    return lines


PICTURE = PictureKind(table_picture, None, "expected and learned", has_below=True, least_below=5)
