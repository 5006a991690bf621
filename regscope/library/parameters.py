"""The weights of any torch module, whatever its layers are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from regscope.models.weights import layer_of, made_weights, weights_of


@dataclass(frozen=True)
class Weights:
    """`{layer: values}` of weights, as the layers use them; `own` are those that are parameters,
    and `made` the layers whose weights are made of others at every pass.
    """

    values: dict[str, np.ndarray]
    own: dict[str, nn.Parameter]
    made: tuple[str, ...]


def read_weights(model: nn.Module) -> Weights:
    """What `models.weights` calls weights, named as `layer_of` does.

    Of layers that are pruned, normed or parametrized by torch.nn.utils what the layer computes
    with is given, as its last pass left it.
    """
    own = {layer_of(name): weight for name, weight in weights_of(model).items()}
    made = {layer_of(name): weight for name, weight in made_weights(model).items()}
    values = {layer: _array(tensor) for layer, tensor in (own | made).items()}
    return Weights(values, own, tuple(made))


def _array(tensor: Tensor) -> np.ndarray:
    values = tensor.detach().cpu()
    return (values if values.dtype == torch.float64 else values.float()).numpy()
