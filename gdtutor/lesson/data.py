"""The `[data]` table becomes rows of examples and the leaves that take their columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

import numpy as np

from gdtutor.engine.errors import FormulaError, did_you_mean
from gdtutor.engine.expression import names_in
from gdtutor.engine.operations import Array, parse_formula
from gdtutor.lesson.labels import label_columns
from gdtutor.lesson.model import DataScaling
from gdtutor.lesson.network import INPUT, TARGET
from gdtutor.lesson.readers import Mistake, Wrong
from gdtutor.lesson.reports import shown, shown_sentence
from gdtutor.lesson.tables import UNSCALED, DataTable, LabelTable, NetworkTable
from gdtutor.training.csvdata import CsvForm, read_csv, resolve_inside
from gdtutor.training.datasets import DATASETS, make_dataset, target_names
from gdtutor.training.errors import CsvError, DataError
from gdtutor.training.features import Features, features_of
from gdtutor.training.problem import Binding
from gdtutor.training.scaling import SCALINGS
from gdtutor.values import Struct, field, replace

SOURCES = ("examples", "dataset", "csv")
"""The keys of `[data]` of which one says where the examples come from."""

Columns = tuple[str, ...] | Mapping[str, tuple[str, ...]]
Sides = tuple[str, ...] | Mapping[str, tuple[str, ...] | LabelTable]
"""Columns as the table names them; a column of labels stands for several."""


class Data(Struct, frozen=True, eq=False):
    """The examples of a lesson and what is bound to their columns."""

    inputs: tuple[str, ...]
    """Names of the leaves that are inputs."""
    targets: tuple[str, ...]
    """Names of the leaves that are targets."""
    bindings: tuple[Binding, ...]
    columns: tuple[str, ...]
    """Names of the columns, inputs first."""
    examples: Array
    """Examples × columns; write-protected."""
    is_matrix: bool
    """Whether the leaves are matrices, features × examples."""
    scaling: DataScaling | None = None
    """How the inputs were scaled; None where they are as given."""
    features: Features | None = None
    """What a network is given in place of the inputs, from the first columns."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """Which class of a leaf of labels may be none; a leaf whose classes are all plain is left
    out."""

    @property
    def input_count(self) -> int:
        """The number of input columns, without the features made from them."""
        if self.features is not None:
            return len(self.features.inputs)
        return sum(len(b.columns) for b in self.bindings if b.leaf in self.inputs)

    @property
    def target_count(self) -> int:
        """The number of target columns."""
        return sum(len(b.columns) for b in self.bindings if b.leaf in self.targets)

    @property
    def by_rows(self) -> bool:
        """Whether formulas are about one example: a scalar lesson."""
        return bool(self.bindings) and not self.is_matrix


class _Read(Struct, frozen=True, eq=False):
    """Examples as they were read."""

    cells: Array
    """Examples × columns."""
    texts: Mapping[int, tuple[str, ...]]
    """The texts of the columns of labels, by position."""
    lines: tuple[int, ...] = ()
    """The lines of a CSV file."""


def read_data(
    table: DataTable | None,
    folder: FilePath,
    mistakes: list[Mistake],
    network: NetworkTable | None = None,
) -> Data | None:
    """Return the examples, None where a mistake was found.

    Args:
        table: The `[data]` table; None where the lesson has none.
        folder: The folder of the lesson, from which CSV files are read.
        mistakes: Mistakes to add to.
        network: The `[network]` table, to whose matrices inputs and targets then go.
    """
    if table is None:
        if network is not None:
            mistakes.append(_missing("data", "a [network] table needs examples", "add [data]"))
            return None
        nothing = np.empty((0, 0))
        nothing.flags.writeable = False
        return Data((), (), (), (), nothing, is_matrix=False)
    try:
        data = _read(table, folder, network is not None)
    except Wrong as wrong:
        mistakes.append(Mistake(("data", *wrong.at), wrong.code, wrong.what, wrong.hint))
    except DataError as error:
        at = next(name for name in SOURCES if getattr(table, name) is not None)
        what = shown_sentence(error.what)
        if isinstance(error, CsvError) and error.is_missing:
            at = "inputs" if error.column in _flat(table.inputs or ()) else "targets"
            what = f"'{shown(table.csv or '')}' has no column '{shown(error.column or '')}'"
        mistakes.append(Mistake(("data", at), error.code, what, error.hint))
    else:
        if network is None or not network.features:
            return data
        try:
            return _with_features(data, network.features)
        except Wrong as wrong:
            place = ("network", "features", *wrong.at)
            mistakes.append(Mistake(place, wrong.code, wrong.what, wrong.hint))
    return None


def _with_features(data: Data, formulas: tuple[str, ...]) -> Data:
    """Return the data with the features as further columns, which the inputs' matrix takes."""
    count = data.input_count
    inputs = data.columns[:count]
    for position, text in enumerate(formulas):
        if text in formulas[:position]:
            raise Wrong("name", f"the feature '{shown(text)}' twice", "name each once", (position,))
        # Each by itself first, so that the mistake is told where it stands.
        _feature(inputs, text, position)
    features = features_of(inputs, formulas)
    values = features.of(data.examples[:, :count])
    for position, text in enumerate(formulas):
        if not np.isfinite(values[:, position]).all():
            example = int(np.argmin(np.isfinite(values[:, position])))
            what = f"the feature {shown(text)} is not finite at example {example}"
            raise Wrong("value", what, "use a formula that is finite at every example", (position,))
    made = [i for i, text in enumerate(formulas) if text not in inputs]
    columns = (*inputs, *(formulas[i] for i in made), *data.columns[count:])
    parts = [data.examples[:, :count], values[:, made], data.examples[:, count:]]
    examples = np.ascontiguousarray(np.concatenate(parts, axis=1))
    examples.flags.writeable = False
    taken = tuple(columns.index(text) for text in formulas)
    bindings = (
        Binding(INPUT, taken, is_matrix=True),
        *(
            Binding(b.leaf, tuple(c + len(made) for c in b.columns), is_matrix=True)
            for b in data.bindings
            if b.leaf in data.targets
        ),
    )
    return replace(data, bindings=bindings, columns=columns, examples=examples, features=features)


