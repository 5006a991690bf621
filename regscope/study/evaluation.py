"""How a study's trained networks are measured."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from regscope.base.lines import choose
from regscope.base.settings import Settings, refusal
from regscope.measures import catalog

MATTERS = 0.005
"""Half a percentage point, where a study does not say what matters to it."""

PRIMARIES = {
    measure.stem: measure.name
    for measure in sorted(catalog.PRIMARY, key=lambda measure: measure.better == "lower")
}
"""What a study may be about, and the column of `seeds.csv` that each stands for."""


def _known(value: Any) -> Any:
    if value not in list(PRIMARIES):
        raise refusal("", value, choose(PRIMARIES))
    return value


Primary = Annotated[str, BeforeValidator(_known)]


class EvaluationSettings(Settings):
    """What a study may say about its measures.

    training_loss: in nats, or of numbers the squared error over the variance of the targets that
    train; the epochs that training needs to get down to it are counted.
    examples: how many of the test examples, the first of every seed's split, the measures use
    that pass the network many times: pruning, robustness, hidden units, input gradients. By
    default all; accuracy, loss and calibration always use all.
    matters: the smallest difference in test accuracy worth having, a fraction. Cells that the
    seeds hold closer to the baseline than that do not differ in a way that matters. It goes for
    balanced accuracy, ROC AUC, average precision and R², too.
    primary: what verdicts, choices and headlines are about; the task's score where none is given.
    """

    training_loss: Annotated[float, Field(gt=0)] = 0.1
    examples: Annotated[int, Field(ge=1)] | None = None
    matters: Annotated[float, Field(gt=0, lt=1)] = MATTERS
    primary: Primary | None = None
