"""Cells of portable arithmetic have the same bits wherever, and by whomever, they are trained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from regscope.base.environment import environment
from regscope.base.tensors import write_tensors
from regscope.engine import survey
from regscope.engine.base import SurveyJob
from regscope.engine.cell import train_cell
from regscope.engine.local import Local
from regscope.engine.plan import Survey
from regscope.study.params import Study
from tests import tiny
from tests.processors import LACKING, OWN, PROCESSORS
from tests.regularizers.settings import CELLS
from tests.training import processes

NOTEBOOK = """
import json, sys, torch
torch.rand(3, 3) @ torch.rand(3, 3)
import regscope
from safetensors.torch import save_file
study = json.load(open(sys.argv[1]))
trained = regscope.train(study, "tested", data=sys.argv[2])
save_file(
    {f"{seed}/{name}": tensor.contiguous()
     for seed, network in zip(trained.seeds, trained.networks)
     for name, tensor in network.state_dict().items()},
    sys.argv[3],
)
"""


def portable(name: str) -> Study:
    """Widths that fill no vector, so that what comes after a seed's numbers would show."""
    return tiny.study(
        CELLS[name], "adam", model={"hidden": [13, 7]}, training={"arithmetic": "portable"}
    )


OTHERS = [chosen for name, chosen in PROCESSORS.items() if name != OWN] or [{}]
"""The kernels that this processor does not choose by itself."""


@pytest.mark.slow
def test_neither_workers_nor_the_processors_kernels_change_a_bit(
    workspace: Path, digits_folder: Path
) -> None:
    """Another number of workers in each run, and other kernels: each start takes seconds."""
    # Elsewhere batch normalization of such widths depends on how seeds are dealt.
    study = portable("l1_prox" if LACKING else "everything")
    variables = [
        {"REGSCOPE_WORKERS": str(workers), **chosen}
        for workers, chosen in zip((1, 3, 2), ({}, *OTHERS), strict=False)
    ]
    assert len(variables) == 1 + len(OTHERS)
    found = []
    for number, chosen in enumerate(variables):
        out = workspace / f"{number}.safetensors"
        run = processes.start(processes.command(study, digits_folder, out), **chosen)
        said = run.communicate()
        assert run.returncode == 0, said
        found.append(load_file(out))
    assert [tiny.differences(one, found[0]) for one in found[1:]] == [{}] * (len(found) - 1)


@pytest.mark.slow
def test_a_caller_that_has_used_torch_gets_the_same_bits(
    workspace: Path, all_digits_folder: Path
) -> None:
    study = portable("l2")
    expected = train_cell(study, "tested", all_digits_folder, "tiny/tested")
    settings, out = workspace / "study.json", workspace / "out.safetensors"
    settings.write_text(study.model_dump_json(exclude_none=True))
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK, str(settings), str(all_digits_folder), str(out)],
        env=processes.environment(REGSCOPE_WORKERS="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = load_file(out)
    for name, stacked in expected.state.items():
        for seed in expected.seeds:
            assert torch.equal(found[f"{seed}/{name}"], torch.from_numpy(stacked[seed]))


def test_this_processs_variables_stay_as_they_were(workspace: Path, digits_folder: Path) -> None:
    before = dict(os.environ)
    train_cell(portable("l2"), "tested", digits_folder, "tiny/tested")
    assert dict(os.environ) == before


def test_what_is_stated_of_a_portable_cell_names_no_machine(
    workspace: Path, digits_folder: Path
) -> None:
    trained = train_cell(portable("l2"), "tested", digits_folder, "tiny/tested")
    stated = environment(trained.device, "float32", trained.arithmetic)
    if LACKING:
        assert stated["arithmetic"] == "not portable"
    else:
        assert set(stated) == {"device", "precision", "arithmetic", "torch", "numpy"}
        assert (stated["device"], stated["arithmetic"]) == ("cpu", "portable")


def test_where_it_cannot_be_had_one_line_says_so_and_the_cell_is_trained(
    workspace: Path,
    digits_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    surveyed = Local.survey

    def without(engine: Local, job: SurveyJob, label: str) -> Survey:
        found = surveyed(engine, job, label)
        return Survey(
            found.device, found.name, found.free, found.cost, True, "this processor has no avx2"
        )

    monkeypatch.setattr(Local, "survey", without)
    trained = train_cell(portable("l2"), "tested", digits_folder, "tiny/tested")
    assert capfd.readouterr().err.splitlines() == [
        "regscope: tiny/tested: portable arithmetic is not to be had here (this processor has no"
        " avx2): trained with the kernels at hand, whose last digits are this machine's"
    ]
    assert environment(trained.device, "float32", trained.arithmetic)["processor"]
    assert trained.arithmetic == "not portable"
    monkeypatch.setattr(Local, "survey", surveyed)
    fastest = tiny.study(CELLS["l2"], "adam", model={"hidden": [13, 7]})
    expected = train_cell(fastest, "tested", digits_folder, "tiny/tested")
    write_tensors(workspace / "a.safetensors", trained.state)
    write_tensors(workspace / "b.safetensors", expected.state)
    assert (
        tiny.differences(
            load_file(workspace / "a.safetensors"), load_file(workspace / "b.safetensors")
        )
        == {}
    )


def test_a_gpu_is_not_portable_and_only_taken_when_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(survey, "settle", lambda arithmetic: None)
    monkeypatch.setattr(survey, "present_device", lambda chosen: chosen or "cuda:0")
    assert survey._settled(portable("l2"), None) == ("cpu", None)
    assert survey._settled(portable("l2"), "cuda:0") == (
        "cuda:0",
        "REGSCOPE_DEVICE asks for cuda:0",
    )
    assert survey._settled(tiny.study(), None) == ("cuda:0", None)
