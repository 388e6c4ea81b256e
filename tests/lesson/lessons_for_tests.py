"""Small lessons that several tests of this folder change."""

from __future__ import annotations

from pathlib import Path

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.model import Lesson

SCALAR = """+++
format = 1
id = "base"
title = "Base"

[parameters]
w = 0.5
b = 0.0

[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 0], [2, 1]]

[training]
batch = 1
+++
Opening prose.

```graph
z = w*x + b
yhat = sigmoid(z)
L = (yhat - y)**2 / 2
```

## forward z
The sum is {z}.
"""

MATRIX = """+++
format = 1
id = "matrix"
title = "Matrix"

[parameters]
W = [[0.1, 0.6]]
b = [[0.0]]

[data]
inputs = { X = ["x1", "x2"] }
targets = { Y = ["y"] }
dataset = "or"

[training]
epochs = 10
+++
Opening prose.

```graph
Z = W @ X + b
Yhat = sigmoid(Z)
C = sum((Yhat - Y)**2) / (2*m)
```
"""

NETWORK = """+++
format = 1
id = "network"
title = "Network"

[network]
layers = [2, 3, 1]
seed = 48

[data]
dataset = "xor"

[training]
epochs = 10
+++
Opening prose.
"""


def lesson_of(text: str, *changes: tuple[str, str], path: Path = Path("lesson.md")) -> Lesson:
    """Return the lesson of a text after replacements, which must be a valid lesson."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    lesson, reports = parse_lesson(text, path)
    assert lesson is not None, "\n".join(report.text() for report in reports)
    return lesson


def codes_of(text: str, *changes: tuple[str, str]) -> list[str]:
    """Return the codes of the reports about a text after replacements."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [report.code for report in parse_lesson(text, Path("lesson.md"))[1]]
