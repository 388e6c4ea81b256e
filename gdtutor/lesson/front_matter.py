"""The front matter: read as TOML, and checked against its tables.

Of keys in the wrong table, or under another name, it is said what is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from gdtutor.lesson.blocks import TomlBlock
from gdtutor.lesson.markdown import TOML_LINE, Divided, divide
from gdtutor.lesson.mistakes import Mistake, Mistakes
from gdtutor.lesson.readers import keys_of, read_table
from gdtutor.lesson.reports import WARNINGS, Findings, LessonError, Place, shown
from gdtutor.lesson.tables import (
    FORMAT,
    DataTable,
    FrontMatter,
    NetworkTable,
    ScheduleTable,
    StopTable,
    TrainingTable,
)
from gdtutor.lesson.toml_text import Path, find_places, read_toml
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.values import replace

_TABLES: Mapping[str, type] = {
    "data": DataTable,
    "network": NetworkTable,
    "training": TrainingTable,
    "training.schedule": ScheduleTable,
    "training.stop": StopTable,
}
_VALUES = ("parameters", "constants")
"""Tables whose keys are the author's own."""


_CALLED = {
    "learning_rate": "lr eta alpha rate step_size",
    "batch": "batch_size minibatch mini_batch",
    "epochs": "iterations steps n_epochs num_epochs max_iter",
    "optimizer": "optim solver method optimiser",
    'order = "shuffled"': "shuffle",
    "seed": "random_state random_seed",
    "validation": "test test_size validation_split split",
    "schedule": "decay lr_decay gamma scheduler lr_schedule",
    "stop = { cost_below = 0.01 }": "early_stopping patience tol tolerance",
    'optimizer = "momentum"': "momentum",
    'optimizer = "nesterov"': "nesterov",
    "hyperparameters = { beta1 = 0.9, beta2 = 0.999 }": "betas",
    "hyperparameters = { epsilon = 1e-8 }": "eps",
    'the cost as the last line, or cost = "cross_entropy" below [network]': "loss criterion",
}
"""What is written in [training], and what other programs call it."""
_WRITTEN = {name: written for written, names in _CALLED.items() for name in names.split()} | {
    constant.name: f"hyperparameters = {{ {constant.name} = {constant.default:g} }}"
    for row in OPTIMISERS.values()
    for constant in row.hyperparameters
}
_PENALTIES: Mapping[str, str] = {"l1": "l1*sum(abs(W))", "l2": "l2/2*sum(W**2)"}
"""Keys of [network] that are a term of the cost where formulas are written."""


TOP_LEVEL = frozenset(keys_of(FrontMatter))
"""Every key of the top level, the tables among them."""
_PLAIN = TOP_LEVEL - {*_TABLES, *_VALUES, "pictures", "variants"}
"""Keys of the top level that are no tables."""


def homes_of(name: str) -> tuple[str, ...]:
    """Return the tables that have a key of this name, dotted as in their headers."""
    return tuple(header for header, table in _TABLES.items() if name in keys_of(table))


def rehomed(mistakes: Iterable[Mistake]) -> Mistakes:
    """Return mistakes, of which those about a key in the wrong table say where it belongs.

    A key of the top level that stands in another table is not reported as missing as well.
    """
    found = [_rehomed(mistake) for mistake in mistakes]
    misplaced = {m.path[-2] for m in found if len(m.path) > 2 and m.what == _of_top(m.path[-2])}
    missing = {f"the key '{name}' is missing" for name in misplaced}
    kept = (m for m in found if not (m.code == "missing-key" and not m.path and m.what in missing))
    return list(dict.fromkeys(kept))


def _rehomed(mistake: Mistake) -> Mistake:
    name = _misplaced(mistake)
    if name is None:
        return mistake
    if name in _WRITTEN and mistake.path[:-1] in {("training", name), (name,)}:
        below = "" if "training" in mistake.path else " below [training]"
        return replace(mistake, hint=f"write {renamed(name)}{below}")
    inside = mistake.path[0]
    if name in TOP_LEVEL:
        path = (*mistake.path[: mistake.path.index(name) + 1], "=")
        hint = "write it above the first [table]"
        return Mistake(path, "unknown-key", _of_top(name), hint)
    homes = homes_of(name)
    if not homes or inside == "pictures":
        return mistake
    hint = _way_home(name, homes)
    if mistake.code == "reserved":
        hint += ", or choose another name"
    *first, last = (f"[{home}]" for home in homes)
    what = f"'{name}' is a key of {', '.join(first)}{' and ' if first else ''}{last}"
    return replace(mistake, what=what, hint=hint)


