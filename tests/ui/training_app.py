"""The app on its training screen, where each `n` shows one more snapshot: LESSON COLOR FRAMES."""

import os
import sys

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.paint.colours import choose_colours, prepare_environment
from gdtutor.session.press import Press
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Screen, Status, Training
from gdtutor.session.update import Action, Progressed
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE


class SteppedTraining(Program):
    """Trains by keys instead of by the clock, so that frames can be counted."""

    epochs = 1

    def act(self, action: Action) -> None:
        run = self.session.run
        if not isinstance(action, Press) or action.key != "n":
            super().act(action)
            return
        run.advance(epochs=self.epochs)
        snapshot = snapshot_of(run, Status.RUNNING)
        speed = 12_345.0 + len(snapshot.costs) * 7
        super().act(Progressed(replace(snapshot, epochs_per_second=speed)))


def main() -> None:
    name, color, frames = sys.argv[1:]
    session = session_at(find_lesson(name, shipped_lessons_folder()))
    running = replace(session.train.snapshot, status=Status.RUNNING)
    session = replace(session, screen=Screen.TRAIN, train=Training(running))
    looks = Looks(choose_colours(color, os.environ), UNICODE, 4)
    prepare_environment(os.environ)

    def open_program(app: TutorApp) -> Program:
        program = SteppedTraining(app, session, Services())
        program.epochs = max(session.run.segments[-1].settings.epochs // (int(frames) + 1), 1)
        return program

    TutorApp(looks, open_program).run(mouse=False)


if __name__ == "__main__":
    main()
