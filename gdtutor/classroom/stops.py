"""A talk: a file of stops, each a link as `k` prints it, with a private note and its minutes."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from gdtutor.engine.characters import pictured
from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_atomically
from gdtutor.values import Struct, asdict, replace
from gdtutor.view.lines import text_of, wrapped

MOST_STOPS = 500
_HINT = "write [[stops]], and below it link = 'gdtutor bias --at forward:z', note and minutes"


class TalkStop(Struct, frozen=True):
    """One place of a talk."""

    link: str
    """The command line that opens it."""
    note: str = ""
    """For the speaker alone."""
    minutes: float = 0.0
    """Planned for it; 0 where none are."""


class Talk(Struct, frozen=True):
    """A file of stops."""

    title: str
    stops: tuple[TalkStop, ...]

    def planned(self, before: int) -> float:
        """Return the minutes that are planned for the stops before one, counted from 0."""
        return sum(stop.minutes for stop in self.stops[:before])


class SpeakerNotes(Struct, frozen=True):
    """What the second terminal of a speaker shows."""

    title: str
    stop: int
    """From 1; 0 before the first one."""
    stops: int
    """How many there are; 0 where a class has no file of them."""
    note: str
    following: str
    """The link of the next stop."""
    planned: float
    """Minutes planned for the stops before this one."""
    minutes: float
    """Planned for this one."""
    began: float
    """When the talk began, in seconds since 1970."""
    room: str = ""
    """The class in lines."""
    process: int = 0
    """The process that gives the talk; 0 where that is not known."""
    elsewhere: str = ""
    """How they are seen on another machine; empty where they are not."""


def read_talk(path: Path) -> Talk:
    """Read a file of stops.

    Raises:
        GdTutorError: For what cannot be read, naming the stop.
    """
    try:
        return _talk_of(path, path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GdTutorError(f"{path} cannot be read: {error}", _HINT) from None


def _talk_of(path: Path, text: str) -> Talk:
    data = tomllib.loads(text)
    unknown = sorted(set(data) - {"title", "stops"})
    stops = data.get("stops")
    if unknown or not isinstance(stops, list) or not 0 < len(stops) <= MOST_STOPS:
        what = f"'{unknown[0]}' is not known" if unknown else f"1 to {MOST_STOPS} stops are needed"
        raise GdTutorError(f"{path}: {what}", _HINT)
    title = pictured(str(data.get("title", path.stem)))
    return Talk(title, tuple(_stop(path, n, stop) for n, stop in enumerate(stops, 1)))


def _stop(path: Path, number: int, stop: object) -> TalkStop:
    where = f"{path}: stop {number}"
    if not isinstance(stop, dict) or set(stop) - {"link", "note", "minutes"}:
        raise GdTutorError(f"{where} is no table of link, note and minutes", _HINT)
    link, note, minutes = (stop.get(key, least) for key, least in _LEAST.items())
    if not isinstance(link, str) or link.split()[:1] != ["gdtutor"]:
        raise GdTutorError(f"{where}: its link does not begin with gdtutor", "k prints one")
    if not isinstance(note, str) or not isinstance(minutes, int | float) or not 0 <= minutes < 1e4:
        raise GdTutorError(f"{where}: note is a text and minutes a number", _HINT)
    return TalkStop(link, pictured(note, keep="\n"), float(minutes))


_LEAST = {"link": "", "note": "", "minutes": 0}


def append_stop(path: Path, link: str) -> int:
    """Add a place to a file of stops, which is made where there is none; return its number.

    Raises:
        GdTutorError: The file cannot be read or written, or is none of stops.
    """
    known = len(read_talk(path).stops) if path.exists() else 0
    before = path.read_text("utf-8").rstrip("\n") + "\n\n" if known else ""
    # JSON's escapes of a string are those of TOML.
    added = f'[[stops]]\nlink = {json.dumps(link, ensure_ascii=False)}\nnote = ""\nminutes = 0\n'
    write_atomically(path, before + added)
    return known + 1


def reorder_stops(path: Path, order: Sequence[int]) -> None:
    """Write those stops of a file in this order, each with its note and comments as they stand.

    Args:
        path: The file.
        order: Their numbers, from 0; what is not among them goes.

    Raises:
        GdTutorError: The file cannot be read or written, or is not written stop below stop.
    """
    talk = read_talk(path)
    head, *parts = _STOP.split(path.read_text("utf-8"))
    kept = tuple(talk.stops[number] for number in order)
    if len(parts) == len(talk.stops) and kept:
        text = head + "".join(parts[number].rstrip() + "\n\n" for number in order)
        text = text.rstrip() + "\n"
        if _talk_of(path, text) == replace(talk, stops=kept):
            write_atomically(path, text)
            return
    raise GdTutorError(f"{path} stays as it is", "edit it in an editor")


_STOP = re.compile(r"^(?=[ \t]*\[\[\s*stops\s*\]\])", re.MULTILINE)


def write_notes(path: Path, notes: SpeakerNotes) -> None:
    """Tell the speaker's second terminal where the talk is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The teacher's secret stands in it.
    write_atomically(path, json.dumps(asdict(notes)), is_private=True)


def read_notes(path: Path) -> SpeakerNotes | None:
    """Return where the talk is; None where none is given, or its process has been killed."""
    try:
        notes = SpeakerNotes(**json.loads(path.read_text("utf-8")))
        if os.name == "posix" and notes.process:
            # Signal 0 asks whether there is such a process, and does nothing to it.
            os.kill(notes.process, 0)
    except PermissionError:
        return notes
    except (OSError, ValueError, TypeError):
        return None
    return notes


def _clock(seconds: float) -> str:
    """Return what has passed, as `3:48`: a second counts once it is over."""
    minutes, left = divmod(int(max(seconds, 0.0)), 60)
    return f"{minutes}:{left:02}"


def notes_text(notes: SpeakerNotes, now: float, width: int = 80) -> str:
    """Return what the speaker's second terminal shows, broken at blanks."""
    passed, ends = now - notes.began, (notes.planned + notes.minutes) * 60
    plan = f", {notes.minutes:g} min, by the plan until {_clock(ends)}" if notes.minutes else ""
    late = f", {_clock(passed - ends)} late" if notes.minutes and passed - ends >= 1 else ""
    lines = [f"{_clock(passed)} of the {'talk' if notes.stops else 'class'}{late}"]
    if notes.stops:
        lines.insert(0, f"{notes.title}: stop {notes.stop}/{notes.stops}{plan}")
        lines += ["", notes.note or "(no note)", "", f"next: {notes.following or 'the end'}"]
    lines += ["", notes.room] if notes.room else []
    lines += ["", f"on another machine: {notes.elsewhere}"] if notes.elsewhere else []
    rows = (
        row for text in lines for part in text.split("\n") for row in wrapped(part, width) or ((),)
    )
    return "\n".join(text_of(row) for row in rows)
