"""Cells counted by their size, and gradients as heat maps."""

from wishes import MATRIX, picture, session

from gdtutor.view.figures import walk_figure
from gdtutor.view.frame import ASCII, UNICODE, Area


def test_every_cell_is_counted_once():
    text = picture(MATRIX, 'kind = "histogram"\nof = "W1"\nbins = 3', chars=ASCII)
    head, *bars = [line.rstrip() for line in text.splitlines() if line.strip()]
    assert head.split(",")[1] == " 6 cells"
    assert [bar[:5] == "from " for bar in bars] == [True, False, False]
    assert sum(int(bar.split()[-1]) for bar in bars[:3] if "#" in bar) == 6
    assert text.isascii()


def test_a_gradient_shows_when_the_walk_has_come_to_it():
    for kind in ("weights", "histogram"):
        wish = f'kind = "{kind}"\nof = "grad W1"'
        early = picture(MATRIX, wish, "forward:C", width=60)
        assert "dW₁: its step, backward W1, is to come" in early
        text = picture(MATRIX, wish, "backward:W1")
        assert "dW₁" in text
        assert "to come" not in text
        # Beside the graph it is left out until then, where nobody has chosen it.
        for place, is_there in (("forward:C", False), ("backward:W1", True)):
            at = session(MATRIX, f"[[pictures]]\n{wish}", place)
            assert (walk_figure(at, Area(40, 12, UNICODE), always=True) is not None) == is_there
