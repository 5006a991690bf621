"""EfficientNet-B0 (Tan and Le 2019), torchvision's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from regscope.base.errors import RegscopeError
from regscope.base.settings import refusal
from regscope.models.base import Initialization, ModelSettings
from regscope.models.slots import Slots

if TYPE_CHECKING:
    from torch import nn

# (expansion, blocks) of the seven stages: Tan and Le 2019, table 1.
STAGES = ((1, 1), (6, 2), (6, 2), (6, 3), (6, 3), (6, 4), (6, 1))


class EfficientNet(ModelSettings):
    """Its regularization is its own: batch normalization throughout, stochastic depth up to 0.2
    (Huang et al. 2016) and dropout 0.2 before the output. A study's methods come on top.

    input_size: pictures of another side are resized to this one, bilinearly; the network was
        designed for 224. It then sees them less ImageNet's mean, over its standard deviation.
    pretrained: start from torchvision's ImageNet weights, all but the output layer.
    initialization: `torch` is torchvision's own: kernels from N(0, 2 / fan_out) (He et al. 2015),
        the output from U(-1 / sqrt(classes), +same), biases zero.

    Layers are named as torchvision names them, kernels of squeeze-and-excitation included, but
    for `output`. The one slot is `pooled`: the 1280 features, each a mean over its map, that the
    output reads. Its batch normalization and dropout come before the network's own dropout.
    """

    kind: Literal["efficientnet"] = "efficientnet"
    initialization: Initialization = "torch"
    # From 33 on the last maps have more than one place, without which no single picture could
    # be normalized.
    input_size: Annotated[int, Field(ge=33, le=1024)] = 64
    pretrained: bool = False

    weights_file: ClassVar[str] = "efficientnet_b0_rwightman-7f5810bc.pth"
    weights_sha256: ClassVar[str] = (
        "7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934"
    )

    @model_validator(mode="after")
    def _one_beginning(self) -> EfficientNet:
        if self.pretrained and self.initialization != "torch":
            raise refusal("initialization", self.initialization, "must be torch where pretrained")
        return self

    def layer_names(self) -> tuple[str, ...]:
        return (*_kernels(), "output")

    def slots(self) -> Slots:
        return {"norm": ("pooled",), "dropout": ("pooled",)}

    def build(self, input_shape: tuple[int, ...], classes: int) -> nn.Module:
        """The network; raises RegscopeError where inputs are no colour pictures."""
        from regscope.models.convolutional.efficientnet_b0 import EfficientNetB0

        if len(input_shape) != 3 or input_shape[0] != 3:
            raise RegscopeError(
                f"model.kind = efficientnet: needs pictures of three colours, and these inputs have"
                f" the shape {list(input_shape)}: choose another kind"
            )
        return EfficientNetB0(self.input_size, classes)

    def pretrain(self, module: nn.Module) -> None:
        """Where `pretrained`, load the weights, fetched once for all.

        Raises RegscopeError where they cannot be had.
        """
        if not self.pretrained:
            return
        import torch

        # Pickled, as torchvision gives them out: opened only with the SHA-256 above, and nothing
        # but tensors is unpickled.
        path = _fetched(self.weights_file, self.weights_sha256)
        state = torch.load(path, map_location="cpu", weights_only=True)
        features = {name: value for name, value in state.items() if name.startswith("features.")}
        missing = module.load_state_dict(features, strict=False).missing_keys
        assert set(missing) == {"output.weight", "output.bias"}


def _kernels() -> Iterator[str]:
    yield "features.0.0"
    for stage, (expansion, blocks) in enumerate(STAGES, start=1):
        inner = ["0.0", "1.0"] if expansion > 1 else ["0.0"]
        squeeze = len(inner)
        inner += [f"{squeeze}.fc1", f"{squeeze}.fc2", f"{squeeze + 1}.0"]
        for block in range(blocks):
            yield from (f"features.{stage}.{block}.block.{name}" for name in inner)
    yield "features.8.0"


def _fetched(name: str, sha256: str) -> str:
    from filelock import FileLock

    from regscope.base import paths
    from regscope.datasets.fetch import RemoteFiles, fetch, is_whole

    folder = paths.checkpoints().parent / "pretrained"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    # All workers begin at once.
    with FileLock(folder / f".{name}.lock"):
        if not is_whole(path, sha256):
            files = RemoteFiles(
                "torchvision", ("https://download.pytorch.org/models/",), {name: sha256}
            )
            fetch(files, folder)
    return str(path)
