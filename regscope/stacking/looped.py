"""A stack whose networks run one after another, for what has no stacked counterpart."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.func import functional_call

from regscope.models.dense.activity import ActivityL1
from regscope.models.normalization import has_biased_variance
from regscope.stacking.children import children_by_place
from regscope.stacking.layers import rule_for, stacked_parameter
from regscope.stacking.streams import Streams

ALIGNMENT = 64
"""Bytes: where tensors of their own begin. Products of slices that begin elsewhere may be rounded
otherwise."""


def loop(modules: Sequence[nn.Module], seeds: Sequence[int], device: torch.device) -> nn.Module:
    """Make one module of one network a seed, as `stack` does, that runs each by itself.

    Parameters and buffers keep the plain names and get a leading axis S. A network's numbers are
    the same to the bit whichever run beside it. No tensor of a network may have two names.

    Raises ValueError where batch normalization is to keep running variances as Keras does.
    """
    for name, layer in modules[0].named_modules():
        if has_biased_variance(layer):
            raise ValueError(
                f"training.conventions = keras: not of {name} in a network that runs seed after"
                " seed; choose torch"
            )
    return LoopedNetwork(modules, seeds, device)


class LoopedNetwork(nn.Module):
    """Inputs `[S*B, ...]` to outputs `[S*B, ...]`, seed after seed."""

    def __init__(
        self, modules: Sequence[nn.Module], seeds: Sequence[int], device: torch.device
    ) -> None:
        super().__init__()
        plain = deepcopy(modules[0])
        own = _act_by_seed(plain, modules, seeds, device)
        # Kept out of the module tree, so that its tensors are no parameters of the stack.
        self._plain = [plain]
        self._acting = own
        self.every_streams = [streams for one in own for streams in one.every_streams]
        self._seeds = len(modules)
        _hold(self, modules)

    def forward(self, inputs: Tensor) -> Tensor:
        plain = self._plain[0].train(self.training)
        # `unbind` keeps the backward of S slices linear in S; indexing would make it quadratic.
        parameters = {name: tensor.unbind(0) for name, tensor in self.named_parameters()}
        buffers = {name: tensor.unbind(0) for name, tensor in self.named_buffers()}
        outputs = []
        for seed, part in enumerate(inputs.chunk(self._seeds)):
            for layer in self._acting:
                layer.turn = seed
            # Buffers are not copied: a forward may change them.
            state = {name: _aligned(tensors[seed]) for name, tensors in parameters.items()}
            state |= {name: tensors[seed] for name, tensors in buffers.items()}
            outputs.append(functional_call(plain, state, (_aligned(part),)))
        joined: Tensor = _Joined.apply(*outputs)  # type: ignore[no-untyped-call]
        return joined


class BySeed(nn.Module):
    """A layer that acts by a setting of each seed's, with a stream a seed where it draws.

    `turn` is the seed whose network runs.
    """

    def __init__(
        self, layers: Sequence[nn.Module], path: str, seeds: Sequence[int], device: torch.device
    ) -> None:
        super().__init__()
        rule = rule_for(layers[0])
        assert rule is not None
        self.turn = 0
        self.every_streams = [Streams([seed], f"mask/{path}", device) for seed in seeds]
        parts = zip(layers, self.every_streams, strict=True)
        self._layers = [rule([layer], lambda own=own: own) for layer, own in parts]  # type: ignore[misc]

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self._layers[self.turn].train(self.training)(inputs)
        return outputs


class _Joined(torch.autograd.Function):
    """Outputs one after another, whose gradients go back as tensors of their own."""

    @staticmethod
    def forward(ctx: Any, *outputs: Tensor) -> Tensor:
        ctx.count = len(outputs)
        return torch.cat(outputs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        return tuple(_aligned(part) for part in gradients[0].chunk(ctx.count))


def draws(layer: nn.Module) -> bool:
    """Whether a layer is known to draw by a rate `p`: what it draws can belong to its seed."""
    return rule_for(layer) is not None and hasattr(layer, "p")


def _acts(layer: nn.Module) -> bool:
    """Whether it does more than its tensors say: it draws, or adds a term to the objective."""
    return draws(layer) or isinstance(layer, ActivityL1)


def _act_by_seed(
    plain: nn.Module, modules: Sequence[nn.Module], seeds: Sequence[int], device: torch.device
) -> list[BySeed]:
    """Put the counterparts of layers that act by settings of `modules` into `plain`; these."""
    found: list[BySeed] = []
    for path, parent in list(plain.named_modules()):
        for name, child in children_by_place(parent):
            if _acts(child):
                place = f"{path}.{name}".removeprefix(".")
                counterparts = [module.get_submodule(place) for module in modules]
                layer = BySeed(counterparts, place, seeds, device)
                setattr(parent, name, layer)
                found.append(layer)
    return found


def _hold(root: nn.Module, modules: Sequence[nn.Module]) -> None:
    """Register all tensors of the modules below `root` under their names, stacked."""
    for path, plain in modules[0].named_modules():
        counterparts = [module.get_submodule(path) for module in modules]
        holder = _holder(root, path)
        for name, _ in plain.named_parameters(recurse=False):
            tensors = [own.get_parameter(name) for own in counterparts]
            holder.register_parameter(name, stacked_parameter(tensors))
        for name, _ in plain.named_buffers(recurse=False):
            buffers = [own.get_buffer(name) for own in counterparts]
            kept = name not in plain._non_persistent_buffers_set
            holder.register_buffer(name, torch.stack(buffers), persistent=kept)


def _holder(root: nn.Module, path: str) -> nn.Module:
    holder = root
    for name in filter(None, path.split(".")):
        if name not in holder._modules:
            holder.add_module(name, nn.Module())
        holder = holder._modules[name] or holder
    return holder


def _aligned(tensor: Tensor) -> Tensor:
    tensor = tensor.contiguous()
    return tensor if tensor.data_ptr() % ALIGNMENT == 0 else tensor.clone()