def _feature(inputs: tuple[str, ...], text: str, position: int) -> None:
    """Refuse a formula that no feature can be made of."""
    try:
        features_of(inputs, (text,))
    except FormulaError as error:
        what, hint = error.what, error.hint
        if error.code == "undefined":
            used = next(n.name for n in names_in(parse_formula(text)) if n.name not in inputs)
            what = f"'{shown(used)}' is no input"
            known = ", ".join(shown(name) for name in inputs[:8])
            hint = did_you_mean(used, inputs) or f"the inputs are {known}"
        what = f"the feature '{shown(text)}': {what}"
        raise Wrong(error.code, what, hint, (position,)) from None


def _missing(key: str, what: str, hint: str) -> Mistake:
    return Mistake((key, "="), "missing-key", what, hint)


def _read(table: DataTable, folder: FilePath, is_network: bool) -> Data:
    _check_source(table)
    inputs, targets = _sides(table, is_network)
    if _are_values(inputs, targets):
        _check_values(targets)
    elif isinstance(inputs, Mapping) != isinstance(targets, Mapping):
        what = "inputs and targets are not written the same way"
        hint = "both are lists of names, or both are tables of matrices"
        raise Wrong("conflict", what, hint, ("targets",))
    is_matrix = isinstance(inputs, Mapping)
    taken = _flat(inputs), _flat(targets)
    columns = (*taken[0], *taken[1])
    for position, name in enumerate(columns):
        if name in columns[:position]:
            count = len(taken[0])
            at = ("inputs", position) if position < count else ("targets", position - count)
            raise Wrong("name", f"the column '{shown(name)}' is named twice", "name each once", at)
    read = _rows(table, folder, *taken)
    doubts: dict[str, str] = {}
    (inputs, targets), examples = _with_labels((inputs, targets), table.csv, read, doubts)
    columns = (*_flat(inputs), *_flat(targets))
    scaling = None
    if table.scale and table.scale != UNSCALED:
        # The 0 and 1 of a label stay what they are.
        numbers = {i: name for i, name in enumerate(_flat(inputs)) if name in taken[0]}
        examples, scaling = _scaled(examples, numbers, table.scale)
    return Data(
        tuple(inputs), tuple(targets), _bindings((inputs, targets), columns, is_matrix), columns,
        examples, is_matrix, scaling, doubts=doubts,
    )  # fmt: skip


