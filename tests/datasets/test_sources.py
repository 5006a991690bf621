from __future__ import annotations

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_moons

from regscope.base.errors import RegscopeError
from regscope.base.randomness import derive
from regscope.datasets import SOURCES, Dataset, Source
from regscope.datasets.arrays import OwnArrays
from regscope.datasets.diabetes import Diabetes
from regscope.datasets.digits import Digits
from regscope.datasets.fashion_mnist import FashionMNIST
from regscope.datasets.fetch import RemoteFiles
from regscope.datasets.mnist import MNIST
from regscope.datasets.moons import Moons
from regscope.datasets.nltk_corpora import NLTKCorpora
from regscope.datasets.pictures import Pictures
from regscope.datasets.public_tables import PublicTable
from regscope.datasets.table import Table
from regscope.datasets.tiny_imagenet import TinyImageNet
from regscope.datasets.torchvision_sets import TorchvisionSet


def through_disk(source: Source, folder: Path) -> Dataset:
    for name in ("raw", "prepared"):
        (folder / name).mkdir(parents=True)
    source.download(folder / "raw")
    source.prepare(folder / "raw").save(folder / "prepared")
    return Dataset.load(folder / "prepared")


def test_every_source_is_listed_under_its_own_name() -> None:
    assert {
        "arrays": OwnArrays,
        "diabetes": Diabetes,
        "digits": Digits,
        "fashion_mnist": FashionMNIST,
        "mnist": MNIST,
        "moons": Moons,
        "nltk": NLTKCorpora,
        "pictures": Pictures,
        "public_table": PublicTable,
        "table": Table,
        "tiny_imagenet": TinyImageNet,
        "torchvision": TorchvisionSet,
    } == SOURCES


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
    source = Moons(samples=300, noise=0.2, seed=4, pools=3)
    dataset, again = (through_disk(source, tmp_path / name) for name in ("first", "second"))
    for seed in range(3):
        state = derive(4, f"pool of seed {seed}")
        points, targets = make_moons(300, noise=0.2, random_state=state)
        pool = dataset.pool(seed)
        assert np.array_equal(dataset.inputs[pool], points.astype(np.float32))
        assert np.array_equal(dataset.targets[pool], targets)
    assert np.array_equal(again.inputs, dataset.inputs)
    assert (dataset.kind, dataset.input_shape) == ("points", (2,))
    assert (dataset.pool_size, dataset.scale) == (source.size, 1.0)
    assert (len(dataset.inputs), dataset.pools) == (900, source.own_pools)
    files = [(tmp_path / name / "raw" / "moons.csv").read_bytes() for name in ("first", "second")]
    assert files[0] == files[1]
    other = through_disk(Moons(samples=300, noise=0.2, seed=5, pools=3), tmp_path / "other")
    assert not set(other.inputs[:, 0]) & set(dataset.inputs[:, 0])


def test_moons_of_a_seed_are_its_own_and_the_same_however_many_seeds_there_are(
    tmp_path: Path,
) -> None:
    few, many = (
        through_disk(Moons(samples=50, noise=0.2, pools=pools), tmp_path / str(pools))
        for pools in (2, 5)
    )
    assert np.array_equal(few.inputs, many.inputs[:100])
    assert np.array_equal(few.targets, many.targets[:100])
    assert len(np.unique(many.inputs, axis=0)) == 250


def test_moons_bits_are_pinned(tmp_path: Path) -> None:
    """The file that every number of the study comes from; nothing here asks for a kernel."""
    source = Moons(samples=100, noise=0.3, pools=2)
    source.download(tmp_path)
    digest = hashlib.sha256((tmp_path / "moons.csv").read_bytes()).hexdigest()
    assert digest[:16] == "70b797bace451ef1"


def test_moons_upper_class_is_the_upper_one(tmp_path: Path) -> None:
    dataset = through_disk(Moons(samples=300, noise=0.0), tmp_path)
    heights = [dataset.inputs[dataset.targets == target, 1].mean() for target in (0, 1)]
    assert dataset.classes[int(np.argmax(heights))] == "upper"


