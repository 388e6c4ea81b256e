"""A program judged: which names are right, the first that departs and why, and what follows."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gdtutor.engine.numpy_text import plain_name
from gdtutor.engine.operations import Array
from gdtutor.judge.asked import (
    AskedName,
    AskedProgram,
    asked_of,
    chain_of,
    data_axes,
    ends_of,
    engine_value,
    given_values,
    operands_of,
)
from gdtutor.judge.blend import follows
from gdtutor.judge.comparing import compared_starts, updates_seen, wrong_update
from gdtutor.judge.mishap import Mishap, mishap_of, refuse_unread, turned_factors, with_the_line
from gdtutor.judge.naming import Departure, OneStart, slip_of
from gdtutor.judge.notes import (
    layout_notes,
    other_names,
    pass_notes,
    unread_names,
    with_mean_taken_late,
)
from gdtutor.judge.process import BOUNDS, Bounds, ProgramCase, run_programs
from gdtutor.judge.source import ProgramText, read_program
from gdtutor.lesson.model import Lesson
from gdtutor.session.moment import Moment
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.values import Struct, replace

_CALL = re.compile(r"[\w.]+\s*=\s*[\w.]+\(")
"""A statement that gives one name what a call returns."""


class Verdict(Struct, frozen=True, eq=False):
    """What is said about a program."""

    program: AskedProgram
    source: ProgramText
    right: tuple[str, ...]
    first: Departure | None
    """The first name of the walk that departs."""
    follows: tuple[str, ...]
    """Names that are wrong only because an earlier one is."""
    also: tuple[Departure, ...]
    """Names that are wrong by themselves, after the first."""
    missing: tuple[str, ...]
    mishap: Mishap | None
    """Where the program failed; None where it ran to its end."""
    notes: tuple[str, ...]
    """How the program was read: its layout, where it takes 1/m."""
    starts: tuple[OneStart, ...]
    rows: bool = False
    """Whether the program has its examples in rows."""
    updates: tuple[str, ...] = ()
    """The parameters of a right program whose update was seen, and is right."""

    @property
    def is_right(self) -> bool:
        """Whether every name that is asked for is there and right, and no update is wrong."""
        return self.first is None and not self.missing

    @property
    def parts(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """The names of each part of an iteration that are right, and those that are not seen."""
        right = {*self.right}, {*self.updates}
        return {
            part: (tuple(n for n in names if n in right[part == "update"]),
                   tuple(n for n in names if n not in right[part == "update"]))
            for part, names in self.program.parts.items()
        }  # fmt: skip


def job_of(program: AskedProgram, source: ProgramText, path: Path) -> dict[str, Any]:
    """Return a program with its starts, as the process takes it."""
    moments = program.moments
    graph = program.lesson.scenes[-1].graph
    rate = {"learning_rate": np.asarray(moments[0].learning_rate)} if moments[0].updates else {}
    size = {"m": np.asarray(float(len(moments[0].batch)))} if len(moments[0].batch) else {}
    more = {**size, **rate}
    cases = [
        {"given": {**more, **_given(moment)},
         "continues": index == 1 < program.own, "earlier": _earlier(program, index, more)}
        for index, moment in enumerate(moments)
    ]  # fmt: skip
    return {
        "text": source.text, "path": str(path), "folder": str(path.resolve().parent),
        "wanted": [name.name for name in program.asked],
        "parameters": list(program.lesson.starts), "data": data_axes(moments[0]),
        "chain": chain_of(graph), "ends": ends_of(graph), "cases": cases,
    }  # fmt: skip


def _earlier(program: AskedProgram, index: int, more: Mapping[str, Array]) -> dict[str, Array]:
    """Return what a second iteration begins from with two passes, where both have one batch."""
    if not index == 1 < program.own:
        return {}
    before, now = program.moments[:2]
    values, later = given_values(before), given_values(now)
    if not all(np.array_equal(values[n], later[n]) for n in data_axes(before)):
        return {}
    return {**more, **_given(before)}


def _given(moment: Moment) -> dict[str, Array]:
    """Return the given values, those with a name of Python's own also as a program calls them."""
    given = given_values(moment)
    return {**given, **{plain_name(name): value for name, value in given.items()}}


