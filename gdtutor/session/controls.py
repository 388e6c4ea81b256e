"""The controls of the playground: one row for each, with what an arrow makes of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from gdtutor.engine.expression import number_text
from gdtutor.lesson.tables import MAX_LAYERS, MAX_WIDTH
from gdtutor.play.options import ACTIVATIONS, OPTIONS, STARTS, playground_of
from gdtutor.play.playground import (
    Playground,
    costs_of,
    defaults_of,
    fitted,
    of_data,
    trained_on,
    with_field,
)
from gdtutor.training.datasets import DATASETS
from gdtutor.training.initialise import MAX_SEED
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.values import Struct, replace

RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 3))
PENALTIES = (0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
POINTS = (10, 20, 50, 100, 200, 300, 500, 1000, 2000)
NOISES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
BATCHES = (1, 2, 5, 10, 20, 30, 50, 100, 200)
EPOCHS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000)
FEATURES = ("x1", "x2", "x1**2", "x2**2", "x1*x2", "sin(6*x1)", "sin(6*x2)")
"""Features that the keys add; any other formula can be typed."""
NEW_WIDTH = 2
"""Neurons of a layer that is added."""

Step = Callable[[Playground, int], Playground]


class Control(Struct, frozen=True):
    """One thing that can be chosen."""

    label: str
    flag: str
    """The option of the command line that it is."""
    step: Step
    """Returns the playground so many values further; may need `fitted`."""
    shown: Callable[[Playground], str] | None = None
    """Returns the value as it is shown; None for the option's own word."""

    def value(self, playground: Playground) -> str:
        """Return the value as it is shown."""
        if self.shown is not None:
            return self.shown(playground)
        row = _ROWS[self.flag]
        return row.write(getattr(playground, row.field))


_ROWS = {row.flag: row for row in OPTIONS}


def _cycle(field: str, values: Callable[[Playground], tuple[str, ...]]) -> Step:
    """Go through names, after the last one from the first again."""

    def step(playground: Playground, by: int) -> Playground:
        names = values(playground)
        at = names.index(getattr(playground, field))
        return with_field(playground, field, names[(at + by) % len(names)])

    return step


def stepped(value: float, ladder: tuple[float, ...], by: int) -> float:
    """Return the value so many rungs of a ladder further; it ends at the ladder's ends."""
    if by > 0:
        at = bisect_right(ladder, value * (1 + 1e-9)) + by - 1
    else:
        at = bisect_left(ladder, value * (1 - 1e-9)) + by
    if not 0 <= at < len(ladder):
        beyond = ladder[-1] if by > 0 else ladder[0]
        # Beyond the ladder a typed value stays where it is.
        return max(beyond, value) if by > 0 else min(beyond, value)
    return ladder[at]


def _ladder(field: str, ladder: tuple[float, ...]) -> Step:
    return lambda p, by: with_field(p, field, stepped(getattr(p, field), ladder, by))


def _seed(field: str) -> Step:
    return lambda p, by: with_field(p, field, (getattr(p, field) + by) % (MAX_SEED + 1))


def _to_data(playground: Playground, by: int) -> Playground:
    names = tuple(DATASETS)
    # From a file the way leads to the first data set, or to the last.
    at = names.index(playground.data) if not playground.columns else -1 if by > 0 else 0
    return with_data(playground, of_data(names[(at + by) % len(names)]))


def with_data(playground: Playground, own: Playground) -> Playground:
    """Return the playground with the data that another one begins with."""
    after = replace(
        playground, data=own.data, columns=own.columns, has_classes=own.has_classes,
        noise=own.noise, has_names=own.has_names,
    )  # fmt: skip
    if own.columns or playground.columns:
        return replace(after, points=own.points, batch=own.batch, features=own.features)
    if own.dataset.is_gate or playground.dataset.is_gate:
        after = replace(after, points=own.points, share=own.share, batch=own.batch)
    return after


def _to_batch(playground: Playground, by: int) -> Playground:
    most = trained_on(playground)
    sizes = (*(float(size) for size in BATCHES if size < most), float(most))
    now = float(most if playground.batch is None else playground.batch)
    size = int(stepped(now, sizes, by))
    return replace(playground, batch=None if size >= most else size)


