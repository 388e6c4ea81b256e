"""Messages name values as the panels do; what is typed and an author's words stay as they are."""

import pytest
from walks import NETWORK, NEURON, pressed, walk

from gdtutor.session.navigation import said
from gdtutor.values import replace
from gdtutor.view.explain import with_symbols
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of


def foot(session, chars=UNICODE):
    """Return the end of a screen in one line."""
    return " ".join(" ".join(frame_of(session, 120, 36, chars).text().split("\n")[-5:]).split())


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("keys", "in_unicode", "in_ascii"),
    [
        ("N x", "Z₁ is 2 operations", "Z1 is 2 operations"),
        ("N 1 enter", "Operand 1 of 3: W₁.", "Operand 1 of 3: W1."),
        ("N e W1[0,0] space 3 enter", "W₁[0,0] = 3; u undoes it.", "W1[0,0] = 3; u undoes it."),
    ],
)
def test_a_message_names_values_in_the_symbols_of_the_panels(keys, in_unicode, in_ascii):
    session = pressed(walk(NETWORK, "given"), keys)
    assert in_unicode in foot(session)
    assert in_ascii in foot(session, ASCII)


def test_a_question_that_goes_on_names_the_node_before_it_in_symbols():
    walked = replace(walk(NETWORK, "backward:Z1"), predict=True)
    asked = pressed(walked, "n b 1 enter")
    assert "Right, b₁ is ready too. The walk takes W₁ first." in foot(asked)
    assert "Right, b1 is ready too. The walk takes W1 first." in foot(asked, ASCII)


@pytest.mark.parametrize(
    "text",
    [
        "Task done: the weight w1 is yours.",
        'Hint 1 of 2, "let W1 grow": e, then W1[0,0] 10.',
        "Written to W1.md; gdtutor --at backward:W1 opens it, and lessons/W1 is a folder.",
    ],
)
def test_words_of_an_author_paths_and_places_stand_as_they_are_written(text):
    assert with_symbols(said(walk(NETWORK, "given"), text), UNICODE).message == text


def test_a_complaint_names_what_is_to_be_typed_as_it_is_typed():
    session = said(walk(NETWORK, "given"), "'W9' has no step: there are W1, b1", error=True)
    assert with_symbols(session, UNICODE).message == session.message


def test_a_message_tells_a_gradient_as_the_panels_call_it():
    matrix = said(walk(NETWORK, "given"), "grad W1[0,1] is 2; the goal is below grad b2.")
    assert with_symbols(matrix, UNICODE).message == "dW₁[0,1] is 2; the goal is below db₂."
    plain = said(walk(NEURON, "given"), "grad w1 is 2.")
    assert with_symbols(plain, UNICODE).message == "∂L/∂w₁ is 2."
