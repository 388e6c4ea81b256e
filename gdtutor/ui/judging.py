"""What answers the keys of `gdtutor judge --watch`: a file is judged beside the screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.geometry import Size

from gdtutor.drive.background import Job
from gdtutor.drive.watching import SaveWatch
from gdtutor.engine.errors import GdTutorError
from gdtutor.judge.board import Board, board_frame, pressed
from gdtutor.judge.outcome import Outcome, Tell
from gdtutor.judge.verdict import Verdict
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.session.update import Action
from gdtutor.ui.app import TutorApp
from gdtutor.values import replace

LOOK_EVERY = 0.25
"""Seconds between two looks at the file."""
_PATIENCE = 0.5
"""Seconds that the end of a judged program is waited for, before the app ends."""

Wanted = Callable[[], bool]


class JudgingProgram:
    """Judges a file at every save, in a thread; a save ends what was judged of the one before.

    Args:
        app: Where frames are shown and clocks are kept.
        board: What is shown first: the lesson and the file.
        judge: Judges the file, as long as somebody wants to know.
        tell_class: Tells a class what that came to, and returns a line that is shown; in a thread.
    """

    has_palette = False

    def __init__(
        self,
        app: TutorApp,
        board: Board,
        judge: Callable[[Tell, Wanted], Outcome],
        tell_class: Callable[[Verdict], str] = lambda _: "",
    ) -> None:
        self.session, self.board = Session(), board
        self.opens_walk = False
        """Whether the walk is to be opened in place of the screen."""
        self._app, self._judge, self._tell_class = app, judge, tell_class
        self._saves = SaveWatch(board.path)
        self._job: Job[Outcome] | None = None
        self._messages: list[str] = []
        self._token = object()
        """Of the save that is judged."""

    def begin(self) -> None:
        """Judge the file as it is, and look at it from now on."""
        self._pass_on = self._app.passing_on()
        self._look()
        self._app.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        is_there = self._saves.look()
        if is_there:
            self._token = token = object()
            judge = partial(self._judge, self._messages.append, lambda: self._token is token)
            self._job = Job(judge, self._take, self._pass_on)
            self._show(replace(self.board, is_judging=True))
        elif is_there is False and not self.board.is_judging:
            # A program may take its own file away while it runs; it is written back.
            self._show(replace(self.board, problem=self._gone(), message=""))

    def _gone(self) -> str:
        return "" if self.board.path.exists() else f"{self.board.path.name} is gone."

    def _take(self, job: Job[Outcome]) -> None:
        """Show what a job came to, unless the file was saved since."""
        if job is not self._job:
            return
        said, self._messages = " ".join(self._messages), []
        if said:
            self._saves.settle()
        # It may have gone while it was judged.
        board = replace(self.board, is_judging=False, problem=self._gone(), message=said, scroll=0)
        try:
            outcome = job.result()
        except GdTutorError as error:
            self._show(replace(board, problem=board.problem or str(error)))
            return
        self._show(replace(board, outcome=outcome, tab=0))
        Job(partial(self._tell_class, outcome.verdict), self._hear, self._pass_on)

    def _hear(self, telling: Job[str]) -> None:
        """Show what came of telling the class."""
        if told := telling.result():
            self._show(replace(self.board, message=f"{self.board.message} {told}".strip()))

    def press(self, press: Press) -> None:
        """Answer a key."""
        self.opens_walk = press.key in ("enter", "o")
        if self.opens_walk or press.key in ("q", "ctrl+c"):
            self._app.leave(0)
        else:
            self._show(pressed(self.board, press.key, *self._app.room))

    def act(self, action: Action) -> None:
        """Do nothing: there is no walk here."""

    def paste(self, text: str) -> None:
        """Do nothing: nothing is typed here."""

    def painted(self) -> None:
        """Do nothing: nothing waits for it."""

    def paint(self, size: Size | None = None) -> None:
        """Show the board at a size; the app's own where none is given."""
        size = size or self._app.room
        self._app.show(board_frame(self.board, *size, self._app.looks.chars))

    def _show(self, board: Board) -> None:
        self.board = board
        self.paint()

    def tidy(self) -> None:
        """End what is being judged; its file is put back."""
        self._token = object()
        if self._job is not None:
            self._job.wait(_PATIENCE)
