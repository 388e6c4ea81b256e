"""The playground as a screen: controls change it, and its training goes on or begins anew."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import pairwise

import numpy as np

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.network import PREDICTION
from gdtutor.lesson.runs import run_of
from gdtutor.lesson.selectors import Assignment
from gdtutor.play.lesson_text import file_of, lesson_of, text_of
from gdtutor.play.options import CSV
from gdtutor.play.playground import Playground, fitted
from gdtutor.session.controls import CONTROLS, Control, typed, with_layers, with_neurons
from gdtutor.session.curve_cursor import move_cursor, open_point
from gdtutor.session.digits import raised
from gdtutor.session.edits import with_change
from gdtutor.session.effects import PauseTraining, Result, WriteFile
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto, looking, said
from gdtutor.session.opening import Opened, opened
from gdtutor.session.prompting import asked
from gdtutor.session.snapshots import at_rest
from gdtutor.session.state import (
    ClassRole,
    EditHistory,
    Focus,
    PastPlay,
    Play,
    Playing,
    PromptKind,
    Screen,
    Session,
    Status,
    Training,
    TrainLook,
    Walk,
)
from gdtutor.session.training import (
    one_epoch,
    one_iteration,
    rate_text,
    reset_training,
    start_training,
    toggle_training,
)
from gdtutor.training.datasets import DATASETS
from gdtutor.values import asdict, replace

MOST_INPUT = 10.0
"""The largest input of a file that is not too large for neurons."""
MOST_PAST = 20
"""Changes that can be taken back, each with its run."""


def play_session(session: Session, playground: Playground) -> Playing:
    """Return the session in a playground that nothing was trained in yet.

    Raises:
        GdTutorError: It is no lesson, or cannot be trained.
    """
    session = _placed(session, Play(playground), TrainLook())
    return said(session, _unscaled(session)) if playground.columns else session


def _unscaled(session: Playing) -> str:
    """Return how inputs of a file are scaled that are so large that neurons are flat there."""
    playground, problem = session.play.playground, session.original.segments[0].problem
    values = problem.examples[:, problem.columns.index(playground.columns[0])]
    largest = np.abs(problem.examples[:, :2]).max()
    if largest <= MOST_INPUT or playground.features != playground.dataset.inputs:
        return ""
    scaled = f"({playground.columns[0]}{-values.mean():+.3g})/{values.std() or 1.0:.2g}"
    told = f"Inputs go up to {raised(largest, 4):.4g}, where neurons are flat"
    return f"{told}; features as {scaled} scale them."


def _placed(session: Session, play: Play, train_look: TrainLook) -> Playing:
    lesson = lesson_of(play.playground)
    walk = opened(session, Opened(lesson, run_of(lesson)))
    train = Training(look=replace(train_look, cursor=None))
    return Playing(**{**asdict(walk), "screen": Screen.PLAY, "train": train}, play=_within(play))


def _within(play: Play) -> Play:
    """Return the playground with the chosen neuron among those that there are."""
    layer = min(play.layer, len(play.playground.layers) - 1)
    neuron = min(play.neuron, play.playground.width_of(layer) - 1)
    edge = play.edge
    if edge is not None:
        edge = min(edge, play.playground.width_of(layer - 1) - 1) if layer else None
    return replace(play, layer=layer, neuron=neuron, edge=edge)


def reopened(session: Playing, changes: Iterable[Assignment]) -> Playing:
    """Return the playground with what was changed on the way of its run; undo takes rates back."""
    for change in changes:
        play, past = session.play, _past(session, session.play)
        session = with_change(session, change)
        if change.name == "learning_rate":
            done = (*play.done, replace(past, at=change.iteration))[-MOST_PAST:]
            rate = session.run.segments[-1].settings.learning_rate
            playground = replace(play.playground, rate=rate)
            session = replace(session, play=replace(play, playground=playground, done=done))
    return session


def with_past(session: Playing, before: Iterable[tuple[Walk, str]]) -> Playing:
    """Return the playground with what undo goes back to, each with the keys that train it."""
    done = []
    for there, keys in before:
        if not isinstance(there, Playing):
            continue
        epochs, more = (_pressed(keys, key) for key in "ni")
        at = epochs * there.run.iterations_per_epoch + more
        done.append(replace(_past(there, there.play), at=at))
    return replace(session, play=replace(session.play, done=tuple(done)))


def _pressed(keys: str, key: str) -> int:
    """Return how often a key is pressed among others."""
    words = [word[:-1] or "1" for word in keys.split() if word.endswith(key)]
    return sum(int(word) for word in words if word.isdigit())


def changed(session: Playing, playground: Playground, what: str) -> Result:
    """Return the session with another playground; its training goes on where it can.

    Args:
        session: In a playground.
        playground: The one that is wanted.
        what: What was changed, for the header.

    Raises:
        GdTutorError: It is no lesson, or cannot be trained.
    """
    play = session.play
    playground = fitted(playground)
    if playground == play.playground:
        return said(session, f"{what} stays as it is."), ()
    past = (*play.done, _past(session, play))[-MOST_PAST:]
    after = replace(play, playground=playground, done=past, undone=())
    is_begun = session.train.snapshot.status is not Status.IDLE
    is_lost = session.train.snapshot.stopped_by == "not_finite"
    is_rate = playground == replace(play.playground, rate=playground.rate)
    if is_begun and is_rate and not is_lost:
        return _gone_on(session, after)
    lasting = playground == replace(play.playground, epochs=playground.epochs)
    is_enough = playground.epochs * session.run.iterations_per_epoch >= session.run.farthest
    if is_begun and lasting and is_enough and not is_lost and not session.changes:
        return _lasting(session, after)
    is_sentence = what.startswith("new ") or ":" in what
    word = f"{what}: begins anew" if is_begun else what if is_sentence else f"{what} changed"
    anew = _placed(session, replace(after, word=word), session.train.look)
    return _trained_as(session, anew) if is_begun else (anew, ())


def _trained_as(session: Playing, there: Playing) -> Result:
    """Return the playground with another run, which is trained on where the one before was."""
    if not session.train.is_running or there.train.snapshot.is_at_end:
        return there, (PauseTraining(),)
    going, effects = start_training(there)
    return going, (PauseTraining(), *effects)


def _gone_on(session: Playing, play: Play) -> Result:
    """Change the learning rate from the next iteration on; the run stays."""
    at, was_running = session.train.snapshot.iterations, session.train.is_running
    rate = play.playground.rate
    session = with_change(session, Assignment("learning_rate", None, rate, at))
    session = replace(session, play=replace(play, word=f"rate: goes on from iteration {at:,}"))
    return start_training(session) if was_running else (session, ())


def _lasting(session: Playing, play: Play) -> Result:
    """Let the run end after another number of epochs; what was trained stays."""
    run = session.run.lasting(play.playground.epochs)
    word = f"epochs: goes on from iteration {run.farthest:,}"
    there = _placed(session, replace(play, word=word), session.train.look)
    there = replace(there, run=run, original=run).with_train(snapshot=at_rest(run))
    return _trained_as(session, there)


def _past(session: Walk, play: Play) -> PastPlay:
    run = session.run
    return PastPlay(play.playground, run, session.original, session.changes, run.farthest)


def undo_play(session: Playing) -> Result:
    """Take the last change back; its run is there as it was left."""
    play = session.play
    after = replace(play, done=play.done[:-1], undone=(*play.undone, _past(session, play)))
    return _back_at(session, after, play.done[-1], "undone: the run as it was")


def redo_play(session: Playing) -> Result:
    """Do an undone change again."""
    play = session.play
    after = replace(play, undone=play.undone[:-1], done=(*play.done, _past(session, play)))
    return _back_at(session, after, play.undone[-1], "done again: the run as it was")


def _back_at(session: Playing, play: Play, past: PastPlay, word: str) -> Result:
    anew = replace(play, playground=past.playground, word=word)
    there, run = _placed(session, anew, session.train.look), past.run
    there = replace(there, run=run, original=past.original, history=EditHistory((past.changes,)))
    there = there.with_train(snapshot=at_rest(run))
    if run.farthest < past.at:
        # It was reopened, and is not trained again before somebody asks for it.
        going, effects = one_iteration(there, past.at - run.farthest)
        return going, (PauseTraining(), *effects)
    return _trained_as(session, there)


def step_control(session: Playing, by: int) -> Result:
    """Change the chosen control by so many steps."""
    play = session.play
    control = CONTROLS[play.control]
    wanted = fitted(control.step(play.playground, by))
    if wanted == play.playground:
        return said(session, _why_still(play.playground, control)), ()
    return changed(session, wanted, control.label)


def _why_still(playground: Playground, control: Control) -> str:
    if playground.is_fixed and control.flag in ("points", "noise", "data-seed"):
        return f"{playground.data} keeps the rows it has; another data set has {control.label}."
    value = control.value(playground)
    return f"{control.label} stays at {value}; `e` types another value."


def ask_control(session: Playing) -> Playing:
    """Open the input for the value of the chosen control."""
    play = session.play
    control = CONTROLS[play.control]
    text = control.value(play.playground)
    is_plain = control.shown is None or control.label == "outputs"
    shown = text if is_plain else ""
    return asked(session, PromptKind.CONTROL, control.label, shown, is_selected=bool(shown))


def control_typed(session: Playing, text: str) -> Result:
    """Take a typed value of the chosen control.

    Raises:
        GdTutorError: It is none of the control's.
    """
    play = session.play
    control = CONTROLS[play.control]
    opened = {play.playground.data, *(past.playground.data for past in play.done + play.undone)}
    if session.around.class_role is ClassRole.STUDENT and text.endswith(CSV) and text not in opened:
        # The same whether there is such a file or not.
        raise GdTutorError("a class reads no files of yours", f"use one of {', '.join(DATASETS)}")
    return changed(session, typed(play.playground, control, text), control.label)


def new_data(session: Playing) -> Result:
    """Draw other examples of the same data set."""
    playground = session.play.playground
    seed = playground.data_seed + session.times
    return changed(session, replace(playground, data_seed=seed), "new examples")


def new_start(session: Playing) -> Result:
    """Draw other weights to start from."""
    seed = session.play.playground.seed + session.times
    return changed(session, replace(session.play.playground, seed=seed), "new start")


def same_start(session: Playing) -> Result:
    """Go back to the same start, with nothing trained; what was changed in the walk stays, unless
    nothing is trained yet."""
    edits = edited_values(session).strip(" *")
    if edits and session.train.snapshot.status is Status.IDLE:
        word = f"same start, no longer {edits}"
        return _placed(session, replace(session.play, word=word), session.train.look), ()
    after, effects = reset_training(session)
    after = replace(after, screen=Screen.PLAY, play=replace(session.play, word="same start"))
    told = f"Nothing is trained; it stays {edits}, as in the walk. 0 again takes that back."
    return said(after, told) if edits else replace(after, message=""), effects


def toggle_play(session: Playing) -> Result:
    """Train or pause; a run that is at its end goes on for as many epochs again."""
    if session.train.snapshot.is_at_end:
        return one_epoch(session, session.play.playground.epochs)
    return toggle_training(session)


def more_neurons(session: Playing, by: int) -> Result:
    """Add neurons to the chosen layer, or take some away.

    In layer 0 these are features, of which the chosen one goes.
    """
    play = session.play
    own = play.playground.features
    if play.layer == 0 and by == -1 and len(own) > 1:
        kept = (*own[: play.neuron], *own[play.neuron + 1 :])
        return changed(session, replace(play.playground, features=kept), "features")
    what = f"neurons of layer {play.layer}" if play.layer else "features"
    wanted = with_neurons(play.playground, play.layer, by)
    now, before = (p.width_of(play.layer) for p in (wanted, play.playground))
    return changed(session, wanted, _with_bound(what, now, before + by))


def more_layers(session: Playing, by: int) -> Result:
    """Add hidden layers, or take some away."""
    own = session.play.playground
    wanted = with_layers(own, by)
    what = _with_bound("layers", len(wanted.layers) - 1, len(own.layers) - 1 + by)
    return changed(session, wanted, what)


def _with_bound(what: str, now: int, asked: int) -> str:
    """Return what was changed, and the bound that it has come to in place of what was asked."""
    if now == asked:
        return what
    return f"{what}: {now} is the {'most' if now < asked else 'least'}"


def next_focus(session: Playing) -> Playing:
    """Have the arrows act on the next of controls, network and curve."""
    order = tuple(Focus)
    focus = order[(order.index(session.play.focus) + session.times) % len(order)]
    return replace(session, play=replace(session.play, focus=focus))


def to_controls(session: Playing) -> Playing:
    """Have the arrows act on the controls again."""
    return replace(session, play=replace(session.play, focus=Focus.CONTROLS, edge=None))


def move_sideways(session: Playing, by: int) -> Result:
    """Change the chosen control, go to another layer, or move along the curve."""
    play = session.play
    if play.focus is Focus.CONTROLS:
        return step_control(session, by)
    if play.focus is Focus.CURVE:
        return move_cursor(session, by), ()
    layer = min(max(play.layer + by, 0), len(play.playground.layers) - 1)
    return replace(session, play=_within(replace(play, layer=layer, edge=None))), ()


def move_up_or_down(session: Playing, by: int) -> Playing:
    """Choose another control, another neuron of the layer, or another weight of the neuron."""
    play = session.play
    if play.focus is Focus.CONTROLS:
        control = (play.control + by) % len(CONTROLS)
        return replace(session, play=replace(play, control=control))
    if play.edge is not None:
        edge = (play.edge + by) % play.playground.width_of(play.layer - 1)
        return replace(session, play=replace(play, edge=edge))
    neuron = (play.neuron + by) % play.playground.width_of(play.layer)
    return replace(session, play=replace(play, neuron=neuron))


def choose_edge(session: Playing) -> Playing:
    """Choose a weight of the chosen neuron, or the neuron itself again."""
    play = session.play
    edge = 0 if play.edge is None else None
    return replace(session, play=replace(play, focus=Focus.NETWORK, edge=edge))


def open_walk(session: Playing) -> Result:
    """Open the walk at the chosen neuron, weight or point of the curve; type a control's value."""
    play = session.play
    if play.focus is Focus.CONTROLS:
        return ask_control(session), ()
    if play.focus is Focus.CURVE:
        return open_point(session), ()
    iteration = session.train.snapshot.iterations
    walk = moved(replace(session, screen=Screen.STUDY), iteration, 1)
    there = goto(walk, f"{iteration}/{_place(play, session.look.example)}")
    return said(there, "Esc leads back to the playground."), ()


