"""Help scrolls by lines and by pages, and stops at its ends."""

import pytest
from walks import NEURON, walk

from gdtutor.drive.keys import parse_keys
from gdtutor.engine.operations import OPERATIONS
from gdtutor.session.update import update
from gdtutor.view.frame import UNICODE
from gdtutor.view.screen import frame_of
from gdtutor.view.scrolling import settled

SIZE = (80, 24)


def shown(keys, *, settles=True):
    session = walk(NEURON, "given")
    for key in parse_keys(f"? {keys}"):
        session, _ = update(session, key)
        if settles:
            session = settled(session, *SIZE, UNICODE)
    # The border's title tells where in the text the panel is; the text alone is compared.
    return frame_of(session, *SIZE, UNICODE).text().splitlines()[1:-3]


@pytest.mark.parametrize("key", ["pagedown", "space"])
def test_a_page_down_begins_with_the_last_line_of_the_page_before(key):
    top, next_page = shown(""), shown(key)
    assert next_page[0] == top[-1]
    assert next_page[1] not in top


def test_a_page_up_takes_a_page_down_back():
    assert shown("pagedown pagedown pageup") == shown("pagedown")


@pytest.mark.parametrize(("end", "top"), [("end", "home"), ("G", "g")])
def test_the_ends_are_one_key_away(end, top):
    assert shown(end) == shown("99pagedown") != shown("")
    assert shown(f"{end} {top}") == shown("")


@pytest.mark.parametrize("end", ["end", "99pagedown", "999down"])
def test_keys_past_the_end_need_not_be_taken_back(end):
    assert shown(f"{end} up") != shown(end)
    assert shown(f"{end} up down") == shown(end)


def test_a_frame_made_without_settling_is_the_same():
    assert shown("end", settles=False) == shown("end")


def test_every_operation_is_explained_whole():
    session = walk(NEURON, "given")
    for key in parse_keys("?"):
        session, _ = update(session, key)
    text = " ".join(frame_of(session, 80, 600, UNICODE).text().replace("│", " ").split())
    for row in OPERATIONS.values():
        if not row.internal:
            assert f"{row.name} {row.says.format(a='a', b='b', c='c')}" in text
