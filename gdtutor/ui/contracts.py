"""What the app, the program that answers its keys, and the palette know of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from textual.geometry import Size

from gdtutor.session.press import Press

if TYPE_CHECKING:
    from gdtutor.session.state import Session


class OpenProgram(Protocol):
    """What answers the keys of an app once it is open."""

    session: Session
    """What is shown."""

    def begin(self) -> None:
        """Press the keys that were asked for, and listen to the outside."""

    def press(self, press: Press) -> None:
        """Answer a key."""

    def paste(self, text: str) -> None:
        """Answer a pasted text."""

    def paint(self, size: Size | None = None) -> None:
        """Show the session at a size; the app's own where none is given."""

    def painted(self) -> None:
        """Hear that what was shown last has reached the terminal."""

    def tidy(self) -> None:
        """End what runs beside the screens."""


class KeyApp(Protocol):
    """An app whose program answers keys."""

    program: OpenProgram | None
    """None until it is open."""

    def press(self, press: Press) -> None:
        """Hand a key to the program."""
