"""The tables of the front matter: what each key holds, its bounds and its default."""

from __future__ import annotations

from collections.abc import Mapping

from gdtutor.engine.expression import number_text
from gdtutor.engine.operations import ACTIVATIONS, OPERATIONS, Array, Arrays
from gdtutor.lesson.mistakes import Mistakes, Wrong
from gdtutor.lesson.readers import (
    MAX_TEXT,
    array,
    as_number,
    by_kind,
    either,
    flag,
    key,
    keyed,
    line,
    list_of,
    number,
    one_of,
    raw_table,
    read_table,
    table,
    table_of,
    whole,
)
from gdtutor.lesson.toml_text import Path
from gdtutor.training.csvdata import ExampleRows, separates
from gdtutor.training.datasets import DATASETS, MAX_EXAMPLES, MAX_NOISE, MOST_CLASSES
from gdtutor.training.initialise import INITIALISATIONS, MAX_SEED, UNDRAWN
from gdtutor.training.limits import MAX_EPOCHS
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.training.order import ORDERS
from gdtutor.training.rates import SCHEDULES
from gdtutor.training.scaling import SCALINGS

FORMAT = 1
"""The format of lesson files that this program reads."""
MAX_LAYERS = 20
"""Most layers of a `[network]` table, the inputs not counted."""
MAX_WIDTH = 1_000
"""Most neurons of one layer, or inputs."""
MAX_FEATURES = 20
"""Most features of a `[network]` table."""
MAX_PENALTY = 1e6
"""Largest weight of a penalty in the cost of a `[network]` table."""
MAX_VARIANTS = 20
"""Most variants of a lesson."""
MAX_TITLE = 40
"""Longest title of a lesson, in characters."""
MAX_STORY = 20
"""Most iterations of a lesson's story."""
MAX_PASSES = 100
"""Most steps that a lesson passes over."""
MAX_PICTURES = 8
"""Most pictures that a lesson asks for."""
PACES = {
    "fast": "as fast as it can",
    "slow": "in some 20 seconds, the beginning slowest, so that a boundary bends before one's eyes",
}
"""How fast the training screen may train, with what each pace means."""

NETWORK_ACTIVATIONS = (
    *(name for name in ACTIVATIONS if name != "identity" and OPERATIONS[name].local != ("0",)),
    "linear",
)
"""Activations of a `[network]` table: all that can learn; `linear` leaves the value as it is."""
NETWORK_COSTS: Mapping[str, str] = {
    "squared": "sum((Yhat - Y)**2)/(2*m)",
    "binary_cross_entropy": "sum(binary_cross_entropy(Yhat, Y))/m",
    "cross_entropy": "sum(cross_entropy(Yhat, Y))/m",
}
"""Costs of a `[network]` table, each with its formula."""

UNSCALED = "none"
"""The scaling that leaves the inputs as they are."""
ORIENTATIONS = ("columns", "rows")
"""What an example is in the matrices of the data."""

_RANDOM = tuple(name for name in INITIALISATIONS if name not in UNDRAWN)


@keyed
class DrawnTable:
    """A parameter that is drawn, or filled by rule."""

    init: str = key(line(32, 1), says='write init = "xavier"')
    """The rule."""
    shape: tuple[int, ...] = key(list_of(whole(1, 10_000_000), 2), ())
    """The lengths of its axes."""
    seed: int | None = key(whole(0, MAX_SEED), None)
    """Of the parameter's own generator."""
    after: str | None = key(line(32, 1), None)
    """The parameter above from whose generator it is drawn next, in place of a seed."""
    value: float | None = key(number(-1e300), None)
    """What `constant` fills in."""
    low: float | None = key(number(-1e150, high=1e150), None)
    """Where the values of `uniform` begin; 0 where it is left out."""
    high: float | None = key(number(-1e150, high=1e150), None)
    """Below what the values of `uniform` stay; 1 where it is left out."""
    std: float | None = key(number(0, high=1e150), None)
    """What `normal` multiplies N(0, 1) by; 1 where it is left out."""


