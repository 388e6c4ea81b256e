"""Whether a walk explains the signs of its screens: `python -m tests.signs [LESSON …]`.

Each lesson is walked as by a learner who looks at everything: an iteration step by step and the
next one by its phases, in each phase a cell opened and moved and more digits, the panels and
pictures once, an edit, and training. At three sizes every sign is printed that stands on a screen
before one has explained it, and every one that is explained where it does not stand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
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
from gdtutor.view.lines import found_in, text_of
from gdtutor.view.screen import shown

SIZES = ((80, 24), (120, 36), (200, 50))
_EXPLAINED = tuple(f"{sign} {text}" for sign, _, text in SIGNS)
_TAILS = {"▶": ((-1, 0), "─┬┴├•"), "◀": ((1, 0), "─┬┴┤┐┘•"),
          "▼": ((0, -1), "│├┤┬┐┌•"), "▲": ((0, 1), "│├┤┴┘└•")}  # fmt: skip
"""Where the line of an arrow head is, and how it looks there."""


def has_arrows(frame: Frame) -> bool:
    """Say whether lines of a graph end in heads."""
    cells = [[(c, part.style) for part in row for c in part.text] for row in frame.lines[1:-2]]

    def tail(x: int, y: int, tails: str) -> bool:
        return 0 <= y < len(cells) and 0 <= x < len(cells[y]) and cells[y][x][0] in tails

    return any(
        char in _TAILS and style is not Style.CURRENT and tail(x + dx, y + dy, tails)
        for y, row in enumerate(cells)
        for x, (char, style) in enumerate(row)
        for (dx, dy), tails in [_TAILS.get(char, ((0, 0), ""))]
    )


def drawn(frame: Frame) -> frozenset[str]:
    """Return the signs that stand on a screen, told by how they are drawn."""
    found = {"─▶ ◀─"} if has_arrows(frame) else set()
    for row in frame.lines[1:-2]:
        if found_in([row], Hides):
            # What it cuts is all there, a key away.
            continue
        found |= {"─•─"} if "─•" in text_of(row) else set()
        found |= {"≤"} if re.search(r"by ≤\d", text_of(row)) else set()
        for text, style, _ in row:
            words = text.strip()
            if style is Style.DIM and len(words) > 3 and any(words in one for one in _EXPLAINED):
                continue
            if style is Style.CURRENT:
                found |= {sign for sign in "▶◀●" if re.search(rf"{sign}\w", text)}
                found |= {"▸"} if "▸" in text else set()
            found |= {sign for sign in ("∇", "▾", "⊙", "≈0") if sign in text}
            found |= {"→ 0.5"} if style is Style.UPDATE and text[:1] == "→" else set()
            found |= {"(own 1)"} if "(own " in text else set()
            found |= {"…"} if re.search(r"(^|\s)…(\s|$)", text) else set()
            found |= {"*"} if style is Style.CHANGED and text.endswith("*") else set()
            is_mark = re.fullmatch(r"[^\s!.]{1,6}!\d*", words) and style is not Style.TITLE
            is_warned = style is Style.WARNING and text.startswith("! ")
            found |= {"!"} if is_mark or is_warned else set()
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
        session = moved(session, iteration, 1)
        phases = {step.phase: step.number for step in reversed(session.moment.steps)}
        for number in range(1, len(session.moment.steps) + 1):
            if iteration and number not in phases.values():
                continue
            session = moved(session, iteration, number)
            yield look()
            if session.challenge is not None:
                yield look("alt+n")
            if number in phases.values() and works_at.cells(session) == "":
                yield from map(look, ("c", "down", "right", "escape"))
            if number == 2:
                yield from map(look, ["f"] * (len(session.lesson.pictures) + 1))
                yield from map(look, ["tab"] * 4)
            if number in phases.values():
                yield from map(look, ("D", "d"))
    numbers = [n for n, value in session.moment.state.parameters.items() if not value.ndim]
    for name in numbers[:1]:
        yield look(f"home e {name}=0.75 enter")
    yield look("z")
    if session.lesson.trains:
        yield from map(look, ("t", "escape"))


def unexplained(path: Path, size: tuple[int, int]) -> Iterator[tuple[str, str, str]]:
    """Yield each sign that a screen has before one explains it, where that is, and whether a later
    one does; and each that one explains which has it not."""
    met: dict[str, str] = {}
    wrong: dict[str, str] = {}
    explained: set[str] = set()
    for place, frame in screens(path, size):
        told, found = {one.sign for one in found_in(frame.lines, Explains)} - {""}, drawn(frame)
        explained |= told
        for sign in sorted(told - found):
            wrong.setdefault(sign, place)
        # In prose an exclamation mark is none of a unit that is asleep.
        of_page = set("!" * ("/page" in place))
        # Training tells its own signs beside them.
        for sign in sorted(found - explained - of_page) if place[:5] == "study" else ():
            met.setdefault(sign, place)
    for sign, place in met.items():
        yield sign, place, "late" if sign in explained else "never"
    for sign, place in wrong.items():
        yield sign, place, "wrong"


def _told(case: tuple[Path, tuple[int, int]]) -> str:
    """Return the lines about a lesson at a size."""
    path, (width, height) = case
    return "".join(
        f"{path.stem:22} {width}x{height:<3} {sign:8} {how:6} {place}\n"
        for sign, place, how in unexplained(*case)
    )


def main(words: Sequence[str]) -> None:
    """Print what is not explained in time."""
    paths = [p for p in discover(shipped_lessons_folder()) if not words or p.name[:2] in words]
    with ProcessPoolExecutor() as pool:
        for told in pool.map(_told, [(path, size) for path in paths for size in SIZES]):
            sys.stdout.write(told)
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
