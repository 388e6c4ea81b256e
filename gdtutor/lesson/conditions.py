"""Conditions over a lesson's own names: `u == 0`, `cost < 0.01 and epochs <= 500`.

They are parsed by the closed grammar of formulas with comparisons, `and`, `or` and `not`, and never
evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from gdtutor.engine.errors import FormulaError, GdTutorError, did_you_mean
from gdtutor.engine.expression import Expr
from gdtutor.engine.operations import Array, evaluate, parse_formula
from gdtutor.lesson.reports import shown
from gdtutor.lesson.selectors import cell_of, cell_text
from gdtutor.training.optimisers import STATES
from gdtutor.values import Struct

MAX_CONDITION = 500
"""Longest condition, in characters."""
MAX_COMPARISONS = 20
"""Most comparisons of one condition."""

FACTS: Mapping[str, str] = {
    "cost": "the cost over all examples that are trained on",
    "epochs": "how many epochs are done",
    "iteration": "how many updates are done",
    "learning_rate": "the learning rate",
    "accuracy": "the share of the examples that are told right, from 0 to 1",
    "gradient_norm": "the length of the gradient of all parameters",
    "lowest_curvature": "the least curvature of the cost; below 0 there is a way down",
    "highest_curvature": "the greatest curvature of the cost",
    "diverged": "whether the run has left what can be computed with",
}
"""Words that are no name of the lesson, with what each stands for."""

EVERYWHERE = "at every example"
"""Behind a comparison: over all examples, not only those of the batch."""

_OPERATORS: Mapping[str, tuple[str, Callable[..., NDArray[np.bool_]]]] = {
    "==": ("", np.equal),
    "!=": ("not", np.not_equal),
    "<=": ("at most", np.less_equal),
    ">=": ("at least", np.greater_equal),
    "<": ("below", np.less),
    ">": ("above", np.greater),
}
"""Comparisons, each with how a goal says it."""

_ROUNDING = 1e-12
"""Times the size of what a side is computed from: what differs by less is equal."""

_SIGNS = re.compile(r"==|!=|<=|>=|<|>|\(|\)|\b(?:and|or|not)\b")
_LOOKED_UP = re.compile(
    r"\b(?:(?P<about>grad|new)[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*"
    rf"(?:\.(?:{'|'.join(STATES)})\b)?)"
    r"(?:[ \t]*\[(?P<cell>[ \t]*[0-9]{1,8}(?:[ \t]*,[ \t]*[0-9]{1,8})?[ \t]*)\])?"
)


class ConditionError(GdTutorError):
    """A text that is no condition, or one over names that the lesson does not have."""


class Wanted(Struct, frozen=True):
    """A value that a condition looks up."""

    about: str
    """value, grad or new."""
    name: str
    """A leaf or line of the lesson, `w1.v` of what is remembered of it, or one of `FACTS`."""
    cell: tuple[int, ...] | None = None
    everywhere: bool = False
    """Whether all examples are looked at, not only those of the batch."""

    def text(self) -> str:
        """Return it as it is written."""
        about = "" if self.about == "value" else f"{self.about} "
        return f"{about}{self.name}{cell_text(self.cell)}"


class Side(Struct, frozen=True):
    """One side of a comparison: a formula over values that are looked up."""

    text: str
    expr: Expr
    wanted: tuple[tuple[str, Wanted], ...]
    """The name in the formula, and what it stands for."""


class Comparison(Struct, frozen=True):
    """Two sides and the sign between them; a fact alone is compared with 0."""

    left: Side
    sign: str
    right: Side


class Joined(Struct, frozen=True):
    """Conditions that hold together, or of which one is enough; `not` has one part."""

    word: str
    """and, or, or not."""
    parts: tuple[Condition, ...]


Condition = Comparison | Joined


class Known(Struct, frozen=True, eq=False):
    """A value that a condition has looked up."""

    value: Array
    error: float = 0.0
    """How far rounding alone may have carried it."""


Values = Callable[[Wanted], Known]
"""What is wanted → its value."""


@lru_cache(1024)
def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ConditionError: For what is outside the grammar or its bounds.
    """
    if len(text) > MAX_CONDITION:
        what = f"the condition has {len(text):,} characters"
        raise ConditionError(what, f"the bound is {MAX_CONDITION}")
    condition = _condition(text)
    if sum(1 for _ in comparisons_of(condition)) > MAX_COMPARISONS:
        raise ConditionError("too many comparisons", f"the bound is {MAX_COMPARISONS}")
    return condition


@lru_cache(1024)
def parse_side(text: str, everywhere: bool = False) -> Side:
    """Read one side of a comparison, of all examples where it is said to be about every one: a
    formula with cells, `grad NAME` and `new NAME`.

    Raises:
        ConditionError: For what is no formula.
    """
    wanted: dict[Wanted, str] = {}

    def stand_in(match: re.Match[str]) -> str:
        if match["about"] is None and re.match(r"[ \t]*\(", text[match.end() :]):
            return match.group()
        about, cell = match["about"] or "value", cell_of(match["cell"])
        wish = Wanted(about, match["name"], cell, everywhere)
        return wanted.setdefault(wish, f"v{len(wanted)}")

    formula = _LOOKED_UP.sub(stand_in, text)
    try:
        expr = parse_formula(formula)
    except FormulaError as error:
        what = f"'{shown(text.strip())}' is no formula: {error.what}"
        raise ConditionError(what, "write a comparison, as b == -0.4") from None
    return Side(text.strip(), expr, tuple((name, wish) for wish, name in wanted.items()))