def label_text(number: float) -> str:
    """Return a number that is a label as it is written shortest: no other number is written so.

    -0 is written as 0, to which it is equal.
    """
    return number_text(number + 0.0).removesuffix(".0")


def _label(value: object, path: Path, mistakes: Mistakes) -> object:
    """Read a label: a text, or a number, which is compared as it is written shortest."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = label_text(as_number(value))
    return line(64, 1)(value, path, mistakes)


@keyed
class LabelTable:
    """What becomes of a column of labels."""

    column: str = key(line(64, 1), says='write column = "species"')
    """The column of the labels, texts or numbers."""
    one_hot: bool = key(flag, False)
    """Whether each class becomes a column of its own: 1 at its examples, else 0."""
    classes: tuple[str, ...] | None = key(list_of(_label), None)
    """The classes of `one_hot` in order; sorted where they are left out."""
    values: Mapping[str, float] | None = key(table_of(number(-1e300)), None)
    """The number that stands for each label, in place of `one_hot`."""


def _labels(value: object, path: Path, mistakes: Mistakes) -> LabelTable:
    before = len(mistakes)
    labels = read_table(LabelTable, value, path, mistakes)
    if labels is None:
        wrong = mistakes.pop()
        raise Wrong("type", wrong.what, wrong.hint)
    if labels.one_hot == (labels.values is not None):
        if len(mistakes) > before:
            # A misspelt key is what is wrong, not that nothing has been said.
            wrong = mistakes.pop()
            raise Wrong(wrong.code, wrong.what, wrong.hint, wrong.path[len(path) :])
        hint = "write one_hot = true, or values = { no = -1, yes = 1 }"
        raise Wrong("conflict", "labels become one-hot columns, or values, not both", hint)
    return labels


_NAMES = list_of(line(64, 1), 1_000)
_SIDE = by_kind(dict, table_of(by_kind(dict, _labels, _NAMES)), _NAMES)
"""A list of names, or a table from the name of a matrix to its columns, for which a column of
labels may stand."""


def _rows(value: object, path: Path, mistakes: Mistakes) -> ExampleRows:
    """Read the rows of examples."""
    if isinstance(value, list) and len(value) > MAX_EXAMPLES:
        raise Wrong("bound", f"there are {len(value):,} examples", f"the bound is {MAX_EXAMPLES:,}")
    texts: dict[int, dict[str, int]] = {}
    if isinstance(value, list):
        value = [_coded(row, texts) for row in value]
    rows = array(value, path, mistakes)
    if rows.ndim != 2:
        raise Wrong("type", "the examples are no list of rows", "write [[0, 0, 0], [0, 1, 1]]")
    return ExampleRows(rows, {position: tuple(found) for position, found in texts.items()})


def _coded(row: object, texts: dict[int, dict[str, int]]) -> object:
    """Return a row with its texts as their positions among those of their column."""
    if not isinstance(row, list):
        return row
    return [
        texts.setdefault(i, {}).setdefault(cell, len(texts.get(i, {})))
        if isinstance(cell, str)
        else cell
        for i, cell in enumerate(row)
    ]


def _separator(value: object, path: Path, mistakes: Mistakes) -> str:
    if not isinstance(value, str) or len(value) != 1 or not separates(value):
        hint = 'one character, as ";", " " or "\\t"; no letter, digit, point, sign or quote'
        raise Wrong("value", "this cannot separate cells", hint)
    return value


Sides = tuple[str, ...] | Mapping[str, tuple[str, ...] | LabelTable]
"""Columns as the table names them; a column of labels stands for several."""


@keyed
class DataTable:
    """Where the examples come from, and the names of their columns."""

    inputs: Sides | None = key(_SIDE, None)
    """Columns that the formulas are given."""
    targets: Sides | None = key(_SIDE, None)
    """Columns that the prediction is compared with."""
    examples: ExampleRows | None = key(_rows, None)
    """Rows of numbers, inputs first; in a column of labels, texts."""
    dataset: str | None = key(one_of(DATASETS, "data set"), None)
    """A named data set."""
    csv: str | None = key(line(255, 1), None)
    """A file beside the lesson, or in a folder below."""
    columns: tuple[str, ...] | None = key(_NAMES, None)
    """The names of the columns of a CSV file whose first row holds an example."""
    separator: str | None = key(_separator, None)
    """What separates the cells of the CSV file: one character, a blank for any number of blanks;
    a comma where it is left out."""
    count: int | None = key(whole(2, MAX_EXAMPLES), None)
    """How many rows of the data set."""
    noise: float | None = key(number(0, high=MAX_NOISE), None)
    """Standard deviation of the data set's noise."""
    classes: int | None = key(whole(2, MOST_CLASSES), None)
    """How many classes of the data set, each a target of its own, 0 or 1; without it one target."""
    seed: int = key(whole(0, MAX_SEED), 0)
    """Of the data set's generator."""
    scale: str | None = key(one_of((*SCALINGS, UNSCALED), "scaling"), None)
    """How the inputs are brought to a common scale; `none`, for a variant, leaves them as given."""


