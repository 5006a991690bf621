"""A trainer that shares no code with regscope's: one seed at a time, plain torch throughout.

It follows the documentation: streams by hashing `seed/purpose/epoch`, masks from 16 bits a unit,
penalties in Keras's convention on weight matrices, torch's own layers and optimizers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


def stream_seed(seed: int, purpose: str, epoch: int = 0) -> int:
    return int(hashlib.sha256(f"{seed}/{purpose}/{epoch}".encode()).hexdigest()[:8], 16)


def stream(seed: int, purpose: str, epoch: int) -> torch.Generator:
    return torch.Generator().manual_seed(stream_seed(seed, purpose, epoch))


class Network(nn.Module):
    def __init__(self, widths: list[int], dropout: float, batch_norm: bool, seed: int) -> None:
        super().__init__()
        torch.manual_seed(stream_seed(seed, "initialization"))
        self.layers = [nn.Linear(before, after) for before, after in pairwise(widths)]
        for layer in self.layers:
            fan_in, fan_out = layer.in_features, layer.out_features
            reach = math.sqrt(6 / (fan_in + fan_out))
            with torch.no_grad():
                layer.weight.uniform_(-reach, reach)
                layer.bias.zero_()
        self.linear = nn.ModuleList(self.layers)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width in widths[1:-1])
        self.batch_norm = batch_norm
        self.dropout = dropout
        self.seed = seed
        self.masks: list[torch.Generator] = []

    def start_epoch(self, epoch: int) -> None:
        self.masks = [
            stream(self.seed, f"mask/hidden{index + 1}_dropout", epoch)
            for index in range(len(self.norms))
        ]

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = inputs.flatten(1)
        for index, norm in enumerate(self.norms):
            hidden = self.linear[index](hidden)
            if self.batch_norm:
                hidden = norm(hidden)
            hidden = hidden.relu()
            if self.dropout and self.training:
                hidden = hidden * self.mask(hidden, self.masks[index])
        logits: Tensor = self.linear[-1](hidden)
        return logits

    def mask(self, hidden: Tensor, generator: torch.Generator) -> Tensor:
        dropped = round(self.dropout * 65536)
        words = torch.empty(math.ceil(hidden.numel() / 4), dtype=torch.int64)
        words.random_(-(2**63), None, generator=generator)
        bits = np.frombuffer(words.numpy().tobytes(), dtype=np.int16)[: hidden.numel()]
        kept = (bits.astype(np.int64) + 32768 >= dropped).astype(np.float32)
        return torch.from_numpy(kept * np.float32(65536 / (65536 - dropped))).view_as(hidden)


def bilinear(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """`image` `[H, W]` read between its pixels, 0 outside."""
    padded = np.pad(image.astype(np.float64), 1)
    rows, columns = np.clip(rows + 1, 0, None), np.clip(columns + 1, 0, None)
    rows = np.clip(rows, 0, padded.shape[0] - 1.000001)
    columns = np.clip(columns, 0, padded.shape[1] - 1.000001)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    return np.asarray(
        padded[top, left] * (1 - down) * (1 - right)
        + padded[top + 1, left] * down * (1 - right)
        + padded[top, left + 1] * (1 - down) * right
        + padded[top + 1, left + 1] * down * right
    )


def augment(images: Tensor, generator: torch.Generator) -> Tensor:
    """Shifts of up to 7 % and rotations of up to 10 degrees of square pictures."""
    drawn = torch.empty(len(images), 3).uniform_(-1, 1, generator=generator).double().numpy()
    size = images.shape[-1]
    down, across = np.indices((size, size)) - (size - 1) / 2
    changed = []
    for image, (x, y, turn) in zip(images[:, 0].numpy(), drawn, strict=True):
        angle = math.radians(10) * turn
        # Where the pixel at (across, down) came from: shifted back, then rotated back.
        right, low = across - 0.07 * size * x, down - 0.07 * size * y
        from_right = math.cos(angle) * right - math.sin(angle) * low
        from_low = math.sin(angle) * right + math.cos(angle) * low
        middle = (size - 1) / 2
        changed.append(bilinear(image, from_low + middle, from_right + middle))
    return torch.from_numpy(np.stack(changed)[:, None]).float()


def optimizer_for(training: Mapping[str, Any], network: nn.Module) -> torch.optim.Optimizer:
    if training["optimizer"] == "sgd":
        return torch.optim.SGD(
            network.parameters(),
            lr=training["learning_rate"],
            momentum=training.get("momentum", 0),
            nesterov=training.get("nesterov", False),
        )
    return torch.optim.Adam(
        network.parameters(), lr=training["learning_rate"], eps=training.get("epsilon", 1e-8)
    )


def train(
    inputs: Tensor,
    targets: Tensor,
    *,
    seed: int,
    hidden: list[int],
    cell: Mapping[str, Any],
    training: Mapping[str, Any],
    examples: int,
) -> dict[str, Tensor]:
    """Train on `examples` of the inputs (in [0, 1]); the state under regscope's names."""
    order = np.random.Generator(np.random.PCG64(stream_seed(seed, "split")))
    chosen = torch.from_numpy(order.permutation(len(inputs))[:examples])
    widths = [inputs[0].numel(), *hidden, 10]
    network = Network(widths, cell.get("dropout", 0.0), cell.get("batch_norm", False), seed)
    optimizer = optimizer_for(training, network)
    network.train()
    for epoch in range(training["epochs"]):
        network.start_epoch(epoch)
        shuffled = chosen[torch.randperm(examples, generator=stream(seed, "order", epoch))]
        augmentation = stream(seed, "augmentation", epoch)
        for batch in torch.split(shuffled, training["batch_size"]):
            pictures = inputs[batch]
            if cell.get("augmentation"):
                pictures = augment(pictures, augmentation)
            loss = nn.functional.cross_entropy(network(pictures), targets[batch])
            for layer in network.layers:
                loss = loss + cell.get("l1", 0.0) * layer.weight.abs().sum()
                loss = loss + cell.get("l2", 0.0) * (layer.weight**2).sum()
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
    return _renamed(network)


def _renamed(network: Network) -> dict[str, Tensor]:
    """In regscope's names: hidden1, hidden1_norm, ..., output."""
    state = {}
    for name, tensor in network.state_dict().items():
        kind, index, rest = name.split(".")
        layer = f"hidden{int(index) + 1}"
        if kind == "linear":
            layer = "output" if int(index) == len(network.norms) else layer
            state[f"{layer}.{rest}"] = tensor
        elif network.batch_norm:
            state[f"{layer}_norm.{rest}"] = tensor
    return state
