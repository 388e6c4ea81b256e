"""A gradient that is 0 but for rounding is shown as ≈0, told, and counted as 0."""

import re

import numpy as np
import pytest

from gdtutor.cli import main
from gdtutor.drive.opening import placed, session_at
from gdtutor.export.script import export_text
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.play.playground import Playground
from gdtutor.session.answers import read_number
from gdtutor.session.digits import number
from gdtutor.session.navigation import goto
from gdtutor.session.playing import play_session
from gdtutor.session.state import Screen, Session, current_step
from gdtutor.session.working import working_of
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of
from tests.independent.authors import EXPLICIT
from tests.session.session_walks import open_at, press
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
    assert "It is 0 but for rounding, which alone may be as large." in words(session)


CANCELS = """\
+++
format = 1
id = "cancels"
title = "A difference"
[parameters]
a = 0.1
b = 0.2
c = 0.3
d = {d}
+++
```graph
z = a + b - c
w = 3*z
s = (a - d)**2
L = w**2 + s
```
"""


@pytest.mark.parametrize(("d", "shown"), [("0.1", {"z", "w", "L"}), ("0.1000000001", {"z", "w"})])
def test_a_value_that_is_what_rounding_leaves_is_about_0_and_a_small_difference_is_not(
    tmp_path, d, shown
):
    path = tmp_path / "01-cancels.md"
    path.write_text(CANCELS.format(d=d), encoding="utf-8")
    for node in ("z", "w", "s", "L"):
        session = session_at(path, at=f"forward:{node}")
        value = float(session.moment.trace.values[node])
        assert abs(value) < 1e-15
        rows = frame_of(session, 80, 24, UNICODE).text().splitlines()[2:16]
        told = " ".join(row.split("││")[1].strip(" │") for row in rows)
        assert told.strip().endswith("≈ 0") == (node in shown), told
        assert "≈ ≈0" not in told
    digits = frame_of(press(session_at(path, at="forward:z"), "D"), 80, 24, UNICODE).text()
    assert "= 5.5511e−17 " in digits
    assert "≈0" in frame_of(session_at(path, at="backward:a"), 80, 24, UNICODE).text()


@pytest.mark.parametrize("answer", ["0", "0.1+0.2-0.3", "5.55e-17"])
def test_0_is_a_right_answer_where_rounding_is_all_that_is_left(tmp_path, answer):
    path = tmp_path / "01-cancels.md"
    path.write_text(CANCELS.format(d="0.1"), encoding="utf-8")
    session = session_at(path, at="forward:z")
    working = working_of(session.moment, current_step(session))
    assert working.interval((), 4).is_right(read_number(answer))
    assert not working.interval((), 4).accepts(read_number("1e-9"))


def test_the_difference_of_equal_layers_is_about_0():
    path = shipped_lessons_folder() / "19-nonlinearity.md"
    session = session_at(path, at="forward:D", changes=("p[0,0]=0.2",))
    assert session.moment.traces[0].values["D"].any()
    assert "[ 0 ≈0 0 0 ]" in words(session)
    assert "≈ 0 (own 0)" in words(goto(session, "forward:D[0,1]"))


def test_more_digits_show_the_number_itself(normed):
    session = press(session_at(normed(), at="1/backward:b"), "D")
    # A graph that has too little room for it goes on to round.
    assert "≈0" not in "".join(
        text_of(row)[40:] for row in frame_of(session, 80, 24, UNICODE).lines
    )
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


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", EXPLICIT)
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


