"""Bytes of a terminal: keys are heard in any pieces, what is none is dropped and ends nothing."""

import random

import pytest
from textual import events

from gdtutor.ui.keyboard import Keyboard


def heard(*pieces: bytes) -> list[str]:
    """Return the keys among what a keyboard makes of the pieces."""
    keyboard = Keyboard()
    found = [message for piece in pieces for message in keyboard.feed(piece)]
    return [message.key for message in found if isinstance(message, events.Key)]


@pytest.mark.parametrize(
    "bad",
    [
        b"\xe9",  # é of a terminal in Latin-1
        b"\xff\xfe",
        b"\x1b[M\x23\xe0\x30",  # a mouse report without SGR beyond column 95
        b"\x1b[M qq",
        b"\x1b[99999999999;5u",
        b"\x1b[1114112u",
        b"\x1b[97;5:99999999999u",
        b"\x1b[97;1;99999999u",
        b"\x1b[<99999999999999;99999999;1x",
        b"\x1b[<0;;m",
        b"\x1b[12;34;56y",
        b"\x1b[?62;22;52c",
        b"\x1b[48;0;0;0;0t",
        b"\x1b[48;999999;999999;1;1t\x1b[<0;1;1M",
    ],
)
def test_what_is_no_key_is_dropped_and_the_key_after_it_is_heard(bad: bytes) -> None:
    assert heard(bad + b"n") == ["n"]
    assert heard(*(bytes([byte]) for byte in bad), b"n")[-1] == "n"


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b]11;rgb:ffff/ffff/ffff\x07",
        b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\",
        b"\x1bP>|quite a terminal(1)\x1b\\",
    ],
)
def test_an_answer_that_nobody_asked_for_is_no_key(answer: bytes) -> None:
    assert heard(answer + b"n") == ["n"]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"nN5", ["n", "N", "5"]),
        ("é∂".encode(), ["é", "partial_differential"]),
        (b"\x1b[C\x1b[6~\x1bOP", ["right", "pagedown", "f1"]),
        (b"\x1b[[A", ["f1"]),
        (b"\x03\r\t\x7f", ["ctrl+c", "enter", "tab", "backspace"]),
        (b"\x1b[113;1;113u", ["q"]),
        (b"\x1b[1;5C", ["ctrl+right"]),
    ],
)
def test_keys_are_heard_whole_and_in_pieces(typed: bytes, keys: list[str]) -> None:
    assert heard(typed) == keys
    assert heard(*(bytes([byte]) for byte in typed)) == keys


def test_a_size_that_no_terminal_has_is_not_believed() -> None:
    keyboard = Keyboard()
    sizes = [
        tuple(message.size)
        for message in keyboard.feed(b"\x1b[48;24;80;480;800t\x1b[48;99999;99999;9;9t")
        if isinstance(message, events.Resize)
    ]
    assert sizes == [(80, 24)]
    (mouse,) = keyboard.feed(b"\x1b[<0;11;21M")
    assert isinstance(mouse, events.MouseDown)
    assert (mouse.x, mouse.y) == (1, 1)


def test_a_paste_comes_as_one_text() -> None:
    (pasted,) = Keyboard().feed(b"\x1b[200~w1 = \xe9 0.5\x1b[201~")
    assert isinstance(pasted, events.Paste)
    assert pasted.text == "w1 =  0.5"


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_end_nothing(seed: int) -> None:
    draws = random.Random(seed)
    keyboard = Keyboard()
    for _ in range(300):
        piece = draws.choice((b"\x1b[", b"\x1b[<", b"\x1b[?", b"\x1b", b"")) + bytes(
            draws.choice((draws.randrange(256), *b"0123456789;:mMuRt~")) for _ in range(9)
        )
        list(keyboard.feed(piece))
        list(keyboard.tick())
    list(keyboard.feed(b"\x1b\x1b\x1b[201~" + b" " * 40))
    found = list(keyboard.feed(b"n"))
    assert [message.key for message in found if isinstance(message, events.Key)] == ["n"]


PASTE = b"\x1b[200~q\x03q \xe9q\n\x1b[Dq\x1b]q\x1b[201~"


