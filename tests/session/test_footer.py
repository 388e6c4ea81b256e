"""The line of keys names what works now, in the words that hold now."""

import re

import numpy as np
import pytest
from session_walks import lesson_file
from walks import KINK, NETWORK, NEURON, pressed, screen, typed, walk

from gdtutor.drive import effects as headless
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, find_lesson, shipped_lessons_folder
from gdtutor.library.lessons import library_of
from gdtutor.session.commands import command_for, commands_of
from gdtutor.session.figures import shown_figure
from gdtutor.session.footer import named_keys
from gdtutor.session.moving import moved
from gdtutor.session.navigation import with_keys
from gdtutor.session.notes import note_for
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Snapshot, Status, Tab, Training
from gdtutor.session.update import Tick, update
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import shown as drawn


def words(session, *, narrow=False):
    return {c.name: c.footer for c in named_keys(session, is_narrow=narrow)}


def training(status, *, costs=(), stopped_by=""):
    snapshot = Snapshot(status=status, costs=np.array(costs, dtype=float), stopped_by=stopped_by)
    return replace(walk(NEURON, "given"), screen=Screen.TRAIN, train=Training(snapshot))


def test_a_narrow_screen_names_the_way_to_the_other_panels():
    for session in (walk(NEURON, "given"), walk(NETWORK, "given"), training(Status.RUNNING)):
        assert " Tab view " in screen(session, 40, 12).splitlines()[-2]


@pytest.mark.parametrize(
    ("path", "at", "named"),
    [
        (NEURON, "given", {"train"}),
        (NEURON, "forward:z", {"train", "unfold"}),
        (NEURON, "backward:b", {"train", "verify"}),
        (lesson_file("gradients-add-up"), "backward:q", {"verify", "mistakes"}),
        (NETWORK, "given", {"train"}),
        (NETWORK, "forward:C", {"train", "unfold"}),
        (NETWORK, "backward:C", {"train", "unfold"}),
        (NETWORK, "backward:A1", {"train", "example", "cell", "verify"}),
        (NETWORK, "update:W1", {"train", "cell"}),
        (NETWORK, "forward:Z1", {"train", "example", "cell", "unfold"}),
        (NETWORK, "forward:A1", {"train", "example", "cell"}),
        (KINK, "given", set()),
    ],
)
def test_keys_that_do_nothing_at_a_step_are_not_named(path, at, named):
    found = words(walk(path, at))
    of_a_step = {"train", "cell", "unfold", "verify", "mistakes", "example", "figure", "undo"}
    assert found.keys() & of_a_step == named
    assert found.keys() >= {"next", "edit", "library", "help", "quit"}


@pytest.mark.parametrize("at", ["", "given", "forward:z", "backward:b", "update:b"])
@pytest.mark.parametrize("path", [NEURON, NETWORK, KINK])
def test_no_key_that_is_named_says_that_it_does_nothing_and_a_dead_one_says_why(path, at):
    session = walk(path) if not at else walk(path, "given", "5n")
    for command in commands_of(Screen.STUDY):
        why = with_keys(command.why_not(session), session.moment)
        after, _ = update(session, Press(command.keys[0].split()[-1]))
        assert not why or (after.message == why and command.name not in words(session))


@pytest.mark.parametrize(("key", "name"), [("v", "verify"), ("w", "mistakes")])
def test_a_key_that_closes_what_it_has_opened_says_so(key, name):
    shut = walk(lesson_file("gradients-add-up"), "backward:q")
    opened = pressed(shut, key)
    told = f"close {'proof' if key == 'v' else 'sums'}"
    # Esc does the same, under one word; with a cell open it closes that as well.
    assert words(opened)["escape"] == told
    assert f"{key} Esc {told}" in screen(opened)
    with_cell = words(pressed(walk(NETWORK, "backward:W2"), "c v"))
    assert (with_cell["verify"], with_cell["escape"]) == ("close proof", "close both")
    assert words(pressed(pressed(shut, key), key)) == words(shut)


