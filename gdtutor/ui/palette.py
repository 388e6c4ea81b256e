"""The command palette: every command of the screen by its words, from the one table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from gdtutor.session.commands import Command, commands_of
from gdtutor.session.state import Session
from gdtutor.session.update import Action, Press


class Actor(Protocol):
    """What the palette needs of the app."""

    session: Session

    def act(self, action: Action) -> None:
        """Do an action."""


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

    def _actor(self) -> Actor:
        return cast(Actor, self.app)

    def _commands(self) -> tuple[Command, ...]:
        return commands_of(self._actor().session.screen)

    def _press(self, command: Command) -> partial[None]:
        return partial(self._actor().act, Press(command.keys[0]))


def _said(command: Command) -> str:
    return f"{command.title} ({command.symbols})"
