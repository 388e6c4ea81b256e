from itertools import pairwise

import numpy as np
import pytest
from walks import DATA, NETWORK, NEURON, ROWS, walk

from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.snapshots import snapshot_of
from gdtutor.training.curvature import Bend, bend_of
from gdtutor.training.curvature import verdict_of as judged
from gdtutor.training.diagnosis import asleep_over, asleep_units, bend_at, diagnose
from gdtutor.training.trouble import Trouble
from gdtutor.training.walked import is_jumping
from gdtutor.values import replace

PARABOLA = DATA / "lessons" / "deep.md"
DEAD = ("W1[0,0]=-9", "W1[0,1]=-9", "W1[1,0]=-9", "W1[1,1]=-9", "b1[0,0]=-1", "b1[1,0]=-1")


def trained(path, *changes, iterations=None):
    run = walk(path, "given", changes=changes).run
    run.advance(iterations=iterations)
    return run


def test_a_healthy_run_has_no_diagnosis():
    assert diagnose(trained(PARABOLA, "learning_rate=0.2")) is None
    assert diagnose(trained(NETWORK, iterations=3)) is None


def test_a_run_that_has_not_begun_has_none():
    assert diagnose(walk(NEURON, "given").run) is None


def test_a_growing_run_is_told_with_the_limit_that_it_exceeds():
    run = trained(PARABOLA)
    found = diagnose(run)
    assert found.trouble is Trouble.GROWING
    assert found.last_cost == run.costs[-1] > found.first_cost == run.costs[-16]
    assert found.window == 15
    # The loss is 2 w², so its second derivative is 4 everywhere.
    assert found.stability.curvature == pytest.approx(4, rel=1e-6)
    assert found.stability.limit == pytest.approx(0.5, rel=1e-6)
    assert found.learning_rate == 0.6
    assert found.stability_at == 0


@pytest.mark.parametrize(("rate", "grows"), [(0.49, False), (0.51, True)])
def test_the_limit_is_where_growing_begins(rate, grows):
    run = trained(PARABOLA, f"learning_rate={rate}")
    assert (run.costs[-1] > run.costs[0]) == grows


def test_numbers_that_are_not_finite_are_traced_to_the_update_that_caused_them():
    run = trained(PARABOLA, "learning_rate=1e200")
    found = diagnose(run)
    assert found.trouble is Trouble.NOT_FINITE
    assert (found.iteration, found.node) == (run.diverged_at, "L")
    step = found.step
    assert (step.iteration, step.parameter, step.before) == (0, "w", 1.0)
    assert step.after == step.before - 1e200 * step.gradient
    assert found.stability.limit == pytest.approx(0.5, rel=1e-6)


def test_a_slow_divergence_is_traced_back_to_where_the_rise_began():
    run = walk(PARABOLA, "given", changes=("learning_rate=0.2", "5:learning_rate=40")).run
    run.advance(iterations=400, beyond=True)
    found = diagnose(run)
    assert found.trouble is Trouble.NOT_FINITE
    assert found.stability_at == 5
    assert found.learning_rate == 40
    assert found.step.iteration == found.iteration - 1


def test_a_network_whose_relus_are_dead_is_saturated_and_they_are_counted():
    found = diagnose(trained(NETWORK, *DEAD))
    assert found.trouble is Trouble.STUCK
    (asleep,) = found.asleep
    assert (asleep.node, asleep.is_dead, asleep.units, asleep.of) == ("A1", True, 2, 2)
    assert found.gradient_norm < 1e-2
    assert found.stability is None


def test_a_saturated_neuron_at_a_poor_cost_is_told():
    found = diagnose(trained(NEURON, "w1=40", "w2=-40", "learning_rate=1e-6"))
    assert found.trouble is Trouble.STUCK
    assert not found.asleep[0].is_dead


def test_a_start_that_is_not_finite_is_not_blamed_on_an_update():
    found = diagnose(trained(PARABOLA, "w=1e200"))
    assert (found.trouble, found.iteration, found.node) == (Trouble.NOT_FINITE, 0, "L")
    assert found.step is None


