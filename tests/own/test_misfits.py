"""A network of one's own is tried out before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from regscope.base.errors import RegscopeError
from regscope.own.arrays import look_at_arrays
from regscope.own.looked import Looked
from regscope.own.network import own_network
from regscope.own.table_asked import TableAsked
from regscope.own.tables import look_at_table
from regscope.own.writing import tried
from tests.models.modules import nets
from tests.own import tables

WIDE = """
from torch import nn

class Wide(nn.Module):
    def __init__(self, input_shape, classes, width):
        super().__init__()
        self.output = nn.Linear(64, classes)

    def forward(self, inputs):
        return self.output(inputs.flatten(1))

class Narrow(Wide):
    def __init__(self, input_shape, classes):
        super().__init__(input_shape, classes, 1)

class Soft(Narrow):
    def forward(self, inputs):
        return super().forward(inputs).softmax(1)
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(nets.__file__, tmp_path / "my_nets.py")
    (tmp_path / "wide.py").write_text(WIDE)


def pictures() -> Looked:
    stream = np.random.default_rng(0)
    np.savez(
        "digits.npz",
        inputs=stream.integers(0, 256, (200, 8, 8), dtype=np.uint8),
        targets=stream.integers(0, 3, 200),
    )
    return look_at_arrays(Path("digits.npz"), "mine", workspace=Path())


def test_methods_without_a_slot_are_no_cells() -> None:
    found = tried(pictures(), own_network("my_nets.py:Convolving", []))
    assert {"batch_norm", "dropout"} <= set(found.unfit)
    assert found.unfit["dropout"].startswith("regularizers.dropout.dropout")
    assert {"none", "l2", "sam"} <= set(found.block["regularizers"])
    assert not set(found.unfit) & set(found.block["regularizers"])
    assert found.block["data"]["path"] == "data/own/mine.npz"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Wide", "model.path = wide.py:Wide: .*width"),
        ("Soft", "model.path = wide.py:Soft: gives probabilities, which sum to 1"),
    ],
)
def test_one_that_cannot_be_trained_is_refused(name: str, told: str) -> None:
    with pytest.raises(RegscopeError, match=told):
        tried(pictures(), own_network(f"wide.py:{name}", []))


def test_an_argument_is_the_constructors_and_the_studys() -> None:
    found = tried(pictures(), own_network("wide.py:Wide", ["width=2"]))
    assert found.block["model"]["arguments"] == {"width": 2}
    with pytest.raises(RegscopeError, match=r"arguments\.depth"):
        tried(pictures(), own_network("wide.py:Wide", ["width=2", "depth=3"]))


@pytest.mark.parametrize("with_test", [False, True])
def test_on_a_table_it_is_given_what_columns_become(with_test: bool) -> None:
    file = tables.written(Path("t.csv"))
    test = tables.written(Path("later.csv"), **tables.words(seed=9)) if with_test else None
    looked = look_at_table(file, "churn", "left", TableAsked(test=test))
    found = tried(looked, own_network("my_nets.py:Dense", []))
    assert {"none", "dropout", "l2"} <= set(found.block["regularizers"])
    assert not Path("data").exists()
