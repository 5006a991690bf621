"""Local response normalization over neighbouring channels, with its gradient in closed form."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class ResponseNorm(nn.Module):
    """`y_i = x_i / (bias + alpha * sum(x_j**2 for |j - i| <= depth_radius))**beta`.

    Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural
    networks", section 3.3, with tensorflow's arguments: torch's `nn.LocalResponseNorm` takes the
    window's `size = 2 * depth_radius + 1` and divides `alpha` by it. Inputs `[B, C, H, W]` of any
    layout; i and j count channels, and the window ends where they end. It computes in float32 (in
    float64 on such inputs) and gives back the format of its inputs. The gradient has none of its
    own.
    """

    def __init__(self, depth_radius: int, bias: float, alpha: float, beta: float) -> None:
        super().__init__()
        self.depth_radius = depth_radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta

    def forward(self, inputs: Tensor) -> Tensor:
        options = (self.depth_radius, self.bias, self.alpha, self.beta)
        outputs: Tensor = _ResponseNorm.apply(inputs, *options)  # type: ignore[no-untyped-call]
        return outputs

    def extra_repr(self) -> str:
        return f"{self.depth_radius}, bias={self.bias}, alpha={self.alpha}, beta={self.beta}"


class _ResponseNorm(torch.autograd.Function):
    """With `s` the sum in the formula and `p = s**-beta`, the gradient of `x` under that of `y`,
    `g`, is `g * p - 2 * alpha * beta * x * sum(g_j * y_j / s_j for |j - i| <= depth_radius)`.
    """

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, depth_radius: int, bias: float, alpha: float, beta: float
    ) -> Tensor:
        values = _exact(inputs)
        sums = window_sums(values * values, depth_radius).mul_(alpha).add_(bias)
        powers = _inverse_power(sums, beta)
        ctx.save_for_backward(inputs, sums, powers)
        ctx.depth_radius, ctx.factor = depth_radius, -2 * alpha * beta
        return (values * powers).to(inputs.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        inputs, sums, powers = ctx.saved_tensors
        values = _exact(inputs)
        through = _exact(gradients[0]) * powers
        shared = window_sums((through * values).div_(sums), ctx.depth_radius)
        found = through.addcmul_(values, shared, value=ctx.factor)
        return found.to(inputs.dtype), None, None, None, None


def window_sums(values: Tensor, radius: int) -> Tensor:
    """`sum(values[:, j] for |j - i| <= radius)` at every channel i of `[B, C, ...]`.

    Added up one shift after another: of ways that need no kernel of their own the fastest on a
    processor, and no element depends on how many others there are.
    """
    sums = values.clone()
    for shift in range(1, min(radius, values.shape[1] - 1) + 1):
        sums[:, shift:] += values[:, :-shift]
        sums[:, :-shift] += values[:, shift:]
    return sums


def _exact(tensor: Tensor) -> Tensor:
    return tensor if tensor.dtype == torch.float64 else tensor.float()


def _inverse_power(sums: Tensor, beta: float) -> Tensor:
    """`sums**-beta`; by roots where they give it, at a quarter of the time."""
    if beta == 0.5:
        return sums.rsqrt()
    if beta == 0.75:
        root = sums.rsqrt()
        return root.sqrt().mul_(root)
    return sums.pow(-beta)
