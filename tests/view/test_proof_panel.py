import re

import pytest
from lesson_texts import lesson_text
from walks import KINK, NETWORK, NEURON, ROWS, screen, screens, walk

from gdtutor.session.state import Tab
from gdtutor.session.steps import Phase


@pytest.mark.parametrize(
    ("name", "path", "at", "keys"),
    [
        ("number", NEURON, "3/backward:w2", "v"),
        ("cell", NETWORK, "backward:W1", "c right down v"),
        ("row", ROWS, "2/backward:z", "o v"),
        ("kink", KINK, "backward:x", "v"),
    ],
)
def test_the_proof_stands_beside_the_gradient(name, path, at, keys, assert_screen):
    assert_screen(screens(walk(path, at, keys)), name)


@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("formula", "start", "words"),
    [
        ("(w*3 + 0.3 - 6.3)**2", 2.0, "e−15. Rounding alone may do that, up to"),
        ("1e6*(exp(w) - 1)**2", 0.0, "They differ by 3.7e−5, for the slope changes within h."),
    ],
)
def test_at_a_minimum_the_proof_says_why_a_difference_that_is_not_0_agrees(
    tmp_path, formula, start, words
):
    path = tmp_path / "at-a-minimum.md"
    front = f"[parameters]\nw = {start}"
    path.write_text(lesson_text(f"```graph\nL = {formula}\n```\n", front), encoding="utf-8")
    shown = screen(walk(path, "backward:w", "v"))
    panel = [row.split("││", 1)[1].rstrip("│ ") for row in shown.splitlines() if "││" in row]
    text = " ".join(" ".join(panel).split())
    assert "∂L/∂w = 0 " in text
    assert words in text
    assert "they agree." in text


@pytest.mark.parametrize(
    ("path", "at"), [(NEURON, "backward:z"), (NEURON, "3/backward:w2"), (ROWS, "2/backward:z")]
)
def test_who_computes_with_the_figures_of_the_proof_gets_its_result(path, at):
    text = screen(walk(path, at, "v")).replace("−", "-")
    step = float(re.search(r"by h = (\S+):", text)[1])
    above, below = (float(re.search(rf"\{sign} h +(\S+)", text)[1]) for sign in "+-")
    shown = re.search(r"difference / 2h +(\S+)", text)[1]
    assert float(f"{(above - below) / (2 * step):.9e}") == float(shown)
