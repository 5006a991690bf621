"""Train candidate cells without the validation examples, and measure them on these and on test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regscope.base import paths
from regscope.base.complaints import one_line
from regscope.base.environment import environment
from regscope.base.errors import RegscopeError
from regscope.engine.cell import train_cells
from regscope.measures.catalog import PATHS, PRIMARY, VALIDATION
from regscope.measures.weights import joined_measures
from regscope.study.params import BASELINE, Study

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from regscope.datasets import Dataset
    from regscope.datasets.base import Holdout

Row = dict[str, float]

_OF_WEIGHTS = [measure for measure in PATHS if measure.part == "weights"]

WEIGHTS = {measure.name: measure.name.removeprefix("weight_") for measure in _OF_WEIGHTS}
"""Columns of paths.csv, and what `joined_measures` calls them."""

PREDICTED = tuple(
    measure.name
    for measure in sorted(PATHS, key=lambda measure: not measure.primary)
    if measure not in (*_OF_WEIGHTS, *VALIDATION)
)


@dataclass(frozen=True)
class Measured:
    """`rows` holds one row a seed for every cell; `environment` is what they were made with."""

    environment: dict[str, str]
    rows: dict[str, list[Row]]


def candidates(study: Study, cells: Mapping[str, Mapping[str, Any]], seeds: int) -> Study:
    """The study with `none` and `cells` (`{name: {method: settings}}`) in place of its own.

    Raises RegscopeError: one line that names the cell's key, its value and what is allowed.
    """
    raw: dict[str, Any] = study.model_dump(mode="json", exclude={"regularizers"})
    raw["training"]["seeds"] = seeds
    raw["regularizers"] = {BASELINE: {}, **cells}
    try:
        return Study.model_validate(raw)
    except ValidationError as error:
        raise RegscopeError(one_line(error, raw)) from error


def train_and_measure(name: str, study: Study, label: str) -> Measured:
    """Every cell of `study` on the prepared data of the study `name`.

    The networks never see the validation examples, on which a strength is chosen, nor the test
    examples, on which the chosen one is judged.

    Raises what `train_cells` raises.
    """
    trained = train_cells(study, list(study.cells), paths.prepared(name), label, "validation")

    import torch

    from regscope.arithmetic import settle
    from regscope.arithmetic.functions import portable_functions
    from regscope.datasets import Dataset
    from regscope.models.weights import weights_of
    from regscope.stacking.allocator import keep_freed_memory
    from regscope.study.networks import plain_networks

    # One thread: sums are then the same however many cores there are.
    torch.set_num_threads(1)
    keep_freed_memory()
    lacking = settle(study.training.arithmetic)
    dataset = Dataset.load(paths.prepared(name))
    rows = {}
    with portable_functions():
        for reg, cell in trained.items():
            state = {tensor: torch.from_numpy(values) for tensor, values in cell.state.items()}
            networks = plain_networks(study, reg, state, dataset)
            stacked = {name: cell.state[name] for name in weights_of(networks[0])}
            rows[reg] = [
                {"seed": seed, **prediction_measures(network, dataset, study, seed), **weights}
                for seed, network, weights in zip(
                    cell.seeds, networks, weight_measures(stacked), strict=True
                )
            ]
    one = next(iter(trained.values()))
    arithmetic = "not portable" if lacking else one.arithmetic
    return Measured(environment(one.device, study.training.precision, arithmetic), rows)


def prediction_measures(network: nn.Module, dataset: Dataset, study: Study, seed: int) -> Row:
    """What `PREDICTED` names, and on validation all that a strength may be chosen by.

    `train_accuracy` is of the examples that trained, `expected_calibration_error` of the test
    examples.
    """
    import torch

    from regscope.evaluation import predicted
    from regscope.evaluation.passes import logits
    from regscope.evaluation.seen import Predictions, measured
    from regscope.evaluation.words import counted

    def passed(indices: np.ndarray, part: Holdout = "validation") -> tuple[Tensor, Tensor]:
        inputs = torch.from_numpy(dataset.inputs[indices])
        found = logits(network, inputs, dataset.scale)
        return counted(found, torch.from_numpy(dataset.targets_of(part)[indices]))

    inside = dataset.split(study.split, seed, "validation")
    train, held = passed(inside.train), Predictions(*passed(inside.holdout))
    test = Predictions(*passed(dataset.split(study.split, seed).holdout, "test"))
    validated = measured(PRIMARY, held)
    measures = predicted.prediction_measures(*train, test)
    return {
        **{one.on_validation: validated[one.name] for one in PRIMARY if one.name in validated},
        **{name: measures[name] for name in PREDICTED},
    }


def weight_measures(weights: Mapping[str, np.ndarray]) -> list[Row]:
    """Of stacked weights `{name: [S, ...]}`, all layers' together, one row a seed."""
    layers = list(weights.values())
    seeds = [joined_measures([layer[seed] for layer in layers]) for seed in range(len(layers[0]))]
    return [{column: measures[name] for column, name in WEIGHTS.items()} for measures in seeds]
