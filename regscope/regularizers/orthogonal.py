"""Soft orthogonality (Bansal, Chen and Wang 2018): units that look at different things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import by_place

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step


class Orthogonal(Scoped):
    """`strength * |W W^T - I|**2` in Frobenius's norm, of a layer's matrix W `[units, n]`.

    A filter of a convolution is a row of all its weights. Where there are more units than weights
    into each, it is of `W^T W`, the smaller Gram matrix, which can be I. Both have the same
    gradient: the larger one's penalty is greater by `strength` times the difference of sizes.
    """

    name: ClassVar[str] = "orthogonal"
    varies: ClassVar[bool] = True
    searched: ClassVar[tuple[float, ...]] = (1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
    strength: Annotated[float, Field(ge=0, le=1e6)]

    @property
    def temporary_copies(self) -> int:
        """A Gram matrix, which is at most as large as the weights, and what it is multiplied to."""
        return 2

    def penalty(self, weights: Mapping[str, Tensor]) -> Tensor:
        terms = [
            deviation(flat_side(weight)).square().flatten(1).sum(1) for weight in weights.values()
        ]
        sums = sum(terms[1:], terms[0])
        return by_place(self.value, sums) * sums

    def gradients(self, step: Step, own: Own) -> None:  # noqa: ARG002
        from regscope.stacking.products import product

        for name, weight in own.weights.items():
            flat = flat_side(weight)
            found = product(deviation(flat), flat)
            upright = found if is_flat(weight) else found.transpose(1, 2)
            gradient, direction = own.gradient(name), upright.reshape(weight.shape)
            for strength, places in self.runs:
                gradient[places].add_(direction[places], alpha=4 * strength)


def is_flat(weight: Tensor) -> bool:
    """Whether a weight `[P, units, ...]` has no more units than weights into each."""
    return weight.shape[1] <= weight[0, 0].numel()


def flat_side(weight: Tensor) -> Tensor:
    """A weight `[P, units, ...]` as matrices with no more rows than columns."""
    matrix = weight.flatten(2)
    return matrix if is_flat(weight) else matrix.transpose(1, 2)


def deviation(flat: Tensor) -> Tensor:
    """`A A^T - I` `[P, rows, rows]` of matrices `[P, rows, columns]`."""
    import torch

    from regscope.stacking.products import product

    identity = torch.eye(flat.shape[1], dtype=flat.dtype, device=flat.device)
    return product(flat, flat.transpose(1, 2)) - identity
