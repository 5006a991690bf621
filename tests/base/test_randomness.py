from __future__ import annotations

import numpy as np
import torch

from regscope.base.randomness import derive, global_torch_stream, numpy_stream, torch_stream


def test_derived_seeds_never_change() -> None:
    """Every result hangs on them: a change means new numerics."""
    assert derive(0, "initialization") == 2600490999
    assert derive(0, "order", 0) == 1842012267
    assert derive(0, "order", 1) == 2090566469
    assert derive(7, "mask/hidden1_dropout", 59) == 822446894


def test_derived_seeds_have_32_bits_and_differ() -> None:
    found = {
        derive(seed, purpose, epoch)
        for seed in range(20)
        for purpose in ("order", "augmentation", "split")
        for epoch in range(20)
    }
    assert len(found) == 20 * 3 * 20
    assert all(0 <= value < 2**32 for value in found)
    # Spread over the whole range: the mean of uniform draws, to five standard errors.
    assert abs(np.mean(list(found)) / 2**32 - 0.5) < 5 / np.sqrt(12 * len(found))


def test_neighbouring_names_do_not_run_into_each_other() -> None:
    assert derive(1, "1/order") != derive(11, "order")
    assert derive(1, "order", 11) != derive(1, "order1", 1)


def test_streams_are_those_of_the_derived_seed() -> None:
    expected = torch.Generator().manual_seed(derive(3, "order", 2))
    assert torch.equal(
        torch.rand(4, generator=torch_stream(3, "order", 2)), torch.rand(4, generator=expected)
    )
    drawn = np.random.Generator(np.random.PCG64(derive(3, "split"))).random(4)
    assert np.array_equal(numpy_stream(3, "split").random(4), drawn)


def test_the_global_stream_is_pointed_at_one_stream_and_back() -> None:
    torch.manual_seed(1)
    expected_after = torch.rand(3)
    torch.manual_seed(1)
    with global_torch_stream(3, "initialization"):
        inside = torch.rand(3)
    assert torch.equal(torch.rand(3), expected_after)
    assert torch.equal(inside, torch.rand(3, generator=torch_stream(3, "initialization")))
