"""The library by its keys, and what a key without a use says on every screen."""

from pathlib import Path

import pytest
from walks import NEURON, ROWS, pressed, screen, typed, walk

from gdtutor.drive import effects as headless
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import open_lesson, session_at
from gdtutor.lesson.discovery import LessonEntry, shipped_lessons_folder
from gdtutor.library.lessons import library_of
from gdtutor.progress.keeper import place_of_session
from gdtutor.session.catalogue import LessonPlace, Library, found_at, place_text, shown_entries
from gdtutor.session.commands import command_for, commands_of
from gdtutor.session.effects import OpenLesson
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened
from gdtutor.session.press import Press
from gdtutor.session.state import ClassRole, PromptKind, Screen, Session, Surroundings, current_step
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.help import help_lines
from gdtutor.view.lines import text_of

NUMBERS = (*range(1, 12), *range(13, 26))
ENTRIES = tuple(
    LessonEntry(f"id{n}", f"{n:02}", f"Lesson {n}", "One", "", Path(f"{n}.md")) for n in NUMBERS
)


def library(cursor: int = 0) -> Session:
    return Session(screen=Screen.LIBRARY, library=Library(ENTRIES, cursor))


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("n", 2), ("down", 2), ("n n p", 2), ("3n", 4), ("pagedown", 11), ("space pageup", 1),
        ("G", 25), ("G pageup", 15), ("G 2pageup", 4), ("2pagedown", 22),
        ("end", 25), ("G g g", 1), ("end home", 1), ("13G", 13),
        ("5 G n", 6),
    ],
)  # fmt: skip
def test_the_cursor_goes_by_the_keys_of_the_walk(keys, number):
    session = pressed(library(), keys)
    assert NUMBERS[session.library.cursor] == number


def test_a_number_before_enter_opens_the_lesson_of_that_number():
    session = pressed(library(3), "13")
    _, effects = update(session, Press("enter"))
    assert [e.path for e in effects if isinstance(e, OpenLesson)] == ["13.md"]
    _, effects = update(library(3), Press("enter"))
    assert [e.path for e in effects if isinstance(e, OpenLesson)] == ["4.md"]


@pytest.mark.parametrize("key", ["G", "enter"])
def test_a_number_that_no_lesson_has_is_said(key):
    session = pressed(library(3), f"12 {key}")
    assert "there is no lesson 12" in session.message
    assert session.library.cursor == 3


@pytest.mark.parametrize("screen", [Screen.LIBRARY, Screen.STUDY, Screen.TRAIN])
def test_a_key_without_a_use_says_so_and_changes_nothing(screen):
    before = replace(walk(NEURON, "given"), screen=screen)
    assert command_for(screen, "M") is None
    after, effects = update(before, Press("M", "M"))
    assert after.message == "M does nothing here; ? lists the keys."
    assert effects == ()
    assert (after.step, after.look, after.screen) == (before.step, before.look, before.screen)
    assert update(after, Press("f12"))[0].message.startswith("f12 does nothing here")


@pytest.mark.parametrize("screen", list(Screen))
def test_every_key_that_help_lists_does_something(screen):
    for command in commands_of(screen):
        for key in command.keys:
            assert command_for(screen, key) == command, (key, command.name)
    text = " ".join(text_of(row) for row in help_lines(screen, 76, UNICODE))
    assert "Digits before a key are a count" in text


def test_a_blank_screen_comes_back_with_any_key_and_help_says_so():
    blank = pressed(walk(NEURON, "given"), "b")
    assert blank.look.is_blank
    for key in ("n", "b", "escape", "f12"):
        back = pressed(blank, key)
        assert not back.look.is_blank
        assert back.step == blank.step
    text = " ".join(text_of(row) for row in help_lines(Screen.STUDY, 76, UNICODE))
    assert "blank the screen; any key brings it back" in text


