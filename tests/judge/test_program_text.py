"""What is read from a program's text before it runs."""

import ast

import pytest

from gdtutor.judge.source import names_table


def test_the_table_of_names_is_read() -> None:
    assert names_table(ast.parse('names = {"dW1": "grad_w1"}')) == {"dW1": "grad_w1"}


@pytest.mark.parametrize(
    "value", ["{[]: 1}", "{{}: 'a'}", "dict(a='b')", "{'a': 1}", "[1, 2]", "{'a': b}"]
)
def test_what_is_no_table_of_texts_names_nothing(value: str) -> None:
    assert names_table(ast.parse(f"names = {value}")) == {}
