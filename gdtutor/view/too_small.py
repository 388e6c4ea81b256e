"""The smallest screen, and what stands on one that is smaller."""

from __future__ import annotations

from gdtutor.view.boxes import blank_frame
from gdtutor.view.frame import Frame, Segment

MINIMUM = (40, 12)
"""Columns and rows below which nothing is drawn but one line that says so."""


def is_too_small(width: int, height: int) -> bool:
    """Say whether a screen is smaller than `MINIMUM`."""
    return width < MINIMUM[0] or height < MINIMUM[1]


def too_small_frame(width: int, height: int) -> Frame:
    """Return the line that says so."""
    text = f"too small: {MINIMUM[0]}x{MINIMUM[1]} needed"[:width]
    empty = blank_frame(width, height)
    padded = (Segment(text.ljust(width)),)
    return Frame(width, height, (padded, *empty.lines[1:]) if height else ())
