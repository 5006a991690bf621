"""A table of one's own in the library: trained, measured, compared, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

import regscope
from tests import tiny
from tests.own import tables

MODEL = {"kind": "tabular", "hidden": [8], "embedding": 3}


def block(**changed: Any) -> dict[str, Any]:
    """A study of the table that is brought in here."""
    source = tables.brought(**changed)
    study = tiny.study(
        {"l2": 0.001},
        data=source.model_dump(mode="json"),
        model=MODEL,
        split={"train": 160, "validation": 32},
        training={"seeds": 5, "epochs": 2},
    )
    written: dict[str, Any] = study.model_dump(mode="json", exclude_none=True)
    return written


def test_a_table_is_trained_measured_and_compared(workspace: Path) -> None:
    study = block()
    study["regularizers"]["tested"] = {"l1_prox": 3}
    none = regscope.train(study, "none")
    tested = regscope.train(study, "tested", data=none.dataset)
    [(inputs, labels)] = tested.batches(0, "test")
    assert inputs.isnan().any()
    loader = DataLoader(TensorDataset(inputs, labels), batch_size=16)
    found = regscope.measure(tested.networks[0], loader)
    assert found.unmeasured == {}
    assert found.measures["accuracy"] == pytest.approx(tested.test_accuracy[0], abs=1e-6)
    assert list(found.layers["layer"]) == ["embedding", "hidden1", "output"]
    compared = regscope.compare(none.test_accuracy, tested.test_accuracy)
    difference = np.mean(tested.test_accuracy) - np.mean(none.test_accuracy)
    assert abs(difference) > 0.01
    assert compared.difference == pytest.approx(difference, abs=1e-12)
    (axis,) = regscope.plot_compare(none, tested).axes
    drawn = [np.asarray(points.get_offsets())[:, 0] for points in axis.collections][:2]
    expected = [100 * np.asarray(cell.test_accuracy) for cell in (none, tested)]
    np.testing.assert_allclose(drawn, expected, rtol=1e-9)
    assert len(none.plot_weights(tested).axes) == 2


def test_numbers_are_in_their_own_unit(workspace: Path) -> None:
    study = block(target="age", age=[f"{5000 + row / 7:.3f}" for row in range(tables.ROWS)])
    found = regscope.train(study, "none", seeds=1)
    [(inputs, targets)] = found.batches(0, "test")
    with torch.no_grad():
        predicted = found.networks[0](inputs)[:, 0].double()
    off = float((predicted - targets).square().sum() / (targets - targets.mean()).square().sum())
    assert found.test_r2[0] == pytest.approx(1 - off, abs=1e-3)


def test_data_of_before_the_table_was_brought_in_anew_are_refused(workspace: Path) -> None:
    before = regscope.train(block(), "none", seeds=1, data="prepared")
    study = block(city=["Oslo", "Rome"] * (tables.ROWS // 2))
    told = "^data: columns that table does not describe: not its data, or prepared before it was"
    for data in (before.dataset, "prepared"):
        with pytest.raises(regscope.RegscopeError, match=told):
            regscope.train(study, "none", seeds=1, data=data)
    again = regscope.train(study, "none", seeds=1)
    assert again.dataset.columns[1].categories == ("Oslo", "Rome")
    assert not np.array_equal(again.dataset.inputs, before.dataset.inputs)
