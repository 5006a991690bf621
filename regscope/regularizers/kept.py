"""What `kept` is told after an epoch, and what it hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Epoch:
    """The end of an epoch, at P places.

    `tensors` are the parameters and running statistics `[P, ...]`, by name, as the methods before
    would hand them over. `validation_loss` measures the mean loss `[P]` of these on the watched
    validation part, in evaluation mode.
    """

    tensors: Mapping[str, Tensor]
    validation_loss: Callable[[], Tensor]
