"""Values and programs of a course held against a lesson: what an autograder or a notebook reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from gdtutor.engine.errors import GdTutorError, did_you_mean
from gdtutor.judge.asked import asked_of
from gdtutor.judge.outcome import kept_learners, verdict_data
from gdtutor.judge.process import ProgramCase
from gdtutor.judge.source import ProgramText
from gdtutor.judge.telling import verdict_lines
from gdtutor.judge.verdict import Verdict, judge, verdict_of
from gdtutor.lesson.load import load_lesson
from gdtutor.values import Struct, replace


class Judged(Struct, frozen=True, eq=False):
    """What the judge says; it counts as true where everything is right."""

    verdict: Verdict
    path: Path

    def __bool__(self) -> bool:
        return self.verdict.is_right

    @property
    def right(self) -> tuple[str, ...]:
        """The names that are right."""
        return self.verdict.right

    @property
    def first(self) -> str:
        """The first name that departs; empty where none does."""
        return "" if self.verdict.first is None else self.verdict.first.name.name

    @property
    def slip(self) -> str:
        """The slip that explains it, as `1/m forgotten`; empty where none fits."""
        first = self.verdict.first
        return "" if first is None or first.slip is None else first.slip.slip.value

    @property
    def missing(self) -> tuple[str, ...]:
        """Names that are asked for and have no value."""
        return self.verdict.missing

    @property
    def data(self) -> dict[str, object]:
        """What `gdtutor judge --json` prints."""
        return verdict_data(self.verdict, None)

    @property
    def text(self) -> str:
        """What `gdtutor judge` prints."""
        return "\n".join(verdict_lines(self.verdict, self.path, None))

    def assert_right(self) -> None:
        """Fail with the text where anything departs or is missing.

        Raises:
            AssertionError: Something does.
        """
        __tracebackhide__ = True
        if not self:
            raise AssertionError(self.text)

    def __repr__(self) -> str:
        return self.text


def judge_values(path: Path, values: Mapping[str, Any]) -> Judged:
    """Compare some values with iteration 0 of a lesson; only they are asked for.

    Raises:
        GdTutorError: A name that the walk does not have, or a value that is no array of numbers.
    """
    asked = asked_of(load_lesson(path))
    known = {name.name: name for name in asked.asked}
    arrays = {}
    if not values:
        raise GdTutorError("there are no values to judge", f"give some of {', '.join(known)}")
    for name, value in values.items():
        if name not in known:
            hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
            raise GdTutorError(f"the walk has no '{name}'", hint)
        arrays[name] = _numbers(name, value)
    verdict = verdict_of(asked, ProgramText("", "your values"), [ProgramCase(arrays, {})])
    only = replace(asked, asked=tuple(name for name in asked.asked if name.name in arrays))
    return Judged(replace(verdict, program=only, missing=()), Path("your values"))


def judge_program(path: Path, program: ModuleType | str | Path | Mapping[str, Any]) -> Judged:
    """Judge a program: a module, the path of its file, or the values that it left by name.

    A module is run again from its file, in a process of its own and on several starts.

    Raises:
        GdTutorError: It cannot be run, or is no program.
    """
    if isinstance(program, Mapping):
        asked = {name.name for name in asked_of(load_lesson(path)).asked}
        return judge_values(path, {n: v for n, v in program.items() if n in asked})
    file = getattr(program, "__file__", None) if isinstance(program, ModuleType) else program
    if not file:
        raise GdTutorError("the module has no file", "give its values: vars(module)")
    own = Path(str(file))
    with kept_learners(own) as text:
        return Judged(judge(load_lesson(path), text, own), own)


def _numbers(name: str, value: Any) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "iufb":
        raise GdTutorError(f"{name} is no array of numbers", "give a number, a list or an array")
    return array
