"""The sentence of a step names what is there: a matrix as a matrix, a number as a number."""

from walks import NETWORK, NEURON, pressed, typed, walk

from gdtutor.session.navigation import goto
from gdtutor.view.explain import context_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.sentences import sentence


def said(session):
    return sentence(context_of(session, UNICODE))


def test_an_input_with_rows_and_columns_is_a_matrix():
    assert said(walk(NETWORK, "given")).startswith("Given: 1 input matrix, ")


def test_inputs_that_are_numbers_are_no_matrices():
    assert said(walk(NEURON, "given")).startswith("Given: 2 inputs, ")


def test_a_number_without_a_gradient_stays_and_nothing_is_said_of_everywhere():
    session = typed(pressed(walk(NEURON, "given"), "e"), "x1[0] 0")
    session = goto(session, "update:w1")
    assert said(session).endswith("stays as it is: its gradient is 0.")
