"""Pictures that a lesson asks for: kinds and options, read from the front matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from gdtutor.engine.characters import cells
from gdtutor.engine.errors import did_you_mean
from gdtutor.lesson import picture_checks, prediction_checks
from gdtutor.lesson.mistakes import Mistake, Mistakes, Wrong, collected, located
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.picture_scope import PictureScope
from gdtutor.lesson.readers import Reader, either, flag, line, list_of, number, one_of, whole
from gdtutor.lesson.reports import shown
from gdtutor.lesson.toml_text import Path
from gdtutor.training.optimisers import OPTIMISERS
from gdtutor.values import Struct

MAX_OVERLAID = 6
"""Most paths that one picture overlays."""
MAX_SLICE_STEPS = 200
"""Most updates that a slice draws."""
MAX_PATH_STEPS = 2_000
"""Most updates that a path on a contour draws."""
MAX_SEEDS = 100
"""Most starts that are tried of each variant."""
MAX_TIMED = 10_000
"""Most examples that are timed."""

MAX_BINS = 50
"""Most stretches of a histogram."""

WALK_TITLE = 32
"""Longest title that the walk shows whole at 80×24, in cells."""
WALK_PLACE = 4
"""Cells that the number of a picture takes beside its title, as ` 2/3`, where there are several."""
TRAIN_TITLE = 24
"""Longest title that training shows whole at 80×24, in cells."""

_NAMES = list_of(line(64, 1), 16)
_RANGE = list_of(number(), 2)
_RATES = list_of(number(above=0), MAX_OVERLAID)
_OVER = one_of(("batch", "all"), "choice of examples")

_COMMON: Mapping[str, Reader] = {"title": line(40, 1), "at": _NAMES, "show": flag}


class PictureRules(Struct, frozen=True):
    """A row of the table: what a lesson may ask of a kind of picture, and where it stands."""

    options: Mapping[str, Reader]
    check: Callable[[PictureWish, PictureScope], None]
    """Raises `Wrong` where the lesson cannot give it."""
    computes_points: bool = False
    """Whether it computes the graph at hundreds of points, for one example at each."""
    in_training: bool = False
    """Whether it shows something of the training as it goes on, and stands beside it."""
    of_predictions: bool = False
    """Whether it shows what the trained graph says: it belongs to that, the last one, unless it
    names steps of another."""


_RANGES: Mapping[str, Reader] = {"range": _RANGE, "range2": _RANGE}

PICTURES: Mapping[str, PictureRules] = {
    "curve": PictureRules(
            {"functions": _NAMES, "node": line(64, 1), "range": _RANGE, "derivative": flag},
            picture_checks.check_curve),
    "slice": PictureRules(
            {"along": _NAMES, "range": _RANGE, "rates": _RATES, "steps": whole(1, MAX_SLICE_STEPS),
             "over": _OVER, "of": line(64, 1)},
            picture_checks.check_slice, computes_points=True, in_training=True),
    "contour": PictureRules(
            {"along": _NAMES, **_RANGES, "variant": line(64, 1), "variants": _NAMES,
             "optimizers": list_of(one_of(OPTIMISERS, "optimizer"), MAX_OVERLAID),
             "batches": list_of(either(whole(1, 10**6), "full"), MAX_OVERLAID),
             "rates": _RATES, "steps": whole(1, MAX_PATH_STEPS), "over": _OVER},
            picture_checks.check_contour, computes_points=True, in_training=True),
    "boundary": PictureRules(
            {"of": line(64, 1), "hidden": flag, "lines": flag, "level": number(-1e300), **_RANGES},
            prediction_checks.check_boundary,
            computes_points=True, in_training=True, of_predictions=True),
    "space": PictureRules({"along": _NAMES, **_RANGES}, prediction_checks.check_space,
            computes_points=True, in_training=True, of_predictions=True),
    "fit": PictureRules({"of": line(64, 1), **_RANGES}, prediction_checks.check_fit,
            computes_points=True, in_training=True, of_predictions=True),
    "table": PictureRules({"digits": whole(1, 17)}, prediction_checks.check_table,
            in_training=True, of_predictions=True),
    "weights": PictureRules({"of": _NAMES}, picture_checks.check_weights, in_training=True),
    "histogram": PictureRules({"of": _NAMES, "bins": whole(1, MAX_BINS)},
            picture_checks.check_values, in_training=True),
    "counts": PictureRules(
            {"values": list_of(whole(2, 10**9), 6), "weights": list_of(whole(1, 10**6), 12),
             "per_second": number(above=0)},
            lambda wish, scope: None),
    "timing": PictureRules({"examples": list_of(whole(1, MAX_TIMED), 5)},
            picture_checks.check_timing),
    "seeds": PictureRules(
            {"variants": _NAMES, "seeds": whole(2, MAX_SEEDS), "below": number(above=0)},
            picture_checks.check_seeds, of_predictions=True),
}  # fmt: skip
"""Every kind of picture; `_COMMON` are the options of all kinds."""


HIDDEN_ALONE = "hidden alone"
"""The option of a picture that the program adds; no key of a file has a blank."""


def of_hidden(pictures: tuple[PictureWish, ...]) -> tuple[PictureWish, ...]:
    """Return the picture of the hidden neurons alone that one with `hidden` calls for.

    It comes last, so that every other keeps the place that it has in the file.
    """
    added = ((HIDDEN_ALONE, True), ("title", "hidden neurons"))
    return tuple(
        PictureWish("boundary", (*added, *(o for o in one.options if o[0] in ("range", "range2"))))
        for one in pictures
        if one.kind == "boundary" and one.is_set("hidden")
    )


def read_pictures(
    tables: Sequence[Mapping[str, object]], scope: PictureScope, mistakes: Mistakes
) -> tuple[PictureWish, ...]:
    """Return the pictures of a lesson; those that it cannot give are reported.

    Args:
        tables: The `[[pictures]]` tables.
        scope: What the lesson has to draw from.
        mistakes: Mistakes to add to.
    """
    pictures = []
    for position, table in enumerate(tables):
        path: Path = ("pictures", position)
        found = len(mistakes)
        with collected(mistakes, *path):
            picture = _picture(table, path, mistakes)
            if len(mistakes) == found:
                picture_checks.check_options(picture, scope)
                PICTURES[picture.kind].check(picture, scope)
                mistakes += _clipped(picture, path, is_alone=len(tables) == 1)
            pictures.append(picture)
    return tuple(pictures)


def _clipped(picture: PictureWish, path: Path, *, is_alone: bool) -> Iterator[Mistake]:
    """Yield a warning where the walk cuts a picture's title at 80×24."""
    title = str(picture.option("title", ""))
    room = WALK_TITLE - (0 if is_alone else WALK_PLACE)
    if cells(title) > room:
        # Of a title in wide characters the cells are told, since they are what runs out.
        unit = "characters" if cells(title) == len(title) else "cells"
        what = f"the title has {cells(title)} {unit}, of which the walk shows {room} at 80x24"
        yield Mistake((*path, "title"), "clipped", what, "shorten it")


def _picture(table: Mapping[str, object], path: Path, mistakes: Mistakes) -> PictureWish:
    if "kind" not in table:
        raise Wrong("missing-key", "the picture has no kind", 'write kind = "curve"')
    with located("kind"):
        kind = one_of(PICTURES, "picture")(table["kind"], path, mistakes)
    known = {**PICTURES[kind].options, **_COMMON}
    options: list[tuple[str, object]] = []
    for name, value in table.items():
        if name == "kind":
            continue
        if name not in known:
            hint = did_you_mean(name, known) or f"a {kind} has {', '.join(known)}"
            raise Wrong("unknown-key", f"unknown key '{shown(name)}'", hint, (name, "="))
        wanted = [value] if isinstance(value, str) and known[name] is _NAMES else value
        with located(name):
            options.append((name, known[name](wanted, (*path, name), mistakes)))
    return PictureWish(kind, tuple(options))
