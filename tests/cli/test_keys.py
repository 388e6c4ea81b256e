"""A script of keys: names are keys, slips are told, everything else is typed."""

import pytest

from gdtutor.drive.keys import MAX_PRESSES, parse_keys
from gdtutor.engine.errors import GdTutorError


def keys_of(script: str) -> list[str]:
    return [press.key for press in parse_keys(script)]


def typed(script: str) -> str:
    return "".join(press.character or "" for press in parse_keys(script))


def test_a_token_is_a_count_and_a_key() -> None:
    assert keys_of("5n x 2PgDn ctrl+r f1 esc del") == [
        "5", "n", "x", "2", "pagedown", "ctrl+r", "f1", "escape", "delete",
    ]  # fmt: skip


def test_the_names_of_characters_are_keys_too() -> None:
    assert keys_of("question_mark 3colon") == keys_of("? 3 :")
    assert typed("'plus slash") == "plus/"


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("pgdwn", "pgdn"),
        ("3pgdwn", "pgdn"),
        ("pgdown", "pagedown"),
        ("PageDwon", "pagedown"),
        ("entr", "enter"),
        ("escpae", "escape"),
        ("spcae", "space"),
        ("bakcspace", "backspace"),
        ("ctr+r", "ctrl+r"),
        ("control+r", "ctrl+r"),
    ],
)
def test_a_slip_is_told_with_the_key_that_was_meant(slip: str, meant: str) -> None:
    with pytest.raises(GdTutorError, match=f"did you mean '{meant.replace('+', '.')}'"):
        parse_keys(f"n {slip}")


@pytest.mark.parametrize(
    "text",
    ["w1=0.9", "backward:W1[0,1]", "0.125", "sigmoid", "bias", "weight", "own", "light", "a+b",
     "c+1", "learning_rate=0.05,0.5", "nnn", "en", "12", "xor-hidden"],
)  # fmt: skip
def test_other_tokens_are_typed(text: str) -> None:
    assert typed(f"e {text} enter") == f"e{text}"


@pytest.mark.parametrize("text", ["end", "pgdwn", "5n", "''", "ctr+r"])
def test_after_a_quote_everything_is_text(text: str) -> None:
    assert typed(f"/ '{text} enter") == f"/{text}"


def test_space_types_a_blank_in_a_text_and_is_the_key_elsewhere() -> None:
    assert typed("e w1 space 'space enter") == "ew1 space"
    assert keys_of("2space") == ["2", "space"]


def test_a_script_has_a_bound() -> None:
    with pytest.raises(GdTutorError, match="the bound is"):
        parse_keys("n" * (MAX_PRESSES + 1))