def _place(play: Play, example: int) -> str:
    """Return where the walk has the chosen neuron or weight."""
    if play.layer == 0:
        return "given"
    if play.edge is not None:
        return f"backward:W{play.layer}[{play.neuron},{play.edge}]"
    is_last = play.layer == len(play.playground.layers) - 1
    line = PREDICTION if is_last else f"A{play.layer}"
    return f"forward:{line}[{play.neuron},{example}]"


def back_to_play(session: Playing) -> Playing:
    """Return from the walk; a rate that was changed there is the control's as well."""
    play, run = session.play, session.run
    rate = run.segments[-1].settings.learning_rate
    play = replace(play, playground=replace(play.playground, rate=rate))
    after = looking(session, cell=None, proof=False, mistakes=False, is_closing=False)
    training, auto = session.train.snapshot, replace(session.auto, is_on=False)
    if training.status is not Status.RUNNING and training.iterations < run.farthest:
        # The walk went beyond it, and the run with it.
        training = at_rest(run)
    after = replace(after, screen=Screen.PLAY, play=play, auto=auto, challenge=None)
    return after.with_train(snapshot=training)


def save_lesson(session: Playing) -> Result:
    """Write the playground as a lesson file."""
    edits = edited_values(session).strip(" *")
    told = f" It is without what the walk has {edits}." if edits else ""
    rates = [(one.first_iteration, one.settings.learning_rate) for one in session.run.segments]
    later = [one for before, one in pairwise(rates) if one[1] != before[1]]
    other = [f"{rate_text(rate)} from iteration {at:,} on" for at, rate in later]
    if other:
        last, first = (rate_text(rates[at][1]) for at in (-1, 0))
        told += f" Its rate is {last} from the start; here it was {first} first,"
        told += f" then {', '.join(other)}."
    playground, what = session.play.playground, "settings and start, without trained weights,"
    return session, (
        WriteFile(
            file_of(playground), partial(text_of, playground), what,
            lambda path: f": {session.around.program} {path} walks it.{told}",
        ),
    )  # fmt: skip


def edited_values(session: Walk) -> str:
    """Return the mark of what was changed in the walk, with its first names; empty where nothing
    was. A rate that was changed there is the playground's own.
    """
    names = [c.text() for c in session.changes if c.name != "learning_rate"]
    return f"  *edited {', '.join(names[:2])}{' …' if len(names) > 2 else ''}" if names else ""
