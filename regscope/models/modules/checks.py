"""What a network of one's own must be made of to be trained here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError
from regscope.models.weights import made_weights

if TYPE_CHECKING:
    from torch import nn


def check_parts(network: nn.Module) -> None:
    """Raises RegscopeError, in one line that ends with the remedy."""
    import torch
    from torch import nn
    from torch.nn.parameter import is_lazy

    for name, tensor in (*network.named_parameters(), *network.named_buffers()):
        if is_lazy(tensor):
            raise RegscopeError(
                f"{name} is lazy, without a shape before a first batch: give the layer its size,"
                " which input_shape tells"
            )
    for name, parameter in network.named_parameters():
        if parameter.dtype != torch.float32:
            kind = str(parameter.dtype).removeprefix("torch.")
            remedy = "nn.Parameter(tensor.float())"
            if parameter.is_complex():
                remedy = "nn.Parameter(torch.view_as_real(tensor))"
            raise RegscopeError(
                f"{name} is {kind}, and parameters are float32: make it so, as {remedy}"
            )
    for name in made_weights(network):
        raise RegscopeError(
            f"torch.nn.utils makes {name} of other parameters at every pass, which penalties and"
            " pruning cannot act on: leave the layer plain"
        )
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            raise RegscopeError(
                f"{name} is frozen, and every parameter is trained: register_buffer what is not to"
                " be"
            )
    if not any(True for _ in network.parameters()):
        raise RegscopeError(
            "has no parameters to train: assign layers to self, lists of them as nn.ModuleList"
        )
    _check_apart(network)
    for name, layer in network.named_modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm) and layer.running_mean is None:
            raise RegscopeError(
                f"{name} has no running statistics, so that an example's outputs depend on the"
                " others: set track_running_stats=True"
            )


def _check_apart(network: nn.Module) -> None:
    """No tensor may have two names: it would come apart, and files hold each once."""
    first: dict[int, str] = {}
    tensors = (
        *network.named_parameters(remove_duplicate=False),
        *network.named_buffers(remove_duplicate=False),
    )
    for name, tensor in tensors:
        known = first.setdefault(id(tensor), name)
        if known != name:
            raise RegscopeError(
                f"{name} is {known} once more: give each layer its own, or assign a layer once and"
                " call it as often as needed"
            )
