"""The cost along one parameter: its picture, and in plain lines."""

from __future__ import annotations

import numpy as np

from gdtutor.lesson.model import PictureWish
from gdtutor.view.notation import plural
from gdtutor.view.pictures.cost_function import span_words
from gdtutor.view.pictures.field import Axis
from gdtutor.view.pictures.paths import Trail
from gdtutor.view.pictures.slice_plot import Slice, outside, slice_of, slice_picture, wanted_name
from gdtutor.view.pictures.source import PictureKind, Source

LISTED = 12
"""Steps up to which each is told."""


def slice_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return the curve's ends and its lowest point, where we are, the slope, and the steps."""
    found = slice_of(source, wish)
    name, wanted = source.name(found.cell.text), wanted_name(source, found)
    ys = np.array(found.ys)
    words = [f"{wanted} along {span_words(source, Axis(name, *found.x_range))}"]
    if np.isfinite(ys).any():
        low = int(np.nanargmin(np.where(np.isfinite(ys), ys, np.nan)))
        words[0] += (
            f": {source.number(ys[0], 3)} at the left end, {source.number(ys[-1], 3)} at the "
            f"right, lowest {source.number(ys[low], 3)} at {source.number(found.xs[low], 3)}"
        )
    (x, y), slope = found.here, found.slope
    sloped = "" if slope is None else f", slope {source.number(slope)}"
    words.append(f"now: {name} {source.number(x)}, {wanted} {source.number(y)}{sloped}")
    if found.after is not None:
        x, y = found.after
        words.append(f"after the update: {name} {source.number(x)}, {wanted} {source.number(y)}")
    words += [_steps(source, found, trail, name) for trail in found.trails]
    return (*words, found.note) if found.note else tuple(words)


def _steps(source: Source, found: Slice, trail: Trail, name: str) -> str:
    """Return the steps before, or those of another rate; where they leave the picture."""
    if trail.why:
        return f"{trail.label}: none: {trail.why}"
    count, values = len(trail.xs), [source.number(x, 3) for x in trail.xs]
    if count > LISTED:
        values[LISTED // 2 : -LISTED // 2] = [f"({count - LISTED} left out)"]
    at = ", ".join(values)
    out, told = outside(found, trail), ""
    if not trail.label:
        told = f"; {len(out)} outside" if out else ""
        return f"{count} {plural(count, 'step')} before: {name} {at}{told}"
    if out:
        comes_back = out[-1] < count - 1
        when = f"first outside at step {out[0]}" if comes_back else f"outside from step {out[0]} on"
        told = f"; {when}, at {source.number(trail.xs[out[0]], 3)}"
    return f"{trail.label}, {count - 1} {plural(count - 1, 'step')}: {name} {at}{told}"


PICTURE = PictureKind(slice_picture, slice_words, "{root} along {names}")
