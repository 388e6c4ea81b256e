"""One update of one parameter by each optimiser, written by hand from the page on lessons."""

from __future__ import annotations

from inspect import signature

from tests.independent import bounded as B
from tests.independent.bounded import exact

ONE = exact(1.0)


def _sgd(p, g, rate, state, t):
    return B.sub(p, B.mul(rate, g)), {}


def _momentum(p, g, rate, state, t, beta=0.9):
    v = B.add(B.mul(exact(beta), state["v"]), g)
    return B.sub(p, B.mul(rate, v)), {"v": v}


def _nesterov(p, g, rate, state, t, beta=0.9):
    v = B.add(B.mul(exact(beta), state["v"]), g)
    ahead = B.add(g, B.mul(exact(beta), v))
    return B.sub(p, B.mul(rate, ahead)), {"v": v}


def _scaled(p, g, rate, s, epsilon):
    return B.sub(p, B.div(B.mul(rate, g), B.add(B.sqrt(s), exact(epsilon))))


def _adagrad(p, g, rate, state, t, epsilon=1e-8):
    s = B.add(state["s"], B.square(g))
    return _scaled(p, g, rate, s, epsilon), {"s": s}


def _rmsprop(p, g, rate, state, t, rho=0.9, epsilon=1e-8):
    kept = B.sub(ONE, exact(rho))
    s = B.add(B.mul(exact(rho), state["s"]), B.mul(kept, B.square(g)))
    return _scaled(p, g, rate, s, epsilon), {"s": s}


def _adam(p, g, rate, state, t, beta1=0.9, beta2=0.999, epsilon=1e-8):
    first, second = (B.sub(ONE, exact(beta)) for beta in (beta1, beta2))
    m1 = B.add(B.mul(exact(beta1), state["m1"]), B.mul(first, g))
    m2 = B.add(B.mul(exact(beta2), state["m2"]), B.mul(second, B.square(g)))
    grown = (B.sub(ONE, B.power(exact(beta), t)) for beta in (beta1, beta2))
    one, two = (B.div(m, by) for m, by in zip((m1, m2), grown, strict=True))
    return _scaled(p, one, rate, two, epsilon), {"m1": m1, "m2": m2}


def _adamw(p, g, rate, state, t, weight_decay=0.01, **rest):
    new, kept = _adam(p, g, rate, state, t, **rest)
    return B.sub(new, B.mul(rate, B.mul(exact(weight_decay), p))), kept


def _averaged(p, g, rate, state, t):
    new = B.sub(p, B.mul(rate, g))
    average = state["average"]
    share = B.div(B.sub(new, average), t)
    return new, {"average": B.add(average, share)}


def _decayed(rule):
    """Return a rule whose gradient has weight_decay times the parameter added to it."""

    def step(p, g, rate, state, t, weight_decay=None, **rest):
        if weight_decay is not None:
            g = B.add(g, B.mul(exact(weight_decay), p))
        return rule(p, g, rate, state, t, **rest)

    return step


UPDATES = {
    "sgd": _sgd, "momentum": _momentum, "nesterov": _nesterov, "adagrad": _adagrad,
    "rmsprop": _rmsprop, "adam": _adam, "adamw": _adamw, "averaged": _averaged,
}  # fmt: skip
"""By name: (p, g, rate, state, t, hyperparameters) to the new parameter and the new state."""


class Remembered(dict):
    """What an optimiser remembers of a parameter: 0 before its first update."""

    def __missing__(self, key):
        return exact(0.0)


def rule_of(name):
    """Return an optimiser's update, which takes a weight_decay where it has none of its own."""
    if name not in UPDATES:
        raise LookupError(f"{name} is to be written in UPDATES of {__name__}")
    rule = UPDATES[name]
    return rule if "weight_decay" in signature(rule).parameters else _decayed(rule)


def handed_on(named, constants, other):
    """Return the constants that another optimiser has from the one before it: those given to that
    and known to it, and the decay of either kind."""
    decay = _constants_of(named).get("weight_decay")
    constants = constants if decay is None else {"weight_decay": decay, **constants}
    taken = {*_constants_of(other), "weight_decay"} if other in UPDATES else ()
    return {name: value for name, value in constants.items() if name in taken}


def _constants_of(name):
    """Return the constants of an optimiser, with their usual values."""
    rules = (_adam, UPDATES[name]) if name == "adamw" else (UPDATES.get(name, _sgd),)
    found = {one.name: one.default for rule in rules for one in signature(rule).parameters.values()}
    return {constant: value for constant, value in found.items() if isinstance(value, float)}
