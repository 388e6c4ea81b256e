"""A CSV file of two inputs and a target becomes a playground."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.reports import shown
from gdtutor.play.playground import Playground, of_file
from gdtutor.training.csvdata import MAX_BYTES, read_csv, resolve_inside
from gdtutor.training.files import read_regular


def read_file(name: str) -> Playground:
    """Return the playground that a CSV file in the working folder begins with.

    Raises:
        GdTutorError: There is no such file, or it has other columns than two inputs and a target.
    """
    path = resolve_inside(Path(), name)
    head = (read_regular(path, MAX_BYTES) or b"").decode("utf-8-sig", "replace").partition("\n")[0]
    columns = tuple(cell.strip() for cell in next(csv.reader([head.strip()]), []))
    if len(columns) != 3:
        what = f"'{shown(name)}' has {len(columns)} columns"
        raise GdTutorError(what, "the playground takes two inputs, then the target")
    read = read_csv(path, columns[:-1], columns[-1:])
    if read.texts:
        what = f"'{shown(name)}' has texts in the column {shown(next(iter(read.texts)))}"
        raise GdTutorError(what, "the playground takes numbers, classes as 0 and 1")
    rows = read.cells
    is_class = bool(np.isin(rows[:, -1], (0.0, 1.0)).all())
    return of_file(Playground(data=name, columns=columns, has_classes=is_class, points=len(rows)))
