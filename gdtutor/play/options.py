"""The playground's command line: one row for each option, which reads it and writes it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.expression import number_text
from gdtutor.lesson.activation import CELLWISE
from gdtutor.lesson.reports import shown
from gdtutor.lesson.tables import (
    MAX_FEATURES,
    MAX_LAYERS,
    MAX_PENALTY,
    MAX_WIDTH,
    NETWORK_ACTIVATIONS,
    NETWORK_COSTS,
)
from gdtutor.play.playground import (
    Playground,
    costs_of,
    defaults_of,
    fitted,
    of_data,
    trained_on,
    usual,
    usual_batch,
)
from gdtutor.play.read_file import read_file
from gdtutor.training.datasets import DATASETS, MAX_EXAMPLES, MAX_NOISE
from gdtutor.training.initialise import INITIALISATIONS, MAX_SEED, UNDRAWN
from gdtutor.training.limits import MAX_EPOCHS
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.values import Struct, replace

Read = Callable[[str], object]
Write = Callable[..., str]

ACTIVATIONS = tuple(name for name in NETWORK_ACTIVATIONS if name in (*CELLWISE, "linear"))
"""Activations of hidden layers: each neuron has its own."""
STARTS = tuple(name for name in INITIALISATIONS if name not in UNDRAWN)
"""Rules that weights are drawn by."""
FULL = "full"
CSV = ".csv"
"""What the name of a file of examples ends in."""


class Option(Struct, frozen=True):
    """One option: a field of the playground as a word."""

    flag: str
    """Without its dashes."""
    field: str
    metavar: str
    says: str
    """What it is, for --help."""
    read: Read
    """Returns the value of a word; raises GdTutorError."""
    write: Write = str
    """Returns the word of a value, which reads as the same value."""


def _name(known: Iterable[str], what: str) -> Read:
    names = tuple(known)

    def read(text: str) -> str:
        if text not in names:
            near = did_you_mean(text, names) or f"use one of {', '.join(names)}"
            raise GdTutorError(f"'{shown(text)}' is no {what}", near)
        return text

    return read


def _whole(low: int, high: int, what: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:12]) <= high):
            hint = f"use a whole number from {low} to {high:,}"
            raise GdTutorError(f"'{shown(text)}' as {what}", hint)
        return int(text)

    return read


def _number(low: float, high: float, what: str, *, above: bool = False) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text) if text.isascii() and "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if not low <= value <= high or (above and value == low):
            begins = "above" if above else "from"
            hint = f"use a number {begins} {number_text(low)} to {number_text(high)}"
            raise GdTutorError(f"'{shown(text)}' as {what}", hint)
        return value

    return read


def _layers(text: str) -> tuple[int, ...]:
    parts = text.split("-")
    if not 2 <= len(parts) <= MAX_LAYERS + 1:
        hint = f"write inputs, neurons of each layer, outputs, as 2-4-4-1; at most {MAX_LAYERS}"
        raise GdTutorError(f"'{shown(text)}' as layers", hint)
    return tuple(_whole(1, MAX_WIDTH, "a layer's neurons")(part) for part in parts)


def _features(text: str) -> tuple[str, ...]:
    formulas = tuple(part.strip() for part in divided(text))
    if not all(formulas) or len(formulas) > MAX_FEATURES:
        hint = f"write 1 to {MAX_FEATURES} formulas with commas between, as x1,x2,x1*x2"
        raise GdTutorError(f"'{shown(text)}' as features", hint)
    return formulas


def divided(text: str, signs: str = ",") -> tuple[str, ...]:
    """Return the parts of a text between its commas, those inside of parentheses left alone.

    Args:
        text: The text.
        signs: The commas.
    """
    parts, depth = [""], 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character in signs and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(parts)


def _batch(text: str) -> int | None:
    return None if text == FULL else _whole(1, MAX_EXAMPLES, "a batch")(text)


def _constants(text: str) -> tuple[tuple[str, float], ...]:
    pairs = []
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if not sign:
            raise GdTutorError(f"'{shown(part)}' as a constant", "write beta=0.8")
        pairs.append((name.strip(), _number(-1e300, 1e300, name.strip())(value.strip())))
    return tuple(pairs)


def _constants_text(pairs: tuple[tuple[str, float], ...]) -> str:
    return ",".join(f"{name}={number_text(value)}" for name, value in pairs)


def _data(text: str) -> str:
    return text if text.endswith(CSV) else str(_name(DATASETS, "data set")(text))


OPTIONS: tuple[Option, ...] = (
    Option("data", "data", "NAME", f"the data set: {', '.join(DATASETS)}; or a CSV file of two "
           "inputs and a target", _data),
    Option("points", "points", "N", "how many examples; not of a gate",
           _whole(2, MAX_EXAMPLES, "the number of points")),
    Option("noise", "noise", "X", "standard deviation of the data's noise",
           _number(0, MAX_NOISE, "noise"), number_text),
    Option("train", "share", "X", "the share of the examples that is trained on, as 0.7",
           _number(0.1, 1, "the share of training"), number_text),
    Option("data-seed", "data_seed", "N", "of the data set's generator",
           _whole(0, MAX_SEED, "a seed")),
    Option("features", "features", "FORMULAS", "what the network is given, as 'x1,x2,x1*x2'",
           _features, ",".join),
    Option("layers", "layers", "N-N-N", "inputs, neurons of each layer, outputs, as 2-4-4-1; "
           "several outputs are as many classes",
           _layers, lambda widths: "-".join(map(str, widths))),
    Option("activation", "activation", "NAME",
           f"of the hidden layers: {', '.join(ACTIVATIONS)}", _name(ACTIVATIONS, "activation")),
    Option("cost", "cost", "NAME", f"{', '.join(NETWORK_COSTS)}", _name(NETWORK_COSTS, "cost")),
    Option("start", "init", "NAME", f"how weights are drawn: {', '.join(STARTS)}",
           _name(STARTS, "start")),
    Option("seed", "seed", "N", "of the weights", _whole(0, MAX_SEED, "a seed")),
    Option("optimizer", "optimizer", "NAME", f"{', '.join(OPTIMISERS)}",
           _name(OPTIMISERS, "optimizer")),
    Option("hyperparameters", "hyperparameters", "NAME=X,…",
           "the optimizer's own constants, as beta1=0.8", _constants, _constants_text),
    Option("rate", "rate", "X", "the learning rate",
           _number(0, 1e12, "the learning rate", above=True), number_text),
    Option("batch", "batch", "N|full", "examples in a batch", _batch,
           lambda size: FULL if size is None else str(size)),
    Option("l1", "l1", "X", "weight of the L1 penalty", _number(0, MAX_PENALTY, "l1"), number_text),
    Option("l2", "l2", "X", "weight of the L2 penalty", _number(0, MAX_PENALTY, "l2"), number_text),
    Option("epochs", "epochs", "N", "passes over the data", _whole(1, MAX_EPOCHS, "epochs")),
)  # fmt: skip
"""Every option, in the order in which a command line names them."""


def playground_of(words: Mapping[str, str], is_own: bool = False) -> Playground:
    """Return the playground that options ask for; what is left out follows from the others.

    Args:
        words: The word of each option by its flag.
        is_own: Whether they are the user's own command line, which may name any file.

    Raises:
        GdTutorError: A word cannot be read, or options do not go together.
    """
    values = {row.flag: _read(row, words[row.flag]) for row in OPTIONS if row.flag in words}
    name = str(values.get("data", Playground().data))
    asked = read_file(name, is_own) if name.endswith(CSV) else of_data(name)
    rows = {row.flag: row for row in OPTIONS}
    fields: dict[str, Any] = {rows[flag].field: value for flag, value in values.items()}
    asked = replace(asked, **fields)
    _refuse(asked, values)
    if "cost" not in values:
        asked = replace(asked, cost=costs_of(asked)[0])
    if "batch" not in values:
        asked = replace(asked, batch=usual_batch(asked))
    return fitted(asked)


def playground_of_line(line: str, is_own: bool = False) -> Playground:
    """Return the playground of options in one text, as `--data spiral --layers 2-4-1`.

    Raises:
        GdTutorError: It is no such text, or the options do not go together.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        what = f"'{shown(line)}' as options: {error}"
        raise GdTutorError(what, "quote as a shell does") from None
    known = [f"--{row.flag}" for row in OPTIONS]
    given: dict[str, str] = {}
    for place, flag in enumerate(words[::2]):
        if flag not in known:
            near = did_you_mean(flag, known) or f"there are {', '.join(known)}"
            raise GdTutorError(f"the playground has no option '{shown(flag)}'", near)
        if 2 * place + 1 >= len(words):
            raise GdTutorError(f"{flag} has no value", "write it behind the option")
        given[flag.removeprefix("--")] = words[2 * place + 1]
    return playground_of(given, is_own)


