import numpy as np
import pytest
from walks import NEURON, screen, walk

from gdtutor.drive.effects import pressed
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.linear.training import sweep_lines
from gdtutor.session.moving import moved
from gdtutor.session.press import Press
from gdtutor.session.state import Snapshot, Status
from gdtutor.training.trouble import STILL, TrainedCurve
from gdtutor.values import replace
from gdtutor.view.cost_plot import cost_plot
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.runs import run_lines
from gdtutor.view.train_lines import progress_line


def with_costs(*costs, **parts):
    session = walk(NEURON, "given")
    snapshot = Snapshot(of=session.run, status=Status.FINISHED, costs=np.array(costs))
    return session.with_train(snapshot=replace(snapshot, **parts))


def test_a_curve_that_hardly_falls_looks_flat():
    low, high = cost_plot(with_costs(0.49999385, 0.49999382), UNICODE).y_range
    # What a run is called stuck for takes less than one of 40 rows.
    assert (high - low) / 40 > STILL * 0.49999385
    assert low < 0.49999382 < 0.49999385 < high


@pytest.mark.parametrize(
    ("costs", "limits"),
    [
        ((0.5, 0.3), (0.3, 0.5)),
        ((0.3137, 0.2939), (0.2939, 0.3137)),
        ((), None),
        ((np.inf, np.nan), None),
    ],
)
def test_a_curve_that_falls_has_an_axis_of_its_own(costs, limits):
    assert cost_plot(with_costs(*costs), UNICODE).y_range == limits


def test_the_live_curve_is_drawn_last():
    plot = cost_plot(with_costs(0.5, 0.1), UNICODE)
    assert plot.series[plot.on_top].ys == (0.5, 0.1)
    assert [one.thin for one in plot.series] == [False]


@pytest.mark.parametrize(
    ("costs", "verdict", "told"),
    [((0.1, 0.2), "diverges", "diverges"), ((0.15, *[0.3, 0.1] * 9), "", "ends by chance")],
)
def test_a_run_that_grows_or_ends_by_chance_carries_no_star(costs, verdict, told):
    session = with_costs(0.5, 0.4)
    worse = TrainedCurve("worse", np.array(costs), verdict)
    beside = session.with_train(kept=(worse,))
    for height in (None, 4):
        rows = [text_of(row) for row in run_lines(beside, 40, UNICODE, height)]
        text = [row for row in rows if not row.startswith("Why?")]
        star = next(n for n, row in enumerate(text) if "★" in row)
        assert not any("worse" in row for row in text[: star + 1])
        assert any(told in row for row in text)
    _, own, other = sweep_lines(beside, UNICODE)
    assert own.endswith("cost 0.4 at epoch 1, the lowest cost, yours")
    assert other == f"  worse: cost {costs[-1]} at epoch {len(costs) - 1}, {told}"


@pytest.mark.slow
def test_runs_on_other_data_are_not_compared():
    session = pressed(session_at(find_lesson("optimisers", shipped_lessons_folder())), [Press("t")])
    rotated = pressed(session, [Press(key) for key in "VVVVVVVVV"])
    assert rotated.variant == "rotated plain"
    text = [text_of(row).strip() for row in run_lines(rotated, 60, UNICODE)]
    assert text.count("of other data, or another cost") == 6
    assert not any("★" in row for row in text)
    back = pressed(rotated, [Press("V"), Press("V"), Press("V")])
    text = [text_of(row).strip() for row in run_lines(back, 60, UNICODE)]
    assert text.count("of other data, or another cost") == 1
    assert sum("★ the lowest cost" in row for row in text) == 1


@pytest.mark.parametrize(("name", "keys"), [("batches", "VVV"), ("scaling", "VV")])
def test_batches_and_units_do_not_make_other_data(name, keys):
    lesson = session_at(find_lesson(name, shipped_lessons_folder()))
    session = pressed(lesson, [Press(key) for key in f"t{keys}"])
    text = "\n".join(text_of(row) for row in run_lines(session, 60, UNICODE))
    assert "★" in text
    assert "other data" not in text


def test_a_run_that_grows_leaves_the_axis_of_those_that_went_well_and_no_full_bar():
    session = pressed(session_at(find_lesson("7", shipped_lessons_folder())), [Press("t")])
    session = pressed(session, [Press(key) for key in "VVVVV"])
    assert session.variant == "50: diverges"
    plot = cost_plot(session, UNICODE)
    assert plot.y_range[1] < 1
    assert plot.title == "50: out at the top"
    assert "(a number of 85 digits) after the last update" in screen(session)
    at_the_loss = moved(pressed(session, [Press("escape")]), 49, 4)
    assert "2.112e82 (a number of 83 digits)" in " ".join(screen(at_the_loss, 120, 36).split())
    assert "2.112e82 (was 4.311e80)" in " ".join(screen(at_the_loss, 80, 24).split())
    assert "│ (a number of 83 digits)" in " ".join(screen(at_the_loss, 80, 24).split())
    logarithmic = cost_plot(pressed(session, [Press("y")]), UNICODE)
    assert logarithmic.y_range is None
    assert logarithmic.title.endswith("≥1e12 drawn there")
    bar = text_of(progress_line(session, 80, UNICODE))
    assert "diverges  50 of 50 epochs" in bar
    assert "█" not in bar