def _are_values(inputs: Sides, targets: Sides) -> bool:
    """Say whether plain numbers have targets that are labels, as `{ y = { column = … } }`."""
    sides = targets.values() if isinstance(targets, Mapping) else ()
    is_plain = not isinstance(inputs, Mapping)
    return is_plain and bool(sides) and all(isinstance(side, LabelTable) for side in sides)


def _check_values(targets: Sides) -> None:
    """Refuse labels that would become several columns where each target is one number."""
    for leaf, side in targets.items() if isinstance(targets, Mapping) else ():
        if isinstance(side, LabelTable) and side.one_hot:
            what = f"one-hot columns are a matrix, and '{shown(leaf)}' is one number an example"
            hint = "write values = { no = 0, yes = 1 }, or bind inputs = { X = [...] }"
            raise Wrong("conflict", what, hint, ("targets", leaf))


def _check_source(table: DataTable) -> None:
    given = [name for name in SOURCES if getattr(table, name) is not None]
    if not given:
        what = "there are no examples"
        hint = 'write examples = [[0, 0, 0]], or dataset = "or"'
        raise Wrong("missing-key", what, hint)
    if len(given) > 1:
        what = f"'{given[0]}' and '{given[1]}' are both there"
        raise Wrong("conflict", what, "the examples come from one of them", (given[1],))
    for name in ("columns", "separator"):
        if getattr(table, name) is not None and given[0] != "csv":
            raise Wrong("conflict", f"'{name}' without a file", "it belongs to `csv`", (name,))
    for name in ("count", "noise", "classes"):
        if getattr(table, name) is not None and given[0] != "dataset":
            raise Wrong(
                "conflict", f"'{name}' without a data set", "it belongs to `dataset`", (name,)
            )


def _with_labels(
    sides: tuple[Sides, Sides], file: str | None, read: _Read, doubts: dict[str, str]
) -> tuple[tuple[Columns, Columns], Array]:
    """Return inputs and targets, and the examples, with every column of labels as numbers.

    Args:
        sides: The columns of inputs and targets.
        file: The CSV file, None where the examples stand in the lesson.
        read: The examples as they were read.
        doubts: Where doubtful labels are added, see `Data.doubts`.
    """
    examples, texts = read.cells, read.texts
    places = (
        [f"'{shown(file)}', row {line}" for line in read.lines]
        if file
        else [f"example {i}" for i in range(len(examples))]
    )
    found: list[Columns] = []
    parts, at = [], 0
    for key, side in zip(("inputs", "targets"), sides, strict=True):
        named: dict[str, tuple[str, ...]] = {}
        for leaf, taken in side.items() if isinstance(side, Mapping) else [("", side)]:
            if isinstance(taken, LabelTable):
                try:
                    labels = label_columns(taken, examples[:, at], texts.get(at, ()), places)
                except Wrong as wrong:
                    place = (key, leaf, *wrong.at)
                    raise Wrong(wrong.code, wrong.what, wrong.hint, place) from None
                named[leaf] = labels.names
                doubts |= {leaf: labels.doubt} if labels.doubt else {}
                parts.append(labels.values)
                at += 1
            else:
                named[leaf] = taken
                parts.append(examples[:, at : at + len(taken)])
                at += len(taken)
        found.append(named if isinstance(side, Mapping) else side)
    joined = np.ascontiguousarray(np.concatenate(parts, axis=1))
    joined.flags.writeable = False
    return (found[0], found[1]), joined


def _sides(table: DataTable, is_network: bool) -> tuple[Sides, Sides]:
    """Return inputs and targets, with what stands for them where they are left out."""
    inputs, targets = table.inputs, table.targets
    if inputs is None:
        if table.dataset is None:
            raise Wrong("missing-key", "the inputs have no names", 'write inputs = ["x1", "x2"]')
        inputs = DATASETS[table.dataset].inputs
        if targets is None:
            targets = target_names(table.dataset, table.classes)
    if targets is None:
        targets = {} if isinstance(inputs, Mapping) else ()
    if not is_network:
        return inputs, targets
    inputs = inputs if isinstance(inputs, Mapping) else {INPUT: inputs}
    targets = targets if isinstance(targets, Mapping) else {TARGET: targets}
    for side, name, key in ((inputs, INPUT, "inputs"), (targets, TARGET, "targets")):
        if tuple(side) != (name,):
            hint = f'write {key} = {{ {name} = ["{name.lower()}"] }}'
            raise Wrong("value", f"a network takes its {key} as one matrix {name}", hint, (key,))
    return inputs, targets


