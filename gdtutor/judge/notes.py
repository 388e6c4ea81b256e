"""How a program was read: its layout, the place of 1/m, and names of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.judge.asked import AskedName, given_values
from gdtutor.judge.naming import OneStart
from gdtutor.judge.source import ProgramText
from gdtutor.judge.starts import AskedProgram


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


def taken_of(starts: Sequence[OneStart]) -> tuple[int, ...]:
    """Return the examples that a program takes in the place of all in their order, on any start."""
    return next((start.taken for start in starts if start.taken), ())


def passes_of(starts: Sequence[OneStart]) -> int:
    """Return how many passes of a program are judged, one after the other."""
    return 1 + any(s.case.facts.get("passes") or s.case.facts.get("again") for s in starts)


def unjudged_from(starts: Sequence[OneStart]) -> int:
    """Return the line behind a loop that was left early, from which on nothing is judged."""
    return max((int(s.case.facts.get("after", 0)) for s in starts), default=0)


def mean_taken_late(
    wrong: Sequence[AskedName], there: Sequence[AskedName], starts: Sequence[OneStart]
) -> list[AskedName]:
    """Return the gradients before the weights of a program that takes 1/m at the weights.

    Where dW = dZ·Aᵀ/m, dZ is m times the gradient of the cost: another way to write it down.
    """
    ends = [a for a in there if a.is_gradient and a not in wrong]
    parameters = set(starts[0].moment.problem.parameters) if starts else set()
    if not any(a.node in parameters for a in ends):
        return []
    late = [a for a in wrong if a.is_gradient and a.node not in parameters]
    for a in late:
        for start in starts:
            reading, m = start.readings[a.name], len(start.moment.batch)
            if m < 2 or reading.value is None:
                return []
            if not np.all(np.abs(reading.value - m * reading.engine) <= m * reading.tolerance):
                return []
    return late


def other_names(
    missing: Sequence[str],
    right: Sequence[str],
    program: AskedProgram,
    source: ProgramText,
    starts: Sequence[OneStart],
) -> tuple[str, ...]:
    """Return how a program with names of its own is read: by a table, with what seems to be meant.

    A program of the blanks has no names of its own, and nothing is said about it.
    """
    given = {"m", "learning_rate", *given_values(program.moments[0])}
    known = {a.name for a in program.asked} | given | set(source.names.values())
    own = [name for name in source.lines if name and name not in known]
    held = {key.split()[3] for s in starts for key in s.case.facts.get("held", ())}
    # `c["A1"]` is a table, not the cost, and what holds a parameter holds nothing else.
    plain = (
        n for n in own if n not in held and not re.search(rf"\b{re.escape(n)}\[['\"]", source.text)
    )
    alike = {_plain_name(name): name for name in reversed(list(plain))}
    meant = {n: alike[_plain_name(n)] for n in missing if _plain_name(n) in alike}
    if not missing or (not meant and (right or len(own) < len(program.asked))):
        return ()
    table = ", ".join(f'"{n}": "{theirs}"' for n, theirs in meant.items()) or '"Z1": "z1", …'
    return (f"Other names than the walk's are read by a table at the top: names = {{{table}}}",)


def _plain_name(name: str) -> str:
    """Return `dw1` of `dW1`, `grad_W1` and `W1_grad`, and `yhat` of `y_hat`."""
    parts = name.lower().split("_")
    is_gradient = len(parts) > 1 and bool({"grad", "d"} & set(parts))
    return ("d" if is_gradient else "") + "".join(p for p in parts if p not in ("grad", "d"))
