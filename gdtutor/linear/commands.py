"""What a line of the linear mode means: a word and its argument, or a key of the screens."""

from __future__ import annotations

import re
from collections.abc import Callable

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.session import library, navigation, training, works_at
from gdtutor.session.commands import Command, command_for, commands_of
from gdtutor.session.display_options import toggle_cell
from gdtutor.session.edits import apply_edit
from gdtutor.session.effects import OpenLesson, Outcome, Result, result_of
from gdtutor.session.navigation import said
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Walk
from gdtutor.session.sweeps import sweep
from gdtutor.session.update import settled, update
from gdtutor.values import Struct, replace

_SCREEN_ONLY = frozenset({
    "next", "previous", "up", "down", "tab", "auto", "faster", "slower", "blank", "hints",
    "palette", "goto", "edit", "train", "cell", "escape", "help",
})  # fmt: skip
"""Commands that need a screen, or that take their argument in the line here."""
_LINE = re.compile(r"(?P<count>\d{0,7})\s*(?P<word>\S+)\s*(?P<rest>.*)\Z", re.DOTALL)


class Word(Struct, frozen=True):
    """A command of the linear mode that takes an argument."""

    word: str
    usage: str
    says: str
    do: Callable[[Walk, str], Outcome]
    lacks: tuple[str, str] | None = None
    """What is wrong, and what to do, where nothing stands behind it; None where it works so."""


def _cell(session: Walk, text: str) -> Session:
    if not text:
        why = works_at.cells(session)
        return said(session, why) if why else toggle_cell(session)
    parts = text.strip("[]").replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise GdTutorError(f"'{text}' is no cell", "give row and column from 0, as in c 0,1")
    return navigation.with_cell(session, tuple(int(part) for part in parts))


def _train(session: Walk, text: str) -> Result:
    if not text:
        after, effects = training.open_training(session)
        is_over = bool(effects) or after.screen is not Screen.TRAIN
        return (after, effects) if is_over else training.toggle_training(session)
    if "=" in text:
        return sweep(session, text)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:8]) <= 10**7):
        hint = "give one, as in t 100, or t alone, or several runs, as in t learning_rate=0.5,5"
        raise GdTutorError(f"'{text}' is no number of epochs", hint)
    after, effects = training.open_training(session)
    if after.screen is not Screen.TRAIN:
        return after, effects
    return training.one_epoch(session, int(text))


_NO_PLACE = ("no place", "give one, as in g 12, g backward:w1 or g 37/update:b")
WORDS: tuple[Word, ...] = (
    Word("g", "g PLACE", "go to a place: g 12, g backward:w1, g 37/backward:W1[0,1]",
         navigation.goto, _NO_PLACE),
    Word("i", "i N", "go to iteration N",
         lambda s, text: navigation.goto(s, f"iteration {text}"), _NO_PLACE),
    Word("e", "e NAME VALUE", "change a value: e w1 0.9, e learning_rate 5", apply_edit,
         ("nothing to change", "give a name and a value, as in e w1 0.9")),
    Word("c", "c ROW,COLUMN", "open a cell of the matrix: c 0,1; c alone closes it", _cell),
    Word("t", "t [EPOCHS]", "train, to the end or so many epochs", _train),
    Word("S", "S NAME=VALUES", "several runs side by side: S learning_rate=0.05,0.5,5", sweep,
         ("nothing to sweep over", "give it, as in S learning_rate=0.05,0.5,5")),
    Word("0", "0", "reset the training to its start", lambda s, _: training.reset_training(s)),
    Word("next", "next", "open the next lesson", lambda s, _: library.next_lesson(s)),
)  # fmt: skip
"""The commands that take an argument; the others are the keys of the screens."""


def obey(session: Session, text: str) -> Result:
    """Return the session after a command, and what the outside has to do.

    Raises:
        GdTutorError: For a command or an argument that cannot be used.
    """
    if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
        return _in_library(session, text)
    match = _LINE.match(text or "n")
    word, rest = (match["word"], match["rest"].strip()) if match else (text, "")
    count = match["count"] if match else ""
    taking = next((row for row in WORDS if row.word == word), None)
    if taking is not None and not count:
        if taking.lacks is not None and not rest:
            raise GdTutorError(*taking.lacks)
        return settled(session, *result_of(taking.do(session, rest)))
    named = next((command for command in keyed() if command.name == word), None)
    command = command_for(Screen.STUDY, word) or named
    if command is None or command.name in _SCREEN_ONLY or (rest and not rest.isdecimal()):
        raise GdTutorError(f"'{text}' is no command here", _near(word) or "? lists the commands")
    count = count or (rest if rest.isascii() else "")
    return update(replace(session, count=count[:7]), Press(command.keys[0]))


def _near(word: str) -> str:
    known = [row.word for row in WORDS] + [key for c in keyed() for key in c.keys]
    return did_you_mean(word, known) if len(word) > 1 else ""


def _in_library(session: Session, text: str) -> Result:
    if text == "q":
        return update(session, Press("q"))
    entries = session.library.entries
    for entry in entries:
        if text and text in (entry.id, entry.number, entry.number.lstrip("0")):
            return session, (OpenLesson(str(entry.path)),)
    near = did_you_mean(text, [entry.id for entry in entries])
    raise GdTutorError(f"there is no lesson '{text}'", near or "give a number or an id")


def keyed() -> tuple[Command, ...]:
    """Return the commands of the screens that are typed as their key."""
    return tuple(c for c in commands_of(Screen.STUDY) if c.name not in _SCREEN_ONLY)


def help_lines(screen: Screen) -> list[str]:
    """Return every command with what it does."""
    if screen is Screen.LIBRARY:
        return ["A number or an id opens a lesson; q leaves."]
    rows = [("Enter", "next step")]
    rows += [(row.usage, row.says) for row in WORDS]
    rows += [(" or ".join(k for k in c.keys if len(k) == 1) or c.name, c.title) for c in keyed()]
    lines = [f"  {usage}: {says}" for usage, says in rows]
    return ["Commands:", *lines, "  ?: this list", "A number repeats: 5n, or n 5."]
