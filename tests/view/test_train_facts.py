"""The line of facts above the curve names the costs under the cursor, at every width."""

import numpy as np
import pytest
from walks import NETWORK, NEURON, ROWS, pressed, screen, walk

from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Snapshot, Status, Training, TrainLook
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.notation import shown


def test_right_answers_are_counted_only_among_finite_outputs():
    session = walk(NEURON)
    snapshot = Snapshot(
        status=Status.FINISHED, predictions=np.array([[np.nan]]), targets=np.zeros((1, 1))
    )
    shown = replace(session, screen=Screen.TRAIN, train=Training(snapshot, look=TrainLook(tab=2)))
    assert "1 of 1 right" not in screen(shown, 120, 36)


@pytest.mark.parametrize(("changes", "has_boundary"), [((), True), (("Y[0,0]=1.8",), False)])
def test_a_boundary_stands_beside_training_only_where_targets_are_classes(changes, has_boundary):
    session = replace(walk(NETWORK, changes=changes), screen=Screen.TRAIN)
    shown = [screen(session.with_train(look=TrainLook(tab=tab))) for tab in range(3)]
    assert any("decision boundary" in text for text in shown) is has_boundary
    assert any("expected and learned" in text for text in shown)


def test_one_input_has_its_curve_beside_training():
    session = replace(walk(ROWS), screen=Screen.TRAIN)
    assert "data and prediction" in screen(session)
    assert "expected and learned" in screen(session.with_train(look=TrainLook(tab=1)))


def test_the_rate_above_the_curve_is_the_one_that_holds_from_here_on():
    session = replace(walk(NEURON, "given"), screen=Screen.TRAIN)
    session.run.advance(iterations=2)
    session = session.with_train(snapshot=snapshot_of(session.run, Status.PAUSED))
    before = session.run.segments[0].settings.learning_rate
    doubled = pressed(session, "+")
    assert f"α {2 * before:g} " in screen(doubled)


def test_a_finished_run_keeps_the_rate_of_its_last_iteration():
    lesson = find_lesson("learning-rate", shipped_lessons_folder())
    session = replace(pressed(walk(lesson), "7V"), screen=Screen.TRAIN)
    session.run.advance()
    session = session.with_train(snapshot=snapshot_of(session.run, Status.FINISHED))
    assert f"α {shown(20 * 0.8**49, 4, UNICODE)} " in screen(session)


def test_a_diverging_cost_and_the_epochs_of_its_growth_are_told_apart():
    lesson = find_lesson("learning-rate", shipped_lessons_folder())
    session = replace(walk(lesson, changes=("learning_rate=16",)), screen=Screen.TRAIN)
    session.run.advance()
    session = session.with_train(snapshot=snapshot_of(session.run, Status.FINISHED))
    now, last = (
        shown(cost, 4, UNICODE)
        for cost in (session.train.snapshot.final_cost, session.run.costs[-1])
    )
    assert now != last
    told = screen(session, 80, 24).splitlines()
    assert told[1].strip() == f"cost now {now} (a number of 19 digits) after the last update   α 16"
    # The cursor's cost comes beside it, in fewer words.
    told = screen(pressed(session, "["), 80, 24).splitlines()
    assert told[1].strip() == f"cost now {now} (a number of 19 digits)   α 16   epoch 49: {last}"
    assert "49: loss at every weight" in told[2]
