"""Label smoothing (Szegedy et al. 2016): targets that are not quite certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import OF_CLASSES, Regularizer
from regscope.regularizers.step import by_example
from regscope.tasks.base import TaskName

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class LabelSmoothing(Regularizer):
    """The loss is taken against `(1 - smoothing) * target + smoothing / classes`.

    As `torch.nn.functional.cross_entropy(label_smoothing=)`. What is recorded as loss is that on
    the true labels.
    """

    name: ClassVar[str] = "label_smoothing"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.4)
    tasks: ClassVar[tuple[TaskName, ...]] = OF_CLASSES
    main: ClassVar[str] = "smoothing"
    turn: ClassVar[int] = 1
    smoothing: Annotated[float, Field(ge=0, lt=1)]

    def batch(self, step: Step, own: Own) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        from regscope.regularizers.targets import rows

        targets = rows(step.targets, step.classes)
        kept, share = 1 - self.value, self.value / step.classes
        return step.inputs, targets.mul(by_example(kept, targets)).add_(by_example(share, targets))
