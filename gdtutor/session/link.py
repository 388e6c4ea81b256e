"""The command line that opens this very screen elsewhere: what people share."""

from __future__ import annotations

import shlex
from pathlib import Path

from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.lesson.model import Lesson
from gdtutor.lesson.selectors import Selector
from gdtutor.play.options import words_of
from gdtutor.session.digits import DEFAULT_DIGITS
from gdtutor.session.figures import figure_key
from gdtutor.session.iteration_limit import PATIENCE
from gdtutor.session.moment import Moment
from gdtutor.session.navigation import steps_back
from gdtutor.session.runs import TrainingKeys, is_whole, other_runs, others, presses, training_keys
from gdtutor.session.state import (
    EditHistory,
    Focus,
    Look,
    PastPlay,
    Play,
    Playing,
    Screen,
    Snapshot,
    Status,
    Tab,
    Training,
    TrainLook,
    Walk,
    has_opening,
    screen_left,
)
from gdtutor.session.steps import Step, find_step
from gdtutor.training.run import Run
from gdtutor.values import replace

KEPT_PAST = 10
"""Changes of a playground that are remembered, for `u` to take them back another day."""


def command_of(session: Walk) -> str:
    """Return the command line that opens the screen.

    It names lesson, seed, changes, place with the opened cell, example, folding and digits; what
    else the screen shows (a proof, another panel, training with the cursor on its curve and the
    runs of a sweep) comes from keys.
    """
    return shlex.join(arguments_of(session))


def arguments_of(session: Walk) -> tuple[str, ...]:
    """Return the words of the command line, unquoted."""
    asked, lesson, look, challenge = session, session.lesson, session.look, session.challenge
    if challenge is not None and challenge.hides:
        # The question is asked on arriving, so the command stands one step before it.
        session = steps_back(replace(session, challenge=None), 1)
    words = [*shlex.split(session.around.program)]
    words += ["play", *_options(session)] if isinstance(session, Playing) else [lesson_word(lesson)]
    again = training_keys(session)
    own_digits = lesson.digits or DEFAULT_DIGITS
    options = [
        ("variant", session.variant if again is None else again.variant),
        ("seed", session.seed),
        *(("set", change.text()) for change in session.changes if again is None),
        ("at", place_of(session) if again is None or not again.turns else ""),
        ("example", look.example or None),
        ("unfold", _unfolded(lesson, look)),
        ("fold", look.folded),
        ("digits", look.digits if look.digits != own_digits else None),
    ]
    for name, value in options:
        words += [f"--{name}", str(value)] if value not in ("", None) else []
    words += ["--predict"] * session.predict
    keys = _keys(session, again) if challenge is None else _keys_of_question(asked)
    if lesson.predict and not session.predict:
        # Questions that the lesson asks and the learner has turned off stay so.
        keys = f"r {keys}".rstrip()
    if keys:
        words += ["--keys", keys]
    return tuple(words)


def kept_command(session: Walk) -> str:
    """Return the command line that opens the screen that is returned to and what waits behind it: a
    walk that was opened from the playground comes back with the run and the chosen neuron that it
    leads back to, or as the playground alone where its iteration takes a while to come to.
    """
    session = replace(session, screen=screen_left(session))
    if session.train.goal is None:
        # A run that goes on ends with the program, and comes back as far as it was.
        session = session.paused()
    is_walked = isinstance(session, Playing) and session.screen is Screen.STUDY
    place = place_of(session)
    if not is_walked or not place or session.challenge is not None:
        return command_of(session)
    done = max(session.train.snapshot.iterations, session.moment.iteration)
    snapshot = replace(session.train.snapshot, iterations=done)
    words = arguments_of(replace(session, screen=Screen.PLAY).with_train(snapshot=snapshot))
    if Run(session.run.segments).seconds_beyond(done) > PATIENCE / 2:
        return shlex.join(words)
    words, behind = (words[:-2], words[-1:]) if words[-2] == "--keys" else (words, ())
    keys = " ".join([*behind, ":", place, "enter", *_keys(session).split()])
    return shlex.join([*words, "--keys", keys])


