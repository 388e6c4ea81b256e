"""The app as a program that writes where it was left to a file: FILE LESSON KEYS."""

import sys
from pathlib import Path

from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import open_lesson, session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.paint.colours import choose_colours
from gdtutor.session.state import Session
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.ui.running import run_app
from gdtutor.view.frame import UNICODE


def main() -> int:
    place, name, keys = sys.argv[1:]

    def save(session: Session) -> None:
        iteration = session.moment.iteration if session.moment else 0
        Path(place).write_text(f"{iteration}/step:{session.step} {session.training.status.value}")

    session = session_at(find_lesson(name, shipped_lessons_folder()))
    services, presses = Services(open_lesson, save), parse_keys(keys)
    looks = Looks(choose_colours("256", {}), UNICODE, 4)
    app = TutorApp(looks, lambda app: Program(app, session, services, presses))
    return run_app(app, mouse=False)


if __name__ == "__main__":
    sys.exit(main())
