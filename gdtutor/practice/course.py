"""Which exercise comes next: the level follows the answers, and a slip made thrice comes back."""

from __future__ import annotations

from collections.abc import Sequence

from gdtutor.practice.templates import MOST_LEVEL
from gdtutor.values import Struct

THRICE = 3
"""How often a slip is made before exercises of its kind come, and how many of them."""
_WINDOW = 2 * THRICE
"""Answers of a kind after which a slip is forgotten; not every exercise of it lets it be made."""


class PastAnswer(Struct, frozen=True):
    """One answer of the past."""

    kind: str
    is_right: bool
    slip: str = ""
    """What the slip is called; empty where none fitted."""


def level_of(kind: str, past: Sequence[PastAnswer]) -> int:
    """Return the level of a kind: two right ones in a row raise it, a wrong one lowers it."""
    level, row = 1, 0
    for one in past:
        if one.kind != kind:
            continue
        row = row + 1 if one.is_right else 0
        if not one.is_right:
            level = max(1, level - 1)
        elif row == 2:
            level, row = min(MOST_LEVEL, level + 1), 0
    return level


def next_kind(kinds: Sequence[str], past: Sequence[PastAnswer]) -> str:
    """Return the kind of the next exercise.

    A slip that was made thrice brings three exercises of the kind in which it was made last; else
    the kinds come in turn.
    """
    owed = slip_owed(past)
    if owed is not None and owed.kind in kinds:
        return owed.kind
    return kinds[len(past) % len(kinds)]


def slip_owed(past: Sequence[PastAnswer]) -> PastAnswer | None:
    """Return the answer that made a slip for the third time, while its exercises are not done."""
    made: dict[str, list[int]] = {}
    trigger: int | None = None
    for index, one in enumerate(past):
        if not one.slip or (trigger is not None and index - trigger <= THRICE):
            continue
        turns = [place for place in range(index + 1) if past[place].kind == one.kind]
        since = turns[-_WINDOW:][0]
        made[one.slip] = [at for at in made.get(one.slip, []) if at >= since] + [index]
        if len(made[one.slip]) == THRICE:
            trigger = index
            made.clear()
    if trigger is not None and len(past) - 1 - trigger < THRICE:
        return past[trigger]
    return None
