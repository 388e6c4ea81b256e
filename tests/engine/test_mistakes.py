import numpy as np
import pytest
from small_graphs import traced

from gdtutor.engine.mistakes import overwritten, too_early

SUMS = "u = p + q\nv = q*r\nJ = u*v"
PQR = {"p": -2.0, "q": 5.0, "r": 4.0}
ROW = "Z = W @ X + b\nC = sum(Z*Z*K)"
MATRICES = {"W": [[0.1, 0.6]], "b": [[0.3]]}
DATA = {"X": [[0.0, 1.0, 2.0], [3.0, -1.0, 1.0]], "K": [[1.0, 2.0, -1.0]]}


def test_overwriting_leaves_the_last_share_that_arrives():
    found = traced(SUMS, PQR)
    assert [c.consumer for c in found.contributions["q"]] == ["v", "u"]
    assert float(overwritten(found, "q")) == pytest.approx(5.0 * 4.0)
    assert float(found.gradients["q"]) == pytest.approx(5.0 * 4.0 + 3.0 * 4.0)


def test_too_early_only_the_first_consumer_has_delivered():
    found = traced(SUMS, PQR)
    assert float(too_early(found.contributions["q"])) == pytest.approx(3.0 * 4.0)


def test_shares_of_one_consumer_come_together():
    found = traced("s = a*a", {"a": 3.0})
    assert too_early(found.contributions["a"]) is None
    assert float(overwritten(found, "a")) == 3.0


def test_shares_of_the_first_consumer_are_added_before_the_second_delivers():
    found = traced("s = a*a\nt = a\nJ = s*t", {"a": 3.0})
    first = found.contributions["a"][0]
    assert first.consumer == "t"
    assert float(too_early(found.contributions["a"])) == float(first.value)
    back = traced("t = a\ns = a*a\nJ = s*t", {"a": 3.0})
    assert float(too_early(back.contributions["a"])) == pytest.approx(2 * 3.0 * 3.0)


@pytest.mark.parametrize("name", ["p", "r", "u", "v"])
def test_where_one_share_arrives_there_is_nothing_to_overwrite(name):
    found = traced(SUMS, PQR)
    assert overwritten(found, name) is None
    assert too_early(found.contributions[name]) is None


def test_nothing_arrives_at_the_root():
    assert overwritten(traced(SUMS, PQR), "J") is None


def test_a_shared_parameter_keeps_the_last_example_only():
    found = traced(ROW, MATRICES, DATA)
    last = found.gradients["Z"][:, -1:]
    x = np.asarray(DATA["X"])[:, -1:]
    np.testing.assert_allclose(overwritten(found, "b"), last)
    np.testing.assert_allclose(overwritten(found, "W"), last @ x.T)
    assert overwritten(found, "W").shape == (1, 2)


def test_one_example_has_nothing_before_it_to_overwrite():
    one = {"X": [[1.0], [2.0]], "K": [[1.0]]}
    assert overwritten(traced(ROW, MATRICES, one), "b") is None


def test_what_the_mistakes_return_cannot_be_written_to():
    found = traced(ROW, MATRICES, DATA)
    assert not overwritten(found, "b").flags.writeable
    assert not too_early(traced(SUMS, PQR).contributions["q"]).flags.writeable
