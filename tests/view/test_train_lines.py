"""The lines above and below the curve tell what matters first, whole, at every width."""

import itertools
import re

import numpy as np
import pytest
from walks import NEURON, screen, walk

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.sweeps import members_of
from gdtutor.session.state import Screen, Session, Snapshot, Status, Sweeping, Training, TrainLook
from gdtutor.training.sweep import Sweep
from gdtutor.values import replace
from gdtutor.view.cost_plot import cost_plot
from gdtutor.view.curve import running_means
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.train_lines import cost_facts, header_line, progress_line, standing

WIDTHS = range(38, 130)

RUNNING = Snapshot(
    status=Status.RUNNING,
    iterations=123_456,
    costs=np.linspace(0.5, 0.25, 61_728),
    epochs_wanted=400_000,
    epochs_per_second=56_789.0,
    final_cost=0.001953125,
)
HELD = replace(RUNNING, validation=np.linspace(0.7, 0.35, 61_728), validation_cost=0.3486328125)


def training(snapshot: Snapshot = RUNNING, cursor: int | None = None) -> Session:
    look = TrainLook(cursor=cursor)
    return replace(walk(NEURON), screen=Screen.TRAIN, train=Training(snapshot, look=look))


def facts(session: Session, width: int) -> str:
    return text_of(cost_facts(session, UNICODE, width))


@pytest.mark.sampled
@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_cut_and_each_tells_its_most_important_number(width: int) -> None:
    for snapshot in (RUNNING, HELD):
        for cursor in (None, 61_000):
            session = training(snapshot, cursor)
            lines = [
                text_of(header_line(session, width, UNICODE)),
                facts(session, width),
                text_of(progress_line(session, width, UNICODE)),
            ]
            assert all(len(text) <= width for text in lines)
            header, costs, progress = lines
            assert "123456" in header
            assert "running" in header
            assert ("0.001953" if cursor is None else "epoch 61000: 0.2529") in costs
            if snapshot is HELD:
                assert ("0.3486" if cursor is None else "0.3541") in costs
            assert "15%" in progress
            assert "6.0 s left" in progress


@pytest.mark.sampled(1)
@pytest.mark.parametrize("stopped_by", ["gradient", "cost", "validation", "not_finite", "key", ""])
def test_no_end_of_a_run_cuts_the_number_of_its_iteration(stopped_by: str) -> None:
    statuses = (Status.FINISHED, Status.PAUSED)
    for width, status in itertools.product(range(40, 110, 3), statuses):
        snapshot = replace(RUNNING, status=status, stopped_by=stopped_by)
        session = training(snapshot)
        for title in ("XOR", "A name that is longer than the whole of a terminal"):
            lesson = replace(session.lesson, title=title, number="08")
            text = text_of(header_line(replace(session, lesson=lesson), width, UNICODE))
            assert len(text) <= width
            assert text.endswith(" 123456 ")
            assert width < 60 or "08 " in text


def test_a_title_of_thirty_characters_is_whole_and_nothing_runs_together() -> None:
    lesson = replace(walk(NEURON).lesson, title="A margin of one, and its decay", number="04")
    snapshot = replace(RUNNING, status=Status.PAUSED, epochs_wanted=len(RUNNING.costs))
    for width in range(80, 140):
        text = text_of(header_line(replace(training(snapshot), lesson=lesson), width, UNICODE))
        assert text.startswith(f" 04 {lesson.title} ")
        assert re.search("(finished|done)  +(epoch|ep|iteration|it)", text)


def test_a_run_that_rests_at_its_last_epoch_is_told_as_finished() -> None:
    rests = replace(RUNNING, status=Status.PAUSED, epochs_wanted=len(RUNNING.costs))
    assert "finished: all epochs done" in text_of(header_line(training(rests), 129, UNICODE))
    assert standing(training(rests), is_short=True) == "finished"
    assert standing(training(replace(rests, epochs_wanted=10**6)), is_short=False) == "paused"


def test_a_wide_line_names_everything() -> None:
    session = training(HELD, 61_000)
    assert facts(session, 130).strip() == (
        "now: training 0.001953, validation 0.3486   α 1   sgd, batch 1   "
        "at epoch 61000: 0.2529, validation 0.3541"
    )
    assert "61,728 of 400,000 epochs  56,789 epochs/s  6.0 s left" in text_of(
        progress_line(session, 80, UNICODE)
    )


def test_without_validation_there_is_one_cost() -> None:
    assert facts(training(), 80) == "  cost now 0.001953   α 1   sgd, batch 1"


