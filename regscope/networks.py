"""Trained networks back from disk, as plain torch modules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regscope.errors import RegscopeError

if TYPE_CHECKING:
    from torch import nn

    from regscope.datasets import Dataset
    from regscope.params import Study

MODEL_FILE = "model.safetensors"


def load_networks(study: Study, reg: str, folder: Path, dataset: Dataset) -> list[nn.Module]:
    """The network of every seed of a cell, in evaluation mode.

    Raises RegscopeError when the file does not hold exactly the tensors of this architecture.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state = load_file(folder / MODEL_FILE)
    except SafetensorError as error:
        raise RegscopeError(f"{folder / MODEL_FILE}: not whole ({error})") from error
    networks = []
    for seed in range(len(next(iter(state.values())))):
        network = study.model.build(dataset.input_shape, len(dataset.classes))
        for method in study.cells[reg].methods():
            method.insert(network)
        try:
            network.load_state_dict({name: tensor[seed] for name, tensor in state.items()})
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise RegscopeError(
                f"{folder / MODEL_FILE}: not this study's model: {reason}"
            ) from error
        # Processors are faster in this layout; it matters to convolutions only.
        laid_out = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        networks.append(laid_out)
    return networks
