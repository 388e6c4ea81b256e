"""The screens of students: frames shared by all who follow at one size, and what changes on each.

No student has a Textual app: a frame becomes rows of cells, and what differs from the rows that
stand on the terminal is sent.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping

from gdtutor.classroom.bench import EVERYONE, Workbench
from gdtutor.classroom.board import answer_rows, with_rows
from gdtutor.classroom.room import FOLLOWING
from gdtutor.classroom.seats import Classroom, Seat
from gdtutor.classroom.telling import PlaceTeller
from gdtutor.paint.cells import Row, row_of
from gdtutor.paint.colours import Colours, choose_colours
from gdtutor.paint.rows import RowMaker
from gdtutor.paint.terminal import changes_between
from gdtutor.session.state import Playing, Screen, Session, Walk, differs
from gdtutor.ui.terminal import choose_chars
from gdtutor.values import Struct, replace
from gdtutor.view.bottom import bottom_lines, fits_beside
from gdtutor.view.boxes import is_too_small
from gdtutor.view.explain import context_of
from gdtutor.view.frame import Chars, Frame, Line, Lines, Style
from gdtutor.view.header import header_line
from gdtutor.view.lines import fitted, line, width_of, wrapped
from gdtutor.view.notation import plain
from gdtutor.view.play import watched
from gdtutor.view.screen import Reader

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[m\x1b[2J"
"""Another screen, no cursor, and pastes that say that they are one."""
LEAVE = "\x1b[?2004l\x1b[?25h\x1b[m\x1b[?1049l"
LARGEST = (300, 100)
"""Columns and rows that are drawn for a student; of a larger terminal the upper left part."""
OWN_WAY = ("alone, . returns, ! help", "alone, Esc, then . returns")
"""What one who walks alone may press, and where something is typed."""
KEYS = (
    "n p and other keys walk on your own  . returns  ! asks for help  ? keys  q leaves",
    "n p walk on your own  . returns  ! asks for help  q leaves",
    "n p walk  . returns  ! help  q leaves",
)
"""What one who follows may press, in fewer and fewer words."""
OPEN_KEYS = (
    "Enter answers  Esc leaves the input, then ! asks for help and n walks on",
    "Enter answers  Esc, then ! help",
)
"""The same while the class's question is open."""
LOCKED_KEYS = ("The teacher has everyone follow  ! asks for help  q leaves", "! help  q leaves")
LOCKED_OPEN = ("Enter answers  Esc leaves the input, then ! asks for help", OPEN_KEYS[1])
"""The same while nobody may walk alone."""


Kind = tuple[int, int, Chars]


class Terminal(Struct, frozen=True):
    """What a student looks at."""

    width: int
    height: int
    chars: Chars
    colours: Colours

    @property
    def kind(self) -> Kind:
        """What decides over its cells."""
        return self.width, self.height, self.chars


def terminal_of(term: str, environ: Mapping[str, str], width: int, height: int) -> Terminal:
    """Return what a client's pseudo-terminal can show."""
    variables = {**environ, "TERM": term}
    named = next((variables[n] for n in ("LC_ALL", "LC_CTYPE", "LANG") if variables.get(n)), "")
    is_plain = named in ("C", "POSIX") or (bool(named) and "utf" not in named.lower())
    chars = choose_chars(None, variables, "ascii" if is_plain else "utf-8")
    columns, lines = min(max(width, 1), LARGEST[0]), min(max(height, 1), LARGEST[1])
    if not (width and height):
        columns, lines = 80, 24
    return Terminal(columns, lines, chars, choose_colours(None, variables))


class Painted(Struct, frozen=True, eq=False):
    """What stands on a student's terminal."""

    body: tuple[Row, ...] = ()
    """All but the last two rows, shared by all who follow."""
    bottom: tuple[Row, ...] = ()


NOTHING = Painted()


