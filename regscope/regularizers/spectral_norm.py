"""Spectral normalization (Miyato et al. 2018), as Keras has it: of the weights themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field, StrictBool

from regscope.regularizers.base import Scoped
from regscope.regularizers.step import each

if TYPE_CHECKING:
    from torch import Tensor

    from regscope.regularizers.step import Own, Step

TINY = 1e-12
"""What vectors are not divided by less than, as in torch."""
AT_FIRST = 15
"""Iterations before training, as in torch."""


class SpectralNorm(Scoped):
    """After the update a layer's weights are divided by their largest singular value.

    Which `iterations` of the power method estimate, going on from the last step's vector; a filter
    of a convolution is a row of all its weights. Keras's SpectralNormalization does so before a
    pass. Weights that are all 0 stay.
    """

    name: ClassVar[str] = "spectral_norm"
    main: ClassVar[str] = "enabled"
    searched: ClassVar[tuple[float, ...]] = (True,)
    enabled: StrictBool = True
    iterations: Annotated[int, Field(ge=1, le=1000)] = 1

    @property
    def temporary_copies(self) -> int:
        """Products of the weights with a vector, before they are summed."""
        return 1

    def state(
        self,
        parameters: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],  # noqa: ARG002
    ) -> dict[str, Tensor]:
        """Of every matrix `[P, units, ...]` a vector `[P, units, 1]`."""
        found = {}
        for name, tensor in parameters.items():
            if tensor.dim() > 2 and self._acts_on(name):
                matrix = tensor.detach().flatten(2)
                vector = matrix.new_ones(*matrix.shape[:2], 1)
                found[name], _ = largest(matrix, vector, AT_FIRST)
        return found

    def weights(self, step: Step, own: Own) -> None:  # noqa: ARG002
        for name, weight in own.weights.items():
            vector, value = largest(weight.flatten(2), own.memory[name], self.iterations)
            own.memory[name].copy_(vector)
            weight.div_(each(value.where(value > 0, 1), weight))

    def _acts_on(self, name: str) -> bool:
        layers = self.layers
        return layers is None or any(f"{name}.".startswith(f"{layer}.") for layer in layers)


def largest(matrix: Tensor, vector: Tensor, iterations: int) -> tuple[Tensor, Tensor]:
    """Of matrices `[P, units, n]`: left vectors of length 1 `[P, units, 1]` and values `[P]`.

    By the power method from `vector` on. A matrix of 0 leaves its vector.
    """
    from regscope.stacking.products import product

    value = length(vector)
    for _ in range(iterations):
        right = product(matrix.transpose(1, 2), vector)
        right = right / length(right).clamp(min=TINY)
        left = product(matrix, right)
        value = length(left)
        vector = (left / value.clamp(min=TINY)).where(value > 0, vector)
    return vector, value.flatten()


def length(vectors: Tensor) -> Tensor:
    """Of `[P, n, 1]`, `[P, 1, 1]`."""
    from regscope.arithmetic.functions import square_root

    return square_root(vectors.square().transpose(1, 2).sum(2, keepdim=True))