@pytest.mark.slow
def test_what_the_walk_updates_to_is_what_the_next_iteration_begins_with(normed):
    for k in range(8):
        session = session_at(normed(), at=f"{k}/update:b")
        after = session_at(normed(), at=f"{k + 1}/given").moment.state.parameters
        for name, step in session.moment.updates.items():
            assert np.array_equal(step.p, after[name])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("playground", "at", "shown", "cell"),
    [
        (Playground(optimizer="adam"), "W1[1,0]", "{}", ("Z1", (1, 1))),
        (
            Playground(layers=(2, 5, 2, 1), init="uniform", seed=2, optimizer="adam"),
            "Z2[0,9]",
            "≈ {}",
            ("Z2", (0, 9)),
        ),
    ],
)
def test_a_small_gradient_late_in_training_is_no_rounding(playground, at, shown, cell):
    # The last digits of so many iterations are this machine's: what is shown is taken from the run.
    played = placed(play_session(Session(patience=100), playground), f"14000/backward:{at}")
    name, place = cell
    gradient = float(played.moment.trace.gradients[name][place])
    assert 0 < abs(gradient) < 1e-7
    told = frame_of(replace(played, screen=Screen.STUDY), 200, 50, UNICODE).text()
    flat = " ".join(re.sub("[│╭╮╰╯─]", " ", told).split())
    assert shown.format(number(gradient, 4).replace("-", "−")) in flat
    assert "≈0" not in told
    assert "0 but for rounding" not in flat


@pytest.mark.parametrize("at", ["h2", "w", "u"])
def test_a_result_that_is_0_but_for_rounding_has_one_sign(at):
    session = open_at("feedback", at=f"200/backward:{at}")
    told = words(session)
    assert "≈ 0" in told
    assert "≈ ≈0" not in told
    assert "= ≈0 " not in told.replace("= ≈0 ×", "").replace("= ≈0 +", "")


LOST = """\
+++
format = 1
id = "lost"
title = "A difference of what is nearly equal"
[parameters]
w = {w}
[data]
inputs = ["x"]
targets = ["y"]
examples = [[2, 4]]
[training]
learning_rate = 0.1
epochs = 4
batch = 1
+++
```graph
{lines}
L = (p - y)**2
```
"""
IN_LINES = "e = exp(w*x)\nd = e - 1\np = d/w"


@pytest.fixture(params=["p = (exp(w*x) - 1)/w", IN_LINES], ids=["one line", "lines"])
def lost(tmp_path, request):
    """The true gradient is 2(2 - 4)2 = -8; that of the backward pass has no digit of it."""
    path = tmp_path / "07-lost.md"
    path.write_text(LOST.format(w=1e-9, lines=request.param), encoding="utf-8")
    return path


def test_a_gradient_whose_digits_cancel_is_not_called_0(lost):
    told = words(session_at(lost, at="backward:w"))
    assert "0 but for rounding" not in told
    assert "Terms cancel on the way to it, and rounding alone may move it by 2700" in told
    assert "the slope is −8, as v measures it" in told
    assert "≈0" not in told
    told = words(session_at(lost, at="update:w"))
    assert "0 but for rounding" not in told
    assert "This step follows a gradient that has lost its digits." in told


def test_its_proof_says_what_keeps_both_apart(lost):
    told = words(press(session_at(lost, at="backward:w"), "v"))
    assert "Terms cancel in the" in told
    assert "The slope changes much within h" not in told


def test_check_warns_of_it(lost, capsys):
    main(["check", str(lost)])
    told = capsys.readouterr().out
    assert "warning: the gradient of w is -242.255, the central difference -8" in told
    assert "0 but for rounding" not in told


def test_its_sign_is_not_0(lost):
    session = session_at(lost, at="backward:w")
    assert working_of(session.moment, current_step(session)).sign(()) == -1


@pytest.mark.parametrize(("w", "is_lost"), [(1e-7, True), (0.5, False)])
def test_digits_are_lost_where_the_bound_reaches_those_that_show(tmp_path, w, is_lost):
    path = tmp_path / "07-lost.md"
    path.write_text(LOST.format(w=w, lines=IN_LINES), encoding="utf-8")
    told = words(session_at(path, at="backward:w"))
    assert ("Terms cancel" in told) == is_lost


def test_at_the_minimum_what_rounding_leaves_is_0(tmp_path):
    """The slopes on both sides are opposite: nothing is measured that the gradient lacks."""
    path = tmp_path / "07-lost.md"
    path.write_text(LOST.format(w="0.1", lines="p = w*x*20 + 1e-16"), encoding="utf-8")
    told = words(session_at(path, at="backward:w"))
    assert "Terms cancel" not in told
