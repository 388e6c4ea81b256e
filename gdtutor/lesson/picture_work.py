"""Runs that a picture trains by itself, and the bound on what they may take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.work import TrainingWork

MAX_SECONDS = 1.0
"""About how long the runs of one picture may train before it shows."""
SEEDS = 20
"""Starts of each variant, where a picture of seeds does not say."""
PATH_STEPS = 40
"""Updates of each path that a contour overlays, where it does not say."""
SLICE_STEPS = 8
"""Updates of each path along a slice, where it does not say."""
_OF_OWN = ("optimizers", "batches", "rates")
"""Options that overlay runs that differ from the lesson's own in one setting."""


@dataclass(frozen=True, slots=True)
class PictureWork:
    """The runs of a picture."""

    runs: int
    iterations: int
    """All runs together."""
    seconds: float
    """About how long they take."""


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
        if work.seconds > MAX_SECONDS:
            what = (
                f"the picture would train {work.runs:,} runs, {work.iterations:,} iterations "
                f"together, for about {work.seconds:,.1f} seconds"
            )
            fewer = "seeds, variants or epochs" if picture.kind == "seeds" else "steps or paths"
            yield position, what, f"the bound is {MAX_SECONDS:.0f} second: use fewer {fewer}"


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
        runs = [(work, work.iterations) for work in works for _ in range(count)]
    elif picture.kind in ("contour", "slice"):
        works += [own for key in _OF_OWN for _ in _list(options.get(key))]
        if not works and picture.kind == "contour" and "steps" in options:
            # The path of the run itself, followed ahead of the walk.
            works = [variants.get(str(options.get("variant")), own)]
        otherwise = PATH_STEPS if picture.kind == "contour" else SLICE_STEPS
        runs = [(work, _whole(options.get("steps"), otherwise)) for work in works]
    return PictureWork(
        len(runs),
        sum(iterations for _, iterations in runs),
        sum(work.of(iterations) for work, iterations in runs) / 1e6,
    )


def _list(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
