"""What is said of a program: how it was read, its layout, the place of 1/m, and names of its own;
and of a slip."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.errors import did_you_mean
from gdtutor.engine.operations import Array
from gdtutor.judge.asked import AskedName, AskedProgram, engine_value, given_values, operands_of
from gdtutor.judge.blanks import is_blank
from gdtutor.judge.blend import follows
from gdtutor.judge.layout import Reading, is_near, reading_of
from gdtutor.judge.mishap import COUNT
from gdtutor.judge.naming import Departure, OneStart
from gdtutor.judge.process import ProgramCase
from gdtutor.judge.source import ProgramText, last_part
from gdtutor.session.slips import Slip, SlipMatch
from gdtutor.session.steps import Phase
from gdtutor.values import replace
from gdtutor.view.asking import SAYS, slip_text


def layout_notes(rows: bool, source: ProgramText, program: AskedProgram) -> tuple[str, ...]:
    """Return how the program was read: its layout, and what its table names for nothing."""
    given = {"m", "learning_rate", *given_values(program.moments[0])}
    known = {a.name for a in program.asked}
    layout = ("Read as examples in rows.",) if rows else ()
    unknown = (
        f"names: the walk has no '{name}'. {did_you_mean(name, known)}".rstrip()
        for name in source.names
        if name not in known | given
    )
    return (*layout, *unknown)


def pass_notes(program: AskedProgram, starts: Sequence[OneStart]) -> Iterator[str]:
    """Yield what is not judged of a program that trains: a second pass, and what stands behind."""
    trains = any(s.case.facts.get("loops") or s.case.facts.get("network") for s in starts)
    taken, whole = taken_of(starts), len(program.moments[0].batch)
    if taken:
        yield (f"Your program takes a part of the examples at a time, {len(taken)} of {whole}: it "
               "is held against the walk over those. The lesson takes all at once, and so does the "
               "walk that opens." if len(taken) < whole else
               "Your program takes the examples in another order: it is held against the walk in "
               "that order. Leave them as they are given to see the numbers of the walk that "
               "opens.")  # fmt: skip
        yield "The first pass alone is judged: the next one takes other examples."
    elif trains and program.own > 1 and passes_of(starts) == 1:
        yield ("One pass alone is judged: a gradient that is never reset, or momentum, shows in a "
               "second one.")  # fmt: skip
    after = unjudged_from(starts)
    if after:
        yield f"What stands behind the loop, from line {after} on, is not judged."


def later_pass_notes(starts: Sequence[OneStart]) -> Iterator[str]:
    """Yield that passes after the second are not judged of a loop that keeps no costs."""
    if any(s.case.facts.get("loops") for s in starts):
        yield ("Passes after the second are not judged: keep a list costs, one of each epoch, and "
               "the whole run is compared.")  # fmt: skip


def taken_of(starts: Sequence[OneStart]) -> tuple[int, ...]:
    """Return the examples that a program takes in the place of all in their order, on any start."""
    return next((start.taken for start in starts if start.taken), ())


def passes_of(starts: Sequence[OneStart]) -> int:
    """Return how many passes of a program are judged, one after the other."""
    return 1 + any(s.case.facts.get("passes") or s.case.facts.get("again") for s in starts)


def unjudged_from(starts: Sequence[OneStart]) -> int:
    """Return the line behind a loop that was left early, from which on nothing is judged."""
    return max((int(s.case.facts.get("after", 0)) for s in starts), default=0)


def with_mean_taken_late(
    there: Sequence[AskedName], starts: Sequence[OneStart]
) -> tuple[OneStart, ...]:
    """Return the starts of a program that takes 1/m at the weights, the gradients before them
    divided by m.

    Where dW = dZ·Aᵀ/m, dZ is m times the gradient of the cost: another way to write it down. It is
    so where a right gradient is made from such a one, or those of parameters are 1/m of what is
    made from it; also by others in between, and what is made of one that is so has the factor too.
    """
    back = [a for a in there if a.is_gradient]
    uses = {a.name: operands_of(a, there, starts[0].moment, starts[0].readings) for a in back}
    right = {a.name for a in back if all(s.readings[a.name].is_right for s in starts)}
    ends = [a for a in back if a.node in starts[0].moment.problem.parameters]
    inner = uses.keys() - right - {a.name for a in ends}
    times = {n for n in inner if all(_is_times_m(s, n) for s in starts)}
    late = times & {n for name in right for n in uses[name]}
    taken = {a.name for a in ends if a.name not in right and uses[a.name] & inner
             # Of nothing but zeros, any share is the same.
             and any(np.any(s.readings[a.name].raw) for s in starts)
             and all(_follows(a, there, s, 1 / max(len(s.moment.batch), 1))
                     for s in starts)}  # fmt: skip
    late |= {n for name in taken for n in uses[name] & inner
             if all(a.name in taken for a in ends if n in uses[a.name])}  # fmt: skip
    for _ in back if late else ():
        handed = {a.name for a in back if a.name in late and all(_follows(a, there, s)
                  for s in starts)}  # fmt: skip
        late |= {n for name in late for n in uses[name] & (inner if name in handed else times)}
        late |= {n for n in inner if uses[n] & late}
    return tuple(
        replace(s, readings={n: _divided(r, max(len(s.moment.batch), 1)) if n in late else r
                             for n, r in s.readings.items()})
        for s in starts
    )  # fmt: skip


def _follows(name: AskedName, asked: Sequence[AskedName], s: OneStart, share: float = 1) -> bool:
    return follows(name, asked, s.moment, s.readings, share)


def _is_times_m(start: OneStart, name: str) -> bool:
    reading, m = start.readings[name], len(start.moment.batch)
    if m < 2 or reading.value is None or reading.is_right:
        return False
    return bool(np.all(np.abs(reading.value - m * reading.engine) <= m * reading.tolerance))


def _divided(reading: Reading, m: int) -> Reading:
    value = None if reading.value is None else reading.value / m
    is_right = value is not None and is_near(value, reading.engine, reading.tolerance)
    return replace(reading, value=value, is_right=is_right)


def unread_names(missing: Sequence[str], case: ProgramCase) -> Iterator[str]:
    """Yield what stands at a missing name that cannot be compared."""
    told = case.facts.get("unread_as", {})
    yield from (
        f"{n} is {told[n]}, no array of numbers that can be compared." for n in missing if n in told
    )


def other_names(
    missing: Sequence[str],
    right: Sequence[str],
    program: AskedProgram,
    source: ProgramText,
    starts: Sequence[OneStart],
) -> tuple[str, ...]:
    """Return how a program with names of its own is read: by a table, with what seems to be meant.

    What has the numbers of a missing name is meant before what is spelled like it, and what alone
    has its shape after both. A program of the blanks has no names of its own, and nothing is said
    about it.
    """
    given = {"m", "learning_rate", *given_values(program.moments[0])}
    known = {a.name for a in program.asked} | given | set(source.names.values())
    own = [name for name in source.lines if name and name not in known]
    held = {key.split()[3] for s in starts for key in s.case.facts.get("held", ())}
    # `self.c = b` holds what is given.
    laid = given_values(starts[0].moment).values()
    others = starts[0].others().items()
    held |= {last_part(n) for n, raw in others if any(_is(raw, value) for value in laid)}
    # `c["A1"]` is a table, not the cost, and what holds a parameter holds nothing else.
    plain = (
        n for n in own if n not in held and not re.search(rf"\b{re.escape(n)}\[['\"]", source.text)
    )
    alike = {_plain_name(name): name for name in reversed(list(plain))}
    spelled = {n: alike[_plain_name(n)] for n in missing if _plain_name(n) in alike}
    # What is still a blank is not there under another name.
    lost = [n for n in missing if not is_blank(n, source)]
    numbers = _by_numbers(lost, program, starts, source)
    spelled = {n: theirs for n, theirs in spelled.items() if theirs not in numbers.values()}
    # After a line that fails, much is missing that has no other name.
    failed = any("error" in start.case.facts for start in starts)
    left = [n for n in lost if not failed and n not in numbers and n not in spelled]
    shapes = _by_shape(left, {*numbers.values(), *spelled.values(), *held}, program, starts[0])
    meant = {n: numbers.get(n) or spelled.get(n) or shapes[n] for n in missing
             if n in numbers or n in spelled or n in shapes}  # fmt: skip
    if not missing or (not meant and (right or len(own) < len(program.asked))):
        return ()
    have = [_they_have("the shape and numbers", numbers), _they_have("the shape", shapes)]
    table = ", ".join(f"{json.dumps(n)}: {json.dumps(theirs, ensure_ascii=False)}"
                      for n, theirs in meant.items()) or '"Z1": "z1", …'  # fmt: skip
    return (f"{''.join(have)}Other names than the walk's are read by a table at the top: "
            f"names = {{{table}}}",)  # fmt: skip


def _they_have(what: str, meant: Mapping[str, str]) -> str:
    """Return what names of the program have of the walk's."""
    told = ", ".join(f"{theirs} of {n}" for n, theirs in meant.items())
    return f"{told.replace(' of ', f' has {what} of ', 1)}. " if told else ""


