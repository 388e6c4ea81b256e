"""The picture that trains from many seeds and counts who ends below a cost."""

import math

import pytest
from wishes import ROWS, picture, source

from gdtutor.view.frame import ASCII
from gdtutor.view.pictures.seeds import Tally, tallies

WISH = """kind = "seeds"
variants = ["all", "wild"]
seeds = {seeds}
below = {below}
[[variants]]
name = "all"
parameters.w1 = {{ init = "normal", seed = 4 }}
[[variants]]
name = "wild"
training.learning_rate = 1e300
[[variants]]
name = "one by one"
training.batch = 1
training.order = "shuffled"
"""


def wish(below=0.05, seeds=6):
    return WISH.format(below=below, seeds=seeds)


def test_the_runs_begin_where_their_seed_says():
    given = source(ROWS, wish(), "given")
    first, wild = tallies(given.trials[0])
    assert (first.label, wild.label) == ("all", "wild")
    assert len(set(first.ends)) == 6
    assert len(set(wild.ends)) == 1
    assert first.epochs == 100


def test_a_run_that_is_not_finite_has_not_arrived():
    tally = Tally("a", (0.01, math.nan, math.inf, 0.2, None), 5)
    assert tally.below(0.1) == (True, False, False, False, None)
    assert tally.counted(0.1) == "1 of 4 so far"


@pytest.mark.slow
@pytest.mark.parametrize(("below", "count", "signs"), [(9.0, 6, "######"), (1e-9, 0, "......")])
def test_there_is_a_sign_for_every_seed_and_a_count(below, count, signs):
    text = picture(ROWS, wish(below))
    assert f"all   {count} of 6" in text
    assert f"  {signs}" in text
    assert "100 epochs" in text


def test_the_cost_that_runs_are_to_end_below_is_told_in_full():
    assert "below 0.123456," in " ".join(picture(ROWS, wish(0.123456)).split())


def test_many_seeds_go_on_in_another_line():
    alone = wish(9.0, 20).replace(', "wild"]', "]")
    rows = picture(ROWS, alone, width=18, chars=ASCII).splitlines()
    assert rows[1].rstrip() == "  " + "#" * 16
    assert rows[2].rstrip() == "  " + "#" * 4
    assert "Seeds 0 to 19, a" in rows[3]
