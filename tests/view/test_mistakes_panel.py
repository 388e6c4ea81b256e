from pathlib import Path

import pytest
from walks import pressed, screen, walk

from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.state import Tab

SUMS = find_lesson("gradients-add-up", shipped_lessons_folder())
MATRICES = find_lesson("or-vectorised", shipped_lessons_folder())


def text_at(at: str, keys: str, path: Path = SUMS) -> str:
    return screen(walk(path, at, keys))


def test_wrong_sums_stand_beside_the_right_one():
    text = text_at("backward:q", "w")
    for told in ("all shares added", "∂J/∂q = 32", "∂J/∂q = 20", "only the share from u is left",
                 "∂J/∂q = 12", "visited right after v"):  # fmt: skip
        assert told in text, text


def test_two_shares_of_one_consumer_cannot_be_torn_apart():
    text = text_at("backward:a", "w")
    assert "∂s/∂a = 3" in text
    assert "use 2, is left" in text
    assert "at once" in text


def test_a_shared_bias_keeps_the_share_of_the_last_example():
    text = text_at("backward:b", "w", MATRICES)
    assert "db = −0.03702" in text
    assert "db = −0.01839" in text
    assert "last example" in text


def test_wrong_sums_of_matrices_have_the_power_of_ten_of_the_right_one():
    text = text_at("backward:b2", "w", find_lesson("deeper", shipped_lessons_folder()))
    assert text.count("×10⁻⁴") == 2
    for told in ("  5.868 ⎤", "−17.53 ⎤"):
        assert told in text, text


@pytest.mark.parametrize(
    ("at", "told"), [("backward:r", "Only one share"), ("backward:J", "No share arrives")]
)
def test_where_nothing_is_added_the_key_says_so_and_is_not_named(at, told):
    assert told in text_at(at, "w")
    assert "wrong sums" not in text_at(at, "")
    assert "wrong sums" in text_at("backward:q", "")


def test_a_second_press_brings_the_right_panel_back():
    right = text_at("backward:q", "")
    assert text_at("backward:q", "w w") == right
    assert text_at("backward:q", "w escape") == right
    assert "share = ∂J/∂v × ∂v/∂q" in right


def test_the_next_step_shows_no_mistakes():
    session = walk(SUMS, "backward:p", "w right")
    assert not session.look.mistakes


def test_proof_and_mistakes_take_turns():
    session = walk(SUMS, "backward:q", "v w")
    assert (session.look.proof, session.look.mistakes) == (False, True)
    session = pressed(session, "tab v")
    assert (session.look.proof, session.look.mistakes, session.look.tab) == (True, False, Tab.NODE)


@pytest.mark.parametrize("at", ["given", "forward:s"])
def test_off_the_backward_pass_the_key_says_where_it_works(at):
    session = walk(SUMS, at, "w")
    assert "backward step" in session.message
    assert not session.look.mistakes
