"""Scrolling a note, a page or a panel stops at its end."""

from collections.abc import Callable
from itertools import product

import pytest
from walks import NETWORK, session_at, walk

from gdtutor.drive.effects import pressed
from gdtutor.drive.keys import parse_keys
from gdtutor.lesson.discovery import find_lesson, shipped_lessons_folder
from gdtutor.session.display_options import pages_on
from gdtutor.session.state import Session, Tab
from gdtutor.session.update import update
from gdtutor.values import replace
from gdtutor.view.explain import explained_signs
from gdtutor.view.frame import ASCII, UNICODE
from gdtutor.view.page import prose_width
from gdtutor.view.prose import prose_lines
from gdtutor.view.screen import frame_of, settled
from gdtutor.view.screen import shown as drawn
from tests.tries import in_turn
from tests.walks import knowing

WIDE = find_lesson("deeper", shipped_lessons_folder())
LONG = find_lesson("learning-rate", shipped_lessons_folder())
PLACES = [
    (LONG, "", (40, 12)),
    (LONG, "", (80, 16)),
    (NETWORK, "backward:W1", (40, 12)),
    (NETWORK, "given", (40, 12)),
]
LOOKS = [((40, 12), UNICODE), ((40, 12), ASCII), ((80, 24), UNICODE), ((120, 36), ASCII)]
"""Each size and each set of characters, not all pairs of them."""


def scrolled(session: Session, keys: str, size: tuple[int, int], chars=UNICODE) -> Session:
    for key in parse_keys(keys):
        session = settled(update(session, key)[0], *size, chars)
    return session


def shown(session: Session, size: tuple[int, int], chars=UNICODE) -> str:
    return frame_of(session, *size, chars).text()


