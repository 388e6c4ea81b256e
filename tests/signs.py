"""Whether a walk explains the signs of its screens: `python -m tests.signs [LESSON …]`.

Each lesson is walked as by a learner who looks at everything: two iterations step by step, at each
a cell opened and moved and more digits, the panels and pictures once, an edit, and training. At
three sizes every sign is printed that stands on a screen before one has explained it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session import works_at
from gdtutor.session.moving import moved
from gdtutor.session.state import current_step
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE, Explains, Frame, Hides, Style
from gdtutor.view.glossary import SIGNS
from gdtutor.view.lines import found_in
from gdtutor.view.scrolling import shown

SIZES = ((80, 24), (120, 36), (200, 50))
_EXPLAINED = tuple(f"{sign} {text}" for sign, _, text in SIGNS)


def drawn(frame: Frame) -> frozenset[str]:
    """Return the signs that stand on a screen, told by how they are drawn."""
    found: set[str] = set()
    for row in frame.lines[1:-2]:
        if found_in([row], Hides):
            # What it cuts is all there, a key away.
            continue
        for text, style, _ in row:
            words = text.strip()
            if style is Style.DIM and len(words) > 3 and any(words in one for one in _EXPLAINED):
                continue
            if style is Style.CURRENT:
                found |= {sign for sign in "▶◀●" if re.search(rf"{sign}\w", text)}
                found |= {"▸"} if "▸" in text else set()
            found |= {sign for sign in ("▾", "⊙", "≈0", "─•─") if sign in text}
            found |= {"≤"} if "by ≤" in text else set()
            found |= {"(own 1)"} if "(own " in text else set()
            found |= {"…"} if words == "…" or words.startswith("… ") else set()
            found |= {"*"} if style is Style.CHANGED and text.endswith("*") else set()
            is_mark = re.fullmatch(r"[^\s!.]{1,6}!\d*", words) and style is not Style.TITLE
            found |= {"!"} if is_mark else set()
    return frozenset(found)


def screens(path: Path, size: tuple[int, int]) -> Iterator[tuple[str, Frame]]:
    """Yield the screens of a walk in the order in which they come, each with where it is."""
    session = session_at(path)

    def look(keys: str = "") -> tuple[str, Frame]:
        nonlocal session
        # A message that covers lines is over at the next key.
        session = replace(pressed(session, parse_keys(keys)), message="")
        session, frame = shown(session, *size, UNICODE)
        step = current_step(session)
        at = f"{step.phase.value}:{step.node}" if step else "page"
        return f"{session.screen.value} {session.moment.iteration}/{at} {keys}".rstrip(), frame

    yield look()
    for iteration in (0, 1) if session.lesson.trains else (0,):
        for number in range(1, len(session.moment.steps) + 1):
            session = moved(session, iteration, number)
            yield look()
            if session.challenge is not None:
                yield look("alt+n")
            if works_at.cells(session) == "":
                yield from map(look, ("c", "down", "right", "escape"))
            if number == 2:
                yield from map(look, ["f"] * (len(session.lesson.pictures) + 1))
                yield from map(look, ["tab"] * 4)
            yield from map(look, ("D", "d"))
    numbers = [n for n, value in session.moment.state.parameters.items() if not value.ndim]
    for name in numbers[:1]:
        yield look(f"home e {name}=0.75 enter")
    yield look("z")
    if session.lesson.trains:
        yield from map(look, ("t", "escape"))


def unexplained(path: Path, size: tuple[int, int]) -> Iterator[tuple[str, str, bool]]:
    """Yield each sign that a screen has before one explains it, where that is, and whether a later
    one does."""
    met: dict[str, str] = {}
    explained: set[str] = set()
    for place, frame in screens(path, size):
        explained |= {one.sign for one in found_in(frame.lines, Explains)}
        # In prose an exclamation mark is none of a unit that is asleep.
        for sign in sorted(drawn(frame) - explained - set("!" * ("/page" in place))):
            met.setdefault(sign, place)
    for sign, place in met.items():
        yield sign, place, sign in explained


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> None:
    """Print what is not explained in time."""
    paths = discover(shipped_lessons_folder())
    for path in paths:
        if words and path.name.partition("-")[0] not in words:
            continue
        for size in SIZES:
            for sign, place, later in unexplained(path, size):
                width, height = size
                late = "late" if later else "never"
                _say(f"{path.stem:22} {width}x{height:<3} {sign:8} {late:6} {place}")


if __name__ == "__main__":
    main(sys.argv[1:])
