"""Early stopping (Morgan and Bourlard 1990; Prechelt 1998)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Regularizer
from regscope.regularizers.step import each

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import EpochEnd, Own

BEST, WAITED = "validation loss", "epochs waited"


class EarlyStopping(Regularizer):
    """What is kept is the epoch with the lowest loss on the validation part.

    The validation part, `split.validation` examples, does not train. After `patience` epochs in a
    row that are not lower by more than `min_delta` a network is done: nothing that comes later is
    kept. Its stack runs on, so it costs as long as training to the last epoch, and a loss that is
    no longer finite ends the run all the same.
    """

    name: ClassVar[str] = "early_stopping"
    main: ClassVar[str] = "patience"
    larger_is_stronger: ClassVar[bool] = False
    turn: ClassVar[int] = 3
    searched: ClassVar[tuple[float, ...]] = (3, 5, 10, 20)
    patience: Annotated[int, Field(ge=0, le=1_000_000)]
    min_delta: Annotated[float, Field(ge=0)] = 0.0

    @property
    def watches(self) -> bool:
        return True

    def state(
        self, parameters: Mapping[str, Tensor], buffers: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        tensors = {**parameters, **buffers}
        first = next(iter(parameters.values()))
        loss = first.new_full((len(first),), float("inf"))
        best = {name: tensor.detach().clone() for name, tensor in tensors.items()}
        return {BEST: loss, WAITED: first.new_zeros(len(first)), **best}

    def kept(self, epoch: EpochEnd, own: Own) -> Mapping[str, Tensor]:
        loss, best, waited = epoch.validation_loss(), own.memory[BEST], own.memory[WAITED]
        lower = (loss < best - self.min_delta) & (waited < self.patience)
        best.copy_(loss.where(lower, best))
        # Those that are done stay so: they wait no longer, and for nothing.
        waited.copy_((waited + (waited < self.patience)).masked_fill(lower, 0))
        kept = {name: own.memory[name] for name in epoch.tensors}
        for name, tensor in epoch.tensors.items():
            kept[name].copy_(tensor.where(each(lower, tensor), kept[name]))
        return kept
