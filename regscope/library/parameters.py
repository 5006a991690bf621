"""The weights of any torch module, whatever its layers are called, and its pruning curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from regscope.measures.pruning import pruning_curve

SOURCES = ("_orig", "_g", "_v")
"""What torch.nn.utils' prune, spectral_norm and weight_norm put behind the name of a weight for
the parameters that they make it of at every pass."""


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
    pruned, normed or parametrized by torch.nn.utils what the layer computes with is given, as its
    last pass left it.
    """
    own: dict[str, nn.Parameter] = {}
    made: dict[str, Tensor] = {}
    for name, parameter in model.named_parameters():
        if parameter.dim() < 2 or not parameter.is_floating_point():
            continue
        tensor = _made_of(model, name)
        if tensor is None:
            own[_layer(name)] = parameter
        else:
            parent, _, attribute = tensor.rpartition(".")
            made[_layer(tensor)] = getattr(model.get_submodule(parent), attribute)
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


def _made_of(model: nn.Module, name: str) -> str | None:
    """The name of the tensor that is made of the parameter `name` at every pass, if one is."""
    layer, parametrized, source = name.rpartition("parametrizations.")
    if parametrized:
        return f"{layer}{source.partition('.')[0]}"
    parent, _, own = name.rpartition(".")
    attributes = vars(model.get_submodule(parent))
    for suffix in SOURCES:
        tensor = own.removesuffix(suffix)
        # A plain tensor, which is no parameter, beside the parameter of its name.
        if tensor != own and isinstance(attributes.get(tensor), Tensor):
            return name.removesuffix(suffix)
    return None


def _array(tensor: Tensor) -> np.ndarray:
    values = tensor.detach().cpu()
    return (values if values.dtype == torch.float64 else values.float()).numpy()


def _layer(name: str) -> str:
    return name.removesuffix(".weight")
