"""Which commands the line of keys names: those that do something now, the most useful first."""

from __future__ import annotations

import re

from gdtutor.session.commands import Command, commands_of
from gdtutor.session.display_options import is_page, shows_other_panel
from gdtutor.session.figures import has_list_of_runs
from gdtutor.session.notes import note_for
from gdtutor.session.state import Focus, Play, Playing, Screen, Session, Status, Walk, current_step
from gdtutor.session.steps import Phase
from gdtutor.session.story import has_ended, is_at_end, next_entry
from gdtutor.session.tasks import open_tasks
from gdtutor.session.training import watches
from gdtutor.values import replace

_FIRST = {
    Screen.STUDY: (
        "next", "next_phase", "previous_phase", "unfold", "cell", "verify", "edit", "repetition",
        "train", "figure", "example", "undo", "own_values", "variant", "predict", "tasks",
        "mistakes", "goto", "tab", "library", "next_iteration", "auto", "closing", "link",
    ),
    Screen.TRAIN: (
        "pause", "cursor_right", "open_point", "goto_point", "back", "sweep", "epoch", "watch",
        "log", "rate_down", "reset", "forget_runs", "variant", "stop", "epoch_right", "train_tab",
        "link", "iteration", "mean", "library", "tasks", "closing",
    ),
    Screen.PLAY: (
        "play_pause", "play_down", "play_right", "play_open", "play_focus", "play_fewer",
        "play_no_layer", "play_same", "play_start", "play_data", "play_undo", "play_save",
        "play_edge", "link", "play_sides", "play_validation", "play_log", "play_epoch",
    ),
}  # fmt: skip
"""The order of usefulness, by screen; what is not named here comes behind, as in the table."""
_NARROW = {Screen.STUDY: ("next", "tab"), Screen.TRAIN: ("pause", "train_tab", "reset")}
"""What comes first where few keys have room: the next step, and the way to the hidden panels."""
_OF_A_CELL = (
    "next", "escape", "down", "operand", "operand_back", "next_key", "verify", "mistakes",
    "edit", "predict", "figure", "train", "example", "goto", "tab", "library", "link", "help",
    "quit",
)  # fmt: skip
"""What moves and closes an open cell, then what does as it does without one."""
_ALWAYS = ("help", "quit")
"""What the line always names."""
BACK = "back to node"
"""Where Esc leads from a panel that stands in the place of the others."""
_QUOTED = re.compile(r"`([^`\n]{1,9})`")


def named_keys(session: Session, *, is_narrow: bool) -> tuple[Command, ...]:
    """Return the commands of the line of keys, those first that stay where there is little room.

    Args:
        session: The state.
        is_narrow: Whether one panel shows at a time.
    """
    always = {"quit": session.around.leads_to} | ({"help": "keys"} if is_narrow else {})
    words = {**always, **_words(session, is_narrow=is_narrow)}
    worded = (replace(c, footer=words[c.name]) if c.name in words else c
              for c in commands_of(session.screen))  # fmt: skip
    opened = _opened(session)
    if opened and words.get("escape") == opened[1]:
        worded = (replace(c, pair=opened[0]) if c.name == "escape" else c for c in worded)
    named = [one for c in worded if c.footer for one in _working(c, session)]
    if session.screen is Screen.HELP:
        named = [c for c in named if c.name != "help"]
    if session.screen is Screen.STUDY and session.look.cell is not None:
        named = [replace(c, pair="up") if c.name == "down" else c for c in named]
        return _by_name(named, _OF_A_CELL)
    first = (*_urgent(session, is_narrow=is_narrow), *_asked_for(session))
    wanted = dict.fromkeys((*first, *_FIRST.get(session.screen, ())))
    order = tuple(name for name in wanted if name not in _ALWAYS)
    rest = tuple(c for c in named if c.name not in (*order, *_ALWAYS))
    return (*_by_name(named, order), *rest, *_by_name(named, _ALWAYS))


def _working(command: Command, session: Session) -> tuple[Command, ...]:
    """Return what does something now: a command with the one before it in the line, or either of
    them alone under their word, or none.
    """
    before = [c for c in commands_of(session.screen) if c.name == command.pair]
    back = tuple(replace(c, footer=command.footer) for c in before if not c.why_not(session))
    if command.why_not(session):
        return back
    return (command if back else replace(command, pair=""),)


