"""Pictures that a lesson asks for: one module for each kind, and the table of them.

In: a `Source` (a step of the walk, or what training has come to) and a wish with its options. Out:
a drawing of styled lines and plots, or the same in plain lines for who cannot see one,
from the same facts.
Whether a lesson can have a picture was checked when its file was read; it changes no state.

Imports: values, engine, training, lesson, session, view. Outside: numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from gdtutor.lesson.model import PictureWish
from gdtutor.values import Struct
from gdtutor.view.frame import Lines, Size
from gdtutor.view.lines import fitted
from gdtutor.view.pictures.boundary import boundary_picture, boundary_words
from gdtutor.view.pictures.contour import contour_picture
from gdtutor.view.pictures.cost_words import contour_words, slice_words
from gdtutor.view.pictures.counts import counts_picture, counts_words
from gdtutor.view.pictures.curve import curve_picture, curve_words
from gdtutor.view.pictures.fit import fit_picture, fit_words
from gdtutor.view.pictures.histogram import histogram_picture, histogram_words
from gdtutor.view.pictures.seeds import seeds_picture, seeds_words
from gdtutor.view.pictures.slice import slice_picture
from gdtutor.view.pictures.source import Drawing, Source, option, texts
from gdtutor.view.pictures.space import seen_of, space_picture, space_words
from gdtutor.view.pictures.table import table_picture, table_words
from gdtutor.view.pictures.timing import timing_picture, timing_words
from gdtutor.view.pictures.weights import weights_picture, weights_words


class PictureKind(Struct, frozen=True):
    """A row of the table: how a kind of picture is drawn, and told where it cannot be drawn."""

    draw: Callable[[Source, PictureWish, Size], Drawing]
    tell: Callable[[Source, PictureWish], tuple[str, ...]]
    """The same facts in plain lines, one a line, with nothing drawn."""
    title: str
    """With `{root}` for the line that is shown, and `{names}` for what it goes along."""


PICTURES: Mapping[str, PictureKind] = {
    "curve": PictureKind(curve_picture, curve_words, "activation"),
    "slice": PictureKind(slice_picture, slice_words, "{root} along {names}"),
    "contour": PictureKind(contour_picture, contour_words, "{root} over {names}"),
    "boundary": PictureKind(boundary_picture, boundary_words, "decision boundary"),
    "space": PictureKind(space_picture, space_words, "examples over {names}"),
    "fit": PictureKind(fit_picture, fit_words, "data and prediction"),
    "table": PictureKind(table_picture, table_words, "expected and learned"),
    "weights": PictureKind(weights_picture, weights_words, "weights"),
    "histogram": PictureKind(histogram_picture, histogram_words, "how large"),
    "counts": PictureKind(counts_picture, counts_words, "how many tries"),
    "timing": PictureKind(timing_picture, timing_words, "loop or together"),
    "seeds": PictureKind(seeds_picture, seeds_words, "from many starts"),
}
"""Every kind of picture."""


@lru_cache(maxsize=16)
def draw(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return a picture that fills a size exactly, with plots inside of it."""
    if size.width < 1 or size.height < 1:
        return Drawing(())
    drawing = PICTURES[wish.kind].draw(source, wish, size)
    lines = drawing.lines[: size.height] + ((),) * (size.height - len(drawing.lines))
    padded: Lines = tuple(fitted(row, size.width, source.chars) for row in lines)
    return Drawing(padded, drawing.plots)


def told(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return what a picture shows, a fact a line, with nothing drawn."""
    return PICTURES[wish.kind].tell(source, wish)


def title_of(source: Source, wish: PictureWish) -> str:
    """Return what a picture is called: the lesson's own title, or one made from its kind."""
    own = option(wish, "title")
    if own is not None:
        return str(own)
    title = "values above a level" if "level" in dict(wish.options) else PICTURES[wish.kind].title
    if "{" not in title:
        return title
    along = [source.name(text) for text in texts(wish, "along")]
    if wish.kind == "space":
        along = [seen.label for seen in seen_of(source, wish)]
    names = ", ".join(along)
    first = texts(wish, "along")[:1] or ("",)
    trace = source.trace_with(first[0].partition("[")[0])
    root = str(option(wish, "of", trace.graph.root))
    return title.format(root=source.name(root), names=names)


__all__ = ["PICTURES", "Drawing", "Source", "draw", "title_of", "told"]
