"""Variants: named sets of overrides that make another lesson out of a lesson's own file.

Of its notes and questions those still hold in a variant whose values it leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from gdtutor.engine.characters import pictured
from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.lesson.data import SOURCES
from gdtutor.lesson.front_matter import TOP_LEVEL, homes_of, renamed
from gdtutor.lesson.mistakes import Mistake, Mistakes
from gdtutor.lesson.model import Lesson, Note, Scene, Variant
from gdtutor.lesson.reports import shown
from gdtutor.lesson.toml_text import Path
from gdtutor.training.initialise import CONSTANTS
from gdtutor.training.settings import Settings
from gdtutor.values import astuple, replace

SECTIONS = ("parameters", "constants", "data", "training", "network")
"""Tables of which a variant may override single keys."""
WHOLE = ("frozen", "gradients")
"""Keys at the top that a variant may override."""
ACTIVATION = "activation"
"""The key of another activation for the last graph, as `--set activation=tanh` gives it."""
MAX_LABEL = 40
"""Longest name of a variant, in characters."""


def flattened(table: Mapping[str, object], position: int, mistakes: Mistakes) -> dict[str, object]:
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
    tables: Sequence[Mapping[str, object]], mistakes: Mistakes
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


def with_true_notes(varied: Lesson, base: Lesson) -> Lesson:
    """Return a variant's lesson with the notes and questions that are true in it.

    What names no variant was written at the values of the lesson itself.
    """
    scenes = tuple(
        replace(
            scene,
            notes=tuple(n for n in scene.notes if _is_true(n, scene, varied, base)),
            questions=tuple(q for q in scene.questions if _is_true(q, scene, varied, base)),
        )
        for scene in varied.scenes
    )
    return replace(varied, scenes=scenes)


def lost_notes(varied: Lesson, base: Lesson) -> tuple[Note, ...]:
    """Return the lesson's notes that a variant loses, and has none of its own for."""
    lost = []
    for scene, own in zip(base.scenes, varied.scenes, strict=True):
        kept = {(note.phase, note.node) for note in own.notes}
        lost += [n for n in scene.notes if not n.when.variant and (n.phase, n.node) not in kept]
    return tuple(lost)


def _is_true(said: Note, scene: Scene, varied: Lesson, base: Lesson) -> bool:
    when = said.when
    if when.variant:
        return when.variant == varied.variant
    if when.always:
        return True
    if not _same_givens(scene, varied, base):
        return False
    needs_update = said.phase == "update" or when.first > 0 or when.last is None
    if not needs_update:
        return True
    if when.trained:
        return varied.settings == base.settings
    return _as_walked(varied.settings) == _as_walked(base.settings)


def _same_givens(scene: Scene, varied: Lesson, base: Lesson) -> bool:
    """Say whether every value that a scene is given at iteration 0 is the lesson's own."""
    names = [leaf.name for leaf in scene.graph.leaves]
    bound = {binding.leaf for binding in base.bindings}
    same_lines = [other for other in base.scenes if other.graph.lines == scene.graph.lines]
    return (
        bool(same_lines)
        and all(_same_start(name, varied, base) for name in names)
        and (not bound.intersection(names) or _same_batch(varied, base))
    )


def _same_start(name: str, varied: Lesson, base: Lesson) -> bool:
    here, there = varied.starts.get(name), base.starts.get(name)
    if here is None or there is None:
        return _same_array(varied.constants.get(name), base.constants.get(name))
    (value, *drawn), (other, *as_drawn) = astuple(here), astuple(there)
    return drawn == as_drawn and _same_array(value, other)


def _same_array(here: Array | None, there: Array | None) -> bool:
    if here is None or there is None:
        return here is there
    return np.array_equal(here, there)


def _same_batch(varied: Lesson, base: Lesson) -> bool:
    if varied.bindings != base.bindings or not np.array_equal(varied.examples, base.examples):
        return False
    here, there = varied.settings, base.settings
    if here is None or there is None:
        return here is there
    return (here.batch, here.order, here.seed, here.validation) == (
        there.batch, there.order, there.seed, there.validation,
    )  # fmt: skip


def _as_walked(settings: Settings | None) -> Settings | None:
    """Return settings with what changes no walked value taken out."""
    if settings is None:
        return None
    plain = Settings()
    is_timed = settings.schedule != plain.schedule
    epochs = settings.epochs if is_timed else plain.epochs
    return replace(settings, epochs=epochs, stop=plain.stop, validation=plain.validation)
