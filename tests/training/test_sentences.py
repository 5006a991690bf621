"""Taggers in the real training loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from regscope.datasets import Dataset
from regscope.datasets.base import NO_TARGET, PADDING_WORD
from regscope.engine.survey import gains_from_stacking, seed_bytes
from regscope.stacking import stack
from regscope.training.loop import Trainer, cell_trainer
from tests import sentences, tiny
from tests.regularizers.settings import CELLS, of_data
from tests.training.in_place import check_in_place


def padded(dataset: Dataset, places: int) -> Dataset:
    """The same sentences with more padding."""
    width = ((0, 0), (0, places))
    return Dataset(
        kind="tokens",
        inputs=np.pad(dataset.inputs, width, constant_values=PADDING_WORD),
        targets=np.pad(dataset.targets, width, constant_values=NO_TARGET),
        classes=dataset.classes,
        official_train=dataset.official_train,
        words=dataset.words,
    )


@pytest.mark.parametrize("cell", sorted(of_data("tokens").keys() - {"augmentation"}))
def test_more_padding_changes_no_bit_of_a_training(cell: str) -> None:
    """Masks and augmentation draw for the places that a batch needs; a new place shifts none.

    Augmentation draws for every place that is stored, so it alone is left out.
    """
    methods = {name: value for name, value in CELLS[cell].items() if name != "augmentation"}
    study, dataset = sentences.study(methods), sentences.language()
    plain = tiny.trained(study, dataset, [1])
    more = tiny.trained(study, padded(dataset, 5), [1])
    assert tiny.differences(more.model.state_dict(), plain.model.state_dict()) == {}
    torch.testing.assert_close(more.history, plain.history)


def test_it_learns_the_language() -> None:
    study = sentences.study(epochs=40)
    trainer = tiny.trained(study, sentences.language(), [0, 1])
    assert (trainer.history[2, :, -1] > 0.97).all()


@pytest.mark.parametrize("cell", ["none", "l1_prox", "batch_norm"])
def test_a_seed_trains_alike_alone_and_in_a_stack(cell: str) -> None:
    """To rounding, and without draws, which depend on the longest sentence of all seeds.

    Adam would make steps of the rounding errors of a bias that batch normalization takes out.
    """
    study = sentences.study(CELLS[cell], optimizer="sgd", learning_rate=0.5)
    dataset = sentences.language()
    together = tiny.trained(study, dataset, [0, 1, 2])
    alone = tiny.trained(study, dataset, [1])
    for name, found in together.model.state_dict().items():
        expected = alone.model.state_dict()[name][0]
        torch.testing.assert_close(found[1], expected, rtol=1e-4, atol=1e-5)


def test_training_goes_on_bit_for_bit() -> None:
    study, dataset = sentences.study({"dropout": 0.3, "batch_norm": True}), sentences.language()
    whole = tiny.trained(study, dataset, [0])
    stopped = tiny.trainer(study, dataset, [0])

    class StoppedError(Exception):
        pass

    def stop(trainer: Trainer) -> None:
        if trainer.epoch == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        stopped.run(stop)
    resumed = tiny.trainer(study, dataset, [0])
    resumed.resume(stopped.state())
    resumed.run()
    assert tiny.differences(resumed.model.state_dict(), whole.model.state_dict()) == {}


def test_a_processor_trains_its_seeds_one_after_another() -> None:
    dataset = sentences.language()
    taken, network = seed_bytes(sentences.study(), [], dataset, 10**9)
    assert not gains_from_stacking(network)
    weights = sum(parameter.nbytes for parameter in network.parameters())
    assert 5 * weights < taken < 10**8


def test_memory_is_that_of_the_longest_sentences() -> None:
    """Whatever order they come in: a batch takes as much as its longest does."""
    dataset = sentences.language(longest=60)
    lengths = (dataset.targets >= 0).sum(1)
    assert lengths[:4].min() < 60
    turned = Dataset(
        kind="tokens",
        inputs=dataset.inputs[::-1].copy(),
        targets=dataset.targets[::-1].copy(),
        classes=dataset.classes,
        official_train=dataset.official_train,
        words=dataset.words,
    )
    study = sentences.study()
    assert seed_bytes(study, [], turned, 10**9)[0] == seed_bytes(study, [], dataset, 10**9)[0]


@pytest.mark.parametrize("cell", of_data("tokens"))
def test_everything_a_step_touches_lies_on_its_device(
    cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the `meta` device, as in test_device.py: nothing is read back, and shapes are static."""
    monkeypatch.setattr(stack, "_check_outputs", lambda *_: None)
    monkeypatch.setattr(stack, "_check_randomness", lambda *_: None)
    study, meta = sentences.study(CELLS[cell]), torch.device("meta")
    methods = study.cells["tested"].methods()
    trainer = cell_trainer(study, methods, sentences.language(), [0, 1], device=meta)
    trainer.model.train()
    trainer.update(trainer.train[:, :8])
    found = [*trainer._changed_by_a_step(), *trainer._held_out(), trainer._penalty()]
    assert {tensor.device.type for tensor in found} == {"meta"}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("cell", ["none", "everything"])
def test_a_step_changes_what_it_says_in_place(cell: str, precision: str) -> None:
    study = sentences.study(CELLS[cell], precision=precision)
    check_in_place(tiny.trainer(study, sentences.language(), [0, 1]))


@pytest.mark.gpu
@pytest.mark.parametrize("cell", of_data("tokens"))
def test_a_gpu_trains_as_a_processor_does(cell: str) -> None:
    """Without dropout masks and augmentation, which draw for other places there."""
    left_out = ("dropout", "augmentation")
    methods = {name: value for name, value in CELLS[cell].items() if name not in left_out}
    study = sentences.study(methods, optimizer="sgd", learning_rate=0.5)
    states = []
    for device in ("cpu", "cuda"):
        acting = study.cells["tested"].methods()
        where = torch.device(device)
        trainer = cell_trainer(study, acting, sentences.language(), [0, 1], device=where)
        trainer.run()
        states.append({name: t.cpu() for name, t in trainer.model.state_dict().items()})
    for name, tensor in states[0].items():
        torch.testing.assert_close(states[1][name], tensor, rtol=1e-3, atol=1e-4)