@pytest.mark.parametrize("rate", [1e-9, 0.5])
def test_a_run_that_is_stuck_where_it_is_steep_has_the_limit_of_its_rate_beside_it(rate):
    """A rate far below the limit hardly moves, and at the limit the steps go to and fro."""
    found = diagnose(trained(PARABOLA, f"learning_rate={rate}"))
    assert found.trouble is Trouble.STUCK
    assert found.gradient_norm == pytest.approx(4, rel=1e-6)
    assert found.stability.limit == pytest.approx(0.5, rel=1e-6)


def test_a_run_at_a_low_cost_is_not_called_stuck():
    run = walk(PARABOLA, "given", changes=("learning_rate=0.25",)).run
    run.advance()
    assert diagnose(run) is None


def test_units_are_asleep_only_where_they_are_on_every_example():
    moment = walk(ROWS, "given", changes=("w=200",)).moment
    values = moment.trace.values
    awake = replace(moment.trace, values={**values, "a": np.array([1, 0, 1])})
    assert not asleep_units(awake)
    (asleep,) = asleep_units(replace(moment.trace, values={**values, "a": np.ones(3)}))
    assert (asleep.node, asleep.units, asleep.of) == ("a", 1, 1)


LEARNING_RATE = find_lesson("learning-rate", shipped_lessons_folder())


@pytest.mark.parametrize(
    ("path", "bend"),
    [(LEARNING_RATE, Bend(0.16, 1.0, "x")), (PARABOLA, Bend(4.0, 1.0, "x")), (NEURON, None)],
)
def test_one_number_on_a_parabola_has_the_bend_of_its_operand(path, bend):
    run = walk(path, "given").run
    segment = run.segments[0]
    found = bend_of(segment.problem, dict(run.state(0).parameters), run.batch(0))
    assert (found is None) == (bend is None)
    if bend is not None:
        assert found.curvature == pytest.approx(bend.curvature, rel=1e-9)
        assert (found.factor, found.of, found.is_mean) == (bend.factor, bend.of, bend.is_mean)


def test_the_distance_is_multiplied_by_one_minus_rate_times_bend():
    run = trained(LEARNING_RATE, "learning_rate=16", iterations=9)
    bend = bend_of(run.segments[0].problem, dict(run.state(0).parameters), run.batch(0))
    ways = [float(run.state(k).parameters["w"]) - 2.5 for k in range(9)]
    factors = [after / before for before, after in pairwise(ways)]
    assert factors == pytest.approx([1 - 16 * bend.curvature] * 8, rel=1e-9)
    assert 1 - 16 * bend.curvature == pytest.approx(-1.56)


def test_where_the_bend_changes_there_is_none_to_tell_of():
    run = walk(LEARNING_RATE, "given", changes=("activation=sigmoid",)).run
    segment = run.segments[0]
    assert bend_of(segment.problem, dict(run.state(0).parameters), run.batch(0)) is None


def test_what_is_told_are_costs_of_the_curve(tmp_path):
    """The cost at the parameters that came of the last update is none of them."""
    of_batches = written(tmp_path, LINE, "batch = 1")
    for path, trouble in ((PARABOLA, Trouble.GROWING), (of_batches, Trouble.STUCK)):
        run = trained(path, "learning_rate=0.6")
        found = snapshot_of(run).diagnosis
        assert found.trouble is trouble
        ends = run.costs[-1 - found.window], run.costs[-1]
        assert (found.first_cost, found.last_cost) == ends


LINE = """+++
format = 1
id = "line"
title = "Line"
[parameters]
w = 2.2
[data]
inputs = ["x"]
targets = ["y"]
examples = [[1, 2], [1, 3], [2, 4], [2, 6], [1, 2.1], [1, 2.9]]
[training]
learning_rate = 0.005
epochs = 200
MORE
+++
```graph
h = w*x
L = (h - y)**2
```
"""
MATRIX = LINE.replace("w = 2.2", "w = [[2.2]]\n[constants]\nK = [[0.0, 0.1]]").replace(
    '["x"]\ntargets = ["y"]', '{ X = ["x"] }\ntargets = { Y = ["y"] }'
)
FITS_TWO = MATRIX.replace("w*x", "w@X + K").replace("(h - y)**2", "sum((h - Y)**2)/m")


