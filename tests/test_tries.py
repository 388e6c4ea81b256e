"""What the quick run tries of what the whole run tries."""

import pytest
from hypothesis import settings

from tests.tries import CASES, MANY, QUICK, USUAL, in_turn, sampled, some, tries


@pytest.fixture
def profile():
    """Load a profile by its count of examples, and the one from before at the end."""
    before = settings.default
    settings.register_profile("before", before)
    yield lambda name: settings.load_profile(name)
    settings.load_profile("before")


@pytest.mark.parametrize(
    ("name", "count"),
    [("many", 300), ("repeatable", 300 * USUAL // MANY), ("quick", 300 * QUICK // MANY)],
)
def test_a_test_tries_what_it_asks_for_where_many_are_and_its_share_in_other_runs(
    name, count, profile
):
    profile(name)
    assert tries(300) == count
    assert tries(1) == 2


def test_sizes_take_turns_and_of_many_steps_some_are_looked_at_but_where_many_are_asked_for(
    profile,
):
    profile("repeatable")
    assert [in_turn(number, "abc") for number in range(4)] == ["a", "b", "c", "a"]
    assert [some(number, range(7)) for number in (0, 1)] == [range(0, 7, 3), range(1, 7, 3)]
    assert [some(number, "ab", 5) for number in (0, 1, 2)] == ["a", "b", "a"]
    assert some(4, []) == []
    profile("many")
    assert (in_turn(1, "abc"), some(1, range(7))) == ("abc", range(7))


class Case:
    """What `sampled` asks of an item."""

    def __init__(self, nodeid, *marks):
        self.nodeid, self._marks = nodeid, {mark.name: mark for mark in marks}

    def get_closest_marker(self, name):
        return self._marks.get(name)


def cases(name, count, *marks):
    return [Case(f"a.py::{name}[{number}]", *marks) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 20))
def test_some_cases_of_a_test_that_is_marked_are_left_and_all_of_any_other(count):
    others, marked = cases("test_all", count), cases("test_many", count, pytest.mark.sampled.mark)
    kept = sampled([*others, *marked])
    assert kept[:count] == others
    assert (kept[count], kept[-1]) == (marked[0], marked[-1])
    assert len(kept) - count == min(count, CASES)


@pytest.mark.parametrize(
    ("count", "left"), [(1, [5]), (2, [0, 9]), (4, [0, 3, 6, 9]), (99, range(10))]
)
def test_where_a_mark_says_how_many_cases_so_many_are_left(count, left):
    marked = cases("test_many", 10, pytest.mark.sampled(count).mark)
    assert sampled(marked) == [marked[place] for place in left]
