"""PyTorch Lightning: `Trainer.fit` on a TensorDataset and a DataLoader, nothing logged to disk."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from bench.ways import memory, networks
from bench.ways.record import Record, arguments, train_all
from regscope.models.convolutional.vision import torchvision

# Lightning's metrics import torchvision by themselves; this makes that work beside any torch.
torchvision()

import lightning as L  # noqa: E402, N812

TEST_BATCH = 1000


class Classifier(L.LightningModule):  # type: ignore[misc]
    def __init__(self, study: dict[str, Any], methods: dict[str, float]) -> None:
        super().__init__()
        self.training_settings = study["training"]
        self.methods = methods
        self.model = networks.network(study["model"], methods)
        self.accuracies: list[float] = []
        self.hits = 0
        self.tested = 0

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        inputs, labels = batch
        loss = cross_entropy(self.model(inputs), labels)
        term = networks.penalty(self.model, self.methods)
        return loss if term is None else loss + term

    def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
        inputs, labels = batch
        self.hits += int((self.model(inputs).argmax(1) == labels).sum())
        self.tested += len(labels)

    def on_validation_epoch_end(self) -> None:
        self.accuracies.append(self.hits / self.tested)
        self.hits = self.tested = 0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return networks.optimizer(self.model, self.training_settings)


def main() -> None:
    chosen = arguments(__doc__)
    record = Record()
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    # It recommends more loader processes, which two cores do not have.
    warnings.filterwarnings("ignore", module="lightning")
    loaders: list[tuple[Any, Any]] = []

    def train(study: dict[str, Any], methods: dict[str, float], seed: int) -> list[float]:
        torch.manual_seed(seed)
        training = study["training"]
        if not loaders:
            train_data, test_data = memory.load(chosen.data, study)
            size = training["batch_size"]
            loaders.append(
                (
                    DataLoader(TensorDataset(*train_data), batch_size=size, shuffle=True),
                    DataLoader(TensorDataset(*test_data), batch_size=TEST_BATCH),
                )
            )
        model = Classifier(study, methods)
        trainer = L.Trainer(
            max_epochs=training["epochs"],
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
        )
        record.first_step()
        trainer.fit(model, *loaders[0])
        return model.accuracies

    train_all(chosen, record, train)
    record.finish("torch", "lightning")


if __name__ == "__main__":
    main()
