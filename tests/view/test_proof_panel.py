import pytest
from walks import KINK, NETWORK, NEURON, ROWS, assert_screens, screen, walk

from gdtutor.session.state import Tab
from gdtutor.session.steps import Phase


@pytest.mark.parametrize(
    ("name", "path", "at", "keys"),
    [
        ("proof-number", NEURON, "3/backward:w2", "v"),
        ("proof-cell", NETWORK, "backward:W1", "c right down v"),
        ("proof-row", ROWS, "2/backward:z", "o v"),
        ("proof-kink", KINK, "backward:x", "v"),
    ],
)
def test_the_proof_stands_beside_the_gradient(name, path, at, keys):
    assert_screens(name, walk(path, at, keys))


@pytest.mark.parametrize("path", [NEURON, ROWS, NETWORK])
def test_every_gradient_of_a_lesson_is_confirmed_or_has_none(path):
    start = walk(path)
    for step in start.moment.steps:
        if step.phase is Phase.BACKWARD and step.node != start.moment.root:
            text = screen(walk(path, f"backward:{step.node}", "v"))
            assert "they agree" in text or "No derivative exists" in text, text


def test_inner_nodes_of_an_unfolded_line_are_proved():
    session = walk(NEURON, "backward:z", "x")
    inner = [step.node for step in session.moment.steps if "." in step.node]
    assert inner
    for node in set(inner):
        assert "they agree" in screen(walk(NEURON, "backward:z", f"x : backward:{node} enter v"))


def test_the_root_needs_no_proof():
    assert "Nothing to prove" in screen(walk(NEURON, "backward:L", "v"))


def test_at_a_kink_the_sentence_does_not_call_the_gradient_a_slope():
    text = screen(walk(KINK, "backward:x"))
    assert "No derivative exists" in text
    assert "does not change" not in text


@pytest.mark.parametrize("at", ["given", "forward:z", "update:b"])
def test_off_the_backward_pass_the_key_says_where_it_works(at):
    session = walk(NEURON, at, "v")
    assert "backward step" in session.message
    assert not session.look.proof


def test_the_key_brings_the_panel_that_holds_the_proof():
    session = walk(NEURON, "backward:b", "tab v")
    assert session.look.tab is Tab.NODE
    assert "difference / 2h" in screen(session, 40, 12)


@pytest.mark.parametrize("key", ["v", "escape", "n", "p"])
def test_the_proof_goes_with_its_key_and_with_the_step(key):
    assert not walk(NEURON, "backward:b", f"v {key}").look.proof
