"""A sweep is seen, paused, gone on with and ended; it belongs to the lesson it was asked for in."""

import re

import numpy as np
import pytest
from session_walks import lesson_file, open_at, press

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import open_lesson
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.curve_cursor import goto_from_curve
from gdtutor.session.effects import PauseTraining, SweepRuns, Train
from gdtutor.session.link import command_of
from gdtutor.session.press import Press
from gdtutor.session.runs import run_label
from gdtutor.session.state import PromptKind, Session, Status
from gdtutor.session.trials import news_of, sweep
from gdtutor.session.update import Failed, update
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.runs import curves_shown, run_lines
from gdtutor.view.screen import frame_of


def sweeping(wish: str = "learning_rate=0.1,1") -> Session:
    """Return a session on Train whose own run runs no more, with a sweep that has done a little."""
    session, _ = sweep(press(open_at("or-vectorised"), "t"), wish)
    assert session.train.sweeping is not None
    session.train.sweeping.sweep.advance(epochs=3)
    return update(session, news_of(session.train.sweeping.sweep, Status.RUNNING))[0]


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ("learning_rat=1", "did you mean 'learning_rate'?"),
        ("learning_rate", "is no sweep"),
        ("learning_rate=a", "give a number"),
        ("batch=1.5", "whole number"),
        ("learning_rate=" + ",".join(["1"] * 300), "use 1 to 256"),
        ("optimizer=sgd,adam,implicit", "takes one example at a time"),
    ],
)
def test_a_sweep_that_cannot_be_says_why(wish: str, complaint: str) -> None:
    with pytest.raises(GdTutorError) as caught:
        sweep(open_at("or-vectorised"), wish)
    assert complaint in str(caught.value)


def test_a_sweep_that_cannot_be_leaves_its_input_open() -> None:
    session = press(press(open_at("xor-hidden"), "t"), "S optimizer=sgd,implicit enter")
    assert session.prompt is not None
    assert session.prompt.kind is PromptKind.SWEEP
    assert "one linear or sigmoid neuron" in session.prompt.error
    assert session.train.sweeping is None


def test_bare_numbers_are_learning_rates() -> None:
    session, _ = sweep(open_at("bias"), " 0.1,1")
    assert session.train.sweeping is not None
    rates = [member.settings.learning_rate for member in session.train.sweeping.sweep.members]
    assert rates == [0.1, 1]


def test_a_sweep_starts_from_the_run_as_the_learner_has_changed_it() -> None:
    session = press(press(open_at("xor-hidden"), "e optimizer=momentum enter"), "t")
    session, _ = sweep(session, "beta=0.5,0.9")
    assert session.train.sweeping is not None
    chosen = [member.settings for member in session.train.sweeping.sweep.members]
    assert [settings.optimizer for settings in chosen] == ["momentum", "momentum"]
    assert [settings.hyperparameters for settings in chosen] == [(("beta", 0.5),), (("beta", 0.9),)]


def test_a_change_that_was_taken_back_is_in_the_way_of_no_sweep() -> None:
    keys = parse_keys("e learning_rate=10 enter 4t -")
    changed = pressed(open_at("learning-rate"), keys)
    with pytest.raises(GdTutorError, match="the run changes at iteration 4") as refused:
        sweep(changed, "1,2")
    assert refused.value.hint.startswith("Esc, then `u` takes back the last change and `R` all")
    session, _ = sweep(press(changed, "escape u"), "1,2")
    assert session.train.sweeping is not None
    members = session.train.sweeping.sweep.members
    assert [member.settings.learning_rate for member in members] == [1, 2]


def test_the_own_run_waits_while_a_sweep_is_at_work_and_is_told_so() -> None:
    session = sweeping()
    assert session.train.snapshot.status is Status.PAUSED
    assert session.train.sweeping is not None
    assert session.train.sweeping.done == 6
    assert (
        "your own run waits" in sweep(press(open_at("bias"), "t"), "learning_rate=1,2")[0].message
    )