def judge(lesson: Lesson, text: str, path: Path, bounds: Bounds = BOUNDS) -> Verdict:
    """Run a program and compare it with the walk.

    Args:
        lesson: The lesson.
        text: The program.
        path: Its file, for messages, imports beside it, and lines.
        bounds: How long it may run.

    Raises:
        ProgramRefused: It is no Python, or could not be run to its end.
    """
    program = asked_of(lesson)
    source = read_program(text, str(path))
    (cases,) = run_programs([job_of(program, source, path)], bounds)
    return verdict_of(program, source, cases)


def verdict_of(program: AskedProgram, source: ProgramText, cases: Sequence[ProgramCase]) -> Verdict:
    """Compare what a program left with the walk.

    Raises:
        ProgramRefused: It ended itself, or failed before any name had a value.
    """
    asked = program.asked
    mishap = mishap_of(cases, program, source)
    rows, starts = compared_starts(program, cases, source)
    there = [a for a in asked if all(a.name in s.readings for s in starts)]
    notes = (*layout_notes(rows, source, program), *pass_notes(program, starts))
    judged = with_mean_taken_late(there, starts)
    late = [n for n, r in judged[0].readings.items() if r.is_right > starts[0].readings[n].is_right]
    if late:
        called = f"{' '.join(late)} {'are' if late[1:] else 'is'}"
        notes = (*notes, f"1/m comes later than in the walk: {called} m times its gradients.")
    wrong = [a for a in there if not all(s.readings[a.name].is_right for s in judged)]
    right = tuple(a.name for a in there if a not in wrong)
    departures = [_departure(a, judged, starts) for a in wrong]
    failed = _failed(mishap, program, right)
    order = {a.name: index for index, a in enumerate(asked)}
    if failed is not None:
        # What its line has begun to fill, as with `+=`, departs because it fails.
        departures = [d for d in departures if d.name != failed.name]
        departures = sorted([*departures, failed], key=lambda d: order[d.name.name])
    following = _following(departures, asked, judged)
    good = {*right, *following}
    own = [_explained(d, program, judged, source, good)
           for d in departures if d.name.name not in following]  # fmt: skip
    refuse_unread(own, cases[0].facts.get("unread", ()), starts, source)
    is_whole = not own and mishap is None
    first = own[0] if own else wrong_update(program, starts, source) if is_whole else None
    known = {*right, *(d.name.name for d in departures)}
    missing = tuple(a.name for a in program.wanted if a.name not in known)
    updates = updates_seen(program, starts) if is_whole and first is None else ()
    notes = (*notes, *unread_names(missing, cases[0]),
             *other_names(missing, right, program, source, starts))  # fmt: skip
    return Verdict(
        program, source, right, first, following, tuple(own[1:]), missing, mishap, notes, starts,
        rows, updates,
    )  # fmt: skip


def _departure(a: AskedName, judged: Sequence[OneStart], starts: Sequence[OneStart]) -> Departure:
    shown = next(i for i, s in enumerate(judged) if not s.readings[a.name].is_right)
    reading = starts[shown].readings[a.name]
    return Departure(a, 0, None, shown, reading, reading.engine)


