"""Sets of pictures that torchvision has, too, from those of their files that are no pickles."""

from __future__ import annotations

import bz2
import io
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.base.foreign import said
from regscope.datasets.base import Dataset, Source
from regscope.datasets.fetch import RemoteFiles, fetch
from regscope.datasets.idx import read_idx

Pictures = tuple[np.ndarray, np.ndarray]
"""Bytes `[N, C, H, W]`, and their classes' numbers `[N]`."""
DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class PublishedSet:
    """train, test: how many pictures, of `side` rows and columns, in `count` classes.

    read: those that train, then those that test.
    """

    files: RemoteFiles
    train: int
    test: int
    side: int
    count: int
    read: Callable[[Path], tuple[Pictures, Pictures]]
    classes: Callable[[Path], tuple[str, ...]]


def _read_kmnist(raw: Path) -> tuple[Pictures, Pictures]:
    train, test = (
        (
            read_idx(raw / f"{part}-images-idx3-ubyte.gz")[:, None],
            read_idx(raw / f"{part}-labels-idx1-ubyte.gz"),
        )
        for part in ("train", "t10k")
    )
    return train, test


def _read_qmnist(raw: Path) -> tuple[Pictures, Pictures]:
    """Of a label's eight numbers the first is the digit."""
    train, test = (
        (
            read_idx(raw / f"qmnist-{part}-images-idx3-ubyte.gz")[:, None],
            read_idx(raw / f"qmnist-{part}-labels-idx2-int.gz", kind=">i4")[:, 0],
        )
        for part in ("train", "test")
    )
    return train, test


def _read_cifar(archive: Path, folder: str, parts: tuple[list[str], list[str]]) -> list[Pictures]:
    """Records of one or two labels, of which the last counts, and 3,072 bytes of pixels."""
    found = _members(archive, [f"{folder}/{name}" for names in parts for name in names])
    labels = 2 if folder == "cifar-100-binary" else 1
    read = []
    for names in parts:
        content = b"".join(found[f"{folder}/{name}"] for name in names)
        if len(content) % (labels + 3072):
            raise RegscopeError(f"{archive}: {len(content):,} bytes, not of {labels + 3072} each")
        records = np.frombuffer(content, np.uint8).reshape(-1, labels + 3072)
        read.append((records[:, labels:].reshape(-1, 3, 32, 32), records[:, labels - 1]))
    return read


def _read_cifar10(raw: Path) -> tuple[Pictures, Pictures]:
    parts = [f"data_batch_{number}.bin" for number in range(1, 6)], ["test_batch.bin"]
    train, test = _read_cifar(raw / "cifar-10-binary.tar.gz", "cifar-10-batches-bin", parts)
    return train, test


def _read_cifar100(raw: Path) -> tuple[Pictures, Pictures]:
    parts = ["train.bin"], ["test.bin"]
    train, test = _read_cifar(raw / "cifar-100-binary.tar.gz", "cifar-100-binary", parts)
    return train, test


def _cifar100_classes(raw: Path) -> tuple[str, ...]:
    name = "cifar-100-binary/fine_label_names.txt"
    return tuple(_members(raw / "cifar-100-binary.tar.gz", [name])[name].decode().split())


def _members(archive: Path, names: list[str]) -> dict[str, bytes]:
    """Files of a tar archive by name; nothing is extracted."""
    found = {}
    try:
        with tarfile.open(archive, "r:gz") as opened:
            for member in opened:
                if member.name in names and member.isfile():
                    file = opened.extractfile(member)
                    assert file is not None
                    found[member.name] = file.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise RegscopeError(f"{archive}: not a whole tar file ({said(error)})") from error
    for name in names:
        if name not in found:
            raise RegscopeError(f"{archive}: has no {name}")
    return found


def _read_usps(raw: Path) -> tuple[Pictures, Pictures]:
    return _read_libsvm(raw / "usps.bz2"), _read_libsvm(raw / "usps.t.bz2")


def _read_libsvm(path: Path) -> Pictures:
    """Lines of `class index:value ...`, classes from 1, values of 16x16 pixels from -1 to 1."""
    try:
        lines = bz2.decompress(path.read_bytes()).decode().splitlines()
        values = np.zeros((len(lines), 256), np.float32)
        classes = np.zeros(len(lines), np.int64)
        for row, line in enumerate(lines):
            label, *pairs = line.split()
            classes[row] = int(label) - 1
            for pair in pairs:
                index, value = pair.split(":")
                values[row, int(index) - 1] = float(value)
    except (OSError, ValueError, IndexError, EOFError) as error:
        raise RegscopeError(f"{path}: not USPS's format ({said(error)})") from error
    # As torchvision has them: cut off, not rounded.
    return ((values + 1) / 2 * 255).astype(np.uint8).reshape(-1, 1, 16, 16), classes


def _read_svhn(raw: Path) -> tuple[Pictures, Pictures]:
    return _read_matlab(raw / "train_32x32.mat"), _read_matlab(raw / "test_32x32.mat")


