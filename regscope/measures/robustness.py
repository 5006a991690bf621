"""How much a network's loss depends on small changes of its inputs."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

BATCH = 1000


def input_gradient_norm(network: nn.Module, inputs: Tensor, labels: Tensor) -> float:
    """The mean over examples of `||d loss / d input||_2`, the loss being the cross-entropy.

    Inputs `[N, ...]` as the network sees them (pictures in [0, 1]), labels `[N]`. It is what
    gradient regularization holds down (Drucker and LeCun 1992, "Improving generalization
    performance using double backpropagation"). Examples must not act on each other: the network
    is in evaluation mode.
    """
    total = 0.0
    for batch, wanted in zip(torch.split(inputs, BATCH), torch.split(labels, BATCH), strict=True):
        seen = batch.detach().requires_grad_()
        # A sum over examples, so that each example's gradient is that of its own loss.
        loss = functional.cross_entropy(network(seen), wanted, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, seen)
        total += gradient.flatten(1).norm(dim=1).double().sum().item()
    return total / len(inputs)


def word_gradient_norm(network: nn.Module, words: Tensor, labels: Tensor) -> float:
    """The mean over words of `||d loss / d embedded word||_2`, the loss being the sentence's.

    That is the sum of its words' cross-entropies: a word may act on the tags of others. Ids and
    labels `[N, T]`, negative where no word stands; the network has a layer `embedding`. How long
    an embedding is counts too: what halves all of them doubles their gradients.
    """
    embedded: list[Tensor] = []

    def replace(_: nn.Module, __: tuple[Tensor, ...], found: Tensor) -> Tensor:
        embedded.append(found.detach().requires_grad_())
        return embedded[-1]

    total = 0.0
    handle = network.get_submodule("embedding").register_forward_hook(replace)
    try:
        for batch, wanted in zip(
            torch.split(words, BATCH), torch.split(labels, BATCH), strict=True
        ):
            there = wanted >= 0
            logits = network(batch)[there]
            loss = functional.cross_entropy(logits, wanted[there], reduction="sum")
            (gradient,) = torch.autograd.grad(loss, embedded.pop())
            total += gradient.norm(dim=2).double().sum().item()
    finally:
        handle.remove()
    return total / int((labels >= 0).sum())
