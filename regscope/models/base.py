"""What every family of models has in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from regscope.base.settings import Settings
from regscope.models.slots import SlotKind, Slots

if TYPE_CHECKING:
    import numpy as np
    from torch import nn

Initialization = Literal["glorot_uniform", "torch"]


class ModelSettings(Settings):
    """Settings of one family; subclasses give `kind` a default that names it.

    `initialization`: `glorot_uniform` is Keras's default, weights from
    U(-sqrt(6 / (fan_in + fan_out)), +same) and zero biases (Glorot and Bengio 2010);
    `torch` is what torch's layers do by themselves, U(-1/sqrt(fan_in), +same) for both.
    `data_kinds` are the kinds of data that the family reads; `portable` says that its weights come
    out alike on every processor where arithmetic is portable. `found_late` says that layers and
    slots are found in a network, and not known of settings; `remedies` how a slot is made then.
    """

    data_kinds: ClassVar[tuple[str, ...]] = ("image",)
    portable: ClassVar[bool] = False
    found_late: ClassVar[bool] = False
    remedies: ClassVar[Mapping[SlotKind, str]] = {}
    kind: str
    initialization: Initialization = "glorot_uniform"

    @abstractmethod
    def layer_names(self) -> tuple[str, ...]:
        """The layers that own weights, in order of the forward pass."""

    def slot_names(self) -> tuple[str, ...]:
        """The layers that have both a slot for normalization and one for dropout, where a network
        has no others; `slots` says more."""
        return ()

    def slots(self) -> Slots:
        """The slots that the network offers, in order of the forward pass."""
        names = self.slot_names()
        return {"norm": names, "dropout": names} if names else {}

    def layers_of(self, network: nn.Module) -> tuple[str, ...]:  # noqa: ARG002
        """`layer_names`, of a network that `build` made."""
        return self.layer_names()

    def slots_of(self, network: nn.Module) -> Slots:  # noqa: ARG002
        """`slots`, of a network that `build` made."""
        return self.slots()

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Files of the repository, beside this package, that decide what the network is."""
        return ()

    def hidden_layers(self) -> tuple[str, ...]:
        """The layers with a slot for dropout: what enters it are their hidden units."""
        return self.slots().get("dropout", ())

    def hidden_layers_of(self, network: nn.Module) -> tuple[str, ...]:  # noqa: ARG002
        """`hidden_layers`, of a network that `build` made."""
        return self.hidden_layers()

    def channel_layers(self) -> tuple[str, ...]:
        """Those of `hidden_layers` whose hidden units are channels of a picture, `[B, C, H, W]`."""
        return ()

    def channel_layers_of(self, network: nn.Module) -> tuple[str, ...]:  # noqa: ARG002
        """`channel_layers`, of a network that `build` made."""
        return self.channel_layers()

    def own_normalization(self) -> str:
        """The normalization that the settings put behind every layer, or `none`."""
        return "none"

    @abstractmethod
    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        """The network: inputs `[B, *input_shape]` to logits `[B, classes]`.

        Of tokens, `input_shape` being `[T, words]`: ids `[B, T]` to logits `[B, T, classes]`.
        Of a table `input_shape` says what each column is, as `Dataset.input_shape` does.
        """

    def fit(self, module: nn.Module, inputs: np.ndarray) -> None:
        """Put what a new network is to know of its inputs into its buffers.

        `inputs` are those that train, and no others. By default it is what a table is read with.
        """
        from regscope.models.dense.columns import fitted

        fitted(module, inputs)

    def initialize_as_keras(self, module: nn.Module) -> None:
        """Draw a new network's weights for `glorot_uniform`; those of a table's categories, which
        a lookup reads, as their layer draws them."""
        from regscope.models.dense.columns import drawn_anew
        from regscope.models.glorot import glorot_uniform_

        glorot_uniform_(module)
        drawn_anew(module)

    def pretrain(self, module: nn.Module) -> None:
        """Put weights that were trained elsewhere into a new network; by default there are none."""
