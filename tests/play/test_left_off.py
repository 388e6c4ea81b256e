"""Nothing is lost on quitting: the playground opens where it was left."""

from __future__ import annotations

import argparse
import shlex

import numpy as np
import pytest

from gdtutor.cli.arguments import COMMANDS, parser_of
from gdtutor.cli.play import asked_for, begin_with
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.play.options import playground_of_line
from gdtutor.session.link import KEPT_PAST, kept_command
from gdtutor.session.playing import play_session
from gdtutor.session.state import Focus, Screen, Session
from gdtutor.values import replace

PLAY = next(command for command in COMMANDS if command.name == "play")


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def arguments(*words: str) -> argparse.Namespace:
    return parser_of(PLAY).parse_args(words)


def left(line: str, keys: str = "") -> None:
    """Play, and leave."""
    begin, _ = begin_with(arguments(), asked_for(arguments()))
    session = pressed(play_session(begin.session, playground_of_line(line)), parse_keys(keys))
    begin.save(session)
    begin.finish()


def opened_again() -> Session:
    """Open the playground without options; the keys that it begins with are pressed."""
    begin, keys = begin_with(arguments(), asked_for(arguments()))
    return pressed(begin.session, parse_keys(keys))


def test_without_options_it_opens_where_it_was_left(home) -> None:
    line = "--data spiral --points 20 --layers 2-3-1 --features 'x1,maximum(x1, x2)' --epochs 9"
    left(line, "2n")
    again = opened_again()
    assert again.screen is Screen.PLAY
    assert again.play.playground == playground_of_line(line)
    assert len(again.train.snapshot.costs) == 2


def test_where_it_was_left_and_the_examples_are_gone_it_says_so(home, monkeypatch) -> None:
    monkeypatch.chdir(home)
    (home / "mine.csv").write_text("1,2,0\n2,1,1\n3,1,0\n2,2,1\n", encoding="utf-8")
    left("--data mine.csv --epochs 9")
    (home / "mine.csv").unlink()
    begin, keys = begin_with(arguments(), asked_for(arguments()))
    assert begin.session.is_error
    assert "there is no file 'mine.csv'" in begin.session.message
    assert not keys


def test_a_rate_that_was_changed_on_the_way_is_there_again(home) -> None:
    left("--points 20 --epochs 9", "2n 14down right")
    again = opened_again()
    assert [change.text() for change in again.changes] == ["4:learning_rate=0.3"]


def test_the_iteration_and_what_is_chosen_are_there_again(home) -> None:
    left("--points 20 --layers 2-3-2-1 --epochs 9", "2n i tab right down w down d 2down")
    again = opened_again()
    play = again.play
    assert again.train.snapshot.iterations == 2 * again.run.iterations_per_epoch + 1
    assert (play.focus, play.layer, play.neuron, play.edge) == (Focus.NETWORK, 2, 1, 0)
    left("--points 20 --epochs 9", "3n 2tab left tab 3down tab right tab")
    again = opened_again()
    assert (again.play.focus, again.play.control, again.play.layer) == (Focus.CURVE, 3, 2)
    assert again.train.look.cursor == 2


@pytest.mark.slow
def test_a_rate_that_was_changed_is_undone_after_it_is_opened_again(home) -> None:
    left("--points 20 --epochs 9", "2n 14down right n 2up 2down right n")
    again = opened_again()
    assert again.play.playground.rate == 1.0
    for rate, epochs in ((0.3, 3), (0.1, 4)):
        again = pressed(again, parse_keys("u"))
        assert again.play.playground.rate == again.run.segments[-1].settings.learning_rate == rate
        assert len(again.train.snapshot.costs) == epochs


@pytest.mark.slow
def test_what_was_changed_is_undone_after_it_is_opened_again(home) -> None:
    """Each change with its run, and another day as well."""
    line, keys = (
        "--data moons --points 20 --epochs 9",
        "2n i right 14down right n right 3n 14up right n",
    )
    left(line, keys)
    here = pressed(play_session(Session(), playground_of_line(line)), parse_keys(keys))
    begin, kept = begin_with(arguments(), asked_for(arguments()))
    begin.save(pressed(begin.session, parse_keys(kept)))
    begin.finish()
    again = opened_again()
    for _ in range(4):
        here, again = (pressed(one, parse_keys("u")) for one in (here, again))
        assert again.play.playground == here.play.playground
        iterations = here.train.snapshot.iterations
        assert again.train.snapshot.iterations == iterations
        for name, value in here.run.state(iterations).parameters.items():
            assert np.array_equal(again.run.state(iterations).parameters[name], value)
    assert iterations == 2 * again.run.iterations_per_epoch + 1
    assert "nothing to undo" in pressed(again, parse_keys("u")).message


@pytest.mark.slow
def test_so_many_changes_are_remembered(home) -> None:
    left("--data moons --points 20 --epochs 9", "12r 12r s s s s s s s s s s")
    again = opened_again()
    assert len(again.play.done) == KEPT_PAST
    assert pressed(again, parse_keys("u u u u u u u u u u")).play.playground.data_seed == 24


def test_a_change_from_a_file_that_is_gone_cannot_be_undone(home, monkeypatch) -> None:
    monkeypatch.chdir(home)
    (home / "mine.csv").write_text("1,2,0\n2,1,1\n3,1,0\n2,2,1\n", encoding="utf-8")
    left("--data mine.csv --epochs 9", "e ctrl+u moons enter n")
    assert opened_again().play.done
    (home / "mine.csv").unlink()
    again = opened_again()
    assert (again.play.playground.data, again.play.done) == ("moons", ())


def test_a_walk_comes_back_with_the_run_and_the_neuron_behind_it(home) -> None:
    left("--points 20 --epochs 9", "5n tab right enter 3pageup")
    again = opened_again()
    assert (again.screen, again.moment.iteration) == (Screen.STUDY, 7)
    behind = pressed(again, parse_keys("escape escape"))
    assert behind.screen is Screen.PLAY
    assert (len(behind.train.snapshot.costs), behind.play.layer) == (5, 2)


def test_a_walk_of_a_long_run_comes_back_as_the_playground_which_trains_there(home) -> None:
    session = pressed(
        play_session(Session(), playground_of_line("--epochs 900000")), parse_keys("2n tab enter")
    )
    far = session.with_train(snapshot=replace(session.train.snapshot, iterations=10_000_000))
    keys = shlex.split(kept_command(far))[-1]
    assert keys.startswith("714285n 10i tab")
    assert ":" not in keys
    assert "enter" in kept_command(session)


def test_the_walk_that_was_open_is_open_again(home) -> None:
    left("--points 20 --epochs 9", "2n tab enter")
    again = opened_again()
    assert again.screen is Screen.STUDY
    assert again.moment.iteration == 4
    assert pressed(again, parse_keys("escape")).screen is Screen.PLAY


def test_options_begin_what_they_say(home) -> None:
    left("--data spiral --points 20")
    for name in ("moons", "circle"):
        asked = arguments("--data", name)
        assert begin_with(asked, asked_for(asked))[0].session.play.playground.data == name
