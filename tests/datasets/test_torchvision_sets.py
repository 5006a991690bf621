"""Sets of torchvision's from small files of their formats, through a mirror."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import re
import struct
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.fetch import RemoteFiles
from regscope.datasets.torchvision_sets import SETS, TorchvisionSet
from regscope.own.torchvision_sets import study_of_set
from regscope.study.params import Study

GENERATOR = np.random.default_rng(0)
TRAIN, TEST = 12, 5


def drawn(side: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    shape = (TRAIN + TEST, channels, side, side)
    return GENERATOR.integers(0, 256, shape, dtype=np.uint8), np.arange(TRAIN + TEST) % 10


def idx(values: np.ndarray, kind: int = 8) -> bytes:
    header = bytes((0, 0, kind, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return gzip.compress(header + values.astype("u1" if kind == 8 else ">i4").tobytes())


def tar(members: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, member in members.items():
            information = tarfile.TarInfo(name)
            information.size = len(member)
            archive.addfile(information, io.BytesIO(member))
    return content.getvalue()


def matlab(pictures: np.ndarray, labels: np.ndarray) -> bytes:
    content = io.BytesIO()
    y = np.where(labels == 0, 10, labels).astype(np.uint8)[:, None]
    savemat(content, {"X": pictures.transpose(2, 3, 1, 0), "y": y}, do_compression=True)
    return content.getvalue()


def libsvm(pictures: np.ndarray, labels: np.ndarray) -> bytes:
    rows = pictures.reshape(len(pictures), -1) / 255 * 2 - 1
    lines = (
        f"{label + 1} " + " ".join(f"{place + 1}:{value:.9f}" for place, value in enumerate(row))
        for label, row in zip(labels, rows, strict=True)
    )
    return bz2.compress("\n".join(lines).encode())


def like_mnist(names: tuple[str, str, str, str], kind: int) -> Callable[..., dict[str, bytes]]:
    def files(pictures: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
        if kind == 12:
            labels = np.stack([labels] + [labels * 0 + 7] * 7, 1)
        parts = (slice(TRAIN), slice(TRAIN, None))
        contents = [
            content
            for part in parts
            for content in (idx(pictures[part, 0]), idx(labels[part], kind))
        ]
        return dict(zip(names, contents, strict=True))

    return files


def cifar10(pictures: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    records = [bytes([label]) + picture.tobytes() for label, picture in zip(labels, pictures)]  # noqa: B905
    batches = {
        f"data_batch_{number + 1}.bin": b"".join(records[start:end])
        for number, (start, end) in enumerate(((0, 3), (3, 5), (5, 6), (6, 10), (10, TRAIN)))
    }
    batches["test_batch.bin"] = b"".join(records[TRAIN:])
    # In no order, as archives may be.
    members = {f"cifar-10-batches-bin/{name}": batches[name] for name in reversed(batches)}
    return {"cifar-10-binary.tar.gz": tar(members)}


def cifar100(pictures: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    records = [bytes([99, label]) + picture.tobytes() for label, picture in zip(labels, pictures)]  # noqa: B905
    names = "\n".join(f"class_{number}" for number in range(100)) + "\n"
    members = {
        "train.bin": b"".join(records[:TRAIN]),
        "test.bin": b"".join(records[TRAIN:]),
        "fine_label_names.txt": names.encode(),
    }
    members = {f"cifar-100-binary/{name}": content for name, content in members.items()}
    return {"cifar-100-binary.tar.gz": tar(members)}


def in_two(
    first: str, second: str, content: Callable[[np.ndarray, np.ndarray], bytes]
) -> Callable[..., dict[str, bytes]]:
    return lambda pictures, labels: {
        first: content(pictures[:TRAIN], labels[:TRAIN]),
        second: content(pictures[TRAIN:], labels[TRAIN:]),
    }


MADE: dict[str, tuple[int, Callable[..., dict[str, bytes]]]] = {
    "CIFAR10": (3, cifar10),
    "CIFAR100": (3, cifar100),
    "KMNIST": (1, like_mnist(
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
         "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"), 8)),
    "QMNIST": (1, like_mnist(
        ("qmnist-train-images-idx3-ubyte.gz", "qmnist-train-labels-idx2-int.gz",
         "qmnist-test-images-idx3-ubyte.gz", "qmnist-test-labels-idx2-int.gz"), 12)),
    "SVHN": (3, in_two("train_32x32.mat", "test_32x32.mat", matlab)),
    "USPS": (1, in_two("usps.bz2", "usps.t.bz2", libsvm)),
}  # fmt: skip


def offered(
    name: str, files: Mapping[str, bytes], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> TorchvisionSet:
    """The set, its files being those, in a mirror."""
    monkeypatch.setenv("REGSCOPE_MIRROR", str(workspace / "mirror"))
    official = SETS[name]
    folder = workspace / "mirror" / official.files.dataset
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    sums = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    assert list(sums) == list(official.files.sha256)
    remote = RemoteFiles(official.files.dataset, (), sums)
    monkeypatch.setitem(SETS, name, replace(official, files=remote, train=TRAIN, test=TEST))
    return TorchvisionSet.model_validate({"source": "torchvision", "name": name})


def prepared(source: TorchvisionSet, workspace: Path) -> Dataset:
    for name in ("raw", "prepared"):
        (workspace / name).mkdir()
    source.download(workspace / "raw")
    source.prepared(workspace / "raw", "set").save(workspace / "prepared")
    return Dataset.load(workspace / "prepared")


def test_every_set_has_small_files_here() -> None:
    assert list(MADE) == list(SETS)


@pytest.mark.parametrize("name", MADE)
def test_pictures_and_labels_are_those_of_the_files(
    name: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels, make = MADE[name]
    official = SETS[name]
    pictures, labels = drawn(official.side, channels)
    source = offered(name, make(pictures, labels), workspace, monkeypatch)
    dataset = prepared(source, workspace)
    # USPS's pixels were numbers from -1 to 1, and are cut off as torchvision does it.
    within = 1 if name == "USPS" else 0
    assert np.abs(dataset.inputs.astype(int) - pictures).max() <= within
    assert np.array_equal(dataset.targets, labels)
    assert dataset.official_train == source.official_train == TRAIN
    assert len(dataset.classes) == official.count
    assert dataset.scale == 1 / 255


@pytest.mark.parametrize("name", MADE)
def test_files_are_verified_and_known_beforehand(name: str) -> None:
    published = SETS[name]
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in published.files.sha256.values())
    assert set(published.files.sizes) <= set(published.files.sha256)
    source = TorchvisionSet.model_validate({"name": name})
    assert source.size == published.train + published.test
    assert source.kind == "image"


@pytest.mark.parametrize("name", ["CIFAR10", "SVHN", "USPS", "KMNIST"])
def test_a_file_cut_short_is_refused(
    name: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels, make = MADE[name]
    files = make(*drawn(SETS[name].side, channels))
    first = next(iter(files))
    files[first] = files[first][:-200]
    source = offered(name, files, workspace, monkeypatch)
    with pytest.raises(RegscopeError, match=f"{first}: not (a whole|USPS's)"):
        prepared(source, workspace)


def test_another_file_than_the_published_one_is_refused(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGSCOPE_MIRROR", str(workspace / "mirror"))
    path = workspace / "mirror" / "cifar10" / "cifar-10-binary.tar.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(tar({}))
    with pytest.raises(RegscopeError, match=re.escape(f"{path}: not the file it should be")):
        prepared(TorchvisionSet(name="CIFAR10"), workspace)


@pytest.mark.parametrize("name", MADE)
def test_what_is_proposed_is_a_study(name: str) -> None:
    study = Study.model_validate(study_of_set(name.lower()).block)
    assert study.data.source == "torchvision"
    assert study.train_size == SETS[name].train
    assert next(iter(study.cells)) == "none"


def test_a_set_that_is_not_there_is_named() -> None:
    with pytest.raises(RegscopeError) as error:
        study_of_set("MNIST10")
    assert str(error.value) == (
        "torchvision = MNIST10: choose from: CIFAR10, CIFAR100, KMNIST, QMNIST, SVHN, USPS"
    )
