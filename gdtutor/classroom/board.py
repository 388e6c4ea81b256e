"""What the teacher's screen says of the class: one line, the panel of names, and the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gdtutor.classroom.polls import (
    CHOSEN_RIGHT,
    RIGHT,
    Poll,
    ToldVerdict,
    answerers,
    given,
    round_of,
    rounds_before,
    spread,
)
from gdtutor.classroom.seats import Classroom, Seat
from gdtutor.engine.characters import cells, padded
from gdtutor.session.link import place_of
from gdtutor.session.state import AroundKey, Playing, Screen, Session, Walk
from gdtutor.values import Struct
from gdtutor.view.boxes import Panel, boxed
from gdtutor.view.frame import Area, Chars, Frame, Line, Lines, Style
from gdtutor.view.lines import fitted, line, shortened, width_of, wrapped
from gdtutor.view.notation import plain

KEYS = "A ask; B answers, for all; L all follow, or not; H help is given; C closes"
STOP_KEYS = "> < next and previous stop; O all stops; K keeps this place as a stop"
TALK_KEYS = (
    AroundKey("greater_than_sign", ">", "next stop of the talk; 3> goes on by three"),
    AroundKey("less_than_sign", "<", "previous stop of the talk"),
    AroundKey("O", "O", "overview of the talk's stops; 3 Enter opens the third, [ ] Delete edit"),
    AroundKey("K", "K", "keep this place as a stop of the talk"),
)
CLASS_KEYS = (
    AroundKey("A", "A", "ask the class a question of your own"),
    AroundKey("B", "B", "how the class has answered, on every screen"),
    AroundKey("L", "L", "have the class follow, or walk alone again"),
    AroundKey("C", "C", "the class: how to join, who is where, who asks for help"),
    AroundKey("H", "H", "in the panel C: help is given to who has waited longest"),
)
WITH_ALT = "While you type, these keys need Alt, as in Alt+B, or Esc before them."
LATER = "What is right is marked once the class has gone on to it."
WIDEST_BAR = 30


class Invitation(Struct, frozen=True):
    """How to join."""

    title: str
    address: str
    port: int
    code: str
    fingerprint: str

    @property
    def command(self) -> str:
        """What a student types; NAME is theirs to choose."""
        port = "" if self.port == 22 else f"-p {self.port} "
        return f"ssh {port}NAME@{self.address}"


def class_line(room: Classroom, invitation: Invitation, width: int, chars: Chars) -> Line:
    """Return the line at the bottom of the teacher's screen."""
    key = "C" if room.taught.prompt is None else "Alt+C"
    bare = line(" code ", (invitation.code, Style.KEY))
    code = (*bare, *line(f"  {key} class"))
    join = (*line(" ", (invitation.command, Style.KEY), " "), *code)
    facts = counts(room)
    brief = tuple(map(_brief, facts))
    lean = tuple(fact for fact in brief if not fact.endswith(" follow"))
    helped = [number for number, fact in enumerate(lean, 1) if " need" in fact]
    is_busy, least = bool(helped) or room.poll is not None, max([*helped, min(len(lean), 2)])
    # Whoever answers or asks for help is told of before how to join, which the panel says as well.
    for head, shown in (
        (join, facts), (join, (*facts[:-1], brief[-1])), (join, brief),
        *([] if is_busy else [(join, lean), (join, lean[:least])]),
        (code, brief), (bare, brief), ((), brief),
        ((), lean[:least]), ((), [fact.removesuffix(" answered") for fact in lean[:least]]),
        (code, lean[least - 1 : least]),
    ):  # fmt: skip
        whole = (*head, *line("  ", ("  ".join(shown), Style.GOOD)))
        if width_of(whole) <= width:
            break
    return fitted(whole, width, chars)


