import numpy as np
import pytest
from walks import pressed, screen, typed, walk
from wishes import LINEAR, MATRIX, ROWS, picture, session, source

from gdtutor.drive import effects as headless
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.engine.trace import forward
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.state import Screen
from gdtutor.values import replace
from gdtutor.view.figures import source_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.pictures.cost_function import this_batch
from gdtutor.view.pictures.paths import cells_along
from gdtutor.view.pictures.slice_plot import slice_of
from gdtutor.view.pictures.source import cell_of


def numbers(template, wish, at=""):
    given = source(template, wish, at)
    return given, slice_of(given, given.lesson.pictures[0])


def parabola(w):
    return (0.4 * w - 1) ** 2 / 2


def test_the_curve_is_the_loss_at_every_weight():
    _, found = numbers(LINEAR, 'kind = "slice"\nalong = "w"\nrange = [-1, 6]')
    assert found.ys == pytest.approx([parabola(w) for w in found.xs])
    assert (found.xs[0], found.xs[-1]) == (-1.0, 6.0)
    assert found.here == pytest.approx((0.1, parabola(0.1)))


def test_the_slope_shows_once_the_gradient_is_reached_and_is_the_gradient():
    wish = 'kind = "slice"\nalong = "w"'
    assert numbers(LINEAR, wish, "forward:L")[1].slope is None
    given, found = numbers(LINEAR, wish, "backward:w")
    assert found.slope == float(given.traces[-1].gradients["w"])
    assert found.slope == pytest.approx((0.04 - 1) * 0.4)


def test_the_update_leads_where_training_goes():
    given, found = numbers(LINEAR, 'kind = "slice"\nalong = "w"', "3/update:w")
    after = float(given.run.state(4).parameters["w"])
    assert found.after == pytest.approx((after, parabola(after)))
    assert numbers(LINEAR, 'kind = "slice"\nalong = "w"', "3/backward:w")[1].after is None


def test_the_trail_is_the_steps_walked_before():
    given, found = numbers(LINEAR, 'kind = "slice"\nalong = "w"\nsteps = 2', "5/given")
    (trail,) = found.trails
    walked = [float(given.run.state(k).parameters["w"]) for k in (3, 4)]
    assert trail.xs == pytest.approx(tuple(walked))
    assert trail.ys == pytest.approx(tuple(parabola(w) for w in walked))


def test_every_point_lies_on_the_curve_where_other_parameters_move_as_well():
    given = source_of(
        session_at(find_lesson("feedback", shipped_lessons_folder()), at="2/update:w"), UNICODE
    )
    wish = next(one for one in given.lesson.pictures if one.kind == "slice")
    found, values = slice_of(given, wish), dict(given.traces[-1].values)
    leaves = {leaf.name: values[leaf.name] for leaf in given.traces[-1].graph.leaves}
    (trail,) = found.trails
    for w, height in (found.here, found.after, *zip(trail.xs, trail.ys, strict=True)):
        there = forward(given.traces[-1].graph, {**leaves, "w": np.asarray(w)})
        assert height == pytest.approx(float(there["L"]))


def test_rates_walk_from_the_same_start():
    wish = 'kind = "slice"\nalong = "w"\nrange = [-1, 6]\nrates = [5, 10, 50]\nsteps = 3'
    _, found = numbers(LINEAR, wish)
    for trail, rate in zip(found.trails, (5, 10, 50), strict=True):
        w, walked = 0.1, [0.1]
        for _ in range(3):
            w -= rate * (0.4 * w - 1) * 0.4
            walked.append(w)
        assert trail.xs == pytest.approx(tuple(walked))


def test_steps_that_leave_the_picture_are_said():
    wish = 'kind = "slice"\nalong = "w"\nrange = [-1, 6]\nrates = [5, 50]\nsteps = 3'
    text = " ".join(picture(LINEAR, wish, width=60).split())
    assert "△" not in text
    # Its only point in the picture lies under the present one.
    assert "□" not in text
    assert "50 leaves at step 1 (at 19.3)" in text
    assert "◇ 5 → 2.48" in text


