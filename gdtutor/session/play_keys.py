"""What the keys of the playground do: controls, the network, the curve, and ways out of it."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from gdtutor.engine.errors import GdTutorError
from gdtutor.lesson.network import PREDICTION
from gdtutor.play.lesson_text import file_of, text_of
from gdtutor.play.options import CSV
from gdtutor.play.playground import Playground, fitted
from gdtutor.session.controls import CONTROLS, Control, typed, with_layers, with_neurons
from gdtutor.session.curve_cursor import move_cursor, open_point
from gdtutor.session.effects import Result, WriteFile
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto, looking, said
from gdtutor.session.playing import bounded, changed, from_start
from gdtutor.session.prompting import asked
from gdtutor.session.snapshots import at_rest
from gdtutor.session.state import ClassRole, Focus, Play, Playing, PromptKind, Screen, Status, Walk
from gdtutor.session.training import one_epoch, rate_text, reset_training, toggle_training
from gdtutor.training.datasets import DATASETS
from gdtutor.values import replace


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
        return from_start(session, replace(session.play, word=word), session.train.look), ()
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
    return replace(session, play=bounded(replace(play, layer=layer, edge=None))), ()


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
