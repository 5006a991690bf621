"""Corrupted test data: what a network still knows of pictures and points that were hurt.

The method of Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common
corruptions and perturbations": kinds of corruption, each of five severities, and the mean accuracy
over all of them. Unlike theirs not all are new to every network: augmentation trains on shifted
and turned pictures, on jittered points and, where a study asks for it, on pictures of another
contrast or on sentences with unknown words, so these kinds tell what it has learned, and only the
other ones how that carries over. The kinds here are those that make sense for small pictures, for
points, tables and sentences; the severities spread a plain network on MNIST from nearly as good as
on clean pictures to badly hurt.

Inputs are floats, pictures `[N, C, H, W]` in [0, 1] or points `[N, D]`; what comes out has the
same shape and, for pictures, the same range. Sentences are word ids `[N, T]`, and stay such; what
is missing in a table's rows `[N, D]` is nan. A picture's *side* is the shorter one. Random numbers
depend on the corruption, the severity and the example's place only: every network sees the same
corrupted examples. The first n pictures and sentences stay the same however many follow; so does
the direction in which a point moves, but jitter's unit is the spread of all the points it is
given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from regscope.base.randomness import numpy_stream
from regscope.datasets.base import Kind
from regscope.measures.word_corruptions import swap, word_dropout

SEVERITIES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Corruption:
    """One way to hurt inputs; `sizes` are its strengths from severity 1 to 5."""

    apply: Callable[[Tensor, float, np.random.Generator], Tensor]
    sizes: tuple[float, float, float, float, float]


def corrupted(kind: Kind, name: str, inputs: Tensor, severity: int) -> Tensor:
    """`inputs` under one of `CORRUPTIONS[kind]`; severity 0 leaves them as they are."""
    if severity == 0:
        return inputs
    corruption = CORRUPTIONS[kind][name]
    stream = numpy_stream(0, f"corruption {name} {severity}")
    return corruption.apply(inputs, corruption.sizes[severity - 1], stream)


def gaussian_noise(pictures: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """`x + size * n`, n standard normal for every value, cut to [0, 1]."""
    noise = torch.from_numpy(stream.standard_normal(pictures.shape, dtype=np.float32))
    return noise.mul_(size).add_(pictures).clamp_(0, 1)


def blur(pictures: Tensor, size: float, _: np.random.Generator) -> Tensor:
    """Gaussian blur of standard deviation `size` sides; beyond its edge a picture goes on."""
    deviation = size * _side(pictures)
    down, across = (_gaussian(length, deviation) for length in pictures.shape[-2:])
    return (down @ pictures @ across.T).clamp_(0, 1)


def occlusion(pictures: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """A black square of `round(size * side)` pixels a side, at a random place inside.

    DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with
    cutout".
    """
    length = round(size * _side(pictures))
    covered = []
    draws = torch.from_numpy(stream.random((len(pictures), 2), dtype=np.float32))
    for axis, extent in enumerate(pictures.shape[-2:]):
        first = (draws[:, axis] * (extent - length + 1)).floor()[:, None]
        places = torch.arange(extent)
        covered.append((places >= first) & (places < first + length))
    square = covered[0][:, None, :, None] & covered[1][:, None, None, :]
    return pictures.masked_fill(square, 0.0)


def contrast(pictures: Tensor, size: float, _: np.random.Generator) -> Tensor:
    """`m + size * (x - m)`, m being the mean of each picture's channel."""
    mean = pictures.mean((-2, -1), keepdim=True)
    return torch.lerp(mean, pictures, size).clamp_(0, 1)


