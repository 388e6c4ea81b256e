"""Which examples form the batch of an iteration, as a function of seed and epoch alone.

No generator is carried along, so iteration k opens without the iterations before it. Seeding a
generator costs about 0.2 ms, far more than an epoch of four examples, so epochs are drawn in
blocks: epoch e lies in block e // `epochs_per_block`, and each block has its own generator, seeded
with the words [seed, low 32 bits of the block's number, high 32 bits], which the Mersenne
Twister's own array seeding mixes. NumPy has frozen that seeding and the stream.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gdtutor.engine.errors import did_you_mean
from gdtutor.training.errors import DataError
from gdtutor.training.problem import Indices

ORDERS: dict[str, str] = {
    "given": "as the data lists them, in every epoch",
    "shuffled": "each example once an epoch, in an order drawn anew for every epoch",
    "drawn": "each place of a batch drawn at random from all examples, with replacement",
}
"""Every order by its name in a lesson, with what it means."""

BLOCK_DRAWS = 16_384
"""About how many examples one block orders: its generator then costs little an epoch, and opening
an iteration costs at most one block (some 2 ms)."""


def iterations_per_epoch(examples: int, batch: int) -> int:
    """Return how many batches make an epoch: examples / batch, rounded up, also when drawn."""
    return -(-examples // batch)


def epochs_per_block(examples: int) -> int:
    """Return how many epochs share one generator: 4096 for four examples, 1 from 8193 up."""
    return max(1, BLOCK_DRAWS // examples)


def check_order(order: str) -> None:
    """Refuse an order that there is not.

    Raises:
        DataError: naming one that is near.
    """
    if order not in ORDERS:
        known = did_you_mean(order, ORDERS) or f"use one of {', '.join(ORDERS)}"
        raise DataError(f"unknown order '{order}'", known)


@lru_cache(maxsize=2)
def block_of_epochs(order: str, seed: int, examples: int, batch: int, block: int) -> Indices:
    """Return the order of the examples for every epoch of one block.

    Args:
        order: a name of `ORDERS`.
        seed: from 0 to 2³² − 1.
        examples: how many examples there are.
        batch: how many form a batch.
        block: the number of the block, from 0; it opens with epoch `block * epochs_per_block`.

    Returns:
        A write-protected array of shape (epochs_per_block(examples), width). Row r is the epoch
        `block * epochs_per_block(examples) + r`; its batches are its consecutive stretches of
        `batch` cells. The width is the number of examples, so that the last batch may be short, or
        for "drawn" the next multiple of the batch size, so that none is.
    """
    epochs = epochs_per_block(examples)
    if order == "given":
        return np.broadcast_to(np.arange(examples, dtype=np.int64), (epochs, examples))
    words = np.array([seed, block & 0xFFFFFFFF, block >> 32], dtype=np.uint32)
    rng = np.random.RandomState(words)
    if order == "drawn":
        width = iterations_per_epoch(examples, batch) * batch
        chosen = rng.randint(0, examples, size=(epochs, width), dtype=np.int64)
    else:
        # Sorting random keys shuffles all epochs at once. Two equal keys of 53 bits, whose order a
        # sort may choose, come once in some 10⁷ epochs of 100,000 examples.
        chosen = rng.random_sample((epochs, examples)).argsort(axis=1)
        chosen = chosen.astype(np.int64, copy=False)
    chosen.setflags(write=False)
    return chosen


def batch_of_iteration(order: str, seed: int, examples: int, batch: int, iteration: int) -> Indices:
    """Return the examples that an iteration trains on; costs at most one block.

    Training that takes every epoch in turn asks for `block_of_epochs` instead.
    """
    epoch, turn = divmod(iteration, iterations_per_epoch(examples, batch))
    block, row = divmod(epoch, epochs_per_block(examples))
    cells: Indices = block_of_epochs(order, seed, examples, batch, block)[row]
    return cells[turn * batch : (turn + 1) * batch]
