"""Examples from a CSV file of the learner's own: read whole, checked cell by cell."""

from __future__ import annotations

import codecs
import csv
import io
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from gdtutor.engine.characters import cut_short
from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.files import read_regular
from gdtutor.training.datasets import MAX_EXAMPLES
from gdtutor.training.errors import NO_COLUMN, CsvError
from gdtutor.values import Struct

MAX_BYTES = 16 * 1024 * 1024
"""The largest file that is read, in bytes."""
SHOWN_CELL = 24
"""Cells of a terminal that a message leaves to a cell or a name of the file."""


def resolve_inside(folder: Path, name: str) -> Path:
    """Return the regular file `name` of a folder, links followed, never one outside the folder.

    Args:
        folder: the folder of the lesson.
        name: a relative path in it, as the lesson writes it.

    Raises:
        CsvError: the name is empty or absolute, leads outside, or is no regular file.
    """
    if not name or "\0" in name:
        raise CsvError(f"{name!r} is no file name", "name a file beside the lesson")
    if Path(name).is_absolute() or Path(name).drive:
        hint = "name the file from the lesson's folder"
        raise CsvError(f"the path {name!r} is absolute", hint)
    try:
        root = folder.resolve(strict=True)
        # What does not exist is followed as well, so that no message tells whether a file outside
        # of the folder exists.
        path = (root / name).resolve()
    except FileNotFoundError:
        raise _missing(name) from None
    except (OSError, RuntimeError) as error:
        # A loop of links is a RuntimeError before Python 3.13 and an OSError from there on.
        raise CsvError(f"{name!r} cannot be followed: {error}") from None
    if not path.is_relative_to(root):
        what = f"{name!r} leads out of the lesson's folder"
        raise CsvError(what, "keep the file in the folder")
    if not os.path.lexists(path):
        raise _missing(name)
    if not path.is_file():
        raise CsvError(f"{name!r} is not a regular file", "name a CSV file")
    return path


def _missing(name: str) -> CsvError:
    return CsvError(f"there is no file {name!r}", "put it into the folder of the lesson")


class CsvForm(Struct, frozen=True):
    """How a CSV file is written, and which of its columns hold labels."""

    separator: str = ","
    """What separates cells; a blank stands for any number of blanks and tabs."""
    columns: tuple[str, ...] = ()
    """The names of the columns of a file without a row of names."""
    labels: frozenset[str] = frozenset()
    """The columns that may hold texts."""


class ExampleRows(Struct, frozen=True, eq=False):
    """The rows of examples as numbers."""

    cells: Array
    """Examples × columns; in a column of texts, positions in its texts. Write-protected."""
    texts: Mapping[int, tuple[str, ...]]
    """The texts of the columns that hold any, by position, each in the order of its first use."""
    lines: tuple[int, ...] = ()
    """The line of a CSV file on which each example begins, from 1."""


PLAIN_FORM = CsvForm()
"""Commas, and a row of names."""


def separates(character: str) -> bool:
    """Say whether a character can separate cells: none that a number or a quoted text may hold."""
    return (character.isprintable() and not character.isalnum() and character not in '+-._"') or (
        character == "\t"
    )


def read_csv(
    path: Path, inputs: Sequence[str], targets: Sequence[str], form: CsvForm = PLAIN_FORM
) -> ExampleRows:
    """Read the named columns of a CSV file; see `parse_csv`.

    Raises:
        CsvError: as `parse_csv`; or the file cannot be read, is no regular file or is larger than
            `MAX_BYTES`.
    """
    try:
        data = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise CsvError(what, "check its name and its rights") from None
    if data is None:
        raise CsvError("this is not a regular file", "name a CSV file")
    return parse_csv(data, inputs, targets, form)


