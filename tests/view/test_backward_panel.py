"""A backward step: what arrives from the consumer, the local gradient, and their product."""

import pytest
from walks import NETWORK, NEURON, screen, walk

from gdtutor.view.explain import context_of, node_lines
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.lines import text_of


def panel(path, at, width=38, chars=UNICODE):
    context = context_of(walk(path, at), chars)
    return "\n".join(text_of(row) for row in node_lines(context, width))


def test_before_the_root_the_factors_are_called_by_what_they_are():
    """∂L/∂ŷ = ∂L/∂L × ∂L/∂ŷ would say what it says of itself."""
    text = panel(NEURON, "backward:yhat")
    assert "∂L/∂ŷ = upstream × local" in text
    assert "× ∂L/∂ŷ" not in text
    assert "the pass begins at L" in text
    assert "from L" not in text


def test_further_back_the_factors_have_their_names():
    text = panel(NEURON, "backward:z")
    assert "∂L/∂z = ∂L/∂ŷ × ∂ŷ/∂z" in text
    assert "from ŷ" in text
    assert "begins" not in text


@pytest.mark.parametrize(("width", "lines"), [(38, 2), (60, 1)])
def test_where_the_pass_begins_stands_on_the_line_of_the_upstream_if_it_fits(width, lines):
    rows = panel(NEURON, "backward:yhat", width).splitlines()
    (first,) = (n for n, row in enumerate(rows) if row.startswith("upstream"))
    assert "begins" in rows[first + lines - 1]


def test_a_matrix_says_where_the_pass_begins():
    text = panel(NETWORK, "backward:Yhat", chars=ASCII)
    assert "upstream dC  the pass begins at C" in text


def test_the_screen_shows_it():
    assert "the pass begins at L" in screen(walk(NEURON, "backward:yhat"), 40, 12)
