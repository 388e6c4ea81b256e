"""The table of exercises, which is `exercises.toml`: formulas, what is drawn for their names, and
what is asked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gdtutor.session.slips import Slip
from gdtutor.values import Struct, field

KINDS: Mapping[str, str] = {
    "forward": "the value of a line",
    "local": "a local gradient",
    "contribution": "local gradient times upstream gradient",
    "sum": "the gradient of what is used twice",
    "shape": "the shape of a product or a gradient",
    "update": "a parameter after its update",
    "softmax": "shares, and their gradient",
    "product": "a cell of a matrix product",
}
"""Every kind of exercise, with what it asks for."""

MOST_LEVEL = 3

NUMBERS: Mapping[str, tuple[float, ...]] = {
    "whole": tuple(float(n) for n in range(-9, 10) if n),
    "small": tuple(float(n) for n in range(-4, 6) if n),
    "half": tuple(n / 2 for n in range(-9, 10) if n),
    "tenth": tuple(n / 10 for n in range(-15, 16) if n),
    "share": tuple(n / 10 for n in range(1, 10)),
    "target": (0.0, 1.0),
    "rate": (0.1, 0.2, 0.5, 0.01),
    "keep": (0.9, 0.5, 0.8),
    "count": tuple(float(n) for n in range(1, 13)),
}
"""What is drawn from."""


class Template(Struct, frozen=True, forbid_unknown_fields=True):
    """One row: an exercise but for its numbers."""

    kind: str
    level: int
    """From 1, the easiest, to `MOST_LEVEL`."""
    lines: tuple[str, ...]
    """Formulas in the grammar of lessons; the last one is the root."""
    draws: Mapping[str, str]
    """By given name, a key of `NUMBERS`, with a shape where it is a matrix: `small 2x3`."""
    node: str
    """The line or the parameter that is asked about."""
    asks: str = "value"
    """value, gradient, local, update or shape."""
    shown: int = 0
    """How many of the lines are shown; all of them where 0."""
    called: Mapping[str, str] = field(default_factory=dict)
    """How a given name is written, where not as itself: an upstream gradient is `dL/dz`."""
    question: str = ""
    slips: tuple[tuple[Slip, str, str], ...] = ()
    """Wrong formulas of this row alone, each with what it is about, beside the table of slips."""


_ROWS = tomllib.loads(Path(__file__).with_name("exercises.toml").read_text(encoding="utf-8"))
TEMPLATES = msgspec.convert(_ROWS["exercise"], tuple[Template, ...])
"""Every row, as `exercises.toml` has it."""
