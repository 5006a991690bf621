"""What is inside a trained network: its weights, hidden units, and what pruning leaves of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from torch import Tensor, nn

from regscope.evaluation.passes import judge_from
from regscope.evaluation.row import Row
from regscope.measures.filters import are_filters, total_variation
from regscope.measures.pruning import prunable_fraction, pruning_area, pruning_curve
from regscope.measures.spectrum import full_rank, spectral_measures
from regscope.measures.units import UNIT_MEASURES, unit_measures
from regscope.measures.weights import (
    MOST_LAYERS_ALONE,
    WEIGHT_MEASURES,
    joined_measures,
    weight_measures,
)
from regscope.models import weights as rule

ALL = "all"

LAYER_COLUMNS = ("layer", *WEIGHT_MEASURES, "spectral_norm", "stable_rank", "total_variation")
UNIT_COLUMNS = ("layer", *UNIT_MEASURES)
PRUNING_COLUMNS = ("scope", "fraction", "accuracy", "loss")


def weights_of(network: nn.Module) -> dict[str, np.ndarray]:
    """`{layer: weights}` of the weights that penalties act on, in order of the network."""
    found = rule.weights_of(network)
    return {rule.layer_of(name): weight.detach().numpy() for name, weight in found.items()}


def layer_rows(weights: Mapping[str, np.ndarray], pictures: tuple[int, ...] | None) -> list[Row]:
    """Every layer's measures; the first one's total variation if its inputs are `pictures` and its
    weights can be seen as such."""
    rows: list[Row] = [
        {
            "layer": layer,
            **weight_measures(values),
            **spectral_measures(values),
            "total_variation": math.nan,
        }
        for layer, values in weights.items()
    ]
    first = next(iter(weights.values()), None)
    if first is not None and pictures and are_filters(first, pictures):
        rows[0]["total_variation"] = total_variation(first, pictures)
    return rows


def weights_together(weights: Mapping[str, np.ndarray], rows: Sequence[Row]) -> dict[str, float]:
    """`joined_measures` as `weight_*`, and its fractions as they are called.

    `stable_rank_fraction` is the mean over layers of stable rank over the largest possible. All
    are nan of a network without weights.
    """
    joined = dict.fromkeys(WEIGHT_MEASURES, math.nan)
    if rows:
        joined = joined_measures(list(weights.values()))
    measures = {
        name if name.endswith("_fraction") else f"weight_{name}": value
        for name, value in joined.items()
    }
    measures["stable_rank_fraction"] = _mean(
        [
            row["stable_rank"] / full_rank(values)
            for row, values in zip(rows, weights.values(), strict=True)
        ]
    )
    smoothness: float = rows[0]["total_variation"] if rows else math.nan
    if not math.isnan(smoothness):
        measures["filter_total_variation"] = smoothness
    return measures


def unit_rows(activations: Mapping[str, Tensor]) -> list[Row]:
    return [{"layer": layer, **unit_measures(seen)} for layer, seen in activations.items()]


def units_together(rows: Sequence[Row]) -> dict[str, float]:
    """Means over hidden layers; of dead units, the share of all. Empty where there are none."""
    units = sum(row["units"] for row in rows)
    dead = math.fsum(row["dead_fraction"] * row["units"] for row in rows)
    return {
        "unit_correlation": _mean([row["correlation"] for row in rows]),
        "effective_rank_fraction": _mean([row["effective_rank"] / row["units"] for row in rows]),
        "dead_unit_fraction": dead / units if rows else math.nan,
        "mean_activation": _mean([row["mean_activation"] for row in rows]),
    }


def _mean(values: Sequence[float]) -> float:
    """Of those that are there; nan if none is."""
    found = [value for value in values if not math.isnan(value)]
    return math.fsum(found) / len(found) if found else math.nan


def pruning_rows(network: nn.Module, inputs: Tensor, labels: Tensor) -> list[Row]:
    """The pruning curves of all layers together (`all`) and of every layer by itself.

    Of a network with more than MOST_LAYERS_ALONE layers only the first; of one without any none.
    """
    found = rule.weights_of(network)
    layers = {rule.layer_of(name): weight for name, weight in found.items()}
    if not layers:
        return []
    scopes = [(ALL, list(layers))]
    if len(layers) <= MOST_LAYERS_ALONE:
        scopes += [(layer, [layer]) for layer in layers]
    rows: list[Row] = []
    for scope, pruned in scopes:
        judge = judge_from(network, pruned[0], inputs, labels)
        curve = pruning_curve([layers[layer] for layer in pruned], partial(judge, network))
        rows.extend({"scope": scope, **row} for row in curve)
    return rows


def pruning_together(rows: Sequence[Row]) -> dict[str, float]:
    """Area and prunable fraction of the curve of all layers together; nan where there is none."""
    curve = [row for row in rows if row["scope"] == ALL]
    if not curve:
        return {"pruning_area": math.nan, "prunable_fraction": math.nan}
    fractions = [row["fraction"] for row in curve]
    accuracies = [row["accuracy"] for row in curve]
    return {
        "pruning_area": pruning_area(fractions, accuracies),
        "prunable_fraction": prunable_fraction(fractions, accuracies),
    }
