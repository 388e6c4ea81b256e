"""The walk of every lesson at four sizes: each key that its screens name does something there."""

import re
from collections.abc import Iterator
from itertools import cycle, product

import pytest

from gdtutor.drive.effects import trained
from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import listing
from gdtutor.play.playground import Playground
from gdtutor.session.commands import COMMANDS, commands_of
from gdtutor.session.edits import apply_edit, example_of_edit
from gdtutor.session.effects import Train
from gdtutor.session.moving import moved
from gdtutor.session.navigation import goto_step, is_passed
from gdtutor.session.notes import note_for
from gdtutor.session.playing import play_session
from gdtutor.session.press import Press
from gdtutor.session.state import Screen, Session, Walk, current_step
from gdtutor.session.update import Progressed, update
from gdtutor.values import replace
from gdtutor.view.bottom import keys_at
from gdtutor.view.frame import UNICODE
from gdtutor.view.glossary import SIGNS
from gdtutor.view.screen import frame_of, settled, shown
from tests.tries import in_turn, some

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


def dead_keys(session: Session, width: int, height: int) -> Iterator[str]:
    """Yield the keys of the lower lines after which the screen is as it was but for a message."""
    session, frame = shown(replace(session, message=""), width, height, UNICODE)
    rows = " ".join(" ".join(frame.text().splitlines()[-2:]).split())
    before = drawn(session, width, height)
    above = () if session.screen in (Screen.PLAY, Screen.LIBRARY, Screen.HELP) else frame.lines
    for command in keys_at(session, width, above):
        if command.name == "quit" or f"{command.symbols} {command.footer}" not in rows:
            continue
        others = [c for c in commands_of(session.screen) if c.name == command.pair]
        for one in (command, *others):
            after, effects = update(session, Press(one.keys[0].split()[-1]))
            # An input is on every screen; a hint is a message each time.
            is_told = after.prompt or after.command or effects
            if is_told or after.look.hint != session.look.hint or is_moved(session, after):
                continue
            # One that scrolls is taken back where the text goes no further.
            after = settled(replace(after, message=""), width, height, UNICODE)
            if drawn(after, width, height) == before:
                yield f"{one.symbols} {one.name}"


def drawn(session: Session, width: int, height: int) -> str:
    frame = frame_of(session, width, height, UNICODE)
    return f"{frame.text()} {frame.plots}"


