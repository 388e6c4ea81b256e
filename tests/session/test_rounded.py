"""A gradient that is 0 but for rounding is shown as ≈0, told, and counted as 0."""

import numpy as np
import pytest

from gdtutor.drive.opening import session_at
from gdtutor.export.script import export_text
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.session.state import current_step
from gdtutor.session.working import working_of
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of
from tests.session.session_walks import press
from tests.test_export import run

NORMED = """\
+++
format = 1
id = "normed"
title = "A bias before a normalisation"
[parameters]
W = [[0.3, -0.7]]
b = [[0.2]]
[data]
inputs = {{ X = ["x1", "x2"] }}
targets = {{ Y = ["y"] }}
examples = [[1, 2, 0.5], [3, 1, -0.3], [0.5, 0.7, 0.1]]
[training]
learning_rate = 0.1
epochs = 20
optimizer = "{optimizer}"
+++
```graph
Z = W @ X + b
N = Z - mean(Z, 1)
C = sum((N - Y)**2) / (2*m)
```
"""
OPTIMISERS = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "averaged"]


@pytest.fixture
def normed(tmp_path):
    def write(optimizer="adam"):
        path = tmp_path / "07-normed.md"
        path.write_text(NORMED.format(optimizer=optimizer), encoding="utf-8")
        return path

    return write


def words(session):
    return " ".join(frame_of(session, 80, 24, UNICODE).text().replace("│", " ").split())


def test_the_gradient_is_shown_as_about_0_and_told(normed):
    session = session_at(normed(), at="1/backward:b")
    assert session.moment.trace.gradients["b"].any()
    assert "≈0" in words(session)
    assert "0 but for rounding: the difference of equal sums" in words(session)


def test_more_digits_show_the_number_itself(normed):
    session = press(session_at(normed(), at="1/backward:b"), "D")
    assert "≈0" not in words(session)
    assert "×10⁻¹⁸" in words(session) or "e−18" in words(session)


def test_a_small_sum_that_is_no_rounding_is_shown_in_the_matrix_as_below_it():
    session = session_at(shipped_lessons_folder() / "16-xor-hidden.md", at="37/backward:W1[2,0]")
    assert words(session).count("5.951e−6") == 2
    assert words(press(session, "5D")).count("5.95090563e−6") == 2


def test_the_step_that_it_makes_is_told(normed):
    session = session_at(normed(), at="1/update:b")
    assert "The gradient of b is 0 but for rounding" in words(session)
    assert "stays as it is" not in words(session)


def test_it_is_judged_as_0(normed):
    session = session_at(normed(), at="1/backward:b")
    working = working_of(session.moment, current_step(session))
    assert working.sign((0, 0)) == 0
    assert working.interval((0, 0), 4).holds(0.0)
    other = session_at(normed(), at="1/backward:W")
    assert working_of(other.moment, current_step(other)).sign((0, 0)) != 0


@pytest.mark.sampled
@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_an_exported_script_goes_along_with_the_walk(normed, tmp_path, optimizer, capsys):
    run(tmp_path, export_text(session_at(normed(optimizer)), 18))
    assert "18 iterations agree with the walk" in capsys.readouterr().out


def test_an_exported_script_still_notices_a_wrong_number_beside_rounding(normed, tmp_path):
    script = export_text(session_at(normed()), 3)
    shown = session_at(normed(), at="1/given").moment.state.parameters["W"]
    wrong = script.replace(repr(float(shown[0, 0])), repr(float(shown[0, 0]) + 1e-6))
    assert wrong != script
    with pytest.raises(AssertionError, match="iteration 0, update: W is"):
        run(tmp_path, wrong)


def test_what_the_walk_updates_to_is_what_the_next_iteration_begins_with(normed):
    for k in range(8):
        session = session_at(normed(), at=f"{k}/update:b")
        after = session_at(normed(), at=f"{k + 1}/given").moment.state.parameters
        for name, step in session.moment.updates.items():
            assert np.array_equal(step.p, after[name])
