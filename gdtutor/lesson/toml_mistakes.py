"""What is wrong with a text that is no TOML, where that begins, and what to do about it."""

from __future__ import annotations

import re
import tomllib

from gdtutor.engine.errors import spelled

LONG = r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}"
"""A text of several lines."""
SHORT = r'"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'"
"""A text of one line."""
_QUOTES = re.compile(rf"{LONG}|(?P<long>\"\"\"|''')|{SHORT}|#[^\n]*|(?P<short>[\"'])", re.DOTALL)
"""Texts and comments, and a quote that begins a text without an end."""
_LINE_AND_COLUMN = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WHOLE = re.compile(r"=[ \t]*([+-]?\d+)$")
_DECIMALS = re.compile(r",(\d+(?:[eE][+-]?\d+)?)[ \t]*(?:#|\n|$)")
"""The two sides of a decimal comma: a value that is a number, and the rest of its line."""
_DUPLICATES = ("overwrite", "declare", "mutate", "expand")


def syntax_mistake(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str, str, str]:
    """Return where a text stops being TOML, the code of the report, what is wrong and what to do.

    Args:
        error: What `tomllib` says of it.
        text: The text.
    """
    message = str(error)
    found = _LINE_AND_COLUMN.search(message)
    what = _LINE_AND_COLUMN.sub("", message)
    lines = text.split("\n")
    line, column = text.count("\n"), 1
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    elif found:
        column = len(lines[max(0, line - 1)]) + 1
    if any(word in what for word in _DUPLICATES):
        # tomllib names the place behind the second one.
        line = line - 1 if column == 1 and line > 1 else line
        at = _offset(lines, line, 1)
        return at, "duplicate-key", "this key or table is written twice", "keep one of them"
    at = _offset(lines, line, column)
    opened = _open_quote(text, at) or _open_bracket(text, at, what)
    if opened is not None:
        at, what, hint = opened
        return at, "toml", what, hint
    hint = _syntax_hint(text[at:], text[:at], what)
    return at, "toml", f"this is not TOML: {what[:1].lower()}{what[1:]}", hint


def _offset(lines: list[str], line: int, column: int) -> int:
    """Return a place as a number of characters from the start."""
    return sum(len(one) + 1 for one in lines[: max(0, line - 1)]) + column - 1


def _open_quote(text: str, at: int) -> tuple[int, str, str] | None:
    """Return where a text begins that does not end, what is wrong and what to do.

    Args:
        text: The TOML text.
        at: Where it stops being TOML.
    """
    found = next((m for m in _QUOTES.finditer(text) if m["long"] or m["short"]), None)
    if found is None:
        return None
    quote, start = found.group(), found.start()
    if at >= start:
        end = "below it" if found["long"] else "in the same line"
        what = f"the text that begins here has no end: no {quote} {end}"
        return start, what, f"close it: {quote}"
    if "\n" in text[at:start]:
        return None
    what = f"the quotes {quote} of this line do not pair: one is missing or too many"
    return at, what, 'every text begins and ends with one, as ["x1", "x2"]'


def _open_bracket(text: str, at: int, what: str) -> tuple[int, str, str] | None:
    """Return which bracket of a line before is still open, as `_open_quote` does."""
    opened: list[int] = []
    bare = _QUOTES.sub(lambda match: " " * len(match.group()), text[:at])
    for match in re.finditer(r"[\[\]{}]", bare):
        if match.group() in "[{":
            opened.append(match.start())
        elif opened:
            opened.pop()
    if not what.lower().startswith("unclosed") or not opened or "\n" not in text[opened[-1] : at]:
        return None
    closing = "]" if bare[opened[-1]] == "[" else "}"
    said = f"the bracket that opens here is not closed: no {closing} before what follows"
    return opened[-1], said, f"add {closing} at its end"


def _syntax_hint(after: str, before: str, what: str) -> str:
    """Return what to do where a text stops being TOML.

    Args:
        after: What stands there and behind it.
        before: What stands before it.
        what: What is wrong with it.
    """
    if after and spelled(after[0]):
        return f"write {spelled(after[0])}: many Greek letters are shown as such"
    if after[:1] and after[0] in "“”„«»‘’":
        return 'write straight quotes, as title = "The bias"'
    if (whole := _WHOLE.search(before)) and (decimals := _DECIMALS.match(after)):
        return f"write {whole[1]}.{decimals[1]}: a number has a decimal point"
    if re.match(r"[+-]?(?:inf|nan)", after, re.IGNORECASE):
        return "every number is finite: a large one stands for infinity, as 1e9"
    if what.startswith("Expected newline") and before.rstrip(" \t").endswith('"'):
        return "a \" within a text is written \\\", or the text stands in '…'"
    if what.lower().startswith("unclosed"):
        return "cells stand apart by commas, and brackets close, as [[1, 2], [3, 4]]"
    return 'texts stand in quotes, as title = "The bias"; lists in brackets'