def test_a_lesson_is_marked_once_the_end_of_its_story_was_seen_in_this_sitting():
    entry = LessonEntry("neuron", "01", "A neuron", "One", "", NEURON, trains=True)
    start = replace(walk(NEURON, "given"), library=Library((entry,)))
    assert "✓" not in screen(pressed(start, "n l"))
    assert "✓" not in screen(pressed(start, "z l"))
    seen = pressed(start, "G n home l")
    assert seen.library.finished == {seen.lesson.id}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (((0, 0, 12), (), "gdtutor loss"), ""),
        (((0, 1, 12), (), "gdtutor without-an-opening-page"), ""),
        (((0, 0, 12), ("w1=0.9",), "gdtutor loss --set w1=0.9"), "opening page, 1 change"),
        (((0, 3, 12), (), "gdtutor loss --at forward:z"), "step 3 of 12"),
        (((2, 3, 12), ("w1=0.9",), "gdtutor loss --at 2/z"), "iteration 2, step 3 of 12, 1 change"),
        (((0, 0, 12), ("w1=0.9",), "gdtutor loss --keys z"), "closing page, 1 change"),
        (((0, 1, 9), (), "gdtutor loss --keys '20t S w=1,2 enter'"), "iteration 20, Train"),
        (((3, 1, 9), ("w=1",), "gdtutor loss --keys '20t escape e w=1 enter 7t'"),
         "iteration 7, Train, 1 change"),
        (((0, 1, 9), (), "gdtutor loss --keys t"), "Train, at the end"),
        (((0, 1, 9), (), "gdtutor loss --keys '0t S w=1,2 enter escape 0t space 1tab'"),
         "Train, at the end"),
    ],
)  # fmt: skip
def test_a_place_is_told_by_the_screen_that_is_returned_to(place, said):
    at, edits, command = place
    assert place_text(LessonPlace(*at, edits, command, 0.0)) == said


@pytest.mark.parametrize("keys", ["20t", "20t S learning_rate=0.5,2 enter", "20t l", "20t ?"])
def test_a_lesson_left_on_train_says_so_whatever_is_opened_next(keys):
    left = headless.pressed(walk(NEURON, changes=("w1=3",)), parse_keys(keys))
    after, _ = update(left, open_lesson(ROWS))
    told = "iteration 20, Train, 1 change"
    assert after.library.words_left("one-neuron") == told
    assert place_text(place_of_session(left, 0.0).place) == told


def test_a_lesson_merely_opened_is_left_nowhere():
    assert pressed(walk(NEURON), "l").library.words_left("one-neuron") == ""


@pytest.mark.parametrize("keys", ["z", "2n z"])
def test_the_row_of_a_lesson_that_was_left_on_its_closing_page_says_so(keys):
    left = pressed(walk(NEURON), f"{keys} l")
    assert left.library.words_left(left.lesson.id) == "closing page"
    assert place_text(place_of_session(left, 0.0).place) == "closing page"


def test_the_place_of_a_lesson_left_for_another_is_remembered_as_of_one_left_by_l():
    first, second = (shipped_lessons_folder() / f"{n}.md" for n in ("01-neuron", "02-activations"))
    library = library_of(shipped_lessons_folder())
    start = pressed(replace(session_at(first), library=library), "2n l enter")
    early = start.library.words_left(start.lesson.id)
    left = pressed(start, "end n")
    other = session_at(second)
    after, _ = update(left, Opened(other.lesson, other.run))
    assert early.startswith("step")
    assert after.library.words_left(left.lesson.id) == "finished"
    assert after.library.left == pressed(left, "l").library.left
    assert after.lesson.id == other.lesson.id


def test_escape_closes_the_command_line_of_a_screen_before_it_leaves_training():
    session = pressed(session_at(shipped_lessons_folder() / "07-learning-rate.md"), "3t k")
    assert "Esc close" in screen(session, 120, 36)
    closed = pressed(session, "escape")
    assert (closed.command, closed.screen) == ("", Screen.TRAIN)
    assert pressed(closed, "escape").screen is Screen.STUDY


def test_without_a_search_escape_leaves_the_cursor_and_with_one_it_stays_on_its_lesson():
    assert pressed(library(7), "escape").library.cursor == 7
    searched = replace(library(), library=Library(ENTRIES, 2, search="lesson 2"))
    shown = pressed(searched, "escape").library
    assert (shown.search, ENTRIES[shown.cursor].number) == ("", "21")


@pytest.mark.parametrize("typed", ["", "q q q", "lesson ctrl+u", "q q q enter"])
def test_a_search_that_led_to_no_lesson_gives_the_cursor_back(typed):
    searched = pressed(pressed(library(7), f"/ {typed}"), "escape").library
    assert (searched.search, searched.cursor) == ("", 7)


