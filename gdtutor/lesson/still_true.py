"""Which notes and questions of a lesson still hold in a variant: those whose values it leaves."""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.lesson.model import Lesson, Note, Question, Scene
from gdtutor.training.settings import Settings
from gdtutor.values import astuple, replace


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


def _is_true(said: Note | Question, scene: Scene, varied: Lesson, base: Lesson) -> bool:
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
