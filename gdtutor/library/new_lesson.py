"""`new`: a first lesson to change, which explains itself and passes `check`."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gdtutor.engine.errors import GdTutorError
from gdtutor.files import write_new
from gdtutor.lesson.discovery import discover, number_of, read_summary
from gdtutor.lesson.front_matter_checks import ID
from gdtutor.lesson.load import parse_lesson

TEMPLATE = """\
+++
# Everything between the two +++ lines is TOML. lessons/README.md lists every key.
format = 1
id = "{id}"
# Progress is kept under the id: once the lesson is in use, do not change it.
title = "{title}"
chapter = "My lessons"
summary = "One line for the library"

# Values that training may change. Arrays are nested lists: W = [[0.1, 0.6]]
[parameters]
w = 0.5
b = 0.0

# Rows of numbers, inputs first. Or: dataset = "xor", or csv = "mine.csv"
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 1]]

# Leave this table out where the lesson only walks forward and backward.
[training]
learning_rate = 0.1
epochs = 50
batch = 1
+++
# {title}

This is the opening page, shown before the first step.
Say what the learner will see, and ask a question that the walk answers.

```graph
# One line is one node. Use + - * / ** @ and operations such as sigmoid.
z = w*x + b
yhat = sigmoid(z)
L = (yhat - y)**2 / 2
```

## given
A note is shown at its step. Never type a number that the program can fill in:
the weight starts at {{w}}.

## forward yhat
Values stand in braces: the prediction is {{yhat}}, the target is {{y}}.

## backward w
So do gradients: {{grad w}}. A step without a note gets a sentence of the program's own.

```question
text = "Which way will the update move w?"
kind = "choice"
choices = ["against the sign of its gradient", "along the sign of its gradient"]
hints = ["Downhill is where the loss is smaller."]
```

## update w, always
With `always` a note is shown whatever the values are, in later iterations as well.

# What to try next

- Change w before the first step. Which gradients change with it?
- Train, and look at the curve.
"""
"""The lesson that `new` writes; `{{` and `}}` are braces of placeholders in its notes."""

_NAME = re.compile(rf"(?:(?P<number>\d{{1,6}})-)?(?P<id>{ID.pattern})(?:\.md)?\Z")
_LONGEST = 32
"""Longest name, in characters: as a title it has room in the first line of every step."""


def new_lesson(name: str) -> Path:
    """Write a new lesson and return its file.

    Args:
        name: As `my-lesson`, `27-my-lesson` or `course/27-my-lesson.md`. Without a number it gets
            the one after the folder's highest.

    Raises:
        GdTutorError: The name cannot be used, the folder is not there, or a lesson of this name,
            number or id is there already. Nothing is overwritten.
    """
    folder, last = os.path.split(name)
    match = _NAME.match(last)
    if match is None or len(last) > _LONGEST:
        raise GdTutorError(
            f"'{last}' cannot be the name of a lesson",
            f"use small letters, digits and single hyphens, at most {_LONGEST}: 27-my-lesson",
        )
    here = Path(folder or ".")
    if not os.path.isdir(here):
        raise GdTutorError(f"there is no folder '{folder}'", "make it first")
    lesson_id, number = match["id"], _number(here, match["number"], match["id"])
    path = here / f"{number}-{lesson_id}.md"
    title = lesson_id.replace("-", " ").capitalize()
    text = TEMPLATE.format(id=lesson_id, title=title)
    _, reports = parse_lesson(text, path)
    if reports:
        raise GdTutorError(reports[0].what, reports[0].hint)
    write_new(path, text)
    return path


def _number(folder: Path, wanted: str | None, lesson_id: str) -> str:
    """Return the digits of the new file's name, which no other lesson of the folder has."""
    lessons = discover(folder)
    taken = {int(number_of(path)): path for path in lessons}
    for path in lessons:
        seen = read_summary(path)
        if seen is not None and seen.id == lesson_id:
            raise GdTutorError(f"{path.name} has the id '{lesson_id}'", "choose another name")
    if wanted is None:
        return f"{max(taken, default=0) + 1:02d}"
    if int(wanted) in taken:
        what = f"{taken[int(wanted)].name} has the number {wanted}"
        raise GdTutorError(what, "choose another, or leave it out")
    return wanted
