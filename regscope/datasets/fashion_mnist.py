"""Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): pictures of clothing in MNIST's format, 28x28.

60,000 for training and 10,000 for testing, as many of each class. MIT licence, Zalando SE.
"""

from typing import ClassVar, Literal

from regscope.datasets.base import Source
from regscope.datasets.fetch import RemoteFiles
from regscope.datasets.idx import LikeMNIST


class FashionMNIST(LikeMNIST, Source):
    """The official split; pixels are bytes, scaled by 1/255."""

    source: Literal["fashion_mnist"] = "fashion_mnist"
    classes: ClassVar[tuple[str, ...]] = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    files: ClassVar[RemoteFiles] = RemoteFiles(
        dataset="fashion_mnist",
        hosts=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        sha256={
            "train-images-idx3-ubyte.gz": (
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
            ),
            "train-labels-idx1-ubyte.gz": (
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
            ),
            "t10k-images-idx3-ubyte.gz": (
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
            ),
        },
        sizes={
            "train-images-idx3-ubyte.gz": 26_421_880,
            "train-labels-idx1-ubyte.gz": 29_515,
            "t10k-images-idx3-ubyte.gz": 4_422_102,
            "t10k-labels-idx1-ubyte.gz": 5_148,
        },
    )
