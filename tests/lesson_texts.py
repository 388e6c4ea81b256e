"""Small lessons for tests, made from their parts, and what the shipped ones say of themselves."""

import tomllib
from typing import Any

from gdtutor.check.lesson import check_lesson
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.lesson.load import parse_lesson

FRONT = """\
+++
format = 1
id = "{id}"
title = "{title}"
{more}
+++
"""

NEURON = """\
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 3]]
[training]
learning_rate = {rate}
epochs = {epochs}
batch = 1
"""

NEURON_GRAPH = """\
```graph
z = w*x
L = (z - y)**2 / 2
```
"""


def shipped_heads() -> dict[str, dict[str, Any]]:
    """Return the front matter of every shipped lesson by the stem of its file.

    Cases are made of it wherever tests are collected, and reading takes far less than opening.
    """
    paths = discover(shipped_lessons_folder())
    return {path.stem: tomllib.loads(path.read_text("utf-8").split("+++\n")[1]) for path in paths}


def lesson_text(body, more="", title="A lesson", lesson_id="a-lesson"):
    """Return the text of a lesson file."""
    return FRONT.format(id=lesson_id, title=title, more=more) + body


def neuron(body=NEURON_GRAPH, rate=0.1, epochs=20, more="", **names):
    """Return a lesson with one linear neuron that trains."""
    return lesson_text(body, more + "\n" + NEURON.format(rate=rate, epochs=epochs), **names)


def lesson_of(text, path):
    lesson, reports = parse_lesson(text, path / "07-lesson.md")
    assert lesson is not None, [report.text() for report in reports]
    return lesson


def found_in(text, path):
    """Return code, level, line and message of everything found in a lesson."""
    problems = check_lesson(lesson_of(text, path)).problems
    return [(r.code, r.level, r.line, r.what) for r in problems]
