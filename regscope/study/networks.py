"""Trained networks as plain torch modules: back from disk, or out of a stack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regscope.base.checksums import checked
from regscope.base.errors import RegscopeError
from regscope.datasets.seen import as_seen
from regscope.tasks import task_of
from regscope.tasks.regression import Standard

if TYPE_CHECKING:
    from torch import Tensor, nn

    from regscope.datasets import Dataset
    from regscope.study.params import Study

MODEL_FILE = "model.safetensors"


def load_networks(study: Study, reg: str, folder: Path, dataset: Dataset) -> list[nn.Module]:
    """The network of every seed of a cell, in evaluation mode.

    Raises RegscopeError when the file is damaged, or does not hold exactly the tensors of this
    architecture.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    file = checked(folder / MODEL_FILE)
    try:
        return plain_networks(study, reg, load_file(file), dataset)
    except SafetensorError as error:
        raise RegscopeError(f"{folder / MODEL_FILE}: not whole ({error})") from error
    except RegscopeError as error:
        raise RegscopeError(f"{folder / MODEL_FILE}: {error}") from error


def plain_networks(
    study: Study, reg: str, state: Mapping[str, Tensor], dataset: Dataset
) -> list[nn.Module]:
    """The network of every seed of stacked tensors `{plain name: [S, ...]}`, in evaluation mode.

    Raises RegscopeError when these are not exactly the tensors of this architecture.
    """
    import torch

    networks = []
    for seed in range(len(next(iter(state.values())))):
        network = study.model.build(dataset.input_shape, task_of(dataset).outputs(dataset))
        for method in study.cells[reg].methods():
            method.insert(network)
        try:
            network.load_state_dict({name: tensor[seed] for name, tensor in state.items()})
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise RegscopeError(f"not this study's model: {reason}") from error
        sample = as_seen(torch.from_numpy(dataset.inputs[:2]), dataset.scale)
        networks.append(_laid_out(network.eval(), sample))
    return networks


def in_own_unit(
    network: nn.Module, study: Study, reg: str, dataset: Dataset, seed: int
) -> nn.Module:
    """What gives numbers in their own unit: the network, and a last layer `unit` that undoes what
    standardized the targets of the seed's own training. One that tells classes stays as it is."""
    if dataset.quantity is None:
        return network
    from collections import OrderedDict

    import torch
    from torch import nn

    standard = Standard.of(dataset.targets[study.split_of(dataset, reg, seed).train])
    unit = nn.Linear(1, 1)
    with torch.no_grad():
        unit.weight.fill_(standard.deviation)
        unit.bias.fill_(standard.mean)
    chain = type(network) is nn.Sequential
    layers = network.named_children() if chain else [("network", network)]
    return nn.Sequential(OrderedDict([*layers, ("unit", unit)])).eval()


def _laid_out(network: nn.Module, sample: Tensor) -> nn.Module:
    """With channels last, where processors convolve faster, if the forward can read that."""
    import torch

    module: Any = network
    module.to(memory_format=torch.channels_last)
    try:
        with torch.no_grad():
            network(sample)
    except RuntimeError:
        module.to(memory_format=torch.contiguous_format)
    return network