def test_lessons_whose_own_name_is_searched_stand_first():
    session = Session(screen=Screen.LIBRARY, library=library_of(shipped_lessons_folder()))
    session = typed(pressed(session, "slash"), "xor")
    shown = [entry.id for entry in shown_entries(session.library)]
    named = ["xor" in name for name in shown]
    assert named == sorted(named, reverse=True)
    assert named != sorted("xor" in entry.id for entry in session.library.entries)
    back = pressed(session, "down down escape").library
    assert back.entries[back.cursor].id == shown[2]


def test_a_cursor_beyond_a_list_that_became_shorter_opens_its_last_lesson():
    _, effects = update(library(99), Press("enter"))
    assert [e.path for e in effects if isinstance(e, OpenLesson)] == ["25.md"]


def test_a_lesson_whose_tasks_are_all_done_is_finished_by_its_closing_page_wherever_it_is_opened():
    path = shipped_lessons_folder() / "07-learning-rate.md"
    start = session_at(path, at="given")
    done = frozenset((start.lesson.id, task.id) for task in start.lesson.tasks)
    for tasks, finished in ((done, {start.lesson.id}), (frozenset([*done][1:]), set())):
        walked = replace(start, library=Library(tasks_done=tasks))
        assert pressed(walked, "n").library.finished == set()
        assert pressed(walked, "z").library.finished == finished


def test_a_key_of_the_walk_says_the_way_to_it_on_train():
    session = pressed(session_at(shipped_lessons_folder() / "07-learning-rate.md"), "t")
    for key, name in (("e", "e"), ("u", "u"), ("ctrl+r", "Ctrl-R")):
        told = pressed(session, key).message
        assert told == f"{name} is a key of the walk: Esc, then {name}."
    assert "does nothing here" in pressed(session, "f12").message


def test_a_key_of_training_says_the_way_to_it_in_a_walk_that_trains():
    session = session_at(shipped_lessons_folder() / "07-learning-rate.md")
    for key in ("S", "i"):
        assert (
            pressed(session, key).message == f"{key} is a key of training: the key t leads there."
        )
    assert pressed(session, "t S").prompt.kind is PromptKind.SWEEP
    assert "does nothing here" in pressed(session, "f12").message
    alone = session_at(shipped_lessons_folder() / "01-neuron.md")
    assert pressed(alone, "S").message == "S does nothing here; ? lists the keys."


def test_own_values_under_a_variant_are_the_variants():
    path = shipped_lessons_folder() / "07-learning-rate.md"
    session = pressed(typed(pressed(session_at(path), "e"), "w=1"), "R")
    assert session.message == "Back to the lesson's own values."
    session = pressed(session_at(path, at="given"), "V")
    session = pressed(typed(pressed(session, "e"), "w=1"), "R")
    assert session.message == f"Back to the variant's own values: {session.variant}."


def test_a_step_that_was_just_shown_is_not_passed_over():
    session = session_at(shipped_lessons_folder() / "07-learning-rate.md", at="backward:L")
    assert current_step(session).node == "L"
    assert "passes over" not in screen(pressed(session, "right"))


@pytest.mark.parametrize("keys", ["N N N", "N N N n P", "N N N N P"])
def test_the_backward_phase_begins_at_the_first_gradient_that_the_lesson_shows(keys):
    session = pressed(session_at(shipped_lessons_folder() / "07-learning-rate.md"), keys)
    assert current_step(session).node == "yhat"


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "before"), [("16-xor-hidden", 6), ("02-activations", 14)])
def test_steps_that_were_passed_over_are_named_both_ways_and_no_others(lesson, before):
    def at(step):
        return session_at(shipped_lessons_folder() / f"{lesson}.md", at=str(step))

    told = f"he lesson passes over step {before + 1}"
    brief = f"(skips {before + 1})"
    title = lesson[:2] + " A"
    for size in ((80, 24), (120, 36), (200, 50)):
        on, back = pressed(at(before), "right"), pressed(at(before + 2), "left")
        assert (on.step, back.step) == (before + 2, before)
        for one in (on, back):
            header = screen(one, *size).splitlines()[0]
            assert title in header
            # Where an answer is typed, no line above the keys says it.
            assert told in screen(one, *size) or (one.prompt and brief in header)
        assert told not in screen(pressed(at(before + 3), "left"), *size)
        assert told not in screen(at(before + 2), *size)
        assert told not in screen(goto(at(before), str(before + 2)), *size)
    is_root = lesson == "16-xor-hidden"
    assert (f"{told}, dC = 1 as ever; : goes" in screen(on)) == is_root
    # A note may say of a scale that it passes over.
    assert "lesson passes over" not in screen(pressed(goto(on, str(before + 1)), "n"))
    closing = screen(pressed(on, "escape z"))
    assert "closing page" in closing
    assert "passes over" not in closing


