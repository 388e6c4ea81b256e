"""Data sets that lessons name."""

from __future__ import annotations

import numpy as np
import pytest

from gdtutor.training.datasets import DATASETS, make_dataset
from gdtutor.training.errors import DataError

GATES = {name for name, row in DATASETS.items() if row.is_gate}
REGRESSIONS = {name for name, row in DATASETS.items() if not row.most_classes}
CLOUDS = sorted(set(DATASETS) - GATES - REGRESSIONS)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("and", lambda a, b: a and b),
        ("or", lambda a, b: a or b),
        ("xor", lambda a, b: a != b),
        ("nand", lambda a, b: not (a and b)),
        ("nor", lambda a, b: not (a or b)),
        ("xnor", lambda a, b: a == b),
    ],
)
def test_a_gate_is_its_truth_table_in_binary_order(name: str, rule) -> None:
    table = [[a, b, int(rule(a, b))] for a in (0, 1) for b in (0, 1)]
    np.testing.assert_array_equal(make_dataset(name, 0), table)


def test_the_gates_order_gives_the_published_excitations() -> None:
    rows = make_dataset("or", 0)
    np.testing.assert_allclose(rows[:, :2] @ [0.1, 0.6], [0, 0.6, 0.1, 0.7])


@pytest.mark.parametrize("name", DATASETS)
def test_rows_are_inputs_then_targets(name: str) -> None:
    row = DATASETS[name]
    rows = make_dataset(name, 1)
    assert rows.shape == (row.count, len(row.inputs) + len(row.targets))
    assert row.make.__doc__
    assert (set(rows[:, -1]) == {0.0, 1.0}) == (name not in REGRESSIONS)
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 2.0


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("count", [2, 3, 5, 101])
def test_classes_are_balanced_whatever_the_count(name: str, count: int) -> None:
    rows = make_dataset(name, 1, count)
    assert len(rows) == count
    if count != 2 or name != "quadrants":
        assert abs(np.sum(rows[:, 2] == 1) - count / 2) <= 1
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("name", CLOUDS)
def test_a_seed_gives_its_points_and_another_seed_others(name: str) -> None:
    first = make_dataset(name, 5, 50, 0.1)
    np.testing.assert_array_equal(first, make_dataset(name, 5, 50, 0.1))
    assert not np.array_equal(first, make_dataset(name, 6, 50, 0.1))


@pytest.mark.parametrize("name", CLOUDS)
def test_noise_moves_points_and_never_targets(name: str) -> None:
    still, moved = make_dataset(name, 5, 50, 0.0), make_dataset(name, 5, 50, 0.3)
    np.testing.assert_array_equal(still[:, 2], moved[:, 2])
    assert not np.array_equal(still[:, :2], moved[:, :2])


def test_the_circle_is_a_disc_in_a_ring() -> None:
    rows = make_dataset("circle", 2, 2000)
    radius = np.hypot(rows[:, 0], rows[:, 1])
    inner, outer = radius[rows[:, 2] == 1], radius[rows[:, 2] == 0]
    assert 0.45 < inner.max() <= 0.5
    assert 0.7 <= outer.min() < 0.72
    assert 0.98 < outer.max() <= 1.0


def test_quadrants_are_xor_of_the_signs_with_a_gap() -> None:
    rows = make_dataset("quadrants", 2, 2000)
    np.testing.assert_array_equal(rows[:, 2] == 1, (rows[:, 0] > 0) != (rows[:, 1] > 0))
    assert 0.05 <= np.abs(rows[:, :2]).min() < 0.06
    assert 0.98 < np.abs(rows[:, :2]).max() <= 1.0


def test_gaussians_lie_around_their_centres_with_the_noise_as_deviation() -> None:
    rows = make_dataset("gaussians", 2, 4000, 0.3)
    for target, centre in ((0, -0.5), (1, 0.5)):
        cloud = rows[rows[:, 2] == target, :2]
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.03)
        np.testing.assert_allclose(cloud.std(axis=0), 0.3, atol=0.03)


def test_the_arms_of_the_spiral_face_each_other() -> None:
    rows = make_dataset("spiral", 2, 200)
    np.testing.assert_allclose(rows[0::2, :2], -rows[1::2, :2], atol=1e-12)
    radius = np.hypot(rows[:, 0], rows[:, 1])
    np.testing.assert_allclose(np.sort(radius)[::2], np.arange(100) / 99, atol=1e-12)
    assert radius[-60:].min() < 0.2 < 0.8 < radius[-60:].max()


def test_moons_are_two_half_circles_of_one_radius() -> None:
    rows = make_dataset("moons", 2, 500, 0.0)
    for target, centre in ((0, (-1 / 3, -1 / 6)), (1, (1 / 3, 1 / 6))):
        arc = rows[rows[:, 2] == target, :2] - centre
        np.testing.assert_allclose(np.hypot(arc[:, 0], arc[:, 1]), 1 / 1.5)
        assert ((arc[:, 1] >= 0) if target == 0 else (arc[:, 1] <= 0)).all()
    assert np.abs(rows[:, 0]).max() <= 1.0
    assert np.abs(rows[:, 1]).max() <= 0.5


def test_the_fields_of_the_checkerboard_take_turns() -> None:
    rows = make_dataset("checkerboard", 2, 2000)
    field = np.floor((rows[:, :2] + 1) * 2).astype(int)
    np.testing.assert_array_equal(field.sum(axis=1) % 2, rows[:, 2])
    assert len({tuple(place) for place in field.tolist()}) == 16
    assert np.abs(rows[:, :2]).max() <= 1


def test_the_regressions_are_their_formulas_and_noise_moves_the_target() -> None:
    x1, x2, y = make_dataset("plane", 2, 500).T
    np.testing.assert_allclose(y, (x1 + x2) / 2)
    x1, x2, y = make_dataset("bumps", 2, 500).T
    assert np.abs([x1, x2]).max() <= 1
    gaussians = [(0, 0.5, 1), (0.5, -0.25, 1), (-0.5, -0.25, 1)]
    gaussians += [(a, -b, -height) for a, b, height in gaussians]
    expected = sum(h * np.exp(-((x1 - a) ** 2 + (x2 - b) ** 2) / 0.08) for a, b, h in gaussians)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    for name in REGRESSIONS:
        still, moved = make_dataset(name, 5, 4000), make_dataset(name, 5, 4000, 0.3)
        np.testing.assert_array_equal(still[:, :2], moved[:, :2])
        assert 0.28 < np.std(moved[:, 2] - still[:, 2]) < 0.32


@pytest.mark.parametrize("name", ["spiral", "gaussians"])
@pytest.mark.parametrize("classes", [2, 3, 6])
def test_several_classes_are_one_hot_and_take_turns(name: str, classes: int) -> None:
    rows = make_dataset(name, 3, 20, 0.0, classes)
    np.testing.assert_array_equal(rows[:, 2:], np.eye(classes)[np.arange(20) % classes])
    if classes == 2:
        np.testing.assert_array_equal(rows[:, :2], make_dataset(name, 3, 20, 0.0)[:, :2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("xor", 0, 5), "four rows"),
        (("xor", 0, None, 0.1), "four rows"),
        (("moons", 0, None, None, 3), "'moons' with 3 classes"),
        (("spiral", 0, None, None, 7), "use 2 to 6"),
        (("plane", 0, None, None, 2), "no classes"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make_dataset(*arguments)
