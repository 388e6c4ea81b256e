"""Judging many programs in one process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gdtutor.judge.asked import AskedProgram, asked_of
from gdtutor.judge.process import Bounds, run_programs
from gdtutor.judge.source import read_program
from gdtutor.judge.verdict import Verdict, job_of, verdict_of
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.lesson.load import load_lesson, parse_lesson
from gdtutor.play.lesson_text import text_of
from gdtutor.play.options import playground_of_line
from tests.judge import corpus

PLAY = (
    "--data moons --points 24 --layers 2-3-1 --activation tanh --l2 0.01 --batch 6 "
    "--optimizer momentum --features 'x1,x2,x1*x2'"
)
DECAYED = """\
+++
format = 1
id = "decayed"
title = "Adam with a weight decay"
[parameters]
W = [[0.3, -0.2], [0.1, 0.5], [-0.4, 0.25]]
b = [[0.1], [-0.2], [0.05]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["p", "q", "r"] }
examples = [
  [1, 2, 1, 0, 0], [0.5, -1, 0, 1, 0], [2, 0.3, 0, 0, 1], [-1, -1.5, 0, 0, 1], [0.1, 0.2, 0, 1, 0],
]
[training]
learning_rate = 0.1
optimizer = "adam"
hyperparameters = { weight_decay = 0.02 }
decayed = ["W"]
epochs = 50
+++
```graph
Z = W @ X + b
P = softmax(Z)
H = cross_entropy(P, 0.9*Y + 0.1/3)
C = sum(H)/m
```
"""
BY_HAND = """\
+++
format = 1
id = "by-hand"
title = "Softmax by hand"
[parameters]
W = [[0.3, -0.2], [0.1, 0.5], [-0.4, 0.25]]
b = [[0.1], [-0.2], [0.05]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["p", "q", "r"] }
examples = [[1, 2, 1, 0, 0], [0.5, -1, 0, 1, 0], [2, 0.3, 0, 0, 1], [-1, -1.5, 0, 0, 1]]
[training]
learning_rate = 0.1
epochs = 5
+++
```graph
Z = W @ X + b
E = exp(Z)
S = sum(E, axis=0)
P = E/S
C = -sum(Y*log(P))/m
```
"""
OWN = {
    "by-hand": BY_HAND,
    "decayed": DECAYED,
    "relu": corpus.RELU_NET,
    "square": corpus.TANH_SQUARE,
    "play": text_of(playground_of_line(PLAY)),
}


@cache
def assignment(lesson: str) -> AskedProgram:
    if lesson not in OWN:
        return asked_of(load_lesson(find_lesson(lesson, shipped_lessons_folder())))
    own, reports = parse_lesson(OWN[lesson], Path(f"{lesson}.md"))
    assert own is not None, reports
    return asked_of(own)


def judged(programs: list[tuple[str, str]], folder: Path) -> list[Verdict | Exception]:
    """Return the verdict on each program, or why there is none."""
    asked = [assignment(lesson) for lesson, _ in programs]
    sources = [read_program(text, "mine.py") for _, text in programs]
    jobs = [
        job_of(what, source, folder / f"program{number}.py")
        for number, (what, source) in enumerate(zip(asked, sources, strict=True))
    ]
    found: list[Verdict | Exception] = []
    for what, source, cases in zip(asked, sources, run_programs(jobs, Bounds(600)), strict=True):
        try:
            found.append(verdict_of(what, source, cases))
        except Exception as error:  # one program without a verdict hides no other one's
            found.append(error)
    return found
