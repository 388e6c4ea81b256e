"""How much a picture computes by itself: its runs, and its graph at many points; the bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gdtutor.engine.errors import ShapeError
from gdtutor.engine.work import forward_work
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.pictures import PICTURES
from gdtutor.lesson.steps import Steps
from gdtutor.lesson.work import MAX_PASS_CELLS, TrainingWork, pass_cells
from gdtutor.values import Struct

MAX_SECONDS = 1.0
"""About how long the runs of one picture may train before it shows."""
MAX_STARTS, MAX_STARTS_SECONDS = 256, 3600.0
"""Runs of a picture that counts starts, and about how long they may train: the worker does so,
while the picture says how far it is."""
HEADLESS_SECONDS = 60.0
"""About how long they may train where nobody is at the keys, as for a shot."""
TIMED = (10, 100, 1000)
"""Numbers of examples that are timed, where the lesson does not say."""
SEEDS = 20
"""Starts of each variant, where a picture of seeds does not say."""
PATH_STEPS = 40
"""Updates of each path that a contour overlays, where it does not say."""
SLICE_STEPS = 8
"""Updates of each path along a slice, where it does not say."""
MAX_DRAWN_CELLS = 50_000
"""Most cells of all values of a graph for one example, where a picture computes the graph at
hundreds of points."""
MAX_DRAWN_PRODUCTS = 200_000
"""Most multiplications in products of matrices there: some tenths of a second for all points."""
_OF_OWN = ("optimizers", "batches", "rates")
"""Options that overlay runs that differ from the lesson's own in one setting."""


class PictureWork(Struct, frozen=True):
    """The runs of a picture."""

    runs: int
    iterations: int
    """All runs together."""
    seconds: float
    """About how long they take."""


def overdrawn(
    pictures: Sequence[PictureWish], walks: Sequence[Steps], leaves: Sequence[str], batch: int
) -> Iterator[tuple[int, str, str]]:
    """Yield every picture whose graph is too large: its place, what is wrong, and what to do.

    Args:
        pictures: The pictures, which the lesson can give.
        walks: The walk of each scene; pictures are drawn of the last, slices of any.
        leaves: The leaves that hold the examples.
        batch: Examples in a batch.
    """
    others = [pass_cells(walk, leaves, (batch, batch)) for walk in walks[:-1]]
    for position, picture in enumerate(pictures):
        if PICTURES[picture.kind].computes_points:
            examples, bound, hint = 1, MAX_DRAWN_CELLS, "use smaller matrices"
        elif picture.kind == "timing":
            sizes = _list(dict(picture.options).get("examples")) or TIMED
            examples = max(size for size in sizes if isinstance(size, int))
            bound, hint = MAX_PASS_CELLS, "time fewer examples"
        else:
            continue
        cells = pass_cells(walks[-1], leaves, (batch, examples))
        if picture.kind == "slice":
            cells = max(cells, *others, 0)
        if cells > bound:
            count = "one example" if examples == 1 else f"{examples:,} examples"
            what = f"for {count} the values of the graph have {cells:,} cells"
            yield position, what, f"the bound of a {picture.kind} is {bound:,}: {hint}"
        elif PICTURES[picture.kind].computes_points:
            drawn = walks if picture.kind == "slice" else walks[-1:]
            products = max(_products(walk, leaves) for walk in drawn)
            if products > MAX_DRAWN_PRODUCTS:
                what = f"for one example products of matrices take {products:,} multiplications"
                hint = f"the bound of a {picture.kind} is {MAX_DRAWN_PRODUCTS:,}: {hint}"
                yield position, what, hint


def _products(walk: Steps, leaves: Sequence[str]) -> int:
    """Return the multiplications in products of matrices of a pass over one example."""
    shapes = {leaf.name: walk.shapes[leaf.name] for leaf in walk.graph.leaves}
    single = dict(shapes)
    for leaf in walk.graph.leaves:
        if leaf.name in leaves and shapes[leaf.name]:
            axis = 0 if leaf.examples_first else len(shapes[leaf.name]) - 1
            single[leaf.name] = (*shapes[leaf.name][:axis], 1, *shapes[leaf.name][axis + 1 :])
    try:
        return forward_work(walk.graph, single).products
    except ShapeError:
        # A graph that picks among the examples has no pass over one.
        return forward_work(walk.graph, shapes).products


def overworked(
    pictures: Sequence[PictureWish], own: TrainingWork, variants: Mapping[str, TrainingWork]
) -> Iterator[tuple[int, str, str]]:
    """Yield every picture whose runs take too long: its place, what is wrong, and what to do.

    Args:
        pictures: The pictures, which the lesson can give.
        own: The work of the lesson's own run.
        variants: The work of its variants' runs, by name.
    """
    for position, picture in enumerate(pictures):
        work = picture_work(picture, own, variants)
        has_starts = picture.kind == "seeds"
        most = MAX_STARTS_SECONDS if has_starts else MAX_SECONDS
        if has_starts and work.runs > MAX_STARTS:
            what = f"the picture would train {work.runs:,} runs"
            yield position, what, f"the bound is {MAX_STARTS}: use fewer seeds or variants"
        elif work.seconds > most:
            what = (
                f"the picture would train {work.runs:,} runs, {work.iterations:,} iterations "
                f"together, for about {work.seconds:,.1f} seconds"
            )
            fewer = "seeds, variants or epochs" if has_starts else "steps or paths"
            unit = "seconds" if has_starts else "second"
            yield position, what, f"the bound is {most:,.0f} {unit}: use fewer {fewer}"


def picture_work(
    picture: PictureWish, own: TrainingWork, variants: Mapping[str, TrainingWork]
) -> PictureWork:
    """Return what a picture trains by itself; nothing where it shows the learner's run alone."""
    options = dict(picture.options)
    named = _list(options.get("variants"))
    works = [variants[str(name)] for name in named if str(name) in variants]
    runs: list[tuple[TrainingWork, int]] = []
    if picture.kind == "seeds":
        count = _whole(options.get("seeds"), SEEDS)
        works = works if named else [own]
        runs = [(work, work.iterations) for work in works for _ in range(count)]
    elif picture.kind in ("contour", "slice"):
        works += [own for key in _OF_OWN for _ in _list(options.get(key))]
        if not works and picture.kind == "contour" and "steps" in options:
            # The path of the run itself, followed ahead of the walk.
            works = [variants.get(str(options.get("variant")), own)]
        otherwise = PATH_STEPS if picture.kind == "contour" else SLICE_STEPS
        runs = [(work, _whole(options.get("steps"), otherwise)) for work in works]
    seconds = sum(work.of(iterations) for work, iterations in runs) / 1e6
    return PictureWork(len(runs), sum(iterations for _, iterations in runs), seconds)


def _list(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
