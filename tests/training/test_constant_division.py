"""A division by a number that is always 0: training stops where the walk is not finite."""

from pathlib import Path

import numpy as np
import pytest

from gdtutor.lesson.load import parse_lesson
from gdtutor.lesson.runs import run_of
from gdtutor.session.moving import moved
from gdtutor.session.opening import Opened, opened
from gdtutor.session.state import Session

TEXT = """\
+++
format = 1
id = "zero"
title = "Zero"
[parameters]
w = 0.5
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 1], [0, 1]]
[training]
epochs = 5
batch = {batch}
optimizer = "{optimizer}"
+++
```graph
a = {formula}
L = (a - y)**2 / 2
```
"""
FORMULAS = [
    "w*x/0", "w*x/(1 - 1)", "w/x", "w*x*(0/0)", "w*x*0**(-1)", "w*x/exp(0 - 9999)", "cos(w/x)",
    "w*relu(1/x)", "w*x*log(0)", "w*x*sqrt(0 - 1)",
]  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("batch", ["1", '"full"'])
@pytest.mark.parametrize("formula", FORMULAS)
def test_training_stops_where_the_walk_is_not_finite(
    formula: str, batch: str, optimizer: str
) -> None:
    text = TEXT.format(formula=formula, batch=batch, optimizer=optimizer)
    lesson, reports = parse_lesson(text, Path("07-zero.md"))
    assert lesson is not None, [report.text() for report in reports]
    run = run_of(lesson)
    with np.errstate(all="ignore"):
        run.advance(iterations=2, beyond=True)
    assert run.stopped_by == "not_finite"
    at = run.diverged_at
    assert at is not None
    moment = moved(opened(Session(), Opened(lesson, run)), at, 1).moment
    assert not np.isfinite(moment.trace.values[moment.root])
