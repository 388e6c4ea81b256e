"""A saved lesson keeps the place, the look and the changes; a broken one keeps the last good."""

from pathlib import Path

import pytest
from lesson_texts import NEURON_GRAPH, neuron

from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.selectors import parse_assignment
from gdtutor.session.edits import with_change
from gdtutor.session.navigation import goto, refolded
from gdtutor.session.opening import Broke, Opened, Reloaded
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Status, current_step
from gdtutor.session.update import update

PATH = Path("07-lesson.md")
THREE = NEURON_GRAPH.replace("L =", "e = z - y\nL =").replace("(z - y)", "e")


def lesson_of(text, path=PATH):
    lesson, reports = parse_lesson(text, path)
    assert lesson is not None, [report.text() for report in reports]
    return lesson


def opened_at(place, text=None):
    lesson = lesson_of(text or neuron())
    session, _ = update(Session(), Opened(lesson, run_of(lesson)))
    return goto(session, place)


def saved(session, text, path=PATH):
    lesson = lesson_of(text, path)
    return update(session, Reloaded(lesson, run_of(lesson)))


def place(session):
    step = current_step(session)
    return session.moment.iteration, step.phase.value, step.node


@pytest.mark.parametrize("at", ["given", "forward:z", "backward:w", "update:w", "3/backward:L"])
def test_the_step_stays_where_it_is(at):
    before = opened_at(at)
    after, _ = saved(before, neuron(THREE))
    assert place(after) == place(before)
    assert after.message == "Reloaded."
    assert "e" in after.moment.trace.values


def test_a_node_that_is_gone_leaves_the_cursor_in_its_phase():
    before = opened_at("backward:e", neuron(THREE))
    after, _ = saved(before, neuron())
    assert place(after)[:2] == (0, "backward")


def test_a_lesson_that_trains_no_more_has_iteration_0_alone():
    text = neuron()
    walk = text[: text.index("[training]")] + text[text.index("+++\n`") :]
    after, _ = saved(opened_at("5/backward:w"), walk)
    assert place(after) == (0, "backward", "w")


def test_the_opening_page_stays_open_and_one_that_is_gone_gives_way_to_the_first_step():
    text = neuron("# Opening\nProse.\n" + NEURON_GRAPH)
    lesson = lesson_of(text)
    session, _ = update(Session(), Opened(lesson, run_of(lesson)))
    assert session.step == 0
    after, _ = saved(session, text.replace("Prose.", "Other prose."))
    assert after.step == 0
    after, _ = saved(after, neuron())
    assert after.step == 1


def test_the_look_stays_as_far_as_the_new_lesson_has_it():
    before = refolded(opened_at("forward:L", neuron(THREE)), frozenset({"L", "e"}))
    after, _ = saved(before, neuron())
    assert after.look.unfolded == {"L"}


def test_an_example_that_is_gone_is_followed_no_more():
    many = neuron().replace("batch = 1", 'batch = "full"')
    many = many.replace("[[2, 3]]", "[[2, 3], [4, 5], [6, 7]]")
    session = opened_at("forward:z", many)
    session, _ = update(session, Press("o", "o"))
    session, _ = update(session, Press("o", "o"))
    assert session.look.example == 2
    after, _ = saved(session, many.replace(", [6, 7]", ""))
    assert after.look.example == 1


def test_changes_are_made_again_where_they_fit():
    session = opened_at("forward:z")
    for text in ("w=0.25", "x[0]=4", "3:learning_rate=0.5"):
        session = with_change(session, parse_assignment(text))
    after, _ = saved(session, neuron().replace('["x"]', '["u"]').replace("w*x", "w*u"))
    assert [change.name for change in after.changes] == ["w", "learning_rate"]
    assert after.message == "Reloaded; 1 of your changes no longer fit."
    assert float(after.moment.trace.values["w"]) == 0.25


def test_what_was_trained_is_not_kept_and_the_walk_is_shown():
    session, effects = update(opened_at("given"), Press("t", "t"))
    assert (session.screen, session.train.snapshot.status) == (Screen.TRAIN, Status.RUNNING)
    after, effects = saved(session, neuron())
    assert (after.screen, after.train.snapshot.status) == (Screen.STUDY, Status.IDLE)
    assert [type(effect).__name__ for effect in effects] == ["PauseTraining"]


def test_a_broken_save_leaves_the_last_good_lesson_and_its_reports_go_with_the_next_good_one():
    before = opened_at("backward:w")
    broken, _ = update(before, Broke(PATH, ("07-lesson.md:1:1: error: broken",)))
    assert broken.broken == ("07-lesson.md:1:1: error: broken",)
    assert broken.moment is before.moment
    moved_on, _ = update(broken, Press("n", "n"))
    assert moved_on.broken == broken.broken
    after, _ = saved(moved_on, neuron())
    assert after.broken == ()


def test_a_save_is_opened_where_the_file_was_broken_from_the_start():
    start, _ = update(Session(), Broke(PATH, ("07-lesson.md:1:1: error: broken",)))
    after, _ = saved(start, neuron())
    assert (after.screen, after.broken) == (Screen.STUDY, ())


def test_a_save_of_another_lessons_file_changes_nothing():
    session = opened_at("backward:w")
    other = Path("08-other.md")
    assert saved(session, neuron(), other)[0] is session
    assert update(session, Broke(other, ("x",)))[0] is session


FAST = '\n[[variants]]\nname = "fast"\ntraining.learning_rate = 8\n'


def with_fast(text, rate=8):
    head, mark, body = text.rpartition("+++\n")
    return head + FAST.replace("8", str(rate)) + mark + body


def test_a_variant_that_is_walked_is_that_of_the_saved_file():
    before, _ = update(opened_at("forward:z", with_fast(neuron())), Press("V", "V"))
    assert before.variant == "fast"
    after, _ = saved(before, with_fast(neuron(THREE), rate=16))
    assert after.variant == "fast"
    assert after.moment.learning_rate == 16
    back, _ = update(after, Press("V", "V"))
    assert back.variant == ""
    assert "e" in back.moment.trace.values


def test_a_variant_that_the_saved_file_has_no_more_is_left():
    before, _ = update(opened_at("forward:z", with_fast(neuron())), Press("V", "V"))
    after, _ = saved(before, neuron())
    assert after.variant == ""
    assert "no variants" in update(after, Press("V", "V"))[0].message
