"""A lesson file read a second time, with `tomllib` and a scan for its graph blocks."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from tests.independent import bounded as B
from tests.independent.optimisers import handed_on
from tests.independent.sources import examples_of, expanded, started
from tests.independent.tape import ACTIVATIONS, Tape, parsed

_BLOCK = re.compile(r"^```graph\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FOR = re.compile(
    r"^( *)for +(\w+) +in +(\d+) *\.\. *(\d+) *:? *\n((?:(?:\1 +.*|) *\n)+)", re.MULTILINE
)
_LINE = re.compile(r"^\s*(\w+)\s*=(?!=)\s*([^#\n]+)", re.MULTILINE)
_EDIT = re.compile(r"(?:(\d+):)?(\w+)(?:\[([\d, ]+)\])?=(.+)")


@dataclass
class Read:
    """A lesson, as far as its figures depend on it."""

    given: dict
    """Parameters and constants by name."""
    trained: list
    """Parameters that training changes, in the order of the file."""
    inputs: dict
    """Columns by the leaf that they are bound to; a number for a scalar leaf."""
    examples: np.ndarray
    scenes: list
    """For each graph block its lines: (name, tree)."""
    training: dict | None
    edits: list = field(default_factory=list)
    """(iteration, name, cell or None, text)"""
    in_rows: bool = False
    """Whether an example is a row of its matrices."""
    rounded: np.ndarray | None = None
    """By how much scaling may have rounded every number of the examples."""

    @property
    def predicts(self):
        """The line that is the prediction; empty where its name does not say so."""
        named = [name for name, _ in self.scenes[-1] if name in ("yhat", "Yhat")]
        return named[0] if named else ""

    @property
    def by_matrices(self):
        """Whether inputs are bound to matrices."""
        return any(isinstance(columns, tuple) for columns in self.inputs.values())

    @property
    def held(self):
        """How many examples are never trained on."""
        return 0 if self.training is None else int(self.training["held"])

    @property
    def size(self):
        """How many examples are trained on."""
        return len(self.examples) - self.held

    @property
    def batch(self):
        """Examples in a batch."""
        return self.training["batch"] if self.training else max(self.size, 1)

    @property
    def per_epoch(self):
        """Iterations in an epoch."""
        return max(1, -(-self.size // max(self.batch, 1)))


def read(text, variant="", edits=()):
    """Read a lesson as one of its variants, with edits as `--set` takes them."""
    _, front, body = text.split("+++\n", 2)
    front = tomllib.loads(front)
    for one in front.pop("variants", []):
        if one["name"] == variant:
            _override(front, one)
    lines = [_LINE.findall(_repeated(block)) for block in _BLOCK.findall(body)]
    data = front.get("data", {})
    if "network" in front:
        lines.append(expanded(front))
    examples, rounded = _featured(data, *examples_of(data))
    given = {**front.get("parameters", {}), **front.get("constants", {})}
    frozen = front.get("frozen", [])
    in_rows = front.get("orientation") == "rows"
    scenes = [[(name, parsed(formula)) for name, formula in block] for block in lines]
    if in_rows:
        scenes = [[(name, _along_rows(tree)) for name, tree in block] for block in scenes]
    lesson = Read(
        started(given, in_rows),
        [name for name in front.get("parameters", {}) if name not in frozen],
        _bound(data),
        examples,
        scenes,
        None,
        sorted((_edit(text) for text in edits), key=lambda edit: edit[0]),
        in_rows,
        rounded,
    )
    if "training" in front:
        lesson.training = _settings(front["training"], len(examples))
        if not lesson.by_matrices and lesson.batch > 1:
            scenes[-1].append(("C", ("mean", ("name", scenes[-1][-1][0]))))
    return lesson


def _along_rows(tree):
    """Let what compares the values of an example go along axis 1 where a call names none."""
    head, *rest = tree
    if head in ("number", "name"):
        return tree
    operands = {"softmax": 1, "cross_entropy": 2, "cross_entropy_logits": 2}.get(head)
    parts = [_along_rows(part) if isinstance(part, tuple) else part for part in rest]
    return (head, *parts, 1) if operands == len(parts) else (head, *parts)


def _repeated(block):
    """Write out the repetitions of a block, the innermost last."""
    while True:
        match = _FOR.search(block)
        if match is None:
            return block
        counter, first, last, inner = match.group(2, 3, 4, 5)
        parts = (_counted(inner, counter, n) for n in range(int(first), int(last) + 1))
        block = block[: match.start()] + "".join(parts) + block[match.end() :]


def _counted(text, counter, number):
    """Replace a counter: in braces, with what is added to it in brackets, and alone."""

    def moved(match):
        more = (match.group(2) or "0").replace(" ", "")
        return str(int(match.group(1) or 1) * number + int(more))

    def in_brackets(match):
        return re.sub(rf"(?:(\d+) *\* *)?\b{counter}\b((?: *[+-] *\d+)?)", moved, match.group())

    text = re.sub(rf"\{{ *(?:(\d+) *\* *)?{counter} *([+-] *\d+)? *\}}", moved, text)
    text = re.sub(r"\[[^\]]*\]", in_brackets, text)
    return re.sub(rf"(?<!\.)\b{counter}\b", str(number), text)


def _override(front, variant):
    for section, value in variant.items():
        if isinstance(value, dict):
            front[section] = {**front.get(section, {}), **value}
        elif section != "name":
            front[section] = value


def _bound(data):
    found, at = {}, 0
    for part in ("inputs", "targets"):
        names = data.get(part, [])
        for name in names:
            if isinstance(names, dict):
                label = names[name] if isinstance(names[name], dict) else {}
                width = 1 if "values" in label else len(label.get("classes", names[name]))
                found[name] = tuple(range(at, at + width))
                at += width
            else:
                found[name] = at
                at += 1
    return found


def _featured(data, examples, rounded):
    """Return the examples with the values of the features in place of the inputs."""
    features, columns = data.get("features"), data.get("columns")
    if not features:
        return examples, rounded
    tape = Tape()
    for at, name in enumerate(columns):
        tape.put(name, B.Bounded(examples[:, at].astype(B.Wide), rounded[:, at].astype(B.Wide)))
    for at, formula in enumerate(features):
        tape.line(f"feature {at}", parsed(formula))
    found = [tape.value(f"feature {at}") for at in range(len(features))]
    tables = (examples, [one.value for one in found]), (rounded, [one.bound for one in found])
    return tuple(
        np.hstack([np.array(new, dtype=float).T, table[:, len(columns) :]]) for table, new in tables
    )


def _settings(table, examples):
    held = round_half(table.get("validation", 0.0) * examples)
    size = examples - held
    batch = table.get("batch", "full")
    schedule = table.get("schedule", "constant")
    schedule = {"kind": schedule} if isinstance(schedule, str) else dict(schedule)
    epochs = table.get("epochs", 1000)
    length = epochs if schedule["kind"] in ("cosine", "linear") else 100
    factor = 0.0 if schedule["kind"] == "linear" else 0.5
    return {
        "rate": float(table.get("learning_rate", 1.0)),
        "epochs": epochs,
        "held": held,
        "batch": size if batch == "full" else batch,
        "optimizer": table.get("optimizer", "sgd"),
        "hyperparameters": table.get("hyperparameters", {}),
        "decayed": table.get("decayed"),
        "order": table.get("order", "given"),
        "seed": table.get("seed", 0),
        "stop": table.get("stop", {}),
        "schedule": {"factor": factor, "every": length, **schedule},
    }


def round_half(number):
    """Return how many examples a fraction of them is."""
    return math.floor(number + 0.5)


def _edit(text):
    iteration, name, cell, value = _EDIT.fullmatch(text).groups()
    cell = None if cell is None else tuple(int(part) for part in cell.split(","))
    return int(iteration or 0), name, cell, value


def rate_of(lesson, iteration):
    """Return the learning rate of an iteration."""
    settings = lesson.training
    base = settings["rate"]
    for at, name, _, value in lesson.edits:
        if name == "learning_rate" and at <= iteration:
            base = float(value)
    schedule, epoch = settings["schedule"], iteration // lesson.per_epoch
    every = schedule["every"]
    match schedule["kind"]:
        case "constant":
            return base
        case "step":
            return base * schedule["factor"] ** (epoch // every)
        case "exponential":
            return base * schedule["factor"] ** (epoch / every)
        case "linear":
            return base * (1 - (1 - schedule["factor"]) * (min(epoch, every) / every))
        case "inverse_time":
            return base / (1 + schedule["factor"] * epoch / every)
        case "cosine":
            return base * (1 + math.cos(math.pi * min(epoch, every) / every)) / 2
    raise LookupError(f"{schedule['kind']} is to be written in rate_of of {__name__}")


def optimizer_of(lesson, iteration):
    """Return the optimiser of an iteration: its name, its own constants, and the first iteration
    of those that it does one after the other."""
    named, constants = lesson.training["optimizer"], lesson.training["hyperparameters"]
    since = 0
    for at, name, _, value in lesson.edits:
        if name == "optimizer" and at <= iteration:
            since = since if value == named else at
            named, constants = value, handed_on(named, constants, value)
    return named, constants, since


def scenes_of(lesson, iteration):
    """Return the lines of every graph at an iteration, after a change of the activation.

    Hidden activations change, and the prediction's stays; a single neuron's own changes.
    """
    changed = [
        value for at, name, _, value in lesson.edits if name == "activation" and at <= iteration
    ]
    if not changed:
        return lesson.scenes
    last = lesson.scenes[-1]
    calls = [name for name, tree in last if tree[0] in ACTIVATIONS and tree[1][0] == "name"]
    calls = [name for name in calls if name != "Yhat"] or calls
    new = [(name, (changed[-1], tree[1]) if name in calls else tree) for name, tree in last]
    return [*lesson.scenes[:-1], new]


def chosen_examples(lesson, iteration):
    """Return which examples an iteration trains on: a function of seed and epoch alone."""
    size = lesson.size
    if lesson.training is None or not size:
        return np.arange(len(lesson.examples))
    batch, settings = lesson.batch, lesson.training
    epoch, turn = divmod(iteration, lesson.per_epoch)
    order = _ordered(settings["order"], settings["seed"], size, lesson.per_epoch * batch, epoch)
    return order[turn * batch : (turn + 1) * batch]


@lru_cache(maxsize=8)
def _ordered(order, seed, size, width, epoch):
    """Return the examples of an epoch in their order."""
    epochs = max(1, 16_384 // size)
    block, row = divmod(epoch, epochs)
    stream = np.random.RandomState([seed, block & 0xFFFFFFFF, block >> 32])
    match order:
        case "given":
            return np.arange(size)
        case "shuffled":
            return np.argsort(stream.random_sample((epochs, size)), axis=1)[row]
        case "drawn":
            return stream.randint(0, size, size=(epochs, width))[row]


def data_given(lesson, iteration, chosen, is_single=None):
    """Return the leaves that examples give, each with what it may be rounded by: matrices, rows,
    or numbers where a batch holds one."""
    examples, rounded = lesson.examples.copy(), lesson.rounded.copy()
    for at, name, cell, value in lesson.edits:
        if name in lesson.inputs and at <= iteration:
            columns = lesson.inputs[name]
            if lesson.in_rows:
                cell = cell[::-1]
            column = columns[cell[0]] if isinstance(columns, tuple) else columns
            examples[cell[-1] if cell else 0, column] = float(value)
            rounded[cell[-1] if cell else 0, column] = 0
    if is_single is None:
        is_single = lesson.batch == 1 and lesson.training is not None
    found = {}
    for name, columns in lesson.inputs.items():
        at = chosen[0] if is_single and not isinstance(columns, tuple) else chosen
        columns = list(columns) if isinstance(columns, tuple) else columns
        parts = (table[at][..., columns] for table in (examples, rounded))
        turned = (part if lesson.in_rows else part.T for part in parts)
        found[name] = B.Bounded(*(np.asarray(part, B.Wide) for part in turned))
    return found


def edited(lesson, iteration, name, value):
    """Return a parameter or constant with the edits made at this very iteration."""
    value = np.array(value, dtype=float)
    for at, edited_name, cell, text in lesson.edits:
        if edited_name == name and at == iteration:
            if cell is None:
                value[...] = float(text)
            else:
                value[cell] = float(text)
    return value
