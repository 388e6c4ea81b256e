"""A sweep is asked for by one name, and trains together what can be."""

from __future__ import annotations

import pytest

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.sweeps import members_of
from gdtutor.training.sweep import Sweep


@pytest.mark.parametrize(
    ("lesson", "parts"), [("xor-hidden", 1), ("deeper", 1), ("batches", 1), ("two-and-one", 3)]
)
def test_seeds_train_together_unless_they_draw_single_examples(lesson: str, parts: int) -> None:
    members = members_of(load_lesson(lesson_path(lesson)), None, "seed=1,2,3")
    assert len(Sweep(members).sources) == parts


def test_rates_train_together_with_a_stop() -> None:
    lesson = load_lesson(lesson_path("and-or"))
    assert lesson.settings is not None
    assert lesson.settings.stop.loss_below is not None
    assert len(Sweep(members_of(lesson, None, "learning_rate=0.5,1,50")).sources) == 1
