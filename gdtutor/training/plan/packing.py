"""Packing: the bias of trained weights lies beside them, so that one product serves both.

Where all that is used of the product is its negative, as by a sigmoid, both are kept with their
sign turned. Of XOR's first layer:

    Z1 = add(Z1.1, b1), v9 = neg(Z1), v10 = exp(v9)   →   Z1 = affine(W1, b1, X)
                                                          v9 = exp(Z1)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from gdtutor.training.plan.terms import Op, reachable

WIDEST_PACK = 128
"""A bias column is folded into its weights only below this many inputs: from there on the copy of
the wider matrix costs more than the call that it saves."""


def packed(ops: Sequence[Op], trained: Collection[str]) -> tuple[tuple[Op, ...], dict[str, str]]:
    """Return the program with W @ X + b as one operation, and the bias of each W so packed.

    Args:
        ops: The program.
        trained: The names of the parameters whose cells can be laid side by side.
    """
    packs: dict[str, str] = {}
    found = list(ops)
    for index, op in enumerate(ops):
        if op.code != "add":
            continue
        for product, bias in (op.args, op.args[::-1]):
            if ops[product].code == "matmul" and _is_pack(ops, ops[product], ops[bias]):
                left, data = ops[product].args
                pair = {ops[left].name, ops[bias].name}
                # Each has one place, and so one role.
                is_free = len(pair) == 2 and pair.isdisjoint({*packs, *packs.values()})
                is_known = packs.get(ops[left].name) == ops[bias].name
                if pair.issubset(trained) and (is_free or is_known):
                    packs[ops[left].name] = ops[bias].name
                    found[index] = Op("affine", (left, bias, data), op.shape)
    return tuple(found), packs


def _is_pack(ops: Sequence[Op], product: Op, bias: Op) -> bool:
    weights, data = (ops[arg] for arg in product.args)
    return (
        weights.kind == bias.kind == "parameter"
        and len(weights.shape) == len(data.shape) == 2
        and bias.shape == (weights.shape[0], 1)
        and weights.shape[1] < WIDEST_PACK
        and data.code not in ("T", "spread")
        and data.kind != "parameter"
    )


def turned(ops: Sequence[Op], packs: Mapping[str, str], roots: Iterable[int]) -> dict[str, float]:
    """Return −1 for packs whose every product is used with its sign turned, as by a sigmoid.

    Kept with the sign turned, they give the turned product at once.

    Args:
        ops: The program.
        packs: As `packed` returns them.
        roots: The ids of its results.
    """
    alive = reachable(ops, roots)
    users: dict[int, set[str]] = {}
    for index in alive:
        for arg in ops[index].args:
            users.setdefault(arg, set()).add(ops[index].code)
    signs: dict[str, float] = {}
    for weights, bias in packs.items():
        affine = (i for i in alive if ops[i].code == "affine")
        products = [i for i in affine if ops[ops[i].args[0]].name == weights]
        if products and all(users.get(i) == {"neg"} for i in products):
            signs |= {weights: -1.0, bias: -1.0}
    return signs


def padded_values(ops: Sequence[Op], packs: Mapping[str, str]) -> set[int]:
    """Return the values that need a row of ones under them."""
    products = (op for op in ops if op.code == "affine" and ops[op.args[0]].name in packs)
    return {op.args[2] for op in products if ops[op.args[2]].kind != "constant"}


def padded_data(ops: Sequence[Op], packs: Mapping[str, str]) -> set[str]:
    """Return the data leaves that need a row of ones under them."""
    return {ops[index].name for index in padded_values(ops, packs)} - {""}
