"""The playground in the app: what is played with is saved at every change, and at the end."""

from __future__ import annotations

import asyncio

from gdtutor.paint.colours import choose_colours
from gdtutor.play.options import playground_of_line
from gdtutor.session.playing import play_session
from gdtutor.session.press import Press
from gdtutor.session.state import Session
from gdtutor.ui.answering import Services
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.program import Program
from gdtutor.view.frame import UNICODE
from tests.ui.piloting import until


def test_every_change_is_saved_and_so_is_what_was_trained() -> None:
    begun = play_session(Session(), playground_of_line("--points 20 --epochs 5"))
    saved: list[Session] = []
    app = TutorApp(
        Looks(choose_colours("256", {}), UNICODE),
        lambda app: Program(app, begun, Services(save=saved.append)),
    )

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            app.press(Press("right"))
            await pilot.pause()
            assert [session.play.playground.data for session in saved] == ["quadrants"]
            app.press(Press("n", "n"))
            await until(pilot, lambda: len(app.program.session.train.snapshot.costs))
            app.press(Press("q", "q"))
            await pilot.pause()

    asyncio.run(run())
    assert len(saved[-1].train.snapshot.costs) == 1