def test_a_rate_that_is_no_longer_finite_is_said():
    wish = 'kind = "slice"\nalong = "w"\nrange = [-1e300, 1e300]\nrates = [1e300]\nsteps = 3'
    text = " ".join(picture(LINEAR, wish, width=60).split())
    assert "leaves at step 1 (at 3.84e299, soon not finite)" in text


def test_a_point_outside_the_range_is_said():
    text = picture(LINEAR, 'kind = "slice"\nalong = "w"\nrange = [3, 6]', width=60)
    assert "w 0.1, L 0.4608 (outside)" in text


@pytest.mark.parametrize("weight", ["1e12", "-1e12"])
def test_a_point_that_the_axes_do_not_reach_is_outside_and_not_drawn_at_their_end(weight):
    far = LINEAR.replace("w = 0.1", f"w = {weight}")
    text = picture(far, 'kind = "slice"\nalong = "w"', width=60)
    assert "(outside)" in text
    assert "●" not in text
    assert "L above 1e12 is drawn there" in text


def test_the_mean_over_the_batch_is_drawn_where_there_are_rows():
    given, found = numbers(ROWS, 'kind = "slice"\nalong = "w1"\nrange = [-2, 2]')
    trace = given.traces[-1]
    for k in (0, 80, 160):
        leaves = {leaf.name: trace.values[leaf.name] for leaf in trace.graph.leaves}
        value = forward(trace.graph, {**leaves, "w1": np.asarray(found.xs[k])})["C"]
        assert found.ys[k] == pytest.approx(float(value))


def test_a_cell_of_a_matrix_is_varied_alone():
    given, found = numbers(MATRIX, 'kind = "slice"\nalong = "W1[2,0]"\nrange = [-1, 5]')
    trace = given.traces[-1]
    weights = np.array(trace.values["W1"])
    weights[2, 0] = found.xs[40]
    leaves = {leaf.name: trace.values[leaf.name] for leaf in trace.graph.leaves}
    assert found.ys[40] == pytest.approx(
        float(forward(trace.graph, {**leaves, "W1": weights})["C"])
    )


def test_a_line_of_the_graph_can_be_varied():
    _, found = numbers(LINEAR, 'kind = "slice"\nalong = "yhat"\nrange = [-1, 3]', "backward:yhat")
    assert found.ys == pytest.approx([(y - 1) ** 2 / 2 for y in found.xs])
    assert found.slope == pytest.approx(0.04 - 1)


def test_a_slice_over_all_examples_is_their_mean():
    wish = 'kind = "slice"\nalong = "w1"\nrange = [-2, 2]\nover = "all"'
    batch = numbers(ROWS, 'kind = "slice"\nalong = "w1"\nrange = [-2, 2]')[1]
    assert numbers(ROWS, wish)[1].ys == pytest.approx(batch.ys)


def test_an_edit_moves_the_point():
    wish = '[[pictures]]\nkind = "slice"\nalong = "w"'
    edited = typed(pressed(session(LINEAR, wish), "e"), "w 2")
    given = source_of(edited, UNICODE)
    found = slice_of(given, given.lesson.pictures[0])
    assert found.here == pytest.approx((2.0, parabola(2.0)))


def test_a_valley_that_comes_down_to_0_has_its_floor_on_the_tick():
    wish = 'kind = "slice"\nalong = "w"\nrange = [-1, 6]'
    assert numbers(LINEAR, wish)[1].y_range[0] == 0
    drawn = picture(LINEAR, wish).splitlines()
    (floor,) = (n for n, row in enumerate(drawn) if "0┤" in row and "." not in row)
    assert "⣀" in drawn[floor]
    assert "└" in drawn[floor + 1]


def test_a_slope_far_from_0_keeps_room_below():
    low, _ = numbers(LINEAR, 'kind = "slice"\nalong = "w"\nrange = [-3, -1]')[1].y_range
    assert 0 < low < parabola(-1)


