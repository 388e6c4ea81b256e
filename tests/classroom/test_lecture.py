"""What stands around the teacher's program: keys that end a class are asked once."""

from unittest.mock import Mock

import pytest
from classes import CODE, KEY, Watched, after, lesson_session

from gdtutor.classroom.board import Invitation
from gdtutor.classroom.lecture import ClassOpening, Lecture
from gdtutor.classroom.podium import Podium, PodiumServices
from gdtutor.classroom.screens import SharedScreens
from gdtutor.cli.talk import session_of_link
from gdtutor.session.press import Press
from gdtutor.session.update import Action, Told
from gdtutor.ui.app import TutorApp
from gdtutor.view.frame import UNICODE


def test_ctrl_c_ends_the_program_unless_who_stands_around_it_asks_first() -> None:
    for takes in (True, False):
        app = Mock()
        app.around.takes.return_value = takes
        TutorApp.action_end(app)
        app.around.takes.assert_called_once_with(Press("ctrl+c"))
        assert app.leave.called is not takes


@pytest.mark.parametrize(("key", "told"), [("q", "q again"), ("ctrl+c", "Ctrl-C again")])
def test_the_teacher_is_asked_before_the_class_ends_for_who_is_here(key: str, told: str) -> None:
    podium = Podium(None, PodiumServices(session_of_link, None, lambda: 1e9))
    invitation = Invitation("bias", "192.168.1.10", 8022, CODE, "SHA256:x")
    lecture = Lecture(UNICODE, podium, ClassOpening(invitation, Mock(), KEY))
    acted: list[Action] = []
    lecture._act = acted.append  # type: ignore[method-assign]
    try:
        lecture.shows(lesson_session("bias", "backward:yhat"))
        assert not lecture.takes(Press(key))
        lecture.hub.join("anna", Watched(lecture.hub, SharedScreens(), (80, 24)), returns=False)
        if key == "ctrl+c":
            # The footer of an open question names it.
            lecture.shows(after(lesson_session("bias", "step:8"), "r", "n"))
        assert lecture.takes(Press(key))
        assert acted == [Told(f"{told} ends the class for 1 student; any other key goes on.")]
        assert not lecture.takes(Press("n", "n"))
        assert lecture.takes(Press(key))
        assert not lecture.takes(Press(key))
    finally:
        lecture._pool.close()
        lecture._bench.close()