def _misplaced(mistake: Mistake) -> str | None:
    """Return the key that a mistake is about, None where it may stand where it does."""
    path = mistake.path
    if mistake.code == "unknown-key" and path[-1] == "=":
        return str(path[-2])
    if path[:1] in {(table,) for table in _VALUES} and len(path) > 1:
        name, rest = path[1], path[2:]
        # A drawn parameter may have any name, so a mistake inside its table is its own.
        is_value = not any(isinstance(part, str) for part in rest)
        if mistake.code in ("type", "value") and is_value and name in _PLAIN:
            return str(name)
        if mistake.code == "reserved" and homes_of(str(name)):
            return str(name)
    return None


def renamed(name: str) -> str:
    """Return what is written in [training] for what other programs call so; empty for any other
    name."""
    return _WRITTEN.get(name, "")


def _of_top(name: object) -> str:
    return f"'{name}' is a key of the top level"


def _way_home(name: str, homes: tuple[str, ...]) -> str:
    if len(homes) > 1:
        return "write it below the header that it is meant for"
    if name in _PENALTIES:
        return f"write it below that header; in formulas add {_PENALTIES[name]} to the cost"
    table = f"{homes[0]}.{name}"
    if table in _TABLES:
        return f"as a table its header is [{table}]"
    return "write it below that header"


T = TypeVar("T")


def read_raw(toml: str, findings: Findings) -> dict[str, object] | None:
    """Read the front matter as TOML of the right format; None where it is not."""
    raw = read_toml(toml, TOML_LINE, findings)
    if raw is None or not _has_known_format(raw, toml, findings):
        return None
    return raw


def structured(raw: Mapping[str, object], toml: str, findings: Findings) -> FrontMatter | None:
    """Check raw TOML values against the format; None where a mistake was found."""
    mistakes: Mistakes = []
    front = read_table(FrontMatter, dict(raw), (), mistakes)
    report_mistakes(rehomed(mistakes), toml, TOML_LINE, findings)
    return None if mistakes else front


def read_front(text: str, findings: Findings) -> tuple[Divided, dict[str, Any], FrontMatter]:
    """Return a lesson file's parts, and its front matter raw and checked.

    Raises:
        LessonError: It has none, or mistakes in it.
    """
    divided = divide(text, findings)
    raw = None if divided is None else read_raw(divided.toml, findings)
    front = None if divided is None or raw is None else structured(raw, divided.toml, findings)
    if divided is None or raw is None or front is None:
        raise LessonError(findings.ordered())
    return divided, raw, front


def report_mistakes(mistakes: Mistakes, toml: str, first_line: int, findings: Findings) -> None:
    """Report mistakes with the places that their paths have in the text."""
    if not mistakes:
        return
    wanted = {path[:size] for path in (m.path for m in mistakes) for size in range(len(path) + 1)}
    wanted |= {(*path, "=") for path in wanted}
    places = find_places(toml, first_line, wanted)
    for mistake in mistakes:
        place = _nearest(mistake.path, places) or Place(max(1, first_line - 1), 1)
        report = findings.warning if mistake.code in WARNINGS else findings.error
        report(place, mistake.code, mistake.what, mistake.hint)


@contextmanager
def read_block(
    cls: type[T], block: TomlBlock, findings: Findings
) -> Iterator[tuple[T | None, Mistakes]]:
    """Give the table of a block, None where it is none, and its mistakes, to which others may be
    added; in the end they are reported."""
    mistakes: Mistakes = []
    raw = read_toml(block.toml, block.line, findings)
    yield None if raw is None else read_table(cls, raw, (), mistakes), mistakes
    report_mistakes(mistakes, block.toml, block.line, findings)


def _nearest(path: Path, places: Mapping[Path, Place]) -> Place | None:
    """Return the place of a path, or of the innermost table around it that the scan found."""
    while path:
        if path in places:
            return places[path]
        if (*path, "=") in places:
            return places[(*path, "=")]
        path = path[:-1]
    return None


def _has_known_format(raw: Mapping[str, object], toml: str, findings: Findings) -> bool:
    given = raw.get("format")
    what = hint = ""
    if "format" not in raw:
        what, hint = "the key 'format' is missing", f"write format = {FORMAT} as the first key"
    elif isinstance(given, int) and not isinstance(given, bool) and given > FORMAT:
        what = f"the lesson has a newer format than this program's {FORMAT}"
        hint = "update the program: pip install --upgrade gdtutor"
    elif isinstance(given, int) and not isinstance(given, bool) and given < FORMAT:
        what = f"there is no format {shown(given)}"
        hint = f"the first one is {FORMAT}; write format = {FORMAT} and mend what is then reported"
    if what:
        report_mistakes([Mistake(("format",), "format", what, hint)], toml, TOML_LINE, findings)
    return not what
