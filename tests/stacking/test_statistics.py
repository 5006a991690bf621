from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import update_bn

from regscope.stacking.looped import loop
from regscope.stacking.stack import stack
from regscope.stacking.statistics import normalizing_layers, renewed_statistics
from regscope.stacking.streams import CPU
from tests import tiny


def dense() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3, momentum=0.3), nn.Linear(3, 2))


def of_volumes() -> nn.Module:
    """Of a layer that has no stacked counterpart."""
    spread = nn.Unflatten(1, (2, 2, 1, 1))
    return nn.Sequential(spread, nn.BatchNorm3d(2, momentum=0.3), nn.Flatten(), nn.Linear(4, 2))


def looped(made: list[nn.Module], sample: torch.Tensor) -> nn.Module:
    del sample
    return loop(made, [0, 1], CPU)


def stacked(made: list[nn.Module], sample: torch.Tensor) -> nn.Module:
    return stack(made, [0, 1], sample)


@pytest.mark.parametrize(
    ("made", "network"), [(stacked, dense), (stacked, of_volumes), (looped, dense)]
)
def test_they_are_torchs_and_nothing_else_changes(
    made: Callable[..., nn.Module], network: Callable[[], nn.Module]
) -> None:
    generator = torch.Generator().manual_seed(0)
    with tiny.in_float64():
        alone = [network() for _ in range(2)]
        batches = [torch.randn(2, size, 4, generator=generator) for size in (7, 7, 3)]
        whole = made(alone, batches[0][0])
        before = {name: value.clone() for name, value in whole.state_dict().items()}
        found = renewed_statistics(whole, (batch.flatten(0, 1) for batch in batches))
        assert tiny.differences(whole.state_dict(), before) == {}
        for seed, one in enumerate(alone):
            update_bn([batch[seed] for batch in batches], one)
            expected = {name: t for name, t in one.named_buffers() if "running" in name}
            assert set(found) == set(expected)
            for name, value in expected.items():
                torch.testing.assert_close(found[name][seed], value)
        again = renewed_statistics(whole, (batch.flatten(0, 1) for batch in batches))
        assert tiny.differences(found, again) == {}
        assert [layer.momentum for layer in normalizing_layers(whole).values()] == [0.3]
