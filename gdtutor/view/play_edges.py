"""The weights of a playground: a glyph before the neuron for each, and lines between the layers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.session.state import Focus, Play
from gdtutor.values import Struct
from gdtutor.view.frame import Chars, Line, Lines, Segment, Style
from gdtutor.view.lines import merged

MOST_WEIGHTS = 8
"""Weights that a strip shows; of more the first ones."""
STRONG, WEAK = 0.6, 0.15
"""Parts of the largest weight of a layer, from which a weight counts as strong, and below which
as weak."""
MOST_EDGES = 36
"""Weights of two layers that are all drawn; of more the strong ones."""
DASH = 3
"""Dots of a dash, and of a gap between two."""
CHOSEN = 3
"""The strength of the chosen one's line."""
BRAILLE = 0x2800
DOTS = np.array([(0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)])
"""Bits of a Braille cell, by column and row."""


def _strengths(weights: Array) -> Array:
    """Return 0 for each weak weight of a layer, 1 for a plain and 2 for a strong one."""
    with np.errstate(invalid="ignore"):
        share = np.abs(weights) / (float(np.abs(weights).max()) or 1.0)
    return (share >= WEAK).astype(int) + (share >= STRONG)


def weight_glyphs(weights: Array, neuron: int, chars: Chars) -> list[Segment]:
    """Return a glyph for each weight that arrives at a neuron: its sign, and how strong it is."""
    above, below = ("·+⊕", "·−⊖") if chars.unicode else (".+P", ".-N")
    own, strengths = weights[neuron].tolist(), _strengths(weights)[neuron].tolist()
    return [
        Segment(above[strength], Style.POSITIVE)
        if weight > 0
        else Segment(below[strength], Style.NEGATIVE)
        for weight, strength in zip(own, strengths, strict=True)
    ]


def weight_strip(weights: Array, neuron: int, chosen: int | None, chars: Chars) -> Line:
    """Return the glyphs before a neuron, as many as have room; the chosen one is marked."""
    glyphs = weight_glyphs(weights, neuron, chars)
    if chosen is not None:
        glyphs[chosen] = glyphs[chosen]._replace(style=Style.CURRENT)
    cut = (Segment(chars.cut_mark, Style.DIM),)
    is_long = len(glyphs) > MOST_WEIGHTS
    return (*glyphs[: MOST_WEIGHTS - 1], *cut) if is_long else tuple(glyphs)


class Between(Struct, frozen=True):
    """Where the lines between two layers begin and end, in rows of a box of cells; below 0 at a
    neuron that is not drawn."""

    columns: int
    rows: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def chosen_edge(play: Play, layer: int) -> tuple[int, int] | None:
    """Return the neuron and the place of the chosen weight, where it arrives at this layer."""
    if play.edge is None or layer != play.layer:
        return None
    return play.neuron, play.edge


def edge_levels(play: Play, layer: int, weights: Array) -> tuple[tuple[int, ...], ...]:
    """Return how strong the line of each weight is: 0 for none, 1, or 2; below 0 a negative one's.

    While the arrows act on the network, those that arrive at the chosen neuron are alone before its
    layer.
    """
    strength = _strengths(weights)
    if layer == play.layer and play.focus is Focus.NETWORK:
        strength[np.arange(len(weights)) != play.neuron] = 0
    elif weights.size > MOST_EDGES:
        strength[strength < 2] = 0
    if chosen := chosen_edge(play, layer):
        strength[chosen] = max(strength[chosen], 1)
    signed = np.where(weights < 0, -strength, strength)
    return tuple(tuple(row) for row in signed.tolist())


@lru_cache(maxsize=16)
def edge_lines(
    levels: tuple[tuple[int, ...], ...], between: Between, chosen: tuple[int, int] | None
) -> Lines:
    """Return the weights between two layers as lines of dots, negative ones dashed.

    Args:
        levels: As `edge_levels` has them, by neuron and by the neuron before it.
        between: Where the lines begin and end.
        chosen: The neuron and the place of the weight that is marked.
    """
    bits = np.zeros((between.rows, between.columns), dtype=int)
    styles = np.full(bits.shape, Style.DIM, dtype=object)
    order = [(abs(level), i, j) for i, row in enumerate(levels) for j, level in enumerate(row)]
    # What is strong lies above what is not, the chosen one above all.
    for strength, i, j in sorted((*order, *([(CHOSEN, *chosen)] if chosen else []))):
        if not strength or min(between.starts[j], between.ends[i]) < 0:
            continue
        is_negative = levels[i][j] < 0
        start, end = 4 * between.starts[j] + 1, 4 * between.ends[i] + 1
        steps = max(abs(end - start) + 1, 2 * between.columns)
        drawn = np.arange(steps)
        if is_negative:
            drawn = drawn[drawn // DASH % 2 == 0]
        xs = np.linspace(0, 2 * between.columns - 1, steps).round().astype(int)[drawn]
        ys = np.linspace(start, end, steps).round().astype(int)[drawn]
        style = Style.NEGATIVE if is_negative else Style.POSITIVE
        for below in range(max(abs(levels[i][j]), 1)):
            cells = (ys + below) // 4, xs // 2
            np.bitwise_or.at(bits, cells, DOTS[xs % 2, (ys + below) % 4])
            styles[cells] = Style.CURRENT if strength == CHOSEN else style
    glyphs = [[chr(BRAILLE + bit) if bit else " " for bit in row] for row in bits.tolist()]
    if chosen:
        glyphs[between.starts[chosen[1]]][0] = glyphs[between.ends[chosen[0]]][-1] = "▶"
    return tuple(
        merged(zip(row, own, strict=True)) for row, own in zip(glyphs, styles.tolist(), strict=True)
    )
