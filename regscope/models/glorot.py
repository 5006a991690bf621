"""Initialization as Keras does it: Glorot and Bengio 2010, "Understanding the difficulty"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.models.weights import weights_of

if TYPE_CHECKING:
    from torch import nn


def glorot_uniform_(module: nn.Module) -> None:
    """Weights from Glorot's uniform distribution, and zero for the biases beside them.

    All else keeps what the layers begin with, as normalization its ones and zeros.
    """
    from torch import nn

    for name, weight in weights_of(module).items():
        nn.init.xavier_uniform_(weight)
        layer = module.get_submodule(name.rpartition(".")[0])
        for own, parameter in layer.named_parameters(recurse=False):
            if "bias" in own:
                nn.init.zeros_(parameter)
