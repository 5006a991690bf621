"""The files of a network of one's own decide what it is: another byte, another result."""

from __future__ import annotations

import importlib
import re
import sys
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
import yaml
from pydantic import ValidationError

import regscope
from regscope.base.digests import digests
from regscope.base.errors import RegscopeError
from regscope.claims.reading import load_claims
from regscope.datasets import Dataset
from regscope.engine.base import Job
from regscope.engine.plan import Cost
from regscope.engine.run import Run
from regscope.engine.together import Cells
from regscope.evaluation.provenance import made_from
from regscope.models.initialization import initialized
from regscope.models.modules.address import Address
from regscope.models.modules.loading import load
from regscope.study.params import Study, load_params
from tests import tiny
from tests.engine.here import Here
from tests.pipeline.workspace import CLAIMS, TINY

SHAPE = (1, 8, 8)


def study(name: str, **settings: Any) -> Study:
    model = {"kind": "module", "path": f"my_nets.py:{name}", **settings}
    return tiny.study({"dropout": 0.3}, "adam", model=model)


def folder(tried: Study, data: Path) -> Path:
    """Where checkpoints of its baseline lie."""
    job = Job({}, data, "test", "cpu", "fastest", 1.0, Cost(1, 1))
    run = Run(tried, Here(), job, "cpu", "fastest", 1, 1, 1, "tiny", None)
    return run._folder(Cells(("none",), 2))


def test_a_byte_of_a_file_is_another_checkpoint_and_another_measure(
    nets: Path, digits_folder: Path
) -> None:
    (nets / "more.py").write_text("X = 1\n")
    tried = study("Dense", files=["more.py"])
    for path in (nets / "data" / "models" / "tiny" / "none",):
        path.mkdir(parents=True)
    seen = set()
    for file in ("my_nets.py", "more.py"):
        for text in ("", "# another\n"):
            (nets / file).write_text((nets / file).read_text() + text)
            made = made_from("tiny", tried, "none", {})
            assert set(made["files"]) >= {"my_nets.py", "more.py"}
            seen.add((folder(tried, digits_folder), made["files"][file]))
    assert len({place for place, _ in seen}) == 3
    known = tiny.study({"dropout": 0.3}, "adam")
    assert "my_nets.py" not in made_from("tiny", known, "none", {})["files"]


def test_own_files_are_the_file_or_the_package(nets: Path) -> None:
    assert study("Dense").model.own_files == (Path("my_nets.py"),)
    (nets / "my_package").mkdir()
    (nets / "my_package" / "nets.py").write_text((nets / "my_nets.py").read_text())
    packaged = study("Dense", path="my_package.nets:Dense").model
    assert packaged.own_files == (Path("my_package"),)
    assert set(digests(packaged.own_files)) == {"my_package/nets.py"}
    found = initialized(packaged, SHAPE, 10, 0).state_dict()
    same = initialized(study("Dense").model, SHAPE, 10, 0).state_dict()
    assert tiny.differences(found, same) == {}
    installed = study("Dense", path="torch.nn:Linear", arguments={"in_features": 4}).model
    assert installed.own_files == ()
    for name in ("my_package.nets", "my_package"):
        del sys.modules[name]


def test_an_edited_file_is_read_anew_and_leaves_nothing_behind(nets: Path) -> None:
    file = nets / "my_nets.py"
    before, path = initialized(study("Dense").model, SHAPE, 10, 0), list(sys.path)
    # As long as before, and within the same second.
    file.write_text(file.read_text().replace("hidden2", "hiddenb"))
    after = initialized(study("Dense").model, SHAPE, 10, 0)
    assert "hidden2.weight" in before.state_dict()
    assert "hiddenb.weight" in after.state_dict()
    assert sys.path == path
    assert not (nets / "__pycache__").exists()


def _own_modules() -> dict[str, ModuleType]:
    """Without those that this package and its libraries load when they are first wanted."""
    return {
        name: module
        for name, module in sys.modules.items()
        if (getattr(module, "__file__", None) or "").startswith(str(Path.cwd()))
    }


def imported_first(file: Path, line: str) -> None:
    future = "from __future__ import annotations\n"
    file.write_text(file.read_text().replace(future, f"{future}{line}\n"))


def test_an_import_that_goes_unseen_is_refused_every_time(nets: Path) -> None:
    """Also where the process has loaded that file, for another study or by itself."""
    (nets / "lab").mkdir()
    (nets / "lab" / "helper.py").write_text("WIDTH = 16\n")
    (nets / "lab" / "beside.py").write_text("import lab.helper\n")
    imported_first(nets / "my_nets.py", "from lab import beside, helper")
    files = ["lab/helper.py", "lab/beside.py"]
    before = set(sys.modules)

    def refused(lacking: str) -> None:
        told = f"my_nets.py imports {lacking}, whose changes would go unseen: name it, as"
        left = [file for file in files if file != lacking]
        # Of files that are named there may be newer ones: they are loaded when they are wanted.
        named = {name.removesuffix(".py").replace("/", ".") for name in left}
        there = {name: module for name, module in _own_modules().items() if name not in named}
        for _ in range(2):
            with pytest.raises(RegscopeError, match=re.escape(f"{told} model.files: [{lacking}]")):
                study("Dense", files=left).model.build(SHAPE, 10)
            assert _own_modules() == there

    try:
        refused("lab/helper.py")
        refused("lab/beside.py")
        study("Dense", files=files).model.build(SHAPE, 10)
        assert {"lab", "lab.helper", "lab.beside"} <= set(sys.modules)
        refused("lab/helper.py")
        refused("lab/beside.py")
    finally:
        for name in set(sys.modules) - before:
            del sys.modules[name]


