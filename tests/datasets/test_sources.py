from __future__ import annotations

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_moons

from regscope.datasets import SOURCES, Dataset, Source
from regscope.datasets import mnist as mnist_module
from regscope.datasets.digits import Digits
from regscope.datasets.fetch import RemoteFiles
from regscope.datasets.mnist import FILES, MNIST
from regscope.datasets.moons import Moons
from regscope.errors import RegscopeError


def through_disk(source: Source, folder: Path) -> Dataset:
    for name in ("raw", "prepared"):
        (folder / name).mkdir(parents=True)
    source.download(folder / "raw")
    source.prepare(folder / "raw").save(folder / "prepared")
    return Dataset.load(folder / "prepared")


def test_every_source_is_listed_under_its_own_name() -> None:
    assert {"digits": Digits, "mnist": MNIST, "moons": Moons} == SOURCES


def test_digits_are_scikit_learns(tmp_path: Path) -> None:
    dataset = through_disk(Digits(), tmp_path)
    expected = load_digits()
    assert dataset.inputs.dtype == np.uint8
    assert np.array_equal(dataset.inputs[:, 0], expected.images)
    assert np.array_equal(dataset.targets, expected.target)
    assert dataset.classes == tuple(str(name) for name in expected.target_names)
    assert dataset.scale * dataset.inputs.max() == 1
    assert (dataset.kind, dataset.input_shape) == ("image", (1, 8, 8))
    assert (len(dataset.inputs), dataset.official_train) == (Digits().size, None)


def test_moons_are_scikit_learns_and_the_same_every_time(tmp_path: Path) -> None:
    source = Moons(samples=300, noise=0.2, seed=4)
    dataset, again = (through_disk(source, tmp_path / name) for name in ("first", "second"))
    points, targets = make_moons(300, noise=0.2, random_state=4)
    assert np.array_equal(dataset.inputs, points.astype(np.float32))
    assert np.array_equal(dataset.targets, targets)
    assert np.array_equal(again.inputs, dataset.inputs)
    assert (dataset.kind, dataset.input_shape) == ("points", (2,))
    assert (len(dataset.inputs), dataset.scale) == (source.size, 1.0)
    files = [(tmp_path / name / "raw" / "moons.csv").read_bytes() for name in ("first", "second")]
    assert files[0] == files[1]
    other = through_disk(Moons(samples=300, noise=0.2, seed=5), tmp_path / "other")
    assert not np.array_equal(other.inputs, dataset.inputs)


def test_moons_upper_class_is_the_upper_one(tmp_path: Path) -> None:
    dataset = through_disk(Moons(samples=300, noise=0.0), tmp_path)
    heights = [dataset.inputs[dataset.targets == target, 1].mean() for target in (0, 1)]
    assert dataset.classes[int(np.argmax(heights))] == "upper"


def idx_gz(values: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(header + values.astype(np.uint8).tobytes(), mtime=0)


def tiny_mnist(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """Four small files in `mirror`, taken for the official ones."""
    generator = np.random.default_rng(0)
    arrays, sums = {}, {}
    (mirror / "mnist").mkdir(parents=True)
    for part, count in (("train", 6), ("t10k", 4)):
        images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = generator.integers(0, 10, count, dtype=np.uint8)
        for name, values in (("images-idx3", images), ("labels-idx1", labels)):
            file = f"{part}-{name}-ubyte.gz"
            arrays[file] = values
            content = idx_gz(values)
            (mirror / "mnist" / file).write_bytes(content)
            sums[file] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(mnist_module, "FILES", RemoteFiles("mnist", FILES.hosts, sums))
    monkeypatch.setenv("REGSCOPE_MIRROR", str(mirror))
    return arrays


def test_mnist_is_its_four_files_training_set_first(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = tiny_mnist(workspace / "mirror", monkeypatch)
    dataset = through_disk(MNIST(), workspace)
    images = [arrays[f"{part}-images-idx3-ubyte.gz"] for part in ("train", "t10k")]
    labels = [arrays[f"{part}-labels-idx1-ubyte.gz"] for part in ("train", "t10k")]
    assert dataset.inputs.dtype == np.uint8
    assert np.array_equal(dataset.inputs[:, 0], np.concatenate(images))
    assert np.array_equal(dataset.targets, np.concatenate(labels))
    assert dataset.scale * 255 == 1
    assert dataset.classes == tuple("0123456789")
    assert dataset.official_train == MNIST().official_train == 60_000
    assert MNIST().size == 70_000


def test_an_altered_mnist_file_is_refused_by_name(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_mnist(workspace / "mirror", monkeypatch)
    altered = workspace / "mirror" / "mnist" / "t10k-labels-idx1-ubyte.gz"
    content = bytearray(altered.read_bytes())
    content[-1] ^= 1
    altered.write_bytes(content)
    (workspace / "raw").mkdir()
    with pytest.raises(RegscopeError, match="mnist/t10k-labels-idx1-ubyte"):
        MNIST().download(workspace / "raw")
    assert "t10k-labels-idx1-ubyte.gz" not in [file.name for file in (workspace / "raw").iterdir()]


def test_mnists_sums_are_those_of_the_official_files() -> None:
    """As other libraries record them, by their first digits."""
    assert {name: digest[:8] for name, digest in FILES.sha256.items()} == {
        "train-images-idx3-ubyte.gz": "440fcabf",
        "train-labels-idx1-ubyte.gz": "3552534a",
        "t10k-images-idx3-ubyte.gz": "8d422c7b",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f9",
    }
    assert {len(digest) for digest in FILES.sha256.values()} == {64}
