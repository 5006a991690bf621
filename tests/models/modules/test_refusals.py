"""What is no network to train: one line each, which ends with the remedy."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from regscope.base.complaints import one_line
from regscope.base.errors import RegscopeError
from regscope.base.lines import LINE
from regscope.datasets import Dataset
from regscope.training.found import IN_SLOTS, check_found
from tests import tiny
from tests.test_bad_values import VALUES

PLAIN = """
import math
import torch
from torch import nn
from torch.nn import functional as F

class Net(nn.Module):
    def __init__(self, input_shape, classes, width=6):
        super().__init__()
        self.hidden1 = nn.Linear(math.prod(input_shape), width)
        self.output = nn.Linear(width, classes)

    def forward(self, inputs):
        return self.output(self.hidden1(inputs.flatten(1)).relu())
"""


def refused(written: dict[str, Any], dataset: Dataset, cell: Any = None) -> str:
    try:
        study = tiny.study(cell, "adam", model={"kind": "module", **written})
    except ValidationError as error:
        return one_line(error, {"model": written})
    with pytest.raises(RegscopeError) as found:
        check_found(study, ["none", "tested"], dataset)
    return str(found.value)


CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("refusals.yaml").read_text()
)

NET = {"path": "my_nets.py:Net"}
OTHER = {"path": "my_nets.py:Other"}


def forward(body: str, init: str = "") -> str:
    """A class Other, with more in its constructor and a forward of its own."""
    body, init = (textwrap.indent(textwrap.dedent(text).strip(), 8 * " ") for text in (body, init))
    return f"""
class Other(Net):
    def __init__(self, input_shape, classes):
        super().__init__(input_shape, classes)
{init or "        pass"}

    def forward(self, inputs):
{body}
"""


GOOD = "return super().forward(inputs)"


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_trained_is_told_in_one_line(
    name: str, digits: Dataset, workspace: Path
) -> None:
    case = CASES[name]
    sys.modules.pop("helpers", None)
    (workspace / "helpers.py").write_text("X = 1\n")
    whole = case.get("whole", f"{PLAIN}\n{case.get('more', '')}")
    (workspace / "my_nets.py").write_text(whole)
    line = refused(case["model"], digits)
    assert line == case["told"]
    assert len(line) <= LINE


def test_the_plain_file_is_not_refused(digits: Dataset, workspace: Path) -> None:
    """So that every case is refused for what it changes."""
    (workspace / "helpers.py").write_text("X = 1\n")
    (workspace / "my_nets.py").write_text(f"import helpers\n{PLAIN}\n{forward(GOOD)}")
    for model in (NET, OTHER):
        written = {"kind": "module", **model, "files": ["helpers.py"]}
        check_found(tiny.study(None, "adam", model=written), ["none"], digits)


def test_batches_that_its_own_normalization_cannot_take(digits: Dataset, workspace: Path) -> None:
    more = forward("return self.norm1(super().forward(inputs))", "self.norm1 = nn.BatchNorm1d(10)")
    (workspace / "my_nets.py").write_text(PLAIN + more)
    study = tiny.study(None, "adam", model={"kind": "module", **OTHER}, training={"batch_size": 53})
    with pytest.raises(RegscopeError) as refused:
        check_found(study, ["none"], digits)
    assert str(refused.value) == (
        "training.batch_size = 53: leaves a last batch of one of 54 examples, which the network's"
        " own batch normalization cannot normalize: choose another size"
    )


def test_a_slot_that_is_none_for_its_layer(digits: Dataset, workspace: Path) -> None:
    more = forward(GOOD, "self.hidden1_dropout = nn.Dropout(0.1)\nself.pos_norm = nn.Identity()")
    (workspace / "my_nets.py").write_text(PLAIN + more)
    assert refused(OTHER, digits, {"dropout": 0.1}) == (
        "regularizers.tested.dropout: this model has no layer for it: put nn.Identity(), called"
        " hidden1_dropout beside a layer hidden1, after its activation: docs/your-network.md"
    )
    assert refused(OTHER, digits, {"l2": {"strength": 0.1, "layers": ["hiden1"]}}) == (
        "regularizers.tested.l2.layers = hiden1: choose from: hidden1, output"
    )


def test_a_slot_whose_inputs_cannot_be_normalized(digits: Dataset, workspace: Path) -> None:
    more = forward(
        "rows = self.rows_norm(self.rows(inputs.squeeze(1)))\nreturn self.last(rows.mean(1))",
        "self.rows, self.last = nn.Linear(8, 5), nn.Linear(5, classes)\n"
        "self.rows_norm = nn.Identity()",
    )
    (workspace / "my_nets.py").write_text(PLAIN + more)
    line = refused(OTHER, digits, {"batch_norm": True})
    assert line.startswith("regularizers.tested: my_nets.py:Other: running_mean should contain 8")
    assert line.endswith(IN_SLOTS)


@pytest.mark.parametrize("key", ["path", "arguments", "files", "initialization"])
def test_any_value_is_taken_or_refused_in_one_line(key: str, workspace: Path) -> None:
    (workspace / "my_nets.py").write_text(PLAIN)
    for value in VALUES:
        written = {"kind": "module", **NET, key: value}
        try:
            tiny.study(None, "adam", model=written)
        except ValidationError as error:
            line = one_line(error, {"model": written})
            assert key in line
            assert RegscopeError(line).args[0].isprintable()
