"""What a step may do on any device, tried on torch's `meta` device, which has shapes only.

There a tensor made on the processor by mistake cannot meet the others, and nothing can be read
back: the two mistakes that break training on a GPU, or its recording as a CUDA graph.
"""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch

from regscope.datasets import Dataset
from regscope.stacking import stack
from regscope.stacking.graphs import Recorder
from regscope.training.loop import Trainer, cell_trainer
from regscope.training.places import Place, places_of
from tests import tiny
from tests.regularizers.settings import CELLS, OF_ANY_NETWORK, SETTINGS
from tests.training.in_place import check_in_place

META = torch.device("meta")
MODELS: dict[str, dict[str, Any] | None] = {"dense": None, "cnn": tiny.CONVOLUTIONAL}
APART = ["none", *SETTINGS, "everything", "everything_else"]
"""Every method by itself, and all of them in two goes."""


def of_network(cell: str, model: str) -> str:
    """The kind of network in which the cell is tried: some methods need one of theirs."""
    return model if cell in OF_ANY_NETWORK else "dense"


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack is checked by its outputs, which shapes alone have not."""
    monkeypatch.setattr(stack, "_check_outputs", lambda *_: None)
    monkeypatch.setattr(stack, "_check_randomness", lambda *_: None)


@pytest.mark.parametrize(
    ("conventions", "cell"), [*(("torch", cell) for cell in APART), ("keras", "everything")]
)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.usefixtures("unchecked")
def test_everything_a_step_touches_lies_on_its_device(
    conventions: str, model: str, cell: str, optimizer: str, digits: Dataset
) -> None:
    training = {"conventions": conventions}
    model = of_network(cell, model)
    study = tiny.study(CELLS[cell], optimizer, model=MODELS[model], training=training)
    trainer = cell_trainer(study, study.cells["tested"].methods(), digits, [0, 1], device=META)
    trainer.model.train()
    trainer.update(trainer.train[:, :8])
    found = [*trainer._changed_by_a_step(), *trainer._held_out(), trainer._penalty()]
    assert {tensor.device.type for tensor in found} == {"meta"}


@pytest.mark.usefixtures("unchecked")
def test_a_tensor_on_the_wrong_device_would_be_noticed(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = cell_trainer(tiny.study(), [], digits, [0, 1], device=META)
    monkeypatch.setattr(trainer.examples, "inputs", torch.from_numpy(digits.inputs))
    with pytest.raises(RuntimeError, match="device"):
        trainer.update(trainer.train[:, :8])


@pytest.mark.parametrize(
    ("precision", "cell"), [*(("float32", cell) for cell in APART), ("bfloat16", "everything")]
)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_step_changes_nothing_but_what_it_says_and_in_place(
    precision: str, model: str, cell: str, optimizer: str, digits: Dataset
) -> None:
    """So a recorded step can be tried out and put back, and its replays go on from each other."""
    training = {"precision": precision}
    model = of_network(cell, model)
    study = tiny.study(CELLS[cell], optimizer, model=MODELS[model], training=training)
    check_in_place(tiny.trainer(study, digits, [0, 1]))


@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_so_does_a_step_of_places_that_differ_and_with_a_schedule(
    optimizer: str, digits: Dataset
) -> None:
    cells: list[dict[str, Any]] = [{"l2": 0.1, "ema": 0.5}, {"l1_prox": 0.1}, {"max_norm": 0.5}]
    places: list[Place] = []
    for rate, cell in zip((0.1, 0.1, 0.02), cells, strict=True):
        study = tiny.study(cell, optimizer, training={**tiny.SCHEDULED, "learning_rate": rate})
        places += places_of(study.training, study.cells["tested"].methods(), [0])
    check_in_place(Trainer(tiny.study(), digits, places))


def test_on_a_processor_a_step_is_not_recorded() -> None:
    seen: list[torch.Tensor] = []
    for value in (1.0, 2.0):
        Recorder().run(seen.append, list, torch.tensor([value]))
    assert [tensor.item() for tensor in seen] == [1.0, 2.0]


@pytest.mark.gpu
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("cell", OF_ANY_NETWORK)
@pytest.mark.parametrize("optimizer", tiny.OPTIMIZERS)
def test_a_gpu_trains_as_a_processor_does(
    model: str, cell: str, optimizer: str, digits: Dataset
) -> None:
    training = {"epochs": 2, **({"epsilon": 1e-3} if optimizer == "adam" else {})}
    model = of_network(cell, model)
    study = tiny.study(CELLS[cell], optimizer, model=MODELS[model], training=training)
    methods = study.cells["tested"].methods()
    states = []
    for device in ("cpu", "cuda"):
        trainer = cell_trainer(study, methods, digits, [0, 1], device=torch.device(device))
        trainer.run()
        states.append({name: t.cpu() for name, t in trainer.model.state_dict().items()})
    for name, tensor in states[0].items():
        torch.testing.assert_close(states[1][name], tensor, rtol=1e-3, atol=1e-4)


def test_a_trainer_is_gone_when_nobody_has_it(digits: Dataset) -> None:
    """A worker has room for one stack at a time, and collects no garbage for long stretches."""
    gc.disable()
    try:
        trainer = tiny.trained(tiny.study(CELLS["everything"], "adam"), digits, [0, 1])
        gone = weakref.ref(trainer)
        del trainer
        assert gone() is None
    finally:
        gc.enable()
