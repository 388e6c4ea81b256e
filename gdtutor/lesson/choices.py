"""What a question lets the learner choose from: texts, each with the condition that decides it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from gdtutor.lesson.conditions import (
    Comparison,
    Condition,
    Joined,
    Side,
    check_names,
    parse_condition,
    parse_side,
)
from gdtutor.lesson.mistakes import Mistake, Mistakes, Wrong, collected
from gdtutor.lesson.model import Choice
from gdtutor.lesson.readers import key, keyed, line, read_table
from gdtutor.lesson.toml_text import Path

MAX_CHOICES = 9
"""Most choices of a question: each is answered by one digit."""
MAX_SIDES = 6
"""Most values that a question compares."""
EQUAL = "they are equal"
"""The last choice of a comparison: within what rounding alone explains."""

_ALWAYS = parse_condition("0 == 0")
_NEVER = parse_condition("0 != 0")
_EXAMPLE = '{ text = "its input is 0", when = "x1 == 0" }'


@keyed
class ChoiceTable:
    """One choice that a condition decides."""

    text: str = key(line(200, 1), says=f"write {_EXAMPLE}")
    """What is chosen."""
    when: str = key(line(500, 1), says=f"write {_EXAMPLE}")
    """The condition under which it is right."""


Written = str | ChoiceTable
"""A choice as it stands in the file."""


def choice(value: object, path: Path, mistakes: Mistakes) -> Written | None:
    """Read a choice: a text, or a text with its condition."""
    if isinstance(value, dict):
        return read_table(ChoiceTable, value, path, mistakes)
    if not isinstance(value, str):
        raise Wrong("type", "this is no choice", f'write "by x", or {_EXAMPLE}')
    text: str = line(200, 1)(value, path, mistakes)
    return text


def choices_of(
    kind: str, written: Sequence[Written], names: Container[str], mistakes: Mistakes
) -> tuple[Choice, ...]:
    """Return the choices of a `choice` or a `why`; those that cannot be decided are reported.

    Args:
        kind: The question's kind.
        written: The choices in the order of the file; of plain texts the first is right.
        names: Every name of the lesson's graphs.
        mistakes: What to add to.
    """
    tables = sum(isinstance(one, ChoiceTable) for one in written)
    if len(written) < 2 or tables not in (0, len(written)) or (kind == "why" and not tables):
        hint = f"write choices = [{_EXAMPLE}, ...]"
        if kind == "choice":
            hint = f"write choices = [...], the right one first, or each as {_EXAMPLE}"
        what = "there is nothing to choose from" if len(written) < 2 else "not all have a `when`"
        mistakes.append(Mistake(("choices",), "question", what, hint))
        return ()
    found = []
    for position, one in enumerate(written):
        if isinstance(one, str):
            found.append(Choice(one, _NEVER if position else _ALWAYS))
            continue
        with collected(mistakes, "choices", position, "when", code="question"):
            condition = parse_condition(one.when)
            check_names(condition, names)
            found.append(Choice(one.text, condition))
    return tuple(found)


def sides_of(
    of: Sequence[str], names: Container[str], mistakes: Mistakes, *, smallest: bool
) -> tuple[Choice, ...]:
    """Return the choices of a `compare`: each value, where it is beyond all others, and none.

    Args:
        of: The values as written.
        names: Every name of the lesson's graphs.
        mistakes: What to add to.
        smallest: Whether the smallest is asked for.
    """
    if len(of) < 2 or len(set(of)) < len(of):
        what = "a value stands twice" if len(of) > 1 else "there is nothing to compare"
        hint = f'write of = ["abs(grad w1)", "abs(grad w2)"], 2 to {MAX_SIDES} of them'
        mistakes.append(Mistake(("of",), "question", what, hint))
        return ()
    sides = []
    for position, text in enumerate(of):
        with collected(mistakes, "of", position, code="question"):
            side = parse_side(text)
            check_names(Comparison(side, "==", side), names)
            sides.append(side)
    if len(sides) < len(of):
        return ()
    sign = "<" if smallest else ">"
    found = [Choice(s.text, _all(s, sign, [o for o in sides if o is not s]), s) for s in sides]
    return (*found, Choice(EQUAL, _all(sides[0], "==", sides[1:])))


def _all(side: Side, sign: str, others: Sequence[Side]) -> Condition:
    parts = tuple(Comparison(side, sign, other) for other in others)
    return parts[0] if len(parts) == 1 else Joined("and", parts)


def paths_of(written: Sequence[Written]) -> Iterator[tuple[Path, str]]:
    """Yield the text of every choice with its path in the question."""
    for position, one in enumerate(written):
        if isinstance(one, str):
            yield ("choices", position), one
        else:
            yield ("choices", position, "text"), one.text
