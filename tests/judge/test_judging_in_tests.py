"""Courses judge values and programs from their own tests and notebooks."""

import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdtutor.engine.errors import GdTutorError
from gdtutor.testing import judge
from gdtutor.testing.lessons import LessonUnderTest
from tests.judge.corpus import HIDDEN

X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])


def weights(lesson: LessonUnderTest) -> dict[str, np.ndarray]:
    moment = lesson.at("given").session.moment
    return dict(moment.trace.values)


def test_values_alone_are_judged_by_name(lesson: Callable[[str], LessonUnderTest]) -> None:
    given = weights(lesson("xor-hidden"))
    z1 = given["W1"] @ X + given["b1"]
    assert judge("xor-hidden", Z1=z1)
    wrong = judge("xor-hidden", Z1=z1, A1=np.tanh(z1))
    assert not wrong
    assert (wrong.right, wrong.first, wrong.slip) == (("Z1",), "A1", "another function")
    assert "tanh, another function" in wrong.text
    with pytest.raises(AssertionError, match="another function"):
        wrong.assert_right()


def test_a_name_that_the_walk_does_not_have_is_refused() -> None:
    with pytest.raises(GdTutorError, match="did you mean 'Z1'"):
        judge("xor-hidden", Z11=1)
    with pytest.raises(GdTutorError, match="no array of numbers"):
        judge("xor-hidden", Z1="text")
    with pytest.raises(GdTutorError, match="no values"):
        judge("xor-hidden")


def test_nothing_but_zeros_has_no_slip() -> None:
    judged = judge("xor-hidden", dW1=np.zeros((3, 2)))
    assert (judged.first, judged.slip) == ("dW1", "")


def test_a_module_is_judged_in_the_fixture(
    lesson: Callable[[str], LessonUnderTest], tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(HIDDEN, encoding="utf-8")
    module = types.ModuleType("mine")
    module.__file__ = str(path)
    assert lesson("xor-hidden").judge(module).right[:2] == ("Z1", "A1")
    path.write_text(HIDDEN.replace("W2.T @ dZ2", "-W2.T @ dZ2"), encoding="utf-8")
    with pytest.raises(AssertionError, match="sign flipped"):
        lesson("xor-hidden").judge(path)
    judged = lesson("xor-hidden").judge(path, raises=False)
    assert (judged.first, judged.slip) == ("dA1", "sign flipped")


def test_the_values_of_a_notebook_are_a_program_too(
    lesson: Callable[[str], LessonUnderTest],
) -> None:
    given = weights(lesson("xor-hidden"))
    left = {"Z1": given["W1"] @ X + given["b1"], "unrelated": "text"}
    assert lesson("xor-hidden").judge(left)