def with_scrolling(
    session: Session, keys: tuple[Command, ...], around: tuple[int, int], *, is_page: bool
) -> tuple[Command, ...]:
    """Return the keys with those that scroll behind what comes first, where they do so now.

    Args:
        session: The state.
        keys: The keys without them.
        around: Lines that the screen hides above and below.
        is_page: Whether they are of a page of text, which pages as well.
    """
    ways = ("up", "down") if session.screen is Screen.STUDY else ("side_up", "side_down")
    known = {c.name for c in keys}
    found = [] if ways[1] in known else [_one_way(session, ways, around, "scroll")]
    on, back = "next_iteration", "previous_iteration"
    if is_page and around[1]:
        keys = tuple(c for c in keys if c.name != on)
    elif is_page:
        keys = tuple(replace(c, pair="") if c.name == on else c for c in keys if c.name != back)
    if is_page:
        found.append(_one_way(session, (back, on), around, "page"))
    first = 2 if keys[1].name in ("tab", "train_tab") else 1
    return (*keys[:first], *found, *keys[first:])


def _one_way(
    session: Session, ways: tuple[str, str], around: tuple[int, int], word: str
) -> Command:
    """Return the command that goes back or on, with the other before it where both do something."""
    back, on = ways
    named = next(c for c in commands_of(session.screen) if c.name == (on if around[1] else back))
    return replace(named, footer=word, pair=back if all(around) else "")


def _urgent(session: Session, *, is_narrow: bool) -> tuple[str, ...]:
    """Return what comes before everything else in the present state."""
    first = _NARROW.get(session.screen, ()) if is_narrow else ()
    if not isinstance(session, Walk):
        return (*first, "next")
    if session.screen is Screen.STUDY and session.challenge is not None:
        return ("operand", "escape", *("predict",) * session.predict, *first)
    if session.screen is Screen.STUDY and session.look.is_closing:
        variant = ["variant"] * any("variant" in task.change for task in open_tasks(session))
        changes = ("undo", "own_values")
        return ("operand", "next", *changes, "tasks", "operand_back", *variant, *first)
    if session.screen is Screen.TRAIN and session.train.sweeping is not None:
        return ("pause", "stop", "side_down")
    if session.screen is Screen.TRAIN and has_list_of_runs(session):
        return (*first, "pause", "side_down", "open_point")
    if session.screen is Screen.STUDY and (session.look.proof or session.look.mistakes):
        return (*first, "next", "escape")
    if session.screen is Screen.STUDY and shows_other_panel(session):
        return (*first, "next", "tab", "escape")
    if session.screen is Screen.STUDY and session.auto.is_on:
        return (*first, "auto", "faster", "next")
    # What shows how the step is walked comes before what a note asks for besides.
    ways = ("operand_back", "operand") * bool(session.trail)
    ways += ("predict",) * session.predict
    return (*first, "next", *ways, *(("escape",) if isinstance(session, Playing) else ()))


def _asked_for(session: Session) -> tuple[str, ...]:
    """Return the commands whose keys the text on the screen asks for."""
    text = _text_of(session)
    if not text:
        return ()
    keys = {match.group(1) for match in _QUOTED.finditer(text)}
    commands = commands_of(session.screen) if keys else ()
    return tuple(c.name for c in commands if keys & {*c.keys, c.symbols})


def _text_of(session: Session) -> str:
    if not isinstance(session, Walk) or session.screen is not Screen.STUDY:
        return ""
    lesson, step = session.lesson, current_step(session)
    if session.look.is_closing:
        return lesson.closing
    if step is None:
        return lesson.prose
    note = None if session.challenge is not None else note_for(session, step)
    return "" if note is None else note.text


def _by_name(commands: list[Command], names: tuple[str, ...]) -> tuple[Command, ...]:
    return tuple(c for name in names for c in commands if c.name == name)


