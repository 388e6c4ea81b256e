"""What was trained in a lesson waits while another is open, as long as its file stays the same."""

from pathlib import Path

import numpy as np
from lesson_texts import neuron
from session_walks import lesson_file, open_at, press
from test_session_training import trained

from gdtutor.drive.opening import open_lesson, session_at
from gdtutor.session.opening import MOST_VISITS, Resumed, resumed
from gdtutor.session.state import Screen, Session, Status, Walk
from gdtutor.session.update import update


def opening(session: Session, name: str) -> Session:
    return update(session, open_lesson(lesson_file(name)))[0]


def test_a_run_is_there_when_its_lesson_is_opened_again() -> None:
    left = press(trained(open_at("bias")), "escape : 7/backward:b enter")
    away = opening(left, "or-vectorised")
    assert away.train.snapshot.status is Status.IDLE
    back = opening(away, "bias")
    assert back.run is left.run
    assert np.array_equal(back.train.snapshot.costs, left.train.snapshot.costs)
    assert back.screen is Screen.STUDY
    assert (back.moment, back.step) == (left.moment, left.step)
    assert "Your run waits at iteration 200" in back.message
    assert back.visits == ()


def test_a_saved_place_gives_way_to_the_run_that_waits() -> None:
    left = trained(open_at("bias"))
    away = opening(left, "or-vectorised")
    saved = Resumed(session_at(lesson_file("bias"), at="forward:z"))
    assert update(away, saved)[0].run is left.run


def test_a_run_that_was_left_running_waits_paused_and_is_told_so() -> None:
    session = press(open_at("bias"), "t")
    session.run.advance(iterations=12)
    away = opening(session, "or-vectorised")
    assert "waits until you return" in away.message
    back = opening(away, "bias")
    assert back.train.snapshot.status is Status.PAUSED
    assert back.train.snapshot.iterations == 12


def test_the_last_lessons_alone_are_kept() -> None:
    names = ["bias", "or-vectorised", "learning-rate", "cost", "xor-one-neuron"]
    session = open_at(names[0])
    for name in names[1:]:
        session = opening(trained(session), name)
    kept = [visit.lesson.id for visit in session.visits]
    assert kept == names[-1 - MOST_VISITS : -1]
    assert all(visit.visits == () for visit in session.visits)


def test_a_lesson_in_which_nothing_was_trained_is_not_kept() -> None:
    assert opening(open_at("bias"), "cost").visits == ()


def test_a_lesson_whose_file_has_changed_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "07-mine.md"
    path.write_text(neuron(rate=0.1), encoding="utf-8")
    left = trained(session_at(path))
    path.write_text(neuron(rate=0.2), encoding="utf-8")
    back, _ = update(opening(left, "bias"), open_lesson(path))
    assert back.run is not left.run
    assert back.train.snapshot.status is Status.IDLE


def test_opening_makes_a_new_walk() -> None:
    """Whatever was done in the lesson before, nothing of it is in the next one."""
    before = press(trained(open_at("bias")), "y escape e 'b=0.25 enter right")
    new = open_lesson(lesson_file("cost"))
    plain, after = update(Session(), new)[0], update(before, new)[0]
    own = set(Walk.__struct_fields__) - set(Session.__struct_fields__)

    def differing(one: Session) -> set[str]:
        return {name for name in own if getattr(one, name) != getattr(plain, name)}

    assert differing(before) > {"lesson", "run", "history", "train", "step"}
    assert differing(after) == {"moment"}, "which is computed anew"


def test_a_lesson_left_at_a_question_says_that_it_goes_on_there() -> None:
    left = press(open_at("loss"), "right right right right")
    back = resumed(Session(), left)
    assert back.challenge is not None
    assert "Where you left off. Esc, then Home twice" in back.prompt.error
    assert press(back, "escape home home").step == 0


def test_home_leads_from_a_lesson_that_comes_back_on_the_train_screen_to_its_start() -> None:
    left = press(trained(open_at("bias")), "escape : 7/backward:b enter t")
    back = resumed(Session(), left)
    assert back.screen is Screen.TRAIN
    assert "Home twice to the start" in back.message
    first = press(back, "home")
    assert (first.screen, first.moment.iteration, first.step) == (Screen.STUDY, 7, 1)
    again = resumed(Session(), press(trained(first), "t"))
    assert "Esc leads to the walk, Home to the start." in again.message
    assert press(again, "home").step == 0
    start = press(first, "home")
    assert (start.moment.iteration, start.step) == (0, 0)


def test_a_train_screen_on_which_nothing_was_trained_is_not_told_as_trained() -> None:
    left = press(trained(open_at("bias")), "0")
    assert "trained" not in (back := resumed(Session(), left)).message.lower()
    assert "Where you left off" in back.message
