"""The command palette: every command of the screen by its words, from the one table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from functools import partial
from inspect import unwrap
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.css.query import NoMatches
from textual.events import Resize
from textual.widgets import Static

from gdtutor.session.commands import commands_of
from gdtutor.session.footer import named_keys
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session
from gdtutor.ui.contracts import KeyApp
from gdtutor.view.glossary import WORDS

AROUND_LIST = 7
"""Rows above the list, its borders, and the line of keys below it."""

_WHERE = {
    Screen.STUDY: "the walk",
    Screen.TRAIN: "training",
    Screen.PLAY: "the playground",
    Screen.LIBRARY: "the library",
}
"""How the screens are called whose commands are found from another one."""


class Palette(CommandPalette):
    """Textual's palette with a line of its own keys, which wait until its list has rows on the
    screen.

    Args:
        keys: The line of keys.
    """

    DEFAULT_CSS = """
    Palette > #keys { dock: bottom; height: 2; background: $surface; }
    Palette LoadingIndicator { display: none; }
    Palette > Vertical { margin-top: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "help", show=False)]

    def __init__(self, keys: str) -> None:
        super().__init__(id="--command-palette")
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Yield the keys over those of the screen behind, which do nothing meanwhile."""
        yield from super().compose()
        yield Static(self._keys, id="keys", markup=False)

    def on_resize(self, event: Resize) -> None:
        """Let the list end above the line of keys."""
        self.query_one(CommandList).styles.max_height = max(event.size.height - AROUND_LIST, 1)

    def action_help(self) -> None:
        """Close, and open Help, or what of it was open behind."""
        self.dismiss()
        app = cast(KeyApp, self.app)
        if app.program is not None and app.program.session.screen is not Screen.HELP:
            _press_all(app, (Press("f1"),))

    def _action_command_list(self, action: str) -> None:
        # Between a resize and the next layout the list has options and no rows to move by.
        if self.query_one(CommandList).scrollable_content_region.height:
            super()._action_command_list(action)

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        # A palette that has closed meanwhile has no list to fill.
        with suppress(NoMatches):
            await unwrap(CommandPalette._gather_commands)(self, search_value)


class CommandProvider(Provider):
    """Offers the commands of the present screen."""

    async def discover(self) -> Hits:
        """Offer every command before anything is typed."""
        for key, title, said in self._offers():
            yield DiscoveryHit(Content(said), self._press(Press(key)), text=title)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """Offer the commands that say all words of the query, then those of other screens, then
        words that Help explains.
        """
        words = query.lower().split()
        found = [one for one in self._offers() if all(word in one[2].lower() for word in words)]
        for place, (key, title, said) in enumerate(found):
            yield Hit(1 - place / 1000, Content(said), self._press(Press(key)), text=title)
        others = [said for said in self._elsewhere() if all(word in said.lower() for word in words)]
        for place, said in enumerate(others):
            yield Hit(0.7 - place / 1000, Content(said), self._explain(""), text=said)
        entries = [word for word, _, _ in WORDS if query.lower().strip() in word.lower()]
        for place, word in enumerate(entries):
            yield Hit(0.5 - place / 1000, Content(f"Help: {word}"), self._explain(word), text=word)
        if not found and not others and not entries:
            told = f"Nothing says '{query}': Help lists all keys and words (?)"
            yield Hit(0.1, Content(told), self._explain(""), text=query)

    def _offers(self) -> tuple[tuple[str, str, str], ...]:
        program = cast(KeyApp, self.app).program
        return () if program is None else offers(program.session)

    def _elsewhere(self) -> tuple[str, ...]:
        program = cast(KeyApp, self.app).program
        return () if program is None else elsewhere(program.session)

    def _press(self, *presses: Press) -> partial[None]:
        return partial(_press_all, cast(KeyApp, self.app), presses)

    def _explain(self, word: str) -> partial[None]:
        """Open Help, at a word where there is one."""
        program = cast(KeyApp, self.app).program
        is_open = program is not None and program.session.screen is Screen.HELP
        typed = (Press("slash"), *(Press(c, c) for c in word), Press("enter")) if word else ()
        return self._press(*(() if is_open else (Press("question_mark"),)), *typed)


def offers(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Return key, title, and what is shown, of every command that works now.

    Where the line of keys has another word for one, it stands before the title and is found.
    """
    words = {c.name: c.footer for c in named_keys(session, is_narrow=False)}
    known = [
        (c.keys[0], c.title, c.symbols, words.get(c.name, c.footer))
        for c in commands_of(session.screen)
        if not c.why_not(session)
    ]
    known += [(one.key, one.title, one.symbol, "") for one in session.around.keys]
    return tuple(
        (key, title, f"{word}: {title} ({symbol})" if word not in title else f"{title} ({symbol})")
        for key, title, symbol, word in known
    )


def elsewhere(session: Session) -> tuple[str, ...]:
    """Return what is shown of every command that works on other screens alone, by its screen."""
    return tuple(
        f"{c.symbols}{f' {c.footer}' if c.footer else ''}, a key of {where}: {c.title}"
        for screen, where in _WHERE.items()
        for c in commands_of(screen)
        if session.screen not in c.screens
    )


def _press_all(app: KeyApp, presses: Iterable[Press]) -> None:
    """Press keys; an open input is left first, which would take them for its own."""
    if app.program is not None and app.program.session.prompt is not None:
        app.press(Press("escape"))
    for press in presses:
        app.press(press)
