"""One seed of a trained cell, with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regscope import results
from regscope.base import paths
from regscope.base.checksums import checked
from regscope.base.errors import RegscopeError
from regscope.base.lines import choose
from regscope.datasets.base import Dataset
from regscope.measures.catalog import Measure, named
from regscope.statistics import Interval, mean_interval
from regscope.study.params import Params, Study

if TYPE_CHECKING:
    from torch import Tensor, nn

AGREEMENT = 1e-6
"""Tables hold accuracies to nine digits. Beside that, another processor's last digits may put one
test example on the edge on the other side."""


@dataclass(frozen=True)
class TrainedSeed:
    """`score` is the accuracy on this seed's `tested` test examples (of sentences, their words), or
    what `measure` says; a network of numbers gives these in their own unit.

    `over_seeds` is the mean score of all `seeds`, with its interval; None where
    metrics/studies does not have as many.
    """

    name: str
    study: Study
    reg: str
    seed: int
    seeds: int
    network: nn.Module
    dataset: Dataset
    score: float
    tested: int
    over_seeds: Interval | None

    @property
    def measure(self) -> Measure:
        return named(self.study.task.measure)

    @property
    def label(self) -> str:
        return f"{self.name}/{self.reg}, seed {self.seed}"

    def examples(self, count: int) -> Tensor:
        """The first test examples, as the network sees them."""
        import torch

        from regscope.datasets.seen import as_seen

        places = self.study.split_of(self.dataset, self.reg, self.seed).holdout[:count]
        return as_seen(torch.from_numpy(self.dataset.inputs[places]), self.dataset.scale)


def trained_seed(params: Params, name: str, reg: str, seed: int) -> TrainedSeed:
    """Read one seed of data/models/<name>/<reg> and measure it on its test examples.

    Raises RegscopeError, in one line, where there is no such study, cell or seed, where it is not
    trained yet, where params.yaml has changed since, and where metrics/studies tells of other
    networks.
    """
    study = params.named(name)
    if reg not in study.cells:
        raise RegscopeError(f"reg {reg}: {choose(study.cells)}")
    state = _state(params, name, reg)
    from regscope.study.networks import in_own_unit

    seeds = len(next(iter(state.values())))
    if not 0 <= seed < seeds:
        raise RegscopeError(f"--seed {seed}: {name}/{reg} has seeds 0 to {seeds - 1}")
    _check_settings(name, study, reg)
    dataset = Dataset.load(paths.prepared(name))
    network = _network(
        study, reg, {key: value[seed : seed + 1] for key, value in state.items()}, dataset
    )
    network = in_own_unit(network, study, reg, dataset, seed)
    score, tested = _tested(study, seed, network, dataset)
    found, measure = results.accuracies(name, reg), named(study.task.measure)
    over = mean_interval(list(found.values())) if set(found) == set(range(seeds)) else None
    if over and abs(found[seed] - score) > 1 / tested + AGREEMENT:
        raise RegscopeError(
            f"{paths.model(name, reg)}: seed {seed} has {measure.phrase} {score:.4f} and"
            f" {found[seed]:.4f} in {paths.summary(name) / paths.SEEDS_FILE}: not the networks of"
            f" these results; bring those back with: dvc checkout, or train again with: dvc exp run"
            f" -S study={name}"
        )
    return TrainedSeed(name, study, reg, seed, seeds, network, dataset, score, tested, over)


def _state(params: Params, name: str, reg: str) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from regscope.study.networks import MODEL_FILE

    file = paths.model(name, reg) / MODEL_FILE
    if not file.exists():
        command = "dvc repro" if name == params.study else f"dvc exp run -S study={name}"
        raise RegscopeError(f"{file}: not trained yet; train it with: {command}")
    try:
        return dict(load_file(checked(file)))
    except SafetensorError as error:
        raise RegscopeError(f"{file}: not whole ({error})") from error


def _network(study: Study, reg: str, state: dict[str, Tensor], dataset: Dataset) -> nn.Module:
    import torch

    from regscope.study.networks import plain_networks

    (network,) = plain_networks(study, reg, state, dataset)
    whole: Any = network
    whole.to(memory_format=torch.contiguous_format)
    return network


def _check_settings(name: str, study: Study, reg: str) -> None:
    """Refuse a cell whose settings are no longer those that its results were made with."""
    written = results.known_settings(name)
    if not written:
        return
    now = study.model_dump(mode="json")
    try:
        before = Study.model_validate(written).model_dump(mode="json")
    except ValidationError:
        raise _changed(f"studies.{name}", name) from None
    for part in ("data", "split", "model", "training"):
        if now[part] != before[part]:
            raise _changed(f"studies.{name}.{part}", name)
    if reg not in before["regularizers"] or now["regularizers"][reg] != before["regularizers"][reg]:
        raise _changed(f"studies.{name}.regularizers.{reg}", name)


def _changed(key: str, name: str) -> RegscopeError:
    return RegscopeError(
        f"params.yaml: {key} has changed since {paths.summary(name)} was made; train again, with:"
        f" dvc exp run -S study={name}"
    )


def _tested(study: Study, seed: int, network: nn.Module, dataset: Dataset) -> tuple[float, int]:
    import torch

    from regscope.evaluation import logits
    from regscope.evaluation.words import counted
    from regscope.measures.predictions import accuracy
    from regscope.tasks.regression import Standard, number_scores

    places = dataset.split(study.split, seed).holdout
    found = logits(network, torch.from_numpy(dataset.inputs[places]), dataset.scale)
    if dataset.quantity is not None:
        targets = dataset.targets[places]
        scores = number_scores(found.double().numpy()[:, 0], targets, Standard.of(targets))
        return scores["r2"], len(targets)
    predicted, labels = counted(found, torch.from_numpy(dataset.targets[places]))
    return accuracy(predicted, labels), len(labels)