@pytest.mark.parametrize(
    ("at", "step", "phase"),
    [("given", "← → step", "P N phase"), ("2/given", "←", "P N")],
)
def test_a_key_that_does_nothing_is_not_named_beside_the_one_that_goes_the_other_way(
    at, step, phase
):
    session = walk(NEURON, at)
    line = screen(session, 120, 36).splitlines()[-2]
    assert line.startswith(f" {step}")
    assert f"{phase}" in line
    below = "\n".join(screen(session, 120, 36).splitlines()[-2:])
    assert ("PgUp PgDn iteration" in below) == at.startswith("2/")
    assert "PgDn iteration" in below


def test_phases_are_explained_where_their_keys_are_first_named():
    shelf = library_of(shipped_lessons_folder())
    first = replace(Session(library=replace(shelf, is_new=True)), screen=Screen.LIBRARY)
    session = headless.pressed(first, [Press("enter")])
    assert session.lesson.id == "neuron"
    assert " phase" not in "\n".join(screen(session).splitlines()[-2:])
    named, told = screen(pressed(session, "right")).splitlines()[-2:]
    assert "N phase" in named
    assert "The walk has phases: given, forward. N goes on to the next, P back." in told
    assert " N goes on to the next phase, P back." in screen(pressed(session, "right"), 40, 12)


def test_what_a_note_asks_for_comes_into_the_line():
    path = find_lesson("backward-or", shipped_lessons_folder())
    session = session_at(path, at="given")
    closing = pressed(session, "z")
    assert screen(closing, 40, 12).splitlines()[-2].startswith(" Enter library ")
    quoted = replace(session.lesson, closing="# Next\n\n- Press `d` and `V` and `k`.\n")
    names = [c.name for c in named_keys(replace(closing, lesson=quoted), is_narrow=False)]
    assert names.index("link") < names.index("edit")


def test_help_and_quit_are_always_named_and_further_keys_stand_below():
    rows = screen(walk(NEURON, "forward:z"), 80, 24).splitlines()
    assert rows[-2].rstrip().endswith("? all keys  q quit")
    assert "l library" in rows[-1]


def test_a_page_of_prose_has_nothing_to_unfold_and_no_panels():
    page = words(walk(NEURON))
    assert page.keys() & {"unfold", "cell", "tab"} == set()
    assert "next" in page


def test_with_a_cell_open_the_arrows_move_the_cell():
    found = words(walk(NETWORK, "forward:Z1", "c"))
    moving = {"next": "cell", "escape": "close", "down": "row", "operand": "operand"}
    assert list(found.items())[:5] == [*moving.items(), ("next_key", "step")]
    assert not found.keys() & {"next_phase", "cell", "unfold"}
    assert "↑ ↓ row" in screen(walk(NETWORK, "forward:Z1", "c"))
    for keys, word in (("c", "r ask me"), ("c r", "r ask no more")):
        assert word in screen(replace(walk(NETWORK, "forward:Z1", keys), message=""))
    assert {"mistakes"} <= words(walk(lesson_file("gradients-add-up"), "backward:q", "c")).keys()


def test_what_can_be_watched_is_offered_and_a_finished_run_says_how():
    for status in (Status.IDLE, Status.RUNNING, Status.PAUSED):
        assert words(training(status))["watch"] == "slowly"
    finished = training(Status.FINISHED, costs=[2, 1], stopped_by="epochs")
    assert "watch" not in words(finished)
    slow, effects = update(finished, Press("w", "w"))
    assert "0, then Space trains it anew slowly" in slow.message
    assert effects == ()
    assert words(update(training(Status.RUNNING), Press("w", "w"))[0])["watch"] == "full speed"


def test_a_closing_page_whose_tasks_need_a_variant_names_its_key():
    assert " V variant " in screen(walk(lesson_file("initialisation"), "", "z")).splitlines()[-2]


