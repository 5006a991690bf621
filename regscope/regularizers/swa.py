"""Stochastic weight averaging (Izmailov et al. 2018): the mean of the last epochs' weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.base.settings import refusal
from regscope.regularizers.base import Regularizer, Target
from regscope.regularizers.step import counter, each

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import EpochEnd, Own

EPOCHS = "epochs averaged"


class SWA(Regularizer):
    """What is kept is the mean of the parameters as they stand at the ends of epochs.

    Of those epochs that end behind the share `start` of training; what ends before is kept as it
    is. Training itself goes on with the parameters as they are, at the study's own learning rate.
    Running statistics are taken anew, of the averages on the training examples.
    """

    name: ClassVar[str] = "swa"
    main: ClassVar[str] = "start"
    off: ClassVar[float] = 1
    larger_is_stronger: ClassVar[bool] = False
    spans: ClassVar[bool] = True
    turn: ClassVar[int] = 2
    searched: ClassVar[tuple[float, ...]] = (0.5, 0.75, 0.9)
    start: Annotated[float, Field(ge=0, le=1)]

    @property
    def held_weights(self) -> int:
        """Those that train, while averages stand in their place."""
        return 1

    def check(self, target: Target) -> None:
        super().check(target)
        epochs = target.epochs
        if epochs is None or (epochs - 1) / epochs > self.start:
            return
        if epochs == 1:
            raise refusal(self.name, self.start, "a single epoch has no average: train for more")
        told = f"must be less than {epochs - 1}/{epochs}, so that two of {epochs} epochs end behind"
        raise refusal(self.name, self.start, told)

    def state(
        self,
        parameters: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],  # noqa: ARG002
    ) -> dict[str, Tensor]:
        import torch

        averages = {name: torch.zeros_like(tensor) for name, tensor in parameters.items()}
        return {EPOCHS: counter(parameters), **averages}

    def kept(self, epoch: EpochEnd, own: Own) -> Mapping[str, Tensor]:
        if epoch.progress <= self.start:
            return epoch.tensors
        share = 1 / own.memory[EPOCHS].add_(1)
        averages = {name: own.memory[name] for name in own.parameters}
        for name, average in averages.items():
            average.lerp_(epoch.tensors[name], each(share, average))
        return {**averages, **epoch.statistics(averages)}
