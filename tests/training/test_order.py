"""Which examples form the batch of an iteration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.training.errors import DataError
from gdtutor.training.order import (
    ORDERS,
    batch_of_iteration,
    block_of_epochs,
    check_order,
    epochs_per_block,
    iterations_per_epoch,
)


def batches_of_epoch(
    order: str, seed: int, examples: int, batch: int, epoch: int
) -> tuple[np.ndarray, ...]:
    """Return the batches of one epoch, cut from its block."""
    block, row = divmod(epoch, epochs_per_block(examples))
    cells = block_of_epochs(order, seed, examples, batch, block)[row]
    return tuple(cells[at : at + batch] for at in range(0, cells.size, batch))


SIZES = st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))


@given(st.sampled_from(sorted(ORDERS)), st.integers(0, 2**32 - 1), SIZES, st.integers(0, 10**12))
def test_an_epoch_has_as_many_batches_as_examples_over_batch_rounded_up(
    order: str, seed: int, sizes: tuple[int, int], epoch: int
) -> None:
    examples, batch = sizes
    batches = batches_of_epoch(order, seed, examples, batch, epoch)
    assert len(batches) == iterations_per_epoch(examples, batch) == -(-examples // batch)
    assert all(one.min() >= 0 and one.max() < examples for one in batches)


@given(st.sampled_from(["given", "shuffled"]), st.integers(0, 99), SIZES, st.integers(0, 9999))
def test_given_and_shuffled_epochs_hold_every_example_once(
    order: str, seed: int, sizes: tuple[int, int], epoch: int
) -> None:
    examples, batch = sizes
    batches = batches_of_epoch(order, seed, examples, batch, epoch)
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.arange(examples))
    assert all(one.size == batch for one in batches[:-1])


@given(st.integers(0, 99), SIZES, st.integers(0, 9999))
def test_drawn_batches_are_all_full(seed: int, sizes: tuple[int, int], epoch: int) -> None:
    examples, batch = sizes
    assert {one.size for one in batches_of_epoch("drawn", seed, examples, batch, epoch)} == {batch}


@given(st.sampled_from(sorted(ORDERS)), st.integers(0, 99), SIZES, st.integers(0, 10**6))
def test_an_iteration_opened_alone_is_the_one_of_its_epoch(
    order: str, seed: int, sizes: tuple[int, int], iteration: int
) -> None:
    examples, batch = sizes
    epoch, turn = divmod(iteration, iterations_per_epoch(examples, batch))
    np.testing.assert_array_equal(
        batch_of_iteration(order, seed, examples, batch, iteration),
        batches_of_epoch(order, seed, examples, batch, epoch)[turn],
    )


@pytest.mark.parametrize("order", ORDERS)
def test_a_block_is_its_epochs_one_under_the_other(order: str) -> None:
    rows = block_of_epochs(order, 3, 7, 3, 2)
    first = 2 * epochs_per_block(7)
    assert len(rows) == epochs_per_block(7)
    for row in (0, 1, len(rows) - 1):
        np.testing.assert_array_equal(
            rows[row], np.concatenate(batches_of_epoch(order, 3, 7, 3, first + row))
        )


def test_few_examples_share_a_block_and_many_have_their_own() -> None:
    assert epochs_per_block(4) == 4096
    assert epochs_per_block(8193) == 1
    assert epochs_per_block(100_000) == 1


@pytest.mark.parametrize("order", ["shuffled", "drawn"])
def test_epochs_blocks_and_seeds_differ(order: str) -> None:
    def epoch(seed: int, number: int) -> bytes:
        return np.concatenate(batches_of_epoch(order, seed, 30, 30, number)).tobytes()

    per_block = epochs_per_block(30)
    orders = [epoch(0, 0), epoch(0, 1), epoch(0, per_block), epoch(1, 0), epoch(1, per_block)]
    assert len(set(orders)) == len(orders)


def test_the_stream_is_pinned() -> None:
    """A run saved as seed and iteration opens the same batch in every version."""
    assert [int(i) for i in block_of_epochs("shuffled", 0, 4, 1, 0)[:2].ravel()] == [
        0, 1, 3, 2, 3, 1, 2, 0,
    ]  # fmt: skip
    assert [int(i) for i in block_of_epochs("drawn", 0, 4, 1, 0)[:2].ravel()] == [
        3, 3, 1, 3, 1, 1, 1, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("order", ["shuffled", "drawn"])
def test_every_example_is_equally_likely_in_every_place(order: str) -> None:
    counts = np.stack(
        [np.bincount(place, minlength=4) for place in block_of_epochs(order, 1, 4, 1, 0).T]
    )
    expected = epochs_per_block(4) / 4
    # Five standard deviations of a binomial count.
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected * 3 / 4)


@pytest.mark.parametrize("order", ORDERS)
def test_orders_are_write_protected(order: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        batch_of_iteration(order, 0, 4, 2, 1)[0] = 3


def test_what_is_no_order_is_refused() -> None:
    with pytest.raises(DataError, match="did you mean 'shuffled'"):
        check_order("shufled")
