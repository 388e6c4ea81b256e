"""An iteration far beyond what is trained is refused: the keys would wait for its replay."""

import math

import pytest
from session_walks import lesson_file, open_at, press
from walks import NEURON, pressed, typed, walk

from gdtutor.drive.opening import session_at
from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.load import load_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Reloaded
from gdtutor.session.state import Session
from gdtutor.session.update import Tick, update
from gdtutor.training.plan.scalar_plan import ScalarPlan
from gdtutor.values import replace

FAR = 99_999_999


def place(session: Session) -> tuple[int, int]:
    return session.moment.iteration, session.step


def test_a_far_iteration_is_refused_and_the_input_stays_open() -> None:
    session = typed(press(open_at("xor-hidden", "forward:C"), ":"), f"iteration {FAR}")
    assert session.prompt is not None
    assert "s of training away" in session.prompt.error
    assert "t trains to 5,000" in session.prompt.error
    assert place(session)[0] == 0


def test_an_iteration_that_training_comes_to_says_how() -> None:
    opened = replace(open_at("two-and-one", "forward:L"), patience=0.1)
    session = typed(press(opened, ":"), "iteration 399999")
    assert session.prompt is not None
    assert session.prompt.error.endswith("train there first: t")


def test_what_is_trained_is_never_too_far() -> None:
    session = open_at("bias", "forward:L")
    session.run.advance(iterations=150, beyond=True)
    assert place(press(replace(session, patience=0.0), "150 pagedown")) == (150, session.step)


@pytest.mark.parametrize("keys", ["9999999 pagedown", "9999999N"])
def test_a_count_before_a_key_goes_no_further(keys: str) -> None:
    session = press(replace(open_at("xor-hidden", "forward:C"), patience=0.1), keys)
    assert "s of training away" in session.message
    assert session.is_error
    assert place(session) == place(open_at("xor-hidden", "forward:C"))


def test_auto_play_ends_where_it_cannot_go_on() -> None:
    session = press(replace(open_at("bias", "update:b"), patience=0.0), "n a")
    after, _ = update(session, Tick())
    assert not after.auto.is_on
    assert "s of training away" in after.message


@pytest.mark.sampled
@pytest.mark.parametrize("at", ["", "given", "2/forward:z", "3/backward:b"])
@pytest.mark.parametrize("key", ["N", "P"])
def test_a_count_of_phases_is_as_many_keys(at: str, key: str) -> None:
    one_by_one = session = walk(NEURON, at)
    for count in range(1, 12):
        one_by_one = pressed(one_by_one, key)
        assert place(pressed(session, f"{count}{key}")) == place(one_by_one)


def test_a_change_that_would_be_followed_too_far_is_refused() -> None:
    session = open_at("bias", "forward:L")
    session.run.advance(iterations=150, beyond=True)
    far = replace(press(session, "150 pagedown"), patience=0.0)
    refused = typed(press(far, "e"), "3:w1=2")
    assert refused.prompt is not None
    assert "s of training away" in refused.prompt.error
    assert refused.run is session.run


def test_a_lesson_that_was_saved_anew_goes_back_to_the_start_from_afar() -> None:
    path = lesson_file("bias")
    session = open_at("bias", "150/forward:L")
    lesson = load_lesson(path)
    after, _ = update(replace(session, patience=0.0), Reloaded(lesson, run_of(lesson)))
    assert place(after) == (0, session.step)
    assert "150 is no longer trained" in after.message


def test_a_headless_command_goes_as_far_as_it_is_asked_to() -> None:
    path = lesson_file("two-and-one")
    with pytest.raises(GdTutorError):
        session_at(path, at="9999999/forward:L")
    far = session_at(path, at="30000/forward:L", patience=math.inf)
    assert place(far)[0] == 30_000


def test_the_iterations_before_a_far_one_are_near() -> None:
    session = open_at("xor-hidden", "30000/forward:C")
    assert session.run.seconds_beyond(29_999) < 0.01 < session.run.seconds_beyond(25_000)
    back = press(session, "12 pageup" + " pageup" * 12)
    assert back.run.seconds_beyond(29_900) < 0.01


@pytest.mark.slow
def test_the_way_through_large_numbers_is_walked_once_and_told_as_long(monkeypatch) -> None:
    session = session_at(lesson_file("xor-hidden"), changes=["W1=1e300"])
    run = session.run
    assert run is not None
    with pytest.raises(GdTutorError, match=r"iteration 4000 is about [3-9] s of training away"):
        goto(session, "iteration 4000")
    done, plan_run = [], ScalarPlan.run
    counted = lambda plan, *at: done.append(at[-1]) or plan_run(plan, *at)  # noqa: E731
    monkeypatch.setattr(ScalarPlan, "run", counted)
    run.state(256)
    # Halving finds the first large one, and the others are not done in vain.
    assert sum(done) < 5 * 256
