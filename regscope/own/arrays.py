"""A file of arrays, looked at for a study."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from regscope.base.digests import file_sha256
from regscope.base.errors import RegscopeError
from regscope.base.lines import listed
from regscope.datasets.arrays import ArraysDescription, dataset_of
from regscope.datasets.base import Dataset, Quantity
from regscope.own import for_pictures, saying
from regscope.own.looked import Looked
from regscope.own.methods import PICTURES, POINTS, Methods, of_epochs

MANY = 50
"""Classes beyond which their owner is asked whether they are numbers."""
DARK = 128
"""Pictures whose every byte is less are dark, or their white is another."""

SPREADS = (0.1, 10.0)
"""Deviations of columns that a network trains on as they are."""


def look_at_arrays(
    path: Path, name: str, *, workspace: Path, measures: str = "target", unit: str = ""
) -> Looked:
    """Read the whole file, which a study then has as it is.

    measures, unit: what targets are that are floats.
    Raises RegscopeError, in one line that names the file, the key and the row.
    """
    del workspace
    dataset = dataset_of(path, Quantity(measures, unit))
    size, official = len(dataset.inputs), dataset.official_train
    for_pictures.check_enough(size, path, "examples")
    if dataset.quantity is None and not set(dataset.targets[official or 0 :]) <= set(
        dataset.targets[:official]
    ):
        raise RegscopeError(f"{path}: test_targets: has a class that no training example has")
    counts = [int((dataset.targets == number).sum()) for number in range(len(dataset.classes))]
    if 0 in counts:
        empty = [one for one, count in zip(dataset.classes, counts, strict=True) if not count]
        raise RegscopeError(f"{path}: classes: no example of {listed(empty)}")
    if counts:
        training = np.bincount(dataset.targets[:official], minlength=len(counts))
        for_pictures.check_classes(dataset.classes, training.tolist(), path, "example")
    proposal, methods = _proposal(dataset, counts)
    digest = file_sha256(path)
    return Looked(
        file=path,
        name=f"{name}{path.suffix.lower()}",
        description=ArraysDescription(
            bytes=path.stat().st_size,
            sha256=digest,
            size=size,
            official_train=official,
            classes=dataset.classes,
            measures="" if dataset.quantity is None else measures,
            unit="" if dataset.quantity is None else unit,
            kind="image" if dataset.kind == "image" else "points",
        ),
        data={"source": "arrays"},
        told=tuple(_told(dataset, counts)),
        proposal=proposal,
        methods=methods,
        warned=tuple(_warned(dataset, counts)),
    )


MODEL: Mapping[str, Any] = {"kind": "mlp", "hidden": [128, 64], "activation": "relu"}
"""What is proposed for points."""


def _proposal(dataset: Dataset, counts: Sequence[int]) -> tuple[dict[str, Any], Methods]:
    size, official = len(dataset.inputs), dataset.official_train
    of = f"{len(counts)} classes" if counts else "a number to predict"
    if dataset.kind == "points":
        title = f"{dataset.inputs.shape[1]} numbers, {of}"
        proposal = {"title": title, **for_pictures.around(MODEL, size, counts, official)}
        return proposal, of_epochs(POINTS, proposal["training"]["epochs"])
    channels, height, width = dataset.inputs.shape[1:]
    title = f"Pictures of {channels}x{height}x{width}, {of}"
    proposal = for_pictures.proposed(title, size, counts, min(height, width), official)
    return proposal, of_epochs(PICTURES, proposal["training"]["epochs"])


def _told(dataset: Dataset, counts: Sequence[int]) -> Iterator[str]:
    size, official = len(dataset.inputs), dataset.official_train
    yield f"{size:,} examples; {saying.parts(official or 0, size - official if official else 0)}"
    if dataset.kind == "image":
        shape = "x".join(map(str, dataset.inputs.shape[1:]))
        yield f"inputs: pictures of {shape} bytes (channels, rows, columns)"
    else:
        inputs = dataset.inputs
        yield f"inputs: {inputs.shape[1]:,} numbers, from {inputs.min():g} to {inputs.max():g}"
    if counts:
        yield f"targets: {len(counts)} classes: {saying.shares(dataset.classes, counts)}"
    else:
        targets = dataset.targets
        yield (
            f"targets: numbers from {targets.min():g} to {targets.max():g}, mean"
            f" {targets.mean():g}, standard deviation {targets.std():g}"
        )


def _warned(dataset: Dataset, counts: Sequence[int]) -> Iterator[str]:
    if dataset.kind == "points":
        yield from _columns(dataset.inputs)
    elif (largest := int(dataset.inputs.max())) < DARK:
        yield (
            f"the largest byte is {largest}, and white is 255: pictures this dark are hard to learn"
            f" from; where {largest} is white: (inputs * (255 / {largest})).round().astype('uint8')"
        )
    if len(counts) > MANY:
        yield f"{len(counts)} classes: is the target a number? Then save it as floats"
    values = np.unique(dataset.targets) if not counts else np.empty(0)
    if 0 < len(values) <= saying.FEW and np.array_equal(values, np.rint(values)):
        yield (
            f"targets are floats of {len(values)} whole values: are they classes? Then save them"
            " as whole numbers"
        )
    if counts:
        tested = set(dataset.targets[dataset.official_train or 0 :].tolist())
        missing = [name for number, name in enumerate(dataset.classes) if number not in tested]
        yield from saying.lacking(dataset.classes, counts, missing, "an example")
    yield from _twins(dataset)


def _columns(inputs: np.ndarray) -> Iterator[str]:
    spread = inputs.std(axis=0, dtype=np.float64)
    if len(constant := np.flatnonzero((inputs == inputs[:1]).all(axis=0))):
        yield f"columns that never vary, from 0: {listed(constant)}"
    low, high = SPREADS
    if len(odd := np.flatnonzero((spread > high) | ((spread > 0) & (spread < low)))):
        yield (
            f"{len(odd):,} of {len(spread):,} columns have a standard deviation outside {low:g} to"
            f" {high:g} ({spread[odd].min():.3g} to {spread[odd].max():.3g}), and are taken as they"
            " are: scale them by the training part"
        )


def _twins(dataset: Dataset) -> Iterator[str]:
    """How many examples have the very inputs of an earlier one, and of a training one."""
    digests = [hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in dataset.inputs]
    if spare := len(digests) - len(set(digests)):
        told = f"{spare:,} of {len(digests):,} examples repeat another's inputs"
        if official := dataset.official_train:
            train = set(digests[:official])
            across = sum(digest in train for digest in digests[official:])
            told += f"; {across:,} of the test part are inputs of the training part too"
        yield told
