"""The app itself: keys in, frames out, a worker that trains, and a clean end."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest
from svg_texts import screen_text
from textual import events
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input
from walks import NEURON, pressed, walk

from gdtutor.cli.lesson_files import lesson_path
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import LessonEntry, shipped_lessons_folder
from gdtutor.library.lessons import library_of
from gdtutor.paint.colours import choose_colours
from gdtutor.session.catalogue import Library
from gdtutor.session.footer import named_keys
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Status, is_training
from gdtutor.ui.app import Looks, TutorApp
from gdtutor.ui.palette import CommandProvider, offers
from gdtutor.ui.picture import frame_text
from gdtutor.ui.program import Program, Services
from gdtutor.values import replace
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import shown
from tests.ui.piloting import until
from tests.ui.saving_app import trained_for_ever

LOOKS = Looks(choose_colours("256", {}), UNICODE)


def app_in(name: str, saved: list[Session] | None = None, keys: str = "") -> TutorApp:
    kept = [] if saved is None else saved
    session, services = session_at(lesson_path(name)), Services(save=kept.append)
    return TutorApp(LOOKS, lambda app: Program(app, session, services, parse_keys(keys)))


def in_app(
    app: TutorApp,
    steps: Callable[[Pilot[int]], Awaitable[None]],
    size: tuple[int, int] = (80, 24),
) -> None:
    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await steps(pilot)

    asyncio.run(run())


def test_the_terminal_shows_the_views_frame_after_every_key() -> None:
    app = app_in("bias")

    async def steps(pilot: Pilot[int]) -> None:
        for key in ("n", "n", "x", "right", "left", "N", "question_mark", "escape", "D", "tab"):
            await pilot.press(key)
            await pilot.pause()
            expected = frame_text(shown(app.program.session, 80, 24, UNICODE)[1], UNICODE)
            assert screen_text(app).rstrip("\n") == expected.rstrip("\n")

    in_app(app, steps)


def test_a_resize_keeps_the_place() -> None:
    app = app_in("xor-hidden")

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("n", "n", "n", "n")
        before = app.program.session.step
        for size in ((120, 36), (40, 12), (20, 5), (80, 24)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: tuple(app.size) == size)
            await pilot.pause()
            assert app.program.session.step == before
            expected = frame_text(shown(app.program.session, *size, UNICODE)[1], UNICODE)
            assert screen_text(app).rstrip("\n") == expected.rstrip("\n")

    in_app(app, steps)


def test_training_runs_in_a_worker_and_ends_in_the_published_cost() -> None:
    app = app_in("xor-hidden")

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("t")
        await until(pilot, lambda: app.program.session.train.snapshot.status is Status.FINISHED)
        costs = app.program.session.train.snapshot.costs
        assert abs(float(costs[4900]) - 0.0009210166430616655) < 1e-12
        assert "0.0008924" in screen_text(app)
        await pilot.press("escape")
        assert app.program.session.screen is Screen.STUDY
        await pilot.press("t")
        assert app.program.session.train.snapshot.status is Status.FINISHED

    in_app(app, steps)


@pytest.mark.slow
def test_keys_are_answered_while_training_runs_and_pause_stops_it() -> None:
    app = app_in("xor-hidden")

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("e", *"learning_rate=0.0001", "enter", "t")
        await pilot.press("escape", "n", "n")
        assert app.program.session.screen is Screen.STUDY
        assert app.program.session.step == 2
        await pilot.press("t", "s")
        await until(pilot, lambda: app.program.session.train.snapshot.status is not Status.RUNNING)

    in_app(app, steps)


def test_a_pause_ends_the_work_itself() -> None:
    app = app_in("xor-hidden")

    async def steps(pilot: Pilot[int]) -> None:
        app.program.session = replace(
            app.program.session, run=trained_for_ever(app.program.session.run)
        )
        await pilot.press("t")
        trainer = app.program._trainer
        await until(pilot, lambda: app.program.session.train.snapshot.iterations)
        assert trainer.is_working
        await pilot.press("s")
        await until(pilot, lambda: not trainer.is_working)
        await until(pilot, lambda: app.program.session.train.snapshot.status is Status.PAUSED)

    in_app(app, steps)


def test_what_a_key_asks_of_the_terminal_is_done() -> None:
    saved: list[Session] = []
    app = app_in("bias", saved)

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("k")
        await until(pilot, lambda: app.clipboard)
        assert app.clipboard == "gdtutor bias"
        app.program.press(Press("ctrl+p"))
        await until(pilot, lambda: len(app.screen_stack) > 1)
        await pilot.press("escape")
        await pilot.press("z")
        await until(pilot, lambda: saved and saved[-1].look.is_closing)

    in_app(app, steps)


@pytest.mark.slow
def test_what_training_has_come_to_is_saved_as_its_lesson_is_left() -> None:
    saved: list[Session] = []
    app = app_in("xor-hidden", saved)

    async def steps(pilot: Pilot[int]) -> None:
        session = app.program.session
        library = library_of(shipped_lessons_folder())
        run = trained_for_ever(session.run)
        app.program.session = replace(session, run=run, library=library)
        await pilot.press("t")
        await until(pilot, lambda: saved and saved[-1].train.snapshot.status is Status.RUNNING)
        at_first = saved[-1].train.snapshot.iterations
        await until(pilot, lambda: app.program.session.train.snapshot.iterations > at_first)
        await pilot.press("l", "down", "enter")
        await until(pilot, lambda: app.program.session.lesson.id != "xor-hidden")
        assert saved[-1].lesson.id == "xor-hidden"
        assert saved[-1].train.snapshot.iterations > at_first

    in_app(app, steps)


def test_keys_given_at_the_start_are_pressed() -> None:
    app = app_in("bias", keys="5n x")

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: app.program.session.step != 0)
        assert app.program.session.step == 7  # the loss, unfolded into three operations

    in_app(app, steps)


@pytest.mark.slow
def test_a_key_given_at_the_start_that_leaves_training_waits_for_what_was_asked_for() -> None:
    keys = "0t S learning_rate=0.5,0.1 enter escape 50t escape e 5:b=1 enter 9t"
    app = app_in("bias", keys=keys)

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: app.program.session.train.snapshot.iterations == 9)
        await until(pilot, lambda: not is_training(app.program.session))
        session = app.program.session
        assert [len(curve.costs) for curve in session.train.kept] == [200, 200]
        assert session.original.farthest == 50

    in_app(app, steps)


@pytest.mark.slow
def test_a_run_that_keys_given_at_the_start_choose_waits_for_all_their_sweeps() -> None:
    app = app_in("bias", keys="t S 0.5,0.1 enter S 0.2,0.3 enter 2down : epoch:48 enter")

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: app.program.session.train.look.cursor == 48)
        session = app.program.session
        assert session.train.look.run == "learning_rate 0.1"
        assert [len(curve.costs) for curve in session.train.kept] == [200] * 4

    in_app(app, steps)


def test_leaving_saves_the_place_and_returns_zero() -> None:
    for key in ("q", "ctrl+c"):
        saved: list[Session] = []
        app = app_in("bias", saved)

        async def steps(pilot: Pilot[int], key: str = key) -> None:
            await pilot.press("n", "n", key)

        in_app(app, steps)
        assert app.return_code == 0
        assert saved
        assert saved[-1].step == 2


def test_a_lesson_that_cannot_be_read_is_told_in_place() -> None:
    app = app_in("bias")
    paths = (lesson_path("bias"), lesson_path(os.path.join("nowhere", "lesson.md")))
    entries = tuple(LessonEntry(str(p), "", "", "", "", p, trains=True) for p in paths)

    async def steps(pilot: Pilot[int]) -> None:
        session = app.program.session
        app.program.session = replace(session, library=Library(entries))
        await pilot.press("l", "down", "enter")
        assert "lesson.md" in screen_text(app)
        await pilot.press("up", "enter", "n")
        assert app.program.session.step == 1

    in_app(app, steps)


def test_a_pasted_text_is_typed_where_something_is_asked_for_and_nowhere_else() -> None:
    app = app_in("bias")

    async def steps(pilot: Pilot[int]) -> None:
        app.screen.post_message(events.Paste("nnq"))
        await pilot.press("n")
        assert app.program.session.step == 1
        await pilot.press("e")
        app.screen.post_message(events.Paste(" w1 0.9\rq\n"))
        await pilot.press("enter")
        assert [change.text() for change in app.program.session.changes] == ["w1=0.9"]

    in_app(app, steps)


@pytest.mark.slow
def test_a_command_of_the_palette_is_done_while_an_input_is_open() -> None:
    app = app_in("bias")

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("n", "e", "w", "ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) > 1)
        await pilot.press(*"next phase")
        await until(pilot, lambda: "next phase" in str(app.screen.query_one(Input).value))
        await app.screen.workers.wait_for_complete()
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1 and app.program.session.step == 2)
        assert app.program.session.prompt is None

    in_app(app, steps)


@pytest.mark.parametrize("size", [(80, 24), pytest.param((40, 12), marks=pytest.mark.slow)])
def test_the_palette_names_its_own_keys_below_its_list(size: tuple[int, int]) -> None:
    app = app_in("bias")

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) > 1)
        await until(pilot, lambda: app.screen.query_one(CommandList).option_count > 20)
        (keys,) = app.screen.query("#keys")
        assert str(keys.render()) == " ↑ ↓ choose  Enter do it  Esc close  F1 help  Ctrl-C quit"
        assert keys.region.bottom == size[1]
        assert 0 < app.screen.query_one(CommandList).region.bottom <= keys.region.y
        await pilot.press("down", "down", "escape")
        assert len(app.screen_stack) == 1
        for _ in range(2):
            # Where Help is open already it stays.
            await pilot.press("ctrl+p")
            await until(pilot, lambda: len(app.screen_stack) > 1)
            await pilot.press("f1")
            await until(pilot, lambda: len(app.screen_stack) == 1)
            await until(pilot, lambda: app.program.session.screen is Screen.HELP)

    in_app(app, steps, size)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("saddle", "Help: saddle"), ("compare", "sweep: compare runs side"),
        ("zzz", "Nothing says"),
        ("optimizer", "e edit, a key of the walk: change a value"),
        ("save", "W save, a key of the playground: write it"),
    ],
)  # fmt: skip
def test_the_palette_finds_words_and_says_where_there_are_none(query: str, shown: str) -> None:
    app = app_in("bias", keys="n t")

    async def steps(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: app.program.session.screen is Screen.TRAIN)
        found = [hit async for hit in CommandProvider(app.screen).search(query)]
        assert str(found[0].match_display).startswith(shown)
        found[0].command()
        assert (app.program.session.screen is Screen.HELP) == (query != "compare")

    in_app(app, steps)


@pytest.mark.parametrize("keys", ["", "backward:w1", "t", "z", "l", "?"])
def test_the_palette_says_the_words_of_the_line_of_keys(keys: str) -> None:
    at = keys if ":" in keys else "given"
    session = pressed(walk(NEURON, at), "" if ":" in keys else keys)
    shown = [said for _, _, said in offers(session)]
    for command in named_keys(session, is_narrow=False):
        assert any(command.footer in said for said in shown), command.footer


@pytest.mark.slow
def test_what_is_typed_into_the_palette_is_text_and_no_markup() -> None:
    app = app_in("bias")

    async def steps(pilot: Pilot[int]) -> None:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) > 1)
        palette = app.screen
        palette.query_one(Input).value = "[/]"
        found = palette.query_one(CommandList)
        await until(
            pilot,
            lambda: [str(o.prompt)[:18] for o in found.options] == ["Nothing says '[/]'"],
        )
        # A search that begins as the palette closes ends nothing.
        await palette.query_one(CommandList).remove()
        await palette._gather_commands("next").wait()
        assert app.return_code is None

    in_app(app, steps)