def test_a_slope_where_the_loss_is_not_finite_is_not_finite_and_warns_of_nothing():
    given, _ = numbers(LINEAR, 'kind = "slice"\nalong = "w"')
    ground = this_batch(given, given.traces[-1], "", 3)
    far = replace(ground, given={**ground.given, "w": np.asarray(1e308), "x": np.asarray(1e10)})
    assert not np.isfinite(far.slope(cells_along(given.lesson.pictures[0])[0]))


@pytest.mark.parametrize(
    ("template", "wish"),
    [
        (LINEAR, 'along = "w"'),
        (LINEAR, 'along = "yhat"'),
        (ROWS, 'along = "w1"'),
        (ROWS, 'along = "w1"\nof = "L"'),
        (ROWS, 'along = "w1"\nover = "all"'),
        (MATRIX, 'along = "W1[2,0]"'),
    ],
)
def test_a_slope_is_a_gradient_on_every_screen(template, wish):
    """A central difference says 2e-17 where the minimum is met to the last bit."""
    walked, found = numbers(template, f'kind = "slice"\n{wish}', "update")
    (cell,) = cells_along(walked.lesson.pictures[0])
    gradient = cell_of(walked.trace_with(cell.name).gradients[cell.name], cell.cell)
    assert found.slope == pytest.approx(gradient, rel=1e-12)


def test_a_minimum_that_is_met_exactly_has_slope_0_beside_training_as_on_the_walk():
    lesson = find_lesson("learning-rate", shipped_lessons_folder())
    training = headless.pressed(walk(lesson), parse_keys("V V t"))
    assert training.variant == "5: good"
    assert training.screen is Screen.TRAIN
    given = source_of(training, UNICODE)
    found = slice_of(given, given.lesson.pictures[0])
    assert (found.here, found.slope) == ((2.5, 0.0), 0.0)


def test_a_curve_over_all_examples_of_a_loss_is_called_its_mean():
    batch_1 = ROWS.replace("epochs = 100", "epochs = 100\nbatch = 1")
    wish = 'kind = "slice"\nalong = "w1"\nrange = [-1, 1]\nover = "all"'
    given, found = numbers(batch_1, wish, "forward:L")
    example = float(given.traces[-1].values["L"])
    assert found.here[1] != pytest.approx(example)
    assert f"mean L {found.here[1]:.4g}" in picture(batch_1, wish, "forward:L")
    assert "mean C" not in picture(ROWS, wish, "forward:L")
    contour = 'kind = "contour"\nalong = ["w1", "w2"]'
    assert "level lines of mean L" in picture(batch_1, contour)


def test_a_run_that_has_left_the_picture_shows_its_valley_and_the_steps_that_leave_it():
    wish = 'kind = "slice"\nalong = "w"\nrange = [-6, 11]'
    diverging = LINEAR.replace("learning_rate = 5.0", "learning_rate = 20.0")
    given, found = numbers(diverging, wish, "30/given")
    assert found.here[1] > 1e12
    assert max(found.ys) <= found.y_range[1] <= 1.1 * max(found.ys)
    (trail,) = found.trails
    assert trail.xs[:2] == pytest.approx((0.1, float(given.run.state(1).parameters["w"])))
    text = " ".join(picture(diverging, wish, "30/given", width=60).split())
    assert "the first 8 steps, 6 outside" in text


def test_steps_that_lie_close_to_the_present_one_are_said_to_do_so():
    lesson = session_at(find_lesson("learning-rate", shipped_lessons_folder()))
    end = screen(headless.pressed(lesson, parse_keys("t")))
    assert "8 steps before lie under ●" in end
    early = screen(headless.pressed(lesson, parse_keys("t 0 3n")), 200, 50)
    assert "◇ 3 steps before" in early


@pytest.mark.slow
@pytest.mark.parametrize("at", ["49/update:w", "200/update:w", "500/update:w"])
def test_a_point_too_far_out_to_be_drawn_leaves_the_valley_in_the_picture(at):
    template, wish = LINEAR.replace("5.0", "50.0"), 'kind = "slice"\nalong = "w"'
    _, found = numbers(template, wish, at)
    assert not abs(found.here[0]) <= 1e12
    assert found.x_range[0] < 0 < found.x_range[1]
    assert "outside" in picture(template, wish, at)
