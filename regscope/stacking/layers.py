"""Stacked counterparts of torch's layers: one rule a type.

A stacked layer holds the parameters of S seeds with a leading axis and takes activations with
the seeds folded into the batch, `[S*B, ...]`, seed after seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.func import functional_call
from torch.nn import functional

from regscope.arithmetic import is_portable
from regscope.models.dense.activity import ActivityL1
from regscope.models.dense.columns import ColumnEmbedding
from regscope.models.dense.dropped_branch import DroppedBranch
from regscope.models.dense.gaussian_dropout import GaussianDropout
from regscope.models.dense.max_dropout import MaxDropout
from regscope.models.normalization import has_biased_variance
from regscope.stacking.activity import StackedActivityL1
from regscope.stacking.columns import StackedColumnEmbedding
from regscope.stacking.convolution import StackedConv2d
from regscope.stacking.noise import (
    StackedChannelDropout,
    StackedDropout,
    StackedGaussianDropout,
    StackedMaxDropout,
    StackedStochasticDepth,
)
from regscope.stacking.pooling import stacked_max_pool
from regscope.stacking.precision import autocast_tensors
from regscope.stacking.products import product
from regscope.stacking.streams import Streams

AVX2_VECTOR = 8  # float32 numbers in a register


def stacked_parameter(tensors: Sequence[Tensor]) -> nn.Parameter:
    return nn.Parameter(torch.stack([tensor.detach() for tensor in tensors]))


def linear(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Outputs `[S*B, ..., out]`, and the inputs as `[S, n, in]`, which the gradients need."""
    seeds, units, features = weight.shape
    folded = inputs.reshape(seeds, -1, features)
    outputs = product(folded, weight.transpose(1, 2), bias)
    return outputs.view(*inputs.shape[:-1], units), folded


def linear_gradients(gradient: Tensor, folded: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The outputs' gradient as `[S, n, out]`, and those of weight and bias, contiguous.

    Autograd's own backward of `baddbmm(b, x, w.transpose(1, 2))` gives a transposed gradient,
    and copying it into place costs a third of a step.
    """
    of_outputs = gradient.reshape(*folded.shape[:2], -1)
    return of_outputs, product(of_outputs.transpose(1, 2), folded), of_outputs.sum(1)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        outputs, folded = linear(inputs, weight, bias)
        ctx.save_for_backward(folded, weight)
        ctx.shape = inputs.shape
        return outputs

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        folded, weight = ctx.saved_tensors
        of_outputs, of_weight, of_bias = linear_gradients(gradients[0], folded)
        of_inputs = None
        if ctx.needs_input_grad[0]:
            of_inputs = product(of_outputs, weight).view(ctx.shape)
        return of_inputs, of_weight, of_bias if ctx.needs_input_grad[2] else None


class StackedLinear(nn.Module):
    """`weight` `[S, out, in]`, `bias` `[S, out]` or none."""

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        super().__init__()
        self.weight = stacked_parameter([layer.weight for layer in layers])
        if layers[0].bias is None:
            self.register_parameter("bias", None)
        else:
            self.bias = stacked_parameter([layer.bias for layer in layers])

    def forward(self, inputs: Tensor) -> Tensor:
        cast = autocast_tensors(inputs, self.weight, self.bias)
        outputs: Tensor = _Linear.apply(*cast)  # type: ignore[no-untyped-call]
        return outputs


class StackedBatchNorm(nn.Module):
    """Statistics per seed: `[S*B, C, ...]` is normalized as `[B, S*C, ...]`.

    With `biased_variance` the running variance is of the batches' own variances, as in Keras;
    torch's is of the unbiased ones.
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, layers: Sequence[nn.BatchNorm1d | nn.BatchNorm2d]) -> None:
        super().__init__()
        plain = layers[0]
        if not (plain.affine and plain.track_running_stats and plain.momentum is not None):
            raise ValueError(
                "batch norm can be stacked only with affine, running statistics and momentum"
            )
        if len({(layer.eps, layer.momentum) for layer in layers}) > 1:
            raise ValueError("batch norm can be stacked only with one momentum and one epsilon")
        self.eps = plain.eps
        self.momentum = plain.momentum
        self.biased_variance = has_biased_variance(plain)
        self.seeds = len(layers)
        self.weight = stacked_parameter([layer.weight for layer in layers])
        self.bias = stacked_parameter([layer.bias for layer in layers])
        for name, _ in layers[0].named_buffers():
            buffers = torch.stack([getattr(layer, name) for layer in layers])
            self.register_buffer(name, buffers)

    def forward(self, inputs: Tensor) -> Tensor:
        if self.training:
            self.num_batches_tracked += 1
        if self.seeds == 1:
            # Views would make a change in place that follows, as by `SiLU(inplace=True)`, copy.
            return self._normalized(inputs)
        size, channels, *rest = inputs.shape
        if is_portable() and channels % AVX2_VECTOR:
            return self._one_by_one(inputs)
        batch = size // self.seeds
        side_by_side = inputs.view(self.seeds, batch, channels, *rest).transpose(0, 1)
        normalized = self._normalized(side_by_side.reshape(batch, self.seeds * channels, *rest))
        folded = normalized.view(batch, self.seeds, channels, *rest).transpose(0, 1)
        return folded.reshape(inputs.shape)

    def _one_by_one(self, inputs: Tensor) -> Tensor:
        """Torch's backward rounds the last channels of all otherwise, whichever seed has them."""
        tensors = (self.running_mean, self.running_var, self.weight, self.bias)
        by_seed = zip(*(tensor.unbind(0) for tensor in tensors), strict=True)
        parts = zip(inputs.chunk(self.seeds), by_seed, strict=True)
        return torch.cat([self._with(part, *own) for part, own in parts])

    def _normalized(self, inputs: Tensor) -> Tensor:
        return self._with(
            inputs,
            self.running_mean.view(-1),
            self.running_var.view(-1),
            self.weight.view(-1),
            self.bias.view(-1),
        )

    def _with(
        self, inputs: Tensor, mean: Tensor, variance: Tensor, weight: Tensor, bias: Tensor
    ) -> Tensor:
        if self.training and self.biased_variance:
            batch_mean, batch_variance = torch.zeros_like(mean), torch.zeros_like(variance)
            outputs = functional.batch_norm(
                inputs, batch_mean, batch_variance, weight, bias, True, 1.0, self.eps
            )
            count = inputs.numel() // inputs.shape[1]
            share = self.momentum * (count - 1) / count
            mean.mul_(1 - self.momentum).add_(batch_mean * self.momentum)
            variance.mul_(1 - self.momentum).add_(batch_variance * share)
            return outputs
        return functional.batch_norm(
            inputs, mean, variance, weight, bias, self.training, self.momentum, self.eps
        )


