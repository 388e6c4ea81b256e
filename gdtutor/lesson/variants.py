"""Variants: named sets of overrides that make another lesson out of a lesson's own file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gdtutor.engine.characters import pictured
from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.lesson.data import SOURCES
from gdtutor.lesson.misplaced_keys import TOP_LEVEL, homes_of, renamed
from gdtutor.lesson.model import Variant
from gdtutor.lesson.readers import Mistake
from gdtutor.lesson.reports import shown
from gdtutor.lesson.toml_text import Path
from gdtutor.training.initialise import CONSTANTS

SECTIONS = ("parameters", "constants", "data", "training", "network")
"""Tables of which a variant may override single keys."""
WHOLE = ("frozen", "gradients")
"""Keys at the top that a variant may override."""
ACTIVATION = "activation"
"""The key of another activation for the last graph, as `--set activation=tanh` gives it."""
MAX_LABEL = 40
"""Longest name of a variant, in characters."""


def flattened(
    table: Mapping[str, object], position: int, mistakes: list[Mistake]
) -> dict[str, object]:
    """Return a variant's overrides by dotted key; keys that cannot be overridden are reported.

    Args:
        table: The `[[variants]]` table, without its name.
        position: Which variant, from 0.
        mistakes: Mistakes to add to.
    """
    overrides: dict[str, object] = {}
    for key, value in table.items():
        section, dot, _ = key.partition(".")
        if key == ACTIVATION or key in WHOLE or (dot and section in SECTIONS):
            overrides[key] = value
        elif key in SECTIONS and isinstance(value, Mapping):
            overrides.update({f"{key}.{name}": inner for name, inner in value.items()})
        else:
            hint = _way(key, section)
            what = f"a variant cannot override '{shown(key)}'"
            mistakes.append(Mistake(("variants", position, key, "="), "variant", what, hint))
    return overrides


def _way(key: str, section: str) -> str:
    """Return what to do about a key that no variant overrides."""
    homes = [home for home in homes_of(key) if home in SECTIONS]
    if homes:
        return f"write {' or '.join(f'{home}.{key} = …' for home in homes)}"
    if renamed(key):
        return f"write training.{renamed(key).split()[0]} = …"
    if key in TOP_LEVEL:
        return "as a key of the lesson it stands above the first [table]"
    known = (*SECTIONS, *WHOLE, ACTIVATION)
    return did_you_mean(section, known) or "write training.learning_rate = 0.5"


def overridden(raw: Mapping[str, object], overrides: Mapping[str, object]) -> dict[str, object]:
    """Return raw front matter with a variant's values in place of its own.

    It has no variants, and no pictures that compare them.
    """
    result = {key: value for key, value in raw.items() if key != "variants"}
    pictures = raw.get("pictures")
    if isinstance(pictures, list):
        compare = {"variant", "variants"}
        result["pictures"] = [one for one in pictures if compare.isdisjoint(one)]
    for dotted, value in overrides.items():
        section, dot, key = dotted.partition(".")
        if not dot:
            result[section] = value
            continue
        table = result.get(section)
        new = dict(table) if isinstance(table, Mapping) else {}
        if section == "data" and key in SOURCES:
            # Another source replaces the lesson's, with what belonged to it.
            for other in (*SOURCES, "count", "noise", "columns", "separator"):
                if f"data.{other}" not in overrides:
                    new.pop(other, None)
        old = new.get(key) if section == "parameters" else None
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = _drawn(old, value)
        new[key] = value
        result[section] = new
    return result


def _drawn(old: Mapping[str, object], new: Mapping[str, object]) -> Mapping[str, object]:
    """Return how a parameter is drawn where a variant changes a part of it, as its seed alone."""
    if {"init", "shape"} <= set(new):
        return new
    apart = {"seed": "after", "after": "seed"}
    dropped = {apart[name] for name in new if name in apart}
    if "init" in new:
        dropped |= set(CONSTANTS)
    return {name: value for name, value in old.items() if name not in dropped} | dict(new)


def read_variants(
    tables: Sequence[Mapping[str, object]], mistakes: list[Mistake]
) -> tuple[Variant, ...]:
    """Return the variants that a lesson lists; their overrides are not tried here."""
    variants: list[Variant] = []
    for position, table in enumerate(tables):
        path: Path = ("variants", position)
        name = table.get("name")
        if not isinstance(name, str) or not name.strip() or len(name) > MAX_LABEL:
            what = "the variant has no name" if name is None else "this is no name of a variant"
            hint = f'write name = "slow", at most {MAX_LABEL} characters'
            code = "missing-key" if name is None else "variant"
            at = path if name is None else (*path, "name")
            mistakes.append(Mistake(at, code, what, hint))
            continue
        label = pictured(name).strip()
        if any(known.name == label for known in variants):
            what = f"a second variant '{shown(label)}'"
            mistakes.append(Mistake((*path, "name"), "variant", what, "names are unique"))
        rest = {key: value for key, value in table.items() if key != "name"}
        variants.append(Variant(label, flattened(rest, position, mistakes)))
    return tuple(variants)


def check_variant(name: str, known: Collection[str]) -> None:
    """Refuse a name that no variant of a lesson has.

    Raises:
        GdTutorError: It has none of this name.
    """
    if name not in known:
        names = f"it has {', '.join(known)}" if known else "it has no variants"
        hint = did_you_mean(name, known) or names
        raise GdTutorError(f"the lesson has no variant '{shown(name)}'", hint)


def variant_named(variants: Sequence[Variant], name: str) -> Variant:
    """Return a variant.

    Raises:
        GdTutorError: The lesson has no variant of this name.
    """
    known = {variant.name: variant for variant in variants}
    check_variant(name, known)
    return known[name]