def test_space_pauses_a_sweep_and_goes_on_with_it() -> None:
    session, effects = update(sweeping(), Press("space", " "))
    assert effects == (PauseTraining(),)
    assert session.train.sweeping is not None
    assert session.train.sweeping.status is Status.PAUSED
    assert "The sweep waits" in session.message
    late, _ = update(session, news_of(session.train.sweeping.sweep, Status.RUNNING))
    assert late.train.sweeping is not None
    assert late.train.sweeping.status is Status.PAUSED
    again, effects = update(late, Press("space", " "))
    assert [e.sweep for e in effects if isinstance(e, SweepRuns)] == [session.train.sweeping.sweep]
    assert again.train.sweeping is not None
    assert again.train.sweeping.status is Status.RUNNING
    assert "your own run waits" in again.message


def test_s_ends_a_sweep_and_gives_the_worker_back_to_the_own_run() -> None:
    session, effects = update(sweeping(), Press("s", "s"))
    assert effects == (PauseTraining(),)
    assert session.train.sweeping is None
    assert "The sweep is ended" in session.message
    assert [len(curve.costs) for curve in session.train.kept] == [3, 3]
    _, effects = update(session, Press("space", " "))
    assert [e.run for e in effects if isinstance(e, Train)] == [session.run]


def test_single_steps_of_the_own_run_wait_for_the_sweep() -> None:
    for key in "ni":
        session, effects = update(sweeping(), Press(key, key))
        assert effects == ()
        assert "s ends it" in session.message


@pytest.mark.parametrize(
    ("rates", "ends"), [("0.1,1", "none diverges"), ("0.5,20", "1 of 2 diverges"),
                        ("20,0.5,30", "2 of 3 diverge")],
)  # fmt: skip
def test_a_sweep_that_is_done_says_so_and_how_many_runs_diverge(rates: str, ends: str) -> None:
    session, _ = sweep(press(open_at("learning-rate"), "t"), rates)
    assert session.train.sweeping is not None
    session.train.sweeping.sweep.advance()
    done, _ = update(session, news_of(session.train.sweeping.sweep, Status.RUNNING))
    assert done.train.sweeping is None
    assert done.message == f"All runs of the sweep are done; {ends}."


def test_a_sweep_does_not_leak_into_the_lesson_opened_next() -> None:
    session = sweeping()
    assert session.train.sweeping is not None
    late = news_of(session.train.sweeping.sweep, Status.RUNNING)
    other, _ = update(session, open_lesson(lesson_file("bias")))
    assert other.train.sweeping is None
    assert update(other, late)[0].train.kept == ()


def test_a_variant_ends_the_sweep_and_trains() -> None:
    session, _ = sweep(press(open_at("learning-rate"), "t"), "learning_rate=0.1,1")
    after, effects = update(session, Press("V", "V"))
    assert after.train.sweeping is None
    assert "The sweep is ended" in after.message
    assert any(isinstance(effect, Train) for effect in effects)


def test_what_the_worker_cannot_do_is_told_and_leaves_it_at_rest() -> None:
    session = press(open_at("xor-hidden"), "t")
    failed, _ = update(session, Failed("no such thing"))
    assert failed.train.snapshot.status is Status.PAUSED
    assert (failed.message, failed.is_error) == ("no such thing", True)
    assert update(sweeping(), Failed("no such thing"))[0].train.sweeping is None


def test_the_own_run_goes_on_once_the_sweep_that_held_it_up_is_done() -> None:
    session, _ = update(open_at("bias"), Press("t", "t"))
    session, _ = sweep(session, "learning_rate=1,2")
    session, _ = sweep(session, "learning_rate=1,3")
    assert session.train.sweeping is not None
    session.train.sweeping.sweep.advance()
    done, effects = update(session, news_of(session.train.sweeping.sweep, Status.RUNNING))
    assert done.train.snapshot.status is Status.RUNNING
    assert [effect.run for effect in effects if isinstance(effect, Train)] == [session.run]
    stopped, _ = update(session, Press("s", "s"))
    assert stopped.train.snapshot.status is Status.PAUSED


def test_runs_of_sweeps_and_variants_are_forgotten_by_the_key_that_is_named_beside_them() -> None:
    session = sweeping()
    assert session.train.kept
    held = press(session, "backspace")
    assert held.train.kept is session.train.kept
    assert "s ends it" in held.message
    ended = press(session, "s")
    text = frame_of(ended, 80, 24, UNICODE).text()
    assert "Backspace clears others" in text
    bare = press(ended, "backspace")
    assert (bare.train.kept, bare.train.look.tab) == ((), 0)
    assert bare.train.snapshot is ended.train.snapshot
    assert "Backspace" not in frame_of(bare, 80, 24, UNICODE).text()
    assert "No other runs" in press(bare, "backspace").message


