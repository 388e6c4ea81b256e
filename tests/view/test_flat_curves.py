import numpy as np
import pytest
from walks import NEURON, walk

from gdtutor.session.state import KeptCurve, Snapshot, Status
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.runs import run_lines
from gdtutor.view.train import cost_plot


def with_costs(*costs, **parts):
    session = walk(NEURON, "given")
    snapshot = Snapshot(of=session.run, status=Status.FINISHED, costs=np.array(costs))
    return replace(session, training=replace(snapshot, **parts))


def test_a_curve_that_hardly_falls_looks_flat():
    low, high = cost_plot(with_costs(0.49999385, 0.49999382), UNICODE).y_range
    assert high - low >= 0.05
    assert low < 0.49999382 < 0.49999385 < high


@pytest.mark.parametrize("costs", [(0.5, 0.1), (), (np.inf, np.nan)])
def test_a_curve_that_falls_has_an_axis_of_its_own(costs):
    assert cost_plot(with_costs(*costs), UNICODE).y_range is None


def test_the_live_curve_is_drawn_last():
    plot = cost_plot(with_costs(0.5, 0.1), UNICODE)
    assert plot.series[plot.on_top].label


def test_a_run_that_grows_carries_no_star():
    session = with_costs(0.5, 0.4)
    grown = KeptCurve("grown", np.array([0.1, 0.2]), "growing")
    text = [text_of(row) for row in run_lines(replace(session, kept=(grown,)), 40, UNICODE)]
    star = next(n for n, row in enumerate(text) if "★" in row)
    assert not any("grown" in row for row in text[:star])
