"""Cells by Keras's conventions: what holds of every cell holds of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from regscope.datasets import Dataset
from regscope.engine import checkpoints
from regscope.study.networks import plain_networks
from regscope.study.params import Study
from regscope.training.loop import Trainer
from tests import tiny
from tests.regularizers.settings import CELLS


def study(
    optimizer: str = "adam", model: dict[str, Any] | None = None, conventions: str = "keras"
) -> Study:
    training = {"conventions": conventions}
    return tiny.study(CELLS["everything"], optimizer, model=model, training=training)


@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_a_seed_does_not_depend_on_its_neighbours(optimizer: str, digits: Dataset) -> None:
    together = tiny.trained(study(optimizer), digits, [0, 1, 2]).model.state_dict()
    alone = tiny.trained(study(optimizer), digits, [2]).model.state_dict()
    assert tiny.differences(alone, {name: value[2:] for name, value in together.items()}) == {}


def test_it_goes_on_from_a_checkpoint_with_the_same_bits(digits: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "stack.safetensors"

    def keep(running: Trainer) -> None:
        if running.epoch == 2:
            checkpoints.save(file, running.state())

    whole = tiny.trainer(study(), digits, [0, 1])
    whole.run(keep)
    resumed = tiny.trainer(study(), digits, [0, 1])
    progress = checkpoints.load(file)
    assert progress is not None
    assert progress.epoch == 2
    resumed.resume(progress)
    resumed.run()
    assert tiny.differences(resumed.model.state_dict(), whole.model.state_dict()) == {}


@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_other_weights_of_adam_and_other_running_variances(optimizer: str, digits: Dataset) -> None:
    keras, torchs = (
        tiny.trained(study(optimizer, conventions=which), digits, [0, 1]).model.state_dict()
        for which in ("keras", "torch")
    )
    different = tiny.differences(keras, torchs)
    variances = {name for name in keras if name.endswith("running_var")}
    assert variances <= set(different)
    if optimizer != "adam":
        assert variances == set(different)


@pytest.mark.parametrize("model", [None, tiny.CONVOLUTIONAL], ids=["dense", "convolutional"])
def test_plain_networks_compute_what_the_stack_does(
    model: dict[str, Any] | None, digits: Dataset
) -> None:
    tried = study(model=model)
    trainer = tiny.trained(tried, digits, [0, 1])
    networks = plain_networks(tried, "tested", trainer.model.state_dict(), digits)
    inputs, labels = trainer.examples.gather(trainer.holdout)
    per_seed = zip(networks, inputs.chunk(2), labels.chunk(2), strict=True)
    with torch.no_grad():
        losses = [torch.nn.functional.cross_entropy(net(x), y) for net, x, y in per_seed]
    torch.testing.assert_close(torch.stack(losses), trainer.history[3, :, -1])