@pytest.mark.parametrize("keys", ["z", "T", "t z", "n", "99n"])
def test_a_closing_page_has_its_own_keys_where_a_cell_was_open(keys):
    lesson = "xor-hidden" if "t" in keys else "why-x-transpose"
    cell = pressed(walk(lesson_file(lesson)), "99n p c")
    assert cell.look.cell is not None
    session = pressed(cell, keys)
    assert session.look.is_closing
    assert "Enter library" in screen(session).splitlines()[-2]


@pytest.mark.parametrize(
    ("status", "word"),
    [(Status.IDLE, "start"), (Status.RUNNING, "pause"), (Status.PAUSED, "resume")],
)
def test_space_is_called_what_it_does(status, word):
    assert words(training(status))["pause"] == word


def test_a_finished_run_goes_on_by_an_epoch_or_back_to_its_start():
    session = training(Status.FINISHED, costs=[2, 1], stopped_by="epochs")
    found = words(session)
    assert "pause" not in found
    assert {"epoch", "reset"} <= found.keys()
    told = update(session, Press("space", " "))[0].message
    assert "n trains an epoch more, 0 goes back" in told


def test_a_run_that_is_lost_can_only_be_reset():
    session = training(Status.FINISHED, costs=[2, np.inf], stopped_by="not_finite")
    assert words(session).keys() & {"pause", "epoch", "iteration"} == set()
    for key in (Press("space", " "), Press("n", "n")):
        assert "0 goes back to the start" in update(session, key)[0].message


@pytest.mark.parametrize("status", list(Status))
def test_no_key_that_is_named_while_training_is_refused(status):
    session = training(status, costs=[] if status is Status.IDLE else [2.0, 1.0])
    for name in words(session):
        (key, *_) = next(c.keys for c in named_keys(session, is_narrow=False) if c.name == name)
        message = update(session, Press(key))[0].message
        assert not message.startswith(("Pause with", "There is no", "The run is")), (name, message)


def test_a_search_names_the_way_back_to_all_lessons():
    library = replace(walk(NEURON), screen=Screen.LIBRARY)
    assert "show_all" not in words(library)
    searched = replace(library, library=replace(library.library, search="bias"))
    assert words(searched)["show_all"] == "show all"


def test_every_key_that_is_named_is_one_of_its_screen():
    session = headless.pressed(walk(NETWORK, "given"), [Press("t", "t")])
    for shown in (session, walk(NETWORK, "given"), Session(), replace(session, screen=Screen.HELP)):
        for command in named_keys(shown, is_narrow=True):
            found = command_for(shown.screen, command.keys[0])
            assert found is not None
            assert found.name == command.name


def test_help_does_not_offer_itself():
    assert "help" not in words(pressed(walk(NEURON), "?"))


def test_while_a_sweep_is_at_work_the_keys_are_its_own():
    session = pressed(training(Status.FINISHED, costs=[2, 1]), "S")
    session = typed(session, "learning_rate=0.1,1")
    found = words(session)
    assert (found["pause"], found["stop"]) == ("pause", "end it")
    assert found.keys() & {"epoch", "iteration"} == set()
    assert words(pressed(session, "space"))["pause"] == "resume"
    assert "stop" not in words(pressed(session, "s"))
    assert " s end it " in screen(replace(session, message=""), 40, 12)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 12)])
def test_a_question_that_was_left_has_the_way_back_to_it_in_the_line_of_keys(width, height):
    left = pressed(replace(walk(NEURON, "given"), predict=True), "n escape b b")
    assert left.challenge is not None
    assert left.prompt is None
    assert screen(left, width, height).splitlines()[-2].startswith(" Enter answer ")
    assert "question" not in words(pressed(left, "n"))