def _words(session: Session, *, is_narrow: bool) -> dict[str, str]:
    """Return words that the present state gives to keys in place of their own."""
    if session.screen is Screen.LIBRARY:
        if session.library.search:
            return {"show_all": "show all"}
        return {} if is_narrow else _numbered(session)
    if not isinstance(session, Walk):
        return {}
    if session.screen is Screen.TRAIN:
        # Space is the sweep's while there is one, and so is s.
        now = session.train.sweeping or session.train.snapshot
        starts = {Status.IDLE: "start", Status.PAUSED: "resume"}
        words = {"pause": starts.get(now.status, "pause")}
        if has_list_of_runs(session):
            words["side_down"] = "choose run"
        if session.train.look.run:
            words["open_point"] = "train run"
        if session.command:
            words["back"] = "close"
        if session.train.snapshot.is_at_end or session.train.sweeping is not None:
            words["watch"] = ""  # nothing moves that could be watched
        elif watches(session):
            words["watch"] = "full speed"
        return words if session.train.sweeping is None else {**words, "stop": "end it"}
    if isinstance(session, Playing) and session.screen is Screen.PLAY:
        return _words_of_play(session, session.play)
    if session.screen is not Screen.STUDY:
        return {}
    words = {} if _marks_example(session) else {"example": ""}
    words |= {"predict": "ask no more"} if session.predict else {}
    opened = _opened(session)
    words |= {opened[0]: opened[1]} if opened else {}
    words |= {"escape": BACK} if shows_other_panel(session) else {}
    if session.look.cell is not None:
        closes = words.get("escape") or ("close both" if opened else "close")
        leads = "playground" if isinstance(session, Playing) else closes
        return {**words, "next": "cell", "down": "row", "escape": leads, "next_key": "step",
                "operand": "operand", "operand_back": "back"}  # fmt: skip
    if session.auto.is_on:
        words |= {"auto": "pause", "faster": "pace"}
    if not session.step:
        words["next_phase"] = ""  # the first step begins the first phase
    if session.challenge is not None:
        return {**words, "operand": "answer"}
    if session.look.is_closing:
        return {**words, **_words_at_the_end(session)}
    if is_at_end(session) and not is_narrow:
        words["next"] = "back, closing page"
    if session.trail:
        words |= {"operand": "operand", "operand_back": "back"}
    line = session.look.unfolded
    step = current_step(session)
    is_open = step is not None and step.node.partition(".")[0] in line
    if isinstance(session, Playing):
        words["escape"] = "playground"
    elif opened and not shows_other_panel(session):
        # Both keys do the same, so that they have one word.
        words |= {opened[0]: "", "escape": opened[1]}
    return {**words, "unfold": "fold"} if is_open else words


def _opened(session: Session) -> tuple[str, str] | None:
    """Return the command that has opened what Esc closes beside a cell, and the word for closing
    it; None where nothing is open.
    """
    if session.look.proof:
        return "verify", "close proof"
    return ("mistakes", "close sums") if session.look.mistakes else None


def _marks_example(session: Walk) -> bool:
    """Say whether the step's own numbers are those of the followed example, or mark them."""
    step = current_step(session)
    is_asked = session.challenge is not None
    if is_asked or is_page(session) or step is None or step.phase is Phase.UPDATE:
        return False
    trace = session.moment.traces[step.scene]
    if trace.graph.by_rows or step.phase is Phase.GIVEN:
        return trace.graph.by_rows
    if step.phase is Phase.BACKWARD:
        return any(trace.axes[c.consumer] for c in trace.contributions[step.node])
    return len(trace.axes[step.node]) == 1


def _numbered(session: Session) -> dict[str, str]:
    """Return how a lesson is opened by its number, as of the last one."""
    numbers = [int(e.number) for e in session.library.entries if e.number.isdecimal()]
    last = max(numbers, default=0)
    return {"open": f"open, {last} Enter lesson {last}"} if last else {}


def _words_of_play(session: Walk, play: Play) -> dict[str, str]:
    starts = {Status.RUNNING: "pause", Status.PAUSED: "resume"}
    words = {"play_pause": starts.get(session.train.snapshot.status, "train")}
    if session.train.snapshot.is_at_end:
        words = {"play_pause": "go on"}
    match play.focus:
        case Focus.CONTROLS:
            return words
        case Focus.NETWORK:
            chosen = "neuron" if play.edge is None else "weight"
            return {**words, "play_right": "layer", "play_down": chosen, "play_open": "walk",
                    "play_focus": "curve"}  # fmt: skip
        case Focus.CURVE:
            return {**words, "play_right": "cursor", "play_open": "walk", "play_focus": "controls"}


def _words_at_the_end(session: Walk) -> dict[str, str]:
    leads = "next lesson" if next_entry(session) is not None else "library"
    if isinstance(session, Playing):
        leads = "playground"
    ways = "back, on" if has_ended(session) else "step"
    words = {"operand": leads, "next": ways, "closing": "close"}
    has_hints = any(task.hints for task in open_tasks(session))
    return {**words, "tasks": "hint"} if has_hints else words
