"""The command palette: every command of the screen by its words, from the one table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from inspect import unwrap
from typing import cast

from textual import work
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.css.query import NoMatches

from gdtutor.session.commands import Command, commands_of
from gdtutor.session.press import Press
from gdtutor.session.state import Screen
from gdtutor.ui.contracts import KeyApp
from gdtutor.view.glossary import WORDS


class Palette(CommandPalette):
    """Textual's palette, whose keys wait until its list has rows on the screen."""

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
        for command in self._commands():
            yield DiscoveryHit(Content(_said(command)), self._press(command), text=command.title)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """Offer the commands that say all words of the query, then words that Help explains."""
        words = query.lower().split()
        found = [c for c in self._commands() if all(w in _said(c).lower() for w in words)]
        for place, command in enumerate(found):
            said = Content(_said(command))
            yield Hit(1 - place / 1000, said, self._press(command), text=command.title)
        entries = [word for word, _, _ in WORDS if query.lower().strip() in word.lower()]
        for place, word in enumerate(entries):
            yield Hit(0.5 - place / 1000, Content(f"Help: {word}"), self._explain(word), text=word)
        if not found and not entries:
            told = f"Nothing says '{query}': Help lists all keys and words (?)"
            yield Hit(0.1, Content(told), self._explain(""), text=query)

    def _commands(self) -> tuple[Command, ...]:
        program = cast(KeyApp, self.app).program
        if program is None:
            return ()
        session = program.session
        return tuple(c for c in commands_of(session.screen) if not c.why_not(session))

    def _press(self, command: Command) -> partial[None]:
        return partial(_do, cast(KeyApp, self.app), command)

    def _explain(self, word: str) -> partial[None]:
        return partial(_look_up, cast(KeyApp, self.app), word)


def _look_up(app: KeyApp, word: str) -> None:
    """Open Help, at a word where there is one; an open input is left first."""
    session = None if app.program is None else app.program.session
    if session is not None and session.prompt is not None:
        app.press(Press("escape"))
    if session is not None and session.screen is not Screen.HELP:
        app.press(Press("question_mark"))
    for press in (Press("slash"), *(Press(c, c) for c in word), Press("enter")) if word else ():
        app.press(press)


def _do(app: KeyApp, command: Command) -> None:
    """Press the command's key; an open input is left first, which would take it for its own."""
    if app.program is not None and app.program.session.prompt is not None:
        app.press(Press("escape"))
    app.press(Press(command.keys[0]))


def _said(command: Command) -> str:
    return f"{command.title} ({command.symbols})"
