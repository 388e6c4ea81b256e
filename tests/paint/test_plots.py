import math
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, product

import numpy as np
import plotext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtutor.paint.plots import _PLOTEXT, _Curve, _drawable, _in_braille, plot_rows
from gdtutor.paint.ticks import Scale
from gdtutor.view.curve import thin, thinned
from gdtutor.view.frame import ASCII, UNICODE, Chars, Line, Plot, Series, Style
from gdtutor.view.lines import merged
from tests.tries import tries

DOTS = Chars(braille=False)
INF, NAN = math.inf, math.nan
BRAILLE = range(0x2800, 0x2900)


def plot_lines(plot, width, height, chars):
    return tuple(merged(row) for row in plot_rows(plot, width, height, chars))


def text(lines: tuple[Line, ...]) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in lines)


def drawn(
    series: Series | tuple[Series, ...],
    width: int = 60,
    height: int = 15,
    chars: Chars = UNICODE,
    **options: object,
) -> str:
    several = series if isinstance(series, tuple) else (series,)
    return text(plot_lines(Plot("cost", several, **options), width, height, chars))  # type: ignore[arg-type]


def curve(*ys: float, label: str = "", style: Style = Style.RUN_1) -> Series:
    return Series(label, tuple(range(len(ys))), ys, style)


FALLING = curve(*(1 / (1 + n) for n in range(40)), label="rate 0.1")
RISING = curve(*(n / 40 for n in range(40)), label="rate 0.5", style=Style.RUN_2)


def styled(series: tuple[Series, ...], style: Style, chars: Chars = UNICODE) -> str:
    lines = plot_lines(Plot("cost", series), 60, 15, chars)
    return "".join(segment.text for line in lines for segment in line if segment.style is style)


@settings(max_examples=tries(60), deadline=None)
@given(
    st.lists(st.floats(width=64), max_size=12),
    st.integers(0, 40),
    st.integers(0, 14),
    st.booleans(),
    st.sampled_from([UNICODE, DOTS, ASCII]),
)
def test_any_numbers_at_any_size_fill_the_rectangle(
    ys: list[float], width: int, height: int, log_y: bool, chars: Chars
) -> None:
    plot = Plot("cost", (curve(*ys, label="run"),), "epoch", "C", log_y, cursor=2.0)
    lines = plot_lines(plot, width, height, chars)
    assert [len("".join(segment.text for segment in line)) for line in lines] == [width] * height


def test_the_first_line_names_the_plot_its_axis_and_its_curves() -> None:
    first = drawn((FALLING, RISING), y_label="C", log_y=True).split("\n")[0]
    assert first.split() == ["C", "(log)", "cost", "⠶", "rate", "0.1", "•", "rate", "0.5"]


def test_a_legend_that_does_not_fit_gets_a_line_of_its_own() -> None:
    first, second, *_ = drawn((FALLING, RISING), width=25, y_label="C").split("\n")
    assert first.rstrip() == "C  cost"
    assert second.rstrip() == "⠶ rate 0.1  • rate 0.5"


def test_both_axes_carry_numbers_and_the_x_axis_its_name() -> None:
    lines = drawn(FALLING, x_label="epoch", x_integer=True).split("\n")
    assert lines[-1].split() == ["epoch"]
    assert lines[-2].split() == ["0", "10", "20", "30"]
    assert [line.split("┤")[0].strip() for line in lines if "┤" in line] == ["1.0", "0.5", "0"]


def test_integer_ticks_of_a_short_run_are_not_fractions() -> None:
    assert drawn(curve(3, 2, 1), x_integer=True).split("\n")[-1].split() == ["0", "1", "2"]


def test_a_log_axis_is_labelled_with_powers_of_ten() -> None:
    lines = drawn(curve(*(10.0**-n for n in range(5))), log_y=True).split("\n")
    labels = [line.split("┤")[0].strip() for line in lines if "┤" in line]
    assert labels == ["1", "0.01", "1e−4"]


def test_a_straight_fall_on_a_log_axis_is_a_straight_line() -> None:
    rows = drawn(curve(*(10.0**-n for n in range(30))), chars=DOTS, log_y=True).split("\n")
    starts = [row.split("┤")[-1].split("│")[-1].find("•") for row in rows if "•" in row]
    line = np.polyval(np.polyfit(np.arange(len(starts)), starts, 1), np.arange(len(starts)))
    assert np.abs(line - starts).max() <= 2


@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("ys", [(), (NAN, NAN), (INF, -INF)])
def test_without_a_value_a_sentence_says_so(ys: tuple[float, ...], log_y: bool) -> None:
    assert "no points to draw" in drawn(curve(*ys), log_y=log_y)


