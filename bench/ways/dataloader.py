"""The loop of torch's tutorials: torchvision's MNIST, ToTensor, DataLoader, autograd."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from bench.ways import networks
from bench.ways.record import Record, arguments, train_all
from regscope.models.convolutional.vision import torchvision

TEST_BATCH = 1000


def main() -> None:
    chosen = arguments(__doc__)
    record = Record()
    vision = torchvision()
    from torchvision import datasets, transforms

    assert vision.datasets is datasets
    to_tensor = transforms.ToTensor()
    train_data = datasets.MNIST(str(chosen.data), train=True, transform=to_tensor)
    test_data = datasets.MNIST(str(chosen.data), train=False, transform=to_tensor)

    def train(study: dict[str, Any], methods: dict[str, float], seed: int) -> list[float]:
        torch.manual_seed(seed)
        training = study["training"]
        model = networks.network(study["model"], methods)
        optimizer = networks.optimizer(model, training)
        loss_of = nn.CrossEntropyLoss()
        loader: Any = DataLoader(train_data, batch_size=training["batch_size"], shuffle=True)
        test_loader: Any = DataLoader(test_data, batch_size=TEST_BATCH)
        accuracies = []
        record.first_step()
        for _ in range(training["epochs"]):
            model.train()
            for inputs, labels in loader:
                optimizer.zero_grad()
                loss = loss_of(model(inputs), labels)
                term = networks.penalty(model, methods)
                if term is not None:
                    loss = loss + term
                loss.backward()
                optimizer.step()
            accuracies.append(_accuracy(model, test_loader))
        return accuracies

    train_all(chosen, record, train)
    record.finish("torch", "torchvision")


@torch.no_grad()
def _accuracy(model: nn.Module, loader: Any) -> float:
    model.eval()
    correct = 0
    for inputs, labels in loader:
        correct += int((model(inputs).argmax(1) == labels).sum())
    return correct / len(loader.dataset)


if __name__ == "__main__":
    main()
