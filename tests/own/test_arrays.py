"""Files of arrays, from where they lie to a data set."""

from __future__ import annotations

import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.arrays import ArraysDescription, OwnArrays
from regscope.datasets.base import Quantity
from regscope.datasets.own import write_description
from regscope.own.arrays import look_at_arrays
from regscope.own.looked import Looked
from regscope.own.writing import with_methods
from regscope.study.params import Study

GENERATOR = np.random.default_rng(0)
POINTS = GENERATOR.normal(size=(20, 3))
GRAY = GENERATOR.integers(0, 256, (20, 6, 8), dtype=np.uint8)
COLOUR = GENERATOR.integers(0, 256, (20, 6, 8, 3), dtype=np.uint8)
NUMBERS = np.arange(20) % 3
TEXT = np.array(["owl", "crow", "wren"])[NUMBERS]


def npz(folder: Path, **named: Any) -> Path:
    np.savez(folder / "mine.npz", **named)
    return folder / "mine.npz"


def look(path: Path) -> Looked:
    return look_at_arrays(path, "mine", workspace=path.parent)


def brought_in(looked: Looked) -> OwnArrays:
    path = Path("data/own") / looked.name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(looked.file, path)
    write_description(path, looked.description)
    return OwnArrays.model_validate({**looked.data, "path": str(path)})


def through_disk(path: Path, folder: Path) -> Dataset:
    """As a study has it; what was proposed for it is one, whose every cell fits."""
    looked = look(path)
    source = brought_in(looked)
    data = {**looked.data, "path": source.path}
    study = Study.model_validate(with_methods(data, looked.proposal, looked.methods).block)
    for name in ("raw", "prepared"):
        (folder / name).mkdir(exist_ok=True)
    study.data.download(folder / "raw")
    study.data.prepared(folder / "raw", "mine").save(folder / "prepared")
    dataset = Dataset.load(folder / "prepared")
    for cell in study.cells:
        assert len(study.split_of(dataset, cell, 0).train) > 0
    return dataset


def test_numbers_and_classes(workspace: Path) -> None:
    path = npz(workspace, inputs=POINTS, targets=NUMBERS)
    assert look(path).told == (
        "20 examples; no test part: it is drawn by seed",
        f"inputs: 3 numbers, from {POINTS.min():g} to {POINTS.max():g}",
        "targets: 3 classes: 0 7 (35.0%), 1 7 (35.0%), 2 6 (30.0%)",
    )
    assert look(path).warned == ()
    assert look(path).file == path
    dataset = through_disk(path, workspace)
    assert (dataset.kind, dataset.classes, dataset.scale) == ("points", ("0", "1", "2"), 1.0)
    assert np.array_equal(dataset.inputs, POINTS.astype(np.float32))
    assert np.array_equal(dataset.targets, NUMBERS)
    assert dataset.official_train is None


@pytest.mark.parametrize(
    ("targets", "classes", "numbers"),
    [
        (NUMBERS + 5, ("5", "6", "7"), NUMBERS),
        ((NUMBERS * 10).astype(np.uint8), ("0", "10", "20"), NUMBERS),
        (NUMBERS - 1, ("-1", "0", "1"), NUMBERS),
        (NUMBERS > 1, ("false", "true"), (NUMBERS > 1) * 1),
        (TEXT, ("crow", "owl", "wren"), np.array([1, 0, 2])[NUMBERS]),
        (TEXT.astype("S"), ("crow", "owl", "wren"), np.array([1, 0, 2])[NUMBERS]),
    ],
)
def test_targets_that_are_classes(
    targets: np.ndarray, classes: tuple[str, ...], numbers: np.ndarray, workspace: Path
) -> None:
    dataset = through_disk(npz(workspace, inputs=POINTS, targets=targets), workspace)
    assert dataset.classes == classes
    assert np.array_equal(dataset.targets, numbers)