@pytest.mark.parametrize(
    ("width", "word"), [(80, "stopped by you; Space goes on"), (40, "stopped")]
)
def test_a_run_that_was_stopped_says_by_whom(width: int, word: str) -> None:
    stopped = replace(RUNNING, status=Status.PAUSED, stopped_by="key")
    assert word in screen(training(stopped), width, 24).splitlines()[0]
    paused = replace(RUNNING, status=Status.PAUSED)
    assert "paused" in screen(training(paused), width, 24).splitlines()[0]


@pytest.mark.parametrize("width", range(60, 130, 10))
def test_why_a_run_has_ended_early_is_said_above_the_curve(width: int) -> None:
    session = training(replace(RUNNING, status=Status.FINISHED, stopped_by="loss"))
    session = replace(
        session, lesson=replace(session.lesson, title="A title of thirty characters.")
    )
    rows = screen(session, width, 24).splitlines()[:2]
    assert "".join(rows).count("loss of a batch low enough") == 1


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("status", [Status.RUNNING, Status.PAUSED])
def test_a_sweep_shows_that_it_is_there_and_how_far_it_is(width: int, status: Status) -> None:
    session = training()
    sweep = Sweep(members_of(session.lesson, None, "learning_rate=0.1,1,2"))
    session = session.with_train(sweeping=Sweeping(sweep, wanted=60, done=45, status=status))
    rows = screen(session, width, 24).splitlines()
    assert f"sweep {status.value}" in rows[0]
    assert " 75%  45 of 60 epochs in 3 runs" in rows[-3]


def test_a_mean_is_a_curve_of_its_own_and_the_title_states_its_window() -> None:
    costs = np.arange(100.0) ** 2
    session = training(replace(RUNNING, costs=costs))
    (raw,) = cost_plot(session, UNICODE).series
    smooth = session.with_train(look=replace(session.train.look, mean=25))
    same, mean = cost_plot(smooth, UNICODE).series
    assert same.ys == raw.ys
    assert (mean.xs[0], mean.xs[-1]) == (24.0, 99.0)
    for x, y in zip(mean.xs, mean.ys, strict=True):
        assert y == pytest.approx(costs[int(x) - 24 : int(x) + 1].mean(), rel=1e-12)
    assert "cost curve, ~ mean of 25 epochs" in screen(smooth, 80, 24)
    assert "~ mean" not in screen(session, 80, 24)
    assert facts(smooth, 80) == facts(session, 80)


def test_a_mean_of_more_epochs_than_there_are_is_no_curve() -> None:
    session = training(replace(RUNNING, costs=np.ones(24)))
    smooth = session.with_train(look=replace(session.train.look, mean=25))
    assert cost_plot(smooth, UNICODE).series[-1].xs == ()


def test_a_mean_of_a_long_run_keeps_what_is_small_beside_what_was_large() -> None:
    costs = np.concatenate([np.full(10, 1e12), np.full(50_000, 1e-9)])
    xs, ys = running_means(costs, 25, 400)
    assert len(xs) <= 400
    assert ys[-1] == pytest.approx(1e-9, rel=1e-12)


def test_epochs_beyond_the_end_are_said_to_be_so() -> None:
    session = training(replace(RUNNING, epochs_wanted=60_000, status=Status.PAUSED))
    text = text_of(progress_line(session, 80, UNICODE))
    assert "100%  61,728 epochs, 1,728 beyond the end" in text


@pytest.mark.parametrize(
    ("goal", "left"), [(None, "6.0 s"), (180_256, "0.5 s"), (1_259_236, "10.0 s")]
)
def test_the_time_left_is_that_of_what_was_asked_for(goal: int | None, left: str) -> None:
    session = training().with_train(goal=goal)
    assert session.run.iterations_per_epoch == 2
    assert text_of(progress_line(session, 80, UNICODE)).endswith(f" {left} left")


def test_costs_that_a_log_axis_cannot_show_are_counted_above_it():
    snapshot = replace(RUNNING, costs=np.array([1.0, 0.0, -2.0, 0.5]))
    session = training(snapshot).with_train(look=TrainLook(log_y=True))
    assert cost_plot(session, UNICODE).title == "2 ≤0 left out"
    assert cost_plot(training(snapshot), UNICODE).title == ""


def test_before_the_first_epoch_the_plot_says_when_its_first_point_comes():
    none = replace(RUNNING, costs=np.empty(0))
    assert cost_plot(training(none), UNICODE).empty.startswith("the first point comes")


def test_why_a_run_has_ended_early_is_told_at_every_width() -> None:
    path = find_lesson("and-or", shipped_lessons_folder())
    session = pressed(session_at(path), parse_keys("e loss_below=0.01 enter t"))
    assert session.train.snapshot.stopped_by == "loss"
    assert "loss < 0.01" in facts(session, 40)
    assert "loss of a batch below 0.01" in facts(session, 80)
