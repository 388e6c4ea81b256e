"""What is read from a program's text before it runs."""

import ast

import pytest

from gdtutor.judge.process import ProgramRefused
from gdtutor.judge.source import bindings_of, names_table, read_program, targets_of


def test_the_table_of_names_is_read() -> None:
    assert names_table(ast.parse('names = {"dW1": "grad_w1"}')) == {"dW1": "grad_w1"}


@pytest.mark.parametrize(
    "value", ["{[]: 1}", "{{}: 'a'}", "dict(a='b')", "{'a': 1}", "[1, 2]", "{'a': b}"]
)
def test_what_is_no_table_of_texts_names_nothing(value: str) -> None:
    assert names_table(ast.parse(f"names = {value}")) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Z = (", r"mine.py:1: '\(' was never closed"),
        ("Z = 1\nfor\n", "mine.py:2: invalid syntax"),
        ("Z = '\0'", "mine.py: source code .* null bytes"),
        ("Z = " + "-" * 100_000 + "1", "mine.py: .*(recursion|nested)"),
    ],
)
def test_what_is_no_python_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ProgramRefused, match=said):
        read_program(text, "mine.py")


def test_what_a_statement_binds_is_known_by_its_lines() -> None:
    text = "a, [b, *c] = f(\n    1)\nfor k in x:\n    a.append(\n        k)\n"
    found = {
        line: ["".join(map(ast.unparse, binding.targets)) for binding in bindings]
        for line, bindings in bindings_of(ast.parse(text)).items()
    }
    # A loop binds on its first line, other statements on all of theirs.
    assert found == {1: ["cba"], 2: ["cba"], 3: ["k"], 4: ["a"], 5: ["a"]}
    assert list(targets_of(ast.parse("f(1)").body[0])) == []
