"""What a line of the linear mode means: a command of the table by its word, its key or its name."""

from __future__ import annotations

import re
from textwrap import fill

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.report.transcript import WIDTH, closing_rows
from gdtutor.session.catalogue import shown_entries
from gdtutor.session.changes import changeable
from gdtutor.session.commands import COMMANDS, Command
from gdtutor.session.edits import apply_edit
from gdtutor.session.effects import OpenLesson, Result, result_of
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Walk
from gdtutor.session.update import settled, update
from gdtutor.values import replace
from gdtutor.view.closing import ways_text
from gdtutor.view.frame import Chars
from gdtutor.view.notation import plain

_IN_LINES = tuple(c for c in COMMANDS if c.linear or (c.linear == "" and Screen.STUDY in c.screens))
"""The commands that a line can give."""
_WORD_OF_KEY = {
    symbol: command.linear.split()[0] if command.linear else command.name
    for command in _IN_LINES
    if Screen.STUDY in command.screens
    for symbol in command.symbols.split()
    if len(symbol) > 1 and not any(len(key) == 1 for key in command.keys)
}
_KEY = re.compile(rf"(?<![\w-])(?:{'|'.join(_WORD_OF_KEY)})(?![\w-])")
_LINE = re.compile(r"(?P<count>\d{0,7})\s*(?P<word>\S+)\s*(?P<rest>.*)\Z", re.DOTALL)
_ARROWS = {"→": "n", "←": "p"}
"""Keys of the screens for which a line has others that do the same."""
_OPENS = "A number or an id opens a lesson; q leaves."


def obey(session: Session, text: str) -> Result:
    """Return the session after a command, and what the outside has to do.

    Raises:
        GdTutorError: For a command or an argument that cannot be used.
    """
    if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
        return _in_library(session, text)
    match = _LINE.match(text or "n")
    count, word, rest = match.groups() if match else ("", text, "")
    rest = rest.strip()
    # Screens write the name of a key as it stands on the keyboard: Enter, Home, PgDn.
    called = {_ARROWS.get(word, word), word.lower() if len(word) > 1 else word}
    command = next((c for c in _IN_LINES if called.intersection(_words(c))), None)
    is_key = command is not None and Screen.STUDY in command.screens
    takes = command.takes if command is not None and not count else None
    named = word.partition("[")[0] if command is None and rest else ""
    if named in changeable(session.lesson, session.moment.problem):
        # Pages write a change as it is typed on the screens, behind `e`.
        return settled(session, apply_edit(session, text))
    if command is None or (count and not is_key) or (rest and not rest.isdecimal() and not takes):
        raise GdTutorError(f"'{text}' is no command here", _near(word) or "? lists the commands")
    needed = (command.linear or "").partition(" ")[2]
    if needed and needed[0] != "[" and not rest:
        raise GdTutorError(f"{word} needs {needed}", command.title)
    if takes or not is_key:
        return settled(session, *result_of(takes(session, rest) if takes else command.do(session)))
    count = count or (rest if rest.isascii() else "")
    return update(replace(session, count=count[:7]), Press(command.keys[0]))


def in_words(text: str) -> str:
    """Return what the screens say with words that a line can give, where it names their keys.

    The walk is all that there is in lines: no key leads back to it, and a place beside a curve is
    an iteration of it.
    """
    text = re.sub(r": (\d+) Enter\b", r"i \1", text.replace("Esc, then ", ""))
    # What is typed behind a key stands in one line with it.
    text = re.sub(r"\be, then (?=\S+ -?\d)", "e ", re.sub(r": and (?=\d+/)", "g ", text))
    return _KEY.sub(lambda key: _WORD_OF_KEY[key[0]], text)


def opening_in_lines(page: str) -> str:
    """Return an opening page, broken into lines, with the lines that take the place of arrows."""
    return re.sub(r"\bn(\s)or(\s)(?:→|->)", r"Enter", re.sub(r"\bp\sor\s(?:←|<-)", "p", page))


def closing_in_lines(session: Walk, chars: Chars) -> list[str]:
    """Return the closing page, and what leads on from it."""
    return [*closing_rows(session, chars, _page_in_lines), filled(ways_text(session, chars))]


def _page_in_lines(page: str) -> str:
    """Return a page of a lesson as Markdown that says, where each paragraph or task stands, what
    lines take in place of the keys of screens that it names."""
    parts = re.split(r"(\n\n|\n(?=- ))", page)
    return "".join(f"{part}{_in_lines(part)}" for part in parts)


def _in_lines(part: str) -> str:
    told: list[str] = []
    command: Command | None = None
    for code in re.findall(r"`([^`\n]+)`", part):
        known = [c for c in COMMANDS if code in (*c.keys, *c.symbols.split())]
        of_train = [c for c in known if Screen.TRAIN in c.screens and "Train screen" in part]
        if any(c not in _IN_LINES for c in of_train):
            told.append(f"nothing for `{code}` of the Train screen")
        elif known:
            command = next((c for c in known if (c.linear or "")[-1:].isupper()), None)
            told += [f"`{command.linear}`"] if command else []
        elif command is not None and command.linear:
            usage, word = f"`{command.linear}`", command.linear.split()[0]
            told = [one for one in told if one != usage] + [f"`{word} {code}`"]
    if re.search(r"curve.* Enter\b", part, re.DOTALL):
        told.append("`i ITERATION`")
    return f" (In lines: {', '.join(dict.fromkeys(told))}.)" if told else ""


def _words(command: Command) -> tuple[str, ...]:
    """Return what a line may call a command."""
    keys = command.keys if Screen.STUDY in command.screens else ()
    return (*(command.linear or "").split()[:1], *keys, *command.symbols.split(), command.name)


def _near(word: str) -> str:
    known = [one for command in _IN_LINES for one in _words(command)]
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


def filled(text: str) -> str:
    """Return a text in lines that break at blanks alone, those of a list going on further in."""
    indent = "    " * text.startswith(" ")
    return fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def help_lines(screen: Screen) -> list[str]:
    """Return every command with what it does."""
    if screen is Screen.LIBRARY:
        return [_OPENS]
    lines = [f"  {_usage(command)}: {in_words(command.title)}" for command in _IN_LINES]
    repeats = "A number repeats: 5n, or n 5; but t 5 trains 5 epochs, 5t up to iteration 5."
    return ["Commands:", "  Enter: next step", *lines, "  ?: this list", repeats]


def library_lines(session: Session, chars: Chars) -> list[str]:
    """Return the lessons by chapter, and how to open one."""
    lines: list[str] = []
    chapter = None
    for entry in shown_entries(session.library):
        if entry.chapter != chapter:
            chapter = entry.chapter
            lines.append(f"Chapter: {chapter}")
        length = f" ({steps} steps)" if (steps := entry.count("steps")) else ""
        state = f" ({entry.problem})" if entry.problem else length
        lines.append(f"  {entry.number or '-'} {entry.id}: {entry.title}{state}")
    return [plain(text, chars) for text in (*lines, _OPENS)]


def _usage(command: Command) -> str:
    keys = " or ".join(key for key in command.keys if len(key) == 1)
    return command.linear or keys or command.name
