"""Reads formulas as the screens show them, for tests that hold what is shown to what is meant."""

import re

from gdtutor.engine.expression import Apply, Expr, Name, Number
from gdtutor.engine.operations import parse_formula

_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_WORDS = {"σ(": "sigmoid(", "ln(": "log(", "Σ(": "sum(", "ŷ": "yhat", "ᵀ": ".T", "^": "**"}
_SIGNS = {"−": "-", " · ": " @ ", " ⊙ ": "*", "·": "*"}


def read(text: str) -> Expr:
    """Return the tree of a formula on the screen, in Unicode or ASCII."""
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"**({found[0].translate(_RAISED)})", text)
    for shown, meant in (*_SIGNS.items(), *_WORDS.items()):
        text = text.replace(shown, meant)
    return parse_formula(_with_maxima(_with_sizes(text.translate(_LOWERED))))


def _with_sizes(text: str) -> str:
    """Write |a| as abs(a); no bars stand within bars."""
    parts = text.split("|")
    assert len(parts) % 2 == 1, text
    return "".join(f"abs({part})" if place % 2 else part for place, part in enumerate(parts))


def _with_maxima(text: str) -> str:
    """Tell the larger of two from the largest cell along an axis, whose axis is named."""
    for found in reversed(list(re.finditer(r"\b(max|min)\(", text))):
        depth, commas, at = 1, [], found.end()
        while depth:
            depth += (text[at] == "(") - (text[at] == ")")
            if depth == 1 and text[at] == ",":
                commas.append(at)
            at += 1
        if commas and not text[commas[-1] + 1 : at].lstrip().startswith("axis="):
            text = text[: found.start()] + f"{found[1]}imum(" + text[found.end() :]
    return text


def plain(tree: Expr) -> Expr:
    """Return a tree with what is shown alike written alike: a square is a power, and what passes
    a value on unchanged is not shown."""
    if isinstance(tree, Name | Number):
        return tree
    args = tuple(plain(arg) for arg in tree.args)
    if tree.op == "identity":
        return args[0]
    if tree.op == "square":
        return Apply("pow", (*args, Number(2.0)))
    return Apply(tree.op, args, tree.attribute)
