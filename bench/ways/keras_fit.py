"""Keras: `fit` with tensorflow, penalties as kernel regularizers; in an environment of its own.

`training.precision: bfloat16` in the job means Keras's policy `mixed_bfloat16`.
"""

from __future__ import annotations

from importlib.metadata import packages_distributions
from typing import Any

import keras
import numpy as np

from bench.ways.record import ARRAYS, Record, arguments, train_all


def main() -> None:
    chosen = arguments(__doc__)
    record = Record()
    arrays = np.load(chosen.data / ARRAYS)
    x_train, x_test = (
        np.expand_dims(arrays[name], -1).astype("float32") / 255 for name in ("x_train", "x_test")
    )
    y_train, y_test = arrays["y_train"], arrays["y_test"]

    def train(study: dict[str, Any], methods: dict[str, float], seed: int) -> list[float]:
        keras.utils.set_random_seed(seed)
        training = study["training"]
        size, tests = study["split"].get("train"), study.get("tests")
        reduced = training.get("precision") == "bfloat16"
        keras.config.set_dtype_policy("mixed_bfloat16" if reduced else "float32")
        model = _network(study["model"], methods)
        model.compile(
            optimizer=_optimizer(training),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        record.first_step()
        history = model.fit(
            x_train[:size],
            y_train[:size],
            batch_size=training["batch_size"],
            epochs=training["epochs"],
            validation_data=(x_test[:tests], y_test[:tests]),
            verbose=0,
        )
        return [float(accuracy) for accuracy in history.history["val_accuracy"]]

    train_all(chosen, record, train)
    record.finish("keras", packages_distributions()["tensorflow"][0].replace("_", "-"))


def _optimizer(training: dict[str, Any]) -> Any:
    rate = training["learning_rate"]
    if training["optimizer"] == "sgd":
        return keras.optimizers.SGD(rate)
    return keras.optimizers.Adam(rate, epsilon=training["epsilon"])


def _network(model: dict[str, Any], methods: dict[str, float]) -> Any:
    layers = {"mlp": _dense, "cnn": _convolutional}[model["kind"]](model, methods)
    output = [
        keras.layers.Dense(10, kernel_regularizer=_penalty(methods)),
        keras.layers.Activation("softmax", dtype="float32"),
    ]
    return keras.Sequential([keras.Input((28, 28, 1)), *layers, *output])


def _penalty(methods: dict[str, float]) -> Any:
    if "l1" in methods:
        return keras.regularizers.L1(methods["l1"])
    return keras.regularizers.L2(methods["l2"]) if "l2" in methods else None


def _dense(model: dict[str, Any], methods: dict[str, float]) -> list[Any]:
    layers: list[Any] = [keras.layers.Flatten()]
    for units in model["hidden"]:
        layers.append(
            keras.layers.Dense(units, activation="relu", kernel_regularizer=_penalty(methods))
        )
        if "dropout" in methods:
            layers.append(keras.layers.Dropout(methods["dropout"]))
    return layers


def _convolutional(model: dict[str, Any], methods: dict[str, float]) -> list[Any]:
    layers: list[Any] = []
    for index, filters in enumerate(model["filters"], start=1):
        layers.append(
            keras.layers.Conv2D(
                filters, model["kernel"], activation="relu", kernel_regularizer=_penalty(methods)
            )
        )
        if f"conv{index}" in model["pooled"]:
            layers.append(keras.layers.MaxPooling2D(model["pool"]))
        if "dropout" in methods:
            layers.append(keras.layers.Dropout(methods["dropout"]))
    dense = [
        keras.layers.Dense(units, kernel_regularizer=_penalty(methods)) for units in model["dense"]
    ]
    return [*layers, keras.layers.Flatten(), *dense]


if __name__ == "__main__":
    main()
