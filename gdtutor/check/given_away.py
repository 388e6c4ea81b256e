"""Whether a question's own text says its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace
from gdtutor.lesson.model import Choice, Question
from gdtutor.session.moment import Moment
from gdtutor.session.steps import Phase
from gdtutor.view.notation import number


def given_away(
    question: Question, done: Trace, moment: Moment, right: Sequence[Choice]
) -> Iterator[str]:
    """Yield what of a question's own text says its answer; placeholders in it are not filled.

    Args:
        question: A question that the loader accepts.
        done: The trace of its scene.
        moment: The iteration in which it is asked.
        right: The choices that are right there.
    """
    if question.kind == "value":
        answer = _answer(question, done, moment)
        for written in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", question.text.replace("−", "-")):
            if len(written.strip("-0.")) > 1 and number(float(written), 4) == number(answer, 4):
                yield f"the question shows its own answer, {written}"
    inside = [choice for choice in question.choices if choice.text in question.text]
    if len(inside) == 1 and inside[0] in right and len(inside[0].text) > 2:
        yield "the question shows the right choice alone"


def _answer(question: Question, done: Trace, moment: Moment) -> float:
    """Return the number asked for, NaN where there is none."""
    values: Mapping[str, Array] = {
        Phase.BACKWARD.value: done.gradients,
        Phase.UPDATE.value: {name: step.p for name, step in moment.updates.items()},
    }.get(question.phase, done.values)
    value = values.get(question.node)
    if value is None:
        return float("nan")
    if question.cell is not None:
        return float(value[question.cell])
    return float(value.reshape(())) if value.size == 1 else float("nan")
