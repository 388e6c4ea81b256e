"""Which names a lesson may give to its values."""

from __future__ import annotations

from gdtutor.engine.errors import spelled
from gdtutor.engine.expression import MAX_NAME, NAME
from gdtutor.lesson.reports import shown

MAX_GIVEN = 2_000
"""Most given values of a lesson."""

SETTABLE = ("learning_rate", "optimizer", "activation")
"""Words that `--set` takes beside the names of values, so that no value may have them."""


def name_problem(name: str) -> tuple[str, str, str] | None:
    """Return code, what is wrong and what to do, None where the name can be used in formulas."""
    if len(name) > MAX_NAME:
        what = f"'{shown(name)}' has {len(name)} characters"
        return "bound", what, f"a name has at most {MAX_NAME}"
    if not name.isascii():
        odd = next(character for character in name if not character.isascii())
        what = f"'{shown(name)}' holds the character U+{ord(odd):04X}, which is not ASCII"
        if spelled(odd):
            return "name", what, f"write {spelled(odd)}: many Greek letters are shown as such"
        return "name", what, "names are made of a to z, A to Z, digits and _; type it anew"
    if name[-1:] in tuple("+-*/@") and NAME.fullmatch(name[:-1].strip()):
        own = name[:-1].strip()
        what = f"'{name[-1]}=' changes '{shown(own)}', and a name has one value"
        return "name", what, f"give the result a name of its own, as {own}2 = {own} {name[-1]} …"
    if not NAME.fullmatch(name):
        what = f"'{shown(name)}' cannot be used in formulas"
        return "name", what, "a name is a letter or _, then letters, digits and _"
    if name in SETTABLE:
        return "reserved", f"'{name}' is a word of --set", "choose another name"
    return None
