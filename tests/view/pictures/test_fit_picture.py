import numpy as np
import pytest
from wishes import FIT, FIT_MATRIX, picture, source

from gdtutor.session.snapshots import snapshot_of
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, Size
from gdtutor.view.pictures import draw
from gdtutor.view.pictures.fit import POINTS, fit_of

AT_THE_DATA = [0, (POINTS - 1) // 2, POINTS - 1]
"""Points of a curve over the range of the data that lie on the examples −1, 0 and 1."""
WISH = 'kind = "fit"\nrange = [-1, 1]'


def fit(at="", template=FIT, wish=WISH):
    given = source(template, wish, at)
    found = fit_of(given, given.lesson.pictures[0])
    assert found is not None
    return found


@pytest.mark.parametrize("at", ["given", "4/forward:p", "4/backward:a"])
def test_the_curve_goes_through_the_predictions_of_the_walk(at):
    values = source(FIT, WISH, at).traces[-1].values["p"]
    assert np.array(fit(at).now)[AT_THE_DATA] == pytest.approx(values, rel=1e-12)


def test_the_curve_of_a_matrix_goes_through_the_predictions_of_the_walk():
    at = "2/given"
    values = source(FIT_MATRIX, WISH, at).traces[-1].values["Yhat"]
    found = fit(at, FIT_MATRIX)
    assert np.array(found.now)[AT_THE_DATA] == pytest.approx(values[0], rel=1e-12)
    assert found.line == "Yhat"


def test_another_line_may_be_drawn():
    at = "2/given"
    values = source(FIT, WISH, at).traces[-1].values["q"]
    found = fit(at, wish=WISH + '\nof = "q"')
    assert np.array(found.now)[AT_THE_DATA] == pytest.approx(values, rel=1e-12)


def test_the_points_are_the_examples():
    assert fit().data == ((-1.0, 0.0, 1.0), (2.0, 0.5, 1.0))


def test_the_curve_before_is_the_one_at_the_start_of_the_training():
    assert fit("given").before == ()
    assert fit("4/forward:p").before == fit("given").now


def test_after_the_last_update_the_curve_is_that_of_the_next_iteration():
    found = fit("4/update:b")
    assert found.now == pytest.approx(fit("5/given").now, rel=1e-12)
    assert found.before == fit("4/given").now


def test_between_two_updates_the_curve_has_the_first_alone():
    before, after = (source(FIT, WISH, at).parameters for at in ("4/given", "5/given"))
    xs = np.array([-1.0, 0.0, 1.0])
    expected = float(after["a"]) * xs**2 + float(before["b"])
    found = fit("4/update:a")
    assert np.array(found.now)[AT_THE_DATA] == pytest.approx(expected, rel=1e-12)


def test_where_averages_predict_the_update_is_that_of_the_average():
    averaged = FIT.replace("[training]", '[training]\noptimizer = "averaged"')
    plain = fit("4/update:b")
    found = fit("4/update:b", averaged)
    assert found.now == pytest.approx(fit("5/given", averaged).now, rel=1e-12)
    assert found.now != pytest.approx(plain.now, rel=1e-3)


def test_beside_training_the_curve_goes_through_the_predictions_of_the_averages():
    walked = source(FIT.replace("[training]", '[training]\noptimizer = "averaged"'), WISH)
    walked.run.advance(6)
    trained = replace(walked, at=snapshot_of(walked.run), step=None)
    found = fit_of(trained, trained.lesson.pictures[0])
    assert np.array(found.now)[AT_THE_DATA] == pytest.approx(trained.at.predictions, rel=1e-12)


def test_the_followed_example_is_marked_with_its_numbers():
    single = FIT.replace("[training]", "[training]\nbatch = 1")
    assert fit("given", single).here == (-1.0, 2.0, None)
    x, y, predicted = fit("1/forward:p", single).here
    assert (x, y) == (0.0, 0.5)
    walked = source(single, WISH, "1/forward:p").traces[-1].values["p"]
    assert predicted == pytest.approx(float(walked), rel=1e-12)


def test_the_range_holds_the_data_and_a_curve_that_stays_near():
    found = fit(wish='kind = "fit"')
    assert found.x_range == pytest.approx((-1.1, 1.1))
    low, high = found.y_range
    assert low < min(found.now) <= 0.5 < 2.0 < high < 4.0


def test_a_curve_that_runs_away_does_not_flatten_the_data():
    far = FIT.replace("b = 0.2", "b = 1e9")
    low, high = fit("given", far).y_range
    assert high - low < 5
    assert "p leaves the picture" in picture(far, WISH)


def test_a_curve_that_is_not_finite_is_said_to_be():
    broken = FIT.replace("q + b", "q + b + log(a - 1)")
    assert "p is not finite everywhere" in picture(broken, WISH)


def test_every_mark_is_explained_and_the_axes_have_their_names_and_ends():
    text = picture(FIT, WISH, "4/backward:a")
    assert "y ↑  x −1 → 1" in text
    assert "◇ y, ⠶ p, · at the start" in text
    ascii_text = picture(FIT, WISH, "4/update:b", chars=ASCII)
    assert "% y, * p updated so far, . before" in ascii_text
    assert ascii_text.isascii()


def test_points_are_explained_only_where_one_lies_beside_the_followed_example():
    single = FIT.replace("[[-1, 2], [0, 0.5], [1, 1]]", "[[0, 0.5]]")
    wish = 'kind = "fit"\nrange = [-1, 1]\nrange2 = [0, 1]'
    assert "◇ y, ⠶ p" in picture(FIT, wish, "forward:p")
    told = picture(single, wish, "forward:p")
    assert "⠶ p" in told
    assert "◇ y" not in told


def test_points_and_curves_have_marks_of_their_own_without_braille_or_colour():
    given = source(FIT, WISH, "4/backward:a", chars=ASCII)
    (placed,) = draw(given, given.lesson.pictures[0], Size(60, 14)).plots
    marks = [series.mark for series in placed.plot.series]
    assert marks == [".", "*", "%", "@"]


def test_the_ends_of_the_axis_give_way_to_the_names_where_there_is_no_room():
    named = FIT.replace('["x"]', '["temperature"]').replace("a*x", "a*temperature")
    assert "y ↑  temperature −1 → 1" in picture(named, WISH, width=26)
    assert picture(named, WISH, width=20).split("\n")[0].rstrip() == "y ↑  temperature →"
