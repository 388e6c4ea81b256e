"""Losses are gathered into the costs of epochs."""

from __future__ import annotations

import numpy as np

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
