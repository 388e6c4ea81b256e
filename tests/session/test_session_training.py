"""Training and the walk are one run: the curve's points open as walks of training's own numbers."""

import numpy as np
from session_walks import open_at, press

from gdtutor.drive import effects as headless
from gdtutor.session.effects import PauseTraining, Train
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Session, Status
from gdtutor.session.training import MOST_MEAN, MOST_RATE, WATCHED, seconds_watched, watched_by
from gdtutor.session.update import Progressed, update
from gdtutor.session.works_in_runs import NO_CURVE
from gdtutor.values import replace


def trained(session: Session, key: str = "t", character: str | None = None) -> Session:
    """Press a key and do what the worker would do with the effect."""
    session, effects = update(session, Press(key, character or key))
    for effect in effects:
        if isinstance(effect, Train):
            session, _ = update(session, Progressed(headless.trained(effect)))
    return session


def test_training_xor_reaches_the_published_costs_on_the_screen() -> None:
    session = trained(open_at("xor-hidden"))
    assert session.screen is Screen.TRAIN
    assert session.train.snapshot.status is Status.FINISHED
    costs = session.train.snapshot.costs
    published = {
        0: 0.12926510193084198, 100: 0.12345825692804888, 4600: 0.001018305488651183,
        4700: 0.000983783942124411, 4800: 0.0009514180100050973, 4900: 0.0009210166430616655,
    }  # fmt: skip
    for epoch, cost in published.items():
        assert abs(costs[epoch] - cost) < 1e-12


def test_an_iteration_that_the_run_has_passed_is_told_with_the_way_to_it() -> None:
    session = press(press(trained(open_at("bias")), "escape"), "20t")
    assert session.message == "The run already stands at iteration 200; : 20 Enter shows 20."
    assert not press(press(session, "escape"), "0t").message


def test_a_point_of_the_curve_opens_as_a_walk_of_the_same_parameters() -> None:
    session = press(trained(open_at("xor-hidden")), "5left")
    cursor = session.train.look.cursor
    assert cursor is not None
    walk = press(session, "enter")
    assert walk.screen is Screen.STUDY
    assert walk.moment.iteration == cursor
    cost = float(walk.moment.trace.values["C"])
    assert abs(cost - session.train.snapshot.costs[cursor]) <= 1e-12 * cost
    assert press(walk, "t").screen is Screen.TRAIN


def test_the_walk_agrees_with_training_at_every_iteration_of_the_start() -> None:
    session = trained(open_at("or-vectorised"))
    walk = press(session, "escape")
    for iteration in range(50):
        walk = press(walk, f": {iteration}/forward:C enter")
        cost = float(walk.moment.trace.values["C"])
        assert abs(cost - session.train.snapshot.costs[iteration]) <= 1e-12 * cost


def test_epochs_and_iterations_are_one_key_each() -> None:
    session = press(open_at("or-vectorised"), "n")
    session = trained(session)
    session = press(session, "0")
    assert session.train.snapshot.status is Status.IDLE
    session = trained(session, "n")
    assert session.train.snapshot.iterations == 1
    session = trained(session, "i")
    assert session.train.snapshot.iterations == 2
    assert session.train.snapshot.status is Status.PAUSED


def test_reset_repeats_the_same_run() -> None:
    first = trained(open_at("xor-hidden"))
    again = trained(press(first, "0"), "space", " ")
    assert np.array_equal(first.train.snapshot.costs, again.train.snapshot.costs)


def test_a_change_of_the_rate_is_logged_and_replayed() -> None:
    session = trained(press(trained(open_at("or-vectorised")), "0"), "n")
    session = press(session, "-")
    assert [change.text() for change in session.changes] == ["1:learning_rate=0.5"]
    assert session.run.learning_rate(0) == 1.0
    assert session.run.learning_rate(1) == 0.5
    assert session.train.snapshot.iterations == 1


def test_a_change_of_the_rate_before_anything_was_published_leaves_the_run_to_the_screen() -> None:
    session, _ = update(open_at("xor-hidden"), Press("t", "t"))
    before = session.run
    told, _ = update(session, Press("left"))
    assert told.message == NO_CURVE
    session, effects = update(session, Press("plus", "+"))
    assert before is not None
    assert [effect.run for effect in effects if isinstance(effect, Train)] == [session.run]
    before.advance(iterations=5)
    session, _ = update(session, Progressed(snapshot_of(before, Status.RUNNING)))
    assert session.train.snapshot.iterations == 0
    session.run.advance(iterations=7)
    news = Progressed(snapshot_of(session.run, Status.RUNNING))
    session, _ = update(replace(session, message=NO_CURVE), news)
    assert session.train.snapshot.status is Status.RUNNING
    assert session.train.snapshot.iterations == 7
    assert session.message == ""


