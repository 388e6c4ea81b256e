"""A frozen parameter is edited for training as it is for the walk."""

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.runs import outcome_of
from gdtutor.lesson.sweeps import members_of
from gdtutor.training.errors import TrainingError
from gdtutor.training.segments import Edit, RunSegment, with_edit
from gdtutor.training.sweep import Sweep

FROZEN = """\
+++
format = 1
id = "frz"
title = "Frozen"
frozen = ["k"]
[parameters]
w = 1.0
k = 2.0
[training]
learning_rate = 0.1
epochs = 3
+++
```graph
z = k*w
L = (z - 1)**2
```
"""


@pytest.fixture
def frozen(tmp_path):
    path = tmp_path / "07-frozen.md"
    path.write_text(FROZEN, encoding="utf-8")
    return path


def test_an_edit_of_a_frozen_parameter_reaches_training_and_evaluation(frozen):
    run = session_at(frozen, changes=["0:k=5"]).run
    run.advance()
    assert run.costs.tolist() == [16, 256, 4096]
    assert float(run.state(1).parameters["w"]) == -3
    assert outcome_of(run).final_cost == 65536


def test_a_later_edit_of_a_frozen_parameter_changes_nothing_before_it(frozen):
    run = session_at(frozen, changes=["1:k=5"]).run
    run.advance()
    assert run.costs.tolist() == pytest.approx([1, 4, 64])
    assert [float(run.state(k).parameters["k"]) for k in range(3)] == [2, 5, 5]


def test_a_later_edit_of_a_frozen_parameter_is_undone_by_a_later_one(frozen):
    run = session_at(frozen, changes=["1:k=5", "2:k=2"]).run
    assert [float(run.state(k).parameters["k"]) for k in range(4)] == [2, 5, 2, 2]


@pytest.mark.parametrize("sweep", ["w=1,2", "learning_rate=0.1,0.05", "seed=1,2", "k=5,5"])
def test_a_sweep_starts_from_an_edited_frozen_parameter(frozen, sweep):
    session = session_at(frozen, changes=["0:k=5"])
    found = Sweep(members_of(session.lesson, None, sweep, session.run.segments))
    found.advance()
    assert found.found()[0].costs.tolist() == [16, 256, 4096]


def test_an_edit_of_what_is_no_cell_is_refused(frozen):
    segment: RunSegment = session_at(frozen).run.segments[0]
    with pytest.raises(TrainingError, match=r"k has no cell \(0,\)"):
        with_edit(segment, Edit("k", (0,), 1.0))
