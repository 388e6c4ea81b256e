import numpy as np
import pytest
from wishes import MATRIX, ROWS, picture, source

from gdtutor.engine.trace import forward
from gdtutor.view.pictures.contour_plot import levels_of, surface_of
from gdtutor.view.pictures.field import Axis
from gdtutor.view.pictures.paths import cells_along, overlaid, path, up_to

WISH = 'kind = "contour"\nalong = ["w1", "w2"]\nrange = [-2, 4]'


def cost_at(given, **changed):
    problem = given.problem
    parameters = given.parameters | {name: np.asarray(v) for name, v in changed.items()}
    values = forward(problem.graph, problem.given(parameters, np.arange(problem.size)))
    return float(np.mean(values[problem.graph.root]))


def test_every_cell_is_the_cost_over_all_examples_in_its_middle():
    given = source(ROWS, WISH)
    axes = Axis("w1", -2.0, 4.0), Axis("w2", -2.0, 4.0)
    surface = surface_of(given, given.lesson.pictures[0], axes, 6, 3)
    assert surface.costs[0, 0] == pytest.approx(cost_at(given, w1=-1.5, w2=3.0))
    assert surface.costs[2, 5] == pytest.approx(cost_at(given, w1=3.5, w2=-1.0))


def test_cells_of_one_matrix_are_varied_together():
    wish = 'kind = "contour"\nalong = ["W1[0,0]", "W1[2,1]"]'
    given = source(MATRIX, wish)
    axes = Axis("a", -1.0, 1.0), Axis("b", -1.0, 1.0)
    surface = surface_of(given, given.lesson.pictures[0], axes, 2, 2)
    weights = np.array(given.parameters["W1"])
    weights[0, 0], weights[2, 1] = 0.5, -0.5
    assert surface.costs[1, 1] == pytest.approx(cost_at(given, W1=weights))


def test_bands_count_the_levels_that_a_cell_reaches():
    given = source(ROWS, WISH)
    axes = Axis("w1", -2.0, 4.0), Axis("w2", -2.0, 4.0)
    surface = surface_of(given, given.lesson.pictures[0], axes, 20, 8)
    for cost, band in zip(surface.costs.flat, surface.bands.flat, strict=True):
        assert band == sum(cost >= level for level in surface.levels)


def test_levels_are_few_ordered_and_written_with_two_digits():
    levels = levels_of(np.linspace(0.0, 1.0, 400).reshape(20, 20), 5)
    assert list(levels) == sorted(set(levels))
    assert 1 < len(levels) <= 5
    assert all(level == float(f"{level:.1e}") for level in levels)
    assert levels_of(np.full((3, 3), 0.125)) == ()
    assert levels_of(np.full((3, 3), np.nan)) == ()


def test_the_path_is_where_training_was():
    given = source(ROWS, WISH, "7/given")
    cells = cells_along(given.lesson.pictures[0])
    points = path(given.run, cells, (0, 3, 7))
    for point, k in zip(points, (0, 3, 7), strict=True):
        state = given.run.state(k).parameters
        assert tuple(point) == (float(state["w1"]), float(state["w2"]))


@pytest.mark.parametrize("last", [0, 1, 64, 65, 1000, 4800, 123457])
def test_long_paths_are_thinned_from_the_start_to_the_last(last):
    found = up_to(last)
    assert (found[0], found[-1]) == (0, last)
    assert len(found) <= 66
    assert list(found) == sorted(set(found))


@pytest.mark.parametrize(
    ("option", "labels"),
    [
        ("rates = [0.1, 1]", ["rate 0.1", "rate 1"]),
        ("rates = [0.12345678, 0.12345679]", ["rate 0.12345678", "rate 0.12345679"]),
        ('optimizers = ["sgd", "adam"]', ["sgd", "adam"]),
        ('batches = [1, "full"]', ["batch 1", "full batch"]),
        ('variants = ["far"]\n[[variants]]\nname = "far"\nparameters = { w1 = 3.0 }', ["far"]),
    ],
)
def test_overlaid_paths_begin_where_their_runs_do(option, labels):
    given = source(ROWS, f"{WISH}\n{option}")
    wish = given.lesson.pictures[0]
    walks = overlaid(given.lesson, given.run, None, wish)
    assert [walk.label for walk in walks] == labels
    first = [float(walk.run.state(0).parameters["w1"]) for walk in walks]
    assert first == ([3.0] if labels == ["far"] else [0.1] * len(labels))


def test_overlaid_optimisers_walk_their_own_ways():
    given = source(ROWS, f'{WISH}\noptimizers = ["sgd", "adam"]')
    sgd, adam = overlaid(given.lesson, given.run, None, given.lesson.pictures[0])
    assert sgd.run.state(9).parameters["w1"] == given.run.state(9).parameters["w1"]
    assert adam.run.state(9).parameters["w1"] != sgd.run.state(9).parameters["w1"]


def test_a_path_that_leaves_the_picture_is_said():
    wish = 'kind = "contour"\nalong = ["w1", "w2"]\nrange = [0, 1]\nsteps = 60'
    text = " ".join(picture(ROWS, wish, width=70, height=20).split())
    assert "the path is outside at" in text
    assert "first at" in text


def test_the_start_and_the_present_are_marked():
    text = picture(ROWS, WISH, "40/given", width=60, height=16)
    assert "# start, ◇ path, ● iteration 40" in text
    field = text.splitlines()[1:-3]
    assert sum(line.count("#") for line in field) == 1
    assert sum(line.count("●") for line in field) == 1


def test_a_variant_has_its_own_surface():
    variants = '[[variants]]\nname = "and"\ndata = { dataset = "and" }'
    own = picture(ROWS, WISH, width=60)
    other = picture(ROWS, f'{WISH}\nvariant = "and"\n{variants}', width=60)
    assert own != other


def test_many_examples_are_thinned_and_that_is_said():
    big = ROWS.replace('dataset = "or"', 'dataset = "circle"\ncount = 5000')
    text = " ".join(picture(big, WISH, width=70, height=24).split())
    assert "of 5,000 examples" in text


def test_a_start_that_lies_under_the_present_is_not_in_the_legend():
    text = picture(ROWS, WISH, "given", width=60, height=16)
    assert "● iteration 0" in text
    assert "# start" not in text


def test_a_start_under_the_present_is_not_in_the_legend_of_a_path_either():
    slow = ROWS.replace("learning_rate = ", "learning_rate = 1e-9 #")
    text = picture(slow, WISH, "5/given", width=60, height=16)
    assert "● iteration 5" in text
    assert "S" not in text.partition("●")[2]
    assert "# start" not in text


def test_a_field_without_a_finite_cost_is_not_said_to_be_the_same_everywhere():
    wish = 'kind = "contour"\nalong = ["w1", "w2"]\nrange = [1e200, 2e200]'
    text = picture(ROWS.replace("sigmoid(z)", "z + 0"), wish, width=60, height=16)
    assert "the cost is finite nowhere here" in text
