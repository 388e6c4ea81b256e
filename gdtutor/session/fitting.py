"""Which slips of the table fit a wrong answer to one cell of a step."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gdtutor.session.answers import Typed
from gdtutor.session.cell_slips import Formula, wrong_formulas
from gdtutor.session.program_slips import Whole, computed, whole_slips
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.working import Operands, Working, slip_interval

MOST_FITTING = 3
"""Where more kinds of slips than this give one number, none is named."""
_TOO_MANY = frozenset(
    {Slip.OTHER_FUNCTION, Slip.OTHER_DERIVATIVE, Slip.OTHER_VALUE, Slip.STALE_CACHE}
)
"""Slips with a row for each function or value, of which one fits a single number by chance."""


def slips_that_fit(
    working: Working, cell: tuple[int, ...], answer: Typed, digits: int
) -> tuple[SlipMatch, ...]:
    """Return every slip that gives this answer, none where they cannot be told apart.

    A slip that the right value itself allows, or that gives 0, says nothing. Those of whole arrays
    are looked through where none of one cell fits.
    """
    right = working.interval(cell, digits)
    for rows in (wrong_formulas(working, cell), _of_whole_arrays(working, cell)):
        fits: dict[SlipMatch, None] = {}
        for fit, formula in rows:
            wrong = slip_interval(formula, working.operands, digits)
            is_telling = math.isfinite(wrong.low) and not (wrong.low <= 0 <= wrong.high)
            if is_telling and wrong.accepts(answer) and not wrong.overlaps(right):
                fits[fit] = None
        if fits:
            return tuple(fits) if len({fit.slip for fit in fits}) <= MOST_FITTING else ()
    return ()


def _of_whole_arrays(
    working: Working, cell: tuple[int, ...]
) -> Iterator[tuple[SlipMatch, Formula]]:
    """Yield a cell of what slips of whole arrays give, where the shape is the result's."""
    for fit, whole in whole_slips(working, {}):
        if fit.slip not in _TOO_MANY:
            yield fit, _at_cell(whole, working.result.shape, cell)


def _at_cell(whole: Whole, shape: tuple[int, ...], cell: tuple[int, ...]) -> Formula:
    def formula(o: Operands) -> float:
        found = computed(whole, o)
        return math.nan if found is None or found.shape != shape else float(found[cell])

    return formula
