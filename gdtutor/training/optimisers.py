"""The table of optimisers, each as lines of the lesson grammar.

A line assigns a state variable or, in the last line, the parameter `p`, from the gradient `g`, the
number of the update `t` (from 1), the `learning_rate`, and the row's own constants. The walk
evaluates the lines, the plan compiles them, the export writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.expression import substitute, to_text
from gdtutor.engine.operations import parse_rule
from gdtutor.training.errors import TrainingError
from gdtutor.training.settings import Settings
from gdtutor.values import Struct, replace


class Hyperparameter(Struct, frozen=True):
    """A constant of an optimiser that a lesson may set."""

    name: str
    default: float
    low: float = 0.0
    """The least value allowed."""
    high: float = 1.0
    """The values stay below this one."""


class StateVariable(Struct, frozen=True):
    """What an optimiser remembers for each cell of a parameter; it starts at 0."""

    name: str
    meaning: str
    """What it holds, in words."""
    is_odd: bool = True
    """Whether it turns its sign when the parameter does (False for sums of squares)."""


class Optimiser(Struct, frozen=True):
    """One row of the table."""

    name: str
    title: str
    lines: tuple[tuple[str, str], ...]
    """(name assigned, formula), in order; the last one assigns p."""
    hyperparameters: tuple[Hyperparameter, ...] = ()
    state: tuple[StateVariable, ...] = ()
    predicts_with: str = "p"
    """What predictions are made with: p, or a state variable once there was an update."""
    solves: str = ""
    """For an implicit rule: the name in `lines` that is the root of an equation, else empty."""
    without_decay: str = ""
    """For a rule with a weight decay of its own: the row that it is without one, else empty."""


LETTERS = {
    "learning_rate": "α", "beta": "β", "beta1": "β₁", "beta2": "β₂", "rho": "ρ", "epsilon": "ε",
    "weight_decay": "λ",
}  # fmt: skip
"""What the constants of an update are written as on the screens."""

_BETA = Hyperparameter("beta", 0.9)
_EPSILON = Hyperparameter("epsilon", 1e-8)
_OF_ADAM = Hyperparameter("beta1", 0.9), Hyperparameter("beta2", 0.999), _EPSILON
_MOMENT_LINES = ("m1", "beta1*m1 + (1 - beta1)*g"), ("m2", "beta2*m2 + (1 - beta2)*g**2")
_MOMENTS = (
    StateVariable("m1", "running mean of gradients"),
    StateVariable("m2", "running mean of squared gradients", is_odd=False),
)
WEIGHT_DECAY = "weight_decay"
"""The constant that every explicit rule takes: what of the parameter its gradient is given."""

# Above each row stands which of the forms in use it is, and the paper or book with the equation.
_ALL = (
    # g is the gradient of the batch's cost, at the parameters before the update.
    # Source: Cauchy 1847; Robbins and Monro 1951, eq. 6, for batches drawn at random.
    Optimiser("sgd", "gradient descent", (("p", "p - learning_rate*g"),)),
    # The velocity adds up gradients and the learning rate multiplies it afterwards, so a change of
    # the rate acts at once on the whole velocity; no damping factor 1 - beta.
    # Source: Polyak 1964, eq. 9.
    Optimiser("momentum", "gradient descent with momentum",
            (("v", "beta*v + g"), ("p", "p - learning_rate*v")),
            hyperparameters=(_BETA,), state=(StateVariable("v", "velocity"),)),
    # Both moments are divided by 1 - beta**t, t counting updates from 1, and epsilon stands outside
    # the root of the corrected second moment.
    # Source: Kingma and Ba 2015, algorithm 1.
    Optimiser("adam", "Adam",
            (*_MOMENT_LINES,
             ("p", "p - learning_rate*(m1/(1 - beta1**t))/(sqrt(m2/(1 - beta2**t)) + epsilon)")),
            hyperparameters=_OF_ADAM, state=_MOMENTS),
    # Epsilon stands outside the root; s starts at 0 and is not corrected for it.
    # Source: Tieleman and Hinton 2012, Coursera lecture 6.5.
    Optimiser("rmsprop", "RMSProp",
            (("s", "rho*s + (1 - rho)*g**2"), ("p", "p - learning_rate*g/(sqrt(s) + epsilon)")),
            hyperparameters=(Hyperparameter("rho", 0.9), _EPSILON),
            state=(StateVariable("s", "running mean of squared gradients", is_odd=False),)),
    # The gradient is taken at the current point: p stands for the point that looks ahead, and the
    # velocity has the same form as with momentum.
    # Source: Nesterov 1983; in this form Bengio, Boulanger-Lewandowski and Pascanu 2013, eq. 7.
    Optimiser("nesterov", "Nesterov's accelerated gradient",
            (("v", "beta*v + g"), ("p", "p - learning_rate*(g + beta*v)")),
            hyperparameters=(_BETA,), state=(StateVariable("v", "velocity"),)),
    # Epsilon stands outside the root; s starts at 0.
    # Source: Duchi, Hazan and Singer 2011, fig. 1, diagonal form.
    Optimiser("adagrad", "AdaGrad",
            (("s", "s + g**2"), ("p", "p - learning_rate*g/(sqrt(s) + epsilon)")),
            hyperparameters=(_EPSILON,),
            state=(StateVariable("s", "sum of squared gradients", is_odd=False),)),
    # The decay goes past both moments, and the learning rate multiplies it; all else is as with
    # Adam.
    # Source: Loshchilov and Hutter 2019, algorithm 2, with the learning rate as the schedule.
    Optimiser("adamw", "Adam with decoupled weight decay",
            (*_MOMENT_LINES,
             ("p", "p - learning_rate*((m1/(1 - beta1**t))/(sqrt(m2/(1 - beta2**t)) + epsilon)"
              " + weight_decay*p)")),
            hyperparameters=(*_OF_ADAM, Hyperparameter(WEIGHT_DECAY, 0.01)),
            state=_MOMENTS, without_decay="adam"),
    # The average is over the parameters after each update, the start left out; gradients are taken
    # at p, predictions are made with the average.
    # Source: Polyak and Juditsky 1992, eq. 2; Ruppert 1988.
    Optimiser("averaged", "averaged gradient descent",
            (("average", "average + (p - learning_rate*g - average)/t"),
             ("p", "p - learning_rate*g")),
            state=(StateVariable("average", "mean of the parameters after each update"),),
            predicts_with="average"),
    # The gradient is the one at the parameters after the update: shrink is the factor that makes it
    # so, found as a root in one dimension; one example at a time.
    # Source: Toulis and Airoldi 2017, eq. 4 and algorithm 1.
    Optimiser("implicit", "implicit gradient descent", (("p", "p - learning_rate*shrink*g"),),
            solves="shrink"),
)  # fmt: skip

OPTIMISERS: Mapping[str, Optimiser] = {row.name: row for row in _ALL}
"""Every optimiser by its name in a lesson, those first that are met first."""

DECOUPLED = tuple(row.name for row in _ALL if row.without_decay)
"""The optimisers with a weight decay of their own."""

STATES = tuple(sorted({state.name for row in _ALL for state in row.state}))
"""What some optimiser remembers of a parameter, by name."""


def optimiser_of(settings: Settings) -> tuple[Optimiser, dict[str, float]]:
    """Return the row and the values of its constants.

    Raises:
        TrainingError: unknown optimiser or constant, or a value out of bounds.
    """
    row = OPTIMISERS.get(settings.optimizer)
    if row is None:
        raise TrainingError(
            f"unknown optimizer '{settings.optimizer}'",
            did_you_mean(settings.optimizer, OPTIMISERS) or f"use one of {', '.join(OPTIMISERS)}",
        )
    if any(name == WEIGHT_DECAY for name, _ in settings.hyperparameters):
        row = with_weight_decay(row)
    values = {constant.name: constant.default for constant in row.hyperparameters}
    bounds = {constant.name: constant for constant in row.hyperparameters}
    for name, value in settings.hyperparameters:
        if name not in values:
            known = did_you_mean(name, values) or (
                f"it has {', '.join(values)}" if values else "it has none"
            )
            raise TrainingError(f"{row.name} has no constant '{name}'", known)
        low, high = bounds[name].low, bounds[name].high
        if not low <= value < high:
            raise TrainingError(
                f"{name} of {row.name} is {value:g}", f"use at least {low:g} and below {high:g}"
            )
        values[name] = value
    return row, values


def root_of(settings: Settings | None) -> str:
    """Return what the optimiser solves for at every update; empty where it does not, or is none."""
    return OPTIMISERS[settings.optimizer].solves if settings is not None else ""


def row_for(settings: Settings, name: str) -> Optimiser:
    """Return the rule of one parameter: without a weight decay that is for others alone."""
    row, _ = optimiser_of(settings)
    if settings.decays(name):
        return row
    return OPTIMISERS[row.without_decay or row.name]


def coupled_decay(settings: Settings | None) -> float:
    """Return what of a parameter is added to its gradient; 0 for a rule with a decay of its own."""
    if settings is None or settings.optimizer in DECOUPLED:
        return 0.0
    return dict(settings.hyperparameters).get(WEIGHT_DECAY, 0.0)


@cache
def with_weight_decay(row: Optimiser) -> Optimiser:
    """Return a rule whose gradient has weight_decay times the parameter added to it.

    It is the gradient of a cost with weight_decay/2 times the sum of squares added. A rule with a
    decay of its own stays as it is, and so does an implicit one, whose gradient is found elsewhere.
    """
    if row.solves or any(constant.name == WEIGHT_DECAY for constant in row.hyperparameters):
        return row
    decayed = {"g": parse_rule(f"g + {WEIGHT_DECAY}*p")}
    return replace(
        row,
        lines=tuple(
            (name, to_text(substitute(parse_rule(text), decayed))) for name, text in row.lines
        ),
        hyperparameters=(*row.hyperparameters, Hyperparameter(WEIGHT_DECAY, 0.0)),
    )
