"""One case tried: what came of it, as a value that goes from one process to another."""

from __future__ import annotations

import csv
import gc
import re
import tempfile
import tomllib
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.independent.drawing import drawn
from tests.independent.holding import hold
from tests.independent.program import RefusedError


@dataclass(frozen=True)
class Tried:
    """What came of one case."""

    seed: int
    figures: int = 0
    left_open: int = 0
    refused: str = ""
    why: str = ""
    """What differs; empty where the case holds."""


def tried(seed, case):
    """Hold one case, and say what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.md"
        path.write_text(_with_csv(case, path.parent), encoding="utf-8")
        try:
            with np.errstate(all="ignore"):
                held = hold(case.text, str(path), case.words)
        except RefusedError as error:
            return Tried(seed, refused=str(error).replace(folder, ""))
        except AssertionError as error:
            return Tried(seed, why=str(error))
        except Exception:  # a fault of the witness is a finding as well
            return Tried(seed, why=traceback.format_exc(limit=-6))
    return Tried(seed, held.figures, held.left_open)


def _with_csv(case, folder):
    """Return the lesson with its examples in a file beside it, in another order of columns."""
    front = tomllib.loads(case.text.split("+++\n")[1]) if case.in_csv else {}
    data = front.get("data", {})
    if "examples" not in data or case.text.count("examples = ") > 1:
        return case.text
    columns = [column for side in ("inputs", "targets") for column in _columns(data.get(side, []))]
    with open(folder / "case.csv", "w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(["more", *columns[::-1]])
        written.writerows([0.5, *row[::-1]] for row in data["examples"])
    return re.sub(r"^examples = .*$", 'csv = "case.csv"', case.text, flags=re.MULTILINE)


def _columns(names):
    """Return the columns that inputs or targets are read from."""
    if isinstance(names, list):
        return names
    each = [[n["column"]] if isinstance(n, dict) else n for n in names.values()]
    return [column for part in each for column in part]


def seldom_collected():
    """Look for circles less often: every case makes hundreds of thousands of values that live."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def of_seed(seed):
    """Hold the case of a seed."""
    return tried(seed, drawn(seed))
