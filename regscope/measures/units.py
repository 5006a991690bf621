"""Measures of hidden units: what they do over many examples, and how much alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from regscope.datasets.base import PADDING_WORD
from regscope.datasets.seen import are_words, as_seen

BATCH = 1000
# A spread this small beside the largest value is what single precision leaves of a constant.
NEGLIGIBLE = 1e-6
# Units that leave 0 on a smaller share of the examples say nothing about others: correlations
# with them are small because of the few examples, whatever the unit does there.
SELDOM = 0.01


UNITS_LAST = (nn.Linear, nn.Embedding, nn.LayerNorm, nn.MultiheadAttention, nn.RNNBase)
"""Layers whose units are the last axis of what they give."""

UNIT_MEASURES = ("units", "correlation", "effective_rank", "dead_fraction", "mean_activation")
"""What `unit_measures` gives, in its order."""


def unit_measures(activations: Tensor) -> dict[str, float]:
    """Measures of the hidden units whose activations on N examples are `[N, U]`.

    `units`: U. `mean_activation`: over examples and units. `dead_fraction`: the share of units
    that are above 0 on no example, which is a measure of ReLU and its like; a unit of tanh hardly
    ever is dead by it. `correlation`: the mean of |Pearson correlation| over pairs of units; nan
    with fewer than two. Left out are units that are constant (dead ReLU units are), since theirs
    is not defined, and those that are exactly 0 on all but less than 1 % of the examples, which
    would make any layer look uncorrelated; units that never rest at 0, as those of tanh, all
    count. Strong correlation is one sign of co-adaptation (Hinton et al. 2012, "Improving neural
    networks by preventing co-adaptation of feature detectors").
    `effective_rank`: see `effective_rank`, of the activations less each unit's mean; at most N - 1.
    """
    values = activations.double()
    centred = values - values.mean(0)
    spread = centred.square().mean(0).sqrt()
    varying = spread > NEGLIGIBLE * values.abs().amax(0)
    often = (values != 0).sum(0).double() / len(values) >= SELDOM
    centred = centred[:, varying]
    gram = centred.T @ centred
    counted = often[varying]
    return {
        "units": values.shape[1],
        "correlation": _mean_correlation(gram[counted][:, counted]),
        "effective_rank": effective_rank(torch.linalg.eigvalsh(gram).clamp(min=0).sqrt()),
        "dead_fraction": (values.amax(0) <= 0).double().mean().item(),
        "mean_activation": values.mean().item(),
    }


def _mean_correlation(gram: Tensor) -> float:
    """The mean of |correlation| over pairs, from the scalar products of centred units `[U, U]`."""
    units = len(gram)
    if units < 2:
        return math.nan
    norms = gram.diagonal().sqrt()
    correlations = (gram / norms / norms[:, None]).abs().clamp(max=1)
    return (correlations.triu(1).sum() / (units * (units - 1) / 2)).item()


def effective_rank(singular_values: Tensor) -> float:
    """`exp(-sum(p * log(p)))` with `p` the singular values `[n]` divided by their sum.

    Roy and Vetterli 2007, "The effective rank: a measure of effective dimensionality": k where k
    singular values are equal and the others 0. 0 where all are 0. Values below NEGLIGIBLE times
    the largest count as 0.
    """
    if not len(singular_values) or singular_values.max() == 0:
        return 0.0
    kept = singular_values[singular_values > NEGLIGIBLE * singular_values.max()]
    shares = kept / kept.sum()
    return math.exp(-(shares * shares.log()).sum().item())


@torch.no_grad()
def hidden_activations(
    network: nn.Module, names: Sequence[str], inputs: Tensor, scale: float
) -> dict[str, Tensor]:
    """`{name: [N, units]}`: what leaves the named layers for stored inputs `[N, ...]` * `scale`.

    `names` are layers with slots; what is taken is what enters `<name>_dropout`: after the
    normalization, activation and pooling, before dropout. A convolution's units are its channels,
    each averaged over its map; a dense layer's, an attention's or a recurrence's are its last axis,
    averaged over places; of sentences every word counts, `[words, units]`. The network has to be in
    evaluation mode, so that no earlier dropout acts.
    """
    seen: dict[str, list[Tensor]] = {name: [] for name in names}

    def keep(_: nn.Module, arguments: tuple[Tensor, ...], *, name: str) -> None:
        units = arguments[0]
        if are_words(inputs):
            # Networks leave out places that no sentence of a batch reaches.
            units = units[there[:, : units.shape[1]]]
        elif isinstance(network.get_submodule(name), UNITS_LAST):
            units = units.movedim(-1, 1)
        seen[name].append(units.flatten(2).mean(2) if units.ndim > 2 else units)

    handles = [
        network.get_submodule(f"{name}_dropout").register_forward_pre_hook(partial(keep, name=name))
        for name in names
    ]
    try:
        for batch in torch.split(inputs, BATCH):
            there = batch != PADDING_WORD
            network(as_seen(batch, scale))
    finally:
        for handle in handles:
            handle.remove()
    return {name: torch.cat(parts) for name, parts in seen.items()}
