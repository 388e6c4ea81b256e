"""Going backward, the lines of gradients point back, and the mark of the node is no head."""

import re

import pytest
from walks import answered, pressed

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.session.moving import moved
from gdtutor.session.state import current_step
from gdtutor.session.steps import Phase
from gdtutor.view.frame import UNICODE, Style
from gdtutor.view.lines import text_of
from gdtutor.view.screen import frame_of

LESSONS = [
    path
    for path in discover(shipped_lessons_folder())
    if path.stem not in ("01-neuron", "03-forward")
]
"""Those whose walk goes backward."""


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_open_question_turns_no_arrow_forward(path):
    session = session_at(path)
    back = [step.number for step in session.moment.steps if step.phase is Phase.BACKWARD]
    assert back
    session, heads = pressed(moved(session, 0, back[0]), "r right"), ""
    for turn in range(4 * len(back)):
        if current_step(session).phase is not Phase.BACKWARD:
            break
        assert session.challenge is not None
        # A narrow graph and a wide one take turns.
        rows = frame_of(session, *((80, 24), (120, 36))[turn % 2], UNICODE).lines
        heads += "".join(s.text for row in rows for s in row if s.style is Style.BACKWARD)
        session = answered(session)
    assert current_step(session).phase is not Phase.BACKWARD
    assert {"◀", "▲"} & set(heads)
    assert not {"▶", "▼"} & set(heads)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36)])
@pytest.mark.parametrize("name", ["05-backward", "07-learning-rate", "16-xor-hidden"])
def test_the_line_of_a_gradient_has_its_head_at_the_lower_end_alone(name, width, height):
    session, heads = session_at(next(path for path in LESSONS if path.stem == name)), ""
    for step in session.moment.steps:
        if step.phase is not Phase.BACKWARD:
            continue
        rows = frame_of(moved(session, 0, step.number), width, height, UNICODE).lines
        heads += "".join(s.text for row in rows for s in row if s.style is Style.BACKWARD)
        # The mark stands apart from the line that comes from the left.
        assert not any(re.search(r"─◀\w", text_of(row)) for row in rows)
    assert {"◀", "▲"} & set(heads)
    assert not {"▶", "▼"} & set(heads)
