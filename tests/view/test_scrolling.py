"""Scrolling a note, a page or a panel stops at its end."""

import pytest
from walks import NETWORK, walk

from gdtutor.drive.keys import parse_keys
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.state import Session
from gdtutor.session.update import update
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.screen import frame_of
from gdtutor.view.scrolling import settled

LONG = find_lesson("learning-rate", shipped_lessons_folder())
PLACES = [
    (LONG, "", (40, 12)),
    (LONG, "", (80, 16)),
    (NETWORK, "backward:W1", (40, 12)),
    (NETWORK, "given", (40, 12)),
]


def scrolled(session: Session, keys: str, size: tuple[int, int], chars=UNICODE) -> Session:
    for key in parse_keys(keys):
        session = settled(update(session, key)[0], *size, chars)
    return session


def shown(session: Session, size: tuple[int, int], chars=UNICODE) -> str:
    return frame_of(session, *size, chars).text()


@pytest.mark.parametrize("chars", [UNICODE, ASCII])
@pytest.mark.parametrize(("path", "at", "size"), PLACES)
def test_the_first_key_back_from_the_end_scrolls(path, at, size, chars):
    session = walk(path, at)
    end = scrolled(session, "999down", size, chars)
    back = scrolled(end, "up", size, chars)
    assert shown(back, size, chars) != shown(end, size, chars)
    assert shown(scrolled(back, "down", size, chars), size, chars) == shown(end, size, chars)


@pytest.mark.parametrize(("path", "at", "size"), PLACES)
def test_scrolling_within_the_text_is_left_as_it_is(path, at, size):
    session = walk(path, at)
    once = scrolled(session, "down", size)
    assert once.look.scroll == 1
    assert shown(once, size) != shown(session, size)


def test_a_text_that_shows_whole_does_not_scroll():
    session = walk(NETWORK, "forward:Yhat")
    assert scrolled(session, "5down", (120, 36)).look.scroll == 0


def test_help_settles_at_every_size_and_stays_where_nothing_is_drawn():
    """A narrow column once held no letter, and breaking the text into lines had no end."""
    session = update(Session(), parse_keys("question_mark")[0])[0]
    scrolled = update(session, parse_keys("3pagedown")[0])[0]
    for width in range(1, 42):
        for height in range(1, 14):
            after = settled(scrolled, width, height, UNICODE)
            if width < 40 or height < 12:
                assert after == scrolled
            assert len(frame_of(after, width, height, UNICODE).lines) == height
