"""The one place that says in which order composed regularizers act."""

from enum import IntEnum


class Order(IntEnum):
    """Where in a training step a method acts, from the data to the weights.

    Within a layer: weights, then normalization, then the activation, then dropout.
    """

    AUGMENTATION = 1
    NORMALIZATION = 2
    DROPOUT = 3
    PENALTY = 4
    PROXIMAL = 5
