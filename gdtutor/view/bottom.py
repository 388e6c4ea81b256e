"""The last lines of every screen: the keys that work, and what is said or typed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from gdtutor.engine.characters import cells
from gdtutor.session import works_at
from gdtutor.session.commands import COMMANDS, Command
from gdtutor.session.display_options import is_page
from gdtutor.session.footer import named_keys, with_scrolling
from gdtutor.session.navigation import with_keys
from gdtutor.session.state import ClassRole, Prompt, PromptKind, Screen, Session, Walk, challenge_of
from gdtutor.view.boxes import hidden_around
from gdtutor.view.frame import Chars, Line, Segment, Size, Style
from gdtutor.view.lines import first_that_fits, line, width_of

NARROW = 72
"""Width below which the lines of keys name fewer, and one panel shows at a time."""

COMPACT = (NARROW, 20)
"""Below this width or height one panel shows at a time, under tabs."""


def is_compact(size: Size) -> bool:
    """Say whether one panel shows at a time."""
    return size.width < COMPACT[0] or size.height < COMPACT[1]


def bottom_lines(
    session: Session, width: int, chars: Chars, *, trouble: Line = (), above: Sequence[Line] = ()
) -> tuple[Line, Line]:
    """Return the last two lines: the line of keys, and what is said below it, else further keys.

    An open input stands above keys of its own, and the learner may hide all of them. Where a panel
    `above` says that it hides lines, the key that scrolls is among the first.
    """
    said = prompt_line(session, width, chars) or trouble
    if session.prompt is not None:
        return said, prompt_keys(session, session.prompt, width)
    if session.look.hides_hints:
        return (), said
    first, further = footer_lines(keys_at(session, width, above), width, chars)
    return first, said or _welcome(session, width) or further or _playground(session, width)


def keys_at(session: Session, width: int, above: Sequence[Line]) -> tuple[Command, ...]:
    """Return the keys to name below the rows of a screen, the most useful first."""
    keys, around = named_keys(session, is_narrow=width < NARROW), hidden_around(above)
    if session.look.cell is not None or around is None:
        return keys
    on_page = isinstance(session, Walk) and is_page(session)
    return with_scrolling(session, keys, around, is_page=on_page)


def _welcome(session: Session, width: int) -> Line:
    """Return what a first visit is told: what the library is, and how to read the line of keys."""
    library = session.library
    if not library.is_new or library.left or library.finished:
        return ()
    if session.screen is Screen.LIBRARY:
        begins = "" if works_at.openings(session) else " Enter begins."
        told = f"Lessons in gradient descent, walked step by step.{begins}"
        told = first_that_fits((told, f"Gradient descent.{begins}"), width - 1)
        return line(" ", (told, Style.GOOD))
    if not isinstance(session, Walk) or session.screen is not Screen.STUDY:
        return ()
    if session.moment.iteration or session.step > 1 or session.look.is_closing:
        return ()
    told = "The line above names the keys that work now, the most useful first."
    if session.step:
        phases = dict.fromkeys(step.phase.value for step in session.moment.steps)
        told = f"The walk has phases: {', '.join(phases)}. `N` goes on to the next, `P` back."
        ways = (told, "`N` goes on to the next phase, `P` back.")
        told = first_that_fits(tuple(with_keys(way, session.moment) for way in ways), width - 1)
    return line(" ", (told, Style.GOOD))


def _playground(session: Session, width: int) -> Line:
    """Return what the library says of the playground, which has a command of its own."""
    if session.screen is not Screen.LIBRARY or session.around.class_role is not ClassRole.NONE:
        return ()
    command = f"{session.around.program} play"
    ways = ("opens the playground: a network of your own to build and train.", "is the playground.")
    told = first_that_fits(tuple(f"{command} {way}" for way in ways), width - 1)
    return line(" ", (command, Style.KEY), (told.removeprefix(command), Style.DIM))


@lru_cache(maxsize=4)
def footer_lines(commands: tuple[Command, ...], width: int, chars: Chars) -> tuple[Line, Line]:
    """Return the keys of a screen with their words in two lines, the most useful first.

    The upper line ends in help and quit, always. What has room in neither is named by Help.
    """
    last = [c for c in commands if c.name in ("help", "quit")]
    others = [c for c in commands if c.footer and c not in last]
    kept = _fitting(others, last, width, chars)
    further = _fitting([c for c in others if c not in kept], [], width, chars)
    return _keys([*kept, *last], chars), _keys(further, chars)


def _fitting(
    commands: list[Command], last: list[Command], width: int, chars: Chars
) -> list[Command]:
    """Return as many commands as have room in a line that ends in others."""
    kept: list[Command] = []
    room = width - width_of(_keys(last, chars)) - (0 if last else 1)
    for command in commands:
        # Two blanks stand before each but the first, which has one.
        filled = width_of(_key(command, chars)) + (2 if kept or last else 0)
        if filled <= room:
            kept.append(command)
            room -= filled
    return kept


def _keys(commands: list[Command], chars: Chars) -> Line:
    segments: list[Segment] = []
    for command in commands:
        segments += [Segment("  " if segments else " "), *_key(command, chars)]
    return tuple(segments)


def _key(command: Command, chars: Chars) -> Line:
    before = [c for c in COMMANDS if c.name == command.pair] if command.pair else []
    shown = " ".join(c.shown(chars.unicode) for c in (*before, command))
    return Segment(shown, Style.KEY), Segment(f" {command.footer}", Style.DIM)


def prompt_line(session: Session, width: int, chars: Chars) -> Line:
    """Return the input that has the focus, else digits typed so far."""
    prompt = session.prompt
    if prompt is None:
        pending = f"{session.count}…" if chars.unicode else f"{session.count}..."
        return line(" ", (pending, Style.DIM)) if session.count else ()
    typed = input_line(prompt, width)
    if not prompt.error or not fits_beside(prompt, width):
        return typed
    return (*typed, *line("   ", (prompt.error, Style.ERROR)))


def input_line(prompt: Prompt, width: int) -> Line:
    """Return the input with its cursor; a text that is selected is marked as a whole.

    A text that has no room scrolls with its cursor; a long label makes way for it.
    """
    label = (f"{_label(prompt.label, width - 4)}: ", Style.KEY)
    room, first = width - cells(label[0]) - 2, 0
    if prompt.text and cells(prompt.text) > room and cells(label[0]) * 2 > width:
        label, room = ("", Style.KEY), width - 2
    while cells(prompt.text[first : prompt.cursor]) > max(room, 0):
        first += 1
    text, cursor = prompt.text[first:], prompt.cursor - first
    if prompt.is_selected:
        return line(" ", label, (text, Style.CURRENT), " ")
    at = text[cursor : cursor + 1] or " "
    return line(" ", label, text[:cursor], (at, Style.CURRENT), text[cursor + 1 :])


def _label(label: str, room: int) -> str:
    """Return a label with as many of its examples as have room."""
    parts = label.split(", ")
    while len(parts) > 1 and cells(label) > room:
        parts.pop()
        label = ", ".join(parts)
        label += ")" * (label.count("(") - label.count(")"))
    return label


def fits_beside(prompt: Prompt, width: int) -> bool:
    """Say whether the complaint fits beside the input."""
    return width_of(input_line(prompt, width)) + 3 + cells(prompt.error) <= width


_PROMPT_KEYS = {
    PromptKind.ANSWER: (("Enter", "answer"), ("Esc", "leave")),
    PromptKind.SEARCH: (("Enter", "keep these"), ("Esc", "show all")),
}


def prompt_keys(session: Session, prompt: Prompt, width: int) -> Line:
    """Return the keys of the input with their words, as many as have room."""
    enter, escape = _PROMPT_KEYS.get(prompt.kind, (("Enter", "do it"), ("Esc", "leave")))
    keys = [enter, escape, ("Ctrl-C", "quit")]
    challenge = challenge_of(session) if prompt.kind is PromptKind.ANSWER else None
    # What is selected makes way for what is typed, so that `?` alone is typed then too.
    is_free = not prompt.text or prompt.is_selected
    if challenge is not None and is_free and session.around.class_role is ClassRole.NONE:
        keys.insert(1, ("? Enter", "hint" if challenge.has_hint else "show the answer"))
    if prompt.is_selected:
        keys.append(("typing", "replaces"))
    if prompt.text:
        keys.append(("Backspace Ctrl-U", "delete"))
    if challenge is not None:
        keys.append(("Alt-n", "show the answer"))
    told = line(" ")
    for place, (key, word) in enumerate(keys):
        longer = (*told, *line("  " if place else "", (key, Style.KEY), (f" {word}", Style.DIM)))
        told = longer if width_of(longer) <= width else told
    return told
