"""Gradients as they come out when the sum over the uses of a node goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdtutor.engine.graph import Role
from gdtutor.engine.operations import Array, sum_to
from gdtutor.engine.trace import Contribution, Trace, frozen, share_of, total_of


def overwritten(trace: Trace, node: str) -> Array | None:
    """Return the gradient where each contribution replaces the one before: `=` for `+=`.

    What is left is the last contribution to arrive. Where a parameter has a single contribution,
    which is a sum over the examples, the last example's share is left.

    Args:
        trace: The iteration.
        node: A node or parameter with a gradient.

    Returns:
        An array of the node's shape; None where there is nothing to add.
    """
    received = trace.contributions[node]
    if len(received) > 1:
        return received[-1].value
    leaf = trace.graph.leaf_by_name.get(node)
    if not received or leaf is None or leaf.role is not Role.PARAMETER:
        return None
    axes = trace.axes[received[0].consumer]
    if len(axes) != 1 or received[0].upstream.shape[axes[0]] < 2:
        return None
    return _last_example(trace, received[0], axes[0])


def _last_example(trace: Trace, contribution: Contribution, axis: int) -> Array:
    """Return the share of the last example: the contribution with only its upstream kept."""
    upstream = np.zeros_like(contribution.upstream)
    last = np.moveaxis(contribution.upstream, axis, 0)[-1]
    np.moveaxis(upstream, axis, 0)[-1] = last
    if contribution.local is not None:
        return frozen(sum_to(upstream * contribution.local, contribution.value))
    shape = contribution.value.shape
    return frozen(share_of(contribution.computed, upstream, trace.values, shape))


def too_early(received: Sequence[Contribution]) -> Array | None:
    """Return the gradient of a node that is visited when only its first consumer has delivered.

    Args:
        received: What a node receives, in order of arrival.

    Returns:
        An array of the node's shape; None where all contributions come from one consumer, which
        delivers them together.
    """
    first = [c for c in received if c.consumer == received[0].consumer]
    if len(first) == len(received):
        return None
    return frozen(total_of(first, first[0].value.shape))