def test_keys_that_scroll_are_named_where_lines_are_hidden_and_nowhere_else():
    session = session_at(shipped_lessons_folder() / "26-write-it.md")
    assert " ↓ scroll" in screen(session).splitlines()[-2]
    short = session_at(shipped_lessons_folder() / "03-forward.md")
    assert "scroll" not in screen(short, 200, 50)


def test_the_library_names_the_playground_but_to_a_class_which_has_no_command_line():
    session = Session(screen=Screen.LIBRARY, library=library_of(shipped_lessons_folder()))
    named = " gdtutor play opens the playground: a network of your own to build and train."
    assert screen(session).splitlines()[-1] == named
    here = replace(session, around=Surroundings(program=".venv/bin/gdtutor"))
    assert screen(here).splitlines()[-1] == " .venv/bin/gdtutor play is the playground."
    follows = replace(session, around=Surroundings(class_role=ClassRole.FOLLOWER))
    assert "playground" not in screen(follows)


def test_the_library_says_how_a_lesson_is_opened_by_its_number_where_that_has_room():
    session = Session(screen=Screen.LIBRARY, library=library_of(shipped_lessons_folder()))
    assert "Enter open, 28 Enter lesson 28" in screen(session)
    assert "Enter open" in screen(session, 40, 12).splitlines()[-2]
    _, effects = update(pressed(session, "2 8"), Press("enter"))
    assert [e.path.rpartition("/")[2] for e in effects if isinstance(e, OpenLesson)] == [
        "28-attention.md"
    ]


def test_the_words_of_a_search_are_found_apart_behind_those_in_a_row_and_none_says_what_to_do():
    session = Session(screen=Screen.LIBRARY, library=library_of(shipped_lessons_folder()))
    session = typed(pressed(session, "slash"), "dead neuron")
    apart = shown_entries(session.library)
    assert {"activations", "deeper"} <= {entry.id for entry in apart}
    assert all("dead" in found_at(entry, session.library) for entry in apart)
    in_a_row = typed(pressed(session, "slash"), "last ReLU is dead")
    assert [entry.id for entry in shown_entries(in_a_row.library)] == ["activations"]
    none = pressed(typed(pressed(session, "slash"), "gradient zebra"), "enter")
    for width in (80, 40):
        text = " ".join(screen(none, width, 12).split())
        assert "title, chapter, summary or text. Fewer words find more; Esc shows all" in text
        assert "28 lessons" in text
        assert "open" not in text
        assert "Esc show all" in text
    assert "Esc shows all" in pressed(none, "enter").message


@pytest.mark.sampled
@pytest.mark.parametrize("sought", ["relu", "sigmoid", "tanh", "dead", "saturation", "chain rule"])
def test_a_search_finds_the_words_of_a_lesson_and_shows_where_they_stand(sought):
    session = Session(screen=Screen.LIBRARY, library=library_of(shipped_lessons_folder()))
    assert not session.library.words
    session = typed(pressed(session, "slash"), sought)
    found = [entry for entry in shown_entries(session.library) if found_at(entry, session.library)]
    assert found
    there = replace(session.library, cursor=shown_entries(session.library).index(found[0]))
    text = screen(replace(session, library=there))
    assert sought in " ".join(text.splitlines()[-4:]).lower()
    assert found_at(found[0], replace(there, search="re")) == ""


@pytest.mark.parametrize(
    ("cursor", "keys", "told", "named"),
    [(0, ("up", "p", "pageup"), "This is the first lesson.", "↓ choose"),
     (len(ENTRIES) - 1, ("down", "n", "pagedown"), "This is the last lesson.", "↑ choose")],
)  # fmt: skip
def test_at_an_end_of_the_list_the_key_beyond_it_says_so_and_is_not_named(
    cursor: int, keys: tuple[str, ...], told: str, named: str
) -> None:
    start = library(cursor)
    for key in keys:
        assert pressed(start, key).message == told
    text = screen(start)
    assert named in text
    assert not {"↑ ↓", "↓ ↑"} & {text[n : n + 3] for n in range(len(text))}