class SharedScreens:
    """Frames of the class, and what changes them, made once for all terminals of a kind."""

    def __init__(self) -> None:
        self.places = PlaceTeller()
        """Tells those who follow with a gdtutor of their own."""
        self._room: Classroom | None = None
        self._makers: dict[Kind, RowMaker] = {}
        self.readers: defaultdict[Kind, Reader] = defaultdict(Reader)
        self._bodies: dict[Kind, tuple[Row, ...]] = {}
        self._soon: dict[Kind, asyncio.Future[tuple[Row, ...]]] = {}
        """Those of them that are being made, or were."""
        self._changes: dict[tuple[int, int, Colours], tuple[Painted, Painted, str]] = {}

    def _known(self, room: Classroom) -> dict[Kind, tuple[Row, ...]]:
        """Return the rows that were made of the class as it is, by terminal."""
        if differs(self._room, room, "shared", "results"):
            # What no terminal of the class has looked at since the last step is forgotten.
            self._makers = {kind: self._makers[kind] for kind in self._bodies}
            self._room, self._bodies, self._soon = room, {}, {}
        return self._bodies

    def _making(self, room: Classroom, terminal: Terminal) -> Callable[[], tuple[Row, ...]]:
        """Return what makes the rows that everyone with such a terminal sees."""
        maker = self._makers.setdefault(terminal.kind, RowMaker(terminal.chars))
        reader = self.readers[terminal.kind]
        return lambda: maker.rows(_shared_frame(room, terminal, reader))[: _body_height(terminal)]

    def body(self, room: Classroom, terminal: Terminal) -> tuple[Row, ...]:
        """Return the rows that everyone with such a terminal sees, but the last two."""
        known = self._known(room)
        if terminal.kind not in known:
            known[terminal.kind] = self._making(room, terminal)()
        return known[terminal.kind]

    async def made(self, bench: Workbench, room: Classroom, terminal: Terminal) -> tuple[Row, ...]:
        """Return the same, made beside the event loop, once for all who wait for it."""
        kind, known, soon = terminal.kind, self._known(room), self._soon
        if kind not in known:
            if kind not in soon:
                work = bench.does(EVERYONE, self._making(room, terminal))
                soon[kind] = asyncio.ensure_future(work)
            known[kind] = await asyncio.shield(soon[kind])
        return known[kind]

    def changes(self, old: Painted, new: Painted, colours: Colours) -> str:
        """Return what changes the body of one screen into another's."""
        key = id(old.body), id(new.body), colours
        known = self._changes.get(key)
        # An identity says something as long as both are held; others may have had it before.
        if known is not None and known[0].body is old.body and known[1].body is new.body:
            return known[2]
        if len(self._changes) > 256:
            self._changes.clear()
        text = changes_between(old.body, new.body, colours)
        self._changes[key] = old, new, text
        return text


def _shared_frame(room: Classroom, terminal: Terminal, reader: Reader) -> Frame:
    """Return what everyone sees: the teacher's step, and the answers where they are shown."""
    session, (width, height, chars) = room.shared, terminal.kind
    if isinstance(session, Playing):
        session = watched(session, width)
    frame = reader.frame(session, width, height, chars)
    if room.results is None or is_too_small(width, height):
        return frame
    return with_rows(frame, "answers", answer_rows(room.polls, width, chars), chars)


def _body_height(terminal: Terminal) -> int:
    return max(terminal.height - 2, 0)


class SeatScreen:
    """Paints for one student.

    Args:
        shared: Makes what others see as well.
        terminal: What it is painted for.
    """

    def __init__(self, shared: SharedScreens, terminal: Terminal) -> None:
        self._shared, self.terminal, self._reader = shared, terminal, Reader()
        self.forget()

    def resize(self, width: int, height: int) -> None:
        """Paint for another size, all of it."""
        self.terminal = replace(self.terminal, width=width, height=height)
        self.forget()

    def forget(self) -> None:
        """Paint all of it next time: what stands there is not known."""
        self._painted, self._is_shared = NOTHING, False
        """What stands on the terminal, and whether it is what all see who have such a one."""
        self._maker = RowMaker(self.terminal.chars)

    async def painted(self, bench: Workbench, room: Classroom, seat: Seat) -> str:
        """Return what `paint` does, computed beside the event loop where it takes long."""
        if seat.own is not None:
            is_slow = seat.own.screen in (Screen.TRAIN, Screen.PLAY)
            return await bench.does(seat.name, lambda: self.paint(room, seat), is_slow=is_slow)
        body = await self._shared.made(bench, room, self.terminal)
        if self._is_shared and seat.view is None:
            return self.paint(room, seat, body)
        # What changes another screen into the class's is this terminal's alone.
        return await bench.does(seat.name, lambda: self.paint(room, seat, body))

    def paint(self, room: Classroom, seat: Seat, body: tuple[Row, ...] | None = None) -> str:
        """Return what the terminal has to be sent to show a seat's screen.

        Args:
            room: The class.
            seat: The seat.
            body: What everyone sees, where it is made already.
        """
        old, terminal = self._painted, self.terminal
        if seat.own is not None:
            new = self._own(seat.own, seat, terminal)
        else:
            if seat.view is not None:
                frame = self._shared.readers[terminal.kind].frame(seat.view, *terminal.kind)
                body = self._maker.rows(frame)[: _body_height(terminal)]
            new = _following(body or self._shared.body(room, terminal), room, seat, terminal)
        self._painted, self._is_shared = new, seat.own is None and seat.view is None
        colours = terminal.colours
        if not old.body and not old.bottom:
            return "\x1b[m\x1b[2J" + changes_between((), (*new.body, *new.bottom), colours)
        if len(old.bottom) != len(new.bottom):
            return changes_between((*old.body, *old.bottom), (*new.body, *new.bottom), colours)
        above = "" if old.body is new.body else self._shared.changes(old, new, colours)
        height = len(new.body)
        return above + changes_between(old.bottom, new.bottom, colours, below=height)

    def _own(self, session: Session, seat: Seat, terminal: Terminal) -> Painted:
        told, is_help = plain(seat.notice, terminal.chars), session.screen is Screen.HELP
        if is_help and not session.message and session.prompt is None:
            # The first line is the border of the page.
            told = told or OWN_WAY[0]
        if session.prompt is None:
            session = replace(session, message=f"{told} {session.message}".strip())
        frame = self._reader.frame(session, *terminal.kind)
        if not is_too_small(terminal.width, terminal.height):
            frame = frame if is_help else _headed(frame, session, terminal.chars)
            if told and session.prompt is not None:
                said = fitted(line(" ", (told, Style.GOOD)), terminal.width, terminal.chars)
                frame = frame.covered(terminal.height - 1, (said,))
        rows = self._maker.rows(frame)
        height = _body_height(terminal)
        return Painted(rows[:height], rows[height:])


