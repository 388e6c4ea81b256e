"""The command palette: every command of the screen by its words, from the one table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import cast

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider

from gdtutor.session.commands import Command, commands_of
from gdtutor.session.press import Press
from gdtutor.ui.contracts import KeyApp


class Palette(CommandPalette):
    """Textual's palette, whose keys wait until its list has rows on the screen."""

    def _action_command_list(self, action: str) -> None:
        # Between a resize and the next layout the list has options and no rows to move by.
        if self.query_one(CommandList).scrollable_content_region.height:
            super()._action_command_list(action)


class CommandProvider(Provider):
    """Offers the commands of the present screen."""

    async def discover(self) -> Hits:
        """Offer every command before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(_said(command), self._press(command), text=command.title)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """Offer the commands whose words match."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.title)
            if score > 0:
                shown = matcher.highlight(command.title)
                yield Hit(score, shown, self._press(command), text=command.title)

    def _commands(self) -> tuple[Command, ...]:
        program = cast(KeyApp, self.app).program
        if program is None:
            return ()
        session = program.session
        return tuple(c for c in commands_of(session.screen) if not c.why_not(session))

    def _press(self, command: Command) -> partial[None]:
        return partial(_do, cast(KeyApp, self.app), command)


def _do(app: KeyApp, command: Command) -> None:
    """Press the command's key; an open input is left first, which would take it for its own."""
    if app.program is not None and app.program.session.prompt is not None:
        app.press(Press("escape"))
    app.press(Press(command.keys[0]))


def _said(command: Command) -> str:
    return f"{command.title} ({command.symbols})"
