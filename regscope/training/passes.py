"""A stack's forward and backward pass: by autograd, or layer by layer where that is simple.

A dense network is a chain of layers whose gradients are one line each. Going through them by hand
gives autograd's numbers, bit for bit, without its bookkeeping: a tenth of a step of small networks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from regscope.arithmetic import Precision
from regscope.models.dense.activity import with_term
from regscope.stacking.activity import StackedActivityL1
from regscope.stacking.columns import StackedColumnEmbedding
from regscope.stacking.layers import StackedLinear, linear, linear_gradients
from regscope.stacking.noise import (
    StackedDropout,
    StackedGaussianDropout,
    StackedMaxDropout,
    StackedNoise,
)
from regscope.stacking.precision import compute_in
from regscope.stacking.products import product
from regscope.training.autograd import backward


class Passes(ABC):
    """`forward`, then `backward` with the gradient of its logits, which sets every `.grad`.

    With `to_inputs` it goes on to the inputs, and gives their gradient.
    """

    to_inputs: bool

    @abstractmethod
    def forward(self, inputs: Tensor) -> Tensor:
        """Logits `[S*B, C]` or `[S*B, T, C]`, without history, of inputs `[S*B, ...]`."""

    @abstractmethod
    def backward(self, gradient: Tensor) -> Tensor | None: ...


def make_passes(
    model: nn.Module, precision: Precision, device: torch.device, to_inputs: bool = False
) -> Passes:
    if precision != "bfloat16" and is_chain(model):
        return ByHand(model, to_inputs)
    return ByAutograd(model, precision, device, to_inputs)


class ByAutograd(Passes):
    def __init__(
        self,
        model: nn.Module,
        precision: Precision,
        device: torch.device,
        to_inputs: bool = False,
    ) -> None:
        self.model = model
        self.precision = precision
        self.device = device
        self.to_inputs = to_inputs

    def forward(self, inputs: Tensor) -> Tensor:
        if self.to_inputs:
            inputs = inputs.detach().requires_grad_()
        self._inputs = inputs
        with compute_in(self.precision, self.device):
            self._logits = self.model(inputs)
        logits: Tensor = self._logits.detach()
        return logits

    def backward(self, gradient: Tensor) -> Tensor | None:
        for parameter in self.model.parameters():
            parameter.grad = None
        backward(self._logits, gradient)
        found = self._inputs.grad
        del self._logits, self._inputs
        for parameter in self.model.parameters():
            # What has no part in the logits.
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        return found


class ByHand(Passes):
    """Of a model that `is_chain`."""

    def __init__(self, model: nn.Module, to_inputs: bool = False) -> None:
        self.to_inputs = to_inputs
        # By iteration: `children` leaves out a layer's second use.
        assert isinstance(model, nn.Sequential)
        layers = [layer for layer in model if type(layer) is not nn.Identity]
        self._layers = [(layer, *RULES[type(layer)]) for layer in layers]
        # Before it nothing has a gradient.
        self._first = next(layer for layer in layers if [*layer.parameters()])

    @torch.no_grad()
    def forward(self, inputs: Tensor) -> Tensor:
        self._kept = []
        for layer, pass_on, _ in self._layers:
            inputs, kept = pass_on(layer, inputs)
            self._kept.append(kept)
        return inputs

    @torch.no_grad()
    def backward(self, gradient: Tensor) -> Tensor | None:
        for layer, _, pass_back in reversed(self._layers):
            ends = layer is self._first and not self.to_inputs
            if ends and isinstance(layer, StackedLinear):
                _linear_back(layer, self._kept.pop(), gradient, onwards=False)
                break
            gradient = pass_back(layer, self._kept.pop(), gradient)
            if ends:
                break
        self._kept.clear()
        return gradient if self.to_inputs else None


def is_chain(model: nn.Module) -> bool:
    """Whether a stack is no more than layers with a rule here, one after another."""
    if type(model) is not nn.Sequential or model._forward_hooks or model._forward_pre_hooks:
        return False
    layers = [type(layer) for layer in model]
    known = all(layer is nn.Identity or layer in RULES for layer in layers)
    # What one layer keeps for the way back, the next may not change.
    changing = any(getattr(layer, "inplace", False) for layer in model)
    return known and not changing and StackedLinear in layers


def _linear(layer: StackedLinear, inputs: Tensor) -> tuple[Tensor, Tensor]:
    return linear(inputs, layer.weight, layer.bias)


def _linear_back(
    layer: StackedLinear, folded: Tensor, gradient: Tensor, onwards: bool = True
) -> Tensor:
    """Set the layer's gradients; the inputs' gradient, or the given one if it ends here."""
    of_outputs, layer.weight.grad, of_bias = linear_gradients(gradient, folded)
    if layer.bias is not None:
        layer.bias.grad = of_bias
    if not onwards:
        return gradient
    return product(of_outputs, layer.weight).view(*gradient.shape[:-1], folded.shape[2])


def _flatten(layer: nn.Flatten, inputs: Tensor) -> tuple[Tensor, torch.Size]:
    return layer(inputs), inputs.shape


def _columns(layer: StackedColumnEmbedding, inputs: Tensor) -> tuple[Tensor, Tensor | None]:
    parts, rows = layer.parts(inputs)
    return layer.joined(parts, rows), rows


def _columns_back(layer: StackedColumnEmbedding, rows: Tensor | None, gradient: Tensor) -> Tensor:
    """Set the weights' gradient; nothing is passed on to columns."""
    if rows is not None:
        layer.weight.grad = layer.weight_gradient(gradient, rows)
    return gradient


def _noise(layer: StackedNoise, inputs: Tensor) -> tuple[Tensor, Tensor]:
    factors = layer.factors(inputs)
    return inputs * factors, factors


def _noise_back(_: StackedNoise, factors: Tensor, gradient: Tensor) -> Tensor:
    return gradient * factors


def _activity_back(layer: StackedActivityL1, inputs: Tensor, gradient: Tensor) -> Tensor:
    return with_term(gradient, inputs.sign(), layer.strengths)


def _activation(layer: nn.Module, inputs: Tensor) -> tuple[Tensor, Tensor]:
    outputs: Tensor = layer(inputs)
    return outputs, outputs


Rule = tuple[Callable[[Any, Tensor], tuple[Tensor, Any]], Callable[[Any, Any, Tensor], Tensor]]

RULES: dict[type[nn.Module], Rule] = {
    StackedLinear: (_linear, _linear_back),
    StackedColumnEmbedding: (_columns, _columns_back),
    StackedDropout: (_noise, _noise_back),
    StackedGaussianDropout: (_noise, _noise_back),
    StackedMaxDropout: (_noise, _noise_back),
    StackedActivityL1: (lambda _, inputs: (inputs, inputs), _activity_back),
    nn.Flatten: (_flatten, lambda _, shape, gradient: gradient.view(shape)),
    nn.ReLU: (
        _activation,
        lambda _, outputs, gradient: torch.ops.aten.threshold_backward(gradient, outputs, 0),
    ),
    nn.Tanh: (
        _activation,
        lambda _, outputs, gradient: torch.ops.aten.tanh_backward(gradient, outputs),
    ),
}
"""By type: outputs and what the way back needs; and the gradient passed back."""
