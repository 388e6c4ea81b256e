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
from textual.message import Message

LARGEST = (1000, 500)
"""Columns and rows of the largest terminal that is believed to be one."""

_OLD_MOUSE = re.compile(rb"\x1b\[M[\x00-\xff]{3}")
_OLD_MOUSE_BEGUN = re.compile(rb"\x1b\[M[\x00-\xff]{0,2}\Z")
"""Mouse reports in bytes, which are asked for by nobody but come where SGR is not known."""
_STRINGS = re.compile("\x1b[\\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\\\)")
"""Answers to questions of other programs: colours, names, versions."""
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

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        try:
            found = list(super()._sequence_to_key_events(sequence, alt))
        except (ValueError, OverflowError):
            found = []
        if not found and _SEQUENCE.fullmatch(sequence) and not _is_report(sequence):
            return [events.Key(Keys.Ignore, sequence)]
        return found


def _is_report(sequence: str) -> bool:
    """Tell whether it is something other than a key that the parser knows."""
    reports = (_re_mouse_event, _re_terminal_mode_response, _re_in_band_window_resize)
    return any(report.match(sequence) for report in reports)


class Keyboard:
    """Turns the bytes of a terminal into messages, in pieces as they come.

    Bytes that are no UTF-8, as a terminal in Latin-1 sends them, are dropped.
    """

    def __init__(self) -> None:
        self._parser = KeyParser()
        self._decoder = getincrementaldecoder("utf-8")("ignore")
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that end in `data`."""
        data = _OLD_MOUSE.sub(b"", self._rest + data)
        begun = _OLD_MOUSE_BEGUN.search(data)
        self._rest = begun.group() if begun else b""
        text = self._decoder.decode(data[: len(data) - len(self._rest)])
        if text:
            yield from self._believed(_STRINGS.sub("", text))

    def tick(self) -> Iterator[Message]:
        """Yield what waited for more that has not come, such as a lone Esc; to be asked often."""
        yield from self._parser.tick()

    def _believed(self, text: str) -> Iterator[Message]:
        parser = self._parser
        cells, pixels = parser.terminal_size, parser.terminal_pixel_size
        try:
            for message in parser.feed(text):
                if isinstance(message, events.Resize):
                    if not is_believed(*message.size):
                        parser.terminal_size, parser.terminal_pixel_size = cells, pixels
                        continue
                    cells, pixels = parser.terminal_size, parser.terminal_pixel_size
                yield message
        except Exception:
            # A parser that fails has ended; what it fails on is no key of any keyboard.
            self._parser = KeyParser()


def is_believed(width: int, height: int) -> bool:
    """Tell whether a terminal may have this size."""
    return 0 < width <= LARGEST[0] and 0 < height <= LARGEST[1]
