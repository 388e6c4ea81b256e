"""The scan finds every value where TOML has it."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtutor.lesson.readers import as_number
from gdtutor.lesson.reports import Findings, Place
from gdtutor.lesson.toml_text import MAX_DIGITS as N
from gdtutor.lesson.toml_text import Path as TomlPath
from gdtutor.lesson.toml_text import find_places, read_toml
from tests.tries import tries

KEYS = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
VALUES = st.recursive(
    st.one_of(
        st.integers(-99, 99).map(str),
        st.sampled_from(['"a = [1]"', "'# }'", '"""x\ny"""', "1.5e3", "true", "2020-01-01"]),
    ),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]"),
    max_leaves=6,
)

FORMS = ("{k} = {v}", '"{k}" = {v}', "{k}.q = {v}", "{k} = {{ q = {v}, r = 1 }}")


def paths_in(value: object, path: TomlPath = ()) -> Iterator[TomlPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from paths_in(inner, (*path, position))


@st.composite
def documents(draw: st.DrawFn) -> str:
    keys = draw(st.lists(KEYS, unique=True, max_size=3))
    lines = [f"{key} = {draw(VALUES)}  # note = [" for key in keys]
    for table in draw(st.lists(KEYS, unique=True, max_size=3)):
        if draw(st.booleans()):
            lines.append(f"[t{table}]")
        else:
            lines.append(f"[[t{table}]]")
        for key in draw(st.lists(KEYS, unique=True, max_size=3)):
            value = draw(VALUES)
            form = draw(st.sampled_from(FORMS))
            if "\n" in value and "{{" in form:
                form = "{k} = {v}"
            lines.append(form.format(k=key, v=value))
    return "\n".join(lines) + "\n"


@pytest.mark.slow
@given(documents())
@settings(max_examples=tries(200), deadline=None)
def test_every_value_is_found_where_it_stands(text: str) -> None:
    wanted = set(paths_in(tomllib.loads(text)))
    found = find_places(text, 1, wanted | {(*path, "=") for path in wanted})
    lines = text.split("\n")
    for path in wanted:
        value: object = tomllib.loads(text)
        for part in path:
            value = value[part]  # type: ignore[index]
        if isinstance(value, dict) and path not in found:
            # A table that only dotted keys make has no place of its own.
            assert any(other[: len(path)] == path for other in found)
            continue
        place = found[path]
        rest = lines[place.line - 1][place.column - 1 :]
        if isinstance(value, bool):
            assert rest.startswith(str(value).lower())
        elif isinstance(value, int | float):
            assert float(rest.split(",")[0].split("]")[0].split("}")[0].split("#")[0]) == value
        elif isinstance(value, str):
            assert rest[0] in "\"'"
        elif isinstance(value, list) and not isinstance((value or [0])[0], dict):
            assert rest[0] == "["


def test_columns_count_characters_and_lines_count_from_the_file() -> None:
    text = 'title = "é"\nw = [[1, 2], [3, "x"]]\n'
    places = find_places(text, 10, [("w", 1, 1), ("w", "=")])
    assert places == {("w", "="): Place(11, 1), ("w", 1, 1): Place(11, 18)}


def test_a_second_table_of_an_array_has_its_own_place() -> None:
    text = '[[v]]\nname = "a"\n[[v]]\nname = "b"\n'
    assert find_places(text, 1, [("v", 1, "name")]) == {("v", 1, "name"): Place(4, 8)}


def test_a_date_with_a_blank_is_one_value_and_a_dotted_key_with_blanks_one_key() -> None:
    text = 't = { at = 1979-05-27 07:32:00, a . "b" = 2 }\n[ c . d ]\ne = 3\n'
    found = find_places(text, 1, set(paths_in(tomllib.loads(text))) | {("t", "a", "b", "=")})
    assert found == {
        ("t",): Place(1, 5),
        ("t", "at"): Place(1, 12),
        ("t", "a", "b", "="): Place(1, 33),
        ("t", "a", "b"): Place(1, 43),
        ("c", "d"): Place(2, 1),
        ("c", "d", "e"): Place(3, 5),
    }


def test_text_that_is_not_toml_is_reported_and_gives_nothing() -> None:
    findings = Findings(Path("a.md"))
    assert read_toml("w = 1\nx =\n", 2, findings) is None
    (report,) = findings.ordered()
    assert (report.line, report.code) == (3, "toml")


def test_strings_and_comments_do_not_count_as_nesting() -> None:
    findings = Findings(Path("a.md"))
    text = f"a = \"{'[' * 99}\"\nb = '{'x.' * 99}' # {'{' * 99}\n"
    assert read_toml(text, 1, findings) is not None


@pytest.mark.parametrize("number", ["9" * N, "9_" * (N - 1) + "9", "0." + "3" * N, "-" + "1" * N])
def test_a_number_of_as_many_digits_as_the_bound_is_finite(number: str) -> None:
    findings = Findings(Path("7-long.md"))
    read = read_toml(f"w = {number}\n", 1, findings)
    assert read is not None
    assert math.isfinite(as_number(read["w"]))


@pytest.mark.parametrize("number", ["9" * (N + 1), "9_" * N + "9", "0." + "3" * (N + 1)])
def test_one_digit_more_is_told_with_the_count_and_the_bound(number: str) -> None:
    findings = Findings(Path("7-long.md"), ["+++", f"w = {number}"])
    assert read_toml(f"w = {number}\n", 2, findings) is None
    [report] = findings.ordered()
    assert (report.what, report.hint) == (f"a number of {N + 1} digits", f"the bound is {N}")


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ('a = 1\nb = "two\nc = 3\n', (2, 5), 'has no end: no " in the same line'),
        ("a = 1\nb = 'two\nc = 3\n", (2, 5), "has no end: no ' in the same line"),
        ('a = 1\nb = """two"\nc = 3\n', (2, 5), 'has no end: no """ below it'),
        ("b = '''two\n\nc = 3\n", (1, 5), "has no end: no ''' below it"),
        ('# it\'s "\nb = ["x", "y]\n', (2, 11), 'has no end: no "'),
        ('b = ["x", "y, "z"]\n', (1, 16), "of this line do not pair"),
        ('b = two"\n', (1, 5), "of this line do not pair"),
        ("a = [[1, 2],\n  [3, 4]\nb = 1\n", (1, 5), "the bracket that opens here is not closed"),
        ('a = ["]", 1,\n  [3, 4]\nb = 1\n', (1, 5), "the bracket that opens here is not closed"),
    ],
)
def test_a_text_or_a_list_without_an_end_is_told_where_it_begins(text, place, what) -> None:
    findings = Findings(Path("a.md"))
    assert read_toml(text, 1, findings) is None
    [report] = findings.reports
    assert (report.line, report.column) == place
    assert what in report.what


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a = -Infinity\n", "every number is finite"),
        ("a = NaN\n", "every number is finite"),
        ("a = “b”\n", "write straight quotes"),
        ('a = "the "best" one"\n', 'a " within a text is written'),
        ("[p]\nw = 0,5\nb = 1\n", "write 0.5: "),
        ("w = -12,25e-3  # small", "write -12.25e-3: "),
        ("w = 0,5,3\n", "texts stand"),
        ("w = true,5\n", "texts stand"),
        ("a = [1 2]\n", "cells stand apart by commas"),
    ],
)
def test_what_is_written_as_elsewhere_is_told_as_toml_has_it(text, hint) -> None:
    findings = Findings(Path("a.md"))
    assert read_toml(text, 1, findings) is None
    assert findings.reports[0].hint.startswith(hint)
