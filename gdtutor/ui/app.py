"""The Textual app: it owns the terminal, and hands keys to `Program`, which does the work.

Only what the first frame needs is imported here: the engine, and with it NumPy, come with
`Program`, which a thread opens while the first page can already be read.
"""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.geometry import Size
from textual.screen import Screen as TextualScreen

from gdtutor.drive.background import Job, passing_on
from gdtutor.engine.errors import GdTutorError
from gdtutor.paint.colours import Colours
from gdtutor.session.press import Press
from gdtutor.ui.canvas import Canvas
from gdtutor.ui.contracts import Around, OpenProgram
from gdtutor.ui.spans import SpansScreen
from gdtutor.values import Struct
from gdtutor.view.boxes import is_too_small
from gdtutor.view.frame import Chars, Frame

if TYPE_CHECKING:
    from gdtutor.session.update import Action


class Looks(Struct, frozen=True):
    """How the terminal is painted and listened to."""

    colours: Colours
    chars: Chars
    frames_per_second: int = 10
    """At most so many paints of a running training."""
    patience: float = math.inf
    """Seconds for which the screens wait for the answer to a key, and hear no other; infinite:
    until it is there."""


class KeyScreen(SpansScreen, inherit_bindings=False):
    """The only screen; it hands every key to the app, so that Textual keeps none for itself."""

    def on_key(self, event: events.Key) -> None:
        """Hand a key to the state machine."""
        event.stop()
        event.prevent_default()
        app = self.app
        if isinstance(app, TutorApp):
            app.press(Press(event.key, event.character if event.is_printable else None))

    def on_paste(self, event: events.Paste) -> None:
        """Hand a pasted text to the state machine."""
        event.stop()
        app = self.app
        around, program = (app.around, app.program) if isinstance(app, TutorApp) else (None, None)
        if program is not None and (around is None or not around.pastes(event.text)):
            program.paste(event.text)


def _commands() -> type[Provider]:
    from gdtutor.ui.palette import CommandProvider

    return CommandProvider


