from __future__ import annotations

import pytest
import torch

from regscope.training.batches import Examples, batches, orders, with_copies


def examples(scale: float = 1.0) -> Examples:
    inputs = torch.arange(20, dtype=torch.uint8).view(10, 2)
    return Examples(inputs, torch.arange(10) * 100, scale)


def test_every_seed_reads_its_own_examples_seeds_in_blocks() -> None:
    inputs, targets = examples().gather(torch.tensor([[3, 0], [1, 9]]))
    assert inputs.tolist() == [[6, 7], [0, 1], [2, 3], [18, 19]]
    assert inputs.dtype == torch.float32
    assert targets.tolist() == [300, 0, 100, 900]


def test_inputs_are_scaled_when_read_and_stay_as_they_are() -> None:
    kept = examples(0.5)
    inputs, _ = kept.gather(torch.tensor([[3]]))
    assert inputs.tolist() == [[3.0, 3.5]]
    assert kept.inputs.dtype == torch.uint8
    floats = Examples(torch.ones(4, 2), torch.zeros(4), 2.0)
    floats.gather(torch.tensor([[0, 1]]))
    assert torch.equal(floats.inputs, torch.ones(4, 2))


@pytest.mark.parametrize(("size", "sizes"), [(2, [2, 2, 1]), (5, [5]), (9, [5])])
def test_an_epoch_is_every_example_once_in_order(size: int, sizes: list[int]) -> None:
    order = torch.tensor([[4, 2, 0, 1, 3], [9, 8, 7, 6, 5]])
    seen = [examples().gather(batch)[1].view(2, -1) for batch in batches(order, size)]
    assert [batch.shape[1] for batch in seen] == sizes
    assert torch.equal(torch.cat(seen, dim=1), order * 100)


def test_orders_hold_every_example_once() -> None:
    drawn = orders([0, 1, 2], 0, 50)
    assert torch.equal(drawn.sort(1).values, torch.arange(50).repeat(3, 1))


def test_a_seeds_order_is_its_own_and_changes_with_the_epoch() -> None:
    drawn = orders([0, 1, 2], 4, 50)
    assert torch.equal(orders([2, 0], 4, 50), drawn[[2, 0]])
    assert len({tuple(order) for order in drawn.tolist()}) == 3
    assert not torch.equal(orders([0, 1, 2], 5, 50)[0], drawn[0])


def test_a_copy_reads_the_same_example() -> None:
    places = with_copies(torch.tensor([[3, 0], [1, 9]]), 2, 10)
    assert places.tolist() == [[3, 0, 13, 10], [1, 9, 11, 19]]
    inputs, targets = examples().gather(places)
    assert targets.view(2, 4).tolist() == [[300, 0, 300, 0], [100, 900, 100, 900]]
    assert torch.equal(inputs[:2], inputs[2:4])
    assert examples().copied(places).view(2, 4).tolist() == [[False, False, True, True]] * 2


def test_word_ids_are_read_as_they_are() -> None:
    kept = Examples(torch.tensor([[5, 0], [7, 1]], dtype=torch.int32), torch.zeros(2, 2), 1.0)
    inputs, _ = kept.gather(torch.tensor([[1, 0]]))
    assert inputs.dtype == torch.int32
    assert inputs.tolist() == [[7, 1], [5, 0]]
