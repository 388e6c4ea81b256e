"""Trees of formulas at random: every operation of the table at every position."""

from hypothesis import strategies as st

from gdtutor.engine.expression import Apply, Name, Number
from gdtutor.engine.operations import OPERATIONS

NAMES = ("a", "b", "w1", "x_w", "T", "e1", "yhat")
PUBLIC = tuple(row for row in OPERATIONS.values() if not row.internal)


def trees(numbers=None, most=25):
    """Draw a tree that the grammar can write: what a sign stands before is no plain number."""
    if numbers is None:
        numbers = st.floats(allow_nan=False, allow_infinity=False)
    atoms = st.sampled_from(NAMES).map(Name) | numbers.map(Number)

    def applied(row, inner):
        operand = inner.filter(lambda part: not isinstance(part, Number))
        operands = st.tuples(*[operand if row.name == "neg" else inner] * row.operands)
        axes = st.sampled_from((None, 0, 1)) if row.takes_axis else st.none()
        return st.builds(lambda args, axis: Apply(row.name, args, axis), operands, axes)

    def larger(inner):
        return st.sampled_from(PUBLIC).flatmap(lambda row: applied(row, inner))

    return st.recursive(atoms, larger, max_leaves=most)