@pytest.mark.sampled
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


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("size", "chars"), [((40, 20), ASCII), ((80, 16), UNICODE), *LOOKS])
def test_the_end_is_the_first_scroll_that_shows_the_last_line(size, chars):
    begun = ((LONG, ""), (NETWORK, "given"), (WIDE, "given"))
    sessions = [knowing(walk(path, at)) for path, at in in_turn(sum(size) // 4, begun)]
    for session, tab in product(sessions, Tab):

        def at_line(n: int, session: Session = session, tab: Tab = tab) -> Session:
            return replace(session, look=replace(session.look, tab=tab, scroll=n))

        assert_first(at_line, settled(at_line(9999), *size, chars).look.scroll, size, chars)


@pytest.mark.sampled
@pytest.mark.parametrize(("size", "chars"), [((40, 20), ASCII), *LOOKS])
def test_the_end_of_a_side_panel_is_the_first_scroll_that_shows_its_last_line(size, chars):
    session = pressed(walk(WIDE, "given"), parse_keys("t"))
    for tab in range(4):

        def at_line(n: int, tab: int = tab) -> Session:
            return session.with_train(look=replace(session.train.look, tab=tab, scroll=n))

        assert_first(at_line, settled(at_line(9999), *size, chars).train.look.scroll, size, chars)


def assert_first(at_line: Callable[[int], Session], end: int, size, chars) -> None:
    """Hold that every scroll up to the end looks otherwise than the one before."""
    frames = [shown(at_line(n), size, chars) for n in (*range(end + 1), 9999)]
    assert frames[-2] == frames[-1]
    assert len(set(frames)) == end + 1


def paged(session: Session, keys: str, size: tuple[int, int] = (80, 24)) -> tuple[Session, str]:
    """Press keys with the screen drawn before each."""
    session, frame = drawn(session, *size, UNICODE)
    for key in parse_keys(keys):
        session, frame = drawn(update(session, key)[0], *size, UNICODE)
    return session, frame.text()


def test_a_page_of_text_is_paged_to_its_end_before_the_next_iteration():
    opening = walk(find_lesson("write-it-yourself", shipped_lessons_folder()))
    session, text = paged(opening, "")
    assert "PgDn page" in text
    seen = {row for row in text.splitlines() if row.startswith("│")}
    for _ in range(9):
        if not session.look.below:
            break
        session, text = paged(session, "pgdn")
        rows = {row for row in text.splitlines() if row.startswith("│ ")}
        assert seen & rows
        seen |= rows
        assert (session.step, session.moment.iteration) == (0, 0)
    assert "PgUp page" in text
    assert "PgDn page" not in text
    whole = len(prose_lines(opening.lesson.prose, prose_width(80), UNICODE))
    assert session.look.scroll == whole - 19
    on = paged(session, "pgdn")[0]
    assert (on.moment.iteration, on.step) == (0, 1)
    assert paged(session, "home")[0].look.scroll == 0
    assert paged(session, "home pgdn")[0].look.scroll == paged(opening, "pgdn")[0].look.scroll
    assert paged(session, "home end")[0].look.scroll == session.look.scroll
    back = paged(session, "pgup")[0]
    assert 0 < back.look.scroll < session.look.scroll
    assert back.step == 0


def test_the_closing_page_is_paged_as_well_and_a_step_is_not():
    closing, text = paged(walk(LONG, "2/given"), "z", (60, 14))
    assert "PgDn page" in text
    on = paged(closing, "pgdn", (60, 14))[0]
    assert (on.look.is_closing, on.moment.iteration) == (True, 2)
    assert on.look.scroll > 0
    assert paged(on, "pgup", (60, 14))[0].look.scroll == 0
    assert not pages_on(paged(closing, "n", (60, 14))[0])


def test_a_lesson_without_training_pages_its_text_too():
    lesson = walk(find_lesson("forward-or", shipped_lessons_folder()))
    assert not lesson.lesson.trains
    end, _ = paged(lesson, "pgdn pgdn", (80, 18))
    assert end.look.scroll > 0
    assert end.look.below == 0
    assert "one iteration only" in paged(end, "pgdn", (80, 18))[0].message


@pytest.mark.parametrize(("size", "covered"), [((80, 24), 3), ((120, 36), 1)])
@pytest.mark.parametrize("lesson", ["xor-hidden", "optimisers"])
def test_a_hint_covers_no_line_of_a_closing_page(lesson, size, covered):
    session = pressed(session_at(find_lesson(lesson, shipped_lessons_folder())), parse_keys("z T"))
    plain, told = (
        frame_of(replace(session, message=text), *size, UNICODE).text().splitlines()
        for text in ("", session.message)
    )
    changed = [n for n, row in enumerate(told) if row != plain[n]]
    # The last line that may go says where Enter leads, as the line of keys does.
    assert changed == [*range(size[1] - covered, size[1])]
    assert told[changed[covered > 1]].startswith(" Hint 1 of")


@pytest.mark.parametrize(("keys", "size"), [("", (80, 24)), ("z", (80, 24)), ("t", (120, 36))])
def test_an_arrow_that_scrolls_nothing_says_so(keys, size):
    session, _ = drawn(pressed(walk(NETWORK, "forward:A1"), parse_keys(keys)), *size, UNICODE)
    for key, where in (("up", "above"), ("down", "below")):
        for _ in range(99):
            before, (session, _) = session, drawn(pressed(session, parse_keys(key)), *size, UNICODE)
            if session.message:
                break
            assert (session.look.scroll, session.train.look.scroll) != (
                before.look.scroll, before.train.look.scroll
            )  # fmt: skip
        assert session.message == f"Nothing is hidden {where}."


def test_where_no_screen_was_shown_an_arrow_may_scroll():
    session = pressed(walk(LONG, "given"), parse_keys("down"))
    assert (session.look.scroll, session.message) == (1, "")


@pytest.mark.slow
def test_both_signs_of_an_edit_are_explained_where_it_is_made():
    two_and_one = find_lesson("two-and-one", shipped_lessons_folder())
    session, _ = drawn(walk(two_and_one, "1/given"), 120, 36, UNICODE)
    edited = pressed(session, parse_keys("e w11=0.75 enter"))
    frame = drawn(replace(edited, message=""), 120, 36, UNICODE)[1]
    assert explained_signs(frame.lines) >= {"*", "(own 1)"}