def _by_numbers(
    missing: Sequence[str],
    program: AskedProgram,
    starts: Sequence[OneStart],
    source: ProgramText,
) -> dict[str, str]:
    """Return what the program has under a name of its own with the numbers of a missing one, on
    every start: each for one name, the first in the walk.

    The cost is not an item of a list that is added to: at the next pass that is an earlier one.
    """
    found: dict[str, str] = {}
    added_to = set(re.findall(r"([\w.]+)(?:\.append\(|\s*\+=\s*\[)", source.text))
    held = [start.others() for start in starts]
    for name in (a for a in program.asked if a.name in missing):
        engines = [engine_value(start.moment, name) for start in starts]
        fitting = (
            theirs for theirs in held[0] if theirs not in found.values()
            and (name.name != name.root or theirs.split("[")[0] not in added_to)
            and all(_is(h.get(theirs), e) for h, e in zip(held, engines, strict=True))
        )  # fmt: skip
        theirs = next(fitting, "") if any(map(np.any, engines)) else ""
        found |= {name.name: theirs} if theirs else {}
    return found


def _by_shape(
    missing: Sequence[str], taken: Container[str], program: AskedProgram, start: OneStart
) -> dict[str, str]:
    """Return what alone has the shape of a missing name that no other missing one has.

    A copy of what is given is not meant, nor an array of one number: it has been laid ready.
    """
    given = given_values(start.moment).values()
    others = {n: raw for n, raw in start.others().items() if n.isidentifier() and n not in taken
              and np.ptp(raw) > 0 and not any(_is(raw, g) for g in given)}  # fmt: skip
    shapes = {a.name: engine_value(start.moment, a).shape for a in program.asked
              if a.name in missing}  # fmt: skip
    found = {}
    for name, shape in shapes.items():
        alike = [n for n, raw in others.items() if raw.shape == shape]
        if len(alike) == 1 and list(shapes.values()).count(shape) == 1:
            found[name] = alike[0]
    return found


