import os
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session_walks import lesson_file
from walks import KINK, NETWORK, NEURON, ROWS, pressed, screen, typed, walk

from gdtutor.cli.arguments import COMMANDS, parser_of
from gdtutor.cli.starting import session_of
from gdtutor.drive import effects as headless
from gdtutor.drive.keys import parse_keys
from gdtutor.session.link import command_of, place_of
from gdtutor.session.runs import run_label
from gdtutor.session.state import AutoPlay, EditHistory, Screen
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import shown as drawn
from tests.tries import tries

XOR = lesson_file("xor-hidden")
ADD_UP = lesson_file("gradients-add-up")


def reopened(command):
    """Return the session that a command line opens, as the program does."""
    words = shlex.split(command)
    assert words[0] == "gdtutor"
    arguments = parser_of(COMMANDS[0]).parse_args(words[1:])
    return pressed(session_of(arguments), arguments.keys)


def reopened_trained(session):
    """Return the session that its command opens, trained as far as its keys say."""
    arguments = parser_of(COMMANDS[0]).parse_args(shlex.split(command_of(session))[1:])
    return headless.pressed(session_of(arguments), parse_keys(arguments.keys))


def assert_the_same_training(again, session):
    """Hold two training screens equal: run, cursor, panel, and the runs beside."""
    command = command_of(session)
    beside = [
        [curve for curve in one.train.kept if curve.label != run_label(one)]
        for one in (again, session)
    ]
    assert again.prompt == session.prompt, command
    assert again.train.snapshot.iterations == session.train.snapshot.iterations, command
    costs = session.train.snapshot.costs
    assert again.train.snapshot.costs == pytest.approx(costs, rel=1e-9), command
    for one, other in zip(*beside, strict=True):
        assert one.label == other.label, command
        assert one.costs == pytest.approx(other.costs, rel=1e-9), command
        assert (one.verdict, one.measure) == (other.verdict, other.measure), command
    assert shown(again) == shown(session), command
    assert command_of(again) == command


def shown(session):
    """Return what a session shows at three sizes, what follows from the keys before left out."""
    quiet = replace(session, message="", is_error=False, count="", command="", auto=AutoPlay())
    quiet = replace(quiet, passed=(), history=EditHistory((quiet.changes,)))
    quiet = replace(quiet, look=replace(quiet.look, met=None))
    return [screen(quiet, *size) for size in ((80, 24), (120, 36), (40, 12))]


def test_the_command_of_a_place_names_lesson_changes_and_cell():
    session = walk(
        XOR, "37/backward:W1[0,1]", changes=("W1[0,1]=0.9", "20:learning_rate=5"), keys="o x D"
    )
    assert command_of(session) == (
        "gdtutor xor-hidden --set 'W1[0,1]=0.9' --set 20:learning_rate=5 "
        "--at '37/backward:W1[0,1]' --example 1 --digits 5"
    )


def test_lines_that_are_unfolded_are_named_and_all_of_them_by_a_word():
    one = walk(NEURON, "forward:z", keys="x")
    assert "--unfold z" in command_of(one)
    assert "--unfold all" in command_of(pressed(one, "n n n n n x"))


def test_of_a_lesson_without_an_opening_page_its_first_step_alone_has_no_place(tmp_path):
    path = tmp_path / "bare.md"
    text = NEURON.read_text(encoding="utf-8").replace("# One neuron\n\nOpening page.", "")
    path.write_text(text, encoding="utf-8")
    places = [place_of(walk(path, keys=keys)) for keys in ("", "n", "n n")]
    assert places == ["", "forward:z", "forward:yhat"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("keys", "words"), [("", ""), ("D", " --digits 6"), ("d", " --digits 4")])
