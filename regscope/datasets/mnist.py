"""MNIST (LeCun, Cortes and Burges): 60,000 training and 10,000 test pictures of digits, 28x28."""

from typing import ClassVar, Literal

from regscope.datasets.base import Source
from regscope.datasets.fetch import RemoteFiles
from regscope.datasets.idx import LikeMNIST


class MNIST(LikeMNIST, Source):
    """The official split; pixels are bytes, scaled by 1/255."""

    source: Literal["mnist"] = "mnist"
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")
    files: ClassVar[RemoteFiles] = RemoteFiles(
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
        sizes={
            "train-images-idx3-ubyte.gz": 9_912_422,
            "train-labels-idx1-ubyte.gz": 28_881,
            "t10k-images-idx3-ubyte.gz": 1_648_877,
            "t10k-labels-idx1-ubyte.gz": 4_542,
        },
    )
