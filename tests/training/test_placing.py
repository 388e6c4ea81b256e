"""Values of a program have a place each, and names for the views that operations need."""

from __future__ import annotations

import numpy as np

from gdtutor.training.plan.algebra import Builder
from gdtutor.training.plan.placing import Placing
from gdtutor.training.plan.terms import ONE, Term


def test_a_value_keeps_its_array_and_a_transpose_is_a_view_of_it() -> None:
    builder = Builder()
    leaf = builder.leaf("data", "X", (2, 3))
    turned = builder.transpose(leaf)
    given = np.arange(6.0).reshape(2, 3)
    placing = Placing(builder.ops, {leaf.id: given})
    assert placing.array(leaf.id) is given
    assert np.shares_memory(placing.array(turned.id), given)
    assert placing.view(turned.id) == placing.view(leaf.id, "T")
    assert placing.view(turned.id, "T") == placing.view(leaf.id)
    assert set(placing.function.arrays) == {f"v{leaf.id}", f"v{leaf.id}t"}


def test_a_result_gets_one_array_of_its_shape_and_a_constant_one_number() -> None:
    builder = Builder()
    leaf = builder.leaf("data", "X", (2, 3))
    total = builder.add(builder.mul(leaf, leaf), builder.apply("exp", (leaf,)))
    half = builder.plain(Term(0.5, ONE))
    placing = Placing(builder.ops, {leaf.id: np.ones((2, 3))})
    assert placing.array(total.id).shape == (2, 3)
    assert placing.array(total.id) is placing.array(total.id)
    assert placing.array(half).shape == ()
    assert placing.array(half) == 0.5


def test_what_lies_elsewhere_at_every_iteration_has_a_name_and_no_array() -> None:
    builder = Builder()
    leaf = builder.leaf("data", "X", (2, 3))
    turned = builder.transpose(leaf)
    placing = Placing(builder.ops, {}, {leaf.id: ("data", "X")})
    assert placing.is_dynamic(turned.id)
    name = placing.view(turned.id)
    assert placing.function.dynamic[name].source == ("data", "X")
    assert placing.function.dynamic[name].form == "T"
    assert not placing.function.arrays


def test_a_row_of_ones_lies_under_the_value_that_needs_it() -> None:
    builder = Builder()
    leaf = builder.leaf("data", "X", (2, 3))
    result = builder.apply("exp", (leaf,))
    places = {leaf.id: np.zeros((2, 3))}
    placing = Placing(builder.ops, places, augmented={result.id: np.empty(0)})
    assert placing.array(result.id).shape == (2, 3)
    wide = placing.function.arrays[placing.view(result.id, "ones")]
    assert wide.shape == (3, 3)
    assert (wide[-1] == 1).all()
    assert np.shares_memory(wide, placing.array(result.id))
