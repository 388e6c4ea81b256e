"""Whether a question's own text says its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gdtutor.engine.operations import Array
from gdtutor.engine.trace import Trace
from gdtutor.lesson.model import Question
from gdtutor.lesson.placeholders import Placeholder, as_word, read_placeholders
from gdtutor.session.moment import Moment
from gdtutor.session.steps import Phase
from gdtutor.view.notation import number

_ASKED = {"forward": "value", "given": "value", "backward": "grad", "update": "new"}


def given_away(question: Question, done: Trace, moment: Moment) -> Iterator[str]:
    """Yield what of a question's own text says its answer.

    Args:
        question: A question that the loader accepts.
        done: The trace of its scene.
        moment: The lesson's first iteration.
    """
    wanted = "shape" if question.kind == "shape" else _ASKED[question.phase]
    if question.kind in ("value", "sign", "shape"):
        for part in read_placeholders(question.text):
            if isinstance(part, Placeholder) and _asks_for(part, question, done, wanted):
                yield f"the question shows its own answer, {part.text()}"
    if question.kind == "value":
        answer = _answer(question, done, moment)
        for written in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", question.text.replace("−", "-")):
            if len(written.strip("-0.")) > 1 and number(float(written), 4) == number(answer, 4):
                yield f"the question shows its own answer, {written}"
    if question.kind == "choice" and len(question.choices[0]) > 2:
        inside = [choice for choice in question.choices if choice in question.text]
        if inside == [question.choices[0]]:
            yield "the question shows the right choice alone"


def _asks_for(part: Placeholder, question: Question, done: Trace, wanted: str) -> bool:
    if part.name not in done.shapes:
        is_root = as_word(part).about == "cost" and question.node == done.graph.root
        return is_root and wanted == "value"
    is_cell = part.cell is None or question.cell is None or part.cell == question.cell
    return (part.about, part.name) == (wanted, question.node) and is_cell


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