def test_classes_that_are_given_are_in_their_order(workspace: Path) -> None:
    given = np.array(["wren", "owl", "crow"])
    dataset = through_disk(npz(workspace, inputs=POINTS, targets=NUMBERS, classes=given), workspace)
    assert dataset.classes == ("wren", "owl", "crow")
    assert np.array_equal(dataset.targets, NUMBERS)
    dataset = through_disk(npz(workspace, inputs=POINTS, targets=TEXT, classes=given), workspace)
    assert [dataset.classes[number] for number in dataset.targets] == TEXT.tolist()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_what_is_to_be_predicted(dtype: Any, workspace: Path) -> None:
    path = npz(workspace, inputs=POINTS, targets=POINTS[:, 0].astype(dtype))
    looked = look_at_arrays(path, "mine", workspace=workspace, measures="weight", unit="kg")
    assert brought_in(looked).quantity == Quantity("weight", "kg")
    dataset = through_disk(path, workspace)
    assert dataset.quantity == Quantity("target")
    assert dataset.classes == ()
    assert np.array_equal(dataset.targets, POINTS[:, 0].astype(dtype).astype(np.float64))
    assert look(path).told[2].startswith("targets: numbers from ")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (GRAY, GRAY[:, None]),
        (GRAY[:, None], GRAY[:, None]),
        (GRAY[..., None], GRAY[:, None]),
        (COLOUR, COLOUR.transpose(0, 3, 1, 2)),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR.transpose(0, 3, 1, 2)),
        (np.asfortranarray(COLOUR), COLOUR.transpose(0, 3, 1, 2)),
        (GRAY / 255, GRAY[:, None]),
        (GRAY.astype(np.float32) / 255, GRAY[:, None]),
        (GRAY.astype(np.float32) * np.float32(1 / 255), GRAY[:, None]),
        ((GRAY / 255).astype(np.float16), GRAY[:, None]),
        ((COLOUR / 255).astype(">f4"), COLOUR.transpose(0, 3, 1, 2)),
    ],
)
def test_pictures(inputs: np.ndarray, expected: np.ndarray, workspace: Path) -> None:
    dataset = through_disk(npz(workspace, inputs=inputs, targets=NUMBERS), workspace)
    assert (dataset.kind, dataset.scale) == ("image", 1 / 255)
    assert np.array_equal(dataset.inputs, expected)


def test_pictures_of_a_number(workspace: Path) -> None:
    dataset = through_disk(npz(workspace, inputs=GRAY, targets=POINTS[:, 0]), workspace)
    assert (dataset.kind, dataset.quantity) == ("image", Quantity("target"))


def test_a_test_part_stays_one(workspace: Path) -> None:
    path = npz(
        workspace,
        inputs=POINTS[:14],
        targets=TEXT[:14],
        test_inputs=POINTS[14:],
        test_targets=TEXT[14:],
    )
    looked = look(path)
    assert looked.told[0] == "20 examples; 14 train and 6 test"
    assert isinstance(looked.description, ArraysDescription)
    assert looked.description.official_train == 14
    dataset = through_disk(path, workspace)
    assert dataset.official_train == 14
    assert np.array_equal(dataset.inputs, POINTS.astype(np.float32))


def test_safetensors_hold_the_same(workspace: Path) -> None:
    first = through_disk(npz(workspace, inputs=COLOUR, targets=NUMBERS), workspace)
    path = workspace / "mine.safetensors"
    save_file({"inputs": COLOUR, "targets": NUMBERS}, path)
    looked = look(path)
    assert looked.name == "mine.safetensors"
    second = through_disk(path, workspace)
    assert np.array_equal(first.inputs, second.inputs)
    assert np.array_equal(first.targets, second.targets)


def test_compressed_files_hold_the_same(workspace: Path) -> None:
    first = through_disk(npz(workspace, inputs=GRAY, targets=NUMBERS), workspace)
    np.savez_compressed(workspace / "mine.npz", inputs=GRAY, targets=NUMBERS)
    assert np.array_equal(through_disk(workspace / "mine.npz", workspace).inputs, first.inputs)


def test_what_its_owner_should_look_at_is_told(workspace: Path) -> None:
    inputs = POINTS * [1, 100, 0]
    inputs[5] = inputs[4]
    inputs[19] = inputs[4]
    targets = NUMBERS.copy()
    targets[17] = 1
    path = npz(
        workspace,
        inputs=inputs[:17],
        targets=targets[:17],
        test_inputs=inputs[17:],
        test_targets=np.ones(3, np.int64),
    )
    spread = inputs[:, 1].astype(np.float32).std(dtype=np.float64)
    assert look(path).warned == (
        "columns that never vary, from 0: 2",
        "1 of 3 columns have a standard deviation outside 0.1 to 10"
        f" ({spread:.3g} to {spread:.3g}), and are taken as they are: scale them by the training"
        " part",
        "classes without an example in the test part: 0, 2",
        "2 of 20 examples repeat another's inputs; 1 of the test part are inputs of the training"
        " part too",
    )