def shift(pictures: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """Moved by `size` sides up, down, left or right, which is drawn; black comes in.

    Parts of a pixel are interpolated linearly; whole pixels are moved as they are.
    """
    distance = size * _side(pictures)
    moved = torch.empty_like(pictures)
    directions = torch.from_numpy(stream.integers(0, 4, len(pictures)))
    for direction in range(4):
        chosen = directions == direction
        axis, backwards = -1 - direction // 2, bool(direction % 2)
        moved[chosen] = _moved(pictures[chosen], distance, axis, backwards)
    return moved


def pixel_dropout(pictures: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """Every pixel, with all its channels, turns black with probability `size`."""
    number, _, height, width = pictures.shape
    lost = torch.from_numpy(stream.random((number, 1, height, width), dtype=np.float32)) < size
    return pictures.masked_fill(lost, 0.0)


def jitter(points: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """`x + size * s * n`: n standard normal, s each coordinate's deviation over all points."""
    noise = torch.from_numpy(stream.standard_normal(points.shape, dtype=np.float32))
    return points + size * points.std(0, correction=0) * noise


def lost(rows: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """Every value of a table is missing with probability `size`."""
    drawn = torch.from_numpy(stream.random(rows.shape, dtype=np.float32))
    return rows.masked_fill(drawn < size, math.nan)


def exchanged(rows: Tensor, size: float, stream: np.random.Generator) -> Tensor:
    """Every value of a table is that of another row, which is drawn, with probability `size`."""
    drawn = torch.from_numpy(stream.random(rows.shape, dtype=np.float32))
    others = torch.from_numpy(stream.integers(0, len(rows), rows.shape))
    return torch.where(drawn < size, rows.gather(0, others), rows)


def labels_under(name: str, labels: Tensor, severity: int) -> Tensor:
    """The labels of examples under a corruption: words that change places keep theirs."""
    if name != "swap":
        return labels
    # Above 0 where a word is, as ids are.
    return corrupted("tokens", name, labels + 1, severity) - 1


def _side(pictures: Tensor) -> int:
    return min(pictures.shape[-2:])


def _gaussian(length: int, deviation: float) -> Tensor:
    """The matrix `[length, length]` that blurs a line; what lies beyond an end repeats it."""
    places = torch.arange(length, dtype=torch.float64)
    reach = length + int(4 * deviation) + 1
    sources = torch.arange(-reach, length + reach)
    kernel = torch.exp(-((places[:, None] - sources) ** 2) / (2 * deviation**2))
    kernel /= kernel.sum(1, keepdim=True)
    folded = torch.zeros(length, length, dtype=torch.float64)
    folded.index_add_(1, sources.clamp(0, length - 1), kernel)
    return folded.float()


def _moved(pictures: Tensor, distance: float, axis: int, backwards: bool) -> Tensor:
    whole = int(distance)
    part = distance - whole
    near = _moved_whole(pictures, whole, axis, backwards)
    if part == 0:
        return near
    return torch.lerp(near, _moved_whole(pictures, whole + 1, axis, backwards), part)


def _moved_whole(pictures: Tensor, distance: int, axis: int, backwards: bool) -> Tensor:
    length = pictures.shape[axis]
    distance = min(distance, length)
    kept = pictures.narrow(axis, distance if backwards else 0, length - distance)
    moved = torch.zeros_like(pictures)
    moved.narrow(axis, 0 if backwards else distance, length - distance).copy_(kept)
    return moved


CORRUPTIONS: Mapping[Kind, Mapping[str, Corruption]] = {
    "image": {
        "gaussian_noise": Corruption(gaussian_noise, (0.08, 0.16, 0.24, 0.32, 0.45)),
        "blur": Corruption(blur, (0.03, 0.05, 0.07, 0.09, 0.12)),
        "occlusion": Corruption(occlusion, (0.14, 0.25, 0.36, 0.48, 0.6)),
        "contrast": Corruption(contrast, (0.7, 0.5, 0.35, 0.25, 0.15)),
        "shift": Corruption(shift, (0.02, 0.04, 0.07, 0.1, 0.13)),
        "pixel_dropout": Corruption(pixel_dropout, (0.1, 0.25, 0.4, 0.55, 0.7)),
    },
    "points": {"jitter": Corruption(jitter, (0.15, 0.3, 0.5, 0.75, 1.0))},
    "table": {
        "missing": Corruption(lost, (0.05, 0.1, 0.2, 0.35, 0.5)),
        "exchanged": Corruption(exchanged, (0.05, 0.1, 0.2, 0.35, 0.5)),
    },
    "tokens": {
        "word_dropout": Corruption(word_dropout, (0.05, 0.1, 0.2, 0.35, 0.5)),
        "swap": Corruption(swap, (0.1, 0.25, 0.5, 0.75, 1.0)),
    },
}