def _is(raw: NDArray[Any] | None, engine: Array) -> bool:
    """Say whether an array has the numbers of another one, in either layout."""
    return raw is not None and any(
        reading_of(raw, engine, turned).is_right for turned in (False, True)
    )


def _plain_name(name: str) -> str:
    """Return `dw1` of `dW1`, `grad_W1` and `W1_grad`, and `yhat` of `y_hat`."""
    parts = name.lower().split("_")
    is_gradient = len(parts) > 1 and bool({"grad", "d"} & set(parts))
    return ("d" if is_gradient else "") + "".join(p for p in parts if p not in ("grad", "d"))


def says_of(departure: Departure, match: SlipMatch, rows: bool) -> str:
    """Return what is said about the slip of a departure, by the rows of a program where examples
    are rows."""
    slip, about = match.slip, match.about
    if slip is Slip.SIGN and about:
        return f"The sign of {about} is flipped."
    if slip is Slip.OTHER_AXIS and not departure.name.is_gradient:
        which = "row by itself, axis=1" if bool(about) != rows else "column by itself"
        return f"The sum belongs over each {which}, and went over other cells."
    if is_computed(departure):
        return f"{about} was changed in place, and is no longer what it was computed as."
    if slip is Slip.OTHER_VALUE and about.startswith(COUNT):
        return f"The {about} is not the number of examples."
    if slip is Slip.STALE and departure.name.step.phase is Phase.UPDATE:
        beside = f", and {about} is taken over nowhere" if about else ""
        return f"{departure.name.name} is never updated: it is as it was given{beside}."
    more = f" {about}." if slip is Slip.TRANSPOSED and ".T" in about else ""
    second = match.second
    # The share that is looked for besides another slip is that of the batch.
    more += f" And: {SAYS[second].format(about='1/m')}" if second else ""
    return slip_text(match, about or "the value") + more


def is_computed(departure: Departure) -> bool:
    """Say whether what was changed in place is the name itself, and nothing that was given."""
    slip = departure.slip
    return slip is not None and (slip.slip, slip.about) == (Slip.IN_PLACE, departure.name.name)
