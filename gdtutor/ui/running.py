"""The app in the terminal of the program: signals heeded from the first byte, all put back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from gdtutor.ui.terminal import settle

if TYPE_CHECKING:
    from textual.driver import Driver

    from gdtutor.ui.app import TutorApp


def run_app(make: Callable[[], TutorApp], mouse: bool = True, page: str = "") -> int:
    """Run the app on standard input and standard error, both terminals; return its exit code.

    Signals are heeded until the process ends, which may still have to save.

    Args:
        make: Makes the app, and may import Textual for it.
        mouse: Whether the mouse is heard.
        page: What paints the screen until the app does; nothing where that is not known.

    Raises:
        GdTutorError: What the app shows cannot be opened.
        Exception: The program is wrong somewhere; the terminal is restored.
    """
    if os.name == "posix":
        app = _run_restoring(make, mouse, page)
    else:
        app = make()
        app.run(mouse=mouse)
    for stream in (sys.__stdout__, sys.__stderr__):
        settle(stream)
    if app.fault is not None:
        app.fault.add_note(
            "This is an error of gdtutor itself. Please report it, with these lines."
        )
        raise app.fault
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0


def _run_restoring(make: Callable[[], TutorApp], mouse: bool, page: str) -> TutorApp:
    from gdtutor.ui.restoring import PATIENCE, Restorer, heed_signals

    assert sys.__stdin__ is not None
    assert sys.__stderr__ is not None
    restorer = Restorer(sys.__stdin__.fileno(), sys.__stderr__)
    made: list[TutorApp] = []

    def end(number: int) -> None:
        if made:
            made[0].end_for(number)
        else:
            restorer.leave(PATIENCE)
            os._exit(128 + number)

    heed_signals(restorer, end)
    try:
        if page:
            restorer.show(page)
        app = make()
        app.is_covered = bool(page)
        made.append(app)
        from gdtutor.ui.driver import RestoringDriver

        app.driver_class = cast("type[Driver]", partial(RestoringDriver, restorer=restorer))
        app.run(mouse=mouse)
    finally:
        restorer.leave()
    return app