def test_values_at_or_below_zero_are_left_out_of_a_log_axis() -> None:
    assert "no points to draw" in drawn(curve(0, -1), log_y=True)
    assert "no points to draw" not in drawn(curve(0, -1, 1), log_y=True)


def test_the_sentence_is_the_plots_own() -> None:
    assert "no epoch yet" in drawn(curve(), empty="no epoch yet")


@pytest.mark.parametrize("ys", [(0.5,), (0.5, 0.4)])
def test_an_axis_that_counts_begins_where_its_points_do(ys: tuple[float, ...]) -> None:
    ticks = drawn(curve(*ys), x_integer=True).splitlines()[-1].split()
    assert ticks[0] == "0"
    assert "−1" not in ticks


def test_values_that_are_not_finite_are_left_out() -> None:
    assert drawn(curve(3, NAN, 1, INF)) == drawn(Series("", (0, 2), (3, 1)))


def test_a_diverging_run_is_drawn_up_to_a_bound() -> None:
    assert "1e12" in drawn(curve(1, 1e6, 1e300, INF))
    assert "1e10" in drawn(curve(1, 1e6, 1e300), log_y=True)


@pytest.mark.parametrize("chars", [UNICODE, DOTS, ASCII])
def test_one_point_and_a_constant_are_visible(chars: Chars) -> None:
    mark = "*" if chars == ASCII else "•"
    assert drawn(curve(4), chars=chars).count(mark) == 1
    level = [row for row in drawn(curve(5, 5, 5), chars=chars).split("\n") if row.startswith("5.0")]
    assert len(set(level[0]) - set("5.0┤+ ")) == 1


def test_nothing_but_ascii_is_drawn_where_nothing_else_can_be_shown() -> None:
    cloud = Series("seen", (1, 2), (0.5, 0.2), joined=False, mark="○")
    shown = drawn((FALLING, RISING, cloud), chars=ASCII, cursor=12)
    assert shown.isascii()
    assert all(mark in shown for mark in "*%|-+")


@pytest.mark.parametrize(("chars", "has_braille"), [(UNICODE, True), (DOTS, False)])
def test_braille_is_drawn_only_where_it_can_be_shown(chars: Chars, has_braille: bool) -> None:
    assert (
        any(ord(character) in BRAILLE for character in drawn(FALLING, chars=chars)) is has_braille
    )


def test_curves_differ_by_style_and_by_mark() -> None:
    first = styled((FALLING, RISING), Style.RUN_1, DOTS).replace("• rate 0.1", "")
    second = styled((FALLING, RISING), Style.RUN_2, DOTS).replace("◇ rate 0.5", "")
    assert set(first) - {" "} == {"•"}
    assert set(second) - {" "} == {"◇"}


def test_as_many_as_six_runs_have_marks_of_their_own() -> None:
    runs = tuple(curve(n, n + 1, label=f"run {n}") for n in range(6))
    first = drawn(runs, width=100, chars=ASCII).split("\n")[0].replace("cost", "")
    assert first.split()[::3] == ["*", *"%&$;{"]


def test_a_thin_curve_is_dots_with_its_mark_here_and_there_behind_the_others() -> None:
    beside = [
        Series(f"rate {n}", FALLING.xs, FALLING.ys, Style.RUN_2, mark=mark, thin=True)
        for n, mark in enumerate("ab")
    ]
    shown = drawn(tuple(beside), width=70, height=20).split("\n")[1:]
    dots, *marks = ("\n".join(shown).count(sign) for sign in "·ab")
    assert dots > 5 * max(marks)
    assert min(marks) >= 4
    assert "·" not in drawn((*beside, FALLING), chars=DOTS).replace("•", "")


@pytest.mark.parametrize("level", np.linspace(0.02, 0.98, 13).tolist())
def test_a_thin_curve_lies_in_the_cells_of_an_equal_curve_of_dots(level: float) -> None:
    """A cell has four dots up, so that its nearest row is not that of the nearest dot."""
    own = Series("", (0, 1), (level, level), Style.RUN_1)
    beside = Series("", (0, 1), (level, level), Style.RUN_2, mark="a", thin=True)
    shown = drawn((own, beside), height=11, y_range=(0.0, 1.0), on_top=0)
    assert "·" not in shown
    assert shown.count("a") == 1


def test_two_marks_of_a_thin_curve_stand_beside_each_other() -> None:
    level = Series("run", (0, 1), (1, 1), Style.RUN_2, mark="ab", thin=True)
    shown = drawn((level,), width=70, height=20)
    assert "ab run" in shown.split("\n")[0]
    assert shown.count("·ab") >= 4


