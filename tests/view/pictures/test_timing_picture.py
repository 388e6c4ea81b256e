from wishes import ROWS, picture, source

from gdtutor.training.timing import Timing
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE, Size
from gdtutor.view.pictures import draw
from gdtutor.view.pictures.timing import seconds_text


def test_without_a_clock_it_names_the_key_that_times():
    assert "f times the two" in " ".join(picture(ROWS, 'kind = "timing"').split())


def test_with_times_it_compares_them():
    given = source(ROWS, 'kind = "timing"', chars=ASCII)
    given = replace(given, timings=(Timing(10, 2e-4, 1e-5), Timing(1000, 0.02, 4e-5)))
    lines = draw(given, given.lesson.pictures[0], Size(50, 13)).lines
    text = ["".join(segment.text for segment in line).rstrip() for line in lines]
    assert text[1].split() == ["10", "200", "us", "10", "us", "20"]
    assert text[2].split() == ["1,000", "20", "ms", "40", "us", "500"]
    assert text[3].count("#") == 24
    assert text[4].count("#") == 1
    # Ten times the examples may take no longer together, which is no contradiction.
    assert "fixed cost" in " ".join(" ".join(text[5:]).split())


def test_times_have_their_unit():
    assert seconds_text(1.234, UNICODE) == "1.2 s"
    assert seconds_text(0.0123, UNICODE) == "12 ms"
    assert seconds_text(1.23e-5, UNICODE) == "12 µs"
    assert seconds_text(0.0, UNICODE) == "0 µs"