def is_moved(before: Session, after: Session) -> bool:
    """Say whether the header tells of another place."""
    if not isinstance(before, Walk) or not isinstance(after, Walk) or before.screen != after.screen:
        return before.screen != after.screen
    places = ((s.moment.iteration, s.step, s.look.is_closing) for s in (before, after))
    return len({*places}) > 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        ("gradients-add-up", 40, 12),
        ("bias", 80, 24),
        ("gradients-add-up", 120, 36),
        ("or-vectorised", 200, 50),
    ],
)
def test_each_key_in_the_line_does_something_at_some_steps(name, width, height):
    session = session_at(LESSONS[name])
    for here in screens(session, every=len(session.moment.steps) // 3):
        assert not [*dead_keys(here, width, height)]


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_each_key_in_the_line_does_something_at_every_step(name):
    """At sizes that take turns from step to step, for who has met all signs before; where a lesson
    begins and ends on a small terminal."""
    start = session_at(LESSONS[name])
    start = replace(start, look=replace(start.look, met=tuple((sign, -1, 0) for sign, *_ in SIGNS)))
    opening, *steps, closing = zip(screens(start), cycle(SIZES), strict=False)
    for here, size in some([*LESSONS].index(name), steps):
        assert not [*dead_keys(here, *size)]
    for here, _ in some([*LESSONS].index(name), (opening, steps[0], steps[-1], closing), 2):
        assert not [*dead_keys(here, 80, 24)]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("keys", ["", "tab", "tab right", "tab tab", "3n", "3n tab tab left"])
def test_no_key_in_the_line_of_the_playground_is_refused(keys):
    """Where the arrows still have both ways to go."""
    asked = Playground(data="xor", layers=(2, 2, 2, 1), epochs=20, batch=None)
    session = play_session(Session(), asked)
    for key in parse_keys(keys):
        session, effects = update(session, key)
        for effect in effects:
            session, _ = update(session, Progressed(trained(effect)))
    assert not [*dead_keys(session, 80, 24)]


@pytest.mark.sampled
@pytest.mark.parametrize("keys", ["", "r n n n", "r n n n escape", "n n v", "t", "t s 0", "a"])
def test_no_key_in_the_line_is_refused_beside_a_question_a_proof_and_a_curve(keys):
    for name in ("neuron", "or-vectorised"):
        session = session_at(LESSONS[name])
        for key in parse_keys(keys):
            session, effects = update(session, replace(key, is_scripted=False))
            for effect in effects:
                if isinstance(effect, Train):
                    session, _ = update(session, Progressed(trained(effect)))
        assert not [*dead_keys(session, 80, 24)]


@pytest.mark.sampled
@pytest.mark.parametrize("name", LESSONS)
def test_what_is_said_at_the_foot_is_whole(name):
    """Where steps are passed over, where a key asks or tells, and on the closing page."""
    start = session_at(LESSONS[name])
    first, *_, last, closing = screens(start)
    passes = [step.number for step in start.moment.steps if is_passed(start, step)]
    over = [pressed(moved(start, 0, number - 1), "right") for number in passes if number > 1]
    told = [pressed(at, key) for at in (first, last) for key in ("colon", "e", "x", "u", "v", "t")]
    # Without its keys the closing page ends in the ways on from it.
    all_told = (*over, *told, closing, pressed(closing, "h"), goto_step(last, 9999))
    sizes = in_turn([*LESSONS].index(name), SIZES[:2])
    for here, (width, height) in product(all_told, sizes):
        rows = frame_of(here, width, height, UNICODE).text().splitlines()
        assert "…" not in " ".join(rows[-2:]), rows
        if here.prompt is None:
            assert here.message in " ".join(" ".join(rows[-9:]).split())


@pytest.mark.sampled
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


@pytest.mark.sampled
@pytest.mark.parametrize("name", LESSONS)
def test_an_edit_on_a_closing_page_tells_what_comes_of_it(name):
    *_, closing = screens(session_at(LESSONS[name]))
    after = apply_edit(closing, example_of_edit(closing))
    root = closing.moment.trace.graph.root
    told = rf"= 0.9.*; {root} is [-0-9.e]+ \([-0-9.e]+ without changes\); .*undoes it"
    assert re.search(told, after.message)


@pytest.mark.sampled
@pytest.mark.parametrize("name", LESSONS)
def test_a_key_with_the_name_of_a_value_is_called_a_key(name):
    said = []
    for here in screens(session_at(LESSONS[name])):
        there = replace(here, screen=Screen.TRAIN)
        asked = apply_edit(here, example_of_edit(here))
        slow = pressed(there, "w")
        said += [*(pressed(here, key) for key in "xrz"), slow, pressed(slow, "w"), asked]
    told = {here.message for here in said} | {text for *_, text in SIGNS}
    values = {name for trace in said[0].moment.traces for name in trace.values}
    for key in values & {key for c in COMMANDS for key in c.keys}:
        for one in told:
            assert not re.search(rf"(?<!the key )\b{key}(:| (?!is\b)[a-z]+s\b)", one), one


@pytest.mark.sampled
@pytest.mark.parametrize("name", LESSONS)
def test_a_closing_page_says_where_a_key_works_that_does_nothing_on_it(name):
    *_, closing = screens(session_at(LESSONS[name]))
    for part in re.split(r"\n\s*\n|\n- ", closing.lesson.closing):
        # A letter that is pressed is a key without its backticks too.
        for key in re.findall(r"(?:`|\b[Pp]ress |\()((?<=`)[^`\n]{1,9}(?=`)|[a-zA-Z]\b)", part):
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
