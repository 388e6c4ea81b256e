"""How numbers and names look in either character set; the digits are decided in `session`."""

from __future__ import annotations

import math
import unicodedata

from gdtutor.session.digits import DEFAULT_DIGITS as DEFAULT_DIGITS
from gdtutor.session.digits import MAX_DIGITS as MAX_DIGITS
from gdtutor.session.digits import in_power
from gdtutor.session.digits import number as number
from gdtutor.session.digits import raised as raised
from gdtutor.session.digits import read_back as read_back
from gdtutor.view.frame import ASCII, Chars

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_GREEK = {
    "theta": "θ", "mu": "μ", "sigma": "σ", "lambda": "λ", "gamma": "γ", "delta": "δ", "eta": "η",
    "phi": "φ", "psi": "ψ", "omega": "ω", "tau": "τ", "kappa": "κ", "nu": "ν", "xi": "ξ",
    "zeta": "ζ", "pi": "π", "chi": "χ", "Theta": "Θ", "Gamma": "Γ", "Delta": "Δ", "Lambda": "Λ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
"""Names that are shown as letters. α, β, ε and ρ are constants of the updates on the same screens,
so that `alpha`, `beta`, `epsilon` and `rho` stay words."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_IN_ASCII = str.maketrans(
    {
        "ŷ": "yhat", "Ŷ": "Yhat", "α": "learning_rate", "β": "beta", "ε": "epsilon", "ρ": "rho",
        "σ": "sigmoid", "θ": "theta", "μ": "mu", "λ": "lambda", "γ": "gamma", "δ": "delta",
        "η": "eta", "∂": "d ", "∇": "grad", "Σ": "sum", "√": "sqrt", "ᵀ": ".T", "½": "1/2",
        "−": "-", "–": "-", "·": "*", "×": "x", "⊙": "*", "≈": "~", "²": "**2", "³": "**3",
        "—": "-", "≥": ">=", "≤": "<=", "≠": "!=", "∞": "inf", "ⁿ": "**n",
        "✓": "x", "○": "o", "⊖": "N",
        "→": "->", "←": "<-", "…": "...", "‘": "'", "’": "'", "“": '"', "”": '"',
        **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
    }
)  # fmt: skip


def plain(text: str, chars: Chars) -> str:
    """Return an author's words in the character set: in ASCII, ŷ is yhat and x₁ is x1."""
    return text if chars.unicode else text.translate(_IN_ASCII)


def plural(count: int, word: str) -> str:
    """Return the word for so many things: epoch for 1, epochs for any other number, matrices."""
    return word if count == 1 else f"{word[:-1]}ces" if word.endswith("x") else f"{word}s"


def in_ascii(text: str) -> str:
    """Return a text with the nearest that ASCII has for every character, `?` for what has none."""
    return "".join(c if c.isascii() else base_letter(c) for c in text.translate(_IN_ASCII))


def base_letter(character: str) -> str:
    """Return what an accented letter is without its accent; nothing for an accent, else `?`."""
    if unicodedata.combining(character):
        return ""
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() else "?"


def exact(value: float) -> str:
    """Return a number in the fewest digits that tell it apart from every other float64."""
    texts = (number(value, digits) for digits in range(1, MAX_DIGITS))
    return next((text for text in texts if float(text) == value), number(value, MAX_DIGITS))


def shown(value: float, digits: int, chars: Chars) -> str:
    """Return a number as the screen shows it, with a real minus sign where there is one."""
    text = number(value, digits)
    return text.replace("-", "−") if chars.unicode else text


LARGE = 1e12
"""From here on a number is told by how many digits it has."""


def counted(value: float, digits: int, chars: Chars) -> str:
    """Return a number; a large one with how many digits it has before the point."""
    return f"{shown(value, digits, chars)}{length(value)}"


def counted_apart(values: tuple[float, ...], digits: int, chars: Chars) -> tuple[str, ...]:
    """Return costs that are compared, told apart, each as `counted` tells it."""
    texts = apart(values, digits, chars)
    return tuple(f"{text}{length(n)}" for text, n in zip(texts, values, strict=True))


def length(value: float) -> str:
    """Return how many digits a large number has before the point; nothing for another."""
    size = abs(value)
    is_long = LARGE <= size < math.inf
    return f" (a number of {math.floor(math.log10(size)) + 1} digits)" if is_long else ""


def about_zero(chars: Chars) -> str:
    """Return what is shown for a number that is 0 but for its rounding."""
    return "≈0" if chars.unicode else "~0"


def apart(values: tuple[float, ...], digits: int, chars: Chars) -> tuple[str, ...]:
    """Return numbers that are compared, with more digits where they would look the same, or more
    than twice as far apart as they are."""
    gap = values[-1] - values[0]
    for more in range(digits, 18):
        texts = tuple(shown(value, more, chars) for value in values)
        seen = read_back(values[-1], more) - read_back(values[0], more)
        if len(set(texts)) == len(set(values)) and not abs(seen) > 2 * abs(gap):
            break
    return texts if more == digits else _as_long(texts)


def percent(share: float, digits: int) -> str:
    """Return a share in percent, with more digits where it would look like all of it."""
    return f"{apart((100 * share, 100.0), digits, ASCII)[0]} %"


def _as_long(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return numbers with as many decimals each, so that a shorter one is not taken for a rounded
    one; as they are where their powers of ten differ.
    """
    parts = [text.partition("e") for text in texts]
    decimals = [len(number.partition(".")[2]) for number, *_ in parts]
    if len({power for *_, power in parts}) > 1 or not all(decimals):
        return texts
    return tuple(
        number + "0" * (max(decimals) - count) + sign + power
        for (number, sign, power), count in zip(parts, decimals, strict=True)
    )


def cell_number(value: float, exponent: int, digits: int, chars: Chars) -> str:
    """Return one cell of a matrix that is shown in this power of ten."""
    if exponent == 0 or value == 0 or not math.isfinite(value):
        return shown(value, digits, chars)
    text = in_power(value, exponent, digits)
    return text.replace("-", "−") if chars.unicode else text


def power_of_ten(exponent: int, chars: Chars) -> str:
    """Return the factor `×10⁻⁶`; in ASCII `*1e-6`."""
    return f"×10{str(exponent).translate(_SUPERSCRIPTS)}" if chars.unicode else f"*1e{exponent}"


def superscript(value: int, chars: Chars) -> str:
    """Return a whole exponent: `²`; in ASCII `**2`."""
    return str(value).translate(_SUPERSCRIPTS) if chars.unicode else f"**{value}"


def name(text: str, chars: Chars) -> str:
    """Return a name as it is shown: yhat → ŷ, w1 → w₁, theta → θ; others, as 1/2, stay."""
    if not chars.unicode:
        return text
    base, cell = (text, "") if "[" not in text else text.split("[", 1)
    stem, dot, inner = base.partition(".")
    letters = stem.rstrip("0123456789")
    digits = stem[len(letters) :]
    if letters[-1:].isalpha():
        stem = _hatted(letters) + digits.translate(_SUBSCRIPTS)
    return stem + dot + inner + ("[" + cell if cell else "")


def _hatted(letters: str) -> str:
    if letters in _GREEK:
        return _GREEK[letters]
    if len(letters) == 4 and letters.endswith("hat"):
        composed = unicodedata.normalize("NFC", letters[0] + "\u0302")
        if len(composed) == 1:
            return composed
    return letters


def shape(value: tuple[int, ...], chars: Chars) -> str:
    """Return a shape: `3×4`; in ASCII `3x4`; empty for a plain number."""
    return ("×" if chars.unicode else "x").join(str(n) for n in value)


def gradient_name(root: str, of: str, is_matrix: bool, chars: Chars) -> str:
    """Return how a gradient is called: ∂L/∂w₁, or dW₁ in a matrix lesson; ASCII d L/d w1."""
    of = name(of, chars)
    if is_matrix:
        return f"d{of}"
    sign = "∂" if chars.unicode else "d "
    return f"{sign}{name(root, chars)}/{sign}{of}"
