"""Optimizers over stacked parameters: all updates are elementwise, so seeds stay apart.

The updates are those of torch's optimizers, step by step. Torch's own classes load its compiler
on first use, which takes as long as training a small cell. What changes from step to step is
kept in tensors from the start, so that a recorded CUDA graph counts on.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from regscope.regularizers.step import Places
from regscope.study.training import SGDTraining, Training
from regscope.training.adam import Adam
from regscope.training.optimizer import Felt, Optimizer
from regscope.training.rates import Rates
from regscope.training.sgd import SGD


def make_optimizer(
    settings: Training,
    parameters: Iterable[nn.Parameter],
    felt: Felt = (),
    places: Places = None,
    rates: Rates | None = None,
) -> Optimizer:
    if isinstance(settings, SGDTraining):
        return SGD(parameters, settings, felt, places, rates)
    return Adam(parameters, settings, felt, places, rates)
