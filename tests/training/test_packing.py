"""A bias lies beside trained weights, and both are kept turned where only −z is used."""

from __future__ import annotations

from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.packing import WIDEST_PACK, packed, padded_values, turned
from gdtutor.training.plan.terms import Op


def layer(inputs: int, *, leaf: str = "data") -> Builder:
    program = Builder()
    weights = program.leaf("parameter", "W", (4, inputs))
    bias = program.leaf("parameter", "b", (4, 1))
    data = program.leaf(leaf, "X", (inputs, 5))
    program.add(program.apply("matmul", (weights, data)), bias)
    return program


def test_trained_weights_and_their_bias_are_one_product_below_a_width() -> None:
    ops, packs = packed(layer(3).ops, ("W", "b"))
    assert packs == {"W": "b"}
    assert ops[-1].code == "affine"
    assert packed(layer(3).ops, ("W",)) == (tuple(layer(3).ops), {})
    assert packed(layer(WIDEST_PACK).ops, ("W", "b"))[1] == {}


def test_a_bias_has_one_place_and_so_one_role() -> None:
    program = layer(3)
    other = program.leaf("parameter", "V", (4, 3))
    data, bias = program.leaf("data", "X", (3, 5)), program.leaf("parameter", "b", (4, 1))
    program.add(program.apply("matmul", (other, data)), bias)
    ops, packs = packed(program.ops, ("W", "V", "b"))
    assert packs == {"W": "b"}
    assert [op.code for op in ops].count("affine") == 1


def test_a_pack_is_turned_where_every_use_of_its_product_is() -> None:
    program = layer(3)
    z = len(program.ops) - 1
    ops, packs = packed(program.ops, ("W", "b"))
    assert turned(ops, packs, [z]) == {}
    negated = (*ops, Op("neg", (z,), ops[z].shape))
    assert turned(negated, packs, [len(ops)]) == {"W": -1.0, "b": -1.0}


def test_data_get_a_row_of_ones_and_constants_none() -> None:
    ops, packs = packed(layer(3).ops, ("W", "b"))
    assert [ops[i].name for i in padded_values(ops, packs)] == ["X"]
    ops, packs = packed(layer(3, leaf="constant").ops, ("W", "b"))
    assert packs
    assert padded_values(ops, packs) == set()