_ACTIVATION = one_of(NETWORK_ACTIVATIONS, "activation")


@keyed
class NetworkTable:
    """Shorthand for the formulas and starts of a network of dense layers."""

    layers: tuple[int, ...] = key(
        list_of(whole(1, MAX_WIDTH), MAX_LAYERS + 1), says="write layers = [2, 3, 1]"
    )
    """Number of inputs, then of the neurons of each layer."""
    activation: str | tuple[str, ...] = key(
        by_kind(list, list_of(_ACTIVATION, MAX_LAYERS), _ACTIVATION), "sigmoid"
    )
    """Of the hidden layers; one for all, or a list with one for each."""
    output: str | None = key(_ACTIVATION, None)
    """Of the last layer; None is sigmoid, or softmax for `cross_entropy`."""
    cost: str = key(one_of(NETWORK_COSTS, "cost"), "squared")
    """How prediction and target are compared."""
    init: str = key(one_of(_RANDOM, "initialisation"), "xavier")
    """How the weights are drawn."""
    biases: str = key(one_of((*_RANDOM, "zeros"), "initialisation"), "zeros")
    """How the biases start; drawn ones come after the weights of their layer, with n_in = 1."""
    seed: int = key(whole(0, MAX_SEED), 0)
    """Of the one generator from which all that is drawn comes in turn."""
    features: tuple[str, ...] = key(list_of(line(MAX_TEXT, 1), MAX_FEATURES), ())
    """Formulas of the inputs, the rows of `X` in their place."""
    l1: float = key(number(0, high=MAX_PENALTY), 0.0)
    """What the sum of the weights' sizes is multiplied by in the cost."""
    l2: float = key(number(0, high=MAX_PENALTY), 0.0)
    """What half of the sum of the weights' squares is multiplied by in the cost."""


@keyed
class ScheduleTable:
    """How the learning rate changes."""

    kind: str = key(one_of(SCHEDULES, "schedule"), says='write kind = "step"')
    """The rule."""
    factor: float | None = key(number(0), None)
    """What a step or an exponential schedule multiplies by, what part of the rate a linear one ends
    with (0 where none is given), or how fast an inverse-time one falls; else 0.5."""
    every: int | None = key(whole(1, MAX_EPOCHS), None)
    """Epochs between two steps, 100 where none are given; or the length of a linear schedule or a
    cosine, which without it end with the lesson's `epochs`."""


@keyed
class StopTable:
    """What ends a run before its last epoch."""

    cost_below: float | None = key(number(0), None)
    """The cost of an epoch."""
    loss_below: float | None = key(number(0), None)
    """The loss of the batch just seen."""
    gradient_below: float | None = key(number(0), None)
    """The norm of the gradient of all parameters."""


def _schedule(value: object, path: Path, mistakes: Mistakes) -> object:
    if isinstance(value, str):
        return ScheduleTable(one_of(SCHEDULES, "schedule")(value, path, mistakes))
    return read_table(ScheduleTable, value, path, mistakes)


