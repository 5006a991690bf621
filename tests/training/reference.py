"""A trainer that shares no code with regscope's: one seed at a time, plain torch throughout.

It follows the documentation: streams by hashing `seed/purpose/epoch`, masks from 16 bits of a
SplitMix64 word a unit and augmentation from 24, normal noise by Box and Muller from two such
numbers, penalties in Keras's convention on weight matrices, soft thresholding as written, torch's
own layers and optimizers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Layer = nn.Linear | nn.Conv2d


def stream_seed(seed: int, purpose: str, epoch: int = 0) -> int:
    return int(hashlib.sha256(f"{seed}/{purpose}/{epoch}".encode()).hexdigest()[:8], 16)


def stream(seed: int, purpose: str, epoch: int) -> torch.Generator:
    return torch.Generator().manual_seed(stream_seed(seed, purpose, epoch))


class Words:
    """SplitMix64 as its authors wrote it: a state that grows by a constant, and a mix of it."""

    def __init__(self, seed: int, purpose: str, epoch: int) -> None:
        digest = hashlib.sha256(f"{seed}/{purpose}/{epoch}".encode()).hexdigest()
        self.state = int(digest[:16], 16)

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        mixed = (self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % 2**64
        return mixed ^ (mixed >> 31)

    def draw(self, count: int, dtype: type[np.signedinteger[Any]]) -> np.ndarray:
        """`count` integers of a smaller type, several from a word."""
        words = math.ceil(count * np.dtype(dtype).itemsize / 8)
        drawn = np.array([self.next() for _ in range(words)], dtype=np.uint64)
        return np.frombuffer(drawn.tobytes(), dtype=dtype)[:count].astype(np.int64)


class Network(nn.Module):
    """Layers in order, by regscope's names, the last one the output."""

    def __init__(
        self, layers: Mapping[str, Layer], pooled: Collection[str], cell: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleDict(layers)
        self.hidden = list(layers)[:-1]
        self.norms = nn.ModuleDict()
        if cell.get("batch_norm"):
            for name in self.hidden:
                layer = layers[name]
                self.norms[name] = (
                    nn.BatchNorm2d(layer.out_channels)
                    if isinstance(layer, nn.Conv2d)
                    else nn.BatchNorm1d(layer.out_features)
                )
        self.pooled = pooled
        self.dropout = cell.get("dropout", 0.0)
        self.spatial_dropout = cell.get("spatial_dropout", 0.0)
        self.gaussian_dropout = cell.get("gaussian_dropout", 0.0)
        self.activity_l1, self.term = cell.get("activity_l1", 0.0), torch.zeros(())
        self.max_dropout = cell.get("max_dropout", 0.0)
        self.masks: dict[str, Words] = {}

    def start_epoch(self, seed: int, epoch: int) -> None:
        self.masks = {name: Words(seed, f"mask/{name}_dropout", epoch) for name in self.hidden}

    def forward(self, inputs: Tensor) -> Tensor:
        hidden = inputs
        self.term = torch.zeros(())
        for name, layer in self.layers.items():
            if isinstance(layer, nn.Linear):
                hidden = hidden.flatten(1)
            hidden = layer(hidden)
            if name not in self.hidden:
                break
            if name in self.norms:
                hidden = self.norms[name](hidden)
            hidden = hidden.relu()
            if name in self.pooled:
                hidden = nn.functional.max_pool2d(hidden, 2)
            # Keras 3, `Layer._handle_activity_regularization`.
            self.term = self.term + self.activity_l1 * hidden.abs().sum() / len(hidden)
            if self.dropout:
                hidden = hidden * self.mask(self.dropout, hidden, self.masks[name])
            if self.max_dropout:
                hidden = self.without_highest(hidden)
            if self.spatial_dropout and isinstance(layer, nn.Conv2d):
                channels = hidden[:, :, :1, :1]
                hidden = hidden * self.mask(self.spatial_dropout, channels, self.masks[name])
            if self.gaussian_dropout:
                hidden = hidden * self.noise(hidden, self.masks[name])
        return hidden

    def mask(self, rate: float, hidden: Tensor, words: Words) -> Tensor:
        dropped = round(rate * 65536)
        kept = torch.from_numpy(words.draw(hidden.numel(), np.int16) + 32768 >= dropped)
        factors: Tensor = kept.view_as(hidden).to(hidden.dtype) * (65536 / (65536 - dropped))
        return factors

    def noise(self, hidden: Tensor, words: Words) -> Tensor:
        """Keras 3, `GaussianDropout.call`, with normal draws after Box and Muller."""
        half = math.ceil(hidden.numel() / 2)
        uniform = words.draw(2 * half, np.int32) // 256 / 2**23
        radius, angle = np.sqrt(-2 * np.log((1 - uniform[:half]) / 2)), np.pi * uniform[half:]
        normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
        stddev = math.sqrt(self.gaussian_dropout / (1.0 - self.gaussian_dropout))
        drawn = 1.0 + stddev * normal[: hidden.numel()]
        return torch.from_numpy(drawn).view_as(hidden).to(hidden.dtype)

    def without_highest(self, hidden: Tensor) -> Tensor:
        """The authors' module, `cfsantos/MaxDropout-torch`, step by step."""
        lifted = hidden - hidden.min()
        relative = lifted / (hidden.max() - hidden.min())
        return hidden.masked_fill(relative > 1 - self.max_dropout, 0)

    def state(self) -> dict[str, Tensor]:
        """Under regscope's names."""
        state = {f"{name}": tensor for name, tensor in self.layers.state_dict().items()}
        for name, tensor in self.norms.state_dict().items():
            layer, _, rest = name.partition(".")
            state[f"{layer}_norm.{rest}"] = tensor
        return state


def initialized(make: Callable[[], dict[str, Layer]], seed: int) -> dict[str, Layer]:
    """The layers of one seed: Glorot's uniform distribution, zero biases."""
    torch.manual_seed(stream_seed(seed, "initialization"))
    layers = make()
    for layer in layers.values():
        outputs, inputs, *kernel = layer.weight.shape
        reach = math.sqrt(6 / ((inputs + outputs) * math.prod(kernel)))
        assert layer.bias is not None
        with torch.no_grad():
            layer.weight.uniform_(-reach, reach)
            layer.bias.zero_()
    return layers


def dense(widths: list[int]) -> dict[str, Layer]:
    """hidden1, hidden2, ..., output."""
    layers: dict[str, Layer] = {
        f"hidden{index + 1}": nn.Linear(before, after)
        for index, (before, after) in enumerate(pairwise(widths))
    }
    *hidden, last = layers.items()
    return {**dict(hidden), "output": last[1]}


def bilinear(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """`image` `[H, W]` read between its pixels, 0 outside."""
    padded = np.pad(image.astype(np.float64), 1)
    rows = np.clip(rows + 1, 0, padded.shape[0] - 1)
    columns = np.clip(columns + 1, 0, padded.shape[1] - 1)
    top = np.minimum(np.floor(rows).astype(int), padded.shape[0] - 2)
    left = np.minimum(np.floor(columns).astype(int), padded.shape[1] - 2)
    down, right = rows - top, columns - left
    return np.asarray(
        padded[top, left] * (1 - down) * (1 - right)
        + padded[top + 1, left] * down * (1 - right)
        + padded[top, left + 1] * (1 - down) * right
        + padded[top + 1, left + 1] * down * right
    )


def augment(images: Tensor, words: Words) -> Tensor:
    """Shifts of up to 7 % and rotations of up to 10 degrees of square pictures."""
    drawn = (words.draw(3 * len(images), np.int32) // 256 / 2**23).reshape(-1, 3)
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


def softened(weight: Tensor, threshold: Tensor | float) -> Tensor:
    """Soft thresholding as written."""
    return weight.sign() * torch.relu(weight.abs() - threshold)


class SoftAdam:
    """Adam as its paper writes it, on weights that are softened after each step.

    Its second moments are of the gradient and the penalty's subgradient, the first of the former.
    """

    def __init__(self, weights: list[nn.Parameter], strength: float, lr: float, eps: float) -> None:
        self.weights, self.strength, self.lr, self.eps = weights, strength, lr, eps
        self.steps = 0
        self.moments = [(torch.zeros_like(one), torch.zeros_like(one)) for one in weights]

    @torch.no_grad()
    def step(self) -> None:
        self.steps += 1
        for weight, (first, second) in zip(self.weights, self.moments, strict=True):
            assert weight.grad is not None
            seen = weight.grad + self.strength * weight.sign()
            first.copy_(0.9 * first + 0.1 * weight.grad)
            second.copy_(0.999 * second + 0.001 * seen**2)
            root = (second / (1 - 0.999**self.steps)).sqrt() + self.eps
            moved = weight - self.lr * first / (1 - 0.9**self.steps) / root
            weight.copy_(softened(moved, self.strength * self.lr / root))


def updates_for(
    training: Mapping[str, Any], network: Network, strength: float
) -> list[Callable[[], object]]:
    """What changes the weights after a backward pass, in order; `strength` of proximal L1."""
    lr, eps = training["learning_rate"], training.get("epsilon", 1e-8)
    weights = [layer.get_parameter("weight") for layer in network.layers.values()]
    if training["optimizer"] == "sgd":
        momentum = training.get("momentum", 0)
        sgd = torch.optim.SGD(
            network.parameters(), lr, momentum, nesterov=training.get("nesterov", False)
        )

        @torch.no_grad()
        def soften() -> None:
            for weight in weights:
                weight.copy_(softened(weight, strength * lr / (1 - momentum)))

        return [sgd.step, soften]
    if not strength:
        return [torch.optim.Adam(network.parameters(), lr, eps=eps).step]
    others = [one for one in network.parameters() if all(one is not weight for weight in weights)]
    adam = torch.optim.Adam(others, lr, eps=eps)
    return [adam.step, SoftAdam(weights, strength, lr, eps).step]


def train(
    inputs: Tensor,
    targets: Tensor,
    *,
    seed: int,
    layers: Callable[[], dict[str, Layer]],
    pooled: Collection[str] = (),
    cell: Mapping[str, Any],
    training: Mapping[str, Any],
    examples: int,
) -> dict[str, Tensor]:
    """Train `layers`, the convolutions in `pooled` followed by max pooling of 2x2 squares.

    On `examples` of the inputs (in [0, 1]); returns the state under regscope's names.
    """
    order = np.random.Generator(np.random.PCG64(stream_seed(seed, "split")))
    chosen = torch.from_numpy(order.permutation(len(inputs))[:examples])
    network = Network(initialized(layers, seed), pooled, cell)
    updates = updates_for(training, network, cell.get("l1_prox", 0.0))
    network.train()
    for epoch in range(training["epochs"]):
        network.start_epoch(seed, epoch)
        shuffled = chosen[torch.randperm(examples, generator=stream(seed, "order", epoch))]
        augmentation = Words(seed, "augmentation", epoch)
        for batch in torch.split(shuffled, training["batch_size"]):
            pictures = inputs[batch]
            if cell.get("augmentation"):
                pictures = augment(pictures, augmentation)
            loss = nn.functional.cross_entropy(network(pictures), targets[batch]) + network.term
            for weight in (layer.get_parameter("weight") for layer in network.layers.values()):
                loss = loss + cell.get("l1", 0.0) * weight.abs().sum()
                loss = loss + cell.get("l2", 0.0) * (weight**2).sum()
            network.zero_grad()
            torch.autograd.backward(loss)
            for update in updates:
                update()
    return network.state()
