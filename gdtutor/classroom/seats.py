"""Who sits where in a class, and what is taught: the values that `room` makes from each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gdtutor.classroom.polls import Poll, ToldVerdict
from gdtutor.session.effects import Effect
from gdtutor.session.state import AutoPlay, ClassRole, Prompt, Screen, Session, Walk, differs
from gdtutor.values import Struct, field, replace

GOES_BACK = " . goes back to your own walk."


class Seat(Struct, frozen=True, eq=False):
    """One student's place in the class, which a lost connection leaves as it is."""

    name: str
    pin: str
    """What brings the student back to the seat."""
    own: Session | None = None
    """Where the student walks alone; None where the seat follows."""
    at: str = ""
    """The same as the student's own gdtutor says it; empty where none does."""
    kept: Session | None = None
    """Where they walked alone before they came back to the class."""
    draft: Prompt | None = None
    """The input of the class's open question; None where it is not open here."""
    typed: str = ""
    """What stood in that input when it was left."""
    out: str = ""
    """Why the open question is not the seat's; empty where it is."""
    view: Session | None = None
    """The step of the open question as the seat has scrolled it; None where it sees what all do."""
    is_here: bool = True
    help_turn: int = 0
    """How late the seat has asked for help, from 1; 0 where it asks for none."""
    verdict: ToldVerdict | None = None
    """Of the student's own program, the last one; None where none was told."""
    notice: str = ""
    """One line for the student; gone with the next key."""
    is_passing: bool = False
    """Whether the notice is gone with the class's next step as well."""

    @property
    def wants_help(self) -> bool:
        """Whether the seat asks for help."""
        return self.help_turn > 0

    @property
    def is_out(self) -> bool:
        """Whether the seat has left the open question, or was elsewhere when it was asked."""
        return bool(self.out)


class Classroom(Struct, frozen=True, eq=False):
    """The class."""

    taught: Session
    """What the teacher's screen shows."""
    shared: Session
    """The same as students see it, without what is typed and said on the teacher's own screen."""
    seats: Mapping[str, Seat] = field(default_factory=dict)
    is_locked: bool = False
    """Whether everyone follows."""
    polls: tuple[Poll, ...] = ()
    """The questions that were asked, the last one last."""
    shows_results: bool = False
    """Whether the answers to the last question stand on every screen, once it is closed."""
    judges_later: bool = False
    """Whether answers wait to be judged beside; they are judged as they are entered else."""

    @property
    def poll(self) -> Poll | None:
        """The question that is open."""
        return self.polls[-1] if self.polls and self.polls[-1].is_open else None

    @property
    def results(self) -> Poll | None:
        """The closed question whose answers stand on every screen."""
        return self.polls[-1] if self.shows_results and self.polls and not self.poll else None


Work = Callable[[Session], tuple[Session, tuple[Effect, ...]]]
"""What a student's own walk has to compute for a key."""


class Begun(Struct, frozen=True, eq=False):
    """The class after a key, but for what the student's own walk has to compute for it."""

    room: Classroom
    effects: tuple[Effect, ...] = ()
    work: Work | None = None
    """Takes the walk where `room` has it; None where there is nothing to compute."""
    before: Seat | None = None
    """The seat as it stays where the work is refused; None where it walks alone anyway."""

    def worked(self, seat: Seat, after: Session) -> Seat:
        """Return a seat with what the work has come to."""
        own, before = seat.own, self.before
        if before is None or own is None or not after.is_error:
            return replace(seat, own=after)
        # What is refused leads nowhere.
        goes = differs(own, after, "moment", "step")
        return replace(seat, own=after) if goes else replace(before, notice=after.message)


def opened_room(session: Session) -> Classroom:
    """Return a class that nobody has joined."""
    return Classroom(session, shared_session(session))


def shared_session(session: Session) -> Session:
    """Return a session as students see it."""
    shared = replace(
        session,
        screen=session.behind if session.screen is Screen.HELP else session.screen,
        prompt=None, message="", is_error=False, command="", count="", saving="",
        auto=AutoPlay(), broken=(),
        around=replace(session.around, keys=(), class_role=ClassRole.FOLLOWER),
    )  # fmt: skip
    if not isinstance(shared, Walk) or shared.challenge is None:
        return shared
    return replace(shared, challenge=replace(shared.challenge, tried=(), hints_shown=0))


def kept_walk(own: Session | None) -> Walk | None:
    """Return a walk as one can go back to it; None where nothing was changed on the way."""
    if not isinstance(own, Walk) or not (own.changes or own.train.snapshot.iterations):
        return None
    return own.paused()


def with_seat(room: Classroom, seat: Seat) -> Classroom:
    """Return the class with a seat as it is now."""
    return replace(room, seats={**room.seats, seat.name: seat})


def with_help(room: Classroom, seat: Seat) -> Classroom:
    """Return the class with a seat that asks for help behind all others, or no longer does."""
    if seat.wants_help:
        return with_seat(room, replace(seat, help_turn=0, notice="You no longer ask for help."))
    turn = max(other.help_turn for other in room.seats.values()) + 1
    told = "The teacher sees that you ask for help; ! takes it back."
    return with_seat(room, replace(seat, help_turn=turn, notice=told))
