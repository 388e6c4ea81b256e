"""What the app, the program that answers its keys, and the palette know of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from textual.geometry import Size

from gdtutor.session.press import Press
from gdtutor.view.frame import Frame

if TYPE_CHECKING:
    from gdtutor.session.state import Session
    from gdtutor.session.update import Action


class OpenProgram(Protocol):
    """What answers the keys of an app once it is open."""

    session: Session
    """What is shown."""
    has_palette: bool
    """Whether the session's commands can be chosen by their words."""

    def begin(self) -> None:
        """Press the keys that were asked for, and listen to the outside."""

    def press(self, press: Press) -> None:
        """Answer a key."""

    def act(self, action: Action) -> None:
        """Do an action."""

    def paste(self, text: str) -> None:
        """Answer a pasted text."""

    def paint(self, size: Size | None = None) -> None:
        """Show the session at a size; the app's own where none is given."""

    def painted(self) -> None:
        """Hear that what was shown last has reached the terminal."""

    def tidy(self) -> None:
        """End what runs beside the screens."""


class Around(Protocol):
    """What stands around the screens of a program, as the line of a class does."""

    @property
    def rows(self) -> int:
        """Rows that it takes from the bottom of the terminal."""

    def begin(self, show: Callable[[], None], act: Callable[[Action], None]) -> None:
        """Begin, in the app's event loop; `show` paints it anew, `act` has the program act."""

    def shows(self, session: Session) -> None:
        """Hear what the screens show."""

    def takes(self, press: Press) -> bool:
        """Take a key, before the program does; False where it is the program's."""

    def pastes(self, text: str) -> bool:
        """Take a pasted text, before the program does; False where it is the program's."""

    def dressed(self, frame: Frame) -> Frame:
        """Return a frame with `rows` more rows, perhaps with others laid over it."""

    def end(self) -> None:
        """End, before the app does."""


class KeyApp(Protocol):
    """An app whose program answers keys."""

    program: OpenProgram | None
    """None until it is open."""

    def press(self, press: Press) -> None:
        """Hand a key to the program."""
