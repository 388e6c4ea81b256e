"""Which commands the line of keys names: those that do something now, in words that hold now."""

from __future__ import annotations

from functools import lru_cache

from gdtutor.engine.trace import Trace
from gdtutor.session.commands import Command, commands_of
from gdtutor.session.state import Screen, Session, Status
from gdtutor.session.story import next_entry
from gdtutor.session.tasks import open_tasks
from gdtutor.values import replace

_NARROW = {
    Screen.STUDY: ("next", "tab"),
    Screen.TRAIN: ("pause", "train_tab", "reset"),
}
"""What comes first where few keys have room: the next step, and the way to the hidden panels."""
_LATE = {
    Screen.STUDY: ("tab", "quit"),
    Screen.TRAIN: ("variant", "quit"),
}
"""What comes last elsewhere, where most panels show anyway."""
_OF_A_CELL = ("next", "escape", "down", "next_key", "help")
"""What moves and closes an open cell, whose keys are those of the walk else."""


def named_keys(session: Session, *, is_narrow: bool) -> tuple[Command, ...]:
    """Return the commands of the line of keys, those first that stay where there is little room.

    Args:
        session: The state.
        is_narrow: Whether one panel shows at a time.
    """
    words = _words(session)
    worded = (replace(c, footer=words.get(c.name, c.footer)) for c in commands_of(session.screen))
    named = [c for c in worded if c.footer and not _is_idle(session, c.name)]
    if session.screen is Screen.STUDY and session.look.cell is not None:
        named = [replace(c, pair="up") if c.name == "down" else c for c in named]
        return _by_name(named, _OF_A_CELL)
    first = _NARROW.get(session.screen, ()) if is_narrow else ()
    is_asked = session.challenge is not None or session.look.is_closing
    if session.screen is Screen.STUDY and is_asked:
        first = ("question", *first)
    if session.screen is Screen.TRAIN and session.sweeping is not None:
        first = ("pause", "stop")
    late = () if is_narrow else _LATE.get(session.screen, ("quit",))
    rest = tuple(c for c in named if c.name not in (*first, *late))
    return (*_by_name(named, first), *rest, *_by_name(named, late))


def _by_name(commands: list[Command], names: tuple[str, ...]) -> tuple[Command, ...]:
    return tuple(c for name in names for c in commands if c.name == name)


def _words(session: Session) -> dict[str, str]:
    """Return words that the present state gives to keys in place of their own."""
    if session.screen is Screen.TRAIN:
        # Space is the sweep's while there is one, and so is s.
        now = session.sweeping or session.training
        starts = {Status.IDLE: "start", Status.PAUSED: "resume"}
        words = {"pause": starts.get(now.status, "pause")}
        return words if session.sweeping is None else {**words, "stop": "end sweep"}
    if session.screen is Screen.LIBRARY:
        return {"show_all": "show all"} if session.library.search else {}
    if session.screen is Screen.STUDY and session.look.cell is not None:
        return {"next": "cell", "down": "row", "escape": "close", "next_key": "step"}
    if session.screen is Screen.STUDY and session.challenge is not None:
        return {"question": "answer"}
    if session.screen is Screen.STUDY and session.look.is_closing:
        leads = "next lesson" if next_entry(session) is not None else "library"
        words = {"question": leads, "next": "go on"}
        has_hints = any(task.hints for task in open_tasks(session))
        return {**words, "tasks": "hint"} if has_hints else words
    return {}


def _is_idle(session: Session, name: str) -> bool:
    """Say whether a key of the line of keys would do nothing but say why."""
    if name == "variant":
        return session.lesson is None or not session.lesson.variants
    match session.screen:
        case Screen.STUDY:
            return _is_idle_in_walk(session, name)
        case Screen.TRAIN:
            return _is_idle_in_training(session, name)
        case Screen.HELP:
            return name == "help"
        case _:
            return False


def _is_idle_in_walk(session: Session, name: str) -> bool:
    lesson = session.lesson
    if lesson is None:
        return False
    is_page = session.step == 0 or session.look.is_closing
    match name:
        case "unfold" | "tab":
            return is_page
        case "cell":
            traces = session.moment.traces if session.moment is not None else ()
            return is_page or not any(_has_cells(trace) for trace in traces)
        case "train":
            return not lesson.trains
    return False


@lru_cache(maxsize=8)
def _has_cells(trace: Trace) -> bool:
    """Say whether a walk has matrices; a trace never changes, and is asked at every key."""
    graph = trace.graph
    return not graph.by_rows and any(trace.shapes[leaf.name] for leaf in graph.leaves)


def _is_idle_in_training(session: Session, name: str) -> bool:
    training = session.training
    match name:
        case "pause":
            return session.sweeping is None and training.is_at_end
        case "epoch" | "iteration":
            is_at_work = session.sweeping is not None or training.status is Status.RUNNING
            return is_at_work or training.stopped_by == "not_finite"
        case "cursor_right" | "open_point":
            return not len(training.costs)
        case "reset":
            return training.status is Status.IDLE
    return False
