"""Pictures that a lesson asks for: one module for each kind, and the table of them.

In: a `Source` (a step of the walk, or what training has come to) and a wish with its options. Out:
a drawing of styled lines and plots, or the same in plain lines for who cannot see one.
Whether a lesson can have a picture was checked when its file was read; it changes no state.

Imports: values, engine, training, lesson, session, view. Outside: numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from gdtutor.lesson.model import PictureWish
from gdtutor.view.frame import Line
from gdtutor.view.lines import fitted
from gdtutor.view.pictures.boundary import boundary_picture
from gdtutor.view.pictures.contour import contour_picture
from gdtutor.view.pictures.counts import counts_picture
from gdtutor.view.pictures.curve import curve_picture
from gdtutor.view.pictures.fit import fit_picture
from gdtutor.view.pictures.seeds import seeds_picture
from gdtutor.view.pictures.slice import slice_picture
from gdtutor.view.pictures.source import Drawing, Size, Source, option, texts
from gdtutor.view.pictures.table import table_picture
from gdtutor.view.pictures.timing import timing_picture
from gdtutor.view.pictures.weights import weights_picture

PICTURES: Mapping[str, Callable[[Source, PictureWish, Size], Drawing]] = {
    "curve": curve_picture,
    "slice": slice_picture,
    "contour": contour_picture,
    "boundary": boundary_picture,
    "fit": fit_picture,
    "table": table_picture,
    "weights": weights_picture,
    "counts": counts_picture,
    "timing": timing_picture,
    "seeds": seeds_picture,
}
"""How every kind of picture is drawn."""

IN_TRAINING = ("slice", "contour", "boundary", "fit", "table", "weights")
"""Kinds that show something of the training as it goes on."""

_TITLES = {
    "curve": "activation",
    "slice": "{root} along {names}",
    "contour": "{root} over {names}",
    "boundary": "decision boundary",
    "fit": "data and prediction",
    "table": "expected and learned",
    "weights": "weights",
    "counts": "how many tries",
    "timing": "loop or together",
    "seeds": "from many starts",
}


@lru_cache(maxsize=16)
def draw(source: Source, wish: PictureWish, width: int, height: int) -> Drawing:
    """Return a picture of exactly `height` lines of `width` cells, with plots inside of them."""
    if width < 1 or height < 1:
        return Drawing(())
    drawing = PICTURES[wish.kind](source, wish, Size(width, height))
    lines = drawing.lines[:height] + ((),) * (height - len(drawing.lines))
    padded: tuple[Line, ...] = tuple(fitted(row, width, source.chars) for row in lines)
    return Drawing(padded, drawing.plots)


def title_of(source: Source, wish: PictureWish) -> str:
    """Return what a picture is called: the lesson's own title, or one made from its kind."""
    own = option(wish, "title")
    if own is not None:
        return str(own)
    names = ", ".join(source.name(text) for text in texts(wish, "along"))
    first = texts(wish, "along")[:1] or ("",)
    trace = source.trace_with(first[0].partition("[")[0])
    root = str(option(wish, "of", trace.graph.root))
    return _TITLES[wish.kind].format(root=source.name(root), names=names)


__all__ = ["IN_TRAINING", "PICTURES", "Drawing", "Source", "draw", "title_of"]
