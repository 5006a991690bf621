"""A person's own arrays: an .npz or .safetensors file of inputs and targets."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from regscope.base.errors import RegscopeError
from regscope.base.lines import listed, shown
from regscope.datasets.array_files import Arrays, read_arrays
from regscope.datasets.base import Dataset, Quantity
from regscope.datasets.own import Description, OwnFile, description_file, read_description
from regscope.datasets.turns import dealt

INPUTS, TARGETS = "inputs", "targets"
TEST = "test_"
CLASSES = "classes"
KEYS = (INPUTS, TARGETS, TEST + INPUTS, TEST + TARGETS, CLASSES)
MOST_CHANNELS = 4

ArraysKind = Literal["image", "points"]


class ArraysDescription(Description):
    """kind: what the inputs are."""

    kind: ArraysKind


class OwnArrays(OwnFile):
    """Arrays `inputs` and `targets`, and perhaps `test_inputs`, `test_targets` and `classes`.

    Bytes `[N, H, W]`, `[N, C, H, W]` or `[N, H, W, C]` are pictures, scaled by 1/255; numbers
    `[N, D]` are points, taken as they are. Whole numbers and text are classes, floats are what is
    to be predicted.
    """

    description: ClassVar[type[Description]] = ArraysDescription
    source: Literal["arrays"] = "arrays"

    @property
    def kind(self) -> ArraysKind:
        return self.described().kind

    def described(self) -> ArraysDescription:
        return read_description(self.path, ArraysDescription)

    def prepare(self, raw: Path) -> Dataset:
        """Read the file where it lies."""
        del raw
        self.check()
        described, path = self.described(), Path(self.path)
        dataset = dataset_of(path, described.quantity or Quantity("target"))
        if dataset.classes != described.classes:
            raise RegscopeError(f"{path}: has other classes than {description_file(path)} says")
        return dealt(dataset)


def dataset_of(path: Path, quantity: Quantity) -> Dataset:
    """What the file holds; `quantity` is what targets measure that are floats.

    Raises RegscopeError, in one line that names the file, the key and the row.
    """
    arrays = read_arrays(path, KEYS)
    try:
        return _dataset(arrays, quantity)
    except RegscopeError as error:
        raise RegscopeError(f"{path}: {error}") from error


def _dataset(arrays: Arrays, quantity: Quantity) -> Dataset:
    parts = _parts(arrays)
    inputs = _inputs(arrays, parts)
    first = arrays[TARGETS]
    for part in parts:
        _check_targets(part + TARGETS, arrays[part + TARGETS], arrays[part + INPUTS], first)
    numbers = first.dtype.kind == "f"
    classes = () if numbers else _classes(arrays)
    if numbers and CLASSES in arrays:
        raise RegscopeError(
            f"{CLASSES}: there are none where {TARGETS} are floats; save classes as whole numbers"
        )
    targets = [
        _finite(part + TARGETS, arrays[part + TARGETS]).astype(np.float64)
        if numbers
        else _numbered(part + TARGETS, arrays, classes)
        for part in parts
    ]
    return Dataset(
        kind="image" if inputs[0].dtype == np.uint8 else "points",
        inputs=np.concatenate(inputs),
        targets=np.concatenate(targets),
        classes=classes,
        scale=1 / 255 if inputs[0].dtype == np.uint8 else 1.0,
        official_train=len(inputs[0]) if len(parts) > 1 else None,
        quantity=quantity if numbers else None,
    )


def _parts(arrays: Arrays) -> list[str]:
    """What comes before the keys of the training part, and of the test part where there is one."""
    for part in ("", TEST):
        lacking = [part + key for key in (INPUTS, TARGETS) if part + key not in arrays]
        if len(lacking) == 1 or (lacking and not part):
            has = listed(arrays) or "nothing"
            raise RegscopeError(f"has no {listed(lacking)}; it has: {has}")
    return ["", TEST] if TEST + INPUTS in arrays else [""]


def _inputs(arrays: Arrays, parts: list[str]) -> list[np.ndarray]:
    """Of every part, as a Dataset has them, of one shape and dtype."""
    inputs = {part + INPUTS: arrays[part + INPUTS] for part in parts}
    first = arrays[INPUTS]
    for key, array in inputs.items():
        if array.ndim != first.ndim or array.shape[1:] != first.shape[1:]:
            raise RegscopeError(
                f"{key}: of shape {list(array.shape)}, and {INPUTS} of {list(first.shape)}: must"
                " be alike but for the first"
            )
        if array.dtype != first.dtype:
            raise RegscopeError(f"{key}: {array.dtype}, and {INPUTS} {first.dtype}: must be one")
        if 0 in array.shape:
            raise RegscopeError(f"{key}: of shape {list(array.shape)}: must be none of them 0")
    if first.ndim == 2 and first.dtype.kind in "fiub":
        return [_points(key, array) for key, array in inputs.items()]
    if first.ndim in (3, 4) and first.dtype.kind in "fiub":
        return [_channels_first(_bytes(key, array)) for key, array in inputs.items()]
    remedy = ""
    if first.ndim == 1:
        remedy = f"; of one number each: {INPUTS}[:, None]"
    elif first.ndim == 0 or first.ndim > 4:
        remedy = f"; flatten it: {INPUTS}.reshape(len({INPUTS}), -1)"
    raise RegscopeError(
        f"{INPUTS}: {first.dtype} of shape {list(first.shape)}; must be bytes [N, H, W],"
        f" [N, C, H, W] or [N, H, W, C], or numbers [N, D]{remedy}"
    )


def _points(key: str, array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return _finite(key, array).astype(np.float32)


def _finite(key: str, array: np.ndarray) -> np.ndarray:
    """Raises RegscopeError, naming the first row, where a number is nan or infinite."""
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return array
    wrong = ~np.isfinite(array).reshape(len(array), -1)
    rows = np.flatnonzero(wrong.any(axis=1))
    value = array.reshape(len(array), -1)[rows[0]][wrong[rows[0]]][0]
    column = f", column {int(wrong[rows[0]].argmax())}" if array.ndim == 2 else ""
    others = f", and {len(rows) - 1:,} more rows" if len(rows) > 1 else ""
    raise RegscopeError(
        f"{key}: row {rows[0]}{column} (from 0) is {value}{others}: every number must be finite"
    )


def _bytes(key: str, array: np.ndarray) -> np.ndarray:
    """Pictures as bytes; floats from 0 to 1 where they are bytes divided by 255."""
    if array.dtype == np.uint8:
        return array
    flat = f"or take them as numbers: {key}.reshape(len({key}), -1)"
    if array.dtype.kind != "f":
        raise RegscopeError(
            f"{key}: {array.dtype} of shape {list(array.shape)}; pictures are bytes from 0 to 255:"
            f" {key}.astype(np.uint8), {flat}"
        )
    _finite(key, array)
    lowest, highest = float(array.min()), float(array.max())
    if lowest < 0 or highest > 1:
        raise RegscopeError(
            f"{key}: {array.dtype} from {lowest:g} to {highest:g}; pictures are bytes, 0 is black"
            f" and 255 white: scale them so and {key}.astype(np.uint8), {flat}"
        )
    # Whatever way they were divided by 255, in the precision that they are in.
    within = max(1e-3, 255 * float(np.finfo(array.dtype).eps) / 4)
    levels = array.astype(np.float64) * 255
    if np.abs(levels - np.rint(levels)).max() > within:
        raise RegscopeError(
            f"{key}: {array.dtype} from 0 to 1, and not bytes divided by 255; round them:"
            f" ({key} * 255).round().astype(np.uint8), {flat}"
        )
    whole: np.ndarray = np.rint(levels).astype(np.uint8)
    return whole


def _channels_first(array: np.ndarray) -> np.ndarray:
    if array.ndim == 3:
        return array[:, None]
    first, last = (array.shape[axis] <= MOST_CHANNELS for axis in (1, 3))
    if first == last:
        raise RegscopeError(
            f"{INPUTS}: of shape {list(array.shape)}; which are the channels? One of the second and"
            f" the last must be at most {MOST_CHANNELS}, and the other more"
        )
    return array if first else np.ascontiguousarray(array.transpose(0, 3, 1, 2))


def _check_targets(key: str, array: np.ndarray, inputs: np.ndarray, first: np.ndarray) -> None:
    if array.ndim != 1:
        remedy = "reshape(-1)" if not array.ndim or array.size == len(array) else "argmax(axis=1)"
        raise RegscopeError(
            f"{key}: of shape {list(array.shape)}; must be [N], one for each of the inputs:"
            f" {key}.{remedy}"
        )
    if len(array) != len(inputs):
        raise RegscopeError(f"{key}: {len(array):,}, and {len(inputs):,} inputs: must be as many")
    kinds = {"i": "i", "u": "i", "b": "b", "U": "U", "S": "U", "f": "f"}
    if array.dtype.kind not in kinds:
        raise RegscopeError(
            f"{key}: {array.dtype}; must be whole numbers or text, for classes, or floats"
        )
    if kinds[array.dtype.kind] != kinds.get(first.dtype.kind):
        raise RegscopeError(f"{key}: {array.dtype}, and {TARGETS} {first.dtype}: must be of a kind")


def _text(key: str, array: np.ndarray) -> np.ndarray:
    """Text, of bytes too; whole numbers and truths are left as they are."""
    if array.dtype.kind == "S":
        try:
            array = np.char.decode(array, "utf-8")
        except UnicodeDecodeError as error:
            raise RegscopeError(f"{key}: not UTF-8: {error.reason}") from error
    if array.dtype.kind == "U" and (empty := np.flatnonzero(np.char.strip(array) == "")).size:
        others = f", and {len(empty) - 1:,} more rows" if len(empty) > 1 else ""
        raise RegscopeError(f"{key}: row {empty[0]} (from 0) is empty{others}")
    return array


def _classes(arrays: Arrays) -> tuple[str, ...]:
    """As given, or those of the training part, sorted."""
    targets = _text(TARGETS, arrays[TARGETS])
    if CLASSES not in arrays:
        classes = tuple(_called(value) for value in np.unique(targets))
        if len(classes) == 1:
            raise RegscopeError(f"{TARGETS}: one class, {shown(classes[0])}: must be two at least")
        return classes
    given = _text(CLASSES, arrays[CLASSES])
    if given.ndim != 1 or given.dtype.kind != "U":
        raise RegscopeError(
            f"{CLASSES}: {given.dtype} of shape {list(given.shape)}; must be text [C], the names of"
            " the classes 0, 1, ..."
        )
    if len(given) < 2:
        raise RegscopeError(f"{CLASSES}: {len(given)}: must be two at least")
    return tuple(str(name) for name in given)


def _called(value: object) -> str:
    return str(value).lower() if isinstance(value, np.bool_) else str(value)


def _numbered(key: str, arrays: Arrays, classes: tuple[str, ...]) -> np.ndarray:
    """The class's number of every example; whole numbers are that where `classes` are given."""
    targets = _text(key, arrays[key])
    if CLASSES in arrays and targets.dtype.kind != "U":
        numbers = targets.astype(np.int64)
        wrong = np.flatnonzero((numbers < 0) | (numbers >= len(classes)))
        allowed = f"must be 0 to {len(classes) - 1}, for the {CLASSES} {listed(classes, most=80)}"
    else:
        found, places = np.unique(targets, return_inverse=True)
        known = {name: number for number, name in enumerate(classes)}
        numbers = np.array([known.get(_called(value), -1) for value in found], np.int64)[places]
        wrong = np.flatnonzero(numbers < 0)
        where = CLASSES if CLASSES in arrays else TARGETS
        allowed = f"is not in {where}: {listed(classes, most=80)}"
    if len(wrong):
        raise RegscopeError(
            f"{key}: row {wrong[0]} (from 0), {shown(targets[wrong[0]])}: {allowed}"
        )
    return numbers