def training_command(session: Walk) -> str:
    """Return the command line that trains the lesson, or as many epochs of the playground, without
    screens and prints all there is."""
    if not isinstance(session, Playing):
        return shlex.join(["gdtutor", "train", lesson_word(session.lesson), "--json"])
    changes = [word for change in session.changes for word in ("--set", change.text())]
    epochs = str(max(len(session.train.snapshot.costs), 1))
    return shlex.join(
        ["gdtutor", "play", *_options(session), *changes, "--epochs", epochs, "--json"]
    )


def past_commands(session: Playing) -> tuple[str, ...]:
    """Return the command lines of what `u` in the playground goes back to, nearest last."""
    return tuple(_past_command(session, past) for past in session.play.done[-KEPT_PAST:])


def _past_command(session: Playing, past: PastPlay) -> str:
    train = Training(Snapshot(iterations=max(past.run.farthest, past.at)))
    there = replace(session, screen=Screen.PLAY, play=Play(past.playground), look=Look(),
                    train=train, run=past.run, original=past.original,
                    history=EditHistory((past.changes,)), challenge=None)  # fmt: skip
    return command_of(there)


def _options(session: Playing) -> tuple[str, ...]:
    """Return the options of the playground as its run began."""
    # What was changed on the way is told with the iteration that it was changed at.
    rate = session.original.segments[0].settings.learning_rate
    return words_of(replace(session.play.playground, rate=rate))


def lesson_word(lesson: Lesson) -> str:
    """Return the id of a shipped lesson, of any other its path: from here where it lies below."""
    path, here = Path(lesson.path).resolve(), Path.cwd()
    if path.parent == shipped_lessons_folder().resolve():
        return lesson.id
    if not path.is_relative_to(here):
        return str(path)
    below = str(path.relative_to(here))
    # A name without a slash could be the id of a lesson.
    return below if below.endswith(".md") else str(path)


def place_of(session: Walk) -> str:
    """Return the place as `--at` takes it; empty on the opening page."""
    lesson, moment = session.lesson, session.moment
    if session.step == 0 or session.screen is Screen.PLAY:
        return ""
    if not has_opening(lesson) and (moment.iteration, session.step) == (0, 1):
        return ""
    selector = selector_of(moment, moment.steps[session.step - 1])
    return replace(selector, cell=session.look.cell).text()


def selector_of(moment: Moment, step: Step) -> Selector:
    """Return how `--at` names a step; by its number where its name means an earlier one."""
    named = step.state or step.node
    if find_step(moment.steps, step.phase, named) == step:
        return Selector(moment.iteration, step.phase.value, named)
    return Selector(moment.iteration, "", step=step.number)


def _unfolded(lesson: Lesson, look: Look) -> str:
    lines = [line for scene in lesson.scenes for line in scene.graph.lines]
    foldable = [line.name for line in lines if line.first != line.last]
    open_lines = [name for name in foldable if name in look.unfolded]
    if len(open_lines) > 1 and open_lines == foldable:
        return "all"
    return ",".join(open_lines)


