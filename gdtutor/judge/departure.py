"""A name whose value departs from the walk's, and the shapes of what is shown of it."""

from __future__ import annotations

from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName
from gdtutor.judge.layout import Reading
from gdtutor.session.slips import SlipMatch
from gdtutor.values import Struct


class Departure(Struct, frozen=True, eq=False):
    """A name whose value departs from the walk's."""

    name: AskedName
    line: int
    """Of the program, from 1; 0 where no line gives the name its value."""
    slip: SlipMatch | None
    start: int
    """Which of the starts it is shown on."""
    reading: Reading | None
    """What the program has there; None where the line failed."""
    engine: Array
