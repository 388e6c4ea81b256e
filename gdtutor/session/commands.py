"""The tables of commands: keys, footer, help and command palette all come from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from gdtutor.engine.errors import GdTutorError
from gdtutor.session import (
    curve_cursor,
    display_options,
    figures,
    library,
    navigation,
    play_keys,
    playing,
    predict,
    story,
    tasks,
    training,
    works_at,
    works_in_runs,
)
from gdtutor.session.catalogue import shown_entries
from gdtutor.session.edits import apply_edit, example_of_edit, own_values, redo, undo
from gdtutor.session.effects import CopyText, Outcome, Quit, ShowPalette
from gdtutor.session.link import command_of
from gdtutor.session.prompting import asked
from gdtutor.session.runs import has_others, leads_to_training
from gdtutor.session.state import HelpLook, Playing, PromptKind, S, Screen, Session, Tab, W, Walk
from gdtutor.session.trials import sweep
from gdtutor.values import Struct, replace

_SYMBOLS = {
    "right": "→", "left": "←", "up": "↑", "down": "↓", "pagedown": "PgDn", "pageup": "PgUp",
    "home": "Home", "end": "End", "g g": "gg", "space": "Space", "enter": "Enter",
    "escape": "Esc", "backspace": "Backspace", "tab": "Tab", "ctrl+r": "Ctrl-R",
    "ctrl+p": "Ctrl-P", "colon": ":", "plus": "+", "minus": "-", "slash": "/",
    "question_mark": "?", "left_square_bracket": "[", "right_square_bracket": "]",
    "equals_sign": "", "j": "", "k": "", "f1": "", "ctrl+c": "",
}  # fmt: skip
"""How keys are shown that are not shown as themselves; not at all where another one stands for it,
as + for =.
"""
_IN_ASCII = {"→": "->", "←": "<-", "↑": "up", "↓": "down"}


def symbol_of(key: str) -> str:
    """Return how a key is shown that is not shown as itself, empty for any other."""
    return _SYMBOLS.get(key, "")


class Row(Struct, Generic[S], frozen=True):
    """One thing that the learner can do with a key; `S` is what its screens show.

    The tables give the fields up to `footer` by their places, all further ones by their names.
    """

    name: str
    keys: tuple[str, ...]
    """Names as in Textual (`right`, `pagedown`, `ctrl+r`), or the character itself."""
    title: str
    """What it does, for the help screen."""
    screens: frozenset[Screen]
    do: Callable[[S], Outcome]
    """The state after it."""
    footer: str = ""
    """One word for the line of keys; empty where it is not shown there."""
    pair: str = ""
    """The command whose keys stand before its own in the line of keys."""
    why_not: Callable[[S], str] = works_at.always
    """Why it does nothing now; an empty text where it works."""
    linear: str | None = ""
    """How a line of the linear mode gives it, with what it takes, in brackets where it need not;
    as its key or name where this is empty, and None where it is for screens alone."""
    takes: Callable[[S, str], Outcome] | None = None
    """What it does with the rest of such a line."""

    @property
    def symbols(self) -> str:
        """How the keys are shown; one that is the only one always is."""
        only = len(self.keys) == 1
        named = (_SYMBOLS.get(key, key) or key * only for key in self.keys)
        return " ".join(filter(None, named))

    def shown(self, unicode: bool) -> str:
        """Return the keys as they are shown."""
        return self.symbols if unicode else _IN_ASCII.get(self.symbols, self.symbols)


Command = Row[Any]
"""A row of any of the tables; it does what it does to the session of its screens alone."""


def _by(do: Callable[[S, int], Outcome]) -> Callable[[S], Outcome]:
    """Return a command that goes by as many as were typed before its key."""
    return lambda session: do(session, session.times)


def _back(do: Callable[[S, int], Outcome]) -> Callable[[S], Outcome]:
    """Return a command that does the same the other way."""
    return lambda session: do(session, -session.times)


def _log(session: W) -> W:
    look = session.train.look
    return session.with_train(look=replace(look, log_y=not look.log_y))


def _help(session: Session) -> Session:
    if session.screen is Screen.HELP:
        return replace(session, screen=session.behind)
    return replace(session, screen=Screen.HELP, behind=session.screen, help=HelpLook())


def _show_command(session: Walk) -> Outcome:
    command = command_of(session)
    return replace(session, command=command), (CopyText(command),)


def _scroll_help(session: Session, by: int) -> Session:
    return replace(session, help=replace(session.help, scroll=session.help.scroll + by))


def _page_help(session: Session, by: int) -> Session:
    return replace(session, help=replace(session.help, pages=session.help.pages + by))


def _last_or_numbered_entry(session: Session) -> Session:
    return _at_typed_entry(session) if session.count else library.move_cursor(session, _FAR)


def _open_entry(session: Session) -> Outcome:
    return library.open_entry(_at_typed_entry(session) if session.count else session)


def _at_typed_entry(session: Session) -> Session:
    """Go to the lesson of the number that was typed.

    Raises:
        GdTutorError: Where none that shows has it.
    """
    numbers, number = [e.number for e in shown_entries(session.library)], session.times
    place = next((i for i, n in enumerate(numbers) if n.isdecimal() and int(n) == number), None)
    if place is None:
        raise GdTutorError(f"there is no lesson {number} in the list", "? lists the keys")
    return library.move_cursor(library.move_cursor(session, -_FAR), place)


_FAR = 1000
"""More pages than Help has at any size, and more lessons than the library."""


def _page_on(session: Walk) -> Session:
    if display_options.pages_on(session):
        return display_options.scroll(session, session.times * session.look.page)
    # A line of the linear mode comes here without being asked why it may not.
    if why := works_at.iterations(session):
        return navigation.said(session, why)
    return navigation.next_iteration(session)


def _page_back(session: Walk) -> Session:
    if display_options.pages_back(session):
        return display_options.scroll(session, -session.times * session.look.page)
    return navigation.previous_iteration(session)


def _first(session: Walk) -> Session:
    if display_options.pages_back(session):
        return display_options.scroll(session, -session.look.scroll)
    return navigation.first_step(session)


def _last_or_numbered(session: Walk) -> Session:
    if session.count:
        return navigation.goto_step(session, session.times)
    if display_options.pages_on(session):
        return display_options.scroll(session, session.look.below)
    return navigation.last_step(session)


def _left(session: Walk) -> Session:
    if session.look.cell is not None:
        return display_options.move_cell(session, 0, -session.times)
    return story.step_back(session)


def _right(session: Walk) -> Outcome:
    if session.look.cell is not None:
        return display_options.move_cell(session, 0, session.times)
    return _on(session)


def _on(session: Walk) -> Outcome:
    """Go on; from the closing page of a lesson that does not train, to the next lesson."""
    is_over = story.has_ended(session) and not session.lesson.trains
    return _next_lesson(session) if is_over else story.step_on(session, session.times)


def _next_lesson(session: Walk) -> Outcome:
    if isinstance(session, Playing):
        return play_keys.back_to_play(session)
    return library.next_lesson(session)


def _enter(session: Walk) -> Outcome:
    if session.look.is_closing and session.challenge is None:
        return _next_lesson(session)
    if session.challenge is not None:
        return predict.back_to_question(session)
    if session.count and session.is_answered:
        # Of a number such as 0.75 the last digits are left, which count no operand.
        is_operand = int(session.count) <= len(display_options.operands(session))
        ways = f"; {session.count} Enter once more goes to that operand" if is_operand else ""
        return navigation.said(replace(session, is_answered=False), f"Already answered{ways}.")
    return display_options.to_operand(session)


def _backspace(session: Walk) -> Outcome:
    is_over = session.look.is_closing
    return tasks.clear_tasks(session) if is_over else display_options.back_again(session)


def _down(session: Walk, by: int) -> Session:
    if session.look.cell is not None:
        return display_options.move_cell(session, by, 0)
    return display_options.scroll(session, by)


def _place_label(session: Walk) -> str:
    """Return what can be typed to be gone to in the walk, with a step that is there."""
    later = ", iteration 37, epoch 37" * session.lesson.trains
    return f"go to ({navigation.example_of_place(session)}{later})"


def goto_label(session: Walk) -> str:
    """Return what can be typed to be gone to beside a curve, with examples that are there."""
    training, others = session.train.snapshot, ""
    if has_others(session) and session.screen is Screen.TRAIN:
        others = ", or run NAME: one of the runs listed"
    epoch = min(max(len(training.costs) - 1, 0), 50)
    comma = ", " if others else ", or "
    return f"iteration ({min(training.iterations, 3071)}){comma}epoch {epoch}{others}"


def _cell_typed(session: Walk, text: str) -> Session:
    if why := works_at.cells(session):
        return navigation.said(session, why)
    if not text:
        return display_options.toggle_cell(session)
    parts = text.strip("[]").replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise GdTutorError(f"'{text}' is no cell", "give row and column from 0, as in 0,1")
    return navigation.with_cell(session, tuple(int(part) for part in parts))


def _train_typed(session: Walk, text: str) -> Outcome:
    """Train so many epochs, or several runs; without a text, or where it rests, to the end."""
    if "=" in text:
        return sweep(session, text)
    if text and not (text.isascii() and text.isdigit() and 0 < int(text[:8]) <= 10**7):
        hint = "give one, as in t 100, or t alone, or several runs, as in t learning_rate=0.5,5"
        raise GdTutorError(f"'{text}' is no number of epochs", hint)
    after, effects = training.open_training(session)
    if not isinstance(after, Walk) or after.screen is not Screen.TRAIN:
        return after, effects
    if text:
        return training.one_epoch(session, int(text))
    return (after, effects) if effects else training.toggle_training(session)


def _escape(session: Walk) -> Session:
    if isinstance(session, Playing):
        return play_keys.back_to_play(session)
    if display_options.shows_other_panel(session):
        return navigation.looking(session, tab=Tab.NODE, scroll=0)
    look, was_on = replace(session.look, is_closing=False), session.auto.is_on
    look = replace(look, cell=None, proof=False, mistakes=False, is_blank=False)
    if look == session.look and not was_on and leads_to_training(session):
        return replace(session, screen=Screen.TRAIN)
    return replace(session, look=look, auto=replace(session.auto, is_on=False))


_STUDY = frozenset({Screen.STUDY})
_TRAIN = frozenset({Screen.TRAIN})
_PLAY = frozenset({Screen.PLAY})
_LIBRARY = frozenset({Screen.LIBRARY})
_HELP = frozenset({Screen.HELP})
_LESSON = _STUDY | _TRAIN
_ALL_SCREENS = frozenset(Screen)

_OF_A_WALK: tuple[Row[Walk], ...] = (
    Row("next", ("right",), "next step; with a cell open, the cell to the right", _STUDY, _right,
            "step", pair="previous", linear=None),
    Row("previous", ("left",), "previous step; with a cell open, the cell left", _STUDY, _left,
            why_not=works_at.earlier_steps, linear=None),
    Row("next_key", ("n", "space"), "next step", _STUDY, _on),
    Row("previous_key", ("p",), "previous step", _STUDY, story.step_back,
            why_not=works_at.earlier_steps),
    Row("next_phase", ("N",), "next phase: given, forward, backward, update", _STUDY,
            navigation.next_phase, "phase", pair="previous_phase", why_not=works_at.later_phases),
    Row("previous_phase", ("P",), "previous phase", _STUDY, navigation.previous_phase,
            why_not=works_at.earlier_steps),
    Row("next_iteration", ("pagedown",), "next iteration; a page of text first goes on to its end",
            _STUDY, _page_on, "iteration", pair="previous_iteration", why_not=works_at.iterations,
            linear="i [ITERATION]",
            takes=lambda s, k: navigation.goto(s, f"iteration {k}") if k else _page_on(s)),
    Row("previous_iteration", ("pageup",),
            "previous iteration; a page of text first goes back to its top", _STUDY, _page_back,
            why_not=works_at.earlier_iterations, linear="I"),
    Row("first", ("home", "g g"), "first step of the iteration; again: start of the lesson", _STUDY,
            _first,
            why_not=lambda s: "" if display_options.pages_back(s) else works_at.earlier_steps(s)),
    Row("last", ("end", "G"), "last step; 12G goes to step 12", _STUDY, _last_or_numbered),
    Row("goto", ("colon",),
            "go to a place: 12, backward:w1, 37/backward:W1[0,1], iteration 37, epoch 37", _STUDY,
            lambda s: asked(s, PromptKind.GOTO, _place_label(s)), "go to", linear="g PLACE",
            takes=navigation.goto),
    Row("unfold", ("x",), "unfold the node into its operations, or fold it", _STUDY,
            display_options.toggle_fold, "unfold", why_not=works_at.unfolding),
    Row("repetition", ("X",), "fold a repetition to one count, as 3X to t = 3, or walk it whole",
            _STUDY, display_options.toggle_repetition, "repetition", why_not=works_at.repetitions),
    Row("cell", ("c",), "open a cell of the matrix; again: close it", _STUDY,
            display_options.toggle_cell, "cell", why_not=works_at.cells, linear="c [ROW,COLUMN]",
            takes=_cell_typed),
    Row("up", ("up",), "scroll the text up; with a cell open, the cell above", _STUDY,
            _back(_down), why_not=works_at.rows_above, linear=None),
    Row("down", ("down",), "scroll the text down; with a cell open, the cell below", _STUDY,
            _by(_down), why_not=works_at.rows_below, linear=None),
    Row("example", ("o",), "follow the next example of the batch", _STUDY,
            display_options.next_example, "example", why_not=works_at.examples),
    Row("tab", ("tab",), "the next panel at full size: graph, values, note, node", _STUDY,
            display_options.next_tab, "view", why_not=works_at.panels, linear=None),
    Row("figure", ("f",), "the lesson's next picture, or the graph again; 2f: the second", _STUDY,
            figures.next_figure, "picture", why_not=works_at.pictures),
    Row("fewer_digits", ("d",), "fewer digits", _STUDY, _back(display_options.change_digits)),
    Row("more_digits", ("D",), "more digits", _STUDY, _by(display_options.change_digits)),
    Row("edit", ("e",), "change a value: w1 0.9, W1[0,1] = 0.9, learning_rate 5, optimizer adam",
            _STUDY, lambda s: asked(s, PromptKind.EDIT, f"change ({example_of_edit(s)})"), "edit",
            linear="e NAME VALUE", takes=apply_edit),
    Row("undo", ("u",), "undo the last change", _STUDY, undo, "undo", why_not=works_at.undoing),
    Row("redo", ("ctrl+r",), "do the undone change again", _STUDY, redo, why_not=works_at.redoing),
    Row("own_values", ("R",), "back to the lesson's own values", _STUDY, own_values, "own values",
            why_not=works_at.changes),
    Row("verify", ("v",), "verify the gradient by a central difference", _STUDY,
            display_options.toggle_proof, "prove", why_not=works_at.proofs),
    Row("mistakes", ("w",), "how the sum goes wrong: = in place of +=, or a node visited too early",
            _STUDY, display_options.toggle_mistakes, "wrong sums", why_not=works_at.wrong_sums),
    Row("predict", ("r",), "predict: hide each next value and ask for it, to 3 digits; or stop",
            _STUDY, predict.toggle_predict, "ask me"),
    Row("operand", ("enter",),
            "to an operand, 2 Enter: the second; to the open question; the next lesson", _STUDY,
            _enter, why_not=works_at.questions),
    Row("link", ("k",), "the command line that opens this screen elsewhere; copies it",
            _LESSON | _PLAY, _show_command, "link"),
    Row("auto", ("a",), "auto-play, or pause it; a question stops it", _STUDY,
            display_options.toggle_auto, "play", why_not=works_at.walking_alone, linear=None),
    Row("faster", ("plus", "equals_sign"), "faster auto-play", _STUDY,
            _by(display_options.change_pace), pair="slower", linear=None),
    Row("slower", ("minus",), "slower auto-play", _STUDY, _back(display_options.change_pace),
            linear=None),
    Row("train", ("t",), "train, with the live cost curve; 20t pauses at iteration 20", _STUDY,
            training.open_training, "train", why_not=works_at.training, linear="t [EPOCHS]",
            takes=_train_typed),
    Row("variant", ("V",), "the lesson's next variant, then the lesson itself", _LESSON,
            training.next_variant, "variant", why_not=works_at.variants),
    Row("closing", ("z",), "the closing page: what to try next", _LESSON, story.show_closing,
            "what next"),
    Row("tasks", ("T",), "the lesson's tasks; again: a hint for the next one", _LESSON,
            tasks.show_tasks, "tasks", why_not=works_at.tasks),
    Row("operand_back", ("backspace",),
            "back from an operand; on the closing page: forget which tasks are done", _STUDY,
            _backspace, "forget done", why_not=works_at.done_tasks, linear="back"),
    Row("pause", ("space",), "pause or resume the run, or the sweep", _TRAIN,
            training.toggle_training, "pause", why_not=works_in_runs.runs),
    Row("epoch", ("n",), "train one epoch", _TRAIN, _by(training.one_epoch), "epoch",
            why_not=works_in_runs.single_steps),
    Row("cursor_left", ("left",), "cursor on the curve to the left", _TRAIN,
            _back(curve_cursor.move_cursor), why_not=works_in_runs.earlier_epochs),
    Row("cursor_right", ("right",), "cursor on the curve to the right", _TRAIN,
            _by(curve_cursor.move_cursor), "cursor", pair="cursor_left",
            why_not=works_in_runs.curves),
    Row("epoch_left", ("left_square_bracket",), "cursor one epoch to the left", _TRAIN,
            _back(curve_cursor.move_by_epochs), why_not=works_in_runs.earlier_epochs),
    Row("epoch_right", ("right_square_bracket",), "cursor one epoch to the right", _TRAIN,
            _by(curve_cursor.move_by_epochs), "by one epoch", pair="epoch_left",
            why_not=works_in_runs.curves),
    Row("goto_point", ("colon",),
            "open an iteration: 3071, 37/backward:W1; the cursor to epoch 50; a sweep's run 0.5",
            _TRAIN, lambda s: asked(s, PromptKind.GOTO, goto_label(s)), "go to"),
    Row("open_point", ("enter",),
            "open the iteration under the cursor, 16 Enter: iteration 16; train the chosen run",
            _TRAIN, curve_cursor.open_chosen, "open", why_not=works_in_runs.points),
    Row("back", ("escape",), "back to the walk; the run goes on", _TRAIN,
            lambda s: replace(s, screen=Screen.STUDY), "walk"),
    Row("walk_first", ("home",), "first step of the walk; again: start of the lesson", _TRAIN,
            lambda s: navigation.first_step(replace(s, screen=Screen.STUDY))),
    Row("reset", ("0",), "reset to the same start", _TRAIN, training.reset_training, "reset",
            why_not=works_in_runs.starts, linear="0"),
    Row("forget_runs", ("backspace",),
            "forget the runs beside the present one, of sweeps and variants", _TRAIN,
            training.forget_runs, "forget runs", why_not=works_in_runs.kept_runs),
    Row("log", ("y",), "logarithmic cost axis, or linear", _TRAIN, _log, "log"),
    Row("mean", ("m",), "the mean of 25 epochs beside the raw costs, or not; 100m: of 100", _TRAIN,
            training.toggle_mean, "mean"),
    Row("iteration", ("i",), "train one iteration, one batch", _TRAIN, _by(training.one_iteration),
            "iteration", why_not=works_in_runs.single_steps),
    Row("rate_up", ("plus", "equals_sign"), "double the learning rate", _TRAIN,
            _by(training.change_rate)),
    Row("rate_down", ("minus",), "halve the learning rate", _TRAIN, _back(training.change_rate),
            "rate", pair="rate_up"),
    Row("watch", ("w",), "train slowly enough to be watched, or at full speed", _TRAIN,
            training.toggle_watch, "slowly"),
    Row("sweep", ("S",), "compare runs side by side: learning_rate=0.05,0.5,5", _TRAIN,
            lambda s: asked(s, PromptKind.SWEEP, "sweep (learning_rate=0.1,1)"), "sweep",
            linear="S NAME=VALUES", takes=sweep),
    Row("open_run", (), "train a run of a sweep, or of a variant, in place of the present one",
            frozenset(), lambda s: s, linear="run NAME", takes=curve_cursor.open_run),
    Row("stop", ("s",), "stop the run, or the sweep", _TRAIN, training.stop_training, "stop",
            why_not=works_in_runs.stopping),
    Row("train_tab", ("tab",), "next side panel; 2Tab: the second", _TRAIN, training.next_train_tab,
            "view"),
    Row("side_down", ("down",), "scroll the side panel; the next of the runs", _TRAIN,
            _by(training.scroll_side), pair="side_up", why_not=works_in_runs.side_below),
    Row("side_up", ("up",), "scroll the side panel back; the run before", _TRAIN,
            _back(training.scroll_side), why_not=works_in_runs.side_above),
    Row("escape", ("escape",), "close the panel, cell, proof, auto-play; else back to training",
            _STUDY, _escape, why_not=works_at.closable, linear=None),
    Row("library", ("l",), "the library of lessons", _LESSON, library.show_library, "library",
            why_not=works_at.library),
    Row("next_lesson", (), "open the next lesson", frozenset(), _next_lesson, linear="next"),
)  # fmt: skip
_OF_PLAY: tuple[Row[Playing], ...] = (
    Row("play_pause", ("space",), "train, or pause; at the end: as many epochs again", _PLAY,
            play_keys.toggle_play, "train", why_not=works_in_runs.plays),
    Row("play_left", ("left",), "the value before of a control; layer, curve: left", _PLAY,
            _back(play_keys.move_sideways), why_not=works_in_runs.to_the_left),
    Row("play_right", ("right",), "the next value of a control; layer, curve: right", _PLAY,
            _by(play_keys.move_sideways), "change", pair="play_left",
            why_not=works_in_runs.sideways),
    Row("play_up", ("up",), "the control, neuron or weight above", _PLAY,
            _back(play_keys.move_up_or_down), why_not=works_in_runs.choices),
    Row("play_down", ("down",), "the control, neuron or weight below", _PLAY,
            _by(play_keys.move_up_or_down), "choose", pair="play_up",
            why_not=works_in_runs.choices),
    Row("play_focus", ("tab",), "arrows for controls, the network, the curve", _PLAY,
            play_keys.next_focus, "network"),
    Row("play_open", ("enter",),
            "the walk at this neuron, weight or point of the curve; a control: type its value",
            _PLAY, play_keys.open_walk, "type"),
    Row("play_type", ("e",), "type the chosen control's value", _PLAY, play_keys.ask_control),
    Row("play_goto", ("colon",),
            "open an iteration: 3071, 37/backward:W1; or the cursor to epoch 50", _PLAY,
            lambda s: asked(s, PromptKind.GOTO, goto_label(s))),
    Row("play_back", ("escape",), "arrows for the controls again", _PLAY, play_keys.to_controls),
    Row("play_more", ("plus", "equals_sign"), "a neuron more in the chosen layer, or a feature",
            _PLAY, _by(play_keys.more_neurons), why_not=works_in_runs.widths),
    Row("play_fewer", ("minus",), "a neuron fewer, or a feature", _PLAY,
            _back(play_keys.more_neurons), "neuron", pair="play_more",
            why_not=works_in_runs.widths),
    Row("play_layer", ("right_square_bracket",), "a layer more", _PLAY, _by(play_keys.more_layers)),
    Row("play_no_layer", ("left_square_bracket",), "a layer fewer", _PLAY,
            _back(play_keys.more_layers), "layer", pair="play_layer"),
    Row("play_edge", ("w",), "choose a weight of the neuron; again: the neuron", _PLAY,
            play_keys.choose_edge, "weight", why_not=works_in_runs.weights),
    Row("play_epoch", ("n",), "train one epoch", _PLAY, _by(training.one_epoch), "epoch",
            why_not=works_in_runs.single_steps),
    Row("play_iteration", ("i",), "train one iteration, one batch", _PLAY,
            _by(training.one_iteration), why_not=works_in_runs.single_steps),
    Row("play_same", ("0",), "the same start again; then without the walk's edits", _PLAY,
            play_keys.same_start, "restart", why_not=works_in_runs.starts),
    Row("play_start", ("s",), "a new start: other weights", _PLAY, play_keys.new_start,
            "new start"),
    Row("play_data", ("r",), "regenerate: other examples", _PLAY, play_keys.new_data, "new data",
            why_not=works_in_runs.new_data),
    Row("play_sides", ("d",), "maps show the sides alone, or how far", _PLAY,
            lambda s: replace(s, play=replace(s.play, is_discrete=not s.play.is_discrete)),
            "sides"),
    Row("play_validation", ("o",), "show the validation examples, or not", _PLAY,
            lambda s: replace(s, play=replace(s.play, hides_held=not s.play.hides_held)),
            "validation"),
    Row("play_log", ("y",), "logarithmic cost axis, or linear", _PLAY, _log, "log"),
    Row("play_save", ("W",), "write it as a lesson file", _PLAY, play_keys.save_lesson, "save"),
    Row("play_undo", ("u",), "undo the last change", _PLAY, playing.undo_play, "undo",
            why_not=works_at.undoing),
    Row("play_redo", ("ctrl+r",), "do the undone change again", _PLAY,
            playing.redo_play, why_not=works_at.redoing),
)  # fmt: skip
_OF_ANY: tuple[Row[Session], ...] = (
    Row("entry_down", ("down", "j"), "next lesson", _LIBRARY, _by(library.move_cursor),
            why_not=works_at.later_lessons),
    Row("entry_up", ("up", "k"), "previous lesson", _LIBRARY, _back(library.move_cursor), "choose",
            pair="entry_down", why_not=works_at.earlier_lessons),
    Row("entry_next", ("n",), "next lesson", _LIBRARY, _by(library.move_cursor),
            why_not=works_at.later_lessons),
    Row("entry_previous", ("p",), "previous lesson", _LIBRARY, _back(library.move_cursor),
            why_not=works_at.earlier_lessons),
    Row("entries_down", ("pagedown", "space"), "ten lessons down", _LIBRARY,
            lambda s: library.move_cursor(s, 10 * s.times), why_not=works_at.later_lessons),
    Row("entries_up", ("pageup",), "ten lessons up", _LIBRARY,
            lambda s: library.move_cursor(s, -10 * s.times), why_not=works_at.earlier_lessons),
    Row("first_entry", ("home", "g g"), "first lesson", _LIBRARY,
            lambda s: library.move_cursor(s, -_FAR)),
    Row("last_entry", ("end", "G"), "last lesson; 12G goes to lesson 12", _LIBRARY,
            _last_or_numbered_entry),
    Row("open", ("enter",), "open the lesson; 12 Enter opens lesson 12", _LIBRARY, _open_entry,
            "open", why_not=works_at.openings),
    Row("search", ("slash",), "search the lessons", _LIBRARY, library.search, "search"),
    Row("show_all", ("escape",), "show all lessons again", _LIBRARY, library.without_search,
            why_not=works_at.searches),
    Row("blank", ("b",), "blank the screen; any key brings it back", _LESSON | _PLAY,
            lambda s: navigation.looking(s, is_blank=not s.look.is_blank), linear=None),
    Row("hints", ("h",), "hide the line of keys, or show it", _LESSON | _PLAY,
            lambda s: navigation.looking(s, hides_hints=not s.look.hides_hints), linear=None),
    Row("help_down", ("down", "j"), "scroll", _HELP, _by(_scroll_help), "scroll", pair="help_up"),
    Row("help_up", ("up", "k"), "scroll back", _HELP, _back(_scroll_help),
            why_not=works_at.help_above),
    Row("help_page_down", ("pagedown", "space"), "a page down", _HELP, _by(_page_help), "page"),
    Row("help_page_up", ("pageup",), "a page up", _HELP, _back(_page_help),
            why_not=works_at.help_above),
    Row("help_top", ("home", "g"), "to the top", _HELP, lambda s: replace(s, help=HelpLook())),
    Row("help_end", ("end", "G"), "to the end", _HELP,
            lambda s: replace(s, help=HelpLook(pages=_FAR))),
    Row("help_find", ("slash",), "find a word; again: the next place", _HELP,
            lambda s: asked(s, PromptKind.FIND, "find"), "find"),
    Row("help_close", ("escape",), "close", _HELP, _help, "close"),
    Row("help", ("question_mark", "f1"), "all keys, and how to read the notation", _ALL_SCREENS,
            _help, "all keys", linear=None),
    Row("palette", ("ctrl+p",), "find a command by its words", _ALL_SCREENS,
            lambda s: (s, (ShowPalette(),)), linear=None),
    Row("quit", ("q", "ctrl+c"), "quit", _ALL_SCREENS, lambda s: (s, (Quit(),)), "quit"),
)  # fmt: skip
COMMANDS: tuple[Command, ...] = (*_OF_A_WALK, *_OF_PLAY, *_OF_ANY)
"""Every command; where two screens use a key differently there are two rows."""
_BY_SCREEN = {screen: tuple(c for c in COMMANDS if screen in c.screens) for screen in Screen}


def command_for(screen: Screen, key: str) -> Command | None:
    """Return the command of a key on a screen, None where the key does nothing."""
    return next((c for c in commands_of(screen) if key in c.keys), None)


def commands_of(screen: Screen) -> tuple[Command, ...]:
    """Return the commands of a screen, in the order of the table."""
    return _BY_SCREEN[screen]
