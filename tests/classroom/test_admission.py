"""Codes, PINs and names."""

import pytest

from gdtutor.classroom.admission import (
    CODE_DIGITS,
    CROWDED_EVERY,
    LONGEST_WAIT,
    WRONG_BURST,
    CodeThrottle,
    checked_code,
    free_name,
    is_same,
    random_digits,
    seat_name,
)
from gdtutor.classroom.seats import Seat
from gdtutor.classroom.server import LOGIN_SECONDS
from gdtutor.engine.errors import GdTutorError


def test_a_code_is_six_digits_and_another_one_each_time() -> None:
    codes = {random_digits(CODE_DIGITS) for _ in range(20)}
    assert len(codes) > 1
    assert all(len(code) == 6 and code.isdigit() for code in codes)


@pytest.mark.parametrize("code", ["12345", "with blank", "schlüssel", "x" * 65])
def test_a_code_that_is_too_weak_or_cannot_be_typed_is_refused(code: str) -> None:
    with pytest.raises(GdTutorError):
        checked_code(code)


def test_secrets_are_compared_whatever_is_typed() -> None:
    assert is_same("482913", "482913")
    assert not is_same("\ud800é", "482913")


@pytest.mark.parametrize(
    ("username", "name"),
    [
        ("anna", ("anna", False)),
        ("anna+linear", ("anna", True)),
        ("\x1b[2J", ("␛[2J", False)),
        (" \t ", ("somebody", False)),
        ("", ("somebody", False)),
        ("x" * 300, ("x" * 13 + "…" + "x" * 6, False)),
        ("Maximiliane-Theodora von und zu Alt", ("Maximiliane-T…zu Alt", False)),
        ("Maximiliane-Theodora von und zu Neu", ("Maximiliane-T…zu Neu", False)),
        ("x" * 20 + "日本日q\u0301bcde日", ("x" * 13 + "…bcde日", False)),
        # A word is of one alphabet, as most of its letters are: Cyrillic а in it, then Latin A.
        ("аnna", ("anna", False)),
        ("Вob Ann-Мary", ("Bob Ann-Mary", False)),
        ("Aнна Юrьева", ("Анна Юrьева", False)),
        ("Νick Αθηνa", ("Nick Αθηνα", False)),
        ("Юlia", ("Юlia", False)),
        ("渡辺 x花子 김y", ("渡辺 x花子 김y", False)),
        # One letter, written as two.
        ("Rene\u0301", ("Ren\u00e9", False)),
    ],
)
def test_a_name_says_nothing_to_a_terminal(username: str, name: tuple[str, bool]) -> None:
    found = seat_name(username)
    assert found[1] == name[1]
    assert found[0].isprintable()
    assert found[0] == name[0] or "\t" in username


def test_a_name_that_is_taken_gets_a_number() -> None:
    seats = {name: Seat(name, "1234") for name in ("anna", "anna-2")}
    assert free_name("anna", seats) == "anna-3"
    assert free_name("ben", seats) == "ben"


@pytest.mark.parametrize("name", ["ANNA", "аnna", "Αnna", "Anna"])
def test_a_name_that_looks_like_a_seated_one_gets_a_number(name: str) -> None:
    seats = {"anna": Seat("anna", "1234"), "ánna": Seat("ánna", "1234")}
    assert free_name(name, seats) == f"{name}-2"
    assert free_name("änna", seats) == "änna"


def test_a_letter_carries_a_few_accents() -> None:
    assert seat_name("a" + "\u0335" * 60 + "b") == ("a" + "\u0335" * 3 + "b", False)
    assert seat_name("Zoe\u0308") == ("Zo\u00eb", False)


def test_codes_wait_for_each_other_once_many_were_wrong() -> None:
    now = 0.0
    throttle = CodeThrottle(lambda: now)
    for _ in range(WRONG_BURST):
        assert throttle.wait() == 0
        throttle.was_wrong()
    waits = [throttle.wait() for _ in range(4)]
    assert waits == [CROWDED_EVERY * n for n in (1, 2, 3, 4)]
    now = 10.0
    assert throttle.wait() == 0


def test_nobody_waits_longer_than_a_login_may_take() -> None:
    throttle = CodeThrottle(lambda: 0.0)
    for _ in range(WRONG_BURST):
        throttle.was_wrong()
    assert max(throttle.wait() for _ in range(500)) == LONGEST_WAIT < LOGIN_SECONDS
