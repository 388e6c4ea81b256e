"""The generated tests of the table notice a wrong rule: each is made wrong in three ways."""

import pytest
from table_samples import PUBLIC, signatures
from test_operations import hold_to_central_differences

from gdtutor.engine.operations import OPERATIONS
from gdtutor.values import replace

WAYS = {"wrong": "2*({})", "flipped": "-({})", "deleted": "0*({})"}
PLACES = [
    (name, position)
    for name in PUBLIC
    for position in range(OPERATIONS[name].operands)
    if (OPERATIONS[name].local or OPERATIONS[name].vjp)[position] not in ("0", "0*b")
]


def planted(row, position, way):
    """Return a row with the rule of one operand made wrong."""

    def made_wrong(rules):
        return tuple(way.format(r) if i == position else r for i, r in enumerate(rules))

    by_rank = {ranks: made_wrong(rules) for ranks, rules in row.vjp_by_rank.items()}
    return replace(row, local=made_wrong(row.local), vjp=made_wrong(row.vjp), vjp_by_rank=by_rank)


@pytest.mark.sampled
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "position"), PLACES)
def test_a_rule_made_wrong_is_caught(name, position, way):
    row = planted(OPERATIONS[name], position, WAYS[way])
    caught = []
    for shapes, axis in signatures(row):
        try:
            hold_to_central_differences(row, shapes, axis, seed=3)
        except AssertionError:
            caught.append((shapes, axis))
    assert caught


@pytest.mark.parametrize("name", [n for n in PUBLIC if OPERATIONS[n].local == ("0",)])
def test_a_slope_where_there_is_none_is_caught(name):
    row = replace(OPERATIONS[name], local=("1",))
    with pytest.raises(AssertionError):
        hold_to_central_differences(row, ((3,),), None, seed=3)
