"""A dense network for tables: its first layer reads columns of numbers and of categories."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from regscope.models.mlp import MLP

if TYPE_CHECKING:
    from torch import nn

EMBEDDING = "embedding"


class Tabular(MLP):
    """`mlp` on a table: numbers standardized, gaps filled with the median and told, categories as
    `embedding` numbers each.

    All that is fitted to data is fitted to each seed's own training examples. `embedding` is 0
    where no column is a category; otherwise its weights are those of the layer `embedding`.
    """

    data_kinds: ClassVar[tuple[str, ...]] = ("table",)
    kind: Literal["tabular"] = "tabular"  # type: ignore[assignment]
    embedding: Annotated[int, Field(ge=0, le=1024)] = 8

    def layer_names(self) -> tuple[str, ...]:
        return (*([EMBEDDING] if self.embedding else []), *super().layer_names())

    def first_modules(
        self, input_shape: tuple[int, ...]
    ) -> tuple[OrderedDict[str, nn.Module], int]:
        from regscope.models.dense.columns import ColumnEmbedding

        columns = ColumnEmbedding(input_shape, self.embedding)
        return OrderedDict({EMBEDDING: columns}), columns.layout.width(self.embedding)
