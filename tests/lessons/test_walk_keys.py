"""The walk of every lesson at four sizes: each key that its screens name does something there."""

import re
from collections.abc import Callable, Iterator

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import listing
from gdtutor.session.commands import Command, commands_of
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto_step, is_passed
from gdtutor.session.notes import note_for
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Walk, current_step
from gdtutor.session.update import update
from gdtutor.view.bottom import keys_at
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of
from gdtutor.view.scrolling import settled, shown

LESSONS = {entry.id: entry.path for entry in listing(shipped_lessons_folder())}
SIZES = ((40, 12), (80, 24), (120, 36), (200, 50))
SIZE_NAMES = [f"{width}x{height}" for width, height in SIZES]
ELSEWHERE = ("in the walk", "on the train screen")
"""Where a closing page says that a key works, if not on the page itself."""


def pressed(session: Walk, key: str) -> Walk:
    return update(session, Press(key, key if len(key) == 1 else None))[0]


def screens(session: Walk, every: int = 1) -> Iterator[Walk]:
    """Yield the opening page, the steps of iteration 0, or some of them, and the closing page."""
    yield session
    for step in session.moment.steps[::every]:
        yield moved(session, 0, step.number)
    yield pressed(moved(session, 0, len(session.moment.steps)), "z")


def dead_keys(
    session: Walk, width: int, height: int, share: Callable[[Command], bool] = lambda _: True
) -> Iterator[str]:
    """Yield the keys of the two lower lines after which the screen is as it was, of some keys."""
    session, frame = shown(session, width, height, UNICODE)
    rows = " ".join(" ".join(frame.text().splitlines()[-2:]).split())
    for command in keys_at(session, width, frame.lines):
        if command.name == "quit" or f"{command.symbols} {command.footer}" not in rows:
            continue
        others = [c for c in commands_of(session.screen) if c.name == command.pair]
        for one in filter(share, (command, *others)):
            after, effects = update(session, Press(one.keys[0].split()[-1]))
            # A message, an input and the header's step are on every screen.
            is_told = after.message or after.prompt or after.command or effects
            is_moved = (after.screen, after.step) != (session.screen, session.step)
            is_moved = is_moved or after.moment.iteration != session.moment.iteration
            if is_told or is_moved:
                continue
            # One that scrolls is taken back where the text goes no further.
            after = settled(after, width, height, UNICODE)
            if frame_of(after, width, height, UNICODE).text() == frame.text():
                yield f"{one.symbols} at step {session.step}"


@pytest.mark.parametrize(("width", "height"), SIZES, ids=SIZE_NAMES)
@pytest.mark.parametrize("name", ["bias", "gradients-add-up", "or-vectorised"])
def test_each_key_in_the_line_does_something_at_some_steps(name, width, height):
    session = session_at(LESSONS[name])
    for here in screens(session, every=len(session.moment.steps) // 3):
        assert not [*dead_keys(here, width, height)]


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_each_key_in_the_line_does_something_at_every_step(name):
    """Each key at each step, and each at all sizes, which take turns from step to step."""
    place = {command.name: n for n, command in enumerate(commands_of(Screen.STUDY))}
    for step, here in enumerate(screens(session_at(LESSONS[name]))):
        for turn, size in enumerate(SIZES):
            share = lambda c, at=step + turn: (place[c.name] + at) % len(SIZES) == 0  # noqa: E731
            assert not [*dead_keys(here, *size, share)]


@pytest.mark.parametrize(("width", "height"), SIZES[:2], ids=SIZE_NAMES[:2])
@pytest.mark.parametrize("name", LESSONS)
def test_what_is_said_at_the_foot_is_whole(name, width, height):
    """Where steps are passed over, where a key asks or tells, and on the closing page."""
    start = session_at(LESSONS[name])
    first, *_, last, closing = screens(start)
    passes = [step.number for step in start.moment.steps if is_passed(start, step)]
    over = [pressed(moved(start, 0, number - 1), "right") for number in passes if number > 1]
    told = [pressed(at, key) for at in (first, last) for key in ("colon", "e", "x", "u", "v", "t")]
    # Without its keys the closing page ends in the ways on from it.
    for here in (*over, *told, closing, pressed(closing, "h"), goto_step(last, 9999)):
        rows = frame_of(here, width, height, UNICODE).text().splitlines()
        assert "…" not in " ".join(rows[-2:]), rows
        if here.prompt is None:
            assert here.message in " ".join(" ".join(rows[-9:]).split())


@pytest.mark.parametrize("name", LESSONS)
def test_each_key_that_a_note_asks_for_is_named_below_it(name):
    for here in [*screens(session_at(LESSONS[name]))][:-1]:
        step = current_step(here)
        note = None if step is None else note_for(here, step)
        asked = (here.lesson.prose or "") if step is None else note.text if note else ""
        keys = {*re.findall(r"`([^`\n]{1,9})`", asked)}
        known = {c.name for c in commands_of(Screen.STUDY) if keys & {*c.keys, c.symbols}}
        if not known:
            continue
        rows = frame_of(here, 80, 24, UNICODE).text().splitlines()[-2:]
        named = keys_at(here, 80, ())
        below = {c.name for c in named if f"{c.symbols} {c.footer}" in " ".join(rows)}
        assert known <= below, (here.step, known - below)


@pytest.mark.parametrize("name", LESSONS)
def test_a_closing_page_says_where_a_key_works_that_does_nothing_on_it(name):
    *_, closing = screens(session_at(LESSONS[name]))
    for part in re.split(r"\n\s*\n|\n- ", closing.lesson.closing):
        for key in re.findall(r"`([^`\n]{1,9})`", part):
            found = [c for c in commands_of(Screen.STUDY) if key in (*c.keys, c.symbols)]
            if found and found[0].why_not(closing):
                is_placed = any(place in part.lower() for place in ELSEWHERE)
                assert is_placed or f"then `{key}`" in part, part


@pytest.mark.parametrize(("width", "height"), SIZES, ids=SIZE_NAMES)
def test_the_first_press_shows_another_picture_and_the_next_ones_the_others(width, height):
    session = moved(session_at(LESSONS["activations"]), 0, 1)
    session, frame = shown(session, width, height, UNICODE)
    seen = [frame.text()]
    for _ in range(2):
        session, frame = shown(pressed(session, "f"), width, height, UNICODE)
        assert frame.text() not in seen
        seen.append(frame.text())


def test_a_panel_without_a_place_for_pictures_gives_way_to_the_graphs():
    session = pressed(pressed(moved(session_at(LESSONS["bias"]), 0, 2), "tab"), "tab")
    before = shown(session, 80, 24, UNICODE)[1]
    after, frame = shown(pressed(session, "f"), 80, 24, UNICODE)
    assert frame.text() != before.text()
    assert after.look.figure == 1