class TutorApp(App[int], inherit_bindings=False):
    """Paints frames; what they show is the program's.

    Args:
        looks: How the terminal is painted.
        open_program: Makes the program; raises GdTutorError. Called in a thread where there is a
            cover, else at once.
        cover: The frame of a width and height that stands until the program is open.
        around: What stands around the program's screens.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # The palette's input would take it for copying.
        Binding("ctrl+c", "end", show=False, priority=True)
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    CSS = "Screen { overflow: hidden; }"

    def __init__(
        self,
        looks: Looks,
        open_program: Callable[[TutorApp], OpenProgram],
        cover: Callable[[int, int], Frame] | None = None,
        around: Around | None = None,
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.theme = looks.colours.theme
        self.looks = looks
        self.failure: GdTutorError | None = None
        """Why the program could not be opened."""
        self.fault: BaseException | None = None
        """The error of the program itself that ends it."""
        self._canvas = Canvas(looks.colours, looks.chars, painted=self._painted)
        self._open_program = open_program
        self._cover = cover
        self.around = around
        """What others wait for, as a class does; None where nobody waits."""
        self._frame: Frame | None = None
        self._waiting: list[Press] = []
        self.is_covered = False
        """Whether the cover stands on the terminal before the app paints."""
        self._opens = False
        """Whether the program is being opened behind the cover, or is open."""
        self.is_ending = False
        """Whether a signal or a key ends the app."""
        self._running_loop: asyncio.AbstractEventLoop | None = None
        self._signal = 0
        self.program: OpenProgram | None = None if cover is not None else open_program(self)

    def get_default_screen(self) -> TextualScreen[None]:
        """Return the screen that sends changed cells alone."""
        return KeyScreen()

    def compose(self) -> ComposeResult:
        """Yield the one widget."""
        yield self._canvas

    @property
    def room(self) -> Size:
        """Columns and rows that the program has."""
        return self._room_of(self.size)

    def _room_of(self, size: Size) -> Size:
        rows = 0 if self.around is None else self.around.rows
        return Size(size.width, max(size.height - rows, 0))

    def on_mount(self) -> None:
        """Paint, and open behind what is painted."""
        if self.around is not None:
            self.around.begin(self._show_around, self._act)
        self._paint(self.size)
        if self.program is not None:
            self.program.begin()
        elif self.is_covered:
            self._painted()

    def passing_on(self) -> Callable[[Callable[[], object]], None]:
        """Return what has something called in the app's own thread, from any other."""
        return passing_on(asyncio.get_running_loop())

    def end_for(self, number: int) -> None:
        """End with the exit code of a signal, 0 for Ctrl-C.

        It may be called in the main thread at any moment, also before the app has begun to run.
        """
        self._signal = self._signal or number
        if self._running_loop is not None and not self._running_loop.is_closed():
            self._running_loop.call_soon_threadsafe(self._end_for_signal)

    def _end_for_signal(self) -> None:
        self.leave(0 if self._signal == signal.SIGINT else 128 + self._signal)

    def on_load(self) -> None:
        """Begin to hear of signals; end where one has come already."""
        self._running_loop = asyncio.get_running_loop()
        self._running_loop.set_exception_handler(self._failed_in_loop)
        if self._signal:
            self._end_for_signal()

    def _failed_in_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End by an error of what another thread has had called, which the loop would only log."""
        error = context.get("exception")
        if "handle" in context and isinstance(error, Exception):
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def fail(self, error: Exception) -> None:
        """End by an error of the program itself, which is raised once the terminal is restored."""
        self._handle_exception(error)

    def _fatal_error(self) -> None:
        """End. Textual first draws every local variable of the error; a session takes minutes."""
        self.fault = self.fault or self._exception
        self.is_ending = True
        self._close_messages_no_wait()

    def paint_anew(self) -> None:
        """Paint everything again, as on a terminal that was another program's meanwhile."""
        self.refresh(layout=True)

    def _open_behind(self) -> None:
        pass_on = self.passing_on()
        Job(lambda: self._opened(pass_on), lambda job: self.call_later(job.result), pass_on)

    def _opened(self, pass_on: Callable[[Callable[[], object]], None]) -> None:
        """Open the program, in a thread."""
        try:
            program = self._open_program(self)
        except GdTutorError as error:
            self.failure = error
            pass_on(lambda: self.exit(2, return_code=2))
        else:
            pass_on(lambda: self._take(program))

    def _take(self, program: OpenProgram) -> None:
        """Hand keys to the program from now on, first those pressed before it was open."""
        if self.is_ending:
            return
        self.program = program
        self._paint(self.size)
        program.begin()
        for press in self._waiting:
            program.press(press)

    def press(self, press: Press) -> None:
        """Hand a key to the program; what leaves is not waited with until that is open."""
        if self.program is not None:
            if self.around is None or not self.around.takes(press):
                self.program.press(press)
        elif press.key == "ctrl+c" or (press.key == "q" and not self._waiting):
            self.leave(0)
        else:
            self._waiting.append(press)

    def on_resize(self, event: events.Resize) -> None:
        """Paint at the new size, which `size` does not have yet; the place stays."""
        self._paint(event.size)
        if is_too_small(*event.size) and len(self.screen_stack) > 1:
            # Textual's own palette has no room there.
            self.pop_screen()

    def action_end(self) -> None:
        """End by Ctrl-C, whatever is open, unless who stands around asks first."""
        if self.around is None or not self.around.takes(Press("ctrl+c")):
            self.leave(0)

    def action_command_palette(self) -> None:
        """Offer the commands by their words, where there is room for them."""
        from gdtutor.ui.palette import Palette

        has_palette = self.program is None or self.program.has_palette
        if has_palette and not is_too_small(*self.size) and len(self.screen_stack) == 1:
            arrows = "↑ ↓" if self.looks.chars.unicode else "up down"
            keys = f" {arrows} choose  Enter do it  Esc close  F1 help  Ctrl-C quit"
            self.push_screen(Palette(keys))

    def _paint(self, size: Size) -> None:
        if self.program is not None:
            self.program.paint(self._room_of(size))
        elif self._cover is not None and size.width and size.height:
            self.show(self._cover(size.width, size.height))

    def show(self, frame: Frame) -> None:
        """Paint what differs from the frame shown last."""
        self._frame = frame
        if self.around is not None:
            if self.program is not None:
                self.around.shows(self.program.session)
            frame = self.around.dressed(frame)
        self._canvas.show(frame)

    def _act(self, action: Action) -> None:
        if self.program is not None:
            self.program.act(action)

    def _show_around(self) -> None:
        """Paint what stands around the frame shown last."""
        if self._frame is not None and self.around is not None and not self.is_ending:
            self._canvas.show(self.around.dressed(self._frame))

    def _painted(self) -> None:
        if self.program is not None:
            self.program.painted()
        elif not self._opens:
            # Not after Textual's next refresh, for which it waits while nothing is done.
            self._opens = True
            self.call_later(self._open_behind)

    def leave(self, code: int) -> None:
        """End with an exit code, the program tidied first; what comes later is not heard."""
        if self.is_ending:
            return
        self.is_ending = True
        if self.program is not None:
            self.program.tidy()
        if self.around is not None:
            self.around.end()
        self.exit(code, return_code=code)
