"""Every row of the operation table agrees with its witness, a second writing of it by hand."""

import numpy as np
import pytest
from table_samples import PUBLIC, draw, row_gradient, signatures

from gdtutor.engine.expression import Range
from gdtutor.engine.operations import OPERATIONS, apply
from tests.independent import tape
from tests.independent.bounded import exact, summed_to

WITNESS = "of tests/independent/tape.py"


def fixed_of(attribute):
    """Return what a call fixes as a tape has it, where a range is its two ends."""
    if not isinstance(attribute, tuple):
        return () if attribute is None else (attribute,)
    ends = lambda part: (part.start, part.stop) if isinstance(part, Range) else part  # noqa: E731
    return (tuple(map(ends, attribute)),)


def zeros(op, shapes):
    """Return operands that are 0 everywhere."""
    return tuple(np.zeros(shape) for shape in shapes[: op.operands])


@np.errstate(all="ignore")
def hold_to_witness(op, args, attribute):
    """Hold the result and the gradient of each operand to those of the witness."""
    told, fixed = tuple(map(exact, args)), fixed_of(attribute)
    out, ours = tape.known(op.name, tape.FORWARD)(*told, *fixed), apply(op, args, attribute)
    found, at = f"FORWARD['{op.name}'] {WITNESS}", f"at {args}"
    np.testing.assert_allclose(out.value, ours, 1e-9, 1e-12, err_msg=f"{found} differs {at}")
    upstream = np.cos(np.arange(ours.size)).reshape(ours.shape)
    sent = tape.known(op.name, tape.BACKWARD)(exact(upstream), *told, out, *fixed)
    for position, (part, arg) in enumerate(zip(sent, args, strict=True)):
        back = summed_to(part, arg.shape).value
        ours = row_gradient(op, args, attribute, position, upstream)
        found = f"BACKWARD['{op.name}'][{position}] {WITNESS}"
        np.testing.assert_allclose(back, ours, 1e-9, 1e-12, err_msg=f"{found} differs {at}")


@pytest.mark.parametrize("name", PUBLIC)
def test_an_operation_agrees_with_its_witness_both_ways(name):
    op = OPERATIONS[name]
    for shapes, attribute in signatures(op):
        for seed in range(3):
            hold_to_witness(op, draw(op, shapes, attribute, seed), attribute)
        hold_to_witness(op, zeros(op, shapes), attribute)


@pytest.mark.parametrize("name", PUBLIC)
@np.errstate(all="ignore")
def test_a_gradient_is_finite_at_zeros_unless_the_row_draws_its_samples_away_from_them(name):
    op = OPERATIONS[name]
    may_be_none = not op.kink and any(low > 0 or high < 0 for low, high in op.samples)
    for shapes, attribute in signatures(op):
        args = zeros(op, shapes)
        upstream = np.ones(np.shape(apply(op, args, attribute)))
        for position in range(op.operands):
            back = row_gradient(op, args, attribute, position, upstream)
            assert may_be_none or np.isfinite(back).all(), (
                f"{name}: the gradient of operand {position} at zeros is {back}: guard it as `std` "
                f"does, with its `kink`; or have no kink, and `samples` without 0"
            )
