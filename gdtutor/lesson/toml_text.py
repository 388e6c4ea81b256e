"""TOML text: read within bounds, and the line and column of every key and value."""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right
from collections.abc import Collection, Iterator
from itertools import takewhile

from gdtutor.lesson.reports import Findings, Place
from gdtutor.lesson.toml_mistakes import LONG, SHORT, syntax_mistake

MAX_NESTING = 16
"""Deepest nesting of arrays and inline tables."""

MAX_DOTS = 4
"""Most dots in one key: no table of a lesson lies deeper."""
MAX_KEYS = 10_000
"""Most keys and table headers of the front matter together."""
MAX_DIGITS = 300
"""Most digits of a number: every whole number of so many is a finite float64."""

Path = tuple[str | int, ...]
"""Keys and positions from the top to a value: ("data", "examples", 0)."""

_STRING = rf"{LONG}|{SHORT}"
_STRINGS_AND_COMMENTS = re.compile(rf"{_STRING}|#[^\n]*", re.DOTALL)
_DOTTED = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{MAX_DOTS + 1}}}")
_DIGITS = re.compile(rf"(?<![0-9_])[0-9_]{{{MAX_DIGITS + 1},}}")
_TOKENS = re.compile(
    # A date may have a blank before its time.
    rf"{_STRING}|#[^\n]*|\d{{4}}-\d\d-\d\d \d[\w+:.-]*|[\w+:.-]+|[\[\]{{}}=,]",
    re.DOTALL,
)


def read_toml(text: str, first_line: int, findings: Findings) -> dict[str, object] | None:
    """Read TOML; None where it is none, which is reported.

    Args:
        text: The TOML text.
        first_line: The line of the file on which it begins.
        findings: Where mistakes are reported.
    """
    beyond = _beyond(_STRINGS_AND_COMMENTS.sub(_blanked, text))
    if beyond is not None:
        at, what, hint = beyond
        findings.error(_place_at(text, at, first_line), "bound", what, hint)
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at, *mistake = syntax_mistake(error, text)
        findings.error(_place_at(text, at, first_line), *mistake)
    return None


def _blanked(match: re.Match[str]) -> str:
    """Replace a string by as many quotes, and a comment by blanks, so that columns stay."""
    text = match.group()
    return re.sub(r"[^\n]", " " if text[0] == "#" else '"', text)


def _beyond(text: str) -> tuple[int, str, str] | None:
    """Return where a text without strings and comments is beyond a bound, what is, and what to do;
    None where it is within all."""
    dotted = _DOTTED.search(text)
    too_deep, depth = [] if dotted is None else [dotted.start()], 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
        if depth > MAX_NESTING:
            too_deep.append(match.start())
            break
    if too_deep:
        levels = f"values nested deeper than {MAX_NESTING} levels"
        what = f"{levels}, or keys of more than {MAX_DOTS} dots"
        return too_deep[0], what, "no key of a lesson needs that"
    if text.count("=") + text.count("\n[") > MAX_KEYS:
        return 0, f"more than {MAX_KEYS:,} keys and tables", "split the lesson"
    for digits in _DIGITS.finditer(text):
        count = len(digits.group().replace("_", ""))
        if count > MAX_DIGITS:
            return digits.start(), f"a number of {count:,} digits", f"the bound is {MAX_DIGITS}"
    return None


def _place_at(text: str, offset: int, first_line: int) -> Place:
    line = text.count("\n", 0, offset)
    return Place(first_line + line, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def find_places(text: str, first_line: int, wanted: Collection[Path]) -> dict[Path, Place]:
    """Return where values stand; a path that ends in "=" asks for the key instead.

    Args:
        text: TOML text that `tomllib` accepts.
        first_line: The line of the file on which it begins.
        wanted: The paths.
    """
    missing = set(wanted)
    found: dict[Path, Place] = {}
    for path, place in _places(text, first_line):
        if path in missing:
            found[path] = place
            missing.discard(path)
            if not missing:
                break
    return found


def _places(text: str, first_line: int) -> Iterator[tuple[Path, Place]]:
    """Yield every path of the text with its place, a key's before its value's."""
    tokens = _tokens(text, first_line)
    table: Path = ()
    counts: dict[Path, int] = {}
    for token, place in tokens:
        if token != "[":
            yield from _pair(tokens, table, token, place)
            continue
        token, _ = next(tokens)
        is_array = token == "["
        header = [] if is_array else _parts(token)
        header += _parts_before("]", tokens)
        if is_array:
            next(tokens)
        table = _table_path(header, is_array, counts)
        for path in (table, table[:-1])[: 2 if is_array else 1]:
            yield (*path, "="), place
            yield path, place


def _tokens(text: str, first_line: int) -> Iterator[tuple[str, Place]]:
    """Yield keys, values and signs with their places; blanks and comments are none."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for match in _TOKENS.finditer(text):
        if not match.group().startswith("#"):
            line = bisect_right(starts, match.start()) - 1
            place = Place(first_line + line, match.start() - starts[line] + 1)
            yield match.group(), place


def _pair(
    tokens: Iterator[tuple[str, Place]], table: Path, token: str, place: Place
) -> Iterator[tuple[Path, Place]]:
    """Yield what stands in `key = value`, whose first token has been read."""
    path = (*table, *_parts(token), *_parts_before("=", tokens))
    yield (*path, "="), place
    yield from _value(tokens, path, *next(tokens))


def _value(
    tokens: Iterator[tuple[str, Place]], path: Path, begins: str, place: Place
) -> Iterator[tuple[Path, Place]]:
    """Yield a value and what stands in it."""
    yield path, place
    if begins not in ("[", "{"):
        return
    index = 0
    for token, at in tokens:
        if token in ("]", "}"):
            return
        if token == ",":
            index += 1
        elif begins == "[":
            yield from _value(tokens, (*path, index), token, at)
        else:
            yield from _pair(tokens, path, token, at)


def _parts_before(sign: str, tokens: Iterator[tuple[str, Place]]) -> list[str]:
    """Return the parts of a dotted key that stand before a sign, which is read as well."""
    named = takewhile(lambda token: token != sign, (token for token, _ in tokens))
    return [part for token in named for part in _parts(token)]


def _table_path(header: list[str], is_array: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    for position, part in enumerate(header):
        path = (*path, part)
        is_last = position == len(header) - 1
        if is_last and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(token: str) -> list[str]:
    if token[0] in "\"'":
        return [token.strip("\"'")]
    return [part for part in token.split(".") if part]


def toml_of(value: object, width: int = 0) -> str:
    """Return a value as TOML writes it; rows of an array longer than a width stand in lines."""
    if isinstance(value, list | tuple):
        text = f"[{', '.join(map(toml_of, value))}]"
        is_long = len(text) > width > 0 and any(isinstance(part, list) for part in value)
        return "[\n" + "".join(f"  {toml_of(part)},\n" for part in value) + "]" if is_long else text
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {toml_of(part)}" for key, part in value.items())
        return f"{{ {', '.join(pairs)} }}"
    is_json = isinstance(value, str | bool)
    return json.dumps(value, ensure_ascii=False) if is_json else repr(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name, ensure_ascii=False)