def test_targets_that_may_be_of_the_other_kind_are_asked_about(workspace: Path) -> None:
    many = look(npz(workspace, inputs=np.arange(120.0)[:, None], targets=np.arange(120) % 60))
    assert "60 classes: is the target a number? Then save it as floats" in many.warned
    few = look(npz(workspace, inputs=POINTS, targets=NUMBERS * 1.0))
    assert few.warned == (
        "targets are floats of 3 whole values: are they classes? Then save them as whole numbers",
    )


def one(**named: Any) -> Callable[[Path], Path]:
    """A file of numbers and classes, of which some are others."""
    return lambda folder: npz(folder, **{"inputs": POINTS, "targets": NUMBERS, **named})


def without(key: str) -> Callable[[Path], Path]:
    both = {"inputs": POINTS, "targets": NUMBERS}
    return lambda folder: npz(folder, **{name: both[name] for name in both if name != key})


def holed(value: float, *rows: int) -> np.ndarray:
    points = POINTS.copy()
    points[list(rows), 1] = value
    return points


def file(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


class Opened:
    """What a pickle would run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("opened"),)


def pickled(folder: Path) -> Path:
    np.savez(folder / "mine.npz", inputs=np.array([Opened()] * 20, object), targets=NUMBERS)
    return folder / "mine.npz"


def member(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "mine.npz", "w") as archive:
            archive.writestr("inputs.npy", content)
        return folder / "mine.npz"

    return write


def headed(header: bytes) -> Callable[[Path], Path]:
    """An array of this header, and no number."""
    header += b" " * (117 - len(header)) + b"\n"
    return member(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)


def cut(folder: Path) -> Path:
    path = npz(folder, inputs=POINTS, targets=NUMBERS)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def bomb(folder: Path) -> Path:
    path = npz(folder, inputs=POINTS, targets=NUMBERS)
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = (4_000_000_000).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def bfloat(folder: Path) -> Path:
    save_torch({"inputs": torch.zeros(20, 3, dtype=torch.bfloat16)}, folder / "mine.safetensors")
    return folder / "mine.safetensors"


EMPTY_TEXT = TEXT.copy()
EMPTY_TEXT[[3, 7]] = " "
REMEDY = "or take them as numbers: inputs.reshape(len(inputs), -1)"

REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such file": (lambda folder: folder / "mine.npz", ": no such file"),
    "another kind of file": (
        file("mine.npy", b""),
        ": must be a file called .npz or .safetensors",
    ),
    "empty": (file("mine.npz", b""), ": not a whole .npz file (File is not a zip file)"),
    "cut short": (cut, ": not a whole .npz file (File is not a zip file)"),
    "no safetensors": (
        file("mine.safetensors", b"text"),
        ": not a whole .safetensors file (Error while deserializing",
    ),
    "numbers that numpy does not have": (
        bfloat,
        ": has numbers of a kind that numpy does not have (data type 'bfloat16' not understood);"
        " save float32",
    ),
    "a pickle": (
        pickled,
        ": inputs: holds Python objects (a pickle), which are never opened; save numbers or text:"
        " np.array(values.tolist())",
    ),
    "a bare pickle": (
        member(pickle.dumps(Opened())),
        ": inputs: not a whole array (the magic string is not correct",
    ),
    "a header that promises more": (
        headed(b"{'descr': '<f8', 'fortran_order': False, 'shape': (125000000000,), }"),
        ": inputs: 0 bytes where its header promises [125000000000] of float64",
    ),
    "a header that ends too early": (
        headed(b"{'descr': '<f8', 'fortran_order': False, 'shape': (3,"),
        ": inputs: not a whole array (",
    ),
    "a header of fewer than none": (
        headed(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 0), }"),
        ": inputs: not a whole array (of shape [-1, 0])",
    ),
    "a bomb": (bomb, ": refused: unpacks to 4,000,"),
    "no inputs": (without("inputs"), ": has no inputs; it has: targets"),
    "no targets": (without("targets"), ": has no targets; it has: inputs"),
    "no test targets": (
        one(test_inputs=POINTS),
        ": has no test_targets; it has: inputs, targets, test_inputs",
    ),
    "another key": (
        one(labels=NUMBERS),
        ": unknown key labels; known here: inputs, targets, test_inputs, test_targets, classes",
    ),
    "a nan": (
        one(inputs=holed(np.nan, 4)),
        ": inputs: row 4, column 1 (from 0) is nan: every number must be finite",
    ),
    "infinities": (
        one(inputs=holed(-np.inf, 4, 9, 10)),
        ": inputs: row 4, column 1 (from 0) is -inf, and 2 more rows: every number must be finite",
    ),
    "a nan in the test part": (
        one(test_inputs=holed(np.nan, 3), test_targets=NUMBERS),
        ": test_inputs: row 3, column 1 (from 0) is nan: every number must be finite",
    ),
    "a missing target": (
        one(targets=holed(np.nan, 2)[:, 1]),
        ": targets: row 2 (from 0) is nan: every number must be finite",
    ),
    "text that is missing": (
        one(targets=EMPTY_TEXT),
        ": targets: row 3 (from 0) is empty, and 1 more rows",
    ),
    "one class": (one(targets=NUMBERS * 0), ": targets: one class, 0: must be two at least"),
    "one number": (one(targets=NUMBERS * 0.0), ": targets: all are 0: there is nothing to learn"),
    "fewer targets": (one(targets=NUMBERS[:-1]), ": targets: 19, and 20 inputs: must be as many"),
    "targets in a column": (
        one(targets=NUMBERS[:, None]),
        ": targets: of shape [20, 1]; must be [N], one for each of the inputs: targets.reshape(-1)",
    ),
    "one target for all": (
        one(targets=np.array(1)),
        ": targets: of shape []; must be [N], one for each of the inputs: targets.reshape(-1)",
    ),
    "one-hot targets": (
        one(targets=np.eye(3)[NUMBERS]),
        ": targets: of shape [20, 3]; must be [N], one for each of the inputs:"
        " targets.argmax(axis=1)",
    ),
    "complex targets": (
        one(targets=NUMBERS * 1j),
        ": targets: complex128; must be whole numbers or text, for classes, or floats",
    ),
    "targets of two kinds": (
        one(test_inputs=POINTS, test_targets=TEXT),
        ": test_targets: <U4, and targets int64: must be of a kind",
    ),
    "a class that only tests": (
        one(test_inputs=POINTS, test_targets=NUMBERS + 1),
        ": test_targets: row 2 (from 0), 3: is not in targets: 0, 1, 2",
    ),
    "a class beyond those given": (
        one(classes=np.array(["a", "b"])),
        ": targets: row 2 (from 0), 2: must be 0 to 1, for the classes a, b",
    ),
    "a name that is not given": (
        one(targets=TEXT, classes=np.array(["owl", "crow"])),
        ": targets: row 2 (from 0), wren: is not in classes: owl, crow",
    ),
    "text that is no UTF-8": (
        one(targets=np.where(NUMBERS == 1, b"\xff", b"owl")),
        ": targets: not UTF-8: invalid start byte",
    ),
    "names that are no UTF-8": (
        one(classes=np.array([b"a", b"b", b"\xff"])),
        ": classes: not UTF-8: invalid start byte",
    ),
    "one name": (one(classes=np.array(["a"])), ": classes: 1: must be two at least"),
    "a class that was given and only tests": (
        one(
            targets=NUMBERS % 2,
            test_inputs=POINTS,
            test_targets=NUMBERS,
            classes=np.array(["a", "b", "c"]),
        ),
        ": test_targets: has a class that no training example has",
    ),
    "a class without examples": (
        one(classes=np.array(["a", "b", "c", "d"])),
        ": classes: no example of d",
    ),
    "classes that are numbers": (
        one(classes=np.arange(3)),
        ": classes: int64 of shape [3]; must be text [C], the names of the classes 0, 1, ...",
    ),
    "classes of what is predicted": (
        one(targets=POINTS[:, 0], classes=np.array(["a", "b"])),
        ": classes: there are none where targets are floats; save classes as whole numbers",
    ),
    "a class's name twice": (
        one(classes=np.array(["a", "b", "b"])),
        ": classes: a, b, b: must be a tuple of names, one line of text each, none twice",
    ),
    "other columns in the test part": (
        one(test_inputs=POINTS[:, :2], test_targets=NUMBERS),
        ": test_inputs: of shape [20, 2], and inputs of [20, 3]: must be alike but for the first",
    ),
    "another kind in the test part": (
        one(test_inputs=POINTS.astype(np.float32), test_targets=NUMBERS),
        ": test_inputs: float32, and inputs float64: must be one",
    ),
    "no example": (
        one(inputs=POINTS[:0], targets=NUMBERS[:0]),
        ": inputs: of shape [0, 3]: must be none of them 0",
    ),
    "one number each": (
        one(inputs=POINTS[:, 0]),
        ": inputs: float64 of shape [20]; must be bytes [N, H, W], [N, C, H, W] or [N, H, W, C], or"
        " numbers [N, D]; of one number each: inputs[:, None]",
    ),
    "text as inputs": (
        one(inputs=TEXT[:, None]),
        ": inputs: <U4 of shape [20, 1]; must be bytes [N, H, W], [N, C, H, W] or [N, H, W, C], or"
        " numbers [N, D]",
    ),
    "films": (
        one(inputs=np.zeros((20, 2, 3, 4, 5), np.uint8)),
        ": inputs: uint8 of shape [20, 2, 3, 4, 5]; must be bytes [N, H, W], [N, C, H, W] or"
        " [N, H, W, C], or numbers [N, D]; flatten it: inputs.reshape(len(inputs), -1)",
    ),
    "channels in doubt": (
        one(inputs=np.zeros((20, 3, 8, 3), np.uint8)),
        ": inputs: of shape [20, 3, 8, 3]; which are the channels? One of the second and the last"
        " must be at most 4, and the other more",
    ),
    "no channels": (
        one(inputs=np.zeros((20, 8, 8, 8), np.uint8)),
        ": inputs: of shape [20, 8, 8, 8]; which are the channels? One of the second and the last"
        " must be at most 4, and the other more",
    ),
    "pictures of whole numbers": (
        one(inputs=GRAY.astype(np.int64)),
        ": inputs: int64 of shape [20, 6, 8]; pictures are bytes from 0 to 255:"
        f" inputs.astype(np.uint8), {REMEDY}",
    ),
    "pictures standardized": (
        one(inputs=(GRAY - 127.5) / 127.5),
        f": inputs: float64 from {(GRAY.min() - 127.5) / 127.5:g} to"
        f" {(GRAY.max() - 127.5) / 127.5:g}; pictures are bytes, 0 is black and 255 white: scale"
        f" them so and inputs.astype(np.uint8), {REMEDY}",
    ),
    "pictures between bytes": (
        one(inputs=GRAY / 256),
        ": inputs: float64 from 0 to 1, and not bytes divided by 255; round them: (inputs *"
        f" 255).round().astype(np.uint8), {REMEDY}",
    ),
    "a nan in a picture": (
        one(inputs=np.where(np.arange(20)[:, None, None] == 6, np.nan, GRAY / 255)),
        ": inputs: row 6 (from 0) is nan: every number must be finite",
    ),
    "a class of one": (
        one(inputs=POINTS, targets=np.where(np.arange(20) == 7, "wren", "owl")),
        ": classes with one example to train on: wren: join them with others, or take them out",
    ),
    "a class of one in the training part": (
        one(
            inputs=POINTS,
            targets=np.where(np.arange(20) == 7, 1, 0),
            test_inputs=POINTS,
            test_targets=NUMBERS % 2,
        ),
        ": classes with one example to train on: 1: join them with others, or take them out",
    ),
    "too few": (
        one(inputs=POINTS[:5], targets=NUMBERS[:5]),
        ": 5 examples are too few: 10 at least train and test a network",
    ),
    "too large": (
        one(inputs=POINTS * 1e30),
        ": inputs: column",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_told_in_one_line(what: str, workspace: Path) -> None:
    make, line = REFUSED[what]
    path = make(workspace)
    before = sorted(workspace.iterdir())
    with pytest.raises(RegscopeError) as error:
        look(path)
    assert str(error.value).startswith(f"{path}{line}")
    assert sorted(workspace.iterdir()) == before


def test_another_file_than_the_described_one_is_refused(workspace: Path) -> None:
    source = brought_in(look(npz(workspace, inputs=POINTS, targets=NUMBERS)))
    np.savez(source.path, inputs=POINTS[::-1], targets=NUMBERS)
    with pytest.raises(RegscopeError) as error:
        source.prepare(workspace)
    assert str(error.value) == (
        "data/own/mine.npz: not the file that data/own/mine.npz.json describes; bring it in anew"
        " with: regscope new"
    )


@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.float32, np.float64, np.int16, np.bool_]),
        st.tuples(st.integers(10, 12), st.integers(1, 6)),
    )
)
def test_numbers_of_every_kind_are_taken_or_told(
    tmp_path_factory: pytest.TempPathFactory, inputs: np.ndarray
) -> None:
    folder = tmp_path_factory.mktemp("arrays")
    path = npz(folder, inputs=inputs, targets=np.arange(len(inputs)) % 2)
    try:
        looked = look(path)
    except RegscopeError:
        assert inputs.dtype.kind == "f"
        finite = np.isfinite(inputs).all()
        assert not finite or np.abs(inputs.astype(np.float64)).max() > 1e15
    else:
        assert looked.description.size == len(inputs)
