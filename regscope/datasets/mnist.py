"""MNIST (LeCun, Cortes and Burges): 60,000 training and 10,000 test pictures of digits, 28x28."""

from pathlib import Path
from typing import Literal

import numpy as np

from regscope.datasets.base import Dataset, Source
from regscope.datasets.fetch import RemoteFiles, fetch
from regscope.datasets.idx import read_idx

FILES = RemoteFiles(
    dataset="mnist",
    hosts=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    sha256={
        "train-images-idx3-ubyte.gz": (
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
        ),
        "train-labels-idx1-ubyte.gz": (
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
        ),
        "t10k-images-idx3-ubyte.gz": (
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
        ),
        "t10k-labels-idx1-ubyte.gz": (
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
        ),
    },
)


class MNIST(Source):
    """The official split; pixels are bytes, scaled by 1/255."""

    source: Literal["mnist"] = "mnist"

    @property
    def kind(self) -> Literal["image"]:
        return "image"

    @property
    def size(self) -> int:
        return 70_000

    @property
    def official_train(self) -> int:
        return 60_000

    def download(self, folder: Path) -> None:
        fetch(FILES, folder)

    def prepare(self, raw: Path) -> Dataset:
        parts = ("train", "t10k")
        images = np.concatenate([read_idx(raw / f"{part}-images-idx3-ubyte.gz") for part in parts])
        labels = np.concatenate([read_idx(raw / f"{part}-labels-idx1-ubyte.gz") for part in parts])
        return Dataset(
            kind="image",
            inputs=images[:, None],
            targets=labels.astype(np.int64),
            classes=tuple("0123456789"),
            scale=1 / 255,
            official_train=self.official_train,
        )
