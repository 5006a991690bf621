"""Passes through a network in evaluation mode, in batches of bounded memory."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from regscope.datasets.base import PADDING_WORD
from regscope.datasets.seen import are_words, as_seen
from regscope.evaluation.words import counted
from regscope.measures.predictions import accuracy, cross_entropy

BATCH = 1000
# The maps of so few pictures stay in a processor's cache: three times as fast as 1000 at once.
CONVOLVED = 32
SENTENCES = 50
# What is kept of one pass for the passes that follow.
KEPT_BYTES = 256 * 2**20

Judge = Callable[[nn.Module], tuple[float, float]]


@torch.no_grad()
def logits(network: nn.Module, inputs: Tensor, scale: float = 1.0) -> Tensor:
    """Logits `[N, C]` of stored inputs `[N, ...]`, which times `scale` a network sees.

    Of sentences `[N, T]` they are `[N, T, C]`, zeros where there is no word.
    """
    if are_words(inputs):
        return _of_sentences(network, inputs)
    size = CONVOLVED if _convolves(network) else BATCH
    return torch.cat([network(as_seen(batch, scale)) for batch in torch.split(inputs, size)])


def _convolves(network: nn.Module) -> bool:
    return any(isinstance(layer, nn.Conv2d) for layer in network.modules())


def _of_sentences(network: nn.Module, sentences: Tensor) -> Tensor:
    """By length: a batch takes as long as its longest sentence."""
    found: Tensor | None = None
    order = (sentences != PADDING_WORD).sum(1).argsort(stable=True)
    for places in torch.split(order, SENTENCES):
        passed = network(sentences[places])
        if found is None:
            found = passed.new_empty(len(sentences), *passed.shape[1:])
        found[places] = passed
    assert found is not None
    return found


def judge_from(network: nn.Module, layer: str, inputs: Tensor, labels: Tensor) -> Judge:
    """A judge of (accuracy, loss) of networks that differ from this one in or after `layer`.

    In a chain of layers what lies before `layer` gives the same every time, so it is passed once
    where what enters the layer takes at most KEPT_BYTES; otherwise, as any other network is, the
    network is passed as a whole.
    """
    names = [name for name, _ in network.named_children()]
    if type(network) is not nn.Sequential or layer not in names:
        return _judge_of_all(inputs, labels)
    if _entering(network, layer, inputs[:1]).nbytes * len(inputs) > KEPT_BYTES:
        return _judge_of_all(inputs, labels)
    start = names.index(layer)
    entering = _entering(network, layer, inputs)

    def judge(changed: nn.Module) -> tuple[float, float]:
        rest = list(changed.children())[start:]
        acting = [step for step in rest if not isinstance(step, nn.Identity)]
        return _judged(logits(nn.Sequential(*acting), entering), labels)

    return judge


def _judge_of_all(inputs: Tensor, labels: Tensor) -> Judge:
    return lambda changed: _judged(logits(changed, inputs), labels)


def _judged(found: Tensor, labels: Tensor) -> tuple[float, float]:
    found, labels = counted(found, labels)
    return accuracy(found, labels), cross_entropy(found, labels)


def _entering(network: nn.Module, layer: str, inputs: Tensor) -> Tensor:
    """What enters `layer` for `inputs`, `[N, ...]`."""
    seen: list[Tensor] = []
    handle = network.get_submodule(layer).register_forward_pre_hook(
        lambda _, arguments: seen.append(arguments[0])
    )
    try:
        logits(network, inputs)
    finally:
        handle.remove()
    return torch.cat(seen)