def idx_gz(values: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    return gzip.compress(header + values.astype(np.uint8).tobytes(), mtime=0)


LIKE_MNIST = [MNIST, FashionMNIST]


def tiny_files(
    source: type[MNIST] | type[FashionMNIST], mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, np.ndarray]:
    """Four small files in `mirror`, taken for the official ones."""
    generator = np.random.default_rng(0)
    arrays, sums = {}, {}
    folder = mirror / source.files.dataset
    folder.mkdir(parents=True)
    for part, count in (("train", 6), ("t10k", 4)):
        images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = generator.integers(0, 10, count, dtype=np.uint8)
        for name, values in (("images-idx3", images), ("labels-idx1", labels)):
            file = f"{part}-{name}-ubyte.gz"
            arrays[file] = values
            content = idx_gz(values)
            (folder / file).write_bytes(content)
            sums[file] = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(source, "files", RemoteFiles(folder.name, (), sums))
    monkeypatch.setenv("REGSCOPE_MIRROR", str(mirror))
    return arrays


@pytest.mark.parametrize("source", LIKE_MNIST)
def test_four_idx_files_become_one_data_set_training_set_first(
    source: type[MNIST] | type[FashionMNIST], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = tiny_files(source, workspace / "mirror", monkeypatch)
    dataset = through_disk(source(), workspace)
    images = [arrays[f"{part}-images-idx3-ubyte.gz"] for part in ("train", "t10k")]
    labels = [arrays[f"{part}-labels-idx1-ubyte.gz"] for part in ("train", "t10k")]
    assert dataset.inputs.dtype == np.uint8
    assert np.array_equal(dataset.inputs[:, 0], np.concatenate(images))
    assert np.array_equal(dataset.targets, np.concatenate(labels))
    assert dataset.scale * 255 == 1
    assert dataset.official_train == source().official_train == 60_000
    assert source().size == 70_000
    assert dataset.kind == source().kind == "image"


def test_classes_are_named_in_the_order_of_their_labels(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_files(FashionMNIST, workspace / "mirror", monkeypatch)
    clothes = through_disk(FashionMNIST(), workspace).classes
    assert [clothes[label] for label in (0, 1, 4, 6, 9)] == [
        "T-shirt/top",
        "Trouser",
        "Coat",
        "Shirt",
        "Ankle boot",
    ]
    assert len(set(clothes)) == 10
    assert MNIST.classes == tuple("0123456789")


@pytest.mark.parametrize("source", LIKE_MNIST)
def test_an_altered_file_is_refused_by_name(
    source: type[MNIST] | type[FashionMNIST], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_files(source, workspace / "mirror", monkeypatch)
    name = source.files.dataset
    altered = workspace / "mirror" / name / "t10k-labels-idx1-ubyte.gz"
    content = bytearray(altered.read_bytes())
    content[-1] ^= 1
    altered.write_bytes(content)
    (workspace / "raw").mkdir()
    with pytest.raises(RegscopeError, match=f"{name}/t10k-labels-idx1-ubyte"):
        source().download(workspace / "raw")
    assert "t10k-labels-idx1-ubyte.gz" not in [file.name for file in (workspace / "raw").iterdir()]


@pytest.mark.parametrize(
    ("source", "digits"),
    [
        (MNIST, ["440fcabf", "3552534a", "8d422c7b", "f7ae60f9"]),
        (FashionMNIST, ["3aede38d", "a04f1713", "346e55b9", "67da17c7"]),
    ],
)
def test_sums_are_those_of_the_official_files(
    source: type[MNIST] | type[FashionMNIST], digits: list[str]
) -> None:
    """As other libraries record them, by their first digits."""
    assert {name: digest[:8] for name, digest in source.files.sha256.items()} == {
        "train-images-idx3-ubyte.gz": digits[0],
        "train-labels-idx1-ubyte.gz": digits[1],
        "t10k-images-idx3-ubyte.gz": digits[2],
        "t10k-labels-idx1-ubyte.gz": digits[3],
    }
    assert {len(digest) for digest in source.files.sha256.values()} == {64}
