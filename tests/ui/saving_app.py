"""The app as a program that writes where it was left to a file: FILE LESSON KEYS.

It trains without an end of its own, and a signal leaves it the time that it needs.
"""

import sys
from functools import partial
from pathlib import Path

from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.paint.colours import choose_colours
from gdtutor.session.state import Session
from gdtutor.training.run import Run
from gdtutor.ui import restoring
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.ui.running import run_app
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE

EPOCHS = 5_000_000


def trained_for_ever(run: Run) -> Run:
    last = run.segments[-1]
    return Run((replace(last, settings=replace(last.settings, epochs=EPOCHS)),))


def main() -> int:
    place, name, keys = sys.argv[1:]

    def save(session: Session) -> None:
        iteration = session.moment.iteration if session.moment else 0
        status = session.train.snapshot.status.value
        Path(place).write_text(f"{iteration}/step:{session.step} {status}")

    restoring.heed_signals = partial(restoring.heed_signals, delay=60)
    session = session_at(find_lesson(name, shipped_lessons_folder()))
    session = replace(session, run=trained_for_ever(session.run))
    services, presses = Services(save=save), parse_keys(keys)
    looks = Looks(choose_colours("256", {}), UNICODE, 4)
    app = TutorApp(looks, lambda app: Program(app, session, services, presses))
    return run_app(lambda: app, mouse=False)


if __name__ == "__main__":
    sys.exit(main())