@pytest.mark.parametrize("is_flood", [False, True])
@pytest.mark.parametrize("at", range(1, len(PASTE)))
def test_no_part_of_a_paste_is_a_key_wherever_it_is_cut(at: int, is_flood: bool) -> None:
    keyboard = Keyboard()
    found = [*keyboard.feed(PASTE[:at], is_flood), *keyboard.feed(PASTE[at:], is_flood)]
    assert [type(message) for message in found] == [events.Paste]


def test_the_beginning_of_a_paste_may_take_long_to_come() -> None:
    keyboard = Keyboard()
    list(keyboard.feed(b"\x1b[20"))
    assert not list(keyboard.tick())
    (pasted,) = keyboard.feed(b"0~q\x1b[201~")
    assert isinstance(pasted, events.Paste)


@pytest.mark.parametrize("begun", [b"\x1b[200~pasted, and no end of it", b"\x1b]52;c;", b"\x1b[12"])
@pytest.mark.parametrize("hammered", [b"q", b"\x03"])
def test_what_has_no_end_locks_no_keys(begun: bytes, hammered: bytes) -> None:
    keyboard = Keyboard()
    found = list(keyboard.feed(begun))
    for _ in range(25):
        found += keyboard.feed(hammered)
        found += keyboard.tick()
    keys = [message.key for message in found if isinstance(message, events.Key)]
    assert keys
    assert set(keys) == set(heard(hammered))


def test_a_long_paste_that_comes_slowly_is_one() -> None:
    keyboard = Keyboard()
    found = list(keyboard.feed(b"\x1b[200~"))
    for _ in range(10):
        found += keyboard.feed(b"a line of many\n" * 90)
        found += [message for _ in range(15) for message in keyboard.tick()]
    found += keyboard.feed(b"\x1b[201~n")
    pasted, key = found
    assert isinstance(pasted, events.Paste)
    assert isinstance(key, events.Key)


def test_the_rest_of_a_paste_that_was_held_up_is_no_key() -> None:
    keyboard = Keyboard()
    found = list(keyboard.feed(b"\x1b[200~pasted, and long"))
    found += [message for _ in range(30) for message in keyboard.tick()]
    found += keyboard.feed(b"n")
    found += keyboard.feed(b"q and what else was in the line\n")
    found += keyboard.feed(b"q\x1b[201~p")
    assert [message.key for message in found if isinstance(message, events.Key)] == ["n", "p"]
    assert len(found) == 2
    (pasted,) = keyboard.feed(b"\x1b[200~again\x1b[201~")
    assert isinstance(pasted, events.Paste)


@pytest.mark.parametrize("answer", [b"\x1b]10;rgb:0/q/q\x1b\\", b"\x1bP1+rq\x07", b"\x1b[Mqq\x03"])
def test_an_answer_may_come_in_two_reads(answer: bytes) -> None:
    for at in range(2, len(answer)):
        assert heard(answer[:at], answer[at:] + b"n") == ["n"]


def test_a_lone_escape_is_a_key_after_a_silence() -> None:
    keyboard = Keyboard()
    assert not list(keyboard.feed(b"\x1b"))
    (escape,) = keyboard.tick()
    assert isinstance(escape, events.Key)
    assert escape.key == "escape"
    list(keyboard.feed(b"\x1bP"))
    (with_alt,) = keyboard.tick()
    assert isinstance(with_alt, events.Key)
    assert with_alt.key == "alt+shift+p"


@pytest.mark.parametrize("at", range(7))
def test_keys_with_alt_that_come_at_once_are_each_one(at: int) -> None:
    keyboard, data = Keyboard(), b"\x1bn\x1bB\x1bn"
    found = [*keyboard.feed(data[:at]), *keyboard.feed(data[at:]), *keyboard.tick()]
    keys = [message.key for message in found if isinstance(message, events.Key)]
    assert keys == ["alt+n", "alt+shift+b", "alt+n"]
    assert heard(b"\x1bn\x1b[A") == ["alt+n", "up"]


def test_of_a_flood_only_what_leaves_is_parsed() -> None:
    keyboard = Keyboard()
    found = list(keyboard.feed(b"npnpqnp" * 100, is_flood=True))
    assert [message.key for message in found if isinstance(message, events.Key)] == ["q"]
