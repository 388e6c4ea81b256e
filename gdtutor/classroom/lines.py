"""A student who hears the class in plain lines: what a line means, and what is told."""

from __future__ import annotations

import shlex
from functools import partial
from textwrap import wrap

from gdtutor.classroom.answers import CLOSED, entered
from gdtutor.classroom.bench import Workbench
from gdtutor.classroom.board import answer_rows
from gdtutor.classroom.room import returned, walked_off
from gdtutor.classroom.seats import Begun, Classroom, Seat, with_help, with_seat
from gdtutor.linear.commands import help_lines
from gdtutor.linear.conversation import answered_line, news, walking, whole
from gdtutor.linear.training import sweep_lines, training_lines
from gdtutor.play.options import words_of
from gdtutor.report.transcript import read_aloud
from gdtutor.session.effects import Effect, Quit
from gdtutor.session.state import Playing, Screen, Session, Walk, current_step, is_training
from gdtutor.values import replace
from gdtutor.view.asking import hint_rows
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of

WELCOME = (
    "You hear the class in lines: Enter reads the step, a command walks on your own, "
    ". alone returns, :help asks the teacher for help, ? lists the commands, :q leaves."
)

_CHARS = read_aloud(UNICODE)
COLUMNS = 80
"""Of a terminal that does not say how many it has."""
NOT_ANSWERED = "The question is closed; you gave no answer."


def spoken(room: Classroom, name: str, text: str) -> Begun:
    """Return the class after a line of a student, but for what their own walk computes for it."""
    seat, word = replace(room.seats[name], notice=""), text.strip()
    if word in (":q", ":quit") or (word == "q" and seat.draft is None):
        return Begun(with_seat(room, seat), (Quit(),))
    if word in (".", ":."):
        told = replace(seat, notice=WELCOME) if seat.own is None else returned(room, seat)
        return Begun(with_seat(room, told))
    if word == ":help":
        return Begun(with_help(room, seat))
    is_asked = seat.own is None and room.poll is not None and not seat.is_out
    if word == ":?" or (word == "?" and not is_asked):
        screen = (seat.own or room.shared).screen
        told = replace(seat, notice="\n".join([WELCOME, *help_lines(screen)]))
        return Begun(with_seat(room, told))
    if is_asked and word and not word.startswith(":"):
        return Begun(entered(room, seat, word))
    work = partial(_obeyed, text=text)
    if seat.own is None:
        walks = walked_off(room, replace(seat, draft=None))
        return Begun(walks, work=work if walks.seats[name].own else None, before=seat)
    return Begun(with_seat(room, seat), work=work)


def _obeyed(own: Session, text: str) -> tuple[Session, tuple[Effect, ...]]:
    after, effects = answered_line(own, text)
    return walking(after), effects


def _training(session: Walk) -> list[str]:
    """Return how the teacher's training stands: that it runs, or what it has come to."""
    title = session.lesson.title
    if session.train.sweeping is not None:
        return [f"Class: {title}, several runs are trained side by side."]
    if is_training(session):
        return [f"Class: {title}, training for {session.train.snapshot.epochs_wanted} epochs."]
    lines = sweep_lines(session, _CHARS) if session.train.kept else []
    if len(session.train.snapshot.parameters):
        # Its last line is a command for a run of one's own.
        lines += [f"Class: {title}, the training.", *training_lines(session, _CHARS)[:-1]]
    return lines


def announcement(room: Classroom, before: Session | None = None) -> str:
    """Return the teacher's step in one line; training and sweeps with what they have come to.

    The lesson is named where it is another than before.
    """
    session = room.shared
    if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
        return "Class: the library of lessons."
    if isinstance(session, Playing) and session.screen is Screen.PLAY:
        options = shlex.join(words_of(session.play.playground))
        return "\n".join([f"Class: the playground, {options}.", *_training(session)])
    if session.screen is Screen.TRAIN:
        return "\n".join(_training(session)) or "Class: training, which has not begun."
    step, moment = current_step(session), session.moment
    if session.look.is_closing:
        return f"Class: {session.lesson.title}, the closing page."
    if step is None:
        return f"Class: {session.lesson.title}, the opening page."
    context = context_of(session, _CHARS)
    node = f" {context.name(step.node) if context else step.node}" if step.node else ""
    at = f"iteration {moment.iteration}, {step.phase.value}{node}"
    is_new = not isinstance(before, Walk) or before.lesson.id != session.lesson.id
    at = f"{session.lesson.title}, {at}" if is_new else at
    edited = ", values edited" if session.changes else ""
    return f"Class: {at}, step {step.number} of {len(moment.steps)}{edited}."


