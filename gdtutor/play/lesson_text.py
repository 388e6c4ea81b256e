"""The playground as the text of a lesson file, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import template_parts
from gdtutor.lesson.front_matter import read_front
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.reports import Findings
from gdtutor.lesson.tables import DataTable, FrontMatter
from gdtutor.lesson.toml_text import toml_of
from gdtutor.play.options import words_of
from gdtutor.play.playground import Playground, fitted, of_data, validation_of
from gdtutor.play.read_file import read_file
from gdtutor.values import replace

ID = "playground"
"""The id of the lesson while it has no file."""
FILE = Path(f"{ID}.md")
_PARTS = template_parts(__file__, "lesson.txt")

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "": ("format", "id", "title", "chapter", "summary", "source", "diverges", "pictures",
         "network", "data", "training"),
    "network": ("layers", "features", "activation", "output", "cost", "init", "seed", "l1", "l2"),
    "data": ("dataset", "count", "noise", "classes", "seed", "csv", "columns", "inputs",
             "targets"),
    "training": ("optimizer", "hyperparameters", "learning_rate", "batch", "epochs", "validation"),
}  # fmt: skip
"""The keys of a lesson that a playground can have, by table."""

_AS_IN_A_LESSON = ("layers", "activation", "cost", "init", "seed", "l1", "l2")
"""Fields of a playground that [network] has by the same names."""


def text_of(playground: Playground, lesson_id: str = ID) -> str:
    """Return a playground as a whole lesson file, which opens to the same state."""
    tables = {"network": _network(playground), "data": _data(playground),
              "training": _training(playground)}  # fmt: skip
    written = (
        "\n".join([f"[{name}]", *(f"{key} = {toml_of(value)}" for key, value in table.items())])
        for name, table in tables.items()
    )
    data, shape = Path(playground.data).name, playground.shape
    return _PARTS["lesson"].substitute(
        id=toml_of(lesson_id), title=toml_of(f"Playground: {data}"),
        summary=toml_of(f"A network with layers of {shape} on {data}"),
        tables="\n\n".join(written),
        picture=_PARTS["picture"].template if playground.dataset.most_classes else "",
        data=data, shape=shape, words=f"gdtutor play {' '.join(words_of(playground)[:2])}",
    )  # fmt: skip


def file_of(playground: Playground) -> Path:
    """Return what a playground's file is called, beside its data."""
    name = Path(playground.data).relative_to(playground.folder).as_posix()
    data = re.sub(r"[^a-z0-9]+", "-", name.removesuffix(".csv").lower()).strip("-")
    return playground.folder / f"play-{data or 'file'}.md"


def _network(playground: Playground) -> dict[str, object]:
    usual = {"features": playground.dataset.inputs, "l1": 0.0, "l2": 0.0}
    table = {name: getattr(playground, name) for name in _KNOWN["network"]}
    return {name: value for name, value in table.items() if value != usual.get(name)}


def _data(playground: Playground) -> dict[str, object]:
    if playground.columns:
        columns = playground.columns
        csv = Path(playground.data).relative_to(playground.folder).as_posix()
        names = {} if playground.has_names else {"columns": columns}
        return {"csv": csv, **names, "inputs": columns[:-1], "targets": columns[-1:]}
    table: dict[str, object] = {"dataset": playground.data}
    if not playground.is_fixed:
        table |= {"count": playground.points, "noise": playground.noise,
                  "seed": playground.data_seed}  # fmt: skip
    return table if playground.outputs == 1 else {**table, "classes": playground.outputs}


def _training(playground: Playground) -> dict[str, object]:
    table: dict[str, object] = {"optimizer": playground.optimizer}
    if playground.hyperparameters:
        table["hyperparameters"] = dict(playground.hyperparameters)
    return table | {
        "learning_rate": playground.rate,
        "batch": playground.batch or "full",
        "epochs": playground.epochs,
        "validation": validation_of(playground),
    }


def lesson_of(playground: Playground) -> Lesson:
    """Return the lesson that a playground is, which has no file.

    Raises:
        GdTutorError: It is no lesson, as where a feature is no formula of the inputs.
    """
    return _parsed(text_of(playground), playground.folder / FILE)


def _parsed(text: str, path: Path) -> Lesson:
    lesson, reports = parse_lesson(text, path)
    if lesson is None:
        first = next(report for report in reports if report.level == "error")
        raise GdTutorError(first.what, first.hint)
    return lesson


def playground_in(text: str, path: Path) -> Playground:
    """Return the playground of a lesson file's text.

    Raises:
        GdTutorError: It is no lesson, or one of more than a playground knows.
    """
    _parsed(text, path)
    _, raw, front = read_front(text, Findings(path, text.split("\n")))
    _refuse_more(raw)
    return _read(front, path.parent)


def _refuse_more(raw: Mapping[str, object]) -> None:
    """Refuse a lesson with keys of which a playground has nothing."""
    hint = "open it as a lesson: gdtutor FILE"
    for table, keys in _KNOWN.items():
        inside = raw if not table else raw.get(table)
        if not isinstance(inside, Mapping):
            raise GdTutorError(f"a lesson without [{table}] is no playground", hint)
        for key in inside:
            if key not in keys:
                where = f"[{table}] {key}" if table else key
                raise GdTutorError(f"the playground has no '{where}'", hint)


def _of_data(data: DataTable, folder: Path) -> Playground:
    """Return the playground that the data begin with."""
    if data.dataset is not None:
        if data.inputs is not None or data.targets is not None:
            raise GdTutorError("the playground takes all columns of a data set", "open the lesson")
        return of_data(data.dataset)
    own = read_file(str(folder / (data.csv or "")), is_own=True)
    if (data.inputs, data.targets) != (own.columns[:-1], own.columns[-1:]):
        raise GdTutorError("the playground takes all columns of a file", "open it as a lesson")
    return own


def _read(front: FrontMatter, folder: Path) -> Playground:
    network, data, training = front.network, front.data, front.training
    if network is None or data is None or training is None:
        raise GdTutorError("the lesson is no playground", "open it as a lesson: gdtutor FILE")
    if not isinstance(network.activation, str):
        raise GdTutorError("the lesson is no playground", "it has one activation for all layers")
    own = _of_data(data, folder)
    read = replace(
        own,
        points=own.points if data.count is None else data.count,
        noise=own.noise if data.noise is None else data.noise,
        share=round(1 - training.validation, 9),
        data_seed=data.seed,
        features=network.features or own.dataset.inputs,
        optimizer=training.optimizer,
        hyperparameters=tuple((training.hyperparameters or {}).items()),
        rate=training.learning_rate,
        batch=training.batch if isinstance(training.batch, int) else None,
        epochs=training.epochs,
        **{name: getattr(network, name) for name in _AS_IN_A_LESSON},
    )
    if network.output not in (None, read.output) or fitted(read).layers != read.layers:
        what = f"the playground has no output '{network.output}' there"
        raise GdTutorError(what, f"it would be {read.output}")
    return fitted(read)
