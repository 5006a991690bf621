"""One seed's network, initialized from that seed's own stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regscope.models.slots import check_slots
from regscope.models.weights import weights_of
from regscope.randomness import global_torch_stream

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
        check_slots(module, settings.slot_names(), settings.normalized_names())
        if settings.initialization == "glorot_uniform":
            settings.initialize_as_keras(module)
        settings.pretrain(module)
    return module


def glorot_uniform_(module: nn.Module) -> None:
    """Weights from Glorot's uniform distribution, and zero for the biases beside them.

    All else keeps what the layers begin with, as normalization its ones and zeros.
    """
    from torch import nn

    for name, weight in weights_of(module).items():
        nn.init.xavier_uniform_(weight)
        layer = module.get_submodule(name.rpartition(".")[0])
        for own, parameter in layer.named_parameters(recurse=False):
            if "bias" in own:
                nn.init.zeros_(parameter)