def test_a_cloud_shows_its_own_mark_and_no_line() -> None:
    corners = Series("", (0, 1, 0, 1), (0, 0, 1, 1), Style.INPUT, joined=False, mark="○")
    assert styled((corners,), Style.INPUT).count("○") == 4


def test_a_large_cloud_keeps_its_outline() -> None:
    grid = [(x, y) for x in range(100) for y in range(100)]
    cloud = Series("", tuple(x for x, _ in grid), tuple(y for _, y in grid), joined=False, mark="o")
    assert drawn(cloud).count("o") > 560


@pytest.mark.parametrize("seed", range(20))
def test_a_line_of_dots_is_the_one_that_plotext_draws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xs, ys = np.sort(rng.uniform(-0.1, 1.1, 40)), rng.normal(size=40) * 1.5
    axes = Scale(0.0, 1.0, 30, ()), Scale(-3.0, 3.0, 10, ())
    line_of_dots = _Curve(xs, ys, Style.RUN_1, joined=True, mark="braille")
    places, marks = _in_braille(line_of_dots, axes)
    with _PLOTEXT:
        pictures = [
            uncoloured_picture(axes, places, marks),
            uncoloured_picture(axes, _drawable(line_of_dots, axes), "braille", joined=True),
        ]
    assert pictures[0] == pictures[1]
    assert len(set(pictures[0])) > 10


def uncoloured_picture(axes, places, marks, *, joined: bool = False) -> str:
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(*(axis.cells for axis in axes))
    plotext.xaxes(False, False)
    plotext.yaxes(False, False)
    plotext.xticks([])
    plotext.yticks([])
    plotext.xlim(axes[0].low, axes[0].high)
    plotext.ylim(axes[1].low, axes[1].high)
    draw = plotext.plot if joined else plotext.scatter
    draw(*(values.tolist() for values in places), marker=marks)
    return plotext.uncolorize(plotext.build())


def test_a_thin_curve_that_lies_beyond_the_axis_is_left_out() -> None:
    beyond = Series("far", (0.0, 1.0, 2.0), (9.0, 9.5, 9.0), mark="o", thin=True)
    picture = drawn((curve(0.0, 1.0, 0.5, label="near"), beyond), y_range=(0.0, 1.0))
    assert "o far" in picture.split("\n")[0]
    assert "o" not in "".join(picture.split("\n")[1:])


def test_the_cursor_is_a_line_at_its_x() -> None:
    lines = plot_lines(Plot("cost", (RISING,), cursor=39.0), 60, 15, UNICODE)
    assert [line[-1].text[-1] for line in lines if line[-1].style is Style.FOCUS].count("│") > 8
    outside = plot_lines(Plot("cost", (RISING,), cursor=99.0), 60, 15, UNICODE)
    assert not any(segment.style is Style.FOCUS for line in outside for segment in line)


def test_ranges_are_kept_and_points_beyond_them_left_out() -> None:
    shown = drawn(RISING, x_range=(0.0, 10.0), y_range=(0.0, 2.0), x_integer=True).split("\n")
    assert shown[-1].split() == ["0", "5", "10"]
    assert next(line.split("┤")[0] for line in shown if "┤" in line) == "2"


@pytest.mark.parametrize("limits", [(1.0, 1.0), (2.0, 1.0), (NAN, 1.0), (-INF, INF)])
def test_a_range_that_cannot_be_drawn_is_taken_from_the_data(limits: tuple[float, float]) -> None:
    assert drawn(RISING, x_range=limits, y_range=limits) == drawn(RISING)


def test_a_range_from_zero_on_a_log_axis_is_taken_from_the_data() -> None:
    assert drawn(FALLING, y_range=(0.0, 1.0), log_y=True) == drawn(FALLING, log_y=True)


def test_a_long_history_is_thinned_to_two_points_a_column() -> None:
    ys = np.sin(np.arange(100_000.0))
    ys[77_777] = 5.0
    kept_xs, kept_ys = thin(np.arange(100_000.0), ys, 80)
    assert kept_xs.size <= 2 * 80 + 2
    assert (kept_xs[0], kept_xs[-1]) == (0, 99_999)
    assert np.all(np.diff(kept_xs) > 0)
    assert kept_ys.max() == 5.0
    assert kept_ys.min() == ys.min()


def test_what_is_not_finite_hides_no_extreme_of_its_run() -> None:
    ys = np.zeros(1_003)
    ys[[3, 500, 1_001]] = np.nan, np.inf, -np.inf
    ys[[7, 503, 1_002]] = 2.0, -3.0, 4.0
    kept = thinned(ys, 10).tolist()
    assert {7, 503, 1_002} <= set(kept)


