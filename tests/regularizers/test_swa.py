from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, update_bn

from regscope.datasets import Dataset
from regscope.regularizers.step import EpochEnd
from regscope.regularizers.swa import SWA
from regscope.study.params import Study
from tests import tiny
from tests.regularizers.own import own, remembering
from tests.training.reference import stream

SEEDS = [0, 3]


def test_by_hand() -> None:
    """Of the ends of four epochs those behind a half count: 3 alone, then the mean of 3 and 8."""
    weights = {"weight": torch.zeros(2, 1, 1)}
    method = SWA(start=0.5)
    owned = remembering(method, own(weights))
    kept = []
    for epoch, value in enumerate((1.0, 2.0, 3.0, 8.0), start=1):
        weights["weight"].fill_(value)
        end = EpochEnd(weights, lambda: torch.zeros(2), epoch / 4, lambda _: {})
        kept.append(method.kept(end, owned)["weight"].flatten().tolist())
    assert kept == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [5.5, 5.5]]


@pytest.mark.parametrize("model", [{}, tiny.CONVOLUTIONAL])
def test_averages_and_statistics_are_torchs(model: dict[str, Any], digits: Dataset) -> None:
    """Of networks that are trained alike without the method, from outside; 54 = 4 * 13 + 2."""
    cell, run = {"batch_norm": True}, {"epochs": 5, "batch_size": 13}
    with tiny.in_float64():
        free, found = (
            tiny.trainer(tiny.study(methods, model=model, training=run), digits, SEEDS)
            for methods in (cell, {**cell, "swa": 0.3})
        )
        networks = [plain(tiny.study(cell, model=model), digits) for _ in SEEDS]
        averages = [AveragedModel(network) for network in networks]
        for _ in free.epochs():
            for slot, network in enumerate(networks):
                network.load_state_dict(of_slot(free.model, slot))
                if free.epoch > 0.3 * 5:
                    averages[slot].update_parameters(network)
        found.run()
        for slot, average in enumerate(averages):
            assert average.n_averaged == 4
            order = torch.randperm(54, generator=stream(SEEDS[slot], "order", 5))
            examples = found.train[slot][order].numpy()
            inputs = torch.from_numpy(digits.inputs[examples]).double() / 16
            update_bn(torch.split(inputs, 13), average)
            expected = average.module.state_dict()
            for name, value in of_slot(found.model, slot).items():
                if not name.endswith("num_batches_tracked"):
                    torch.testing.assert_close(value, expected[name], rtol=1e-9, atol=1e-12)


def plain(study: Study, digits: Dataset) -> nn.Module:
    network = study.model.build(digits.input_shape, 10)
    for method in study.cells["tested"].methods():
        method.insert(network)
    return network


def of_slot(stack: nn.Module, slot: int) -> dict[str, Tensor]:
    return {name: value[slot] for name, value in stack.state_dict().items()}
