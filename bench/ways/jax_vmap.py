"""JAX: an epoch as a `scan` over batches, seeds side by side by `vmap`, all of it under `jit`.

In an environment of its own. Dense networks with ReLU and plain SGD only. Every cell is compiled
before the first step of any.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.ways.record import ARRAYS, Record, arguments

Weights = list[tuple[jax.Array, jax.Array]]
"""A matrix `[in, out]` and biases `[out]` of every layer."""

Pictures = dict[str, jax.Array]

Epoch = Callable[[Weights, jax.Array, Pictures], tuple[Weights, jax.Array]]
"""To weights after an epoch, and the test accuracy."""

CLASSES = 10


def main() -> None:
    chosen = arguments(__doc__)
    record = Record()
    study = json.loads(chosen.job.read_text())
    kind, optimizer = study["model"]["kind"], study["training"]["optimizer"]
    if (kind, optimizer) != ("mlp", "sgd"):
        raise SystemExit(f"{chosen.job}: {kind} by {optimizer}: this way trains mlp by sgd alone")
    pictures = _pictures(np.load(chosen.data / ARRAYS))
    first, *epochs = keys(chosen.seed, chosen.seeds, study["training"]["epochs"])
    weights = jax.jit(jax.vmap(lambda key: initial(key, study["model"])))(first)
    compiled = {
        cell: jax.jit(jax.vmap(epoch(study, study["regularizers"][cell]), (0, 0, None)))
        .lower(weights, epochs[0], pictures)
        .compile()
        for cell in chosen.cells or study["regularizers"]
    }
    record.first_step()
    for cell, train in compiled.items():
        for accuracies in trained(train, weights, epochs, pictures):
            record.add(cell, accuracies)
    record.finish("jax", "jaxlib")


def keys(first: int, seeds: int, epochs: int) -> list[jax.Array]:
    """Of the first weights and of every epoch, `[seeds]` each: none of them is used twice."""
    split = jax.vmap(lambda seed: jax.random.split(jax.random.key(seed), 1 + epochs))
    return list(split(jnp.arange(first, first + seeds)).T)


def trained(
    train: Epoch, weights: Weights, epochs: list[jax.Array], pictures: Pictures
) -> list[list[float]]:
    """Test accuracies by seed, after every epoch, by its keys."""
    found = []
    for key in epochs:
        weights, accuracies = train(weights, key, pictures)
        found.append(accuracies)
    by_seed: list[list[float]] = np.stack(found, 1).tolist()
    return by_seed


def initial(key: jax.Array, model: dict[str, Any]) -> Weights:
    """Glorot's uniform distribution, and zero biases."""
    widths = [28 * 28, *model["hidden"], CLASSES]
    draw = jax.nn.initializers.glorot_uniform()
    keys = jax.random.split(key, len(widths) - 1)
    return [
        (draw(own, (width, units)), jnp.zeros(units))
        for own, width, units in zip(keys, widths[:-1], widths[1:], strict=True)
    ]


def epoch(study: dict[str, Any], methods: dict[str, float]) -> Epoch:
    """Of one seed: all examples once in batches, the last one shorter, and the test."""
    size, rate = study["training"]["batch_size"], study["training"]["learning_rate"]

    def run(weights: Weights, key: jax.Array, pictures: Pictures) -> tuple[Weights, jax.Array]:
        inputs, labels = pictures["x_train"], pictures["y_train"]
        whole = len(inputs) // size * size

        def step(weights: Weights, batch: tuple[jax.Array, jax.Array]) -> tuple[Weights, None]:
            indices, key = batch
            gradients = jax.grad(loss)(weights, inputs[indices], labels[indices], key, methods)
            return jax.tree.map(lambda old, slope: old - rate * slope, weights, gradients), None

        ordering, dropping, last = jax.random.split(key, 3)
        order = jax.random.permutation(ordering, len(inputs))
        batches = order[:whole].reshape(-1, size)
        masks = jax.random.split(dropping, len(batches))
        weights, _ = jax.lax.scan(step, weights, (batches, masks))
        if whole < len(inputs):
            weights, _ = step(weights, (order[whole:], last))
        told = logits(weights, scaled(pictures["x_test"])).argmax(1)
        return weights, (told == pictures["y_test"]).mean()

    return run


def loss(
    weights: Weights,
    inputs: jax.Array,
    labels: jax.Array,
    key: jax.Array,
    methods: dict[str, float],
) -> jax.Array:
    """Mean cross-entropy, and penalties on the matrices."""
    told = jax.nn.log_softmax(logits(weights, scaled(inputs), methods.get("dropout", 0.0), key))
    total = -jnp.take_along_axis(told, labels[:, None], 1).mean()
    matrices = [matrix for matrix, _ in weights]
    total += methods.get("l1", 0.0) * sum(jnp.abs(matrix).sum() for matrix in matrices)
    total += methods.get("l2", 0.0) * sum(jnp.square(matrix).sum() for matrix in matrices)
    return total


def logits(
    weights: Weights, values: jax.Array, dropout: float = 0.0, key: jax.Array | None = None
) -> jax.Array:
    """`[examples, CLASSES]`; with a key, dropout after every hidden layer."""
    *hidden, (matrix, biases) = weights
    for layer, (own, beside) in enumerate(hidden):
        values = jax.nn.relu(values @ own + beside)
        if dropout and key is not None:
            kept = jax.random.bernoulli(jax.random.fold_in(key, layer), 1 - dropout, values.shape)
            values = jnp.where(kept, values / (1 - dropout), 0.0)
    return values @ matrix + biases


def scaled(pictures: jax.Array) -> jax.Array:
    """Bytes `[examples, 28, 28]` as flat floats in [0, 1]."""
    return pictures.reshape(len(pictures), -1).astype(jnp.float32) / 255


def _pictures(arrays: Any) -> Pictures:
    return {name: jnp.asarray(arrays[name]) for name in ("x_train", "y_train", "x_test", "y_test")}


if __name__ == "__main__":
    main()