class StackedEmbedding(nn.Module):
    """`weight` `[S, V, E]`: ids `[S*B, ...]` are looked up in one table of all seeds' rows."""

    first: Tensor

    def __init__(self, layers: Sequence[nn.Embedding]) -> None:
        super().__init__()
        plain = layers[0]
        unusual = ("padding_idx", "max_norm", "scale_grad_by_freq", "sparse")
        chosen = [getattr(plain, option) for option in unusual]
        if any(value is not None and value is not False for value in chosen):
            raise ValueError(f"an embedding can be stacked only without {', '.join(unusual)}")
        self.weight = stacked_parameter([layer.weight for layer in layers])
        first = torch.arange(len(layers), device=self.weight.device) * plain.num_embeddings
        self.register_buffer("first", first, persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        by_seed = ids.reshape(len(self.first), -1)
        table = self.weight.flatten(0, 1)
        found = functional.embedding(by_seed + self.first.unsqueeze(1), table)
        return found.view(*ids.shape, -1)


class LoopedLayer(nn.Module):
    """Any other layer with parameters: one seed after another, by `functional_call`."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.seeds = len(layers)
        # Kept out of the module tree, so that its tensors are no parameters of the stack.
        self._plain = [deepcopy(layers[0])]
        for name, _ in layers[0].named_parameters():
            if "." in name:
                raise ValueError(f"{type(layers[0]).__name__} is not a single layer")
            tensors = [layer.get_parameter(name) for layer in layers]
            self.register_parameter(name, stacked_parameter(tensors))
        for name, _ in layers[0].named_buffers():
            self.register_buffer(name, torch.stack([layer.get_buffer(name) for layer in layers]))

    def forward(self, *inputs: Tensor) -> Tensor:
        plain = self._plain[0].train(self.training)
        # `unbind` keeps the backward of S slices linear in S; indexing would make it quadratic.
        state = {name: tensor.unbind(0) for name, tensor in self.named_parameters()}
        state |= {name: tensor.unbind(0) for name, tensor in self.named_buffers()}
        folded = [tensor.chunk(self.seeds) for tensor in inputs]
        outputs = [
            functional_call(
                plain,
                {name: tensors[seed] for name, tensors in state.items()},
                tuple(chunks[seed] for chunks in folded),
            )
            for seed in range(self.seeds)
        ]
        if not all(isinstance(output, Tensor) for output in outputs):
            raise ValueError(
                f"{type(plain).__name__} cannot be stacked: it gives something else than one tensor"
            )
        return torch.cat(outputs)


Rule = Callable[[Sequence[Any], Callable[[], Streams]], nn.Module]

RULES: dict[type[nn.Module], Rule] = {
    nn.Linear: lambda layers, _: StackedLinear(layers),
    nn.Conv2d: lambda layers, _: StackedConv2d(layers),
    nn.MaxPool2d: lambda layers, _: stacked_max_pool(layers[0]),
    nn.BatchNorm1d: lambda layers, _: StackedBatchNorm(layers),
    nn.BatchNorm2d: lambda layers, _: StackedBatchNorm(layers),
    nn.Dropout: lambda layers, streams: StackedDropout(layers, streams()),
    nn.Dropout2d: lambda layers, streams: StackedChannelDropout(layers, streams()),
    GaussianDropout: lambda layers, streams: StackedGaussianDropout(layers, streams()),
    MaxDropout: lambda layers, streams: StackedMaxDropout(layers, streams()),
    ActivityL1: lambda layers, streams: StackedActivityL1(layers, streams().device),
    nn.Embedding: lambda layers, _: StackedEmbedding(layers),
    ColumnEmbedding: lambda layers, _: StackedColumnEmbedding(layers),
    DroppedBranch: lambda layers, streams: StackedStochasticDepth(layers, streams()),
}

# By name, so that looking a layer up does not load its library.
NAMED_RULES: dict[str, Rule] = {
    "torchvision.ops.stochastic_depth.StochasticDepth": lambda layers, streams: (
        StackedStochasticDepth(layers, streams())
    ),
}


def rule_for(layer: nn.Module) -> Rule | None:
    """How layers of that type are stacked, if there is a rule for exactly that type."""
    kind = type(layer)
    return RULES.get(kind) or NAMED_RULES.get(f"{kind.__module__}.{kind.__qualname__}")
