"""The app in the terminal of the program: signals heeded from the first byte, all put back."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import cast

from textual.driver import Driver

from gdtutor.ui.app import TutorApp
from gdtutor.ui.terminal import settle


def run_app(app: TutorApp, mouse: bool = True) -> int:
    """Run the app on standard input and standard error, both terminals; return its exit code.

    Signals are heeded until the process ends, which may still have to save.

    Raises:
        GdTutorError: What the app shows cannot be opened.
        Exception: The program is wrong somewhere; the terminal is restored.
    """
    if os.name == "posix":
        _run_restoring(app, mouse)
    else:
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


def _run_restoring(app: TutorApp, mouse: bool) -> None:
    from gdtutor.ui.driver import RestoringDriver
    from gdtutor.ui.restoring import Restorer
    from gdtutor.ui.signals import heed_signals

    assert sys.__stdin__ is not None
    assert sys.__stderr__ is not None
    restorer = Restorer(sys.__stdin__.fileno(), sys.__stderr__)
    app.driver_class = cast("type[Driver]", partial(RestoringDriver, restorer=restorer))
    heed_signals(restorer, app.end_for)
    try:
        app.run(mouse=mouse)
    finally:
        restorer.leave()