def test_a_short_history_is_not_thinned() -> None:
    xs, ys = np.arange(10.0), np.arange(10.0)
    kept_xs, kept_ys = thin(xs, ys, 5)
    assert (kept_xs.tolist(), kept_ys.tolist()) == (xs.tolist(), ys.tolist())


def test_series_of_unequal_lengths_are_drawn_as_far_as_both_go() -> None:
    assert drawn(Series("", (0, 1, 2), (1.0, 2.0))) == drawn(curve(1.0, 2.0))


def test_plots_made_at_the_same_time_do_not_mix() -> None:
    alone = [drawn(FALLING), drawn(RISING)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(drawn, [FALLING, RISING] * 8))
    assert together == alone * 8


def test_a_label_has_the_minus_sign_of_the_character_set() -> None:
    curves = Series("", (-6, 6), (-1, 1))
    assert "−5" in drawn(curves)
    assert "-" not in drawn(curves)
    assert "-5" in drawn(curves, chars=ASCII)


@pytest.mark.parametrize(("width", "height"), [(18, 6), (34, 12), (16, 5)])
def test_small_plots_have_a_scale_on_both_axes(width: int, height: int) -> None:
    *rows, below = drawn(
        Series("", (-6, 6), (-1, 1)), width, height, x_range=(-6, 6), y_range=(-1, 1)
    ).split("\n")
    assert len(below.split()) >= 2
    assert len([row for row in rows if re.match(r" *−?[\d.]+┤", row)]) >= 2


@pytest.mark.parametrize("width", [30, 44, 76])
def test_curves_that_have_no_room_in_the_legend_are_counted(width: int) -> None:
    many = tuple(Series(f"{i / 10}", (0.0, 1.0), (0.0, i)) for i in range(21))
    lines = [text((line,)) for line in plot_lines(Plot("cost", many), width, 9, UNICODE)]
    legend = lines[1].rstrip()
    shown = re.findall(r"\d\.\d", legend)
    assert shown == [f"{i / 10}" for i in range(len(shown))]
    assert legend.endswith(f"+{21 - len(shown)} more")
    assert 2 < len(shown) < 21


def test_the_longest_label_gives_way_first() -> None:
    labels = ("0.05", "0.5", "without the changes of the learner", "5")
    series = tuple(
        Series(label, (0.0, 1.0), (0.0, n), joined=True) for n, label in enumerate(labels)
    )
    lines = [text((line,)) for line in plot_lines(Plot("cost", series), 46, 9, UNICODE)]
    legend = next(line for line in lines if "0.05" in line)
    assert all(f" {label} " in f"{legend} " for label in ("0.05", "0.5", "5"))
    assert "without the ch" in legend
    assert "…" in legend
    high = [text((line,)) for line in plot_lines(Plot("cost", series), 46, 15, UNICODE)]
    assert labels[2] in "".join(high[1:3])
    assert "…" not in "".join(high)


@pytest.mark.parametrize("highest", [3.0, 2e4, 2.0**29])
def test_a_plot_of_one_row_has_its_largest_number_beside_it(highest: float) -> None:
    rows = drawn(curve(0.0, highest), width=40, height=4, chars=ASCII).split("\n")
    label = re.match(r" *([\d.e]+)\+", rows[1])
    assert label is not None
    assert highest / 2 <= float(label[1]) <= highest


def test_of_labels_that_have_no_room_beside_each_other_the_first_ones_show() -> None:
    """Which of them do is no matter of how a process happens to hash its strings."""
    for width, epochs in product(range(11, 24), (700, 1_000, 30_000, 500_000)):
        below = drawn(Series("", (0.0, epochs - 1.0), (0.0, 1.0)), width, 6, x_integer=True)
        labels = [int(label) for label in below.split("\n")[-1].split()]
        assert labels[0] == 0
        steps = {after - before for before, after in pairwise(labels)}
        assert len(steps) <= 1


@pytest.mark.slow
def test_a_plot_is_the_same_whatever_strings_hash_to() -> None:
    script = (
        "from gdtutor.paint.plots import plot_rows\n"
        "from gdtutor.view.frame import UNICODE, Plot, Series\n"
        "for width in range(11, 40):\n"
        "    ys = tuple((n * 37 % 11 + 1) * 1e-4 for n in range(50 * width))\n"
        "    series = Series('', tuple(range(len(ys))), ys)\n"
        "    for log_y in (False, True):\n"
        "        rows = plot_rows(Plot('', (series,), log_y=log_y), width, 9, UNICODE)\n"
        "        print(*(''.join(cell.text for cell in row) for row in rows), sep='\\n')\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True,
        ).stdout
        for seed in "123"
    }  # fmt: skip
    assert len(told) == 1