def test_a_run_of_a_sweep_is_trained_as_the_present_one_and_told_of_in_full() -> None:
    session = sweeping("learning_rate=0.1,50")
    prompted = press(session, ": r u n space 5 0")
    label = prompted.prompt.label
    assert label.endswith("or run NAME: one of the runs listed")
    assert f"{label}: run 50" in frame_of(prompted, 80, 24, UNICODE).text()
    assert "run " not in press(press(open_at("or-vectorised"), "t"), ":").prompt.label
    alone = press(session, ": r u n space 5 0 enter")
    assert [change.text() for change in alone.changes] == ["learning_rate=50"]
    assert (alone.train.sweeping, alone.train.snapshot.status) == (None, Status.RUNNING)
    assert alone.message == "The run 50, from its start."
    for name, present in (("own", session), ("50", alone), ("yours", alone)):
        same = pressed(present, parse_keys(f": 'run space '{name} enter"))
        assert same.message == "This is the run that shows already."
        assert same.train == present.train
    unknown = press(session, ": r u n space 7 enter")
    assert "there is no run '7' — the runs are the lesson's own, 0.1, 50" in unknown.prompt.error


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("variant", "before", "after"),
    [
        ("", "", "escape e 'optimizer space 'adam enter t 5n"),
        ("", "e 'optimizer space 'adam enter", "escape R t 5n"),
        ("", "e 'b space '0.3 enter", "escape e 'b space '0.4 enter t"),
        ("AND", "e 'optimizer space 'adam enter", "2V 5n"),
        ("AND", "", "5n 2+"),
    ],
)
def test_a_run_of_a_sweep_is_trained_as_it_was_whatever_was_changed_since(
    variant: str, before: str, after: str
) -> None:
    session = pressed(open_at("and-or", variant=variant), parse_keys(f"{before} t"))
    session, _ = sweep(session, "learning_rate=0.25,2")
    sweep_ = session.train.sweeping.sweep
    sweep_.advance(epochs=3)
    session = press(update(session, news_of(sweep_, Status.RUNNING))[0], "s")
    others = pressed(session, parse_keys(after))
    opened = pressed(others, parse_keys(": 'run space '2 enter"))
    assert opened.variant == variant
    assert opened.run.segments[0].settings == sweep_.members[1].settings
    opened.run.advance(epochs=3)
    (curve,) = (one for one in others.train.kept if one.value == "2")
    np.testing.assert_allclose(opened.run.costs[:3], curve.costs[:3], rtol=1e-12)
    # What was trained since stays beside; a run of the same sweep gives way to the next.
    assert len(opened.train.kept) == len(others.train.kept) + 1
    again = pressed(opened, parse_keys(": 'run space '0.25 enter"))
    assert again.run.segments[0].settings == sweep_.members[0].settings
    assert again.train.kept == opened.train.kept


def test_sweeps_of_two_optimisers_stand_beside_each_other_under_names_of_their_own() -> None:
    session = pressed(open_at("and-or"), parse_keys("t S learning_rate=0.25,2 enter"))
    first = {one.name for one in curves_shown(session, UNICODE)[1:]}
    both = pressed(
        session, parse_keys("escape e optimizer=adam enter t S learning_rate=0.25,2 enter")
    )
    named = [one.name for one in curves_shown(both, UNICODE) if one.curve.setting]
    assert first == {"0.25", "2"}
    assert named == ["0.25", "2", "0.25, optimizer=adam", "2, optimizer=adam"]
    # The rate alone names the run where it does so, else what is beside it as well.
    for name, optimizer in (("2", "sgd"), ("2, optimizer=adam", "adam")):
        opened = pressed(both, parse_keys(f": 'run space '{name.replace(' ', ' space ')} enter"))
        settings = opened.run.segments[-1].settings
        assert (settings.learning_rate, settings.optimizer) == (2, optimizer)
    # Alone, the runs of one optimiser need no more than their rates.
    cleared = pressed(both, parse_keys("backspace S learning_rate=0.25,2 enter"))
    assert {one.name for one in curves_shown(cleared, UNICODE) if one.curve.setting} == first
    opened = pressed(cleared, parse_keys(": 'run space '2 enter"))
    assert opened.run.segments[-1].settings.optimizer == "adam"