def parse_csv(
    data: bytes, inputs: Sequence[str], targets: Sequence[str], form: CsvForm = PLAIN_FORM
) -> ExampleRows:
    """Return the named columns of a CSV file as rows of numbers.

    The file is UTF-8, with or without a byte order mark, lines ending in LF or CR LF. Its first row
    names the columns where the form does not; further columns may hold anything. Blank lines are
    passed over.

    Args:
        data: the whole file.
        inputs: names of the input columns, in the order wanted.
        targets: names of the target columns.
        form: how the file is written.

    Raises:
        CsvError: with row and column: text that is not UTF-8, a NUL byte, broken quotes, a missing
            or repeated column name, a missing or surplus cell, a cell that is not a finite number,
            no rows or more than `MAX_EXAMPLES`, or the same targets in every row.
    """
    if len(data) > MAX_BYTES:
        raise CsvError(f"the file is larger than {MAX_BYTES // 2**20} MiB", "use fewer rows")
    records = _records(_decoded(data), form.separator)
    number, header = (1, list(form.columns)) if form.columns else next(records, (1, []))
    names = [cell.strip() for cell in header]
    wanted = (*inputs, *targets)
    places = [_place(names, name, number) for name in wanted]
    texts: dict[int, dict[str, int]] = {i: {} for i, n in enumerate(wanted) if n in form.labels}
    rows: list[list[float]] = []
    lines: list[int] = []
    for number, record in records:
        if len(rows) == MAX_EXAMPLES:
            what = f"more than {MAX_EXAMPLES:,} rows of data"
            raise CsvError(what, "use fewer rows", row=number)
        if len(record) > len(names):
            what = f"{len(record)} cells under {len(names)} names"
            hint = "quote cells that hold a comma; write decimals with a point"
            raise CsvError(what, hint, row=number)
        lines.append(number)
        cells = (_cell(record, place, number, names[place]) for place in places)
        rows.append(
            [
                texts[i].setdefault(cell, len(texts[i]))
                if i in texts
                else _number(cell, number, wanted[i])
                for i, cell in enumerate(cells)
            ]
        )
    found = {i: tuple(labels) for i, labels in texts.items()}
    return ExampleRows(_checked(rows, len(inputs), targets), found, tuple(lines))


def _decoded(data: bytes) -> str:
    """Return the file as text without its byte order mark."""
    data = data.removeprefix(codecs.BOM_UTF8)
    nul = data.find(b"\0")
    if nul >= 0:
        row = data.count(b"\n", 0, nul) + 1
        raise CsvError("a NUL byte", "save the file as plain UTF-8 text", row=row)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise CsvError("bytes that are not UTF-8", "save the file as UTF-8", row=row) from None


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each record with the line on which it begins, from 1, blanks left out."""
    if separator == " ":
        numbered = enumerate(text.splitlines(), 1)
        yield from ((number, line.split()) for number, line in numbered if line.strip())
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise CsvError(f"not valid CSV: {error}", "check the quotes", row=line) from None
        if record is None:
            return
        if len(record) > 1 or any(cell.strip() for cell in record):
            yield line, record


def _place(names: list[str], name: str, row: int) -> int:
    """Return the position of the named column in the header."""
    found = [place for place, known in enumerate(names) if known == name]
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{len(found)} columns have this name"
        raise CsvError(what, "rename all but one", row=row, column=name)
    same_letters = [known for known in names if known.casefold() == name.casefold()]
    if same_letters:
        hint = f"write '{same_letters[0]}', as in the file"
    elif len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        hint = 'write separator = ";"' if ";" in names[0] else 'write separator = "\\t"'
    else:
        hint = did_you_mean(name, names) or _named(names)
    raise CsvError(NO_COLUMN, hint, row=row, column=name)


def _named(names: list[str]) -> str:
    """Return what a file's columns are called, or how to name them where numbers stand there."""
    if not names or any(name.strip(" +-.").replace(".", "").isdigit() for name in names):
        return "name the columns in the first row"
    listed = ", ".join(cut_short(name, SHOWN_CELL) for name in names[:8])
    return f"its columns are {listed}{', …' if len(names) > 8 else ''}"


def _cell(record: list[str], place: int, row: int, name: str) -> str:
    """Return one cell, which is not empty."""
    cell = record[place].strip() if place < len(record) else ""
    if not cell:
        hint = "fill it in, or leave the row out"
        raise CsvError("the cell is missing", hint, row=row, column=name)
    return cell


def _number(cell: str, row: int, name: str) -> float:
    """Return one cell as a number."""
    try:
        # Python also reads 1_000 and other scripts' digits; neither is a number in a CSV file.
        value = float(cell) if cell.isascii() and "_" not in cell else None
    except ValueError:
        value = None
    if value is None:
        hint = "write it like 3, -0.5 or 1e-3; a column of labels is { column = …, one_hot = true }"
        what = f"{cut_short(cell, SHOWN_CELL)!r} is not a number"
        raise CsvError(what, hint, row=row, column=name)
    if not math.isfinite(value):
        what = f"{cut_short(cell, SHOWN_CELL)!r} is not finite"
        raise CsvError(what, "leave the row out", row=row, column=name)
    return value


def _checked(rows: list[list[float]], inputs: int, targets: Sequence[str]) -> Array:
    """Return the rows as an array, if there is anything to learn in them."""
    if not rows:
        raise CsvError("there are no rows under the names", "add examples")
    array = np.array(rows, dtype=np.float64)
    answers = array[:, inputs:]
    if answers.size and (answers == answers[0]).all():
        what = f"every row has the same target, {answers[0, 0]:g}: one class only"
        hint = "add examples of another class"
        raise CsvError(what, hint, column=targets[0])
    array.setflags(write=False)
    return array
