"""A picture that counts starts has them trained while it shows, and by nobody else's leave."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from gdtutor.drive.effects import pressed as carried
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.report.transcript import picture_lines
from gdtutor.session.effects import Effect, PauseTraining, SweepRuns, Train
from gdtutor.session.moving import moved
from gdtutor.session.opening import Opened, opened
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Status, Trial, Walk
from gdtutor.session.trials import news_of, swept_to_end, trials_of, tried
from gdtutor.session.update import Failed, Progressed, update
from gdtutor.training.sweep import Sweep
from gdtutor.values import replace
from gdtutor.view.frame import ASCII

TEXT = """\
+++
format = 1
id = "starts"
title = "Starts"
[parameters]
w = { init = "normal", seed = 3 }
b = 0.0
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 1], [2, 1.5], [3, 2.5]]
[training]
learning_rate = 0.1
epochs = 20
batch = 1
order = "shuffled"
[[pictures]]
kind = "seeds"
seeds = 4
below = 0.1
[[pictures]]
kind = "table"
[[pictures]]
kind = "seeds"
variants = ["slow"]
seeds = 3
below = 0.1
[[variants]]
name = "slow"
training.learning_rate = 0.001
+++
```graph
z = w*x + b
L = (z - y)**2 / 2
```
"""
"""Each run has an order of its own, so that they train one after the other."""


@pytest.fixture
def start() -> Walk:
    lesson, reports = parse_lesson(TEXT, Path("01-starts.md"))
    assert lesson is not None, reports
    return moved(opened(Session(), Opened(lesson, run_of(lesson))), 0, 1)


def pressed(session: Session, keys: str) -> tuple[Walk, list[Effect]]:
    """Return the session after keys, and their effects, which nobody carries out."""
    found: list[Effect] = []
    for press in parse_keys(keys):
        session, effects = update(session, press)
        found += effects
    assert isinstance(session, Walk)
    return session, found


def trial_of(session: Walk) -> Trial:
    return trials_of(session)[-1]


def swept(effects: Iterable[Effect]) -> list[Sweep]:
    return [effect.sweep for effect in effects if isinstance(effect, SweepRuns)]


def told(session: Walk, number: int = 1) -> str:
    return "\n".join(line.strip() for line in picture_lines(session, number, ASCII))


def partly(session: Walk, epochs: int = 20) -> Walk:
    """Return the session after news of a worker that has done so many epochs of each run."""
    sweep = trial_of(session).sweep
    for part in sweep._parts[:2]:
        part.advance(epochs, None, None)
    session, effects = update(session, news_of(sweep, Status.RUNNING))
    assert effects == ()
    return session


def test_a_picture_that_shows_has_its_starts_trained_and_says_how_far_they_are(start) -> None:
    assert "4 starts are trained for this picture where a step or the key f shows it." in told(
        start
    )
    session, effects = pressed(start, "f")
    assert swept(effects) == [trial_of(session).sweep]
    assert "Training: 0 of 4 starts, 0 of 80 epochs." in told(session)
    session = partly(session)
    assert "Training: 2 of 4 starts, 40 of 80 epochs." in told(session)
    assert "this lesson: 2 of 2 so far" in told(session)
    assert pressed(session, "n p")[1] == []
    done, effects = update(session, swept_to_end(session, trial_of(session).sweep))
    assert effects == ()
    assert "Training" not in told(done)
    assert "this lesson: 4 of 4 starts end with a cost below 0.1" in told(done)


@pytest.mark.parametrize("keys", ["f", "question_mark", "t", "l"])
def test_leaving_ends_the_work_which_goes_on_where_it_was(start, keys: str) -> None:
    session = partly(pressed(start, "f")[0], 7)
    sweep = trial_of(session).sweep
    left, effects = update(session, parse_keys(keys)[0])
    begun = [effect for effect in effects if isinstance(effect, Train)]
    # What begins other work ends this one.
    assert PauseTraining() in effects or begun
    left = left.paused() if begun else left
    back, effects = update(replace(left, screen=session.screen, look=session.look), PRESS)
    assert swept(effects) == [sweep]
    assert "14 of 80 epochs" in told(back)


PRESS = parse_keys("right")[0]


def test_training_comes_first_and_the_picture_waits(start) -> None:
    session, effects = pressed(start, "t escape f")
    assert [type(effect) for effect in effects] == [Train]
    assert "0 of 4 starts are trained; the others wait until other training rests." in told(session)
    session.run.advance()
    after, effects = update(session, Progressed(snapshot_of(session.run, Status.FINISHED)))
    assert swept(effects) == [trial_of(after).sweep]


def test_a_changed_value_is_in_runs_begun_anew_and_the_old_ones_come_back(start) -> None:
    own = tried(pressed(start, "f")[0])
    changed, effects = pressed(own, "e w=0.9 enter")
    assert [type(effect) for effect in effects] == [SweepRuns]
    assert "0 of 80 epochs" in told(changed)
    done = tried(changed)
    assert len(set(trial_of(done).ends)) == 4
    assert {member.problem.parameters["w"].item() for member in trial_of(done).sweep.members} == {
        0.9
    }
    assert trial_of(done).ends != trial_of(own).ends
    assert "With your changes: w=0.9." in told(done)
    back, effects = pressed(done, "u")
    assert effects == []
    assert trial_of(back).ends == trial_of(own).ends
    assert told(back) == told(own)


def test_changes_on_the_way_and_those_of_variants_are_left_out_and_said(start) -> None:
    late = tried(pressed(start, "f e 3:w=0.9 enter")[0])
    assert "Without your changes: all begin at iteration 0" in told(late)
    variants = tried(pressed(start, "e w=0.9 enter 3f")[0])
    assert "slow: 0 of 3 starts" in told(variants, 3)
    assert "Without your changes: all begin" in told(variants, 3)


def test_pictures_keep_their_own_runs(start) -> None:
    first = tried(pressed(start, "f")[0])
    both = tried(pressed(first, "3f")[0])
    again, effects = pressed(both, "1f")
    assert effects == []
    assert told(again) == told(first)


def test_a_worker_that_gives_up_is_not_asked_again_until_the_picture_is_left(start) -> None:
    session = partly(pressed(start, "f")[0])
    rests, effects = update(session, news_of(trial_of(session).sweep, Status.PAUSED))
    assert effects == ()
    assert "Training has ended after 2 of 4 starts." in told(rests)
    assert pressed(rests, "n")[1] == []
    failed, effects = update(session, Failed("no"))
    assert effects == ()
    assert failed.message == "no"
    anew, effects = pressed(rests, "f 1f")
    assert [type(effect) for effect in effects] == [SweepRuns]
    assert "0 of 80 epochs" in told(anew)


def test_what_takes_too_long_is_not_trained_where_nobody_waits(start, monkeypatch) -> None:
    monkeypatch.setattr("gdtutor.session.trials.HEADLESS_SECONDS", 0.0)
    session = carried(start, parse_keys("f"))
    assert trial_of(session).done == 0
    assert "4 starts are trained for this picture where a step or the key f shows it." in told(
        session
    )


def test_without_a_terminal_the_runs_are_trained_before_the_next_key(start) -> None:
    session = carried(start, parse_keys("f"))
    assert "this lesson: 4 of 4 starts" in told(session)


def test_equal_orders_train_side_by_side_to_the_same_ends(start) -> None:
    given = TEXT.replace('order = "shuffled"', 'order = "given"')
    lesson, _ = parse_lesson(given, Path("01-starts.md"))
    assert lesson is not None
    walk = moved(opened(Session(), Opened(lesson, run_of(lesson))), 0, 1)
    ends = trial_of(tried(pressed(walk, "f")[0])).ends
    for seed, end in enumerate(ends):
        run = run_of(lesson, seed)
        run.advance()
        assert end == pytest.approx(run.evaluate(run.state(run.farthest).parameters).cost, 1e-12)
