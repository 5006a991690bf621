"""`regscope.measure`: a classifier of one's own, measured as the studies' networks are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from numbers import Integral
from typing import TYPE_CHECKING

from regscope.base.errors import RegscopeError
from regscope.library.measured import Measured, Row
from regscope.measures.catalog import SEEDS, named

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

    from regscope.evaluation.seen import Predictions
    from regscope.library.parameters import Weights
    from regscope.library.passing import Batch, Outputs, Passed

EXAMPLES = 2000

NO_ACTIVATIONS = (
    "no activation module of torch.nn, such as ReLU, gives hidden units; what functions such as"
    " torch.relu give cannot be seen"
)


def measure(
    model: nn.Module | ExportedProgram,
    loader: Iterable[tuple[Tensor, Tensor]],
    *,
    outputs: Outputs = "logits",
    examples: int = EXAMPLES,
) -> Measured:
    """Measure a classifier on batches of (inputs, labels), such as a DataLoader's.

    The model gives logits `[N, C]` for labels `[N]` from 0 to C - 1 (or `[N, T, C]` for `[N, T]`,
    where negative labels do not count); `outputs="probabilities"` says that it ends in a softmax.
    The loader is gone through once. Pruning and hidden units, which pass the network many times,
    are measured on the first `examples` examples.

    The model is passed on its own device in evaluation mode, and is afterwards what it was: modes,
    weights bit for bit, torch's random generators. Nothing is assumed about names of layers.

    Raises RegscopeError, in one line, where the loader gives no examples or no such pairs, the
    model does not give what a classifier gives, or what it gives for an example depends on luck or
    on the rest of the batch.
    """
    from regscope.library.passing import as_module, left_as_found, passed
    from regscope.library.steady import steady

    if not isinstance(examples, Integral):
        raise RegscopeError(f"examples = {examples!r:.100}: must be a whole number of at least 1")
    if examples < 1:
        raise RegscopeError(f"examples = {examples}: must be at least 1")
    if not isinstance(loader, Iterable):
        raise RegscopeError(
            f"loader = {loader!r:.100}: must give batches of (inputs, labels), as a DataLoader does"
        )
    model = as_module(model)
    with left_as_found(model) as device:
        found = passed(model, loader, device, outputs, int(examples))
        few, unmeasured = steady(model, found)
        return _measured(model, replace(found, few=few), outputs, unmeasured)


def _measured(
    model: nn.Module, found: Passed, outputs: Outputs, unmeasured: dict[str, str]
) -> Measured:
    import pandas as pd

    from regscope.evaluation.seen import Predictions
    from regscope.library.parameters import read_weights

    seen = Predictions(found.logits, found.labels)
    weights = read_weights(model)
    layers, of_layers = _of_weights(weights, unmeasured)
    pruning, of_pruning = _of_pruning(model, weights, found.few, outputs, unmeasured)
    units, of_units = _of_units(model, found.few, unmeasured)
    return Measured(
        measures=_of_predictions(seen) | of_layers | of_pruning | of_units,
        layers=pd.DataFrame(layers),
        pruning=pd.DataFrame(pruning),
        units=pd.DataFrame(units),
        reliability=pd.DataFrame([asdict(row) for row in seen.bins]),
        confusion=seen.confusion.numpy(),
        unmeasured=unmeasured,
    )


def _of_predictions(seen: Predictions) -> dict[str, float]:
    from regscope.evaluation.seen import measured

    found = measured(SEEDS, seen)
    return {"examples": len(seen.labels), **{named(name).stem: found[name] for name in found}}


def _of_weights(weights: Weights, unmeasured: dict[str, str]) -> tuple[list[Row], dict[str, float]]:
    import numpy as np

    from regscope.evaluation.inside import layer_rows, weights_together

    fine = {}
    for layer, values in weights.values.items():
        if np.isfinite(values).all() and values.size:
            fine[layer] = values
        else:
            unmeasured[f"weights of {layer}"] = "not all of them are finite numbers"
    if not fine:
        unmeasured["weights"] = "no parameter is a weight of a layer"
        return [], {}
    rows = layer_rows(fine, None)
    together = weights_together(fine, rows)
    for row in rows:
        del row["total_variation"]
    return rows, together


def _of_pruning(
    model: nn.Module,
    weights: Weights,
    few: list[Batch],
    outputs: Outputs,
    unmeasured: dict[str, str],
) -> tuple[list[Row], dict[str, float]]:
    from regscope.library.passing import again
    from regscope.measures.predictions import accuracy, cross_entropy
    from regscope.measures.pruning import prunable_fraction, pruning_area, pruning_curve

    def judge() -> tuple[float, float]:
        logits, labels = again(model, few, outputs)
        return accuracy(logits, labels), cross_entropy(logits, labels)

    for layer in weights.made:
        unmeasured[f"pruning of {layer}"] = (
            "its weights are made anew at every pass (a mask, norm or parametrization of"
            " torch.nn.utils): make them permanent first"
        )
    devices = {parameter.device for parameter in weights.own.values()}
    if len(devices) != 1:
        reason = "weights lie on several devices" if devices else "there are no weights to remove"
        unmeasured["pruning"] = reason
        return [], {}
    rows: list[Row] = list(pruning_curve(list(weights.own.values()), judge))
    fractions = [row["fraction"] for row in rows]
    accuracies = [row["accuracy"] for row in rows]
    return rows, {
        "pruning_area": pruning_area(fractions, accuracies),
        "prunable_fraction": prunable_fraction(fractions, accuracies),
    }


def _of_units(
    model: nn.Module, few: list[Batch], unmeasured: dict[str, str]
) -> tuple[list[Row], dict[str, float]]:
    from regscope.evaluation.inside import unit_rows, units_together
    from regscope.library.activations import hidden_units

    seen, refused = hidden_units(model, few)
    unmeasured |= refused
    if not seen:
        unmeasured["units"] = NO_ACTIVATIONS
        if refused:
            first = next(iter(refused))
            unmeasured["units"] = f"none of the activation modules can be read: see `{first}`"
        return [], {}
    rows = unit_rows(seen)
    return rows, units_together(rows)
