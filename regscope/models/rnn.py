"""A recurrent network that tags words: embedding, input, recurrent, output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from regscope.models.base import ModelSettings
from regscope.models.slots import Slots

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1, le=100_000)]


class RNN(ModelSettings):
    """A plain recurrence from left to right over embedded words, and a dense output for each.

    embedding: the numbers that stand for a word.
    hidden: units of the recurrence, h_t = tanh(W x_t + U h_{t-1} + b) (Elman 1990): W is the
    layer `input`, U `recurrent`.

    Dropout acts on embedded words and on what leaves the recurrence, not on its way from step to
    step (Zaremba, Sutskever and Vinyals 2014, "Recurrent neural network regularization"). Batch
    normalization acts on W x_t + b, over all words of a batch at once (Laurent et al. 2016, "Batch
    normalized recurrent neural networks").
    """

    data_kinds: ClassVar[tuple[str, ...]] = ("tokens",)
    kind: Literal["rnn"] = "rnn"
    embedding: Width = 64
    hidden: Width = 64

    def layer_names(self) -> tuple[str, ...]:
        return ("embedding", "input", "recurrent", "output")

    def slots(self) -> Slots:
        return {"norm": ("input",), "dropout": ("embedding", "recurrent")}

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        from regscope.models.recurrent.tagger import Tagger

        _, words = input_shape
        return Tagger(words, self.embedding, self.hidden, classes)

    def initialize_as_keras(self, module: nn.Module) -> None:
        from torch import nn

        super().initialize_as_keras(module)
        nn.init.uniform_(module.get_parameter("embedding.weight"), -0.05, 0.05)
        nn.init.orthogonal_(module.get_parameter("recurrent.weight"))