def _read(row: Option, word: str) -> object:
    try:
        return row.read(word)
    except GdTutorError as error:
        raise GdTutorError(f"--{row.flag}: {error.what}", error.hint) from None


def _refuse(asked: Playground, values: Mapping[str, object]) -> None:
    """Refuse options that do not go together, where `fitted` would have to change one."""
    row, outputs = asked.dataset, asked.outputs
    if asked.is_fixed:
        for flag in ("points", "noise", "data-seed"):
            if flag in values:
                what = "the gate" if row.is_gate else "the file"
                rows = "its four rows" if row.is_gate else "the rows it has"
                raise GdTutorError(f"--{flag}: {what} '{asked.data}' is {rows}", "leave it out")
    if asked.layers[0] != len(row.inputs):
        hint = f"write {len(row.inputs)} first; --features says what is made of them"
        raise GdTutorError(f"--layers: '{asked.data}' has {len(row.inputs)} inputs", hint)
    if outputs > 1 and outputs > row.most_classes:
        many = [name for name, one in DATASETS.items() if one.most_classes >= outputs]
        if not row.most_classes:
            hint = "its target is one number: end in 1"
        elif many:
            hint = f"{' and '.join(many)} can have {outputs}"
        else:
            hint = f"end in 1 to {max(one.most_classes for one in DATASETS.values())}"
        raise GdTutorError(f"--layers: '{asked.data}' has no {outputs} outputs", hint)
    if asked.share < 1 and not 0 < trained_on(asked) < asked.points:
        what = f"--train: {asked.share:g} of {asked.points} examples are {trained_on(asked)}"
        raise GdTutorError(what, "use 1, or a share that leaves some to train on and some not")
    if "cost" in values and asked.cost not in costs_of(asked):
        hint = f"use {' or '.join(costs_of(asked))}"
        raise GdTutorError(f"--cost: {asked.cost} does not fit data and outputs", hint)
    if "batch" in values and asked.batch is not None and asked.batch > trained_on(asked):
        hint = f"use 1 to {trained_on(asked)}, or full"
        what = f"--batch: {asked.batch} of {trained_on(asked)} examples"
        raise GdTutorError(what, hint)
    known = defaults_of(asked.optimizer)
    for name, _ in asked.hyperparameters:
        if name not in known:
            hint = did_you_mean(name, known) or f"it has {', '.join(known) or 'none'}"
            what = f"--hyperparameters: {asked.optimizer} has no '{shown(name)}'"
            raise GdTutorError(what, hint)


def words_of(playground: Playground) -> tuple[str, ...]:
    """Return the options of a playground, those left out that follow from the others.

    `playground_of` gives the same playground back.
    """
    own = usual(playground)
    words: list[str] = []
    for row in OPTIONS:
        value = getattr(playground, row.field)
        if row.flag == "data" or value != getattr(own, row.field):
            words += [f"--{row.flag}", row.write(value)]
    return tuple(words)
