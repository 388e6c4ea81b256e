"""Sessions driven by keys as a learner presses them, and their screens as text."""

from pathlib import Path

from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of

DATA = Path(__file__).parent / "data"
NEURON, ROWS, NETWORK, KINK = (
    DATA / "lessons" / f"{name}.md" for name in ("neuron", "rows", "network", "kink")
)
SIZES = ((80, 24), (40, 12))


def pressed(session: Session, keys: str) -> Session:
    """Return the session after a learner presses some keys, written as `--keys` takes them; effects
    are left undone."""
    for press in parse_keys(keys):
        session, _ = update(session, replace(press, is_scripted=False))
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


def knowing(session: Session) -> Session:
    """Return the session of a learner who knows the signs of its next screen already."""
    return replace(session, look=replace(session.look, met=(), is_resumed=True))


def screen(session: Session, width: int = 80, height: int = 24, *, ascii_only: bool = False) -> str:
    """Return what the terminal shows, as text."""
    return frame_of(session, width, height, ASCII if ascii_only else UNICODE).text()


def screens(session: Session) -> str:
    """Return what small terminals show of a session, and one without Unicode."""
    shown = [f"== {w}x{h}\n{screen(session, w, h)}\n" for w, h in SIZES]
    return "".join([*shown, f"== 80x24 ascii\n{screen(session, ascii_only=True)}\n"])
