"""How a study's trained networks are measured."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from regscope.settings import Settings

MATTERS = 0.005
"""Half a percentage point, where a study does not say what matters to it."""


class EvaluationSettings(Settings):
    """What a study may say about its measures.

    training_loss: in nats; the epochs that training needs to get down to it are counted.
    examples: how many of the test examples, the first of every seed's split, the measures use
    that pass the network many times: pruning, robustness, hidden units, input gradients. By
    default all; accuracy, loss and calibration always use all.
    matters: the smallest difference in test accuracy worth having, a fraction. Cells that the
    seeds hold closer to the baseline than that do not differ in a way that matters.
    """

    training_loss: Annotated[float, Field(gt=0)] = 0.1
    examples: Annotated[int, Field(ge=1)] | None = None
    matters: Annotated[float, Field(gt=0, lt=1)] = MATTERS
