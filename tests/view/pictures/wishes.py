"""Lessons with one picture each, and the picture as the screen has it."""

from pathlib import Path

from gdtutor.drive.opening import run_of
from gdtutor.lesson.load import parse_lesson
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session
from gdtutor.session.trials import tried
from gdtutor.ui.picture import frame_text
from gdtutor.values import replace
from gdtutor.view.figures import source_of
from gdtutor.view.frame import UNICODE, Frame, Size
from gdtutor.view.pictures import Source, draw

LINEAR = """
[parameters]
w = 0.1
[data]
inputs = ["x"]
targets = ["y"]
examples = [[0.4, 1]]
[training]
learning_rate = 5.0
epochs = 50
batch = 1
{pictures}
+++
```graph
yhat = w*x
L = (yhat - y)**2 / 2
```
"""
"""One weight; the loss is a parabola with its bottom at w = 2.5."""

ROWS = """
[parameters]
w1 = 0.1
w2 = 0.6
b = 0.0
[data]
inputs = ["x1", "x2"]
targets = ["y"]
dataset = "or"
[training]
learning_rate = 1.0
epochs = 100
{pictures}
+++
```graph
z = w1*x1 + w2*x2 + b
yhat = sigmoid(z)
L = (yhat - y)**2 / 2
```
"""
"""One neuron, four examples as rows."""

MATRIX = """
[parameters]
W1 = [[0.5, -1.0], [0.5, -1.0], [2.0, 1.0]]
b1 = [[0.1], [0.1], [-0.5]]
W2 = [[1.0, 1.0, -2.0]]
b2 = [[0.2]]
[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
dataset = "xor"
[training]
learning_rate = 1.0
epochs = 100
{pictures}
+++
```graph
Z1 = W1 @ X + b1
A1 = sigmoid(Z1)
Z2 = W2 @ A1 + b2
Yhat = sigmoid(Z2)
C = sum((Yhat - Y)**2) / (2*m)
```
"""
"""A hidden layer whose first two neurons are equal."""

FIT = """
[parameters]
a = 0.1
b = 0.2
[data]
inputs = ["x"]
targets = ["y"]
examples = [[-1, 2], [0, 0.5], [1, 1]]
[training]
learning_rate = 0.3
epochs = 50
{pictures}
+++
```graph
q = a*x**2
p = q + b
L = (p - y)**2 / 2
```
"""
"""A parabola through three points."""

FIT_MATRIX = """
[parameters]
W1 = [[0.5], [-1.0], [2.0]]
b1 = [[0.1], [0.3], [-0.5]]
W2 = [[1.0, 1.0, -2.0]]
b2 = [[0.2]]
[data]
inputs = { X = ["x"] }
targets = { Y = ["y"] }
examples = [[-1, 0], [0, 1], [1, 0.5]]
[training]
learning_rate = 0.1
epochs = 100
{pictures}
+++
```graph
A1 = tanh(W1 @ X + b1)
Yhat = W2 @ A1 + b2
C = sum((Yhat - Y)**2) / (2*m)
```
"""
"""A hidden layer over one input."""

CURVE = """
[parameters]
z = 0.5
{pictures}
+++
```graph
a = sigmoid(z)
```
"""
"""A lone activation, which does not train."""


def session(template: str, pictures: str, at: str = "", seed: int | None = None) -> Session:
    """Return a lesson with `[[pictures]]` tables, at a place."""
    head = '+++\nformat = 1\nid = "pictures"\ntitle = "Pictures"\n'
    text = head + template.replace("{pictures}", pictures)
    lesson, reports = parse_lesson(text, Path("01-pictures.md"))
    assert lesson is not None, [report.text() for report in reports]
    first = moved(opened(Session(), Opened(lesson, run_of(lesson, seed), seed)), 0, 1)
    return goto(first, at) if at else first


def source(template: str, pictures: str, at: str = "", chars=UNICODE) -> Source:
    """Return what the first picture of a lesson is drawn from."""
    walk = session(template, f"[[pictures]]\n{pictures}", at)
    found = source_of(tried(replace(walk, look=replace(walk.look, figure=1))), chars)
    assert found is not None
    return found


def picture(
    template: str,
    wish: str,
    at: str = "",
    width: int = 36,
    height: int = 13,
    chars=UNICODE,
    number: int = 0,
) -> str:
    """Return the first picture of a lesson as the panel at 80×24 shows it, with its plots."""
    given = source(template, wish, at, chars)
    drawing = draw(given, given.lesson.pictures[number], Size(width, height))
    return frame_text(Frame(width, height, drawing.lines, drawing.plots), chars)
