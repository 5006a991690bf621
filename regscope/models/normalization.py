"""The mark of batch normalizations whose running variance is kept as Keras keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError

if TYPE_CHECKING:
    from torch import nn

BIASED = "biased_variance"
"""The attribute that marks a layer."""


def keep_biased_variance(network: nn.Module) -> None:
    """Mark the batch normalizations of a plain network.

    Keras's running variance is of the batches' own variances, sums of squares over n; torch divides
    by n - 1. What a batch is normalized by is the former in both, and in evaluation there is no
    difference. The layers stay torch's: training asks for the mark.

    Raises RegscopeError where a layer is normalized by a class that training does not know.
    """
    from torch import nn

    for name, layer in network.named_modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            if type(layer) not in (nn.BatchNorm1d, nn.BatchNorm2d):
                raise RegscopeError(
                    f"training.conventions = keras: not known of {name}, a {type(layer).__name__};"
                    " choose torch"
                )
            setattr(layer, BIASED, True)


def has_biased_variance(layer: nn.Module) -> bool:
    return bool(getattr(layer, BIASED, False))
