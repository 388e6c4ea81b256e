"""A formula cut into numbers, names and signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from gdtutor.engine.errors import FormulaError, spelled


class Token(NamedTuple):
    """A piece of a formula: a number, name, sign or transpose; the last one is its end."""

    kind: str
    text: str
    column: int
    """In characters from 0."""


_TOKENS = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<number>(?:[0-9]+(?:\.(?!T\b)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<transpose>\.T(?![A-Za-z0-9_]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[0-9]+)?)"
    r"|(?P<sign>\*\*|[<>]=?|[-+*/@(),=:]|\[|\])"
)


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a formula, without its spaces, and its end.

    Raises:
        FormulaError: With the column, for a character that no formula has.
    """
    position = 0
    while position < len(text):
        match = _TOKENS.match(text, position)
        if match is None:
            character = text[position]
            what = f"{_shown(character)} does not belong in a formula"
            raise FormulaError(what, _hint(text, position), column=position)
        kind = match.lastgroup or ""
        if kind == "number" and _WORD.match(text, match.end()):
            what = f"the number {match.group()} runs into a name"
            raise FormulaError(what, "a product is written with *, as 2*x", column=position)
        if kind != "space":
            yield Token(kind, match.group(), position)
        position = match.end()
    yield Token("end", "", len(text))


def _hint(text: str, position: int) -> str:
    """Return what to write in place of a character that no formula has."""
    if text[position] == "." and text[:position].endswith("np"):
        return "operations stand without np., as exp(z)"
    if text.startswith(".dot(", position):
        return "a product of matrices is A @ B"
    method, of = _METHOD.match(text, position), _NAME_BEFORE.search(text[:position])
    if method and of:
        rest = f", {method[2].strip()}" if method[2].strip() else ""
        return f"what NumPy has as a method is a call, as {method[1]}({of[1]}{rest})"
    if spelled(text[position]):
        return f"write {spelled(text[position])}: many Greek letters are shown as such"
    usual = "formulas hold names, numbers, parentheses and + - * / ** @ .T"
    return _HINTS.get(text[position], usual)


def _shown(character: str) -> str:
    """Return a character as an error can show it, its code too where it may look like another."""
    code = f"U+{ord(character):04X}"
    if not character.isprintable() or unicodedata.combining(character):
        return code
    return f"'{character}'" if character.isascii() else f"'{character}' ({code})"


_WORD = re.compile(r"[A-Za-z_]")

_METHOD = re.compile(r"\.([a-z]\w{0,20})\(([^()]{0,20})\)")
_NAME_BEFORE = re.compile(r"([A-Za-z_]\w{0,40})$")


_HINTS = {
    "{": "h{t} stands in a repetition: for t in 1..8: and its lines below, further in",
    "^": "a power is written x**2",
    "·": "a product is written with *",
    "×": "a product is written with *",
}
