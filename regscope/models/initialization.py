"""One seed's network, initialized from that seed's own stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.base.randomness import global_torch_stream
from regscope.models.slots import check_slots

if TYPE_CHECKING:
    from torch import nn

    from regscope.models.base import ModelSettings


def initialized(
    settings: ModelSettings, input_shape: tuple[int, ...], classes: int, seed: int
) -> nn.Module:
    """Build the plain network of one seed.

    The stream is the same for every regularizer of a study, so seed k starts from the same
    weights in every cell: that is what makes the comparisons paired.

    Raises ValueError where its slots are not those that the settings name.
    """
    with global_torch_stream(seed, "initialization"):
        module = settings.build(input_shape, classes)
        check_slots(module, settings.slots_of(module))
        if settings.initialization == "glorot_uniform":
            settings.initialize_as_keras(module)
        settings.pretrain(module)
    return module
