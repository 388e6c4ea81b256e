"""Which slips of the table fit a wrong answer to one cell of a step."""

from __future__ import annotations

import math

from gdtutor.session.answers import Interval, Typed, honest
from gdtutor.session.cell_slips import wrong_formulas
from gdtutor.session.program_slips import computed, whole_slips
from gdtutor.session.slips import Formula, Slip, SlipMatch, Slips
from gdtutor.session.steps import Phase
from gdtutor.session.working import Operands, Working, as_read

MOST_FITTING = 3
"""Where more kinds of slips than this give one number, the first of them are named."""
_TOO_MANY = frozenset(
    {Slip.OTHER_FUNCTION, Slip.OTHER_DERIVATIVE, Slip.OTHER_VALUE, Slip.STALE_CACHE}
)
"""Slips with a row for each function or value, of which one fits a single number by chance."""


def slips_that_fit(
    working: Working, cell: tuple[int, ...], answer: Typed, digits: int
) -> tuple[SlipMatch, ...]:
    """Return the slips that give this answer, of many kinds the first.

    A slip that the right value itself allows says nothing, nor one that gives 0, but in an update.
    Those of whole arrays are looked through where none of one cell fits.
    """
    right = working.interval(cell, digits)
    for rows in (wrong_formulas(working, cell), of_whole_arrays(working)):
        fits: dict[SlipMatch, None] = {}
        for fit, formula in rows:
            wrong = _interval(formula, working, cell, digits)
            # A new value has few slips; elsewhere 0 is what many come to.
            is_zero = wrong.low <= 0 <= wrong.high and working.step.phase is not Phase.UPDATE
            is_telling = math.isfinite(wrong.low) and not is_zero
            if is_telling and wrong.accepts(answer) and not wrong.overlaps(right):
                fits[fit] = None
        if fits:
            kinds = list(dict.fromkeys(fit.slip for fit in fits))[:MOST_FITTING]
            return tuple(fit for fit in fits if fit.slip in kinds)
    return ()


def of_whole_arrays(working: Working) -> Slips:
    """Yield those slips of whole arrays that a single number may tell."""
    return (row for row in whole_slips(working, {}) if row[0].slip not in _TOO_MANY)


def _interval(formula: Formula, working: Working, cell: tuple[int, ...], digits: int) -> Interval:
    """Return which numbers a wrong formula may come to in a cell."""
    reads = (working.operands, as_read(working, digits))
    return honest([value_at(formula, working, read, cell) for read in reads], digits)


def value_at(
    formula: Formula, working: Working, operands: Operands, cell: tuple[int, ...]
) -> float:
    """Return what a wrong formula gives in a cell; NaN where its shape is not the result's."""
    found = computed(formula, operands)
    is_other = found is None or found.shape != working.result.shape
    return math.nan if found is None or is_other else float(found[cell])