def _keys(session: Walk, again: TrainingKeys | None = None) -> str:
    """Return the keys that bring what no option names."""
    look = session.look
    if session.screen is Screen.TRAIN:
        is_changed = session.train.look.is_slow not in (None, session.lesson.watch == "slow")
        pace = ["w"] if is_changed else []
        shown = _curve_keys(session.train.look, others(session))
        if again is not None:
            place = place_of(session) if again.turns else ""
            keys = [*again.keys, *([":", place, "enter"] if place else [])]
            # On a screen that was left, a bare t trains no farther.
            trained = ["0t", "space"] if is_whole(session) else [_trained(session)]
            return " ".join([*keys, *trained, *pace, *shown])
        swept = [key for _, text in other_runs(session) for key in ("S", text, "enter")]
        return " ".join([_trained(session), *pace, *swept, *shown])
    if isinstance(session, Playing) and session.screen is Screen.PLAY:
        return " ".join(_play_keys(session))
    keys = ["v"] if look.proof else ["w"] if look.mistakes else []
    tabs, figure = list(Tab), figure_key(session)
    # A picture may bring the graph's panel, and is chosen there before another one.
    is_there = figure and (look.is_alone or look.tab is not Tab.NODE)
    to_graph = tabs.index(Tab.GRAPH) if is_there else 0
    keys += [*presses(to_graph, "tab"), *figure]
    keys += presses((tabs.index(look.tab) - to_graph) % len(tabs), "tab")
    keys += ["h"] if look.hides_hints else []
    keys += ["z"] if look.is_closing else []
    if look.scroll > 0 and look.cell is None:
        keys.append(f"{look.scroll}down" if look.scroll > 1 else "down")
    return " ".join(keys)


def _keys_of_question(session: Walk) -> str:
    """Return the keys that come to the open question and bring the panel that shows with it."""
    is_typed = session.prompt is not None
    scroll = 0 if is_typed else session.look.scroll
    panel = _keys(replace(session, look=replace(session.look, figure=None, scroll=scroll)))
    if is_typed:
        return f"n escape {panel} enter" if panel else "n"
    return f"n escape {panel}".strip()


def _play_keys(session: Playing) -> list[str]:
    """Return the keys that train as far in the playground, and choose what is chosen there."""
    play, look = session.play, session.train.look
    epochs, more = divmod(session.train.snapshot.iterations, session.run.iterations_per_epoch)
    looks = {"d": play.is_discrete, "o": play.hides_held, "y": look.log_y,
             "h": session.look.hides_hints}  # fmt: skip
    keys = [*presses(epochs, "n"), *presses(more, "i"), *(key for key, on in looks.items() if on)]
    if look.cursor is not None:
        keys += [":", f"epoch:{look.cursor}", "enter"]
    first, start = Focus.CONTROLS, Play(play.playground)
    keys += presses(play.control - start.control, "down")
    if (play.layer, play.neuron, play.edge) != (start.layer, start.neuron, start.edge):
        sideways = presses(play.layer - start.layer, "right", "left")
        keys += ["tab", *sideways, *presses(play.neuron, "down")]
        keys += [] if play.edge is None else ["w", *presses(play.edge, "down")]
        first = Focus.NETWORK
    order = tuple(Focus)
    return keys + presses((order.index(play.focus) - order.index(first)) % len(order), "tab")


def _trained(session: Walk) -> str:
    """Return the key that trains as far as the run has come; to its end where that is its way."""
    snapshot = session.train.snapshot
    if snapshot.status is Status.RUNNING:
        return "t" if session.train.goal is None else f"{session.train.goal}t"
    if snapshot.stopped_by == "key":
        return f"{snapshot.iterations}t s"
    return "t" if is_whole(session) else f"{snapshot.iterations}t"


def _curve_keys(look: TrainLook, runs: list[str]) -> list[str]:
    """Return the keys that bring what the training screen shows beside the curve."""
    keys = ["y"] if look.log_y else []
    keys += [f"{look.mean}m"] if look.mean else []
    # The panel by its place: the runs, which may not be there elsewhere, show by themselves.
    keys += [f"{look.tab + 1}tab"] if look.tab > 0 or (runs and not look.tab) else []
    down = runs.index(look.run) + 1 if look.run in runs else look.scroll
    keys += [f"{down}down"] if down else []
    # The place does not hang on how much of the curve is there when the keys are pressed.
    return keys if look.cursor is None else [*keys, ":", f"epoch:{look.cursor}", "enter"]
