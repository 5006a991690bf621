from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets

from regscope.base.errors import RegscopeError
from regscope.datasets import Dataset
from regscope.datasets.base import Quantity
from regscope.datasets.diabetes import Diabetes


def test_it_is_scikit_learns(tmp_path: Path) -> None:
    source = Diabetes()
    source.download(tmp_path)
    found = source.prepared(tmp_path, "diabetes")
    inputs, targets = sklearn.datasets.load_diabetes(return_X_y=True)
    assert np.array_equal(found.targets, targets)
    np.testing.assert_allclose(found.inputs, inputs * np.sqrt(442), atol=1e-6)
    assert (found.classes, found.quantity) == ((), Quantity("disease progression"))
    found.save(tmp_path / "saved")
    again = Dataset.load(tmp_path / "saved")
    assert again.quantity == found.quantity
    assert np.array_equal(again.targets, found.targets)


NUMBERS = np.arange(4, dtype=np.float64)

REFUSED = {
    "not a number": (
        np.array([1.0, np.nan, 2.0, np.nan]),
        "targets: nan in 2 of 4 examples: every target must be a finite number; not so of examples"
        " 1, 3 (from 0)",
    ),
    "infinite": (
        np.array([1.0, -np.inf, 2.0, 3.0]),
        "targets: -inf in 1 of 4 examples: every target must be a finite number; not so of"
        " examples 1 (from 0)",
    ),
    "constant": (np.full(4, 2.5), "targets: all are 2.5: there is nothing to learn"),
    "too large": (
        NUMBERS * 1e18,
        "targets: up to 3.0e+18 in size; must be at most 1e+15, or scaled",
    ),
    "whole numbers": (
        NUMBERS.astype(np.int64) + 2**60,
        "targets: int64; must be float64, numbers: astype(np.float64)",
    ),
    "too few": (
        NUMBERS[:3],
        "targets: of shape [3]; must be [4], one for each example of the inputs",
    ),
    "two each": (
        np.zeros((4, 2)),
        "targets: of shape [4, 2]; must be [4], one for each example of the inputs",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_targets_have_their_line(case: str) -> None:
    targets, expected = REFUSED[case]
    with pytest.raises(RegscopeError) as error:
        Dataset("points", np.eye(4, dtype=np.float32), targets, (), quantity=Quantity("height"))
    assert str(error.value) == expected


def test_numbers_have_no_classes() -> None:
    with pytest.raises(RegscopeError, match="quantity: targets that are numbers go with no class"):
        Dataset("points", np.eye(4, dtype=np.float32), NUMBERS, ("a",), quantity=Quantity("height"))
