"""3x3 convolutions with fewer multiplications: Winograd's minimal filtering, F(2x2, 3x3).

Lavin and Gray 2016, "Fast algorithms for convolutional neural networks": a tile of 2x2 outputs
takes 16 products in place of 36, between a transformed tile of 4x4 inputs and the transformed
kernel. With many channels that is 16 matrix products, and the transforms cost little. It is
float32 throughout, with rounding errors like those of the direct sum (tested).

Inside, activations are `[B, H, W, C]`, and a tile's 4x4 positions are two leading axes of four.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from regscope.stacking.products import product

# With fewer channels or tiles the transforms cost more than the products they save.
CHANNELS = 64
TILES = 1024

KERNEL = torch.tensor([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


def pays(inputs: Tensor, weight: Tensor) -> bool:
    """Whether `inputs` `[B, C, H, W]` and `weight` `[O, C, kh, kw]` are worth the transforms."""
    if inputs.dtype != torch.float32 or inputs.device.type != "cpu":
        return False
    if weight.shape[2:] != (3, 3) or min(weight.shape[:2]) < CHANNELS:
        return False
    return len(inputs) * _tiles(inputs) >= TILES


def tile_bytes(inputs: Tensor) -> int:
    """What the transformed `inputs` `[B, C, H, W]` of `convolve` take: 16 numbers a tile."""
    return 16 * len(inputs) * _tiles(inputs) * inputs.shape[1] * inputs.element_size()


def _tiles(inputs: Tensor) -> int:
    """Of an example, in a channel."""
    rows, columns = ((size - 1) // 2 for size in inputs.shape[2:])
    return rows * columns


def convolve(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """`conv2d(inputs, weight, bias)`, and for `gradients` the transformed inputs and kernels."""
    height, width = inputs.shape[2] - 2, inputs.shape[3] - 2
    even = pad(inputs, (0, width % 2, 0, height % 2)).permute(0, 2, 3, 1)
    tiles = _inputs(_inputs(even, 1), 3)
    kernels = torch.einsum("ja,ib,ocba->jico", KERNEL, KERNEL, weight).contiguous()
    outputs = _outputs(_outputs(_products(tiles, kernels), 3), 1)[:, :height, :width]
    if bias is not None:
        outputs += bias
    return outputs.permute(0, 3, 1, 2), tiles, kernels


def gradients(
    gradient: Tensor, tiles: Tensor, kernels: Tensor, of_inputs: bool
) -> tuple[Tensor | None, Tensor]:
    """The gradients of inputs (if wanted) and weight, from that of the outputs."""
    height, width = gradient.shape[2:]
    even = pad(gradient, (0, width % 2, 0, height % 2)).permute(0, 2, 3, 1)
    spread = _outputs_transposed(_outputs_transposed(even, 1), 3)
    for_inputs = None
    if of_inputs:
        parts = _products(spread, kernels.transpose(2, 3))
        whole = _inputs_transposed(_inputs_transposed(parts, 3), 1)
        for_inputs = whole[:, : height + 2, : width + 2].permute(0, 3, 1, 2)
    for_kernels = product(_rows(spread).transpose(1, 2), _rows(tiles))
    for_weight = torch.einsum(
        "ja,ib,jioc->ocba", KERNEL, KERNEL, for_kernels.view(4, 4, *for_kernels.shape[1:])
    )
    return for_inputs, for_weight.contiguous()


def _products(tiles: Tensor, matrices: Tensor) -> Tensor:
    """`[4, 4, B, n, m, K]` times `[4, 4, K, N]`, position by position."""
    products = product(_rows(tiles), matrices.flatten(0, 1))
    return products.view(*tiles.shape[:-1], -1)


def _rows(tiles: Tensor) -> Tensor:
    return tiles.view(16, -1, tiles.shape[-1])


def _every_second(tensor: Tensor, axis: int, start: int, count: int) -> Tensor:
    return tensor[(slice(None),) * axis + (slice(start, start + 2 * count - 1, 2),)]


def _inputs(inputs: Tensor, axis: int) -> Tensor:
    """Tiles of four along `axis`, every one two further, transformed: four at the front."""
    count = inputs.shape[axis] // 2 - 1
    first, second, third, fourth = (_every_second(inputs, axis, start, count) for start in range(4))
    tiles = inputs.new_empty(4, *first.shape)
    torch.sub(first, third, out=tiles[0])
    torch.add(second, third, out=tiles[1])
    torch.sub(third, second, out=tiles[2])
    torch.sub(second, fourth, out=tiles[3])
    return tiles


def _inputs_transposed(tiles: Tensor, axis: int) -> Tensor:
    """The transpose of `_inputs`, a linear map: overlapping tiles are added up."""
    shape = list(tiles.shape[1:])
    count = shape[axis]
    shape[axis] = 2 * count + 2
    inputs = tiles.new_empty(shape)
    even, odd = (_every_second(inputs, axis, start, count + 1) for start in range(2))
    first, second, third, fourth = tiles
    later = torch.add(second, third).sub_(first)
    even.narrow(axis, 0, 1).copy_(first.narrow(axis, 0, 1))
    torch.add(
        first.narrow(axis, 1, count - 1),
        later.narrow(axis, 0, count - 1),
        out=even.narrow(axis, 1, count - 1),
    )
    even.narrow(axis, count, 1).copy_(later.narrow(axis, count - 1, 1))
    earlier = torch.sub(second, third, out=later).add_(fourth)
    odd.narrow(axis, 0, 1).copy_(earlier.narrow(axis, 0, 1))
    torch.sub(
        earlier.narrow(axis, 1, count - 1),
        fourth.narrow(axis, 0, count - 1),
        out=odd.narrow(axis, 1, count - 1),
    )
    torch.neg(fourth.narrow(axis, count - 1, 1), out=odd.narrow(axis, count, 1))
    return inputs


def _outputs(products: Tensor, axis: int) -> Tensor:
    """Two outputs along `axis` from the four products in front."""
    first, second, third, fourth = products
    shape = list(first.shape)
    count = shape[axis]
    shape[axis] = 2 * count
    outputs = products.new_empty(shape)
    even, odd = (_every_second(outputs, axis, start, count) for start in range(2))
    middle = second + third
    torch.add(first, middle, out=even)
    torch.sub(second, third, out=middle)
    torch.sub(middle, fourth, out=odd)
    return outputs


def _outputs_transposed(gradient: Tensor, axis: int) -> Tensor:
    """The transpose of `_outputs`."""
    count = gradient.shape[axis] // 2
    even, odd = (_every_second(gradient, axis, start, count) for start in range(2))
    products = gradient.new_empty(4, *even.shape)
    products[0].copy_(even)
    torch.add(even, odd, out=products[1])
    torch.sub(even, odd, out=products[2])
    torch.neg(odd, out=products[3])
    return products