def test_the_digits_that_a_lesson_opens_with_are_left_out_of_the_command(keys, words):
    session = walk(lesson_file("two-and-one"), "forward:z", keys=keys)
    command = command_of(session)
    assert command == f"gdtutor two-and-one --at forward:z{words}"
    assert shown(reopened(command)) == shown(session)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("path", "at", "keys"),
    [
        (NEURON, "", ""),
        (NEURON, "", "3 down"),
        (NEURON, "backward:z", "x n n"),
        (NEURON, "backward:z", "v tab"),
        (NEURON, "update:b", "e optimizer=adam enter n p p"),
        (ROWS, "update:w", "e optimizer=adam enter p p o"),
        (NETWORK, "update:W1", "e optimizer=adam enter p p c right"),
        (ADD_UP, "given", "N N N N n"),
        (ADD_UP, "given", "N N N e a=7 enter n"),
        (KINK, "backward:x", "v"),
        (XOR, "12/forward:Z1", "c right down h"),
        (XOR, "given", "e activation=relu enter N N"),
        (XOR, "given", "e W1[0,1] space = space 1/3 enter n"),
    ],
)
def test_the_command_reopens_the_screen(path, at, keys):
    session = walk(path, at, keys)
    again = reopened(command_of(session))
    assert shown(again) == shown(session)
    assert command_of(again) == command_of(session)


KEYS = (
    "n", "5n", "p", "N", "P", "pagedown", "3 pagedown", "pageup", "home", "end", "x", "c", "left",
    "right", "up", "down", "o", "d", "D", "tab", "v", "u", "ctrl+r", "R", "escape", "h", "g g",
)  # fmt: skip
EDITS = {
    NEURON: ("w1=0.9", "2:b=-1/3", "learning_rate=0.3", "optimizer=adam", "activation=tanh",
             "x1[1]=1e-3", "y[0]=0.1"),
    ROWS: ("w=0.3", "3:b=2", "x[2]=-0.7", "optimizer=rmsprop", "activation=softplus"),
    NETWORK: ("W1[0,1]=0.9", "b2[0,0]=1e-7", "X[1,2]=3", "activation=tanh", "optimizer=adam"),
    KINK: ("x=0.1", "w=-2"),
    ADD_UP: ("a=5", "q=-2", "W[0,1]=0.25", "b[0,0]=1"),
}  # fmt: skip


@pytest.mark.slow
@given(st.data())
def test_the_command_reopens_any_screen(data):
    path = data.draw(st.sampled_from(sorted(EDITS)))
    session = walk(path, keys="n")
    for _ in range(data.draw(st.integers(0, 12))):
        if data.draw(st.integers(0, 3)) == 0:
            edit = data.draw(st.sampled_from(EDITS[path]))
            session = pressed(typed(pressed(session, "e"), edit), "escape")
        else:
            after = pressed(session, data.draw(st.sampled_from(KEYS)))
            # Behind the last lesson → leads to the library, which has no link.
            session = session if after.screen is Screen.LIBRARY else after
    if session.challenge is not None:
        # What is typed as an answer is nobody's to be handed on.
        session = pressed(session, "ctrl+u")
    command = command_of(session)
    assert shown(reopened(command)) == shown(session), command


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "at"),
    [("xor-hidden", "given"), ("bias", "backward:w1"), ("xor-hidden", "backward:W1")],
)
def test_every_order_of_the_keys_of_panels_and_pictures_is_reopened(name, at):
    def seen(session):
        """The screen finds which panel is alone, which the key of the pictures asks."""
        session, _ = drawn(session, 80, 24, UNICODE)
        return replace(session, look=replace(session.look, met=None))

    start = seen(walk(lesson_file(name), at))
    met, reached = {start.look: start}, [start]
    for _ in range(3):
        after = [seen(pressed(one, key)) for one in reached for key in ("tab", *"fcwo")]
        reached = [one for one in after if met.setdefault(one.look, one) is one]
    assert len(met) > 8
    for session in met.values():
        assert shown(seen(reopened(command_of(session)))) == shown(session), command_of(session)


def test_a_seed_is_part_of_the_command():
    command = "gdtutor xor-hidden --seed 7 --at backward:W1"
    assert command_of(reopened(command)) == command


def test_a_lesson_of_ones_own_is_named_by_its_quoted_path(tmp_path):
    path = tmp_path / "it's mine.md"
    path.write_bytes(NEURON.read_bytes())
    command = command_of(walk(path, "forward:z"))
    assert shlex.split(command)[1] == str(path)
    assert shown(reopened(command)) == shown(walk(path, "forward:z"))


def test_training_is_reached_by_its_key():
    session = pressed(walk(NEURON, "3/given"), "t")
    assert command_of(session) == f"gdtutor {os.path.relpath(NEURON)} --at 3/given --keys t"