def _to_outputs(playground: Playground, by: int) -> Playground:
    most = max(playground.dataset.most_classes, 1)
    outputs = (playground.outputs - 1 + by) % most + 1
    after = replace(playground, layers=(*playground.layers[:-1], outputs))
    return replace(after, cost=costs_of(after)[0])


def with_layers(playground: Playground, by: int) -> Playground:
    """Return the playground with so many hidden layers more, or fewer, before the output."""
    first, *hidden, last = playground.layers
    count = min(max(len(hidden) + by, 0), MAX_LAYERS - 1)
    widths = (hidden + [NEW_WIDTH] * count)[:count]
    return replace(playground, layers=(first, *widths, last))


def with_neurons(playground: Playground, layer: int, by: int) -> Playground:
    """Return the playground with so many neurons more in a hidden layer, or features in layer 0."""
    if layer == 0:
        return _with_features(playground, by)
    width = min(max(playground.layers[layer] + by, 1), MAX_WIDTH)
    widths = playground.layers
    return replace(playground, layers=(*widths[:layer], width, *widths[layer + 1 :]))


def _with_features(playground: Playground, by: int) -> Playground:
    own = playground.features
    unused = tuple(name for name in FEATURES if name not in own)
    if by < 0:
        return replace(playground, features=own[: max(len(own) + by, 1)])
    return replace(playground, features=own + unused[:by])


def _to_constants(playground: Playground, by: int) -> Playground:
    """Step the optimiser's first constant."""
    defaults = defaults_of(playground.optimizer)
    if not defaults:
        return playground
    name = next(iter(defaults))
    now = {**defaults, **dict(playground.hyperparameters)}
    ladder = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
    now[name] = stepped(now[name], ladder, by)
    return replace(playground, hyperparameters=tuple(now.items()))


def _constants_shown(playground: Playground) -> str:
    now = {**defaults_of(playground.optimizer), **dict(playground.hyperparameters)}
    return ", ".join(f"{name}={number_text(value)}" for name, value in now.items()) or "none"


CONTROLS: tuple[Control, ...] = (
    Control("data", "data", _to_data),
    Control("points", "points", _ladder("points", POINTS)),
    Control("noise", "noise", _ladder("noise", NOISES)),
    Control("training", "train", _ladder("share", SHARES), lambda p: f"{100 * p.share:g} %"),
    Control("data seed", "data-seed", _seed("data_seed")),
    Control("features", "features", _with_features),
    Control("layers", "layers", with_layers),
    Control("outputs", "layers", _to_outputs, lambda p: str(p.outputs)),
    Control("activation", "activation", _cycle("activation", lambda _: ACTIVATIONS)),
    Control("cost", "cost", _cycle("cost", costs_of)),
    Control("start", "start", _cycle("init", lambda _: STARTS)),
    Control("seed", "seed", _seed("seed")),
    Control("optimizer", "optimizer", _cycle("optimizer", lambda _: tuple(OPTIMISERS))),
    Control("constants", "hyperparameters", _to_constants, _constants_shown),
    Control("rate", "rate", _ladder("rate", RATES)),
    Control("batch", "batch", _to_batch),
    Control("L1", "l1", _ladder("l1", PENALTIES)),
    Control("L2", "l2", _ladder("l2", PENALTIES)),
    Control("epochs", "epochs", _ladder("epochs", EPOCHS)),
)
"""Every control, from top to bottom."""


def typed(playground: Playground, control: Control, text: str) -> Playground:
    """Return the playground with a control at a typed value.

    Raises:
        GdTutorError: It is none of the control's, or does not go with the others.
    """
    if control.label == "outputs":
        text = "-".join([*map(str, playground.layers[:-1]), text])
    row = _ROWS[control.flag]
    value = row.read(text)
    # Read with the options that it has to go with, so that what does not fit is refused.
    words = {"data": playground.data, control.flag: text}
    if control.flag in ("points", "train", "batch") and not playground.is_fixed:
        words |= {"points": str(playground.points), "train": number_text(playground.share)} | words
    if control.flag == "hyperparameters":
        words["optimizer"] = playground.optimizer
    if control.flag == "cost":
        words["layers"] = "-".join(map(str, playground.layers))
    if control.flag != "data":
        playground_of(words, is_own=True)
        return fitted(with_field(playground, row.field, value))
    return fitted(with_data(playground, playground_of({"data": text}, text == playground.data)))