def test_a_run_that_rests_at_its_end_has_nothing_to_resume():
    session = replace(training(Status.PAUSED, costs=[2, 1]))
    at_end = session.with_train(snapshot=replace(session.train.snapshot, epochs_wanted=2))
    assert "pause" in words(session)
    assert "pause" not in words(at_end)
    after, effects = update(at_end, Press("space", " "))
    assert "n trains an epoch more, 0 goes back" in after.message
    assert effects == ()


def test_the_key_of_variants_is_named_where_the_lesson_has_some():
    with_some = session_at(find_lesson("learning-rate", shipped_lessons_folder()), at="given")
    without = session_at(find_lesson("bias", shipped_lessons_folder()), at="given")
    for shown in (Screen.STUDY, Screen.TRAIN):
        names = [
            [command.name for command in named_keys(replace(s, screen=shown), is_narrow=False)]
            for s in (with_some, without)
        ]
        assert "variant" in names[0]
        assert "variant" not in names[1]


@pytest.mark.parametrize("keys", ["", "n", "z", "t", "t enter"])
def test_no_key_is_named_twice(keys):
    """The opening page of lesson 01 asks for `?` itself, which the line ends in anyway."""
    rows = screen(walk(lesson_file("neuron"), keys=keys)).splitlines()[-2:]
    first, further = ([*filter(None, re.split(r"  +", row.strip()))] for row in rows)
    assert len(first + further) == len({*first, *further})
    assert first[-2:] == ["? all keys", "q quit"]


def test_esc_leads_back_to_the_training_that_a_point_was_opened_from():
    session = walk(lesson_file("bias"), keys="t : 3/backward:b enter")
    assert session.screen is Screen.STUDY
    assert pressed(session, "v escape").screen is Screen.STUDY
    assert pressed(session, "escape").screen is Screen.TRAIN
    assert "Nothing is open" in pressed(walk(lesson_file("bias"), "given"), "escape").message


@pytest.mark.parametrize("keys", ["", "z"])
def test_pages_of_prose_say_what_holds_at_every_step(keys):
    session = walk(lesson_file("learning-rate"), keys=f"V {keys}")
    session = typed(pressed(session, "e"), "w 0.25")
    assert f"V: {session.variant[:8]}" in screen(session).splitlines()[0]
    assert "*edited" in screen(session).splitlines()[0]


def test_the_variant_is_not_called_by_its_key_where_the_lesson_has_a_value_of_that_name():
    session = walk(lesson_file("xor-one-neuron"), "forward:z", keys="V")
    assert "V: " not in screen(session).splitlines()[0]
    assert f"variant {session.variant[:8]}" in screen(session).splitlines()[0]


@pytest.mark.parametrize("keys", ["", "z"])
def test_what_r_does_is_named_on_steps_and_on_the_closing_page(keys):
    for predicts, word in ((False, "ask me"), (True, "ask no more")):
        session = pressed(replace(walk(NEURON, "given"), predict=predicts), keys)
        named = {c.name: c.footer for c in named_keys(session, is_narrow=False)}
        assert named["predict"] == word


@pytest.mark.parametrize(("keys", "closed"), [("v", False), ("w", False), ("", True)])
def test_the_way_out_of_a_proof_and_of_wrong_sums_is_named_first(keys, closed):
    session = pressed(walk(lesson_file("gradients-add-up"), "backward:a"), keys)
    named = [c.name for c in named_keys(session, is_narrow=False)]
    assert ("escape" not in named[:2]) == closed
    assert ("Esc close" in " ".join(screen(session).split())) != closed


def test_the_last_step_says_that_the_next_one_is_the_closing_page():
    for at, word in (("step:6", "step"), ("step:7", "back, closing page")):
        assert words(walk(lesson_file("neuron"), at))["next"] == word
    assert words(walk(lesson_file("neuron"), "step:7"), narrow=True)["next"] == "step"


def test_what_an_edit_on_the_closing_page_can_be_taken_back_by_is_in_the_line():
    session = typed(pressed(walk(lesson_file("learning-rate")), "z e"), "w 0.25")
    assert session.look.is_closing
    last = " ".join(" ".join(screen(session).splitlines()[-2:]).split())
    assert "u undo" in last
    assert "R own values" in last


