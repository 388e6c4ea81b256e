"""How many of several starts end below a cost, of the lesson or of each of some variants."""

from __future__ import annotations

from gdtutor.engine.characters import cells, padded
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.work import SEEDS
from gdtutor.session.state import Status, Trial
from gdtutor.values import Struct
from gdtutor.view.frame import Line, Size, Style
from gdtutor.view.lines import line
from gdtutor.view.notation import exact
from gdtutor.view.pictures.source import Drawing, PictureKind, Source, stacked_notes

OWN = "this lesson"
"""What the lesson itself is called, where no variants are compared."""
_SIGNS = {True: "#", False: ".", None: "?"}


class Tally(Struct, frozen=True):
    """The runs of one variant."""

    label: str
    ends: tuple[float | None, ...]
    """The cost over all the data at the end of each run, by seed: not finite where it diverged,
    None where it has not come to its end."""
    epochs: int

    def below(self, bound: float) -> tuple[bool | None, ...]:
        """Say of each run that has ended whether it did so below a cost."""
        return tuple(None if end is None else end < bound for end in self.ends)

    def counted(self, bound: float) -> str:
        """Return how many ended so, of how many."""
        low = [is_low for is_low in self.below(bound) if is_low is not None]
        if None not in self.ends:
            return f"{sum(low)} of {len(low)}"
        return f"{sum(low)} of {len(low)} so far" if low else "none so far"


def tallies(trial: Trial | None) -> tuple[Tally, ...]:
    """Return what the runs of a picture have come to, variant by variant."""
    if trial is None or _is_untried(trial):
        return ()
    names, members = trial.wish.texts("variants") or (OWN,), trial.sweep.members
    count = len(members) // len(names)
    return tuple(
        Tally(name, trial.ends[first : first + count], members[first].settings.epochs)
        for name, first in zip(names, range(0, len(members), count), strict=True)
    )


def seeds_picture(source: Source, wish: PictureWish, size: Size) -> Drawing:
    """Return rows for each variant: a sign for every seed, and how many ended low enough."""
    bound, rows = wish.real("below", 0.0), tallies(source.trial_of(wish))
    widest = max((cells(row.label) for row in rows), default=0)
    lines: list[Line] = list(stacked_notes(_progress(source, wish), size, Style.CURRENT))
    for row in rows:
        label = padded(row.label, widest)
        lines.append(line((label, Style.CURRENT), f"  {row.counted(bound)}"))
        signs = "".join(map(_SIGNS.__getitem__, row.below(bound)))
        step = max(size.width - 2, 1)
        parts = [signs[start : start + step] for start in range(0, len(signs), step)]
        lines.extend(line("  ", (part, Style.RUN_1)) for part in parts)
    legend = (
        f"Seeds 0 to {len(row.ends) - 1}, a sign each: # where the run ended "
        f"with a cost below {exact(bound)}, . where it did not."
        + (" ? where it goes on." if None in row.ends else "")
        for row in rows[:1]
    )
    room = Size(size.width, max(size.height - len(lines), 0))
    rest = stacked_notes(("", *legend, *_notes(source, wish, rows)), room, Style.DIM)
    return Drawing((*lines, *rest)[: size.height])


def seeds_words(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return how many runs of every variant end with a cost that is low enough."""
    bound, rows = wish.real("below", 0.0), tallies(source.trial_of(wish))
    words = [
        f"{row.label}: {row.counted(bound)}{'' if None in row.ends else ' starts'} end with a cost "
        f"below {exact(bound)}"
        for row in rows
    ]
    return (*_progress(source, wish), *words, *_notes(source, wish, rows))


def _is_untried(trial: Trial) -> bool:
    return trial.status is Status.FINISHED and not trial.done


def _progress(source: Source, wish: PictureWish) -> tuple[str, ...]:
    """Return how far the runs are; nothing once all have ended."""
    trial = source.trial_of(wish)
    if trial is None or _is_untried(trial):
        count = wish.whole("seeds", SEEDS) * max(len(wish.texts("variants")), 1)
        return (f"{count} starts are trained for this picture where a step or the key f shows it.",)
    runs = f"{trial.ended} of {len(trial.ends)} starts"
    if trial.ended == len(trial.ends):
        return ()
    match trial.status:
        case Status.RUNNING:
            return (f"Training: {runs}, {trial.done:,} of {trial.sweep.epochs[1]:,} epochs.",)
        case Status.FINISHED:
            return (f"Training has ended after {runs}.",)
        case _:
            return (f"{runs} are trained; the others wait until other training rests.",)


def _notes(source: Source, wish: PictureWish, rows: tuple[Tally, ...]) -> tuple[str, ...]:
    """Return how long the runs are, and which of the learner's changes they have."""
    trial = source.trial_of(wish)
    made = () if trial is None else trial.changes
    notes = [f"Each run: {row.epochs:,} epochs." for row in rows[:1]]
    if rows and made:
        notes.append(f"With your changes: {', '.join(change.text() for change in made)}.")
    if rows and len(source.changes) > len(made):
        what = "changes on the way" if made else "changes"
        notes.append(f"Without your {what}: all begin at iteration 0 as the lesson has it.")
    return tuple(notes)


PICTURE = PictureKind(seeds_picture, seeds_words, "from many starts")
