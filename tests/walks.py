"""Sessions driven by keys as a learner presses them, and screens kept as text."""

import os
from pathlib import Path

from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of

DATA = Path(__file__).parent / "data"
NEURON, ROWS, NETWORK, KINK = (
    DATA / "lessons" / f"{name}.md" for name in ("neuron", "rows", "network", "kink")
)
SIZES = ((80, 24), (40, 12))


def pressed(session: Session, keys: str) -> Session:
    """Return the session after a script of keys, as `--keys` takes it; effects are left undone."""
    for press in parse_keys(keys):
        session, _ = update(session, press)
    return session


def answered(session: Session) -> Session:
    """Return the session after the program answers the question that is open, at what comes next:
    another question of the step, or the next step.
    """
    session, _ = update(session, Press("alt+n"))
    return session if session.challenge is not None else pressed(session, "right")


def typed(session: Session, text: str) -> Session:
    """Return the session after a text is typed into the input and Enter pressed."""
    for character in text:
        session, _ = update(session, Press(character, character))
    return update(session, Press("enter"))[0]


def walk(path: Path, at: str = "", keys: str = "", changes: tuple[str, ...] = ()) -> Session:
    """Return a lesson at a place, some keys later."""
    return pressed(session_at(path, changes=changes, at=at), keys)


def screen(session: Session, width: int = 80, height: int = 24, *, ascii_only: bool = False) -> str:
    """Return what the terminal shows, as text."""
    return frame_of(session, width, height, ASCII if ascii_only else UNICODE).text()


def assert_screens(name: str, session: Session) -> None:
    """Compare a session's screens with the text kept under tests/data/screens.

    `pytest --update-screens` writes them instead; look at the difference before keeping it.
    """
    shown = [f"== {w}x{h}\n{screen(session, w, h)}\n" for w, h in SIZES]
    shown.append(f"== 80x24 ascii\n{screen(session, ascii_only=True)}\n")
    path = DATA / "screens" / f"{name}.txt"
    if os.environ.get("WRITE_SCREENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(shown), encoding="utf-8")
    assert "".join(shown) == path.read_text(encoding="utf-8")