@pytest.mark.parametrize(
    "key", ["left", "right", "up", "down", "home", "end", "ctrl+r", "backspace", "f12", "pageup"]
)
def test_a_key_that_answers_nothing_at_an_open_question_says_how_to_walk_on(key):
    session = pressed(replace(walk(NEURON, "given"), predict=True), "n")
    session, _ = drawn(session, 80, 24, UNICODE)
    told, frame = drawn(pressed(session, key), 80, 24, UNICODE)
    assert "Esc leaves the question" in told.prompt.error
    keys = frame.text().splitlines()[-1]
    assert keys.startswith(" Enter answer  ? Enter hint  Esc leave")


def test_arrows_scroll_a_question_that_does_not_fit_and_say_so_at_its_ends():
    session = pressed(walk(lesson_file("bias"), "backward:z"), "n")
    session, frame = drawn(session, 40, 12, UNICODE)
    assert session.look.below
    assert "Esc leaves" in pressed(session, "up").prompt.error
    for _ in range(30):
        after, below = drawn(pressed(session, "down"), 40, 12, UNICODE)
        if not session.look.below:
            break
        assert not after.prompt.error
        assert below.text() != frame.text()
        session, frame = after, below
    assert "Esc leaves" in after.prompt.error


def test_a_key_that_a_lesson_speaks_of_does_something_where_it_speaks_of_it():
    """Where a sentence says at which node a key works, the key may do nothing at this one."""
    spoken = 0
    for path in discover(shipped_lessons_folder()):
        session = session_at(path)
        for step in session.moment.steps:
            here = moved(session, 0, step.number)
            note = note_for(here, step)
            for sentence in re.split(r"(?<=[.?!:])\s", note.text if note else ""):
                for key in re.findall(r"`([^`\n]{1,3})`", sentence):
                    found = [c for c in commands_of(Screen.STUDY) if key in c.symbols.split()]
                    if found and " at " not in sentence:
                        assert not found[0].why_not(here), f"{path.name} {step}: {sentence}"
                        spoken += 1
                if re.search(r"[Pp]ress `f` for the graph", sentence):
                    assert not shown_figure(pressed(here, "f")), f"{path.name}: {sentence}"
                assert not re.search(r"the last (step|update)|the step before", sentence)
    assert spoken > 2


def test_esc_leads_from_a_panel_at_full_size_back_to_the_node():
    session = walk(NETWORK, "forward:Z1", "c tab")
    assert " Esc back to node  " in screen(session)
    back = pressed(session, "escape")
    assert back.look == replace(session.look, tab=Tab.NODE)
    assert pressed(back, "escape").look.cell is None
    left = pressed(replace(walk(NEURON, "given"), predict=True), "n escape tab")
    assert " Enter answer  Esc back to node" in screen(left)
    assert pressed(left, "escape").look.tab is Tab.NODE
    # On a page of text no panel takes the place of the others.
    assert "escape" not in words(pressed(walk(NEURON, "forward:z", "tab"), "z"))


def test_while_auto_play_is_on_the_line_names_what_pauses_it_and_changes_its_pace():
    session = pressed(walk(NEURON, "forward:z"), "a")
    assert screen(replace(session, message="")).splitlines()[-2].startswith(" a pause  - + pace")
    assert words(pressed(session, "a"))["auto"] == "play"
    assert "faster" not in words(pressed(session, "a"))


def test_auto_play_stops_at_a_question_and_says_so():
    session = pressed(walk(lesson_file("bias"), "backward:z"), "a")
    for size in ((40, 12), (80, 24)):
        asked, _ = update(session, Tick())
        assert asked.challenge is not None
        assert not asked.auto.is_on
        assert "Auto-play stops at the question." in " ".join(screen(asked, *size).split())