def noted(room: Classroom) -> str:
    """Return the class as the speaker alone sees it: who calls for help, and who answered what."""
    rows = [", ".join(counts(room))]
    groups = [("help, the longest wait first", [s.name for s in _calls(room) if s.is_here])]
    poll = room.poll
    if poll is not None:
        asked = (seat for seat in room.seats.values() if seat.is_here and not seat.is_out)
        waiting = [seat.name for seat in asked if seat.name not in poll.replies]
        groups += [("asked", [poll.read()[0]]), *answerers(poll), ("no answer yet", waiting)]
        for number, one in enumerate(rounds_before(room.polls, poll), 1):
            groups += [(f"round {number}, {what}", names) for what, names in answerers(one)]
    programs: dict[str, list[str]] = {}
    for name, seat in room.seats.items():
        if (told := seat.verdict) is not None:
            slip = f" ({told.slip})" if told.slip else ""
            at = f"program {told.right} of {told.asked} {_where_it_departs(room, told)}{slip}"
            programs.setdefault(at, []).append(name)
    rows += [f"{what}: {', '.join(names)}" for what, names in (*groups, *programs.items()) if names]
    return "\n".join(rows)


def _calls(room: Classroom) -> list[Seat]:
    """Return the seats that ask for help, the one that has waited longest first."""
    waiting = (seat for seat in room.seats.values() if seat.wants_help)
    return sorted(waiting, key=lambda seat: seat.help_turn)


def _brief(fact: str) -> str:
    """Return a fact of the class in fewer words."""
    return fact.partition(" at ")[0].replace("asks for", "needs").replace("ask for", "need")


def counts(room: Classroom) -> tuple[str, ...]:
    """Return how many are here, where they are, and how many have answered or ask for help."""
    here = [seat for seat in room.seats.values() if seat.is_here]
    away = [seat for seat in here if seat.own is not None]
    facts = [f"{len(here)} here", *["locked"][: room.is_locked]]
    poll = room.poll
    if poll is not None:
        asked = [seat for seat in here if not seat.is_out or seat.name in poll.replies]
        answered = f"{sum(s.name in poll.replies for s in asked)}/{len(asked)} answered"
        facts.append(": ".join(filter(None, (round_of(room.polls, poll), answered))))
    if helped := sum(seat.wants_help for seat in here):
        facts.append(f"{helped} ask{'s' if helped == 1 else ''} for help")
    if not room.is_locked:
        facts.append(f"{len(here) - len(away)} follow")
    if away:
        places = {seat.at or place(seat.own) for seat in away if seat.own is not None}
        at = f" at {places.pop()}" if len(places) == 1 else ""
        facts.append(f"{len(away)} elsewhere{at}")
    return tuple(facts)


def place(session: Session) -> str:
    """Return where a student is who walks alone."""
    if not isinstance(session, Walk) or session.screen is Screen.LIBRARY:
        return "the library"
    if isinstance(session, Playing) and session.screen is Screen.PLAY:
        return "the playground"
    at = place_of(session).removeprefix("0/") or "the opening page"
    return "training" if session.screen is Screen.TRAIN else at


def panel_rows(room: Classroom, invitation: Invitation, width: int, chars: Chars) -> Lines:
    """Return the panel of the class: how to join, then who is where.

    It may stand on a projector: beside a name stands no answer and no verdict, and while a question
    is open only whether there is an answer.
    """
    told = () if room.poll else programs(room)
    rows = [
        *wrapped(invitation.command, width - 4, Style.KEY),
        line("join code ", (invitation.code, Style.KEY)),
        *wrapped(f"host key {invitation.fingerprint}", width - 4, Style.DIM),
        *(row for text in (KEYS, STOP_KEYS, *told) for row in wrapped(text, width - 4, Style.DIM)),
        *(wrapped(WITH_ALT, width - 4, Style.WARNING) if room.taught.prompt else ((),)),
    ]
    others = sorted((s for s in room.seats.values() if not s.wants_help), key=lambda s: s.name)
    seats = [*_calls(room), *others]
    longest = max((cells(seat.name) for seat in seats if seat.is_here), default=0)
    here = [_seat_row(room, seat, longest) for seat in seats if seat.is_here]
    gone = [seat.name for seat in seats if not seat.is_here]
    rows += here or [line("Nobody is here." if gone else "Nobody has joined yet.")]
    if gone:
        rows += [(), *wrapped(f"{len(gone)} not here: {', '.join(gone)}", width - 4, Style.DIM)]
    return tuple(rows)


def programs(room: Classroom) -> tuple[str, ...]:
    """Return how many students' programs depart first where, in a line; none where none is told."""
    verdicts = [seat.verdict for seat in room.seats.values() if seat.verdict is not None]
    at = Counter(_where_it_departs(room, told) for told in verdicts).most_common(4)
    told = ", ".join(f"{count} {where}" for where, count in at)
    return (f"programs, each judged on its own machine: {told}",) if at else ()


