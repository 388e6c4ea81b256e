"""Whatever a run has come to: a command that is offered does something, and what it promises holds;
one that is not does nothing but say why."""

import re

import pytest
from session_walks import open_at, press

from gdtutor.drive import effects as headless
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.play.playground import Playground
from gdtutor.session.commands import commands_of
from gdtutor.session.effects import PauseTraining, SweepRuns, Train
from gdtutor.session.navigation import said
from gdtutor.session.playing import play_session
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Session, Status
from gdtutor.session.update import Progressed, update
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of

DIVERGES = """\
+++
format = 1
id = "far"
title = "Too far"
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 2], [2, 3]]
[training]
learning_rate = 1000
epochs = 500
+++
```graph
L = (w*x - y)**2
```
"""
LESSON = "or-vectorised"
TRAINED = {
    "at the start": "t 0",
    "paused": "30t",
    "stopped": "30t s",
    "resting at its last epoch": "5000t",
    "finished": "t",
    "finished, with another rate": "t +",
    "beyond its last epoch": "t 20n",
    "beside a sweep": "t S 1,2 enter",
    "beside a sweep that waits": "30t S 1,2 enter space",
}
PLAYED = {"idle": "", "finished": "space", "paused": "3n", "beyond": "space n"}
SCROLLS = {"side_up", "side_down"}
"""Commands that do nothing at an end of what they scroll."""


def worked(session: Session, keys: str) -> Session:
    """Press keys, and do what the worker would do."""
    for key in parse_keys(keys):
        session, effects = update(session, key)
        for effect in effects:
            if isinstance(effect, Train):
                session, _ = update(session, Progressed(headless.trained(effect)))
    return session


def running() -> Session:
    session = press(open_at(LESSON), "t")
    session.run.advance(iterations=20)
    return update(session, Progressed(snapshot_of(session.run, Status.RUNNING)))[0]


@pytest.fixture(params=[*TRAINED, "running", "diverged", "diverged, with another rate", *PLAYED])
def session(request, tmp_path) -> Session:
    name = request.param
    if name == "running":
        return running()
    if name in TRAINED:
        return worked(open_at(LESSON), TRAINED[name])
    if name in PLAYED:
        playground = Playground(data="xor", layers=(2, 2, 1), epochs=20, batch=None)
        return worked(play_session(Session(), playground), PLAYED[name])
    (tmp_path / "09-far.md").write_text(DIVERGES, encoding="utf-8")
    return worked(session_at(tmp_path / "09-far.md"), "t" if name == "diverged" else "t +")


def changed(before: Session, after: Session) -> bool:
    names = [name for name in before.__struct_fields__ if name not in ("message", "count")]
    return any(getattr(before, name) is not getattr(after, name) for name in names)


@pytest.mark.sampled
def test_an_offered_command_does_something_and_another_says_why(session: Session) -> None:
    for command in commands_of(session.screen):
        if command.name in SCROLLS:
            continue
        after, effects = update(session, Press(command.keys[0].split()[-1]))
        why = command.why_not(session)
        if why:
            assert (after.message, effects) == (said(session, why).message, ()), command.name
        else:
            assert changed(session, after) or effects or after.message, command.name


def holds(session: Session, said: str) -> bool:
    """Say whether the keys that a sentence of a screen names do what it says."""
    space = update(session, Press("space", " "))[1]
    if re.search(r"Space (goes on|trains)", said) and "0, then Space" not in said:
        return any(isinstance(effect, Train | SweepRuns) for effect in space)
    if "n trains" in said:
        one = worked(session, "n")
        return one.train.snapshot.iterations > session.train.snapshot.iterations
    if re.search(r"your own run waits", said):
        snapshot = session.train.snapshot
        return snapshot.status is Status.PAUSED and not snapshot.is_at_end
    return True


@pytest.mark.sampled
def test_what_a_command_promises_holds_after_it(session: Session) -> None:
    for command in commands_of(session.screen):
        after, effects = update(session, Press(command.keys[0].split()[-1]))
        if any(isinstance(effect, PauseTraining) for effect in effects):
            after, _ = update(after, Progressed(snapshot_of(after.run)))
        assert holds(after, after.message), (command.name, after.message)


@pytest.mark.sampled
def test_what_the_title_promises_holds(session: Session) -> None:
    if session.screen is Screen.TRAIN:
        title = frame_of(session, 120, 36, UNICODE).text().splitlines()[0]
        assert holds(session, title), title


@pytest.mark.sampled(1)
@pytest.mark.parametrize("keys", ["5000t", "t", "t +", "t 20n"])
def test_a_run_at_its_end_is_not_stopped(keys: str) -> None:
    session = worked(open_at("xor-hidden"), keys)
    after = press(session, "s")
    assert after.message == "Nothing is running."
    screens = [frame_of(one, 120, 36, UNICODE).text() for one in (session, after)]
    assert "s stop" not in screens[0]
    assert "stopped by you" not in screens[1]
    assert not press(after, "k").command.split("--keys")[-1].endswith("s")


def test_a_run_that_comes_to_its_end_while_it_is_being_stopped_has_ended() -> None:
    session = press(open_at(LESSON), "5000t s")
    session.run.advance(iterations=5000)
    ended, _ = update(session, Progressed(snapshot_of(session.run)))
    assert ended.train.snapshot.is_at_end
    assert ended.train.snapshot.stopped_by != "key"


def test_a_rate_that_would_overflow_is_refused() -> None:
    session = press(worked(open_at(LESSON), "escape e learning_rate=1e308 enter 1t"), "+")
    assert "between 1e-12 and 1e12" in session.message
