"""Algebra of the update: an optimiser's lines become terms, over arrays as over single numbers.

Of plain descent on XOR, at the rate 1, with a gradient that is 0.25 times what is computed:

    p - learning_rate*g   →   mul(g, 0.25)
                              p = sub(p, u5)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gdtutor.engine.operations import Arrays, parse_rule
from gdtutor.training.optimisers import Optimiser, optimiser_of
from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.terms import ONE, Term
from gdtutor.training.settings import Settings
from gdtutor.values import Struct


class Rule(Struct, frozen=True, eq=False):
    """An optimiser with everything that its lines need."""

    optimiser: Optimiser
    hyper: Mapping[str, float]
    learning_rate: float
    is_scheduled: bool
    """Whether the learning rate changes from epoch to epoch."""
    needs_norm: bool
    """Whether the norm of the gradient is left behind."""
    by_run: Arrays
    """Constants, and the learning rate, that differ between stacked runs: one number for each.
    Where the rate is scheduled, the schedule gives the factor of each run's own."""
    decays: Callable[[str], bool] = lambda _: True
    """Says whether a weight decay is for a parameter."""

    def given(self, builder: Builder) -> dict[str, Term]:
        """Return the terms of what is the same for all parameters."""
        values = {name: Term(value, ONE) for name, value in self.hyper.items()}
        values["learning_rate"] = Term(self.learning_rate, ONE)
        for name in ("t", *(["learning_rate"] if self.is_scheduled else [])):
            values[name] = builder.leaf("stream", name, (), is_uniform=True)
        return values

    def updated(
        self, builder: Builder, values: Mapping[str, Term], where: str = ""
    ) -> dict[str, Term]:
        """Return the values with what the lines assign; `where` is added to their notes."""
        found = dict(values)
        for name, formula in self.optimiser.lines:
            found[name] = builder.evaluate(parse_rule(formula), found)
            builder.notes.setdefault(found[name].id, name + where)
        return found


def rule_of(settings: Settings) -> Rule:
    """Return the rule of these settings, for one run."""
    scheduled = settings.schedule.kind != "constant"
    needs_norm = settings.stop.gradient_below is not None
    row, hyper = optimiser_of(settings)
    rate = settings.learning_rate
    return Rule(row, hyper, rate, scheduled, needs_norm, {}, settings.decays)
