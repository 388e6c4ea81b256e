"""TOML text: read within bounds, and the line and column of a key found again by a small scan."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator

from gdtutor.engine.errors import spelled
from gdtutor.lesson.reports import NOWHERE, Findings, Place
from gdtutor.values import Struct, field

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

_STRING = (
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
_STRINGS_AND_COMMENTS = re.compile(rf"{_STRING}|#[^\n]*", re.DOTALL)
_DOTTED = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{MAX_DOTS + 1}}}")
_DIGITS = re.compile(rf"(?<![0-9_])[0-9_]{{{MAX_DIGITS + 1},}}")
_TOKENS = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>#[^\n]*)|(?P<bare>[\w+:.-]+)|(?P<equals>=)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<newline>\n)"
    r"|(?P<space>[ \t]+)|(?P<other>.)",
    re.DOTALL,
)
_LINE_AND_COLUMN = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DUPLICATES = ("overwrite", "declare", "mutate", "expand")


def read_toml(text: str, first_line: int, findings: Findings) -> dict[str, object] | None:
    """Read TOML; None where it is none, which is reported.

    Args:
        text: The TOML text.
        first_line: The line of the file on which it begins.
        findings: Where mistakes are reported.
    """
    bare = _STRINGS_AND_COMMENTS.sub(_blanked, text)
    too_deep = _too_deep(bare)
    if too_deep is not None:
        findings.error(
            _place_at(text, too_deep, first_line),
            "bound",
            f"values nested deeper than {MAX_NESTING} levels, or keys of more than {MAX_DOTS} dots",
            "no key of a lesson needs that",
        )
        return None
    keys = bare.count("=") + bare.count("\n[")
    if keys > MAX_KEYS:
        what = f"more than {MAX_KEYS:,} keys and tables"
        findings.error(Place(first_line, 1), "bound", what, "split the lesson")
        return None
    for digits in _DIGITS.finditer(bare):
        count = len(digits.group().replace("_", ""))
        if count > MAX_DIGITS:
            place = _place_at(text, digits.start(), first_line)
            what = f"a number of {count:,} digits"
            findings.error(place, "bound", what, f"the bound is {MAX_DIGITS}")
            return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _report_syntax(error, text, first_line, findings)
    return None


def _blanked(match: re.Match[str]) -> str:
    """Replace a string by as many quotes, and a comment by blanks, so that columns stay."""
    text = match.group()
    return re.sub(r"[^\n]", " " if text[0] == "#" else '"', text)


def _too_deep(text: str) -> int | None:
    """Return where brackets or dotted keys are nested too deep, strings and comments left out."""
    dotted = _DOTTED.search(text)
    if dotted is not None:
        return dotted.start()
    depth = 0
    for match in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
        if depth > MAX_NESTING:
            return match.start()
    return None


def _place_at(text: str, offset: int, first_line: int) -> Place:
    line = text.count("\n", 0, offset)
    return Place(first_line + line, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _report_syntax(
    error: tomllib.TOMLDecodeError, text: str, first_line: int, findings: Findings
) -> None:
    message = str(error)
    found = _LINE_AND_COLUMN.search(message)
    what = _LINE_AND_COLUMN.sub("", message)
    line, column = text.count("\n"), 1
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    elif found:
        column = len(text.split("\n")[max(0, line - 1)]) + 1
    is_duplicate = any(word in what for word in _DUPLICATES)
    if is_duplicate:
        # tomllib names the place behind the second one.
        line, column = (line - 1, 1) if column == 1 and line > 1 else (line, 1)
    place = Place(first_line + max(0, line - 1), column)
    if is_duplicate:
        findings.error(
            place, "duplicate-key", "this key or table is written twice", "keep one of them"
        )
    else:
        hint = 'texts stand in quotes, as title = "The bias"; lists in brackets'
        begins = text.split("\n")[max(0, line - 1)][column - 1 : column]
        if begins and spelled(begins):
            hint = f"write {spelled(begins)}: many Greek letters are shown as such"
        findings.error(place, "toml", f"this is not TOML: {what[:1].lower()}{what[1:]}", hint)


class _Level(Struct):
    """One open bracket: an array counts its elements, an inline table waits for keys."""

    path: Path
    is_array: bool
    index: int = 0


class _Scan(Struct):
    table: Path = ()
    levels: list[_Level] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    key_place: Place = NOWHERE
    expects_value: bool = False
    counts: dict[Path, int] = field(default_factory=dict)


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
    scan = _Scan()
    line, line_start = first_line, 0
    header: list[str] | None = None
    is_array_header = False
    for match in _TOKENS.finditer(text):
        kind, token = match.lastgroup or "", match.group()
        place = Place(line, match.start() - line_start + 1)
        newlines = token.count("\n")
        if newlines:
            line += newlines
            line_start = match.start() + token.rfind("\n") + 1
        if kind in ("space", "comment", "other"):
            continue
        if header is not None:
            if kind in ("bare", "string"):
                header.extend(_parts(kind, token))
            elif kind == "open":
                is_array_header = True
            elif kind == "close":
                scan.table = _table_path(header, is_array_header, scan.counts)
                for path in (scan.table, scan.table[:-1])[: 2 if is_array_header else 1]:
                    yield (*path, "="), scan.key_place
                    yield path, scan.key_place
                header = None
            continue
        if kind == "open" and not scan.levels and not scan.expects_value and not scan.key:
            # `[[name]]` opens twice; the second closing bracket is passed over below.
            header, is_array_header, scan.key_place = [], False, place
            continue
        yield from _step(scan, kind, token, place)


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


def _step(scan: _Scan, kind: str, token: str, place: Place) -> Iterator[tuple[Path, Place]]:
    level = scan.levels[-1] if scan.levels else None
    base = level.path if level else scan.table
    if kind == "newline":
        if level is None:
            scan.key, scan.expects_value = [], False
        return
    if kind == "comma" and level is not None:
        level.index += 1
        scan.key = []
        return
    if kind == "close":
        if scan.levels:
            scan.levels.pop()
        scan.key, scan.expects_value = [], False
        return
    if level is not None and level.is_array:
        path: Path = (*level.path, level.index)
    elif scan.expects_value:
        path = (*base, *scan.key)
    elif kind == "equals":
        scan.expects_value = True
        yield (*base, *scan.key, "="), scan.key_place
        return
    else:
        if not scan.key:
            scan.key_place = place
        scan.key.extend(_parts(kind, token))
        return
    yield path, place
    if kind == "open":
        scan.levels.append(_Level(path, token == "["))
    if level is None or not level.is_array:
        scan.key, scan.expects_value = [], False


def _parts(kind: str, token: str) -> list[str]:
    if kind == "string":
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
