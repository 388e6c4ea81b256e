"""How many of several starts end below a cost, of the lesson or of each of some variants."""

from __future__ import annotations

import math
from functools import lru_cache

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.characters import cells, padded
from gdtutor.lesson.load import with_variant
from gdtutor.lesson.model import Lesson, PictureWish
from gdtutor.lesson.picture_work import SEEDS
from gdtutor.lesson.runs import run_of
from gdtutor.values import Struct
from gdtutor.view.frame import Line, Style
from gdtutor.view.lines import line
from gdtutor.view.pictures.source import Drawing, Size, Source, option, stacked_notes, texts, whole

OWN = "this lesson"
"""What the lesson itself is called, where no variants are compared."""


class Tally(Struct, frozen=True):
    """The runs of one variant."""

    label: str
    costs: tuple[float, ...]
    """The cost over all the data at the end of each run, by seed; not finite where it diverged."""
    epochs: int

    def below(self, bound: float) -> tuple[bool, ...]:
        """Say of each run whether it ended below a cost."""
        return tuple(cost < bound for cost in self.costs)


@lru_cache(maxsize=16)
def tallies(lesson: Lesson, wish: PictureWish) -> tuple[Tally, ...]:
    """Train a lesson, or variants of it, from several seeds each.

    A seed gives the drawn parameters and the order of the examples, so that all variants begin at
    the same starts.
    """
    count = whole(wish, "seeds", SEEDS)
    found = []
    for name in texts(wish, "variants") or ("",):
        changed = with_variant(lesson, name) if name else lesson
        costs = tuple(_final_cost(changed, seed) for seed in range(count))
        epochs = changed.settings.epochs if changed.settings is not None else 0
        found.append(Tally(name or OWN, costs, epochs))
    return tuple(found)


def _final_cost(lesson: Lesson, seed: int) -> float:
    """Return the cost over all the data when a run has ended; not a number where there is none."""
    try:
        run = run_of(lesson, seed)
        run.advance()
        return run.evaluate(run.predicting(run.state(run.farthest))).cost
    except GdTutorError:
        return math.nan


def bound_of(wish: PictureWish) -> float:
    """Return the cost below which a run has to end."""
    value = option(wish, "below", 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def seeds_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return rows for each variant: a sign for every seed, and how many ended low enough."""
    bound = bound_of(wish)
    rows = tallies(source.lesson, wish)
    widest = max(cells(row.label) for row in rows)
    lines: list[Line] = []
    for row in rows:
        low = row.below(bound)
        lines.append(
            line((padded(row.label, widest), Style.CURRENT), f"  {sum(low)} of {len(low)}")
        )
        signs = "".join("#" if is_low else "." for is_low in low)
        step = max(size.width - 2, 1)
        parts = [signs[start : start + step] for start in range(0, len(signs), step)]
        lines.extend(line("  ", (part, Style.RUN_1)) for part in parts)
    notes = (
        "",
        f"One sign for each of {len(rows[0].costs)} seeds: # where the run ended with a cost below "
        f"{source.number(bound)}, . where it did not.",
        f"Each run: {rows[0].epochs} epochs.",
    )
    room = max(size.height - len(lines), 0)
    rest = stacked_notes(notes, Size(size.width, room), Style.DIM)
    return Drawing((*lines, *rest)[: size.height])


def seeds_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return how many runs of every variant end with a cost that is low enough."""
    bound = bound_of(wish)
    rows = tallies(source.lesson, wish)
    words = [
        f"{row.label}: {sum(row.below(bound))} of {len(row.costs)} starts end with a cost below "
        f"{source.number(bound)}"
        for row in rows
    ]
    return (*words, *(f"each run: {row.epochs} epochs" for row in rows[:1]))