def test_the_key_shows_the_command_and_the_next_key_takes_it_away():
    session = walk(XOR, "backward:W1", "k")
    assert " gdtutor xor-hidden --at backward:W1" in screen(session).splitlines()
    assert "gdtutor" not in screen(pressed(session, "n"))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_a_long_command_is_broken_so_that_a_shell_reads_it_as_one(size):
    changes = tuple(f"{k}:W1[0,1]=0.{k}" for k in range(1, 5))
    session = walk(XOR, "37/backward:W1[0,1]", "k", changes)
    text = screen(session, *size)
    rows = text[text.index("gdtutor") :].splitlines()[:-2]
    assert len(rows) > 1
    as_a_shell_reads = "\n".join(rows).replace("\\\n", "")
    assert shlex.split(as_a_shell_reads) == shlex.split(command_of(session))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("keys", ["r", "r n escape", "r 3n n escape n n escape", "r N n escape p"])
def test_predict_mode_and_its_open_question_are_reopened(keys):
    session = walk(NEURON, "given", keys)
    again = reopened(command_of(session))
    assert shown(again) == shown(session)
    assert again.predict
    assert (again.challenge is None) == (session.challenge is None)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("keys", ["tab", "2tab", "2tab enter", "h", "2tab down"])
def test_an_open_question_is_reopened_with_the_panel_that_shows_beside_it(keys):
    session = walk(NETWORK, "given", f"r n escape {keys}")
    again = reopened(command_of(session))
    assert again.challenge == session.challenge
    assert shown(again) == shown(session)


def test_the_closing_page_is_reopened():
    session = walk(ADD_UP, "given", "z")
    assert session.look.is_closing
    assert shown(reopened(command_of(session))) == shown(session)


def test_the_command_brings_back_what_the_training_screen_shows():
    keys = "t S learning_rate=0.5,2 enter y 1tab : epoch:30 enter"
    presses = parse_keys(keys)
    session = headless.pressed(walk(NETWORK, "3/given"), presses)
    assert session.train.look.cursor == 30
    assert f"--keys '{keys}'" in command_of(session)


@pytest.mark.parametrize("tabs", range(3))
def test_the_side_panel_is_named_by_its_place_whatever_runs_stand_beside(tabs):
    """A variant's kept curve brings a panel of the runs, which a screen reopened may not have."""

    def panel(session):
        second = screen(session, 80, 24).splitlines()[2]
        return second.rpartition("╭")[2].strip("─╮ ")

    keys = "t V" + " tab" * tabs
    session = headless.pressed(walk(lesson_file("learning-rate")), parse_keys(keys))
    again = reopened(command_of(session))
    assert session.train.kept
    assert (panel(session) == "runs") == (tabs == 0)
    assert tabs == 0 or panel(again.with_train(kept=())) == panel(session)


def test_the_curves_of_variants_are_there_again():
    keys = "t V V V S learning_rate=1,2 enter"
    session = headless.pressed(walk(lesson_file("learning-rate")), parse_keys(keys))
    command = command_of(session)
    assert "--keys 't S variant=0,1,2 enter S learning_rate=1,2 enter" in command
    arguments = parser_of(COMMANDS[0]).parse_args(shlex.split(command)[1:])
    again = headless.pressed(session_of(arguments), parse_keys(arguments.keys))
    labels = [[curve.label for curve in one.train.kept] for one in (again, session)]
    assert labels[0] == labels[1]
    for one, other in zip(again.train.kept, session.train.kept, strict=True):
        assert one.costs == pytest.approx(other.costs, rel=1e-9)
        assert (one.verdict, one.setting, one.measure) == (
            other.verdict,
            other.setting,
            other.measure,
        )


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("keys", "command"),
    [
        (
            "t S learning_rate=0.5,5,13 enter : 12 enter e learning_rate=5 enter t 3n",
            "--at 12/given --keys '0t S learning_rate=0.5,5,13 enter escape 50t escape "
            "e 12:learning_rate=5 enter 15t'",
        ),
        (
            "t S learning_rate=0.1,1 enter 0 5n + 2n",
            "--keys '0t S learning_rate=0.1,1 enter escape e 5:learning_rate=1 enter 7t'",
        ),
        (
            "3t escape 5n V e 0:w=1 enter 9t S learning_rate=1,2 enter V",
            "--keys '3t escape V e 0:w=1 enter 0t S learning_rate=1,2 enter escape 9t escape V "
            ": backward:L enter 0t space'",
        ),
    ],
)
def test_runs_beside_are_trained_again_where_they_were_made(keys, command):
    session = headless.pressed(walk(lesson_file("learning-rate")), parse_keys(keys))
    assert command in command_of(session)
    assert session.train.kept
    assert_the_same_training(reopened_trained(session), session)


