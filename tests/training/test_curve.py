"""Losses are gathered into the costs of epochs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from gdtutor.lesson.runs import run_of
from gdtutor.play.lesson_text import lesson_of
from gdtutor.play.options import playground_of_line
from gdtutor.training.curve import GrowingArray, Partial, epoch_costs


def test_a_view_of_the_curve_stays_as_it_is_while_the_curve_grows() -> None:
    series = GrowingArray()
    series.extend(np.arange(1000.0))
    view = series.view()
    for _ in range(5):
        series.extend(np.arange(1000.0))
    assert (view == np.arange(1000.0)).all()
    assert series.length == 6000


def test_epoch_costs_of_cut_epochs_add_up() -> None:
    losses, sizes = np.arange(10.0), np.array([2.0, 1.0])
    whole = epoch_costs(losses, 0, sizes, Partial())[0]
    first, _, seen = epoch_costs(losses[:3], 0, sizes, Partial())
    second = epoch_costs(losses[3:], 1, sizes, seen)[0]
    assert np.concatenate([first, second]).tolist() == whole.tolist()
    assert whole[0] == (2 * 0 + 1 * 1) / 3


@pytest.mark.parametrize("cuts", [(1, 2, 3), (17,), (8, 9, 40, 41), range(1, 60)])
def test_costs_are_the_same_to_the_last_bit_wherever_bursts_end(cuts: Sequence[int]) -> None:
    losses, sizes = np.random.RandomState(0).rand(60), np.array([3.0] * 9 + [2.0])
    whole, partial, found = epoch_costs(losses, 0, sizes, Partial())[0], Partial(), []
    for first, stop in pairwise((0, *cuts, 60)):
        costs, _, partial = epoch_costs(losses[first:stop], first % 10, sizes, partial)
        found += costs.tolist()
    assert found == whole.tolist()


def test_a_run_has_the_same_costs_to_the_last_bit_however_long_its_bursts_are() -> None:
    lesson = lesson_of(playground_of_line("--data moons --points 60 --batch 3"))
    at_once, cut = run_of(lesson), run_of(lesson)
    at_once.advance(iterations=280)
    for count in (1, 7, 3, 20, 2, 150, 11, 86):
        cut.advance(iterations=count)
    assert len(at_once.costs) == 20
    assert at_once.costs.tolist() == cut.costs.tolist()
