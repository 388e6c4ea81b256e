"""A failing lesson made shorter: lines, examples and words left out while it still fails."""

from __future__ import annotations

import re
from dataclasses import replace
from time import monotonic

_EXAMPLES = re.compile(r"^examples = (\[.*\])$", re.MULTILINE)


def shrunk(case, fails, seconds):
    """Return a case that still fails and from which nothing more can be left out.

    Args:
        case: The case.
        fails: Says whether a case fails.
        seconds: When to be content with what there is.
    """
    until, is_shorter = monotonic() + seconds, True
    while is_shorter:
        is_shorter = False
        for smaller in _smaller(case):
            if monotonic() > until:
                return case
            if fails(smaller):
                case, is_shorter = smaller, True
                break
    return case


def _smaller(case):
    for at in range(0, len(case.words), 2):
        yield replace(case, words=case.words[:at] + case.words[at + 2 :])
    lines = case.text.split("\n")
    for at in range(4, len(lines)):
        if not lines[at].startswith(("+++", "```", "examples")):
            yield replace(case, text="\n".join(lines[:at] + lines[at + 1 :]))
    for at, line in enumerate(lines):
        name, sign, formula = line.partition(" = ")
        parts = re.split(r" \+ (?![^(]*\))", formula)
        if sign and len(parts) > 1:
            for i in range(len(parts)):
                rest = " + ".join(parts[:i] + parts[i + 1 :])
                yield replace(
                    case, text="\n".join([*lines[:at], f"{name} = {rest}", *lines[at + 1 :]])
                )
    if found := _EXAMPLES.search(case.text):
        rows = re.findall(r"\[[^\[\]]*\]", found[1])
        for at in range(len(rows) if len(rows) > 1 else 0):
            kept = ", ".join(rows[:at] + rows[at + 1 :])
            yield replace(case, text=_EXAMPLES.sub(f"examples = [{kept}]", case.text))