def _condition(text: str) -> Condition:
    """Read a condition: or binds weakest, then and, then not."""
    text = text.strip()
    signs = list(_outside(text))
    for word in ("or", "and"):
        if found := [sign for sign in signs if sign.group() == word]:
            ends = [*(sign.start() for sign in found), len(text)]
            parts = zip([0, *(sign.end() for sign in found)], ends, strict=True)
            return Joined(word, tuple(_condition(text[start:end]) for start, end in parts))
    if signs and signs[0].group() == "not" and not signs[0].start():
        return Joined("not", (_condition(text[signs[0].end() :]),))
    if text.startswith("("):
        close = signs[0]
        # Other parentheses belong to a formula.
        if not {"(", ")"}.issuperset(_SIGNS.findall(text, 1, close.start())):
            _check_end(text[close.end() :])
            return _condition(text[1 : close.start()])
    return _comparison(text, [sign for sign in signs if sign.group() != ")"])


def _outside(text: str) -> Iterator[re.Match[str]]:
    """Yield the signs and words of a condition that stand outside of parentheses, and where such
    close."""
    depth = 0
    for match in _SIGNS.finditer(text):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if depth < 0:
            _check_end(text[match.start() :])
        if depth == 0:
            yield match
    if depth:
        raise ConditionError("a parenthesis is opened and not closed", "add ')'")


def _comparison(text: str, signs: Sequence[re.Match[str]]) -> Comparison:
    whole, said, behind = text.partition(EVERYWHERE)
    _check_end(behind)
    # A fact alone is compared with 0.
    left, sign, right = whole, "!=", "0"
    if signs and signs[0].group() in _OPERATORS:
        first, *signs = signs
        left, sign, right = whole[: first.start()], first.group(), whole[first.end() :]
    if signs:
        _check_end(whole[signs[0].start() :])
    if not left.strip() or not right.strip():
        raise ConditionError("a side of a comparison is missing", "write one, as b == -0.4")
    return Comparison(parse_side(left, bool(said)), sign, parse_side(right, bool(said)))


def _check_end(rest: str) -> None:
    """Refuse what is left behind a condition."""
    if rest.strip():
        raise ConditionError(f"'{shown(rest.strip())}' cannot stand here", "join with and, or, not")


def comparisons_of(condition: Condition) -> Iterator[Comparison]:
    """Yield the comparisons of a condition, from left to right."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        yield from chain.from_iterable(map(comparisons_of, condition.parts))


def wanted_by(condition: Condition) -> Iterator[Wanted]:
    """Yield everything that a condition looks up."""
    for comparison in comparisons_of(condition):
        yield from (wish for _, wish in (*comparison.left.wanted, *comparison.right.wanted))


def check_names(condition: Condition, known: Container[str]) -> None:
    """Hold a condition against the names of a lesson.

    Raises:
        ConditionError: For a name that the lesson does not have.
    """
    for wish in wanted_by(condition):
        is_fact = wish.about == "value" and wish.cell is None and wish.name in FACTS
        if wish.name.partition(".")[0] not in known and not is_fact:
            near = did_you_mean(wish.name, FACTS)
            hint = near or f"names are those of the graphs, and {', '.join(FACTS)}"
            raise ConditionError(f"'{shown(wish.text())}' is no name of this lesson", hint)


def value_of(side: Side, values: Values) -> Array:
    """Return the value of one side."""
    return evaluate(side.expr, {name: values(wish).value for name, wish in side.wanted})


def holds(condition: Condition, values: Values) -> bool:
    """Say whether a condition holds; a comparison of arrays, where it holds in every cell."""
    if isinstance(condition, Comparison):
        return _compared(condition, values)
    found = (holds(part, values) for part in condition.parts)
    if condition.word == "not":
        return not next(found)
    return all(found) if condition.word == "and" else any(found)


def _compared(comparison: Comparison, values: Values) -> bool:
    with np.errstate(all="ignore"):
        try:
            left, right = value_of(comparison.left, values), value_of(comparison.right, values)
            # What differs by rounding alone is equal.
            near = np.abs(left - right) <= _rounding(comparison, values)
            _, compare = _OPERATORS[comparison.sign]
            return bool(np.all(np.where(near, compare(0, 0), compare(left, right))))
        except ValueError:
            # Shapes that do not fit together are alike in nothing.
            return False


def _rounding(comparison: Comparison, values: Values) -> float:
    """Return how far rounding may have carried the two sides from what they truly are."""
    found = [values(wish) for wish in wanted_by(comparison)]
    sizes = (np.max(np.abs(k.value), initial=0.0, where=np.isfinite(k.value)) for k in found)
    return sum(k.error + _ROUNDING * float(size) for k, size in zip(found, sizes, strict=True))


def failing(condition: Condition, values: Values) -> Comparison | None:
    """Return the first comparison that keeps a condition from holding, None where it holds."""
    if isinstance(condition, Comparison):
        return None if holds(condition, values) else condition
    if condition.word == "not" or holds(condition, values):
        return None
    open_parts = (failing(part, values) for part in condition.parts)
    return next((found for found in open_parts if found is not None), None)


def goal_words(comparison: Comparison) -> str:
    """Return what a comparison asks for, in words: `below 0.01`."""
    return f"{_OPERATORS[comparison.sign][0]} {comparison.right.text}".strip()
