"""Errors that the engine raises for what a formula or a graph gets wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


class GdTutorError(Exception):
    """Base of every error that a user's input can cause: what is wrong, and what to do."""

    code = "error"

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} — {hint}" if hint else what)
        self.what = what
        """What is wrong."""
        self.hint = hint
        """What to do about it."""


class FormulaError(GdTutorError):
    """A formula that cannot be read, or a name in it that means nothing."""

    code = "formula"

    def __init__(self, what: str, hint: str = "", *, column: int = 0, code: str = "") -> None:
        super().__init__(what, hint)
        self.column = column
        """Where in the formula, in characters from 0."""
        if code:
            self.code = code


class GraphError(FormulaError):
    """Formulas that are each well formed but do not make a graph together."""

    code = "graph"

    def __init__(
        self, what: str, hint: str = "", *, line: str = "", column: int = 0, code: str = ""
    ) -> None:
        super().__init__(what, hint, column=column, code=code)
        self.line = line
        """The name of the graph line at fault, where one is."""


class ShapeError(GraphError):
    """Operands whose shapes do not fit together."""

    code = "shape"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `did you mean 'x'?` for the nearest known name, or an empty string."""
    words = list(known)
    near = [word for word in words if word.casefold() == name.casefold()]
    near = near or get_close_matches(name, words, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def spelled(letter: str) -> str:
    """Return the ASCII name of a Greek letter, as omega; empty for anything else."""
    words = unicodedata.name(letter, "").split()
    if words[:1] != ["GREEK"] or words[2:3] != ["LETTER"]:
        return ""
    word = (words[4] if words[3] == "FINAL" else words[3]).lower().replace("lamda", "lambda")
    return word.capitalize() if words[1] == "CAPITAL" else word
