"""The measures of the package count what they say, and each is within its bar."""

import ast

import pytest

from tests import house
from tests.house import (
    BARS,
    broken,
    circles,
    import_graph,
    lines_of_code,
    long_signatures,
    main,
    measured,
    package_at,
    size,
    small_with_one_importer,
    twice_named,
)


def trees(**texts):
    return {f"gdtutor/{name}.py": ast.parse(text) for name, text in texts.items()}


@pytest.fixture(scope="module")
def measures():
    return measured(package_at())


@pytest.mark.slow
def test_the_package_is_within_every_bar(measures):
    assert {name: measures[name] for name in broken(measures)} == {}


def test_docstrings_comments_and_blank_lines_are_no_code():
    text = '"""One.\n\nTwo.\n"""\n\n# why\nA = 1  # so\n"""About A."""\nB = """x\ny"""\n'
    assert lines_of_code(text, ast.parse(text)) == 3


def test_a_class_name_in_two_modules_is_found():
    assert twice_named(trees(a="class Cell: pass", b="class Cell: pass\nclass Row: pass")) == [
        "Cell"
    ]


@pytest.mark.parametrize(
    ("signature", "is_long"),
    [
        ("a, b, c, d, e", False),
        ("self, a, b, c, d, e", False),
        ("a, b, c, *, d, e, f", True),
        ("a, b, c, /, d, e, f", True),
    ],
)
def test_parameters_are_counted_by_keyword_and_by_position_without_self(signature, is_long):
    assert bool(long_signatures(trees(a=f"def f({signature}): pass"))) is is_long


@pytest.mark.parametrize(
    "back",
    [
        "from gdtutor.a import x",
        "def f():\n    import gdtutor.a",
        "from . import a",
        "from .a import x",
        "from gdtutor import a",
    ],
)
def test_a_circle_is_found_wherever_the_import_stands(back):
    graph = import_graph(trees(a="from gdtutor.b import y", b=back, c="import gdtutor.a"))
    assert circles(graph) == ["gdtutor.a gdtutor.b"]
    assert circles(import_graph(trees(a="from gdtutor.b import y", b="import os"))) == []


def test_a_small_module_with_two_importers_stands_on_its_own():
    texts = {
        "gdtutor/a.py": "from gdtutor.c import x\nfrom gdtutor.d import y\n",
        "gdtutor/b.py": "from gdtutor.d import y\n",
        "gdtutor/c.py": "x = 1\n",
        "gdtutor/d.py": "y = 1\n",
    }
    graph = import_graph({path: ast.parse(text) for path, text in texts.items()})
    assert small_with_one_importer(texts, graph) == ["gdtutor/c.py"]


def test_lines_may_stand_a_hundredth_above_what_is_recorded_and_modules_not(monkeypatch):
    for name in ("lines of code", "modules"):
        monkeypatch.setitem(BARS, name, 1_050)
    at_recorded = dict.fromkeys(BARS, 0) | {"lines of code": 1_050, "modules": 1_050}
    assert broken(at_recorded) == []
    assert broken(at_recorded | {"lines of code": 1_060}) == []
    assert broken(at_recorded | {"lines of code": 1_061}) == ["lines of code"]
    assert broken(at_recorded | {"modules": 1_051}) == ["modules"]


@pytest.mark.slow
def test_the_command_names_what_breaks_a_bar(monkeypatch, measures):
    monkeypatch.setattr(house, "measured", lambda texts: measures)
    name = "files at the top"
    said = []
    assert main([], said.append) == 0
    assert said[0].split() == ["now", "recorded", "at", "most"]
    monkeypatch.setitem(BARS, "lines of code", 50_000)
    assert main([], said.append) == 0
    assert any(row.endswith("   50,000   50,500") for row in said)
    monkeypatch.setitem(BARS, name, 0)
    assert main([], said.append) == 1
    assert "gdtutor/values.py" in said[-1]
    assert size(measures[name]) == 4
