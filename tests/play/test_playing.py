"""The Play screen: keys change the playground, and screen, command line and lesson stay one."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from gdtutor.cli import main
from gdtutor.cli.arguments import COMMANDS, parser_of
from gdtutor.cli.play import asked_for
from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.engine import trace
from gdtutor.engine.operations import Operation, apply
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.lesson.tables import MAX_LAYERS, MAX_WIDTH
from gdtutor.linear.conversation import whole
from gdtutor.linear.training import training_lines
from gdtutor.play.lesson_text import FILE, playground_in, text_of
from gdtutor.play.options import playground_of_line
from gdtutor.play.playground import Playground
from gdtutor.session.commands import commands_of
from gdtutor.session.controls import (
    BATCHES,
    CONTROLS,
    NOISES,
    PENALTIES,
    POINTS,
    RATES,
    SHARES,
    stepped,
)
from gdtutor.session.effects import PauseTraining, Train
from gdtutor.session.link import command_of
from gdtutor.session.play_keys import control_typed
from gdtutor.session.playing import play_session, reopened
from gdtutor.session.press import Press
from gdtutor.session.state import Focus, Screen, Session, Status
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view import play_maps
from gdtutor.view.figures import source_of
from gdtutor.view.frame import ASCII, UNICODE, Area
from gdtutor.view.help import help_lines
from gdtutor.view.lines import text_of as plain
from gdtutor.view.lines import width_of
from gdtutor.view.play_network import neuron_lines, room_for_network
from gdtutor.view.screen import frame_of
from tests.tries import in_turn, tries

PLAY = next(command for command in COMMANDS if command.name == "play")
SMALL = "--points 20 --batch 5 --epochs 12 --layers 2-3-2-1"
LEFT_OUT = ("quit", "palette", "help", "play_save", "blank", "play_pause")
"""Commands that a random walk does not press: they leave, write, or train to the end."""
ROW = {control.label: place for place, control in enumerate(CONTROLS)}


def begun(options: str = SMALL, keys: str = "") -> Session:
    session = play_session(Session(), playground_of_line(options))
    return pressed(session, parse_keys(keys))


def at(session: Session, label: str) -> Session:
    """Choose a control."""
    return replace(session, play=replace(session.play, control=ROW[label], focus=Focus.CONTROLS))


def again(session: Session) -> Session:
    """Return the session that the command line on the screen opens, its keys pressed."""
    arguments = parser_of(PLAY).parse_args(shlex.split(command_of(session))[2:])
    changes = map(parse_assignment, arguments.changes)
    fresh = reopened(play_session(Session(), asked_for(arguments)), changes)
    return pressed(fresh, parse_keys(arguments.keys))


def hold(session: Session) -> None:
    """Hold screen, command line and lesson together."""
    play, lesson, run = session.play, session.lesson, session.run
    assert play is not None
    start = replace(play.playground, rate=session.original.segments[0].settings.learning_rate)
    assert lesson.text == text_of(start)
    assert playground_in(text_of(play.playground), FILE) == play.playground
    settings = run.segments[-1].settings
    assert settings.learning_rate == play.playground.rate
    other = again(session)
    assert other.play.playground == play.playground
    if session.changes:
        assert other.changes == session.changes
    assert other.train.snapshot.iterations == session.train.snapshot.iterations == run.farthest
    assert other.original.segments[0].settings.learning_rate == start.rate
    for name, value in run.state(run.farthest).parameters.items():
        np.testing.assert_array_equal(other.run.state(run.farthest).parameters[name], value)
    said = (replace(one, message="") for one in (session, other))
    frames = (frame_of(one, 200, 50, UNICODE).lines[1:-2] for one in said)
    for one, two in zip(*frames, strict=True):
        assert plain(one) == plain(two), command_of(session)
    shown = [plain(row) for row in frame_of(session, 200, 50, UNICODE).lines]
    for control in CONTROLS:
        value = control.value(play.playground)
        assert any(control.label in row and value[:8] in row for row in shown), control.label


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(tries(10)))
def test_a_random_walk_over_all_controls_keeps_the_three_one(seed: int) -> None:
    rng = Random(seed)
    keys = [command.keys[0] for command in commands_of(Screen.PLAY) if command.name not in LEFT_OUT]
    session = begun()
    for count in range(30):
        key = rng.choice([*keys, "right", "right", "down", "tab"])
        if key == "right_square_bracket" and len(session.play.playground.layers) > 5:
            continue
        session = pressed(session, [Press(key)])
        if session.screen is Screen.STUDY:
            session = pressed(session, parse_keys("escape"))
        if session.prompt is not None:
            session = pressed(session, parse_keys("escape"))
        assert session.screen is Screen.PLAY
        size, chars = rng.choice([((80, 24), UNICODE), ((120, 36), ASCII), ((40, 12), UNICODE)])
        frame = frame_of(session, *size, chars)
        assert len(frame.lines) == size[1]
        assert {width_of(row) for row in frame.lines} == {size[0]}
        if count % 6 == 5:
            hold(session)
    hold(session)


@pytest.mark.sampled
@pytest.mark.parametrize("label", ROW)
def test_every_control_moved_keeps_the_three_one(label: str) -> None:
    """A random walk may pass a control by; what it writes and saves is held here for each."""
    for key in in_turn(ROW[label], ("right", "left")):
        session = pressed(at(begun(), label), [Press(key)])
        hold(session)


@pytest.mark.sampled
@pytest.mark.parametrize("label", ROW)
def test_every_control_has_a_next_value_and_one_before(label: str) -> None:
    options = "--data spiral --optimizer adam --points 20 --layers 2-3-1 --epochs 12"
    session = at(begun(options), label)
    before = session.play.playground
    after = pressed(session, parse_keys("right"))
    assert after.play.playground != before
    undone = pressed(after, parse_keys("u"))
    assert undone.play.playground == before
    assert pressed(undone, parse_keys("ctrl+r")).play.playground == after.play.playground


def test_a_rate_goes_on_and_everything_else_begins_anew() -> None:
    session = at(begun(keys="3n"), "rate")
    after = pressed(session, parse_keys("right"))
    assert after.train.snapshot.iterations == session.train.snapshot.iterations > 0
    assert "goes on from iteration" in after.play.word
    assert after.play.word in plain(frame_of(after, 120, 36, UNICODE).lines[0])
    assert "--set" in command_of(after)
    hold(after)
    anew = pressed(at(after, "noise"), parse_keys("right"))
    assert anew.train.snapshot.status is Status.IDLE
    assert "begins anew" in anew.play.word
    back = pressed(anew, parse_keys("u"))
    assert back.train.snapshot.iterations == session.train.snapshot.iterations
    assert back.run is after.run


def test_before_anything_is_trained_the_header_says_that_a_control_was_changed():
    assert pressed(at(begun(), "noise"), parse_keys("right")).play.word == "noise changed"
    assert begun(keys="s").play.word == "new start"


@pytest.mark.parametrize(("width", "height"), [(60, 50), (80, 24), (120, 36), (200, 50)])
def test_the_map_of_the_output_has_two_columns_a_row(width: int, height: int) -> None:
    lines = [plain(row) for row in frame_of(begun(), width, height, UNICODE).lines]
    first = next(n for n, row in enumerate(lines) if "╭─ output" in row)
    left = lines[first].index("╭─ output")
    inside = [row[left + 2 :] for row in lines[first + 1 :]]
    rows = [row.split("│")[1].rstrip() for row in inside if re.match(r".{5}│\S", row)]
    assert abs(len(rows[0]) - 2 * len(rows)) <= 1


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("layers", "keys", "told"),
    [
        ("2-20-1", "tab 17down", ("A₁[17]", "⋮ 7 more", ">17")),
        ("2-20-3-1", "tab right w 15down", ("W₂[0,15]", "⋮ 7 more", "15")),
        ("2-4-4-4-4-1", "", ("features", "layer 4", "output")),
        ("2-4-4-4-4-4-1", "tab 4right", ("6 of 7 layers", "layer 1", "layer 5", ">A₅[0]")),
        ("2-30-4-4-4-4-4-1", "tab", ("of 8 layers", ">0", "⋮ 17 more")),
    ],
)
def test_of_a_network_without_room_what_fits_is_drawn_and_the_rest_is_told(
    layers: str, keys: str, told: tuple[str, ...]
) -> None:
    """With the chosen neuron, or the one that the chosen weight comes from, among them."""
    session = begun(f"--points 20 --layers {layers}", keys)
    for chars in (UNICODE, ASCII):
        rows = [plain(row) for row in frame_of(session, 120, 36, chars).lines[2:19]]
        shown = "\n".join(rows)
        for text in told if chars is UNICODE else [text for text in told if text.isascii()]:
            assert text in shown
    assert "network: " in shown


def test_more_epochs_go_on_and_fewer_than_are_done_begin_anew() -> None:
    session = at(begun(SMALL.replace("12", "3"), "3n"), "epochs")
    longer = pressed(session, parse_keys("right"))
    assert longer.play.playground.epochs > 3
    assert longer.play.word == f"epochs: goes on from iteration {session.train.snapshot.iterations}"
    assert not longer.train.snapshot.is_at_end
    assert list(longer.run.costs) == list(session.run.costs)
    hold(longer)
    whole = pressed(longer, parse_keys("space"))
    assert len(whole.run.costs) == longer.play.playground.epochs
    hold(whole)
    fewer, _ = control_typed(at(whole, "epochs"), "20")
    assert (fewer.play.word, fewer.train.snapshot.status) == ("epochs: begins anew", Status.IDLE)
    edited = pressed(
        at(pressed(at(session, "rate"), parse_keys("right")), "epochs"), [Press("right")]
    )
    assert edited.play.word == "epochs: begins anew"


def test_epochs_asked_for_while_one_is_trained_are_added() -> None:
    session = begun()
    each = session.run.iterations_per_epoch
    first, (wish,) = update(session, Press("n"))
    second, (more,) = update(first, Press("n"))
    assert (wish.until, more.until, second.train.goal) == (each, 2 * each, 2 * each)
    session.run.advance(iterations=each + 1)
    _, (last,) = update(second, Press("n"))
    assert (last.until, last.iterations) == (3 * each, 2 * each - 1)
    full, _ = update(session, Press("space"))
    refused, effects = update(full, Press("n"))
    assert (effects, "Pause with Space first" in refused.message) == ((), True)


def test_the_command_line_brings_single_iterations_and_what_is_chosen() -> None:
    session = begun("--data moons", "n n n i i i tab right")
    assert command_of(session) == "gdtutor play --data moons --keys '3n 3i tab right'"
    hold(session)
    hold(pressed(session, parse_keys("left 2down w down tab left")))


def test_what_predictions_leave_out_is_had_by_a_command_that_works(
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = begun("--data moons --rate 0.3", "2n")
    session = pressed(at(session, "rate"), parse_keys("right n"))
    (row,) = [row for row in training_lines(session, UNICODE) if "left out" in row]
    command = row.partition("; ")[2].removesuffix(" prints all predictions")
    assert main(shlex.split(command)[1:]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["costs"] == session.run.costs.tolist()
    assert len(data["predictions"][0]) == 200


def test_a_walk_that_went_beyond_the_run_leaves_it_there() -> None:
    session = begun(keys="n i tab enter 3pagedown escape escape")
    assert session.screen is Screen.PLAY
    run = session.run
    assert session.train.snapshot.iterations == run.farthest > run.iterations_per_epoch
    hold(session)


def test_a_place_is_typed_in_the_playground_as_beside_the_curve() -> None:
    session = begun(keys="4n")
    assert pressed(session, parse_keys(": epoch:1 enter")).train.look.cursor == 1
    walked = pressed(session, parse_keys(": 2/backward:W1[0,1] enter"))
    assert (walked.screen, walked.moment.iteration) == (Screen.STUDY, 2)
    assert walked.look.cell == (0, 1)


def test_the_command_line_brings_the_look_of_the_maps_and_a_run_at_its_end() -> None:
    session = begun(SMALL.replace("12", "3"), "3n d o y")
    assert command_of(session).endswith("--keys '3n d o y'")
    opened = begun(SMALL.replace("12", "3"), "3n d o y")
    assert (opened.play.is_discrete, opened.play.hides_held) == (True, True)
    frames = [frame_of(one, 120, 36, UNICODE) for one in (session, opened)]
    assert [plain(row) for row in frames[0].lines] == [plain(row) for row in frames[1].lines]
    assert "finished" in plain(frames[1].lines[0])


@pytest.mark.parametrize("key", ["u", "ctrl+r"])
def test_a_run_under_way_goes_on_where_a_change_is_undone_or_done_again(key: str) -> None:
    session = begun(keys="n")
    first = at(session, "noise")
    for press in ("right", "u") if key == "ctrl+r" else ("right",):
        first = pressed(first, parse_keys(press))
    running = first.with_train(snapshot=replace(first.train.snapshot, status=Status.RUNNING))
    after, effects = update(running, parse_keys(key)[0])
    assert after.train.snapshot.status is Status.RUNNING
    assert [type(effect) for effect in effects] == [PauseTraining, Train]
    assert effects[1].run is after.run
    resting, effects = update(first, parse_keys(key)[0])
    assert resting.train.snapshot.status is not Status.RUNNING
    assert [type(effect) for effect in effects] == [PauseTraining]


def test_the_same_start_says_what_of_the_walk_it_keeps_and_then_takes_it_back() -> None:
    session = begun("--points 20 --layers 2-2-1 --epochs 5", "tab enter e W1[0,0]=3 enter escape n")
    assert session.train.snapshot.iterations
    once = pressed(session, parse_keys("0"))
    assert once.train.snapshot.iterations == 0
    assert "it stays edited W1[0,0]=3" in once.message
    assert once.run.state(0).parameters["W1"][0, 0] == 3
    hold(once)
    twice = pressed(once, parse_keys("0"))
    assert not twice.changes
    assert "no longer edited" in twice.play.word
    assert twice.run.state(0).parameters["W1"][0, 0] != 3
    hold(twice)


@pytest.mark.parametrize("keys", ["tab right 2+", "2n 2tab left"])
def test_what_the_last_change_did_and_what_the_cursor_reads_have_room(keys: str) -> None:
    session = begun("--data checkerboard --points 40 --layers 2-8-8-8-1 --epochs 5", keys)
    head, facts = (plain(row) for row in frame_of(session, 80, 24, UNICODE).lines[:2])
    assert "…" not in head.replace("checkerb…", "") + facts
    assert f"  {session.play.word}  " in head
    assert ("at epoch" in facts) == (session.train.look.cursor is not None)


@pytest.mark.slow
def test_what_is_wrong_with_a_run_is_told_to_its_end_in_two_lines() -> None:
    session = begun("--data spiral --layers 2-3 --epochs 700", "space")
    assert session.train.snapshot.diagnosis is not None
    for size in ((80, 24), (120, 36), (200, 50)):
        rows = [plain(row).strip() for row in frame_of(session, *size, UNICODE).lines[2:5]]
        told = " ".join(rows[: next(at for at, row in enumerate(rows) if row.startswith("╭"))])
        assert told.startswith("Stuck")
        assert told.endswith(".")


def test_a_bound_is_said_where_a_count_goes_beyond_it() -> None:
    session = begun()
    assert f"layers: {MAX_LAYERS} is the most" in pressed(session, parse_keys("999]")).play.word
    many = pressed(session, parse_keys("tab 99999+")).play.word
    assert f"{MAX_WIDTH} is the most" in many


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("tab enter", "forward:A1[0,0]"),
        ("tab right down enter", "forward:A2[1,0]"),
        ("tab 2right enter", "forward:Yhat[0,0]"),
        ("w down enter", "backward:W1[0,1]"),
    ],
)
def test_enter_opens_the_walk_there_and_escape_comes_back(keys: str, place: str) -> None:
    session = begun(keys=f"2n {keys}")
    assert session.screen is Screen.STUDY
    assert session.moment.iteration == session.train.snapshot.iterations
    assert command_of(session).endswith(f"--at '{session.moment.iteration}/{place}'")
    back = pressed(session, parse_keys("escape"))
    assert back.screen is Screen.PLAY
    assert back.train.snapshot is session.train.snapshot
    assert back.look.cell is None


def test_the_closing_page_says_that_enter_leads_back_and_in_lines_that_the_walk_goes_on() -> None:
    session = begun(keys="tab enter z")
    rows = [plain(row).strip() for row in frame_of(session, 80, 24, UNICODE).lines]
    told = "Enter leads back to the playground, PgDn iteration 1; 4t: 4 iterations"
    assert told in rows
    assert pressed(session, parse_keys("enter")).screen is Screen.PLAY
    assert whole(session, UNICODE).endswith("\nEnter goes on with iteration 1.")


def test_a_point_of_the_curve_opens_its_iteration() -> None:
    session = begun(keys="5n 2tab 3left enter")
    assert session.screen is Screen.STUDY
    assert session.moment.iteration == session.run.first_iteration(2)


def test_the_walk_agrees_with_the_saved_lessons() -> None:
    session = begun("--data moons --points 20 --features x1,x2,x1*x2 --l1 0.01", "3n tab enter")
    lesson_run = run_of(session.lesson)
    lesson_run.advance(iterations=session.moment.iteration)
    for name, value in session.moment.state.parameters.items():
        theirs = lesson_run.state(session.moment.iteration).parameters[name]
        np.testing.assert_array_equal(theirs, value)


def test_a_typed_value_is_taken_or_refused_where_it_is_typed() -> None:
    session = at(begun(), "layers")
    typed = pressed(session, parse_keys("e ctrl+u 2-5-1 enter"))
    assert typed.play.playground.layers == (2, 5, 1)
    refused = pressed(session, parse_keys("e ctrl+u 2-5-3 enter"))
    assert "outputs" in refused.prompt.error
    assert refused.play.playground == session.play.playground
    features = pressed(at(session, "features"), parse_keys("e ctrl+u x1,log(x1) enter"))
    assert "not finite" in features.prompt.error


def test_the_first_character_typed_replaces_the_value_and_other_keys_mend_it() -> None:
    session = at(begun("--points 200"), "points")
    assert pressed(session, parse_keys("e 150")).prompt.text == "150"
    assert pressed(session, parse_keys("enter backspace 5")).prompt.text == "205"
    wrong = pressed(session, parse_keys("e x enter"))
    shown = plain(frame_of(wrong, 80, 24, UNICODE).lines[-1])
    assert wrong.prompt.error
    assert "Esc leave  Ctrl-C quit  typing replaces  Backspace Ctrl-U delete" in shown
    assert pressed(wrong, parse_keys("escape")).prompt is None


@pytest.mark.parametrize(
    ("size", "named"),
    [
        ((80, 24), ("W save", "s new start", "u undo")),
        ((100, 30), ("W save", "u undo", "w weight", "k ")),
        ((120, 36), ("W save", "k ", "y ", "u undo", "d sides", "o validation", "w weight")),
    ],
)
def test_two_lines_name_keys_below_the_panels(
    size: tuple[int, int], named: tuple[str, ...]
) -> None:
    session = at(begun(keys="n"), "rate")
    changed = pressed(session, parse_keys("right"))
    rows = [plain(row) for row in frame_of(changed, *size, UNICODE).lines[-2:]]
    told = "  ".join(("", *(row.strip() for row in rows)))
    for key in named:
        assert f"  {key}" in told, (key, told)
    typing = pressed(changed, parse_keys("e"))
    assert len(frame_of(typing, *size, UNICODE).lines) == size[1]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
def test_a_chosen_value_is_whole_and_examples_that_are_not_marked_are_counted(
    size: tuple[int, int],
) -> None:
    session = at(begun("--points 200 --features x1,x2,x1**2,x2**2,x1*x2"), "features")
    rows = frame_of(session, *size, UNICODE).text().split("\n")
    place = next(n for n, row in enumerate(rows) if ">features" in row)
    shown = [row[14:27].strip() for row in rows[place : place + 3]]
    assert shown == ["x1,x2,", "x1**2,x2**2,", "x1*x2"]
    cost = " ".join(frame_of(at(session, "cost"), *size, UNICODE).text().split())
    assert "binary_cross_ " in cost
    marked = re.search(r" (\d+) of 200", "".join(rows))
    assert marked is not None
    assert 0 < int(marked[1]) < 200
    few = begun("--data xor --layers 2-2-1 --epochs 5")
    assert "marked" not in frame_of(few, 120, 36, UNICODE).text()


def test_the_optimisers_that_are_met_first_are_chosen_first() -> None:
    chosen = [at(begun(), "optimizer")]
    for _ in range(3):
        chosen.append(pressed(chosen[-1], parse_keys("right")))
    names = [session.play.playground.optimizer for session in chosen]
    assert names == ["sgd", "momentum", "adam", "rmsprop"]


def test_help_says_what_accuracy_and_test_are() -> None:
    told = [plain(row).strip() for row in help_lines(Screen.PLAY, 116, UNICODE)]
    assert any(row.startswith("accuracy") and "told right" in row for row in told)
    assert any(row.startswith("test ") and "penalties included" in row for row in told)


PENALISED = "--data quadrants --points 300 --noise 0.05 --features x1,x2,x1*x2 --layers 2-4-2-2-1 "
PENALISED += "--l1 0.0001 --l2 0.0001"


def facts(session: Session, width: int = 80) -> str:
    return plain(frame_of(session, width, 24, UNICODE).lines[1]).strip()


def test_costs_and_accuracy_are_those_of_the_parameters_of_the_map() -> None:
    """As NumPy has them at the start and after one update."""
    start = "training 0.6591  validation 0.6493  accuracy 56 % / 56 %"
    session = begun(f"{PENALISED} --batch full")
    assert facts(session) == start
    trained = pressed(session, parse_keys("n"))
    assert facts(trained) == "training 0.6302  validation 0.6217  accuracy 59 % / 61 %"
    assert facts(pressed(trained, parse_keys("2tab left"))) == f"at epoch 0: {start}"


def test_in_batches_the_cost_of_the_curve_under_the_cursor_is_told_besides() -> None:
    session = begun(f"{PENALISED} --batch 10", "2n 2tab 2left")
    curve = f"  curve {float(session.run.costs[0]):.4g}"
    assert facts(session, 120).endswith(f"{curve}, over its batches before their updates")
    assert facts(session, 100).endswith(curve)


def test_with_averages_the_map_is_drawn_with_those_that_the_costs_are_of() -> None:
    session = begun("--optimizer averaged --points 20 --layers 2-3-1", "3n")
    run, snapshot = session.run, session.train.snapshot
    state = run.state(snapshot.iterations)
    maps = play_maps.maps_of(source_of(session, UNICODE), ("Yhat",), 8, 4)
    averages, points = run.predicting(state), maps.grid.points()
    wanted = play_maps.forward_at(run.segments[0].problem, averages, points, ("Yhat",), {})
    assert np.array_equal(maps.layers[0], wanted["Yhat"])
    assert not np.array_equal(averages["W1"], state.parameters["W1"])


def test_plus_and_minus_add_neurons_features_and_layers() -> None:
    session = begun("--layers 2-3-1")
    assert pressed(session, parse_keys("+")).play.playground.layers == (2, 4, 1)
    assert pressed(session, parse_keys("9-")).play.playground.layers == (2, 1, 1)
    more = pressed(session, parse_keys("]"))
    assert more.play.playground.layers == (2, 3, 2, 1)
    features = pressed(session, parse_keys("tab left +"))
    assert features.play.playground.features == ("x1", "x2", "x1**2")
    outputs = pressed(session, parse_keys("tab 2right +"))
    assert outputs.play.playground == session.play.playground
    assert outputs.message == "The outputs follow the data; the control outputs has them."


def test_what_cannot_be_trained_says_why_and_stays_as_it_was() -> None:
    session = at(begun("--optimizer averaged"), "optimizer")
    after = pressed(session, parse_keys("right"))
    assert after.play.playground.optimizer == "averaged"
    assert "implicit gradient descent is for one" in after.message


def test_marks_tell_test_examples_apart_and_can_be_left_out() -> None:
    session = begun("--points 60 --train 0.5")
    shown = "\n".join(plain(row) for row in frame_of(session, 120, 36, UNICODE).lines)
    assert "01 trained, ₀₁ held out" in shown
    hidden = frame_of(pressed(session, parse_keys("o")), 120, 36, UNICODE)
    assert "held out" not in "\n".join(plain(row) for row in hidden.lines)


def test_the_playground_before_anything_is_the_default() -> None:
    session = play_session(Session(), Playground())
    assert command_of(session) == "gdtutor play --data circle"


def test_a_ladder_ends_at_its_ends_and_keeps_what_was_typed_beyond() -> None:
    ladder = (0.1, 0.3, 1.0)
    assert [stepped(value, ladder, 1) for value in (0.1, 0.2, 1.0, 7.0)] == [0.3, 0.3, 1.0, 7.0]
    assert [stepped(value, ladder, -1) for value in (0.1, 0.2, 1.0, 7.0)] == [0.1, 0.1, 0.3, 1.0]
    assert stepped(0.01, ladder, 1) == 0.1
    assert stepped(0.01, ladder, -1) == 0.01


def test_batches_go_up_to_all_examples_and_down_from_them() -> None:
    """All examples are written as None."""
    session = at(begun("--points 20 --batch 5"), "batch")
    sizes = []
    for key in ("right", "right", "right", "left", "left"):
        session = pressed(session, parse_keys(key))
        sizes.append(session.play.playground.batch)
    assert sizes == [10, None, None, 10, 5]


@pytest.mark.parametrize("ladder", [RATES, PENALTIES, POINTS, NOISES, SHARES, BATCHES])
def test_the_rungs_of_a_ladder_rise_from_0_or_above(ladder: tuple[float, ...]) -> None:
    assert list(ladder) == sorted(set(ladder))
    assert ladder[0] >= 0


def test_space_before_the_end_trains_to_it() -> None:
    assert len(begun(keys="5n space").train.snapshot.costs) == 12


def test_with_nothing_done_there_is_nothing_to_undo() -> None:
    session = begun()
    after = pressed(session, parse_keys("u"))
    assert after.play.playground == session.play.playground
    assert after.run is session.run


def test_space_at_the_end_goes_on_for_as_many_epochs() -> None:
    session = begun(keys="space")
    assert len(session.train.snapshot.costs) == 12
    after = pressed(session, parse_keys("space"))
    assert len(after.train.snapshot.costs) == 24
    hold(after)


def test_the_chosen_feature_is_the_one_that_goes() -> None:
    session = begun("--features x1,x2,x1*x2", "tab left down -")
    assert session.play.playground.features == ("x1", "x1*x2")


def test_the_chosen_weight_is_told_by_its_value_and_the_neuron_shown_large() -> None:
    session = begun(keys="w")
    shown = "\n".join(plain(row) for row in frame_of(session, 120, 36, UNICODE).lines)
    weight = session.run.state(0).parameters["W1"][0, 0]
    assert f"W₁[0,0] = {weight:.4g}" in shown
    assert "A₁[0] over the plane" in shown
    rows = neuron_lines(session, Area(30, 40, UNICODE))
    assert f">{weight:.3g} · x1" in [plain(row) for row in rows]


def test_small_maps_leave_the_lines_their_room() -> None:
    session = begun("--layers 2-4-2-2-1", "tab right")
    shown = "\n".join(plain(row) for row in frame_of(session, 120, 36, UNICODE).lines)
    assert "lines: solid +, dashed" in shown


@pytest.mark.parametrize("layers", ["2-1", "2-2-1", "2-4-2-1", "2-8-6-1", "2-5-5-5-5-1"])
def test_the_map_of_a_neuron_is_as_wide_as_high(layers: str) -> None:
    session = begun(f"--layers {layers}", "tab right")
    seen = 0
    for size in (60, 11), (90, 20), (170, 28), (300, 60):
        room = room_for_network(session.play, Area(*size, UNICODE))
        if room is not None and room.rows > 1:
            seen += 1
            assert room.columns == 2 * room.rows
            used = len(room.shown) * (room.strip + room.columns + 1)
            assert used + (len(room.shown) - 1) * room.edges <= size[0]
    assert seen > 1
    rows = [plain(row) for row in neuron_lines(session, Area(30, 12, UNICODE))]
    drawn = [row for row in rows if not row.strip(":·░▒ ")]
    assert {len(row.rstrip()) for row in drawn} == {2 * len(drawn)}


@pytest.mark.parametrize(("layers", "told"), [("2-4-2-1", " bias"), ("2-9-2-1", "⋮ 6 more")])
def test_of_weights_without_room_the_rest_is_told(layers: str, told: str) -> None:
    session = begun(f"--points 20 --layers {layers}", "tab right w 3down")
    rows = [plain(row) for row in frame_of(session, 80, 24, UNICODE).lines[3:12]]
    assert told in rows[-1]
    assert any(">" in row and "A₁[3]" in row for row in rows)


def test_inputs_of_a_file_fill_the_plane_and_large_ones_are_told_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "150,-9.5,0\n190,-8.5,1\n170,-9,0\n180,-8.75,1\n"
    Path("mine.csv").write_text(f"height,score,sick\n{rows}", encoding="utf-8")
    session = begun("--data mine.csv --train 1 --epochs 5")
    axes = play_maps.axes_of(session.run.segments[0].problem)
    assert [(axis.low, axis.high) for axis in axes] == [(146.0, 194.0), (-9.6, -8.4)]
    assert "go up to 190" in session.message
    scaled = session.message.partition("features as ")[2].removesuffix(" scale them.")
    assert scaled == "(height-172)/15"
    assert not begun(f"--data mine.csv --features {scaled},(score+9) --epochs 5").message


def test_inputs_of_one_kind_have_axes_of_one_length() -> None:
    first, second = play_maps.axes_of(begun("--data spiral").run.segments[0].problem)
    assert (first.low, first.high) == (second.low, second.high)


def test_after_a_run_that_was_lost_another_rate_begins_anew() -> None:
    session = begun("--data plane --points 20 --rate 1000000 --activation linear", "space")
    assert session.train.snapshot.stopped_by == "not_finite"
    assert "not finite" in plain(frame_of(session, 120, 36, UNICODE).lines[0])
    assert "no longer finite" in pressed(session, parse_keys("space")).message
    after = pressed(at(session, "rate"), parse_keys("left"))
    assert after.train.snapshot.status is Status.IDLE
    assert "begins anew" in after.play.word
    hold(after)


def test_the_closing_page_leads_back_to_the_playground() -> None:
    session = begun(keys="n tab enter z enter")
    assert session.screen is Screen.PLAY
    assert not session.look.is_closing
    assert "Esc leads back" in pressed(begun(keys="tab enter"), parse_keys("l")).message


def test_a_rate_that_is_changed_in_the_walk_or_beside_training_is_the_controls_too() -> None:
    walked = begun(keys="n tab enter")
    edited = pressed(walked, parse_keys("e learning_rate=0.7 enter escape"))
    assert edited.play.playground.rate == 0.7
    hold(edited)
    beside = pressed(walked, parse_keys("t + escape escape"))
    assert beside.screen is Screen.PLAY
    assert beside.play.playground.rate == 0.2


def test_a_map_computes_the_layers_before_it_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    session = play_session(Session(), playground_of_line("--data moons --layers 2-3-3-3-1"))
    names = play_maps.layer_names(5)
    every = play_maps.maps_of(source_of(session, UNICODE), names, 8, 4)
    done: list[str] = []

    def noted(op: Operation, *rest: Any) -> Any:
        done.append(op.name)
        return apply(op, *rest)

    monkeypatch.setattr(trace, "apply", noted)
    for place, name in enumerate(names):
        done.clear()
        (alone,) = play_maps.maps_of(source_of(session, UNICODE), (name,), 8, 4).layers
        assert np.array_equal(alone, every.layers[place])
        assert done.count("matmul") == place


def test_the_regions_of_a_map_are_no_louder_than_its_examples() -> None:
    for chars in (UNICODE, ASCII):
        cells = play_maps.cells_of(np.linspace(-1, 1, 40), 0.0, chars, is_discrete=False)
        assert not {glyph for glyph, _ in cells} & set("▓█=≡@#")


def test_a_control_is_marked_only_while_the_arrows_act_on_it() -> None:
    for size in ((80, 24), (120, 36)):
        rows = frame_of(begun(), *size, UNICODE).text().splitlines()
        assert any("│ >data" in row for row in rows)
        rows = frame_of(begun(keys="tab"), *size, UNICODE).text().splitlines()
        assert any("│  data" in row for row in rows)
