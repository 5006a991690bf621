"""A module of one's own, as it is: a class or a function in a file of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, JsonValue, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.settings import left_out, refusal
from regscope.datasets.base import Columns
from regscope.models.base import ModelSettings
from regscope.models.modules.address import Address, check_file, check_inside
from regscope.models.modules.found import REMEDIES, layers_in, slots_in
from regscope.models.slots import OFFERED, SlotKind, Slots, channel_slots

if TYPE_CHECKING:
    from torch import nn

Text = Annotated[str, Field(min_length=1, max_length=400)]


class Module(ModelSettings):
    """What `path`, `my_nets.py:Net`, makes when it is called.

    By keyword: `input_shape` and `classes` where its signature names them, and `arguments`. `files`
    are further files of the repository that the first one imports. Layers and slots are found in
    the network itself, so methods are checked against them where one is first made.

    embedding: of a table the numbers that stand for a category. Columns are read as `tabular` does,
        and the module is given what comes out: `input_shape` is `(width,)`.
    initialization: `own` is what the constructor draws, from torch's global generator, which is the
        seed's own while it is called.
    """

    data_kinds: ClassVar[tuple[str, ...]] = ("image", "points", "table", "tokens")
    found_late: ClassVar[bool] = True
    remedies: ClassVar[dict[SlotKind, str]] = REMEDIES
    kind: Literal["module"] = "module"
    path: Text
    arguments: dict[str, JsonValue] = left_out({})
    files: tuple[Text, ...] = left_out(())
    embedding: Annotated[int, Field(ge=0, le=1024)] = left_out(8)
    initialization: Literal["own", "glorot_uniform"] = "own"  # type: ignore[assignment]

    @model_validator(mode="after")
    def _is_there(self) -> Module:
        try:
            self.address.check()
        except RegscopeError as error:
            raise refusal("path", self.path, str(error)) from error
        for number, file in enumerate(self.files):
            try:
                check_inside(Path(file))
                check_file(Path(file))
            except RegscopeError as error:
                raise refusal(f"files.{number}", file, str(error)) from error
        return self

    @property
    def address(self) -> Address:
        return Address.of(self.path)

    @property
    def own_files(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((*self.address.own_files, *map(Path, self.files))))

    def layer_names(self) -> tuple[str, ...]:
        return ()

    def layers_of(self, network: nn.Module) -> tuple[str, ...]:
        return layers_in(network)

    def slots_of(self, network: nn.Module) -> Slots:
        found: Slots = getattr(network, OFFERED)
        return found

    def hidden_layers_of(self, network: nn.Module) -> tuple[str, ...]:
        return self.slots_of(network).get("dropout", ())

    def channel_layers_of(self, network: nn.Module) -> tuple[str, ...]:
        return channel_slots(network)

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        """Raises RegscopeError, in one line with a remedy, where it is no network to train."""
        from collections import OrderedDict

        from torch import nn

        from regscope.models.dense.columns import ColumnEmbedding
        from regscope.models.modules.calling import GIVEN, called
        from regscope.models.modules.checks import check_parts
        from regscope.models.modules.loading import load

        columns = None
        if isinstance(input_shape, Columns):
            columns = ColumnEmbedding(input_shape, self.embedding)
            input_shape = (columns.layout.width(self.embedding),)
        given = dict(zip(GIVEN, (input_shape, classes), strict=True))
        try:
            made_by = load(self.address, [Path(file) for file in self.files])
            network = called(made_by, self.address.name, given, self.arguments)
            check_parts(network)
        except RegscopeError as error:
            raise RegscopeError(f"model.path = {self.path}: {error}") from error
        if columns is not None:
            network = nn.Sequential(OrderedDict(embedding=columns, network=network))
        setattr(network, OFFERED, slots_in(network))
        return network
