"""The weights of any torch module, whatever its layers are called, and its pruning curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from regscope.measures.pruning import pruning_curve

MASKED = "_orig"
"""How torch.nn.utils.prune calls what is left of a parameter below its mask."""


@dataclass(frozen=True)
class Weights:
    """`{layer: values}` of matrices and kernels, as the layers use them; `own` are those that are
    parameters, and `made` the layers whose weights are made of others at every pass.
    """

    values: dict[str, np.ndarray]
    own: dict[str, nn.Parameter]
    made: tuple[str, ...]


def weights_of(model: nn.Module) -> Weights:
    """Every parameter of floating point with at least two axes, shared ones once.

    A layer has the name of its parameter, without `.weight`. Biases and the parameters of
    normalization, which have one axis, are left out, as by the penalties. Of layers that are
    pruned or parametrized by torch.nn.utils what the layer computes with is given.
    """
    own: dict[str, nn.Parameter] = {}
    made: dict[str, Tensor] = {}
    for name, parameter in model.named_parameters():
        if parameter.dim() < 2 or not parameter.is_floating_point():
            continue
        layer, parametrized, made_from = name.rpartition("parametrizations.")
        mask = _mask(model, name)
        if parametrized:
            tensor = f"{layer}{made_from.partition('.')[0]}"
            parent, _, attribute = tensor.rpartition(".")
            made[_layer(tensor)] = getattr(model.get_submodule(parent), attribute)
        elif mask is not None:
            made[_layer(name.removesuffix(MASKED))] = parameter * mask
        else:
            own[_layer(name)] = parameter
    values = {layer: _array(tensor) for layer, tensor in (own | made).items()}
    return Weights(values, own, tuple(made))


def curve(
    parameters: dict[str, nn.Parameter], judge: Callable[[], tuple[float, float]]
) -> list[dict[str, float]]:
    """`measures.pruning.pruning_curve` of these parameters together, whatever they are called."""
    holder = nn.Module()
    for number, parameter in enumerate(parameters.values()):
        layer = nn.Module()
        layer.register_parameter("weight", parameter)
        holder.add_module(str(number), layer)
    names = [str(number) for number in range(len(parameters))]
    return pruning_curve(holder, names, lambda _: judge())


def _mask(model: nn.Module, name: str) -> Tensor | None:
    """The mask of torch.nn.utils.prune over the parameter `name`, if there is one."""
    if not name.endswith(MASKED):
        return None
    return dict(model.named_buffers()).get(f"{name.removesuffix(MASKED)}_mask")


def _array(tensor: Tensor) -> np.ndarray:
    values = tensor.detach().cpu()
    return (values if values.dtype == torch.float64 else values.float()).numpy()


def _layer(name: str) -> str:
    return name.removesuffix(".weight")
