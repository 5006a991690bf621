"""Convolutions of a stack: one seed after another, in the layout that oneDNN is fastest in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from regscope.stacking import winograd
from regscope.stacking.precision import autocast_tensors


@dataclass(frozen=True)
class Geometry:
    """The options of an `nn.Conv2d`; `margins` are its paddings (left, right, top, bottom)."""

    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    margins: tuple[int, ...]
    padding_mode: str

    @classmethod
    def of(cls, layer: nn.Conv2d) -> Geometry:
        margins: list[int] = []
        for axis in (1, 0):
            total = layer.dilation[axis] * (layer.kernel_size[axis] - 1)
            if layer.padding == "same":
                margins += [total // 2, total - total // 2]
            elif layer.padding == "valid":
                margins += [0, 0]
            else:
                margins += [int(layer.padding[axis])] * 2
        return cls(layer.stride, layer.dilation, layer.groups, tuple(margins), layer.padding_mode)

    @property
    def padding(self) -> tuple[int, int]:
        """What the convolution adds by itself: zeros, as many after as before."""
        left, right, top, bottom = self.margins
        if self.padding_mode == "zeros" and (left, top) == (right, bottom):
            return top, left
        return 0, 0

    def pad(self, inputs: Tensor) -> Tensor:
        """Add the margins that the convolution does not."""
        if not any(self.margins) or any(self.padding):
            return inputs
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        return functional.pad(inputs, self.margins, mode)

    @property
    def simplest(self) -> bool:
        return {*self.stride, *self.dilation, self.groups} == {1} and self.padding == (0, 0)


class StackedConv2d(nn.Module):
    """`weight` `[S, out, in / groups, kh, kw]`, `bias` `[S, out]` or none.

    Activations are `[S*B, C, H, W]`. One seed after another: a single convolution in groups takes
    longer. With `channels_last` a processor's outputs have that layout in memory.
    """

    def __init__(self, layers: Sequence[nn.Conv2d]) -> None:
        super().__init__()
        self.geometry = Geometry.of(layers[0])
        self.channels_last = True
        self.weight = nn.Parameter(torch.stack([layer.weight.detach() for layer in layers]))
        if layers[0].bias is None:
            self.register_parameter("bias", None)
        else:
            biases = [layer.bias.detach() for layer in layers if layer.bias is not None]
            self.bias = nn.Parameter(torch.stack(biases))

    def forward(self, inputs: Tensor) -> Tensor:
        cast = autocast_tensors(self.geometry.pad(inputs), self.weight, self.bias)
        layout = None
        if inputs.device.type == "cpu":
            layout = torch.channels_last if self.channels_last else torch.contiguous_format
        outputs: Tensor = _Convolution.apply(*cast, self.geometry, layout)  # type: ignore[no-untyped-call]
        return outputs


@torch.no_grad()
def choose_layout(stacked: nn.Module, inputs: Tensor) -> None:
    """Channels last in every convolution, unless the network's own forward cannot read that.

    Tensors with their channels last have no `view(len(x), -1)`, which a forward may well ask for.
    """
    convolutions = [layer for layer in stacked.modules() if isinstance(layer, StackedConv2d)]
    try:
        stacked.eval()(inputs)
    except RuntimeError:
        for layer in convolutions:
            layer.channels_last = False


class _Convolution(torch.autograd.Function):
    """Torch's convolution, arranged for a processor.

    oneDNN reads and writes the layout channels last as it is; others it rearranges. And where it
    pays, 3x3 kernels go Winograd's way.
    """

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        geometry: Geometry,
        layout: torch.memory_format | None,
    ) -> Tensor:
        parts = inputs.chunk(len(weight))
        ctx.geometry, ctx.layout = geometry, layout
        ctx.by_winograd = geometry.simplest and winograd.pays(parts[0], weight[0])
        outputs, kept = [], []
        for seed, part in enumerate(parts):
            kernel, shift = weight[seed], None if bias is None else bias[seed]
            if ctx.by_winograd:
                found, *used = winograd.convolve(part, kernel, shift)
                found = _laid_out(found, layout)
            else:
                found, *used = _convolve(part, kernel, shift, geometry, layout)
            outputs.append(found)
            kept += used
        ctx.save_for_backward(*kept)
        return torch.cat(outputs) if len(outputs) > 1 else outputs[0]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        kept = ctx.saved_tensors
        of_inputs, _, of_bias, *_ = ctx.needs_input_grad
        parts = gradients[0].chunk(len(kept) // 2)
        for_inputs, for_weight, for_bias = list[Any](), list[Any](), list[Any]()
        for part, first, second in zip(parts, kept[::2], kept[1::2], strict=True):
            if ctx.by_winograd:
                of_part, of_kernel = winograd.gradients(part, first, second, of_inputs)
                of_shift = part.sum((0, 2, 3)) if of_bias else None
            else:
                gradient = _laid_out(part, ctx.layout)
                wanted = (of_inputs, True, of_bias)
                found = _gradients(gradient, first, second, wanted, ctx.geometry)
                of_part, of_kernel, of_shift = found
            for_inputs.append(of_part)
            for_weight.append(of_kernel)
            for_bias.append(of_shift)
        return (
            (torch.cat(for_inputs) if len(parts) > 1 else for_inputs[0]) if of_inputs else None,
            torch.stack(for_weight) if len(parts) > 1 else for_weight[0].unsqueeze(0),
            torch.stack(for_bias) if of_bias else None,
            None,
            None,
        )


def _laid_out(tensor: Tensor, layout: torch.memory_format | None) -> Tensor:
    return tensor if layout is None else tensor.contiguous(memory_format=layout)


def _convolve(
    inputs: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    geometry: Geometry,
    layout: torch.memory_format | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs, and the inputs and weight as `_gradients` takes them."""
    inputs = _laid_out(inputs, layout)
    if layout is not None:
        # A copy: with one input channel both layouts are one, and torch would then take the other.
        weight = weight.clone(memory_format=layout)
    outputs = functional.conv2d(
        inputs, weight, bias, geometry.stride, geometry.padding, geometry.dilation, geometry.groups
    )
    return outputs, inputs, weight


def _gradients(
    gradient: Tensor,
    inputs: Tensor,
    weight: Tensor,
    wanted: tuple[bool, bool, bool],
    geometry: Geometry,
) -> tuple[Tensor | None, Tensor, Tensor | None]:
    """The gradients of inputs, weight and bias, where `wanted`."""
    of_inputs, of_weight, of_bias = wanted
    # With one input channel, oneDNN's float32 kernel for weight and bias together takes four times
    # as long as that for the weight alone.
    apart = of_bias and gradient.device.type == "cpu" and gradient.dtype == torch.float32
    for_inputs, for_weight, for_bias = torch.ops.aten.convolution_backward(
        gradient,
        inputs,
        weight,
        (weight.shape[0],),
        geometry.stride,
        geometry.padding,
        geometry.dilation,
        False,
        (0, 0),
        geometry.groups,
        (of_inputs, of_weight, of_bias and not apart),
    )
    return for_inputs, for_weight, gradient.sum((0, 2, 3)) if apart else for_bias
