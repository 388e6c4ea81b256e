"""Variants and sweeps: other runs of a lesson beside its own."""

import numpy as np
from session_walks import open_at, press
from test_session_training import trained

from gdtutor.lesson.sweeps import members_of
from gdtutor.session.runs import curves_of, with_swept
from gdtutor.session.state import Screen, Session, current_step
from gdtutor.training.run import Run, RunSegment
from gdtutor.training.sweep import Sweep
from gdtutor.view.frame import UNICODE
from gdtutor.view.lines import text_of
from gdtutor.view.runs import run_lines
from gdtutor.view.screen import frame_of


def text(session: Session) -> str:
    return "\n".join(text_of(row) for row in run_lines(session, 40, UNICODE))


def test_variants_go_round_and_come_back_to_the_lesson() -> None:
    session = open_at("learning-rate", "forward:L")
    names = [variant.name for variant in session.base.variants]
    assert names
    for name in names:
        session = press(session, "V")
        assert session.variant == name
        assert session.step == open_at("learning-rate", "forward:L").step
    assert press(session, "V").variant == ""
    assert "no variants" in press(open_at("bias"), "V").message


def test_a_variant_trains_with_its_own_rate_and_the_earlier_curve_stays() -> None:
    session = trained(open_at("learning-rate"))
    own = session.train.snapshot.costs
    session = trained(session, "V")
    assert session.screen is Screen.TRAIN
    assert session.lesson.settings is not None
    assert session.run.learning_rate(0) == session.lesson.settings.learning_rate
    assert [curve.label for curve in session.train.kept] == ["the lesson's own"]
    assert np.array_equal(session.train.kept[0].costs, own)
    assert text(session).count("★") == 1


def test_a_run_that_holds_examples_out_is_not_compared_with_those_on_all() -> None:
    session = trained(open_at("scaling"))
    for _ in range(3):
        session = trained(session, "V")
    assert session.variant == "two flats held out"
    assert "★" not in text(session)
    assert text(session).count("of other data") == 3


def test_a_sweep_gives_the_curves_of_separate_runs() -> None:
    session = open_at("or-vectorised")
    members = members_of(session.lesson, None, "learning_rate=0.1,1,3")
    found = Sweep(members)
    found.advance()
    session = with_swept(session, curves_of(found))
    assert [curve.label for curve in session.train.kept] == [
        "learning_rate 0.1", "learning_rate 1", "learning_rate 3",
    ]  # fmt: skip
    for member, curve in zip(members, session.train.kept, strict=True):
        alone = Run((RunSegment(0, member.problem, member.settings),))
        alone.advance()
        np.testing.assert_allclose(curve.costs, alone.costs, rtol=1e-9)
    lines = text(session)
    assert lines.splitlines()[0] == "by learning_rate"
    assert lines.index("◇ 3") < lines.index("★")


def test_a_run_gone_wrong_is_said() -> None:
    session = open_at("learning-rate")
    found = Sweep(members_of(session.lesson, None, "learning_rate=5,50"))
    found.advance()
    shown = text(with_swept(session, curves_of(found)))
    assert "diverges" in shown or "not finite" in shown


def test_the_closing_page_opens_and_closes() -> None:
    session = press(open_at("bias", "update:b"), "z")
    assert session.look.is_closing
    assert not press(session, "z").look.is_closing
    assert not press(session, "p").look.is_closing
    end = press(open_at("gradients-add-up"), "500n")
    assert end.look.is_closing
    assert not press(end, "p").look.is_closing


def test_a_variant_keeps_the_node_and_drops_a_question_of_another_graph() -> None:
    session = press(open_at("batches", "backward:w"), "V V V")
    assert session.variant == "one by one"
    step = current_step(session)
    assert step is not None
    assert (step.phase.value, step.node) == ("backward", "w")
    asked = press(open_at("batches", "forward:L"), "r n escape")
    assert asked.challenge is not None
    assert asked.challenge.step.node == "C"
    other = press(asked, "V V V")
    assert other.challenge is None
    assert "one by one" in frame_of(other, 80, 24, UNICODE).text()


def test_changes_that_a_variant_takes_away_are_told() -> None:
    session = press(open_at("learning-rate"), "e x=0.8 enter V")
    assert not session.changes
    assert "Your changes are gone" in session.message
    assert "changes" not in press(session, "V").message
