"""Pictures that a lesson asks for: one module for each kind that `lesson/pictures.py` lists.

In: a `Source` (a step of the walk, or what training has come to) and a wish with its options. Out:
a drawing of styled lines and plots, or the same in plain lines for who cannot see one,
from the same facts.
Whether a lesson can have a picture was checked when its file was read; it changes no state.

Imports: values, engine, training, lesson, session, view. Outside: numpy.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.model import PictureWish
from gdtutor.values import replace
from gdtutor.view.frame import Lines, Size, Style
from gdtutor.view.lines import fitted, wrapped
from gdtutor.view.pictures.plot_words import TOLD, line_texts
from gdtutor.view.pictures.source import Drawing, PictureKind, Source


@cache
def kind_of(name: str) -> PictureKind:
    """Return a kind of picture: what the module that is called as it is has as its `PICTURE`."""
    kind: PictureKind = import_module(f"gdtutor.view.pictures.{name}").PICTURE
    return kind


def draw(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return a picture that fills a size exactly, with plots inside of it."""
    stands = kind_of(wish.kind).stands_still
    return drawn(replace(source, step=None, example=0, cell=None) if stands else source, wish, size)


@lru_cache(maxsize=16)
def drawn(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return a picture; the last few are kept, for a walk stays in an iteration for many keys."""
    if size.width < 1 or size.height < 1:
        return Drawing(())
    try:
        drawing = kind_of(wish.kind).draw(source, wish, size)
    except GdTutorError as why:
        drawing = Drawing(wrapped(str(why), size.width, Style.DIM))
    lines = drawing.lines[: size.height] + ((),) * (size.height - len(drawing.lines))
    padded: Lines = tuple(fitted(row, size.width, source.chars) for row in lines)
    return Drawing(padded, drawing.plots)


def told(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return what a picture shows, a fact a line, with nothing drawn."""
    kind = kind_of(wish.kind)
    try:
        if kind.tell is None:
            return line_texts(kind.draw(source, wish, TOLD).lines)
        return kind.tell(source, wish)
    except GdTutorError as why:
        return (str(why),)


def title_of(source: Source, wish: PictureWish) -> str:
    """Return what a picture is called: the lesson's own title, or one made from its kind."""
    own = wish.option("title")
    if own is not None:
        return str(own)
    title = "values above a level" if wish.option("level") is not None else kind_of(wish.kind).title
    if "{" not in title:
        return title
    names = ", ".join(kind_of(wish.kind).names(source, wish))
    first = wish.texts("along")[:1] or ("",)
    trace = source.trace_with(first[0].partition("[")[0])
    root = str(wish.option("of", trace.graph.root))
    return title.format(root=source.name(root), names=names)


__all__ = ["Drawing", "Source", "draw", "kind_of", "title_of", "told"]
