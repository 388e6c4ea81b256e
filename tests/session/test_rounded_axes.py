"""Bounds of rounding have the shapes of what they bound, also where a reduction has an axis."""

from pathlib import Path

from gdtutor.drive.opening import session_at
from gdtutor.engine.rounding import rounding_of

LESSON = """+++
format = 1
id = "axes"
title = "Axes"
[parameters]
W = { init = "he", shape = [3, 3], seed = 39 }
[data]
inputs = { X = ["x0", "x1"] }
targets = { Y = ["y0"] }
examples = [[1.5, -0.5, 1.0]]
+++
```graph
n = argmax(W, axis=0)
L = max(n)
```
"""


def test_a_reduction_along_an_axis_whose_slope_is_one_number(tmp_path: Path) -> None:
    path = tmp_path / "axes.md"
    path.write_text(LESSON)
    done = session_at(path).moment.trace
    bounds = rounding_of(done)
    for kind in ("values", "gradients"):
        for name, value in getattr(done, kind).items():
            assert getattr(bounds, kind)[name].shape == value.shape, (kind, name)