def _explained(
    departure: Departure,
    program: AskedProgram,
    starts: Sequence[OneStart],
    source: ProgramText,
    good: Container[str],
) -> Departure:
    """Return a departure with its line and its slip; one that failed has both."""
    if departure.reading is None:
        return departure
    name, facts = departure.name, starts[departure.start].case.facts
    changed = facts.get("changed", {}).get(source.names.get(name.name, name.name))
    made, called = _lines_of(name.name, facts.get("lines", {}), source, good)
    line = changed or made
    slip = slip_of(name, program.asked, starts, source.shown(name.name, line))
    if slip is not None and slip.slip is Slip.IN_PLACE:
        own = facts.get("revised", {}).get(source.names.get(name.name, name.name))
        line = facts.get("inputs_changed", {}).get(slip.about) or changed or own or line
    if slip is not None and slip.slip is Slip.OTHER_VALUE and not changed:
        # A function is handed the value by the line that calls it, unless all its results depart.
        lines = facts.get("lines", {})
        alike = {n for n in lines if made in lines[n][1:2]} - {name.name}
        line = made if alike and not any(n in good for n in alike) else called
    is_part = 0 < len(starts[departure.start].taken) < len(program.moments[0].batch)
    if slip is not None and slip.slip is Slip.SHARE_TWICE and is_part:
        # Of two of four examples, 1/m of all of them is 1/2 twice.
        is_all = re.search(r"\bm\b", source.statement(line)) is not None
        slip = SlipMatch(Slip.OTHER_VALUE, "m") if is_all else slip
    if slip is not None and slip.slip is Slip.TRANSPOSED:
        trace = program.moments[0].traces[name.step.scene]
        slip = replace(slip, about=turned_factors(name, trace, source, line) or slip.about)
    slip, line = with_the_line(slip, line, name, starts[departure.start], source)
    helper, at = source.called_of(line, facts.get("lines", {}).get(name.name, (0,))[1:])
    return replace(departure, line=line, slip=slip, helper=helper, called=at)


def _lines_of(
    name: str, lines: Mapping[str, Sequence[int]], source: ProgramText, good: Container[str]
) -> tuple[int, int]:
    """Return the line that has made the value of a name, and where that is in a function of one
    value the line that calls it; 0 where none is known.

    Where the very value is an earlier name's, or right as another's, or its line has made one that
    is, it is the next line that binds it: `Yhat = Z2`, `A1 = sigmoid(X)`.
    """
    value, *bound = lines.get(name, (0,))
    if not bound:
        return (source.line_of(name),) * 2
    following = bound[min(1, len(bound) - 1)]
    called = following if _CALL.match(source.written(following)) else bound[0]
    # A later name of the very value has been handed it, as Yhat of `Yhat = Z2`.
    later = list(lines)[list(lines).index(name) :]
    others = (lines[n] for n in lines
              if (n in good if n in later else n in good or lines[n][0] == value)
              and (n not in later or lines[n][0] != value))  # fmt: skip
    for other in others:
        if other[0] == value:
            own = next((n for n in bound[1:] if source.binds_alike(n, name)), following)
            return own, own
        if other[1:2] == [bound[0]]:
            return called, called
    return bound[0], called


def _failed(
    mishap: Mishap | None, program: AskedProgram, right: Container[str]
) -> Departure | None:
    """Return the name whose own line failed, where it is one that is asked for."""
    if mishap is None or not mishap.name or mishap.name in right:
        return None
    name = next(a for a in program.asked if a.name == mishap.name)
    moment = program.moments[mishap.start]
    engine = engine_value(moment, name)
    return Departure(name, mishap.line, mishap.slip, mishap.start, None, engine)


def _following(
    departures: Sequence[Departure], asked: Sequence[AskedName], starts: Sequence[OneStart]
) -> tuple[str, ...]:
    """Return the names whose values are what the walk's formulas make of the program's own.

    From a value whose shape fits nothing, or that is no number, nothing can be made: what stands on
    it waits.
    """
    wrecked = {d.name.name for d in departures if _is_wrecked(d.name.name, starts)}
    return tuple(
        d.name.name
        for d in departures[1:]
        if _made_of(d.name, asked, starts[0]) & wrecked
        or all(follows(d.name, asked, s.moment, s.readings) for s in starts)
    )


def _made_of(name: AskedName, asked: Sequence[AskedName], start: OneStart) -> set[str]:
    """Return what a value is made of, of a gradient what has its shape as well."""
    alike = {a.name for a in asked if a.is_gradient < name.is_gradient and a.node == name.node}
    return operands_of(name, asked, start.moment, start.readings) | alike


def _is_wrecked(name: str, starts: Sequence[OneStart]) -> bool:
    values = [s.readings[name].value if name in s.readings else None for s in starts]
    return not all(value is not None and np.all(np.isfinite(value)) for value in values)