@keyed
class TrainingTable:
    """How the lesson trains."""

    learning_rate: float = key(number(above=0), 1.0)
    """The factor of every step."""
    epochs: int = key(whole(1, MAX_EPOCHS), 1000)
    """Passes over the data."""
    batch: int | str = key(either(whole(1, MAX_EXAMPLES), "full"), "full")
    """Examples in a batch."""
    optimizer: str = key(one_of(OPTIMISERS, "optimizer"), "sgd")
    """The rule of the update."""
    hyperparameters: Mapping[str, float] | None = key(table_of(number(-1e300), 20), None)
    """The optimiser's own constants, by name."""
    decayed: tuple[str, ...] | None = key(list_of(line(64)), None)
    """The parameters that a weight decay is for."""
    order: str = key(one_of(ORDERS, "order"), "given")
    """The order of the examples."""
    seed: int = key(whole(0, MAX_SEED), 0)
    """Of the order of examples only."""
    schedule: ScheduleTable | None = key(_schedule, None)
    """How the learning rate changes."""
    stop: StopTable | None = key(table(StopTable), None)
    """What ends a run early."""
    validation: float = key(number(0, high=0.9), 0.0)
    """Fraction of the examples, from the end, that is never trained on."""
    watch: str = key(one_of(PACES, "pace"), "fast")
    """How fast the training screen trains the whole run."""


def _title(value: object, path: Path, mistakes: Mistakes) -> object:
    """Read a title, which the first line of every step has to hold beside the place."""
    if isinstance(value, str) and len(value.strip()) > MAX_TITLE:
        hint = f"at most {MAX_TITLE}: every step shows it; `summary` holds a longer text"
        raise Wrong("bound", f"the title has {len(value.strip())} characters", hint)
    return line(least=1)(value, path, mistakes)


@keyed
class FrontMatter:
    """The keys between the +++ lines."""

    format: int = key(whole(0, 10**9), says=f"write format = {FORMAT}")
    """The version of the format."""
    id: str = key(line(64), says='write id = "my-lesson"; progress is kept under it')
    """What progress is kept under."""
    title: str = key(_title, says='write title = "What it teaches"')
    """The title on the screen."""
    chapter: str = key(line(60), "")
    """The chapter in the library."""
    summary: str = key(line(120), "")
    """One line for the library."""
    source: str = key(line(), "")
    """Where its facts come from."""
    parameters: Mapping[str, Array | DrawnTable] = key(
        table_of(by_kind(dict, table(DrawnTable), array)), None
    )
    """Values that training may change."""
    constants: Arrays = key(table_of(array), None)
    """Values that stay."""
    orientation: str = key(one_of(ORIENTATIONS, "orientation"), "columns")
    """Whether an example is a column of the data's matrices, or a row."""
    frozen: tuple[str, ...] = key(list_of(line(64)), ())
    """Parameters that get a gradient and no update."""
    gradients: tuple[str, ...] = key(list_of(line(64)), ())
    """Inputs or targets that get backward steps."""
    backward: bool = key(flag, True)
    """Whether the walk goes backward."""
    predict: bool = key(flag, False)
    """Whether the lesson starts in predict mode."""
    diverges: bool = key(flag, False)
    """Whether the lesson is about a run that diverges."""
    story: int = key(whole(1, MAX_STORY), 1)
    """How many iterations the story tells; the closing page stands behind the last."""
    digits: int | None = key(whole(1, 17), None)
    """Significant digits that the lesson opens with."""
    pass_: tuple[str, ...] = key(list_of(line(100, 1), MAX_PASSES), ())
    """Steps that → and N pass over; they keep their numbers, and `:` goes there."""
    data: DataTable | None = key(table(DataTable), None)
    """The examples."""
    network: NetworkTable | None = key(table(NetworkTable), None)
    """A network in short."""
    training: TrainingTable | None = key(table(TrainingTable), None)
    """How it trains; a lesson without it does not."""
    pictures: tuple[Mapping[str, object], ...] = key(list_of(raw_table, MAX_PICTURES), ())
    """Pictures beside the walk and the training."""
    variants: tuple[Mapping[str, object], ...] = key(list_of(raw_table, MAX_VARIANTS), ())
    """Named sets of overrides."""
