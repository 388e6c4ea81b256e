"""What a terminal sends becomes keys, pastes and mouse events; what is none of them is dropped."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from textual import events
from textual._xterm_parser import (
    XTermParser,
    _re_in_band_window_resize,
    _re_mouse_event,
    _re_terminal_mode_response,
)
from textual.keys import Keys
from textual.message import Message as Message

from gdtutor.session.press import Press
from gdtutor.values import Struct


class Pasted(Struct, frozen=True):
    """A text that was pasted."""

    text: str


LARGEST = (1000, 500)
"""Columns and rows of the largest terminal that is believed to be one."""

SILENCE = 0.1
"""Seconds without a byte after which the keyboard wants to be told so."""
LONGEST_PASTE = 4096
"""Bytes of a pasted text that are kept: more than any input takes."""
_PASTE_END = b"\x1b[201~"
_SPECIAL = re.compile(
    rb"(?P<paste>\x1b\[200~)"
    rb"|(?P<string>\x1b[\]P_^X](?=[ -~\x80-\xff]))"
    rb"|\x1b\[M[^\x1b]{3}"
    rb"|\x1b\[[0-?]{30,}[ -/]*[@-~]|\x1b\[[0-?]+[ -/]*(?=[\x00-\x1f\x7f-\xff])"
)
"""What is not left to the parser: a paste; an answer to a question of another program (a colour, a
name); a mouse report in bytes, which is asked for by nobody but comes where SGR is not known; a
sequence that is too long or broken off, whose characters it would take for keys."""
_STRING_END = re.compile(rb"\x07|\x1b\\|(?=\x1b[^\\])|(?=[\x00-\x1a\x1c-\x1f\x7f])")
"""Where an answer ends: at its terminator, or before what cannot be in one, such as Ctrl-C."""
_BEGUN = re.compile(rb"\x1b(?:[\]P_^XO]|\[(?:\[|M[^\x1b]{0,2}|[0-?]*[ -/]*)?)?\Z")
"""A sequence whose end may still come."""
_LONE = re.compile(rb"\x1b[\[\]P_^XO]?")
"""What is begun like a sequence, and is the Esc key or one with Alt where nothing follows."""
_LONG_READ = 16
"""Bytes that come at once from a paste; keys come a few at a time."""
_PATIENCE = {"paste": 20, "string": 10, "begun": 10, "lone": 1}
"""Silences after which what has begun is over, though its end has not come."""
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-Z\\-~]")
"""A whole control sequence; `ESC [ [` begins the function keys of the Linux console."""


class KeyParser(XTermParser):
    """Textual's parser, for which a whole sequence that says nothing is no key.

    Textual takes it for the keys of its characters, and one with impossible numbers for an error.
    The module it extends is not part of Textual's public interface.
    """

    def parse_mouse_code(self, code: str) -> Message | None:
        """Return the event of a mouse report, None where it cannot be one."""
        try:
            return super().parse_mouse_code(code)
        except (ValueError, OverflowError, ZeroDivisionError):
            return None

    _holds_alt = False

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for more."""
        return self._timeout_time is not None

    def expire(self) -> Iterator[Message]:
        """Yield what waited for more that has not come."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
        yield from self.tick()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if sequence == "\x1b":
            # Textual shows the start of a sequence that another one follows; it is Alt.
            self._holds_alt = True
            return []
        alt, self._holds_alt = alt or self._holds_alt, False
        try:
            found = list(super()._sequence_to_key_events(sequence, alt))
        except (ValueError, OverflowError):
            found = []
        if not found and _SEQUENCE.fullmatch(sequence) and not _is_report(sequence):
            return [events.Key(Keys.Ignore, sequence)]
        if alt and sequence in ("<", ">"):
            # Textual names Alt with letters alone; these two are keys of a talk.
            return [events.Key(f"alt+{found[0].key}", sequence)]
        return found


def _is_report(sequence: str) -> bool:
    """Tell whether it is something other than a key that the parser knows."""
    reports = (_re_mouse_event, _re_terminal_mode_response, _re_in_band_window_resize)
    return any(report.match(sequence) for report in reports)


def presses_of(messages: Iterable[Message]) -> Iterator[Press | Pasted]:
    """Yield the keys and the pasted texts among messages, as the session knows them."""
    for message in messages:
        if isinstance(message, events.Key):
            yield Press(message.key, message.character if message.is_printable else None)
        elif isinstance(message, events.Paste):
            yield Pasted(message.text)


class Keyboard:
    """Turns the bytes of a terminal into messages, in pieces as they come.

    Bytes that are no UTF-8, as a terminal in Latin-1 sends them, are dropped. No part of a pasted
    text is ever a key, in whatever pieces it comes; one whose end does not come is dropped, and
    keys are keys again, but for what comes in long pieces before that end.
    """

    def __init__(self) -> None:
        self._parser = KeyParser()
        self._decoder = getincrementaldecoder("utf-8")("ignore")
        self._rest = b""
        self._inside = ""
        self._pasted = b""
        self._is_broken_off = False
        self._silences = 0

    def feed(self, data: bytes, is_flood: bool = False) -> Iterator[Message]:
        """Yield the messages that end in `data`.

        Args:
            data: What has been read.
            is_flood: Whether keys come faster than they can be answered; only q and Ctrl-C are
                worth parsing then.
        """
        if self._is_broken_off and (len(data) >= _LONG_READ or _PASTE_END in data):
            # The rest of a paste that was held up on its way.
            self._inside = "paste"
        if not self._inside or len(data) >= _LONG_READ:
            self._silences = 0
        data, self._rest = self._rest + data, b""
        while data:
            if self._inside == "paste":
                data, message = self._in_paste(data)
                if message is not None:
                    yield message
            elif self._inside == "string":
                data = self._in_string(data)
            else:
                found = _SPECIAL.search(data)
                typed, data = data, b""
                if found is not None:
                    typed, data = typed[: found.start()], typed[found.end() :]
                    self._inside = found.lastgroup or ""
                elif begun := _BEGUN.search(typed):
                    typed, self._rest = typed[: begun.start()], begun.group()
                if is_flood and b"\x1b" not in typed:
                    typed = b"".join(key for key in (b"q", b"\x03") if key in typed)
                yield from self._believed(self._decoder.decode(typed))

    @property
    def is_waiting(self) -> bool:
        """Whether something has begun whose end a `tick` would bring."""
        return bool(self._rest or self._inside) or self._parser.is_waiting

    def tick(self) -> Iterator[Message]:
        """Yield what waited for more that has not come, such as a lone Esc.

        To be called after every `SILENCE` in which there was nothing to read. Time in which bytes
        wait to be read is no silence, however long it is.
        """
        self._silences += 1
        lone = "lone" if _LONE.fullmatch(self._rest) else "begun"
        if self._silences >= _PATIENCE[self._inside or lone]:
            rest, self._rest = self._rest, b""
            self._is_broken_off |= self._inside == "paste"
            if not self._inside and lone == "lone":
                yield from self._believed(rest.decode())
            self._inside, self._pasted, self._silences = "", b"", 0
        yield from self._parser.expire()

    def _in_paste(self, data: bytes) -> tuple[bytes, Message | None]:
        """Keep what is pasted; return what follows its end, and the paste once that has come."""
        pasted, end, after = data.partition(_PASTE_END)
        if not end:
            # The first bytes of the end may be here.
            pasted, self._rest = pasted[: 1 - len(_PASTE_END)], pasted[1 - len(_PASTE_END) :]
        self._pasted = (self._pasted + pasted)[:LONGEST_PASTE]
        if not end:
            return b"", None
        text, self._pasted, self._inside = self._pasted.decode(errors="ignore"), b"", ""
        whole = None if self._is_broken_off else events.Paste(text.replace("\0", ""))
        self._is_broken_off = False
        return after, whole

    def _in_string(self, data: bytes) -> bytes:
        """Return what follows the end of an answer."""
        found = _STRING_END.search(data)
        if found is None:
            self._rest = data[-1:] if data.endswith(b"\x1b") else b""
            return b""
        self._inside = ""
        return data[found.end() :]

    def _believed(self, text: str) -> Iterator[Message]:
        if not text:
            # Which the parser would take for the end of all.
            return
        parser = self._parser
        cells, pixels = parser.terminal_size, parser.terminal_pixel_size
        try:
            for message in parser.feed(text):
                if isinstance(message, events.Resize):
                    width, height = message.size
                    if not (0 < width <= LARGEST[0] and 0 < height <= LARGEST[1]):
                        parser.terminal_size, parser.terminal_pixel_size = cells, pixels
                        continue
                    cells, pixels = parser.terminal_size, parser.terminal_pixel_size
                yield message
        except Exception:
            # A parser that fails has ended; what it fails on is no key of any keyboard.
            self._parser = KeyParser()
