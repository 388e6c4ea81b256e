"""The panel of an update."""

from tests.walks import NEURON, screen, walk


def test_an_implicit_update_says_what_its_root_is():
    text = screen(walk(NEURON, "update:b", changes=("optimizer=implicit",)))
    assert "α·shrink·∂L/∂b" in text
    assert "shrink is how many times as steep" in text


def test_a_plain_update_speaks_of_no_root():
    assert "shrink" not in screen(walk(NEURON, "update:b"))
