"""Small lessons for tests, made from their parts."""

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


def lesson_text(body, more="", title="A lesson", lesson_id="a-lesson"):
    """Return the text of a lesson file."""
    return FRONT.format(id=lesson_id, title=title, more=more) + body


def neuron(body=NEURON_GRAPH, rate=0.1, epochs=20, more="", **names):
    """Return a lesson with one linear neuron that trains."""
    return lesson_text(body, more + "\n" + NEURON.format(rate=rate, epochs=epochs), **names)