def _following(body: tuple[Row, ...], room: Classroom, seat: Seat, terminal: Terminal) -> Painted:
    lines: Lines = ((),) * min(terminal.height, 2)
    if not is_too_small(terminal.width, terminal.height):
        lines = _status(room, seat, terminal)
        # What is wrong with an answer is told whole, over the last rows of the step.
        body = body[: terminal.height - len(lines)]
    return Painted(body, tuple(row_of(one, terminal.width, terminal.chars) for one in lines))


def _headed(frame: Frame, session: Session, chars: Chars) -> Frame:
    """Return a frame that says in its first line that it is not the class's."""
    head = line((f" {OWN_WAY[session.prompt is not None]} ", Style.CURRENT))
    rest = frame.lines[0]
    if isinstance(session, Walk) and session.screen is Screen.STUDY:
        rest = header_line(session, context_of(session, chars), frame.width - width_of(head), chars)
    first = fitted((*head, *rest), frame.width, chars)
    return replace(frame, lines=(first, *frame.lines[1:]))


def _said_with_help(notice: str, width: int) -> Line:
    """Return what is said below an open input with how to ask for help, where both fit."""
    brief = notice.partition(";")[0].removesuffix(".") + "."
    for said, keys in ((notice, OPEN_KEYS[1].partition("  ")[2]), (brief, "Esc, then !")):
        if len(said) + len(keys) + 4 <= width:
            return line((said, Style.GOOD), (f"  {keys}", Style.DIM))
    return line((notice if len(notice) + 2 <= width else brief, Style.GOOD))


def _status(room: Classroom, seat: Seat, terminal: Terminal) -> Lines:
    """Return the last lines of one who follows, two or three: what is said or typed, the keys."""
    width, told = terminal.width, plain(seat.notice, terminal.chars)
    of = (LOCKED_KEYS, LOCKED_OPEN) if room.is_locked else (KEYS, OPEN_KEYS)
    keys = next((k for k in of[seat.draft is not None] if len(k) < width), "")
    notice = wrapped(told, width - 2, Style.GOOD)
    rows: Lines = (*notice[:2], line((keys, Style.DIM)))
    if seat.draft is not None:
        typed = bottom_lines(replace(room.shared, prompt=seat.draft), width, terminal.chars)[0]
        below = _said_with_help(told, width) if told else rows[-1]
        refused = wrapped(seat.draft.error, width - 2, Style.ERROR)[: terminal.height - 3]
        if fits_beside(seat.draft, width) or not refused:
            refused = (below,) if width_of(below) < width else notice[:2]  # such as the PIN
        return tuple(
            fitted(one, width, terminal.chars)
            for one in (typed, *(line(" ", *row) for row in refused))
        )
    if not notice:
        is_asked = room.poll is not None and not seat.is_out
        told = "Enter answers the question." if is_asked else FOLLOWING
        rows = (line((told, Style.GOOD)), *rows)
    return tuple(fitted(line(" ", *one), width, terminal.chars) for one in rows)
