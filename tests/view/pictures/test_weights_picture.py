import numpy as np
from wishes import CURVE, MATRIX, picture

from gdtutor.view.frame import ASCII
from gdtutor.view.pictures.weights import equal_rows


def test_rows_that_agree_within_rounding_move_together():
    grid = np.array([[1.0, 2.0], [1.0 + 1e-13, 2.0], [1.0, 2.1], [3.0, 4.0], [3.0, 4.0]])
    assert equal_rows(grid, None) == ((0, 1), (3, 4))


def test_equal_rows_with_unequal_gradients_do_not():
    grid = np.ones((2, 2))
    assert equal_rows(grid, np.array([[1e-9, 0.0], [2e-9, 0.0]])) == ()
    assert equal_rows(grid, np.array([[1e-9, 0.0], [1e-9, 0.0]])) == ((0, 1),)
    assert equal_rows(grid, np.zeros((2, 2))) == ((0, 1),)


def test_equal_neurons_are_marked_and_stay_so():
    for at in ("", "9/given"):
        lines = picture(MATRIX, 'kind = "weights"\nof = "W1"', at).splitlines()
        assert [line.rstrip().endswith("=A") for line in lines[2:5]] == [True, True, False]
        assert "equal rows, equal gradients" in lines[5]


def test_signs_and_sizes_show_without_colour():
    text = picture(MATRIX, 'kind = "weights"\nof = "W1"', chars=ASCII)
    first, last = text.splitlines()[2], text.splitlines()[4]
    assert first.split()[1:5] == ["+", "0.5", "--", "-1"]
    assert last.split()[1:5] == ["+++", "2", "++", "1"]
    assert text.isascii()


def test_a_lesson_of_plain_numbers_has_them_all():
    assert "0.5" in picture(CURVE, 'kind = "weights"')


def test_parameters_without_room_are_counted():
    assert "more lines" in picture(MATRIX, 'kind = "weights"\nof = ["W1", "W2", "b1"]', height=6)


def test_what_the_signs_mean_is_whole_beside_training():
    text = " ".join(picture(MATRIX, 'kind = "weights"', width=26).split())
    assert "+++ large, + small, − negative" in text
    assert "=A equal rows, equal gradients" in text