def _flat(side: Sides) -> tuple[str, ...]:
    if not isinstance(side, Mapping):
        return side
    parts = ((c.column,) if isinstance(c, LabelTable) else c for c in side.values())
    return tuple(name for part in parts for name in part)


def _bindings(
    sides: tuple[Columns, Columns], columns: tuple[str, ...], is_matrix: bool
) -> tuple[Binding, ...]:
    bindings: list[Binding] = []
    for side in sides:
        if isinstance(side, Mapping):
            bindings.extend(
                Binding(leaf, tuple(columns.index(name) for name in names), is_matrix)
                for leaf, names in side.items()
            )
        else:
            bindings.extend(Binding(name, (columns.index(name),), is_matrix=False) for name in side)
    return tuple(bindings)


def _rows(
    table: DataTable, folder: FilePath, inputs: tuple[str, ...], targets: tuple[str, ...]
) -> _Read:
    """Return the examples as numbers, and the texts of the columns of labels by position."""
    wanted = (*inputs, *targets)
    labels = _label_names(table)
    if not wanted:
        raise Wrong("missing-key", "no columns are named", 'write inputs = ["x1"]')
    if table.csv is not None:
        form = CsvForm(table.separator or ",", table.columns or (), labels)
        read = read_csv(resolve_inside(folder, table.csv), inputs, targets, form)
        labelled = {wanted.index(name): found for name, found in read.texts.items()}
        return _Read(read.cells, labelled, read.lines)
    if table.dataset is not None:
        return _Read(_from_dataset(table, table.dataset, inputs, targets), {})
    rows = table.examples
    examples = np.empty((0, 0)) if rows is None else rows.cells
    if examples.shape[1] != len(wanted):
        what = f"a row has {examples.shape[1]} cells, and {len(wanted)} columns are named"
        hint = f"each row holds {', '.join(shown(name) for name in wanted[:8])}"
        raise Wrong("examples", what, hint, ("examples", 0))
    texts: Mapping[int, tuple[str, ...]] = {} if rows is None else rows.texts
    for position, found in texts.items():
        if wanted[position] not in labels:
            what = f"{shown(found[0])!r} in the column '{shown(wanted[position])}' is no number"
            hint = "labels are bound as { Y = { column = …, one_hot = true } }"
            raise Wrong("type", what, hint, ("examples",))
    return _Read(examples, texts)


def _label_names(table: DataTable) -> frozenset[str]:
    """Return the columns that hold labels."""
    both = [side for side in (table.inputs, table.targets) if isinstance(side, Mapping)]
    sides = (taken for side in both for taken in side.values())
    return frozenset(taken.column for taken in sides if isinstance(taken, LabelTable))


def _from_dataset(
    table: DataTable, name: str, inputs: tuple[str, ...], targets: tuple[str, ...]
) -> Array:
    dataset = DATASETS[name]
    known = (*dataset.inputs, *target_names(name, table.classes))
    for key, columns in (("inputs", inputs), ("targets", targets)):
        for column in columns:
            if column not in known:
                what = f"the data set has no column '{shown(column)}'"
                hint = did_you_mean(column, known) or f"it has {', '.join(known)}"
                raise Wrong("name", what, hint, (key,))
    rows = make_dataset(name, table.seed, table.count, table.noise, table.classes)
    picked = np.ascontiguousarray(rows[:, [known.index(column) for column in (*inputs, *targets)]])
    picked.flags.writeable = False
    return picked


def _scaled(examples: Array, columns: Mapping[int, str], name: str) -> tuple[Array, DataScaling]:
    """Return the examples with some columns scaled, given by their place, and how."""
    names = tuple(columns.values())
    scaled = SCALINGS[name].scale(examples[:, list(columns)], names)
    changed = examples.copy()
    changed[:, list(columns)] = scaled.values
    changed.flags.writeable = False
    shift, scale = tuple(scaled.shift.tolist()), tuple(scaled.scale.tolist())
    return changed, DataScaling(name, names, shift, scale)
