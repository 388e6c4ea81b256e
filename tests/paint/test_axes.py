"""Every axis of every picture that the lessons show at 80×24 has a scale that can be read."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import cycle

import pytest

from gdtutor.drive.opening import session_at
from gdtutor.lesson.discovery import discover, shipped_lessons_folder
from gdtutor.paint.plots import plot_rows
from gdtutor.session.figures import offered_figures, training_pictures
from gdtutor.session.moving import moved
from gdtutor.session.snapshots import snapshot_of
from gdtutor.session.state import Session, Status
from gdtutor.session.training import open_training
from gdtutor.session.update import Progressed, update
from gdtutor.values import replace
from gdtutor.view.frame import ASCII, UNICODE, Chars, Frame
from gdtutor.view.lines import merged, text_of
from gdtutor.view.screen import frame_of

NUMBER = r"[−-]?\d[\d.]*(?:e[−-]?\d+)?"
UP = re.compile(rf" *({NUMBER})[┤+]")
EDGE = re.compile(rf" *({NUMBER})[│|]")
EPOCHS = 120
HAS_FIELD = ("contour", "boundary")
LESSONS = discover(shipped_lessons_folder())
PATHS = [path for path in LESSONS if "\n[[pictures]]" in path.read_text("utf-8")]
"""Read as text alone: a lesson with a mistake fails a test, not the collection of all."""


def in_turns(*sets: Chars) -> list[pytest.param]:
    """Return every lesson with pictures, and the sets of characters in turns."""
    pairs = zip(PATHS, cycle(sets), strict=False)
    return [pytest.param(path, chars, id=path.stem) for path, chars in pairs]


@cache
def opened(path) -> Session:
    return session_at(path)


def walked(path) -> Iterator[tuple[str, Session]]:
    """Yield each picture of a lesson in place of the graph, at the last step it is shown at."""
    session = opened(path)
    for number, wish in enumerate(session.lesson.pictures, start=1):
        look = replace(session.look, figure=number)
        for step in (1, len(session.moment.steps)):
            shown = replace(moved(session, 0, step), look=look)
            if number in offered_figures(shown):
                yield wish.kind, shown


def trained(path) -> Iterator[tuple[str, Session]]:
    """Yield each picture of a lesson beside training."""
    session = opened(path)
    if not session.lesson.trains:
        return
    session, effects = open_training(session)
    for effect in effects:
        effect.run.advance(iterations=EPOCHS)
        session, _ = update(session, Progressed(snapshot_of(effect.run, Status.PAUSED)))
    beside = training_pictures(session)
    for tab, wish in enumerate(beside):
        yield wish.kind, session.with_train(look=replace(session.train.look, tab=tab))


def drawn(frame: Frame, chars: Chars) -> Iterator[list[str]]:
    """Yield the text of each plot of a frame."""
    for placed in frame.plots:
        rows = plot_rows(placed.plot, placed.width, placed.height, chars)
        yield [text_of(merged(row)).rstrip() for row in rows]


def assert_a_scale(rows: list[str]) -> None:
    """Check the labels of one plot: two at least on both axes, and one below every mark."""
    bottom = next(n for n, row in enumerate(rows) if re.search(r"[└+][─┬+-]{3}", row))
    across = re.findall(NUMBER, rows[bottom + 1])
    marks = re.sub(r"^ *[└+]", "", rows[bottom])
    assert len(across) == len(re.findall(r"[┬+]", marks)) >= 2, rows
    assert len([row for row in rows if UP.match(row)]) >= 2, rows


def assert_ends(lines: list[str], planes: int) -> None:
    """Check the ends of each plane of characters: whole numbers beside and below it."""
    text = "\n".join(lines)
    assert len(EDGE.findall(text)) >= 2 * planes, text
    below = [line for line in lines if re.fullmatch(rf"( *{NUMBER}.*? {NUMBER}\b)+ *", line)]
    assert below, text


def panel(frame: Frame, left: int, right: int) -> list[str]:
    """Return what stands inside of a panel, between two columns of the frame."""
    return [text_of(line)[left:right] for line in frame.lines[1:21]]


@pytest.mark.sampled
@pytest.mark.parametrize(("path", "chars"), in_turns(UNICODE, ASCII))
def test_every_axis_of_the_walks_pictures_has_two_numbers(path, chars) -> None:
    for kind, session in walked(path):
        frame = frame_of(session, 80, 24, chars)
        for rows in drawn(frame, chars):
            assert_a_scale(rows)
        if kind in HAS_FIELD:
            assert_ends(panel(frame, 2, 36), planes=1)


@pytest.mark.sampled
@pytest.mark.parametrize(("path", "chars"), in_turns(ASCII, UNICODE))
def test_every_axis_beside_training_has_two_numbers(path, chars) -> None:
    for kind, session in trained(path):
        frame = frame_of(session, 80, 24, chars)
        for rows in drawn(frame, chars):
            assert_a_scale(rows)
        if kind in HAS_FIELD:
            assert_ends(panel(frame, 52, 78), planes=1)
