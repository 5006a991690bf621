"""The same search as tutorials write it: Optuna suggests a setting, a loop in torch trains it.

`python -m bench.searching.eager FOLDER WORKER WORKERS` searches every so many methods from the
worker's own on, on one thread.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from bench.searching.job import ARRAYS, JOB
from bench.ways import networks


def main() -> None:
    folder, worker, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    job = json.loads((folder / JOB).read_text())
    with np.load(folder / ARRAYS) as arrays:
        parts = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    settings, best = 0, 0.0
    for arm in job["arms"][worker::workers]:
        sampler = optuna.samplers.TPESampler(seed=0)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.optimize(lambda trial, arm=arm: _tried(trial, arm, job, parts), arm["trials"])  # type: ignore[misc]
        settings += len(study.trials)
        best = max(best, study.best_value)
    print(json.dumps({"settings": settings, "best": best}))


def _tried(
    trial: optuna.Trial, arm: dict[str, Any], job: dict[str, Any], parts: dict[str, Tensor]
) -> float:
    rate = trial.suggest_categorical("learning_rate", arm["rates"])
    methods = {}
    if arm["values"]:
        methods[arm["name"]] = trial.suggest_categorical(arm["name"], arm["values"])
    return max(trained(methods, float(rate), job, parts))


def trained(
    methods: dict[str, float], rate: float, job: dict[str, Any], parts: dict[str, Tensor]
) -> list[float]:
    """The validation accuracy after every epoch."""
    torch.manual_seed(0)
    model = _network(job, methods.get("dropout", 0.0))
    optimizer: torch.optim.Optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    if decay := methods.get("weight_decay"):
        optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    inputs, labels = parts["train_inputs"], parts["train_labels"]
    accuracies = []
    for _ in range(job["epochs"]):
        model.train()
        for chosen in torch.split(torch.randperm(len(inputs)), job["batch_size"]):
            optimizer.zero_grad()
            smoothing = methods.get("label_smoothing", 0.0)
            loss = cross_entropy(model(inputs[chosen]), labels[chosen], label_smoothing=smoothing)
            term = networks.penalty(model, methods)
            loss = loss if term is None else loss + term
            loss.backward()  # type: ignore[no-untyped-call]
            if norm := methods.get("gradient_clipping"):
                nn.utils.clip_grad_norm_(model.parameters(), norm)
            optimizer.step()
        accuracies.append(_accuracy(model, parts))
    return accuracies


def _network(job: dict[str, Any], rate: float) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Flatten()]
    width = job["inputs"]
    for units in job["hidden"]:
        layers += [nn.Linear(width, units), nn.ReLU()]
        layers += [nn.Dropout(rate)] if rate else []
        width = units
    return nn.Sequential(*layers, nn.Linear(width, job["classes"]))


@torch.no_grad()
def _accuracy(model: nn.Module, parts: dict[str, Tensor]) -> float:
    model.eval()
    hits = model(parts["validation_inputs"]).argmax(1) == parts["validation_labels"]
    return float(hits.float().mean())


if __name__ == "__main__":
    main()
