"""What the ways are called in tables and figures."""

WAYS = {
    "dataloader": "torchvision + DataLoader",
    "keras": "Keras fit",
    "keras_bfloat16": "Keras fit, mixed_bfloat16",
    "lightning": "PyTorch Lightning",
    "eager": "Eager loop, tensors in memory",
    "jax": "JAX, seeds by vmap",
    "ours": "regscope",
    "ours_apart": "regscope, a process a cell",
    "ours_bfloat16": "regscope, bfloat16",
}

CURVES = {
    "seeds": "seeds",
    "cells": "cells",
    "epochs": "epochs",
    "width": "units of the first layer",
    "data": "times the training set",
}
