"""Confidence penalty (Pereyra et al. 2017): predictions of little entropy cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import OF_CLASSES, Regularizer
from regscope.regularizers.step import by_example
from regscope.tasks.base import TaskName

if TYPE_CHECKING:
    from regscope.regularizers.step import Own, Step


class ConfidencePenalty(Regularizer):
    """The objective is the mean of `loss - strength * H(p)`, H in nats.

    H is the entropy of the probabilities p; its gradient by the logits is `-p (log p + H)`.
    """

    name: ClassVar[str] = "confidence_penalty"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 2)
    tasks: ClassVar[tuple[TaskName, ...]] = OF_CLASSES
    strength: Annotated[float, Field(ge=0, le=1e6)]

    def objective(self, step: Step, own: Own) -> None:  # noqa: ARG002
        assert step.logits is not None
        assert step.gradient is not None
        logarithms = step.logits.float().log_softmax(-1)
        probabilities = logarithms.exp()
        entropy = -(probabilities * logarithms).sum(-1, keepdim=True)
        term = probabilities.mul_(logarithms.add_(entropy))
        term.mul_(by_example(self.value, term))
        shares = step.shares
        if isinstance(shares, float):
            step.gradient.add_(term.mul_(shares))
        else:
            # Not products with 0: what padding gives may be no number.
            there = shares.unsqueeze(-1)
            step.gradient.add_(term.mul_(there).masked_fill_(there == 0, 0))
