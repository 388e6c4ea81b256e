"""Arrays as JSON data: nested lists of full float64, and words for what JSON has no number for."""

from __future__ import annotations

import math

import numpy as np

from gdtutor.engine.operations import Array

Json = object


def plain(array: Array) -> Json:
    """Return an array as nested lists of floats; NaN and infinities as a word."""
    return _plain(np.asarray(array).tolist())


def _plain(value: object) -> Json:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
