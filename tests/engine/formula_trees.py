"""Trees of formulas at random: every operation of the table at every position."""

from hypothesis import strategies as st

from gdtutor.engine.expression import Apply, Name, Number, Range
from gdtutor.engine.operations import OPERATIONS

NAMES = ("a", "b", "w1", "x_w", "T", "e1", "yhat")
PUBLIC = tuple(row for row in OPERATIONS.values() if not row.internal)


def fixed_by(row):
    """Draw what a call of an operation fixes in plain numbers."""
    ends = st.none() | st.integers(-9, 9)
    match row.attribute:
        case "axis":
            return st.sampled_from((0, 1)) if row.repeats else st.sampled_from((None, 0, 1))
        case "index":
            part = st.integers(-9, 99) | st.builds(Range, ends, ends)
            return st.lists(part, min_size=1, max_size=3).map(tuple)
        case "shape":
            return st.lists(st.integers(1, 99) | st.just(-1), min_size=1, max_size=2).map(tuple)
    return st.none()


def trees(numbers=None, most=25):
    """Draw a tree that the grammar can write: what a sign stands before is no plain number."""
    if numbers is None:
        numbers = st.floats(allow_nan=False, allow_infinity=False)
    atoms = st.sampled_from(NAMES).map(Name) | numbers.map(Number)

    def applied(row, inner):
        operand = inner.filter(lambda part: not isinstance(part, Number))
        operands = st.tuples(*[operand if row.name in ("neg", "pick") else inner] * row.operands)
        return st.builds(lambda args, fixed: Apply(row.name, args, fixed), operands, fixed_by(row))

    def larger(inner):
        return st.sampled_from(PUBLIC).flatmap(lambda row: applied(row, inner))

    return st.recursive(atoms, larger, max_leaves=most)
