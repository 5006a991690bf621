"""What a data set says of itself, and what a source is held to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import regscope
from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import Quantity, Source
from regscope.datasets.checks import check_source, constant_columns
from regscope.datasets.digits import Digits
from regscope.datasets.sentences import encoded
from regscope.datasets.splits import SplitSettings
from stages import preprocess
from tests import tiny

LABELS = np.arange(12) % 3
PIXELS = np.random.default_rng(0).integers(0, 256, (12, 1, 8, 8)).astype(np.uint8)
NUMBERS = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
NAMES = ("a", "b", "c")

PICTURES = Dataset("image", PIXELS, LABELS, NAMES, 1 / 255)
POINTS = Dataset("points", NUMBERS, LABELS, NAMES)
SENTENCES = encoded([[("a", "N"), ("a", "V")], [("a", "N")]], [[("b", "V")]], ("N", "V"))


def with_entry(array: np.ndarray, place: Any, value: float) -> np.ndarray:
    changed = array.copy()
    changed[place] = value
    return changed


WRONG: dict[str, tuple[Dataset, dict[str, Any], str]] = {
    "labels from 1": (
        PICTURES, {"targets": LABELS + 1},
        "targets: from 1 to 3; must lie from 0 to 2, for the classes a, b, c",
    ),
    "a negative label": (POINTS, {"targets": LABELS - 1}, "targets: from -1 to 1; must lie"),
    "labels as numbers": (PICTURES, {"targets": LABELS * 1.0}, "targets: float64; must be int64"),
    "labels as bytes": (POINTS, {"targets": LABELS.astype(np.uint8)}, "targets: uint8; must be"),
    "labels as truths": (POINTS, {"targets": LABELS > 0}, "targets: bool; must be int64"),
    "labels as names": (POINTS, {"targets": np.array(NAMES)[LABELS]}, "targets: <U1; must be"),
    "labels in a list": (POINTS, {"targets": list(LABELS)}, "targets: must be a numpy array"),
    "labels with gaps": (
        POINTS, {"targets": with_entry(LABELS * 1.0, [3, 7], np.nan)},
        "targets: missing in 2 of 12 examples: 3, 7 (from 0); leave these examples out",
    ),
    "names with gaps": (
        POINTS, {"targets": np.array(["a", None] * 6, dtype=object)},
        "targets: missing in 6 of 12 examples: 1, 3, 5, 7, 9 and 1 more (from 0); leave these",
    ),
    "a label beyond": (
        POINTS, {"targets": with_entry(LABELS, 4, 3)},
        "targets: from 0 to 3; must lie from 0 to 2, for the classes a, b, c; not so of examples 4"
        " (from 0)",
    ),
    "numbers with gaps": (
        POINTS,
        {
            "targets": with_entry(LABELS * 1.0, 5, np.nan), "classes": (),
            "quantity": Quantity("size"),
        },
        "targets: nan in 1 of 12 examples: every target must be a finite number; not so of examples"
        " 5 (from 0)",
    ),
    "a column of labels": (
        POINTS, {"targets": LABELS[:, None]}, "targets: of shape [12, 1]; must be [12], one for",
    ),
    "too few labels": (POINTS, {"targets": LABELS[:9]}, "targets: of shape [9]; must be [12]"),
    "no channel axis": (PICTURES, {"inputs": PIXELS[:, 0]}, "inputs: uint8 of shape [12, 8, 8];"),
    "channels last": (
        PICTURES, {"inputs": PIXELS.repeat(3, 1).transpose(0, 2, 3, 1)},
        "inputs: of shape [12, 8, 8, 3], whose channels seem to come last",
    ),
    "pictures as numbers": (
        PICTURES, {"inputs": PIXELS / np.float32(255)}, "inputs: float32 of shape [12, 1, 8, 8];",
    ),
    "scale forgotten": (PICTURES, {"scale": 1.0}, "inputs: up to 255, times scale 1 more than 1"),
    "no scale": (PICTURES, {"scale": 0.0}, "scale = 0.0: must be a number greater than 0"),
    "double precision": (POINTS, {"inputs": NUMBERS.astype(float)}, "inputs: float64 of shape"),
    "no examples": (POINTS, {"inputs": NUMBERS[:0], "targets": LABELS[:0]}, "inputs: float32 of"),
    "no columns": (POINTS, {"inputs": NUMBERS[:, :0]}, "inputs: float32 of shape [12, 0]"),
    "nan": (
        POINTS, {"inputs": with_entry(NUMBERS, (slice(5), 2), np.nan)},
        "inputs: column 2 (from 0) is nan in 5 of 12 examples: every input must be finite",
    ),
    "infinity among nan": (
        POINTS,
        {"inputs": with_entry(with_entry(NUMBERS, (3, 1), -np.inf), (slice(5), 2), np.nan)},
        "inputs: column 1 (from 0) is -inf in 1 of 12 examples (and others in columns 2):",
    ),
    "huge": (
        POINTS, {"inputs": with_entry(NUMBERS, (4, 3), -1e30)},
        "inputs: column 3 (from 0) reaches 1.0e+30; must be at most 1e+15, or scaled",
    ),
    "a class twice": (POINTS, {"classes": ("a", "b", "a")}, "classes: a, b, a: must be a tuple"),
    "a class in two lines": (POINTS, {"classes": ("a", "b\n", "c")}, r"classes: a, b\n, c: must"),
    "no class": (POINTS, {"classes": ()}, "classes: none: must be a tuple of names"),
    "unknown kind": (POINTS, {"kind": "sound"}, "kind = sound: choose from: image, points, t"),
    "ids beyond words": (SENTENCES, {"words": 2}, "inputs: ids from 0 to 2; must lie from 0 to"),
    "a target of padding": (
        SENTENCES, {"targets": SENTENCES.targets.clip(0)}, "targets: must be -1 where inputs are 0",
    ),
    "padding first": (
        SENTENCES,
        {"inputs": SENTENCES.inputs[:, ::-1], "targets": SENTENCES.targets[:, ::-1]},
        "inputs: a sentence must have a word, and padding (0) only at its end",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_a_data_set_names_what_is_wrong_with_it(mistake: str) -> None:
    dataset, changed, line = WRONG[mistake]
    with pytest.raises(RegscopeError) as refused:
        replace(dataset, **changed)
    told = str(refused.value)
    assert told.startswith(line.replace("must be finite", "must be a finite number"))


@pytest.mark.parametrize(("train", "official"), [(12, None), (None, 12)])
def test_no_split_is_empty(train: int | None, official: int | None) -> None:
    settings = SplitSettings(train=train, validation=2)
    with pytest.raises(RegscopeError, match=r"^split: 12 of 12 examples train and 0 test"):
        replace(POINTS, official_train=official).split(settings, seed=0)
    with pytest.raises(RegscopeError, match=r"^split.validation = 6: must leave some of the 6"):
        POINTS.split(SplitSettings(train=6, validation=6), seed=0, holdout="validation")


def test_columns_that_never_vary_are_named_and_constant_pixels_are_not() -> None:
    constant = with_entry(with_entry(NUMBERS, (slice(None), 1), 7), (slice(None), 3), 0.5)
    told = constant_columns(replace(POINTS, inputs=constant))
    assert told is not None
    assert "by column from 0: 1: 7, 3: 0.5;" in told
    assert constant_columns(POINTS) is None
    dark = replace(PICTURES, inputs=with_entry(PIXELS, (slice(None), 0, 0, 0), 0))
    assert constant_columns(dark) is None


class Own(Source):
    """Says 12 examples; gives what it is told to."""

    source: str = "own"
    gives: Any = POINTS

    @property
    def kind(self) -> Any:
        return "points"

    @property
    def size(self) -> int:
        return 12

    def download(self, folder: Path) -> None:
        pass

    def prepare(self, raw: Path) -> Dataset:
        found: Dataset = self.gives
        return found


def test_a_source_keeps_what_it_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert np.array_equal(Own().prepared(tmp_path, "tiny").inputs, NUMBERS)
    assert capsys.readouterr().err == ""
    fewer = replace(POINTS, inputs=NUMBERS[:11], targets=LABELS[:11])
    constant = replace(POINTS, inputs=with_entry(NUMBERS, (slice(None), 1), 7))
    for given, line in {
        "examples = 11, and own has 12": fewer,
        "official_train = 6, and own has None": replace(POINTS, official_train=6),
        "pools = 1, and own has None": replace(POINTS, pools=1),
        "kind = image, and own has points": PICTURES,
        "prepare gives a NoneType, not a Dataset": None,
        "targets: all 12 are of class b: there is": replace(POINTS, targets=0 * LABELS + 1),
        "groups = True, and own has False": replace(POINTS, groups=LABELS),
        "all examples are the same": replace(POINTS, inputs=np.ones((12, 4), np.float32)),
    }.items():
        with pytest.raises(RegscopeError, match=given):
            Own(gives=line).prepared(tmp_path, "tiny")
    Own(gives=constant).prepared(tmp_path, "tiny")
    told = capsys.readouterr().err
    assert told.startswith("regscope: tiny: inputs: the same in every example, by column from 0: 1")


def test_pools_are_of_one_size() -> None:
    class Pooled(Own):
        @property
        def own_pools(self) -> int:
            return 5

        @property
        def size(self) -> int:
            return 2

    with pytest.raises(RegscopeError, match="12 examples, and pools = 5 of one size"):
        check_source(Pooled(), replace(POINTS, pools=5))


def test_preparing_refuses_what_training_from_code_does(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Digits, "size", property(lambda self: 1800))
    expected = "data: examples = 1797, and digits has 1800: not its data"
    study = tiny.study()
    with pytest.raises(RegscopeError) as from_code:
        regscope.train(study, "none")
    assert str(from_code.value) == expected
    monkeypatch.setattr(preprocess, "study_argument", lambda: ("tiny", study, None))
    (workspace / "data" / "raw" / "tiny").mkdir(parents=True)
    study.data.download(workspace / "data" / "raw" / "tiny")
    with pytest.raises(RegscopeError) as staged:
        preprocess.main()
    assert str(staged.value) == expected
    assert not (workspace / "data" / "prepared" / "tiny").exists()