def test_the_rate_has_bounds_that_its_keys_come_back_from() -> None:
    session = press(open_at("xor-hidden"), "t escape t")
    for keys in ("1024+", "2000-", "9999999+", "9999999-"):
        refused = press(session, keys)
        assert "between 1e-12 and 1e12" in refused.message
        assert refused.changes == ()
    high = press(session, "39+")
    assert high.run is not None
    assert high.run.learning_rate(0) > MOST_RATE / 2
    assert press(high, "+").changes == high.changes
    low = press(session, "39-")
    assert 0 < low.run.learning_rate(0) < 1e-10
    assert press(low, "-").changes == low.changes
    back = press(low, "39+")
    assert back.run.learning_rate(0) == session.run.learning_rate(0)


def test_a_run_that_was_stopped_says_so_and_goes_on_with_space() -> None:
    session, _ = update(open_at("xor-hidden"), Press("t", "t"))
    session.run.advance(iterations=7)
    stopped, effects = update(session, Press("s", "s"))
    assert effects == (PauseTraining(),)
    for status in (Status.RUNNING, Status.PAUSED):
        stopped, _ = update(stopped, Progressed(snapshot_of(session.run, status)))
    assert stopped.train.snapshot.status is Status.PAUSED
    assert stopped.train.snapshot.stopped_by == "key"
    goes_on, effects = update(stopped, Press("space", " "))
    assert any(isinstance(effect, Train) for effect in effects)
    assert goes_on.train.snapshot.stopped_by == ""


def test_a_run_that_ends_while_it_is_being_stopped_has_ended_by_itself() -> None:
    session = press(open_at("bias"), "t s")
    session.run.advance()
    ended, _ = update(session, Progressed(snapshot_of(session.run, Status.FINISHED)))
    assert ended.train.snapshot.stopped_by == "epochs"


def test_the_mean_is_off_until_it_is_asked_for_and_says_over_how_much_it_is() -> None:
    session = trained(open_at("xor-hidden"))
    assert session.train.look.mean == 0
    shown = press(session, "m")
    assert shown.train.look.mean == 25
    assert "Mean of 25 epochs" in shown.message
    assert press(shown, "m").train.look.mean == 0
    assert press(shown, "100m").train.look.mean == 100
    assert press(shown, "1m").train.look.mean == 0
    refused = press(shown, "99999m")
    assert refused.is_error
    assert refused.train.look.mean == 25
    early = press(session, "6000m")
    assert "begins at epoch 5,999" in early.message


def test_a_mean_is_over_the_most_epochs_and_no_more() -> None:
    session = press(open_at("bias"), "t")
    assert press(session, f"{MOST_MEAN}m").train.look.mean == MOST_MEAN
    assert press(session, f"{MOST_MEAN + 1}m").is_error


def test_a_watched_run_is_whole_after_its_time_and_stays_so() -> None:
    assert [watched_by(part * WATCHED, 400) for part in (0, 0.5, 1, 3)] == [0, 100, 400, 400]
    assert [seconds_watched(done, 400) for done in (0, 100, 400)] == [0, WATCHED / 2, WATCHED]


def test_a_mean_leaves_the_costs_as_they_are() -> None:
    session = trained(open_at("xor-hidden"))
    assert press(session, "m").train.snapshot is session.train.snapshot


def test_a_change_of_the_rate_leaves_the_goal_of_the_steps_asked_for() -> None:
    session = press(trained(open_at("bias")), "100n")
    session, _ = update(session, Press("plus", "+"))
    session, effects = update(session, Press("plus", "+"))
    assert [effect.iterations for effect in effects if isinstance(effect, Train)] == [100]
    assert session.train.goal == 300


def test_the_rate_of_a_finished_run_brings_it_back_and_says_so() -> None:
    session = press(trained(open_at("learning-rate")), "5+")
    session = press(press(session, "0"), "4-")
    assert session.message == "Learning rate 1 from iteration 0 on."
    back = press(session, "-")
    assert back.train.snapshot.status is Status.FINISHED
    assert back.message == "Learning rate 0.5: its run is back, at iteration 50."
