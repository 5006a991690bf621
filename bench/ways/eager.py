"""A loop over tensors in memory: slices by index, autograd, a torch optimizer."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from bench.ways import memory, networks
from bench.ways.record import Record, arguments, train_all

TEST_BATCH = 500


def main() -> None:
    chosen = arguments(__doc__)
    record = Record()
    pictures: dict[tuple[int | None, int | None], tuple[memory.Pictures, memory.Pictures]] = {}

    def train(study: dict[str, Any], methods: dict[str, float], seed: int) -> list[float]:
        torch.manual_seed(seed)
        training = study["training"]
        sizes = study["split"].get("train"), study.get("tests")
        if sizes not in pictures:
            pictures[sizes] = memory.load(chosen.data, study)
        (inputs, labels), test = pictures[sizes]
        model = networks.network(study["model"], methods)
        optimizer = networks.optimizer(model, training)
        accuracies = []
        record.first_step()
        for _ in range(training["epochs"]):
            model.train()
            for indices in torch.split(torch.randperm(len(inputs)), training["batch_size"]):
                optimizer.zero_grad()
                loss = cross_entropy(model(inputs[indices]), labels[indices])
                term = networks.penalty(model, methods)
                if term is not None:
                    loss = loss + term
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
            accuracies.append(_accuracy(model, test))
        return accuracies

    train_all(chosen, record, train)
    record.finish("torch")


@torch.no_grad()
def _accuracy(model: nn.Module, test: memory.Pictures) -> float:
    model.eval()
    batches = zip(*(torch.split(values, TEST_BATCH) for values in test), strict=True)
    hits = sum(int((model(inputs).argmax(1) == labels).sum()) for inputs, labels in batches)
    return hits / len(test.labels)


if __name__ == "__main__":
    main()
