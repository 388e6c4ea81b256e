"""The `[data]` table becomes rows of examples and the leaves that take their columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

import numpy as np

from gdtutor.engine.errors import FormulaError, did_you_mean
from gdtutor.engine.expression import names_in
from gdtutor.engine.operations import Array, parse_formula
from gdtutor.engine.trace import frozen
from gdtutor.lesson.labels import by_leaf, check_alike, with_labels
from gdtutor.lesson.mistakes import Mistake, Mistakes, Wrong, collected
from gdtutor.lesson.model import DataScaling
from gdtutor.lesson.network import INPUT, TARGET
from gdtutor.lesson.reports import shown, shown_sentence
from gdtutor.lesson.tables import UNSCALED, DataTable, LabelTable, NetworkTable, Sides
from gdtutor.training.csvdata import CsvForm, ExampleRows, read_csv, resolve_inside
from gdtutor.training.datasets import DATASETS, make_dataset, target_names
from gdtutor.training.errors import CsvError, DataError
from gdtutor.training.features import Features, features_of
from gdtutor.training.problem import Binding
from gdtutor.training.scaling import SCALINGS
from gdtutor.values import Struct, field, replace

SOURCES = ("examples", "dataset", "csv")
"""The keys of `[data]` of which one says where the examples come from."""


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


def without_columns(examples: int) -> Data:
    """Return so many examples of nothing."""
    return Data((), (), (), (), frozen(np.empty((examples, 0))), is_matrix=False)


def read_data(
    table: DataTable | None,
    folder: FilePath,
    mistakes: Mistakes,
    network: NetworkTable | None = None,
) -> Data | None:
    """Return the examples, None where a mistake was found.

    Args:
        table: The `[data]` table; None where the lesson has none.
        folder: The folder of the lesson, from which CSV files are read.
        mistakes: Mistakes to add to.
        network: The `[network]` table, to whose matrices inputs and targets then go.
    """
    if table is None and network is not None:
        what = "a [network] table needs examples"
        mistakes.append(Mistake(("data", "="), "missing-key", what, "add [data]"))
        return None
    if table is None:
        return without_columns(0)
    data = None
    with collected(mistakes, "data"):
        try:
            data = _read(table, folder, network is not None)
        except DataError as error:
            at = next(name for name in SOURCES if getattr(table, name) is not None)
            what = shown_sentence(error.what)
            if isinstance(error, CsvError) and error.is_missing:
                at = "inputs" if error.column in _flat(table.inputs or ()) else "targets"
                what = f"'{shown(table.csv or '')}' has no column '{shown(error.column or '')}'"
            raise Wrong(error.code, what, error.hint, (at,)) from None
    if data is None or network is None or not network.features:
        return data
    with collected(mistakes, "network", "features"):
        return _with_features(data, network.features)
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
    examples = frozen(np.concatenate(parts, axis=1))
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


def _read(table: DataTable, folder: FilePath, is_network: bool) -> Data:
    _check_source(table)
    inputs, targets = _sides(table, is_network)
    check_alike(inputs, targets)
    wanted = _flat(inputs), _flat(targets)
    listed = (*wanted[0], *wanted[1])
    for position, name in enumerate(listed):
        if name in listed[:position]:
            count = len(wanted[0])
            at = ("inputs", position) if position < count else ("targets", position - count)
            raise Wrong("name", f"the column '{shown(name)}' is named twice", "name each once", at)
    taken = by_leaf(inputs), by_leaf(targets)
    labels = (side.column for of in taken for side in of.values() if isinstance(side, LabelTable))
    read = _rows(table, folder, *wanted, frozenset(labels))
    doubts: dict[str, str] = {}
    named, examples = with_labels(taken, table.csv, read, doubts)
    leaves = [(leaf, names) for side in named for leaf, names in side.items()]
    columns = tuple(name for _, names in leaves for name in names)
    is_matrix = isinstance(inputs, Mapping)
    bindings = (Binding(leaf, tuple(map(columns.index, own)), is_matrix) for leaf, own in leaves)
    scaling = None
    if table.scale and table.scale != UNSCALED:
        # The 0 and 1 of a label stay what they are.
        own = [name for names in named[0].values() for name in names if name in wanted[0]]
        examples, scaling = _scaled(examples, {columns.index(n): n for n in own}, table.scale)
    return Data(
        tuple(named[0]), tuple(named[1]), tuple(bindings), columns, examples, is_matrix, scaling,
        doubts=doubts,
    )  # fmt: skip


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
            what = f"'{name}' without a data set"
            raise Wrong("conflict", what, "it belongs to `dataset`", (name,))


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


def _rows(
    table: DataTable,
    folder: FilePath,
    inputs: tuple[str, ...],
    targets: tuple[str, ...],
    labels: frozenset[str],
) -> ExampleRows:
    """Return the examples as numbers, and the texts of the columns of labels by position."""
    wanted = (*inputs, *targets)
    if not wanted:
        raise Wrong("missing-key", "no columns are named", 'write inputs = ["x1"]')
    if table.csv is not None:
        form = CsvForm(table.separator or ",", table.columns or (), labels)
        return read_csv(resolve_inside(folder, table.csv), inputs, targets, form)
    if table.dataset is not None:
        return ExampleRows(_from_dataset(table, table.dataset, inputs, targets), {})
    rows = table.examples or ExampleRows(np.empty((0, 0)), {})
    if rows.cells.shape[1] != len(wanted):
        what = f"a row has {rows.cells.shape[1]} cells, and {len(wanted)} columns are named"
        hint = f"each row holds {', '.join(shown(name) for name in wanted[:8])}"
        raise Wrong("examples", what, hint, ("examples", 0))
    for position, found in rows.texts.items():
        if wanted[position] not in labels:
            what = f"{shown(found[0])!r} in the column '{shown(wanted[position])}' is no number"
            hint = "labels are bound as { Y = { column = …, one_hot = true } }"
            raise Wrong("type", what, hint, ("examples",))
    return rows


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
    return frozen(rows[:, [known.index(column) for column in (*inputs, *targets)]])


def _scaled(examples: Array, columns: Mapping[int, str], name: str) -> tuple[Array, DataScaling]:
    """Return the examples with some columns scaled, given by their place, and how."""
    names = tuple(columns.values())
    scaled = SCALINGS[name].scale(examples[:, list(columns)], names)
    changed = examples.copy()
    changed[:, list(columns)] = scaled.values
    shift, scale = tuple(scaled.shift.tolist()), tuple(scaled.scale.tolist())
    return frozen(changed), DataScaling(name, names, shift, scale)