def written(tmp_path, text, more=""):
    path = tmp_path / "line.md"
    path.write_text(text.replace("MORE", more), encoding="utf-8")
    return path


@pytest.mark.parametrize("batch", [1, 2, 3, 6])
def test_a_run_of_batches_is_held_against_the_cost_of_all_examples(tmp_path, batch):
    """The lowest cost of a line of one weight is at the root of its slope, whatever the batches."""
    path = written(tmp_path, LINE, f"batch = {batch}")
    assert diagnose(trained(path)) is None
    found = diagnose(trained(path, "learning_rate=1e-9"))
    assert found.trouble is Trouble.STUCK
    slopes = [2 * (2.2 * x - y) * x for x, y in trained(path).segments[0].problem.examples]
    assert found.gradient_norm == pytest.approx(abs(np.mean(slopes)), rel=1e-5)
    assert found.stability.curvature == pytest.approx(2 * np.mean([1, 1, 4, 4, 1, 1]), rel=1e-6)
    assert (found.bend is None) == (batch < 6)


def test_a_run_whose_graph_fits_one_number_of_examples_is_judged(tmp_path):
    run = trained(written(tmp_path, FITS_TWO, "batch = 2"))
    assert diagnose(run) is None
    problem, end = run.segments[0].problem, run.state(run.farthest)
    assert judged(problem, run.segments[0].settings, lambda: end, run.costs, "epochs") == ""


def test_a_unit_that_sleeps_in_one_batch_alone_is_not_asleep(tmp_path):
    text = LINE.replace("[[1, 2]", "[[-1, 2]").replace("w*x", "relu(w*x)")
    path = written(tmp_path, text, "batch = 1")
    assert asleep_units(walk(path, "given").moment.trace)
    for start, units in ((2.2, 0), (-2.2, 0), (0.0, 1)):
        run = walk(path, "given", changes=(f"w={start}",)).run
        problem, parameters = run.segments[0].problem, run.state(0).parameters
        assert len(asleep_over(problem, parameters, run.trained_examples)) == units


@pytest.mark.parametrize(
    ("loss", "more", "is_plain"),
    [
        ("(w*x - y)**2", "", True),
        ("(w*x)**3", "", False),
        ("(w*x - y)**2", "hyperparameters = { weight_decay = 0.1 }", False),
        ("(w*x - y)**2", 'schedule = "cosine"', False),
        ("(w*x - y)**2", "batch = 3", False),
        ("(w*x - y)**2", 'order = "drawn"', False),
    ],
)
def test_steps_multiply_the_distance_on_a_parabola_and_by_plain_steps_alone(
    tmp_path, loss, more, is_plain
):
    run = walk(written(tmp_path, LINE.replace("(h - y)**2", loss), more), "given").run
    assert (bend_at(run, 0) is not None) == is_plain


@pytest.mark.parametrize(
    ("more", "jumps"),
    [
        ("", True),
        ('optimizer = "averaged"', True),
        ('optimizer = "momentum"', True),
        ("hyperparameters = { weight_decay = 0.1 }", True),
        ('order = "drawn"', False),
        ("batch = 3", False),
        ('schedule = "cosine"', False),
    ],
)
def test_a_step_that_leads_across_jumps_where_batches_and_schedules_do_not(tmp_path, more, jumps):
    run = walk(written(tmp_path, LINE, more), "given").run
    segment, state = run.segment_at(0), run.state(0)
    assert is_jumping(segment.problem, segment.settings, state, 0.5) is jumps


def test_a_run_at_rest_by_its_decay_does_not_jump(tmp_path):
    """The slope of the cost is as large as the decay, and the other way."""
    more = "hyperparameters = { weight_decay = 0.1 }"
    run = trained(written(tmp_path, LINE, more), "learning_rate=0.1")
    segment, state = run.segment_at(0), run.state(run.farthest)
    cost = float(run.costs[-1])
    assert not is_jumping(segment.problem, segment.settings, state, cost)
    plain = replace(segment.settings, hyperparameters=())
    assert is_jumping(segment.problem, plain, state, cost)
