"""A stack's one table against torch's embeddings, seed by seed."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from regscope.stacking.layers import StackedEmbedding


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_outputs_and_gradients_are_those_of_the_seeds_alone(dtype: torch.dtype) -> None:
    layers = [nn.Embedding(6, 4) for _ in range(3)]
    stacked = StackedEmbedding(layers)
    draws = torch.Generator().manual_seed(0)
    # The first and last word, and some more than once.
    ids = torch.randint(0, 6, (3 * 4, 5), generator=draws, dtype=dtype)
    ids[::4, :2], ids[3::4, :2] = 0, 5
    weighting = torch.randn(3 * 4, 5, 4, generator=draws)
    found = stacked(ids)
    torch.autograd.backward((found * weighting).sum())
    assert stacked.weight.grad is not None
    for seed, layer in enumerate(layers):
        alone = layer(ids.chunk(3)[seed])
        torch.autograd.backward((alone * weighting.chunk(3)[seed]).sum())
        assert torch.equal(found.chunk(3)[seed], alone)
        torch.testing.assert_close(stacked.weight.grad[seed], layer.weight.grad)
    assert [name for name, _ in stacked.named_parameters()] == ["weight"]
    assert set(stacked.state_dict()) == {"weight"}


@pytest.mark.parametrize(
    "options",
    [{"padding_idx": 0}, {"max_norm": 1.0}, {"scale_grad_by_freq": True}, {"sparse": True}],
)
def test_what_one_table_cannot_do_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an embedding can be stacked only without padding_idx"):
        StackedEmbedding([nn.Embedding(6, 4, **options)])