def test_after_a_refusal_no_key_of_a_command_is_typed_until_escape_leaves_the_input():
    keys = "e 5:b=1 enter t S learning_rate=1 enter 1tab y"
    session = headless.pressed(walk(lesson_file("bias")), parse_keys(keys))
    assert session.prompt.text == "learning_rate=1"
    assert "changes at iteration 5" in session.prompt.error
    session = headless.pressed(session, parse_keys("escape y"))
    assert session.prompt is None
    assert session.train.look.log_y


@pytest.mark.parametrize("number", ["10", "x", "-1"])
def test_a_sweep_over_a_variant_that_is_not_there_says_which_there_are(number):
    lesson = walk(lesson_file("learning-rate"))
    session = headless.pressed(lesson, parse_keys(f"t S variant={number} enter"))
    assert "1 to 9; 0 is the lesson itself" in session.message or session.prompt.error


@pytest.mark.sampled
@pytest.mark.parametrize(
    "keys",
    [
        "0t",
        "20t",
        "t 0",
        "20t + n",
        "20t + 5n [ 3[ y",
        "t n",
        "t V",
        "20t S learning_rate=0.5,2 enter 1tab",
        "20t escape e learning_rate=2 enter t",
    ],
)
@pytest.mark.parametrize("path", [lesson_file("learning-rate"), lesson_file("bias")])
def test_a_run_is_trained_again_exactly_as_far_with_what_was_changed_on_the_way(path, keys):
    session = headless.pressed(walk(path), parse_keys(keys))
    command = command_of(session)
    arguments = parser_of(COMMANDS[0]).parse_args(shlex.split(command)[1:])
    again = headless.pressed(session_of(arguments), parse_keys(arguments.keys))
    assert shown(again) == shown(session)
    assert again.train.snapshot.iterations == session.train.snapshot.iterations
    assert again.train.snapshot.status == session.train.snapshot.status
    assert command_of(again) == command


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("at", "keys"),
    [
        ("given", "t + 0 20n"),
        ("3/backward:w1", "t escape e 0:b=1 enter e 5:learning_rate=0.5 enter 50t"),
        ("given", "t escape e b=1 enter t 0"),
    ],
)
def test_the_curve_of_the_lessons_own_run_is_as_long_in_what_the_command_opens(at, keys):
    session = headless.pressed(walk(lesson_file("bias"), at), parse_keys(keys))
    again = session_of(parser_of(COMMANDS[0]).parse_args(shlex.split(command_of(session))[1:]))
    again = headless.pressed(again, parse_keys(shlex.split(command_of(session))[-1]))
    assert again.original.farthest == session.original.farthest == 200
    assert again.run.farthest == session.run.farthest
    assert shown(again) == shown(session)


TRAINED = (
    "space", "space", "12n", "3n", "i", "0", "+", "-", "s", "y", "w", "tab", "2tab", "10m", "[",
    "left", "down", ": epoch:2 enter", "V", "2V", "backspace", "escape R 0t", "escape u 0t",
    "escape N N 0t", *("S learning_rate=0.5,5 enter", "S epochs=3,9 enter") * 3,
    "escape e learning_rate=2 enter 0t", "escape e 5:learning_rate=0.25 enter 0t",
    "escape e optimizer=adam enter 0t", "escape e 7:b=1 enter 0t", "escape e b=0.5 enter 0t",
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=tries(60), deadline=None)
@given(st.data())
def test_the_command_reopens_any_training_screen(data):
    lesson = walk(lesson_file(data.draw(st.sampled_from(["learning-rate", "bias"]))), "given")
    keys = data.draw(st.lists(st.sampled_from(TRAINED), max_size=12))
    session = headless.pressed(lesson, parse_keys("0t"))
    for key in keys:
        session = headless.pressed(session, parse_keys(key))
        if session.prompt is not None:
            # A sweep after a change, or a place that is not there, is refused.
            session = headless.pressed(session, parse_keys("escape 0t"))
    assert_the_same_training(reopened_trained(session), session)
