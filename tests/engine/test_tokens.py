import pytest

from gdtutor.engine.errors import FormulaError
from gdtutor.engine.tokens import tokens_of


def test_a_formula_is_cut_into_tokens_with_their_columns():
    kinds = [(token.kind, token.text, token.column) for token in tokens_of("w1 * 2.T**z.1")]
    assert kinds == [
        ("name", "w1", 0),
        ("sign", "*", 3),
        ("number", "2", 5),
        ("transpose", ".T", 6),
        ("sign", "**", 8),
        ("name", "z.1", 10),
        ("end", "", 13),
    ]


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\0", "U+0000"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\x9b", "U+009B"),
        ("\n", "U+000A"),
        ("\r", "U+000D"),
        ("\u00a0", "U+00A0"),
        ("\u200b", "U+200B"),
        ("\u202e", "U+202E"),
        ("\u0301", "U+0301"),
        ("\ud800", "U+D800"),
        ("\ufeff", "U+FEFF"),
    ],
)
def test_a_character_that_does_not_show_is_named_by_its_code(character, shown):
    with pytest.raises(FormulaError) as caught:
        list(tokens_of(f"a + {character}b"))
    assert caught.value.what.startswith(f"{shown} ")
    assert caught.value.column == 4
    assert character not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u0430 + 1", "'\u0430' (U+0430)"),
        ("\uff41", "'\uff41' (U+FF41)"),
        ("\u0663", "'\u0663' (U+0663)"),
        ("\uff12", "'\uff12' (U+FF12)"),
        ("\u03c3", "'\u03c3' (U+03C3)"),
        ("1 \u2212 2", "'\u2212' (U+2212)"),
        ("x\u00b2", "'\u00b2' (U+00B2)"),
    ],
)
def test_a_look_alike_is_refused_and_its_code_told(text, shown):
    with pytest.raises(FormulaError) as caught:
        list(tokens_of(text))
    assert shown in caught.value.what


@pytest.mark.parametrize(
    ("letter", "name"),
    [("ω", "omega"), ("λ", "lambda"), ("ς", "sigma"), ("Ω", "Omega")],
)
def test_a_greek_letter_is_refused_with_the_name_to_write(letter, name):
    with pytest.raises(FormulaError, match=f"write {name}:"):
        list(tokens_of(f"{letter} + 1"))


@pytest.mark.parametrize("character", ["ä", "ʹ", "٣"])
def test_what_is_no_greek_letter_has_no_name_to_write(character):
    with pytest.raises(FormulaError, match="formulas hold names"):
        list(tokens_of(character))