def _where_it_departs(room: Classroom, told: ToldVerdict) -> str:
    is_taught = isinstance(room.shared, Walk) and room.shared.lesson.id == told.lesson
    where = "right" if told.right == told.asked else "right so far"
    where = f"at {told.first}" if told.first else where
    return where if is_taught else f"{where} in {told.lesson}"


def _seat_row(room: Classroom, seat: Seat, longest: int) -> Line:
    mark = ("! ", Style.WARNING) if seat.wants_help else ("  ", Style.TEXT)
    where = "follows" if seat.own is None else f"at {seat.at or place(seat.own)}"
    if room.poll is not None:
        where = "" if seat.own is None else "elsewhere"
    told = "has answered" if room.poll is not None and seat.name in room.poll.replies else ""
    answered = f"{told:14}" * (room.poll is not None)
    return line(mark, padded(seat.name, longest + 2), (answered, Style.DIM), where)


def answer_rows(polls: Sequence[Poll], width: int, chars: Chars) -> Lines:
    """Return the spread of the answers to the last question as bars, beside an earlier round."""
    if not polls:
        return (line("No question was asked yet: A asks one."),)
    last = polls[-1]
    if last.is_open:
        return wrapped(f"{len(last.replies)} answered. The next step closes it.", width - 4)
    asked = wrapped(last.read(chars)[0], width - 4, Style.TITLE)[:2]
    rounds = [last, *rounds_before(polls, last)[-1:]]
    # Who are asked once more are not to know yet what is right.
    later = () if last.is_revealed else wrapped(LATER, width - 4, Style.DIM)
    bars = [_bars_of(poll, is_revealed=last.is_revealed) for poll in rounds]
    now, *before = _bars(bars, width, chars)
    now = (*later, *now)
    for bars_before in before:
        head = line((round_of(polls, last), Style.TITLE))
        earlier = line((f"round {len(rounds_before(polls, last))}", Style.TITLE))
        now = (head, *now, (), earlier, *bars_before)
    return (*asked, *now)


_Bars = Sequence[tuple[str, int, Style]]
"""What each bar is of, how long it is, and how it looks."""


def _bars_of(poll: Poll, *, is_revealed: bool) -> _Bars:
    """Return how many gave each verdict; before it is told what is right, each answer."""
    if not is_revealed:
        return [(answer, count, Style.TEXT) for answer, count in given(poll)]

    def style(verdict: str) -> Style:
        is_right = verdict.endswith(CHOSEN_RIGHT) if poll.is_of_choices else verdict == RIGHT
        return Style.GOOD if is_right else Style.WARNING

    return [(verdict, count, style(verdict)) for verdict, count in spread(poll)]


def _bars(rounds: Sequence[_Bars], width: int, chars: Chars) -> Iterator[Lines]:
    """Yield the bars of each round, all of one scale, so that they compare."""
    rounds = [[(plain(told, chars), count, style) for told, count, style in one] for one in rounds]
    counted = [row for one in rounds for row in one]
    label = min(max((cells(told) for told, _, _ in counted), default=0), max(width - 16, 8))
    room = min(WIDEST_BAR, max(width - label - 12, 4))
    most, full = max((count for _, count, _ in counted), default=1), "█" if chars.unicode else "#"
    for one in rounds:
        rows = [line("Nobody answered.")][: not one]
        for told, count, style in one:
            bar = full * max(count * room // most, 1), style
            name = padded(shortened(told, label, chars), label + 1)
            # What is read aloud needs no bar.
            rows.append(line(name, bar, f" {count}") if chars.draws else line(f"{told}: {count}"))
        yield tuple(rows)


def with_rows(
    frame: Frame, title: str, rows: Sequence[Line], chars: Chars, scroll: int = 0
) -> Frame:
    """Return a frame with a box of rows over its lower part: questions stand above it."""
    height = min(len(rows) + 2, max(frame.height - 3, 3))
    box = boxed(Panel(title, tuple(rows), scroll), Area(frame.width, height, chars))
    top = max(frame.height - 2 - height, 1)
    return frame.covered(top, [fitted(row, frame.width, chars) for row in box])