def _read_matlab(path: Path) -> Pictures:
    """X, bytes `[H, W, C, N]`, and y, `[N, 1]`, in which 10 is the digit 0."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        found = loadmat(io.BytesIO(path.read_bytes()), variable_names=["X", "y"])
        pixels, labels = found["X"], found["y"]
    except (MatReadError, ValueError, TypeError, KeyError, OSError, zlib.error) as error:
        raise RegscopeError(
            f"{path}: not a whole matlab file of X and y ({said(error)})"
        ) from error
    pictures = np.ascontiguousarray(pixels.transpose(3, 2, 0, 1))
    return pictures, labels.reshape(-1).astype(np.int64) % 10


def _known(*names: str) -> Callable[[Path], tuple[str, ...]]:
    return lambda _: names


def _kriz(dataset: str, name: str, sha256: str, size: int) -> RemoteFiles:
    return RemoteFiles(
        dataset, ("https://www.cs.toronto.edu/~kriz/",), {name: sha256}, {name: size}
    )


SETS: dict[str, PublishedSet] = {
    "CIFAR10": PublishedSet(
        _kriz(
            "cifar10",
            "cifar-10-binary.tar.gz",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            170_052_171,
        ),
        50_000,
        10_000,
        32,
        10,
        _read_cifar10,
        _known(
            "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"
        ),
    ),
    "CIFAR100": PublishedSet(
        _kriz(
            "cifar100",
            "cifar-100-binary.tar.gz",
            "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
            168_513_733,
        ),
        50_000,
        10_000,
        32,
        100,
        _read_cifar100,
        _cifar100_classes,
    ),
    "KMNIST": PublishedSet(
        RemoteFiles(
            "kmnist",
            ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
            {
                "train-images-idx3-ubyte.gz": (
                    "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"
                ),
                "train-labels-idx1-ubyte.gz": (
                    "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"
                ),
                "t10k-images-idx3-ubyte.gz": (
                    "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"
                ),
                "t10k-labels-idx1-ubyte.gz": (
                    "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"
                ),
            },
            {
                "train-images-idx3-ubyte.gz": 18_165_135,
                "train-labels-idx1-ubyte.gz": 29_497,
                "t10k-images-idx3-ubyte.gz": 3_041_136,
                "t10k-labels-idx1-ubyte.gz": 5_120,
            },
        ),
        60_000,
        10_000,
        28,
        10,
        _read_kmnist,
        _known("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    ),
    "QMNIST": PublishedSet(
        RemoteFiles(
            "qmnist",
            ("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",),
            {
                "qmnist-train-images-idx3-ubyte.gz": (
                    "9e26a7bf1683614e065d7b76460ccd52807165b3f22561fb782bd9f38c52b51d"
                ),
                "qmnist-train-labels-idx2-int.gz": (
                    "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f"
                ),
                "qmnist-test-images-idx3-ubyte.gz": (
                    "43fc22bf7498b8fc98de98369d72f752d0deabc280a43a7bcc364ab19e57b375"
                ),
                "qmnist-test-labels-idx2-int.gz": (
                    "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06"
                ),
            },
        ),
        60_000,
        60_000,
        28,
        10,
        _read_qmnist,
        _known(*DIGITS),
    ),
    "SVHN": PublishedSet(
        RemoteFiles(
            "svhn",
            ("http://ufldl.stanford.edu/housenumbers/",),
            {
                "train_32x32.mat": (
                    "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"
                ),
                "test_32x32.mat": (
                    "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"
                ),
            },
            {"train_32x32.mat": 182_040_794, "test_32x32.mat": 64_275_384},
        ),
        73_257,
        26_032,
        32,
        10,
        _read_svhn,
        _known(*DIGITS),
    ),
    "USPS": PublishedSet(
        RemoteFiles(
            "usps",
            ("https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/",),
            {
                "usps.bz2": "3771e9dd6ba685185f89867b6e249233dd74652389f263963b3b741e994b034f",
                "usps.t.bz2": "a9c0164e797d60142a50604917f0baa604f326e9a689698763793fa5d12ffc4e",
            },
        ),
        7_291,
        2_007,
        16,
        10,
        _read_usps,
        _known(*DIGITS),
    ),
}


class TorchvisionSet(Source):
    """One of SETS, with its official split; pixels are bytes, scaled by 1/255."""

    source: Literal["torchvision"] = "torchvision"
    name: Literal["CIFAR10", "CIFAR100", "KMNIST", "QMNIST", "SVHN", "USPS"]

    sets: ClassVar[dict[str, PublishedSet]] = SETS

    @property
    def called(self) -> str:
        return self.name

    @property
    def published(self) -> PublishedSet:
        return self.sets[self.name]

    @property
    def kind(self) -> Literal["image"]:
        return "image"

    @property
    def size(self) -> int:
        return self.published.train + self.published.test

    @property
    def official_train(self) -> int:
        return self.published.train

    def download(self, folder: Path) -> None:
        fetch(self.published.files, folder)

    def prepare(self, raw: Path) -> Dataset:
        (pictures, numbers), (test_pictures, test_numbers) = self.published.read(raw)
        return Dataset(
            kind="image",
            inputs=np.concatenate([pictures, test_pictures]),
            targets=np.concatenate([numbers, test_numbers]).astype(np.int64),
            classes=self.published.classes(raw),
            scale=1 / 255,
            official_train=len(pictures),
        )
