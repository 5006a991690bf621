"""What a trained network shows, and the measures that are functions of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from inspect import signature

import numpy as np
from torch import Tensor, nn

from regscope.measures.calibration import Bin, reliability
from regscope.measures.catalog import Measure
from regscope.measures.predictions import confusion_matrix


@dataclass(frozen=True)
class Predictions:
    """Of examples (or words) with `labels` `[N]`: `logits` and `probabilities` `[N, C]`, counts
    `confusion` `[C, C]`, and `bins` of confidence."""

    logits: Tensor
    labels: Tensor

    @cached_property
    def probabilities(self) -> Tensor:
        return self.logits.double().softmax(1)

    @cached_property
    def confusion(self) -> Tensor:
        return confusion_matrix(self.logits.argmax(1), self.labels, self.logits.shape[1])

    @cached_property
    def bins(self) -> list[Bin]:
        return reliability(self.probabilities, self.labels)


@dataclass(frozen=True)
class Seen(Predictions):
    """Of a network and the test examples, all of them.

    `weights`, `{layer: [...]}`, are those that penalties act on. Of the first test examples, as
    many as `evaluation.examples` says: `few_inputs` `[n, ...]` as the network takes them,
    `few_labels` `[n, ...]`, and `activations`, `{layer: [n, U]}`, of hidden units.
    """

    network: nn.Module
    weights: Mapping[str, np.ndarray]
    activations: Mapping[str, Tensor]
    few_inputs: Tensor
    few_labels: Tensor


KNOWN = {*dir(Seen), *Seen.__annotations__, *Predictions.__annotations__}
"""What a measure's function may ask for."""


def measured(measures: Iterable[Measure], seen: Predictions) -> dict[str, float]:
    """`{name: value}` of those measures that are functions of what was `seen`, in their order.

    A function is given what its parameters name. Left out is one that asks for more than was seen,
    and one that gives None, since such data does not have it. Raises TypeError for a parameter
    that nothing here ever is.
    """
    found = {}
    for measure in measures:
        if not measure.function:
            continue
        function = function_of(measure)
        asked = signature(function).parameters
        if unknown := set(asked) - KNOWN:
            raise TypeError(f"{measure.function}: asks for {', '.join(sorted(unknown))}")
        if set(asked) <= set(dir(seen)):
            value = function(**{name: getattr(seen, name) for name in asked})
            if value is not None:
                found[measure.name] = float(value)
    return found


def function_of(measure: Measure) -> Callable[..., float | None]:
    module, _, name = measure.function.rpartition(".")
    function: Callable[..., float | None] = getattr(
        import_module(f"regscope.measures.{module}"), name
    )
    return function
