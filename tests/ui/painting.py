"""The app that the painting tests run, alone as `python painting.py MODE dark|light`."""

import os
import sys
from typing import ClassVar

from sample_frames import study_frame
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from gdtutor.paint.colours import Colours, choose_colours, prepare_environment
from gdtutor.ui.canvas import Canvas
from gdtutor.ui.spans import SpansScreen
from gdtutor.view.frame import UNICODE, Chars


class PaintingApp(App[None]):
    """One canvas; space shows the next sample frame, backspace the one before, r repaints all."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("space", "step(1)", "next"),
        ("backspace", "step(-1)", "back"),
        ("r", "repaint", "repaint"),
        ("q", "quit", "quit"),
    ]

    def __init__(self, colours: Colours, chars: Chars = UNICODE) -> None:
        super().__init__()
        self.animation_level = "none"
        self.theme = colours.theme
        self.canvas = Canvas(colours, chars)
        self.step = 1

    def get_default_screen(self) -> Screen[None]:
        return SpansScreen()

    def compose(self) -> ComposeResult:
        yield self.canvas

    def on_mount(self) -> None:
        self.canvas.show(study_frame(self.step))

    def action_step(self, by: int) -> None:
        self.step += by
        self.canvas.show(study_frame(self.step))

    def action_repaint(self) -> None:
        self.screen.refresh(layout=True)
        self.canvas.refresh()


if __name__ == "__main__":
    chosen = choose_colours(",".join(sys.argv[1:3]), os.environ)
    prepare_environment(os.environ)
    PaintingApp(chosen).run(mouse=False)
