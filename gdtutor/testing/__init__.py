"""Lessons under test: what an author's own tests open, step through and compare.

`gdtutor_pytest` is loaded by pytest in every project of the environment, and imports nothing of
this package before it is used; `gdtutor.testing.lessons` is what its fixtures give.
`judge` compares values of a notebook or of an autograder with a lesson's.

Imports: values, engine, lesson, session, view, check, drive, judge, ui. Outside: numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gdtutor.testing.judged import Judged


def judge(lesson: str, **values: Any) -> Judged:
    """Compare values with iteration 0 of a lesson: `judge("xor-hidden", Z1=Z1, dW1=dW1)`.

    Args:
        lesson: An id, a number or a path.
        **values: Arrays by the lesson's names; only these are asked for.

    Raises:
        GdTutorError: There is no such lesson or name, or a value is no array of numbers.
    """
    from pathlib import Path

    from gdtutor.testing.judged import judge_values
    from gdtutor.testing.lessons import find

    return judge_values(find(lesson, (Path.cwd(),)), values)
