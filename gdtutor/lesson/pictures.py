"""Pictures that a lesson asks for: kinds, options, and whether the lesson can give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.shapes import Shape
from gdtutor.lesson.model import PictureWish
from gdtutor.lesson.readers import Mistake, Reader, Wrong, line, list_of, number, one_of, whole
from gdtutor.lesson.reports import shown
from gdtutor.lesson.selectors import SelectorError, parse_cell
from gdtutor.lesson.toml_text import Path

_NAMES = list_of(line(64, 1), 16)
_RANGE = list_of(number(-1e300), 2)

PICTURES: Mapping[str, Mapping[str, Reader]] = {
    "curve": {"of": _NAMES, "range": _RANGE},
    "slice": {"along": _NAMES, "range": _RANGE, "rates": list_of(number(0), 8)},
    "contour": {"along": _NAMES, "range": _RANGE, "variants": _NAMES},
    "boundary": {"of": _NAMES, "range": _RANGE},
    "table": {"digits": whole(1, 17)},
    "weights": {"of": _NAMES},
}
"""Every kind of picture, with its options. `along` names parameters, or cells as W1[0,1]."""

_ALONG = {"slice": 1, "contour": 2}
_ALONG_WORDS = {
    "slice": ("one parameter", 'write along = "w1"'),
    "contour": ("two parameters", 'write along = ["w1", "w2"]'),
}


def read_pictures(
    tables: Iterable[Mapping[str, object]],
    shapes: Mapping[str, Shape],
    parameters: Iterable[str],
    data: tuple[int, int],
    mistakes: list[Mistake],
) -> tuple[PictureWish, ...]:
    """Return the pictures of a lesson; those that it cannot give are reported.

    Args:
        tables: The `[[pictures]]` tables.
        shapes: The shape of every leaf and node.
        parameters: Names of the parameters.
        data: How many input columns and target columns the examples have.
        mistakes: Mistakes to add to.
    """
    pictures = []
    for position, table in enumerate(tables):
        path: Path = ("pictures", position)
        try:
            picture = _picture(table, path, mistakes)
            _check(picture, shapes, tuple(parameters), data)
            pictures.append(picture)
        except Wrong as wrong:
            mistakes.append(Mistake((*path, *wrong.at), wrong.code, wrong.what, wrong.hint))
    return tuple(pictures)


def _picture(table: Mapping[str, object], path: Path, mistakes: list[Mistake]) -> PictureWish:
    if "kind" not in table:
        raise Wrong("missing-key", "the picture has no kind", 'write kind = "curve"')
    try:
        kind = one_of(PICTURES, "picture")(table["kind"], path, mistakes)
    except Wrong as wrong:
        raise Wrong(wrong.code, wrong.what, wrong.hint, ("kind",)) from None
    known = PICTURES[kind]
    options: list[tuple[str, object]] = []
    for name, value in table.items():
        if name == "kind":
            continue
        if name not in known:
            hint = did_you_mean(name, known) or f"a {kind} has {', '.join(known)}"
            raise Wrong("unknown-key", f"unknown key '{shown(name)}'", hint, (name, "="))
        wanted = [value] if isinstance(value, str) and known[name] is _NAMES else value
        try:
            options.append((name, known[name](wanted, (*path, name), mistakes)))
        except Wrong as wrong:
            raise Wrong(wrong.code, wrong.what, wrong.hint, (name, *wrong.at)) from None
    return PictureWish(kind, tuple(options))


def _check(
    picture: PictureWish,
    shapes: Mapping[str, Shape],
    parameters: tuple[str, ...],
    data: tuple[int, int],
) -> None:
    inputs, targets = data
    if picture.kind == "boundary" and inputs != 2:
        what = f"a decision boundary where there are not two inputs but {inputs}"
        raise Wrong("picture", what, "it is a picture of the plane")
    if picture.kind == "table" and not targets:
        raise Wrong("picture", "a table of predictions without targets", "add targets to [data]")
    options = dict(picture.options)
    if picture.kind in _ALONG:
        _check_along(picture.kind, options.get("along", ()), shapes, parameters)
    if picture.kind in ("boundary", "weights"):
        for name in _texts(options.get("of", ())):
            if name not in shapes:
                hint = did_you_mean(name, shapes) or "name a line or a parameter"
                raise Wrong("picture", f"'{shown(name)}' is no name of the graph", hint, ("of",))
    limits = options.get("range", ())
    if isinstance(limits, tuple) and limits and (len(limits) != 2 or limits[0] >= limits[1]):
        raise Wrong("picture", "the range is no interval", "write range = [-4, 4]", ("range",))


def _check_along(
    kind: str, along: object, shapes: Mapping[str, Shape], parameters: tuple[str, ...]
) -> None:
    names = _texts(along)
    if len(names) != _ALONG[kind]:
        wanted, hint = _ALONG_WORDS[kind]
        raise Wrong("picture", f"a {kind} goes along {wanted}, not {len(names)}", hint)
    for written in names:
        try:
            name, cell = parse_cell(written)
        except SelectorError as error:
            raise Wrong("picture", error.what, error.hint, ("along",)) from None
        if name not in parameters:
            hint = did_you_mean(name, parameters) or "name a parameter"
            raise Wrong("picture", f"'{shown(name)}' is no parameter", hint, ("along",))
        shape = shapes.get(name, ())
        inside = len(cell or ()) == len(shape) and all(
            index < length for index, length in zip(cell or (), shape, strict=True)
        )
        if not inside:
            what = f"'{shown(written)}' is no single number"
            raise Wrong("picture", what, "name a cell, as W1[0,1]", ("along",))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(part) for part in value) if isinstance(value, tuple) else ()