def test_what_the_process_has_loaded_itself_stays(
    nets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that the file does not import, in a package of which it imports another."""
    (nets / "lab").mkdir()
    (nets / "lab" / "tools.py").write_text("X = 1\n")
    (nets / "lab" / "layers.py").write_text("X = 2\n")
    imported_first(nets / "my_nets.py", "import lab.layers")
    monkeypatch.syspath_prepend(nets)
    before = set(sys.modules)
    try:
        tools = importlib.import_module("lab.tools")
        older = importlib.import_module("lab.layers")
        study("Dense", files=["lab/layers.py"]).model.build(SHAPE, 10)
        assert sys.modules["lab.tools"] is sys.modules["lab"].tools is tools
        assert sys.modules["lab.layers"] is sys.modules["lab"].layers is not older
    finally:
        for name in set(sys.modules) - before:
            del sys.modules[name]


def test_a_named_file_that_is_imported_later_is_the_one_that_counts(
    nets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the version that was loaded before."""
    monkeypatch.syspath_prepend(nets)
    late = "def Late(input_shape, classes):\n    import blocks\n    return blocks.make()\n"
    make = "from torch import nn\n\ndef make():\n    return nn.Linear(64, {width})\n"
    (nets / "late.py").write_text(late)
    before = set(sys.modules)
    try:
        # Of another length too: by that Python tells what it compiled in this very second.
        for width in (10, 220):
            (nets / "blocks.py").write_text(make.format(width=width))
            loaded = load(Address("late.py", "Late"), [Path("blocks.py")])
            assert loaded(SHAPE, 10).out_features == width
    finally:
        for name in set(sys.modules) - before:
            del sys.modules[name]


def test_what_torch_calls_its_modules_is_no_file_of_ones_own(nets: Path) -> None:
    imported_first(nets / "my_nets.py", "import torch.ops, torch.classes")
    there = sys.modules["torch.ops"]
    study("Dense").model.build(SHAPE, 10)
    assert sys.modules["torch.ops"] is there


NAMES = """
import torch.nn as nn, torch.optim
(Small, (Large, *Rest)), table = (dict, (dict, dict)), {}
table[nn] = First = Second = dict
"""


@pytest.mark.parametrize(
    "name", ["Small", "Large", "Rest", "First", "Second", "table", "nn", "torch"]
)
def test_every_name_that_a_file_binds_is_there(name: str, nets: Path) -> None:
    (nets / "my_nets.py").write_text(NAMES)
    study(name)


def test_other_names_are_not(nets: Path) -> None:
    (nets / "my_nets.py").write_text(NAMES)
    there = "choose from: table, Small, Large, Rest, First, Second"
    with pytest.raises(ValidationError, match=rf"my_nets\.py has no optim: {there}"):
        study("optim")


def test_only_settings_that_are_given_are_written(nets: Path) -> None:
    written = study("Dense").model.model_dump(mode="json")
    assert written == {"kind": "module", "path": "my_nets.py:Dense", "initialization": "own"}


def test_settings_are_checked_without_torch_and_without_running_the_file(nets: Path) -> None:
    (nets / "my_nets.py").write_text("class Dense: pass\nraise ValueError\n")
    assert study("Dense").model.own_files == (Path("my_nets.py"),)


@pytest.mark.parametrize("name", ["Attending", "Dense"])
def test_a_cell_is_trained_measured_and_taken_out(
    name: str,
    nets: Path,
    all_digits: Dataset,
    all_digits_folder: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tried = study(name)
    trained = regscope.train(tried, "tested", seeds=2, data=all_digits_folder)
    looped = "networks run seed after seed" in capfd.readouterr().err
    assert looped == (name == "Attending")
    inputs, _ = next(trained.batches(1, "test"))
    assert trained.networks[1](inputs).shape == (len(inputs), 10)
    known = tiny.trained(tried, all_digits, [0, 1]).model.state_dict()
    for seed, network in enumerate(trained.networks):
        state = network.state_dict()
        assert tiny.differences(state, {key: known[key][seed] for key in state}) == {}
    program = torch.export.export(trained.networks[0], (inputs[:2],))
    with torch.no_grad():
        torch.testing.assert_close(program.module()(inputs[:2]), trained.networks[0](inputs[:2]))


def test_claims_may_name_any_layer_of_a_network_that_is_made_late(nets: Path) -> None:
    digits = deepcopy(TINY["studies"]["digits"])
    digits["model"] = {"kind": "module", "path": "my_nets.py:Attending"}
    params = {"study": "digits", "reg": "l1", "studies": {"digits": digits}}
    claims = deepcopy(CLAIMS)
    [claim] = claims["groups"][0]["claims"]
    claim["check"] |= {"measure": "layers.stable_rank", "layer": "attention.out_proj"}
    (nets / "params.yaml").write_text(yaml.safe_dump(params))
    (nets / "claims.yaml").write_text(yaml.safe_dump(claims))
    [read] = load_claims(load_params()).claims
    assert read.check.layer == "attention.out_proj"


@pytest.mark.parametrize("gone", ["my_nets.py", "helpers.py"])
def test_a_file_that_is_gone_when_it_is_run_is_told(gone: str, workspace: Path) -> None:
    """Settings were checked while it was there."""
    for name in ("my_nets.py", "helpers.py"):
        Path(name).write_text("def Net(input_shape, classes): ...\n")
    Path(gone).unlink()
    with pytest.raises(RegscopeError) as refused:
        load(Address.of("my_nets.py:Net"), [Path("helpers.py")])
    assert str(refused.value) == f"{gone}: No such file or directory: put it there"