def test_the_run_that_the_list_names_is_opened_as_it_is_named_there() -> None:
    def keys(session: Session, text: str) -> Session:
        return pressed(session, parse_keys(text))

    every = keys(open_at("learning-rate"), "t" + " V t" * 5 + " escape e w=3 enter t V t V")
    whole = " ".join(map(text_of, run_lines(every, 28, UNICODE)))
    told = re.search(r"Why\? Press : run (.+) Enter", whole)
    assert told is not None
    for typed, variant, changes in (
        (told[1], "12.5: the limit", 0),
        ("12", "12.5: the limit", 0),
        ("5", "5: good", 0),
        ("w=3", "50: diverges", 1),
        ("own", "", 0),
    ):
        alone = keys(every, f": 'run space '{typed} enter")
        assert (alone.variant, len(alone.changes)) == (variant, changes)
    several = keys(every, ": 'run space '1 enter").prompt
    assert "several runs begin with '1' — the runs are 10: overshoots" in several.error


def test_a_run_of_a_variant_is_opened_by_its_name() -> None:
    session, _ = sweep(press(open_at("learning-rate"), "t"), "variant=0,1")
    session.train.sweeping.sweep.advance(epochs=3)
    session = update(session, news_of(session.train.sweeping.sweep, Status.RUNNING))[0]
    name = session.base.variants[0].name
    walk, effects = goto_from_curve(session, f"run {name}")
    assert (walk.variant, walk.changes) == (name, ())
    assert isinstance(effects[0], Train)


def test_the_list_of_runs_is_gone_through_with_the_cursor_keys_and_enter_trains_the_chosen() -> (
    None
):
    session = press(sweeping("learning_rate=0.1,50"), "s")
    frame = frame_of(session, 80, 24, UNICODE).text()
    assert not re.search(r"[ox]▸", frame)
    assert "↑ ↓ choose run" in frame
    chosen = press(session, "2down")
    frame = frame_of(chosen, 80, 24, UNICODE).text()
    assert re.search(r"▸\s*50 ", frame)
    assert "Enter train run" in frame
    assert command_of(chosen).rstrip("'").endswith(" enter 2down")
    opened = press(chosen, "enter")
    assert [change.text() for change in opened.changes] == ["learning_rate=50"]
    assert (opened.train.look.run, opened.train.look.tab) == ("", 0)
    assert press(chosen, "2up").train.look.run == press(chosen, "tab").train.look.run == ""
    assert press(session, "up").train.look == chosen.train.look
    own = press(chosen, "down")
    assert (own.train.look.run, own.message) == ("", "Enter walks the present run.")
    assert press(press(chosen, "tab"), "down").train.look.scroll == 1


def test_a_chosen_run_that_shows_already_is_not_offered():
    rate = sweeping().run.segments[0].settings.learning_rate
    session = press(sweeping(f"learning_rate=0.1,{rate:g}"), "s")
    made = press(session, "down enter space")
    made = made.with_train(look=replace(made.train.look, run="learning_rate 0.1"))
    chosen = press(session, "2down")
    assert chosen.message == "This is the run that shows already."
    for shown in (chosen, made):
        assert "train run" not in frame_of(shown, 80, 24, UNICODE).text()
        assert press(shown, "enter").message == chosen.message
        assert press(shown, "enter").train == shown.train
    assert "Enter train run" in frame_of(press(session, "down"), 80, 24, UNICODE).text()


def test_the_chosen_of_many_runs_is_in_sight() -> None:
    values = ",".join(f"0.{n}" for n in range(11, 61))
    session = press(sweeping(f"learning_rate={values}"), "37down")
    assert re.search(r"▸\s*0.47 ", frame_of(session, 80, 24, UNICODE).text())


def test_the_label_of_a_run_names_its_optimiser_whatever_else_was_changed():
    session = open_at("bias", "given", changes=("w1=1", "w2=2", "optimizer=adam"))
    assert run_label(session) == "yours: optimizer=adam, w1=1 and 1 more"
