"""Plain torch modules that compute portably: for measuring, where there is no stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from regscope.arithmetic.products import by_openblas
from regscope.arithmetic.settled import is_portable


@contextmanager
def portable_functions() -> Iterator[None]:
    """Where arithmetic is portable, have dense layers and square roots computed so; else nothing.

    Torch leaves both to MKL, whose portable products are slow, and whose square roots depend on
    the processor whatever it is told.
    """
    if not is_portable():
        yield
        return
    with _Replacing():
        yield


def square_root(values: Tensor) -> Tensor:
    """Rounded as IEEE 754 says where arithmetic is portable; torch's own, MKL's, elsewhere.

    Torch's own also where a gradient is to be had, which the other one does not have, and of shapes
    without numbers.
    """
    differentiable = values.requires_grad and torch.is_grad_enabled()
    rounded = is_portable() and not differentiable and not values.is_meta
    return rounded_root(values) if rounded else values.sqrt()


def rounded_root(values: Tensor) -> Tensor:
    """By the processor's instruction, which numpy takes."""
    return torch.from_numpy(np.asarray(np.sqrt(values.detach().numpy())))


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(inputs, weight)
        return _outputs(inputs, weight, bias)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        inputs, weight = ctx.saved_tensors
        folded = gradient.reshape(-1, len(weight))
        of_inputs = by_openblas(folded, weight).view(inputs.shape)
        of_weight = of_bias = None
        if ctx.needs_input_grad[1]:
            of_weight = by_openblas(folded.t(), inputs.reshape(-1, weight.shape[1]))
        if ctx.needs_input_grad[2]:
            of_bias = folded.sum(0)
        return of_inputs, of_weight, of_bias


def _outputs(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    outputs = by_openblas(inputs.reshape(-1, weight.shape[1]), weight.t())
    if bias is not None:
        outputs += bias.detach()
    return outputs.view(*inputs.shape[:-1], len(weight))


def _linear(inputs: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if not torch.is_grad_enabled():
        return _outputs(inputs, weight, bias)
    outputs: Tensor = _Linear.apply(inputs, weight, bias)  # type: ignore[no-untyped-call]
    return outputs


REPLACED: dict[Callable[..., Any], Callable[..., Tensor]] = {
    functional.linear: _linear,
    torch.sqrt: square_root,
    Tensor.sqrt: square_root,
}


class _Replacing(TorchFunctionMode):
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        chosen: Callable[..., Any] = REPLACED.get(func, func)
        return chosen(*args, **(kwargs or {}))
