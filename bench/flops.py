"""Floating-point operations of a training, from the shapes of its layers.

A multiplication and an addition count as two operations. Only matrix products and convolutions
are counted, convolutions as direct sums: activations, penalties, masks and updates are left out.
It is what a job asks for; a way that finds fewer operations gets its job done all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regscope.study.params import Study


def dense_macs(inputs: int, outputs: int) -> int:
    """Multiply-accumulates of one example in a fully connected layer."""
    return inputs * outputs


def convolution_macs(
    output_side: tuple[int, int], kernel: tuple[int, int], inputs: int, outputs: int
) -> int:
    """Multiply-accumulates of one example in a convolution with `output_side` pixels a channel."""
    return output_side[0] * output_side[1] * kernel[0] * kernel[1] * inputs * outputs


def forward_flops(macs: Sequence[int], examples: int) -> int:
    """Of a forward pass through layers with these multiply-accumulates an example."""
    return 2 * examples * sum(macs)


def training_flops(macs: Sequence[int], examples: int) -> int:
    """Of forward pass, weight gradients, and input gradients of all layers but the first."""
    return 2 * examples * (3 * sum(macs) - macs[0])


def job_flops(macs: Sequence[int], trained: int, tested: int, epochs: int) -> int:
    """Of one network: `epochs` times training on `trained` and testing on `tested` examples."""
    return epochs * (training_flops(macs, trained) + forward_flops(macs, tested))


def layer_macs(study: Study, input_shape: tuple[int, ...], classes: int) -> list[int]:
    """Multiply-accumulates an example of every layer of the study's network, in order.

    Raises ValueError on a layer with weights that is neither dense nor a convolution.
    """
    import torch
    from torch import Tensor, nn

    found: list[int] = []

    def note(layer: nn.Module, _: tuple[Tensor, ...], outputs: Tensor) -> None:
        if isinstance(layer, nn.Linear):
            found.append(dense_macs(layer.in_features, layer.out_features))
        elif isinstance(layer, nn.Conv2d):
            height, width = outputs.shape[2:]
            kernel = (layer.kernel_size[0], layer.kernel_size[1])
            inputs = layer.in_channels // layer.groups
            found.append(convolution_macs((height, width), kernel, inputs, layer.out_channels))
        else:
            raise ValueError(f"the operations of {type(layer).__name__} are not counted here")

    network = study.model.build(input_shape, classes)
    for layer in network.modules():
        if any(True for _ in layer.parameters(recurse=False)):
            layer.register_forward_hook(note)
    with torch.no_grad():
        # The layers one after another, without what the model does to its inputs to save work.
        hidden = torch.zeros(1, *input_shape)
        for layer in network.eval().children():
            hidden = layer(hidden)
    return found
