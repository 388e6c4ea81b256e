"""The speaker's keys: the stops of a talk, the file that they stand in, and the private notes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from gdtutor.classroom.stops import (
    SpeakerNotes,
    Talk,
    append_stop,
    read_talk,
    reorder_stops,
    write_notes,
)
from gdtutor.drive.background import Job
from gdtutor.engine.errors import GdTutorError
from gdtutor.session.link import command_of
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Walk
from gdtutor.session.update import Action, StopOpened, Told
from gdtutor.values import Struct
from gdtutor.view.frame import Line, Lines, Style
from gdtutor.view.lines import line

NEXT, PREVIOUS, OVERVIEW, KEEP = "greater_than_sign", "less_than_sign", "O", "K"


class PodiumServices(Struct, frozen=True):
    """What the podium needs from outside."""

    open_link: Callable[[str], Walk]
    """Opens the place of a link; raises GdTutorError. Called in a thread."""
    notes: Path | None
    """Where the speaker's second terminal looks."""
    clock: Callable[[], float]
    """Tells the time in seconds since 1970."""


class Podium:
    """Holds where a talk is.

    Args:
        file: The file of stops; None where none is open.
        services: What is needed from outside.

    Raises:
        GdTutorError: The file cannot be read.
    """

    def __init__(self, file: Path | None, services: PodiumServices) -> None:
        self.file = file
        self.talk = None if file is None else read_talk(file)
        self.at = -1
        """The stop, from 0; -1 before the first one."""
        self._services = services
        self._began = services.clock()
        self._is_opening = False
        self.problems: tuple[str, ...] = ()
        """What is wrong with stops that open nothing."""
        self.notes: SpeakerNotes | None = None
        """What the speaker alone sees now; None before there is anything."""
        self.secret = ""
        """Opens the notes on another machine; empty where nothing does."""
        self.listeners: set[Callable[[], None]] = set()
        """Called when the notes have changed."""
        self._elsewhere, self.is_over = "", False
        self._room = ""
        self._act: Callable[[Action], None] = lambda _: None
        self._pass_on: Callable[[Callable[[], None]], object] = lambda work: work()

    def begin(
        self, act: Callable[[Action], None], pass_on: Callable[[Callable[[], None]], object]
    ) -> None:
        """Go to the first stop, in the app's event loop."""
        self._act, self._pass_on = act, pass_on
        self.tell()
        if self.talk is not None:
            self.go(0)

    def open_to(self, where: str, secret: str) -> None:
        """Show the notes on another machine, too, to who has the secret.

        Args:
            where: Host and port of the class.
            secret: The teacher's, which stands in the notes and nowhere else.
        """
        self.secret = secret
        self._elsewhere = f"gdtutor join --notes {where}, secret {secret}"

    @property
    def passed(self) -> float:
        """Seconds since the talk began."""
        return self._services.clock() - self._began

    def takes(self, press: Press, count: int = 1) -> bool:
        """Take the keys of the stops that lead so many further, or back."""
        if self.talk is None or press.key not in (NEXT, PREVIOUS):
            return False
        self.follow_file()
        to = self.at + (count if press.key == NEXT else -count)
        # A count that leads beyond the talk leads to its end; one step says that it is there.
        self.go(min(max(to, 0), len(self.talk.stops) - 1) if count > 1 else to)
        return True

    def go(self, number: int) -> None:
        """Go to a stop; it is opened in a thread, since it may have to train."""
        talk = self.talk
        if talk is None or self._is_opening:
            return
        if not 0 <= number < len(talk.stops):
            self._act(Told("This is the last stop." if number > 0 else "This is the first stop."))
            return
        self._is_opening = True
        open_stop = partial(self._services.open_link, talk.stops[number].link)
        Job(open_stop, lambda job: self._opened(number, job), self._pass_on)

    def _opened(self, number: int, job: Job[Walk]) -> None:
        self._is_opening = False
        if self.at < 0 and self.talk is not None:
            self._check(self.talk)
        # A stop that opens nothing is one to go on from.
        self.at = number
        try:
            self._act(StopOpened(job.result()))
        except GdTutorError as error:
            self._act(Told(f"Stop {number + 1}: {error}; > goes on", is_error=True))
        self.tell()

    def follow_file(self) -> None:
        """Read the file again, as it was saved last, and stay at the stop where it is left."""
        old = self.talk
        if self.file is None or old is None:
            return
        try:
            talk = read_talk(self.file)
        except GdTutorError as error:
            self._act(Told(str(error), is_error=True))
            return
        if talk == old:
            return
        here = old.stops[self.at].link if self.at >= 0 else ""
        same = [number for number, stop in enumerate(talk.stops) if stop.link == here]
        nearest = min(same, key=lambda number: abs(number - self.at), default=self.at)
        self.talk, self.at, self.problems = talk, min(nearest, len(talk.stops) - 1), ()
        self._check(talk)

    def _check(self, talk: Talk) -> None:
        """Have all links opened once, in a thread, and say which ones open nothing."""

        def problems() -> list[str]:
            found = []
            for number, stop in enumerate(talk.stops, 1):
                try:
                    place = self._services.open_link(stop.link)
                except GdTutorError as error:
                    found.append(f"stop {number}: {error}")
                else:
                    # A key of the link that was refused leads elsewhere.
                    refused = place.message if place.is_error else ""
                    refused = place.prompt.error if place.prompt else refused
                    found += [f"stop {number}: {refused}"] if refused else []
            return found

        def tell(job: Job[list[str]]) -> None:
            found = job.result()
            if found:
                self.problems = tuple(found)
                many = f" ({len(found)} stops open nothing, O shows them)" if found[1:] else ""
                self._act(Told(found[0][:1].upper() + found[0][1:] + many, is_error=True))

        Job(problems, tell, self._pass_on)

    def keep(self, session: Session) -> str:
        """Append a place to the file of stops, and return what came of it.

        Raises:
            GdTutorError: No lesson is open, or the file cannot be written.
        """
        if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
            raise GdTutorError("no lesson is open", "a stop is a place in one")
        assert self.file is not None
        number = append_stop(self.file, command_of(session))
        self.talk = read_talk(self.file)
        self.at = number - 1
        self.tell()
        return f"Stop {number} of {self.file.name}: this place."

    def rearrange(self, way: int) -> str:
        """Move the present stop by so many, or remove it where that is 0; return what came of it.

        Raises:
            GdTutorError: It cannot go there, or the file cannot be written.
        """
        self.follow_file()
        talk, at = self.talk, self.at
        if talk is None or self.file is None or at < 0:
            raise GdTutorError("no stop is open", "3 Enter opens stop 3")
        if not 0 <= at + way < len(talk.stops):
            raise GdTutorError(f"stop {at + 1} is the {'last' if way > 0 else 'first'} one")
        order = list(range(len(talk.stops)))
        order.remove(at)
        order[at + way : at + way] = [at] if way else []
        reorder_stops(self.file, order)
        # Where it was removed, the next one comes next.
        self.talk, self.at, self.problems = read_talk(self.file), at + (way or -1), ()
        self.tell()
        return f"Stop {at + 1} is {f'stop {self.at + 1} now' if way else 'removed, with its note'}."

    def rows(self) -> Lines:
        """Return the overview of the stops."""
        talk = self.talk
        if talk is None or self.file is None:
            return (line("No file of stops is open: K keeps this place in one."),)
        problems = [line((problem, Style.ERROR)) for problem in self.problems]
        stops = [_stop_row(talk, number, self.at) for number in range(len(talk.stops))]
        keys = "[ ] move >, Delete twice removes it; 3 Enter opens stop 3, then O again"
        edits = f"notes: edit {self.file.name}; O follows it"
        return (*problems, line((keys, Style.DIM)), line((edits, Style.DIM)), *stops)

    def tell(self, room: str | None = None) -> None:
        """Tell the speaker's other terminals where the talk is, and how the class does.

        Args:
            room: The class in lines; None where it is as it was.
        """
        self._room = self._room if room is None else room
        talk, path = self.talk or Talk("", ()), self._services.notes
        stop = talk.stops[self.at] if self.at >= 0 else None
        following = talk.stops[self.at + 1].link if self.at + 1 < len(talk.stops) else ""
        notes = SpeakerNotes(
            title=talk.title,
            stop=self.at + 1,
            stops=len(talk.stops),
            note="" if stop is None else stop.note,
            following=following,
            planned=talk.planned(max(self.at, 0)),
            minutes=0.0 if stop is None else stop.minutes,
            began=self._began,
            room=self._room,
            process=os.getpid(),
            elsewhere=self._elsewhere,
        )
        self.notes = notes
        self._call_listeners()
        if path is not None:
            Job(lambda: write_notes(path, notes))

    def _call_listeners(self) -> None:
        for hear in tuple(self.listeners):
            hear()

    def end(self) -> None:
        """Have the speaker's other terminals say that no talk is given."""
        self.is_over = True
        self._call_listeners()
        if self.notes is not None and self._services.notes is not None:
            with contextlib.suppress(OSError):
                self._services.notes.unlink()


def _stop_row(talk: Talk, number: int, at: int) -> Line:
    stop = talk.stops[number]
    mark = ("> ", Style.CURRENT) if number == at else ("  ", Style.TEXT)
    minutes = f"{stop.minutes:g} min  " if stop.minutes else ""
    return line(mark, f"{number + 1:>3}  {minutes}", stop.link.removeprefix("gdtutor "))
