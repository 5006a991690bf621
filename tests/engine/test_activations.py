"""What an example takes on its way through a network, by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from regscope.engine.activations import Alive, pool_as_stacked, taken
from regscope.models.cnn import CNN
from regscope.stacking import winograd


class Around(nn.Module):
    """A residual branch; what goes around it is there until both are added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(width, width), nn.ReLU())

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = inputs + self.branch(inputs)
        return outputs


def test_of_what_goes_through_all_that_is_alive_at_once_is_counted() -> None:
    network = nn.Sequential(Around(100), Around(100))
    # Into the second go 100 numbers, around and through; in its ReLU 200 more are there.
    assert taken(network, torch.ones(4, 100), 1, 1).evaluating == 4 * 300


def test_what_backward_reads_is_kept() -> None:
    network = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
    # ReLU's outputs, which the last layer reads too; and twice the widest layer, ReLU's 8 and 8.
    assert taken(network, torch.ones(4, 6), 1, 1).training == 4 * (8 + 2 * (8 + 8))


@pytest.mark.parametrize("batch", [winograd.TILES // 16, winograd.TILES // 16 - 1])
def test_tiles_are_kept_where_convolutions_go_winograds_way(batch: int) -> None:
    layer = nn.Conv2d(64, 128, 3)
    inputs = torch.rand(2, 64, 10, 10)
    written = 4 * 128 * 8 * 8
    _, tiles, _ = winograd.convolve(inputs, layer.weight.detach(), None)
    assert winograd.tile_bytes(inputs) == tiles.nbytes == 2 * 16 * 16 * 64 * 4
    found = taken(layer, inputs, batch, batch)
    by_winograd = batch * 16 >= winograd.TILES
    assert found.training == 2 * written + by_winograd * tiles.nbytes // 2
    products = 2 * tiles.nbytes // 2
    expected = 3 * tiles.nbytes // 4 + 7 * products // 4 if by_winograd else written
    assert found.evaluating == expected


def test_pooling_keeps_less_and_bfloat16_half_as_much() -> None:
    """A convolution's outputs, by where the largest are; weights in 16 bits are no example's."""
    network = CNN(filters=(8,), padding="same", pooled=("conv1",)).build((1, 8, 8), 10)
    pool_as_stacked(network)
    inputs = torch.rand(4, 1, 8, 8)
    maps, pooled = 8 * 64, 8 * 16
    # Places of 8 bytes and what ReLU gives; and twice what pooling reads and writes.
    whole = taken(network, inputs, 300, 200)
    assert whole.training == (8 + 4) * pooled + 2 * 4 * (maps + pooled)
    halved = taken(network, inputs, 300, 200, "bfloat16")
    # And the inputs in 16 bits, which are no longer those given.
    assert halved.training == (8 + 2) * pooled + 2 * 2 * (maps + pooled) + 2 * 64


def test_memory_that_is_free_again_does_not_count() -> None:
    network = nn.Identity()
    with Alive(network, torch.ones(1)) as alive:
        kept = torch.zeros(500)
        for _ in range(3):
            torch.ones(1000).add_(1)
    assert alive.most == 4 * 1500
    assert len(kept) == 500


def test_a_network_is_left_without_hooks() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    taken(network, torch.ones(2, 1, 5, 5), 1, 1)
    assert not any(layer._forward_hooks for layer in network.modules())