class LineTeller:
    """Says what has changed for one student since it was last asked."""

    def __init__(self) -> None:
        self._announced = ""
        self._shared: Session | None = None
        self._rested: tuple[Walk | None, list[str]] = None, []
        """What was told last that was not at work, and its rows."""
        self._heard: dict[str, str] = {}
        """What was told last, by its kind."""
        self._question = ""
        self._hints = 0
        """How many hints to the open question were told."""
        self._before: Session | None = None
        self.reads = False
        """Whether the student has asked for the class's step in full."""
        self.width = 0
        """Columns of the terminal; 0 where they are not known."""

    def hears(self) -> None:
        """Have what answers the next line told, were it the same as before."""
        self._heard |= {"notice": "", "error": ""}

    def forget(self) -> None:
        """Tell a walk of one's own from its next step on."""
        self._before = None

    async def painted(self, bench: Workbench, room: Classroom, seat: Seat) -> str:
        """Return what `paint` does, computed beside the event loop."""
        return await bench.does(seat.name, lambda: self.paint(room, seat))

    def paint(self, room: Classroom, seat: Seat) -> str:
        """Return what the terminal has to be sent to tell what is new, and what was asked for."""
        told, reads = self.told(room, seat), self.reads
        self.reads = False
        parts = (told, self.step(room) if reads else "")
        return "".join(map(self.sent, parts))

    def sent(self, text: str) -> str:
        """Return what a terminal has to be sent for a text, broken at blanks; empty for none."""
        width, rows = self.width or COLUMNS, text.split("\n") if text else []
        broken = (wrap(row, width, break_on_hyphens=False) or [""] for row in rows)
        return "".join(f"{row}\r\n" for parts in broken for row in parts)

    def step(self, room: Classroom) -> str:
        """Return the step of the class in full."""
        return whole(room.shared, _CHARS)

    def told(self, room: Classroom, seat: Seat) -> str:
        """Return what is new, empty where nothing is."""
        notice = self._new("notice", seat.notice)
        # Who gave no answer hears that with it.
        is_closed = seat.notice == CLOSED and not room.polls[-1].has_answer(seat.name)
        error = seat.draft.error if seat.draft is not None else ""
        parts = ["" if is_closed else notice, self._new("error", error)]
        if seat.own is not None:
            parts.append(self._of_own(room, seat.own))
        else:
            self._before = None
            parts += self._of_class(room, seat)
        return "\n".join(part for part in parts if part)

    def _new(self, kind: str, text: str) -> str:
        """Return what is to be told where it is not what was told last; else nothing."""
        before, self._heard[kind] = self._heard.get(kind, ""), text
        return text if text != before else ""

    def _of_own(self, room: Classroom, own: Session) -> str:
        before, self._before = self._before or room.shared, own
        if is_training(own):
            # Told once it rests.
            self._before = before
            return ""
        return "" if own is before else news(before, own, _CHARS)

    def _of_class(self, room: Classroom, seat: Seat) -> list[str]:
        parts = []
        if room.shared is not self._shared:
            announced = announcement(room, self._shared)
            self._shared, place = room.shared, announcement(room)
            if place != self._announced:
                parts.append(self._unheard(room.shared, announced))
            self._announced = place
        parts += self._hinted(seat.view)
        question = room.poll.name if room.poll is not None and not seat.is_out else ""
        if question != self._question:
            self._question = question
            if question:
                parts.append(
                    f"{self.step(room)}\nThe class is asked; type your answer, or ? for a hint."
                )
            elif room.poll is None and not room.polls[-1].has_answer(seat.name):
                parts.insert(0, NOT_ANSWERED)
        results = ""
        if room.results is not None:
            rows = answer_rows(room.polls, 80, _CHARS)
            results = "\n".join(["How the class has answered:", *(text_of(row) for row in rows)])
        return [*parts, self._new("results", results)]

    def _hinted(self, view: Session | None) -> list[str]:
        """Return the hints that were given since."""
        challenge = view.challenge if isinstance(view, Walk) else None
        heard, self._hints = self._hints, 0 if challenge is None else challenge.hints_shown
        context = context_of(view, _CHARS) if isinstance(view, Walk) else None
        if challenge is None or context is None:
            return []
        rows = (hint_rows(context, challenge, at, 76) for at in range(heard, self._hints))
        return [text_of(row) for hint in rows for row in hint]

    def _unheard(self, session: Session, announced: str) -> str:
        """Return what is new of an announcement of training that was heard as far as it is."""
        if not isinstance(session, Walk) or is_training(session) or session.train.sweeping:
            return announced
        (before, heard), rows = self._rested, announced.split("\n")
        self._rested = session, rows
        as_far = session.run, session.train.snapshot.iterations
        if before is None or (before.run, before.train.snapshot.iterations) != as_far:
            return announced
        # What follows the costs is as it was, but for where the teacher points.
        costs = announced.partition("\nparameters")[0].split("\n")
        return "\n".join(row for row in costs if row not in heard)


class LineEditor:
    """Makes lines of what a terminal sends that edits none itself, and echoes them.

    Args:
        echoes: Whether the terminal shows what is typed only where it is sent back.
    """

    LONGEST = 500

    def __init__(self, echoes: bool) -> None:
        self._echoes = echoes
        self._text = ""
        self._after_return = False

    def feed(self, text: str) -> tuple[list[str], str]:
        """Return the lines that end in a text, and what is echoed."""
        lines: list[str] = []
        echo: list[str] = []
        for character in text:
            is_pair, self._after_return = self._after_return, character == "\r"
            match character:
                case "\n" if is_pair:
                    continue
                case "\r" | "\n":
                    lines.append(self._text)
                    self._text = ""
                    echo.append("\r\n")
                case "\x7f" | "\b":
                    if self._text:
                        self._text = self._text[:-1]
                        echo.append("\b \b")
                case "\x03" | "\x04" if not self._text or character == "\x03":
                    lines.append(":q")
                case _ if character.isprintable() and len(self._text) < self.LONGEST:
                    self._text += character
                    echo.append(character)
        return lines, "".join(echo) if self._echoes else ""
