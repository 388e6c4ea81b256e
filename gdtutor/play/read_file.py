"""A CSV file of two inputs and a target becomes a playground."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import read_regular
from gdtutor.lesson.reports import shown
from gdtutor.play.playground import Playground, usual
from gdtutor.training.csvdata import MAX_BYTES, CsvForm, read_csv, resolve_inside
from gdtutor.training.errors import CsvError

_HINT = "it takes rows of three numbers: two inputs, then the target, classes as 0 and 1"


OTHERS = {";": "';'", "\t": "tabs"}
"""What else tables are often written with."""
NAMELESS = ("x1", "x2", "y")
"""The columns of a file whose first row is an example."""


def read_file(name: str, is_own: bool = False) -> Playground:
    """Return the playground that a CSV file begins with.

    Args:
        name: Its path.
        is_own: Whether the user's own command line names it, which may name any file; else it has
            to lie in the working folder.

    Raises:
        GdTutorError: There is no such file, or it has other columns than two inputs and a target.
    """
    path = Path(name) if is_own else resolve_inside(Path(), name)
    if not path.is_file():
        hint = "write its path from the folder that you are in"
        raise GdTutorError(f"there is no file '{shown(name)}'", hint)
    head = (read_regular(path, MAX_BYTES) or b"").decode("utf-8-sig", "replace").partition("\n")[0]
    columns = tuple(cell.strip() for cell in next(csv.reader([head.strip()]), []))
    if not columns:
        raise GdTutorError(f"'{shown(name)}' has no first row", _HINT)
    if len(columns) != 3:
        many = f"{len(columns)} column{'s' if len(columns) != 1 else ''}"
        what = f"'{shown(name)}' has {many} with commas between"
        other = next((word for mark, word in OTHERS.items() if mark in head), "")
        hint = f"write commas in place of {other}, and decimals with a point" if other else ""
        raise GdTutorError(what, hint or "the playground takes two inputs, then the target")
    has_names = not all(map(_is_number, columns))
    if not has_names:
        columns = NAMELESS
    form = CsvForm() if has_names else CsvForm(columns=columns)
    try:
        rows = read_csv(path, columns[:-1], columns[-1:], form).cells
    except CsvError as error:
        raise GdTutorError(f"{shown(name)}: {error.what}", _HINT) from None
    is_class = bool(np.isin(rows[:, -1], (0.0, 1.0)).all())
    return usual(Playground(name, columns, is_class, has_names, points=len(rows)))


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
