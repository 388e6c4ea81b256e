"""A shuffled order counts in a full batch too, where a line picks examples by their place."""

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.session.moving import moved

LESSON = """+++
format = 1
id = "first"
title = "The first of the batch"
[parameters]
W = [[0.5]]
[data]
inputs = {{ X = ["x"] }}
targets = {{ Y = ["y"] }}
examples = [[1, 0], [2, 5], [3, -4], [4, 9]]
[training]
learning_rate = 0.01
epochs = 6
batch = "full"
order = "{order}"
seed = 3
+++
# The first of the batch
```graph
E = W @ X[:, :1] - Y[:, :1]
C = sum(E**2) / 2
```
"""


def costs(tmp_path, order: str) -> tuple[np.ndarray, list[float]]:
    """Return the costs of training, and those of the walk at the same iterations."""
    path = tmp_path / "first.md"
    path.write_text(LESSON.format(order=order), encoding="utf-8")
    session = session_at(path)
    walked = [float(moved(session, k, 1).moment.trace.values["C"]) for k in range(6)]
    session.run.advance()
    return session.run.costs, walked


@pytest.mark.parametrize("order", ["given", "shuffled"])
def test_training_picks_the_example_that_the_walk_picks(tmp_path, order):
    trained, walked = costs(tmp_path, order)
    assert trained == pytest.approx(walked)


def test_a_shuffled_order_brings_others_to_the_front(tmp_path):
    given, shuffled = costs(tmp_path, "given")[0], costs(tmp_path, "shuffled")[0]
    assert not np.allclose(given, shuffled)
