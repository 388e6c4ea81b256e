"""Screens of the shipped lessons as text: what a learner reads where there is no colour at all.

`pytest tests/test_lesson_screens.py --update-screens` writes them anew; read the difference.
"""

import re
from collections.abc import Iterator

import pytest

from gdtutor.drive.keys import parse_keys
from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import shipped_lessons_folder
from gdtutor.library.lessons import listing
from gdtutor.session.effects import Train
from gdtutor.session.moving import moved
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Status, current_step
from gdtutor.session.steps import Phase
from gdtutor.session.trials import tried
from gdtutor.session.update import Progressed, update
from gdtutor.testing.lessons import GoldenScreens
from gdtutor.ui.picture import frame_text
from gdtutor.view.explain import context_of
from gdtutor.view.frame import ASCII, UNICODE, Chars
from gdtutor.view.graph.panel import graph_drawing
from gdtutor.view.header import header_line
from gdtutor.view.lines import text_of
from gdtutor.view.screen import Reader, frame_of

LESSONS = {entry.id: entry.path for entry in listing(shipped_lessons_folder())}
SIZES = ((40, 12), (80, 24), (120, 36))
LARGE = (200, 50)
SETS = {"unicode": UNICODE, "ascii": ASCII}
WALKS = {
    "bias": ("forward:z x", "backward:b", "backward:w1 v", "backward:z e b space 0.5 enter",
             "update:b", "given t"),
    "or-vectorised": ("given", "forward:Z c right", "backward:W c", "update:W", "given t"),
    "xor-hidden": ("forward:Z1 x", "backward:W1", "backward:W1 c right", "backward:b1", "given t"),
}  # fmt: skip
"""A place, and keys pressed there."""
MARKS = "▶◀●▸><o*="
"""What stands right before the name of the current node in the graph."""


def lesson(name: str, at: str = "") -> Session:
    return session_at(LESSONS[name], at=at)


def pressed(session: Session, keys: str) -> Session:
    """Return the session after keys; a training that they start is done at once."""
    for press in parse_keys(keys):
        session, effects = update(session, press)
        for effect in effects:
            if isinstance(effect, Train):
                effect.run.advance(iterations=effect.iterations)
                session, _ = update(session, Progressed(snapshot_of(effect.run, Status.FINISHED)))
    return session


def shown(session: Session, width: int, height: int, chars: Chars = UNICODE) -> str:
    return frame_text(frame_of(session, width, height, chars), chars).rstrip("\n") + "\n"


def places(session: Session) -> tuple[Session, ...]:
    """Return the session at the first, the middle and the last step of iteration 0."""
    count = len(session.moment.steps)
    return tuple(tried(moved(session, 0, number)) for number in (1, (count + 1) // 2, count))


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_first_middle_and_last_step_of_every_lesson(
    name: str, assert_screen: GoldenScreens
) -> None:
    reader = Reader()
    frames = [reader.frame(at, 80, 24, UNICODE) for at in places(lesson(name))]
    screens = [frame_text(frame, UNICODE).rstrip("\n") + "\n" for frame in frames]
    assert_screen("\n".join(screens), name)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("chars", SETS)
@pytest.mark.parametrize("name", WALKS)
def test_walks_at_every_size_in_both_character_sets(
    name: str, chars: str, size: tuple[int, int], assert_screen: GoldenScreens
) -> None:
    assert_walks(name, chars, size, assert_screen)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bias", "xor-hidden"])
def test_walks_on_a_large_terminal(name: str, assert_screen: GoldenScreens) -> None:
    assert_walks(name, "unicode", LARGE, assert_screen)


def assert_walks(
    name: str, chars: str, size: tuple[int, int], assert_screen: GoldenScreens
) -> None:
    screens = []
    for walk in WALKS[name]:
        at, _, keys = walk.partition(" ")
        text = shown(pressed(lesson(name, at), keys), *size, SETS[chars])
        screens.append(f"== {walk}\n{text}")
        assert chars == "unicode" or text.isascii()
    assert_screen("\n".join(screens), f"{name}-{size[0]}x{size[1]}-{chars}")


def steps(name: str) -> Iterator[Session]:
    session = lesson(name)
    count = len(session.moment.steps)
    return (moved(session, 0, number) for number in range(1, count + 1))


@pytest.mark.slow
@pytest.mark.parametrize("chars", SETS)
@pytest.mark.parametrize("name", LESSONS)
def test_phase_and_selection_can_be_told_without_colour(name: str, chars: str) -> None:
    for session in steps(name):
        step, context = current_step(session), context_of(session, SETS[chars])
        assert step is not None
        assert context is not None
        header = text_of(header_line(session, context, 80, SETS[chars]))
        assert f" {step.phase.value} " in header
        if step.node:
            called = context.name(step.node)
            assert called in header
            marked = re.compile(rf"[{MARKS}]{re.escape(called)}\b")
            graph = "\n".join(text_of(row) for row in graph_drawing(context, 34, 15).lines)
            assert marked.search(graph), graph


@pytest.mark.parametrize("chars", SETS)
@pytest.mark.parametrize("name", [name for name in WALKS if name != "xor-hidden"])
def test_changed_values_can_be_told_without_colour(name: str, chars: str) -> None:
    edit = {"bias": "e w1 space 0.3 enter", "or-vectorised": "e W[0,0] space 0.3 enter"}[name]
    at = {"bias": "forward:z", "or-vectorised": "forward:Z"}[name]
    before = shown(lesson(name, at), 80, 24, SETS[chars])
    after = shown(pressed(lesson(name, at), edit), 80, 24, SETS[chars])
    assert "*" in after.replace("*edited", "")
    assert "*edited" in after
    assert "*edited" not in before


@pytest.mark.slow
def test_every_phase_is_among_the_screens() -> None:
    phases = {
        step.phase
        for name in LESSONS
        for session in places(lesson(name))
        for step in [current_step(session)]
        if step is not None
    }
    assert phases == set(Phase)
