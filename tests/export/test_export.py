from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor, nn

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_json, write_text
from regscope.base.settings import Settings
from regscope.base.tensors import write_tensors
from regscope.datasets import Dataset
from regscope.export import files
from regscope.export.card import _settings, data_terms
from regscope.export.cell import TrainedSeed
from regscope.export.writing import export
from regscope.models.recurrent.tagger import Tagger
from regscope.study.networks import MODEL_FILE, load_networks
from regscope.study.params import Study
from tests import tiny
from tests.command.called import called
from tests.export.alone import FORBIDDEN

CELL = {"l2": 0.001, "batch_norm": True, "dropout": 0.2}
NORMALIZING = {**tiny.CONVOLUTIONAL, "response_normalized": ["conv1"]}

# Runs in the exported folder what its card says, without this project.
ALONE = (
    FORBIDDEN
    + """
import json, re, torch

cases = torch.load("cases.pt", weights_only=True)
off = {}
for folder, (inputs, expected) in cases.items():
    sys.path[0] = folder
    sys.modules.pop("model", None)
    text = open(f"{folder}/README.md").read().partition("## Architecture")[0]
    blocks = re.findall("```python\\n(.*?)```", text, re.DOTALL)
    for number, block in enumerate(blocks):
        scope = {"inputs": inputs}
        exec(block.replace('("', f'("{folder}/'), scope)
        off[f"{folder} {number}"] = (scope["logits"] - expected).abs().max().item()
print(json.dumps(off))
"""
)

Settle = Callable[..., Study]


@pytest.fixture
def settle(workspace: Path, digits: Dataset, digits_folder: Path) -> Settle:
    """Writes params.yaml with the study `tiny`, its data, and its cell `tested`, trained."""

    def settled(model: tiny.Values | None = None, cell: tiny.Values = CELL) -> Study:
        study = tiny.study(cell, model=model, training={"seeds": 2, "epochs": 1})
        params: dict[str, Any] = {
            "study": "tiny",
            "reg": "tested",
            "studies": {"tiny": study.model_dump(mode="json", exclude_none=True)},
        }
        paths.PARAMS.write_text(yaml.safe_dump(params))
        trained = tiny.trained(study, digits, [0, 1])
        state = {name: value.numpy() for name, value in trained.model.state_dict().items()}
        write_tensors(paths.model("tiny", "tested") / MODEL_FILE, state)
        shutil.copytree(digits_folder, paths.prepared("tiny"), dirs_exist_ok=True)
        return study

    return settled


def command(words: str) -> None:
    called("export", *words.split())


def network_of(study: Study, digits: Dataset, seed: int) -> nn.Module:
    return load_networks(study, "tested", paths.model("tiny", "tested"), digits)[seed]


def predicted(network: nn.Module, inputs: Tensor) -> Tensor:
    with torch.no_grad():
        logits: Tensor = network(inputs)
    return logits


@pytest.mark.slow
def test_torch_alone_runs_what_was_written(
    settle: Settle, digits: Dataset, workspace: Path
) -> None:
    """As the cards say, in a process that cannot import this project."""
    cases = {}
    inputs = torch.from_numpy(digits.inputs[:7]) / 16
    for name, model in {"mlp": None, "cnn": tiny.CONVOLUTIONAL, "other": NORMALIZING}.items():
        study = settle(model)
        command(f"tiny tested --seed 1 --out {name}")
        cases[name] = (inputs, predicted(network_of(study, digits, 1), inputs))
    assert {path.name for path in Path("mlp").iterdir()} == {
        "README.md",
        "model.pt2",
        "model.py",
        "state_dict.pt",
    }
    # Torch has no such normalization by itself.
    assert not Path("other/model.py").exists()
    torch.save(cases, workspace / "cases.pt")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE],
        cwd=workspace,
        env={"PATH": "", "HOME": str(workspace)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    off = json.loads(done.stdout)
    assert set(off) == {"mlp 0", "mlp 1", "cnn 0", "cnn 1", "other 0"}
    assert max(off.values()) < 1e-5


def test_weights_are_those_of_the_seed_and_nothing_else(settle: Settle, digits: Dataset) -> None:
    study = settle()
    command("tiny tested --format state_dict --seed 1")
    folder = Path("data/exports/tiny/tested-1")
    state = torch.load(folder / "state_dict.pt", weights_only=True)
    assert tiny.differences(state, network_of(study, digits, 1).state_dict()) == {}
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "model.py",
        "state_dict.pt",
    ]


@pytest.mark.slow
def test_onnx_predicts_what_the_network_predicts(settle: Settle, digits: Dataset) -> None:
    import onnx
    from onnx.reference import ReferenceEvaluator

    study = settle(tiny.CONVOLUTIONAL)
    command("tiny tested --format onnx --out written")
    evaluator = ReferenceEvaluator("written/model.onnx")
    for count in (1, 9):
        inputs = torch.from_numpy(digits.inputs[:count]) / 16
        (found,) = evaluator.run(["logits"], {"inputs": inputs.numpy()})
        expected = predicted(network_of(study, digits, 0), inputs)
        assert np.allclose(found, expected.numpy(), rtol=1e-4, atol=1e-5)
    onnx.checker.check_model("written/model.onnx")
    # No file names of the machine that wrote it.
    assert str(Path(torch.__file__).parent).encode() not in Path("written/model.onnx").read_bytes()


def test_onnx_is_an_extra(settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    settle()
    monkeypatch.setattr(files, "find_spec", lambda name: None if name == "onnxscript" else object())
    told = r"^--format onnx: needs onnxscript, not installed here; install with: python -m pip"
    with pytest.raises(RegscopeError, match=told):
        command("tiny tested --format onnx --out written")
    assert not Path("written").exists()


def card_rows(folder: Path) -> dict[str, str]:
    text = (folder / "README.md").read_text()
    return dict(re.findall(r"^\| (.+?) \| (.+) \|$", text, re.MULTILINE))


def test_the_card_says_what_it_is(settle: Settle, digits: Dataset) -> None:
    study = settle()
    network = network_of(study, digits, 1)
    split = digits.split(study.split, 1)
    inputs = torch.from_numpy(digits.inputs[split.holdout]) / 16
    labels = torch.from_numpy(digits.targets[split.holdout])
    accuracy = (predicted(network, inputs).argmax(1) == labels).double().mean().item()
    write_text(Path("docs/data-sets.md"), "| source | n | terms |\n| [`digits`](#d) | 1 | CC0 |\n")
    rows = (
        f"reg,seed,test_accuracy\nnone,0,0.1\nnone,1,0.1\ntested,0,0.5\ntested,1,{accuracy:.9g}\n"
    )
    write_text(paths.summary("tiny") / "seeds.csv", rows)
    write_json(paths.model("tiny", "tested") / "environment.json", {
        "torch": "2.0", "device": "cpu", "precision": "float32",
    })  # fmt: skip
    command("tiny tested --seed 1 --format state_dict --out written")
    found = card_rows(Path("written"))
    assert found["study"] == "`tiny`: Tiny"
    assert found["regularizer"].startswith("`tested`: `{")
    assert '{"batch_norm": {"enabled": true, "momentum": 0.1, ' in found["regularizer"]
    assert '"l2": {"strength": 0.001}' in found["regularizer"]
    # 64 inputs, 16 and 8 units with a scale and a shift each, 10 classes.
    parameters = 65 * 16 + 32 + 17 * 8 + 16 + 9 * 10
    assert found["architecture"].endswith(f": {parameters:,} parameters")
    assert found["inputs"] == "float32 `[batch, 1, 8, 8]`: the stored bytes times 0.0625"
    assert found["classes"] == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert found["test accuracy of seed 1"] == f"{100 * accuracy:.2f} % of its 246 test examples"
    # t of one degree of freedom is 12.706.
    mean, reach = 50 * (accuracy + 0.5), 12.7062 * 50 * abs(accuracy - 0.5)
    told = re.fullmatch(r"(.+) %, 95 % t interval (.+) to (.+) %", found["mean of 2 seeds"])
    assert told is not None
    assert [float(value) for value in told.groups()] == pytest.approx(
        [mean, mean - reach, mean + reach], abs=0.006
    )
    assert found["trained with"] == "torch 2.0, cpu, float32"
    assert found["terms of the data"] == "CC0"


def test_networks_that_the_tables_do_not_tell_of_are_refused(settle: Settle) -> None:
    settle()
    table = paths.summary("tiny") / "seeds.csv"
    write_text(table, "reg,seed,test_accuracy\ntested,0,0.999\ntested,1,0.999\n")
    told = (
        r"^data/models/tiny/tested: seed 1 has test accuracy 0\.\d{4} and 0\.9990 in"
        r" metrics/studies/tiny/seeds\.csv: not the networks of these results; .*dvc checkout,"
    )
    with pytest.raises(RegscopeError, match=told):
        command("tiny tested --seed 1 --format state_dict --out written")
    assert not Path("written").exists()
    write_text(table, "reg,seed,test_accuracy\ntested,0,0.999\n")
    command("tiny tested --format state_dict --out written")
    assert card_rows(Path("written"))["mean of 2 seeds"].startswith("not in metrics/studies/tiny")


def test_one_example_on_the_edge_makes_no_other_network(settle: Settle, digits: Dataset) -> None:
    study = settle()
    places = digits.split(study.split, 0).holdout
    inputs = torch.from_numpy(digits.inputs[places]) / 16
    labels = torch.from_numpy(digits.targets[places])
    right = int((predicted(network_of(study, digits, 0), inputs).argmax(1) == labels).sum())
    table = paths.summary("tiny") / "seeds.csv"
    for more in (1, 2):
        accuracy = f"{(right + more) / len(labels):.9g}"
        write_text(table, f"reg,seed,test_accuracy\ntested,0,{accuracy}\ntested,1,0.5\n")
        if more == 1:
            command("tiny tested --format state_dict --out written")
            assert "95 % t interval" in card_rows(Path("written"))["mean of 2 seeds"]
        else:
            with pytest.raises(RegscopeError, match="not the networks of these results"):
                command("tiny tested --format state_dict --out other")


def test_terms_are_those_of_the_committed_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert data_terms("digits") == "CC BY 4.0"
    assert data_terms("german") == "UCI's, CC BY 4.0"
    assert data_terms("table") == "yours"
    assert data_terms("nothing") is None
    # Its table tells where a mirror has it, and no terms.
    assert data_terms("CIFAR10") is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nope tested", "study nope: choose from: tiny"),
        ("tiny nope", "reg nope: choose from: none, tested"),
        ("tiny other", "reg other: choose from: none, tested"),
        ("tiny none", r"data/models/tiny/none/model\.safetensors: not trained yet; .*: dvc repro"),
        ("tiny tested --seed 2", "--seed 2: tiny/tested has seeds 0 to 1"),
        ("tiny tested --seed -1", "--seed -1: tiny/tested has seeds 0 to 1"),
        ("tiny tested --format pt", "--format pt: choose from: torch, state_dict, onnx"),
        ("tiny tested --out data", "data: exists already; remove it, or choose another with --out"),
    ],
)
def test_what_is_wrong_is_one_line(words: str, told: str, settle: Settle) -> None:
    settle()
    with pytest.raises(RegscopeError, match=f"^{told}$"):
        command(words)


def test_settings_that_changed_since_are_refused(settle: Settle) -> None:
    study = settle()
    written: dict[str, Any] = study.model_dump(mode="json", exclude_none=True)
    settings = paths.summary("tiny") / "settings.json"
    write_json(settings, written)
    command("tiny tested --format state_dict --out first")
    written["regularizers"]["tested"]["l2"]["strength"] = 0.01
    write_json(settings, written)
    told = r"^params\.yaml: studies\.tiny\.regularizers\.tested has changed since metrics"
    with pytest.raises(RegscopeError, match=told):
        command("tiny tested --format state_dict --out second")
    write_json(settings, {"title": "of another version"})
    with pytest.raises(RegscopeError, match=r"^params\.yaml: studies\.tiny has changed since"):
        command("tiny tested --format state_dict --out second")
    assert not Path("second").exists()


def test_nothing_is_left_of_what_failed(settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    settle()
    before = {path.name for path in Path().iterdir()}
    monkeypatch.setattr(torch, "allclose", lambda *_, **__: False)
    with pytest.raises(RegscopeError, match=r"^model\.pt2: gives logits that are up to 0 off"):
        command("tiny tested --out written")
    assert {path.name for path in Path().iterdir()} == before


def test_what_a_table_would_take_for_its_own_is_escaped(tmp_path: Path) -> None:
    images = np.zeros((60, 1, 2, 2), np.uint8)
    classes = ("a|b", "``", "<i>")
    notes = ("Twice: x|y and <b>.",)
    dataset = Dataset("image", images, np.zeros(60, np.int64), classes, notes=notes)
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 3)).eval()
    titled = tiny.study().model_copy(update={"title": "Bars | and <b>tags</b>"})
    cell = TrainedSeed("tiny", titled, "none", 0, 1, network, dataset, 0.5, 60, None)
    export(cell, ["state_dict"], tmp_path / "out")
    rows = card_rows(tmp_path / "out")
    assert rows["study"] == r"`tiny`: Bars \| and \<b>tags\</b>"
    assert rows["classes"] == r"a\|b, \`\`, \<i>"
    assert r"- Twice: x\|y and \<b>." in (tmp_path / "out" / "README.md").read_text()


class Named(Settings):
    name: str


@pytest.mark.parametrize("name", ["a|b", "a`b"])
def test_settings_stay_one_entry_in_backquotes(name: str) -> None:
    told = _settings(Named(name=name))
    assert not re.search(r"(?<!\\)\||`", told)
    assert json.loads(told.replace(r"\|", "|")) == {"name": name}


def test_a_tagger_gives_its_weights_and_no_program(tmp_path: Path) -> None:
    for chosen in ("torch", "onnx"):
        with pytest.raises(RegscopeError, match=f"^--format {chosen}: a tagger .*: choose state_d"):
            files.checked_format(chosen, "tokens")
    files.checked_format("state_dict", "tokens")
    words = np.tile(np.array([[2, 3, 1, 0]], np.int32), (60, 1))
    tags = np.where(words > 0, 0, -1).astype(np.int64)
    dataset = Dataset("tokens", words, tags, ("N", "V"), words=4, vocabulary=tuple("_?ab"))
    tagger = Tagger(4, 3, 5, 2).eval()
    cell = TrainedSeed("pos", tiny.study(), "none", 0, 1, tagger, dataset, 0.5, 180, None)
    assert export(cell, ["state_dict"], tmp_path / "out") == [
        "README.md",
        "state_dict.pt",
        "vocabulary.txt",
    ]
    state = torch.load(tmp_path / "out" / "state_dict.pt", weights_only=True)
    assert tiny.differences(state, tagger.state_dict()) == {}
    rows = card_rows(tmp_path / "out")
    assert rows["inputs"].startswith("int32 `[batch, T]`: ids of 4 words")
    assert rows["test accuracy of seed 0"] == "50.00 % of its 180 test words"
    assert rows["regularizer"] == "`none`, the baseline: no regularizer"
    assert "(embedding): Embedding(4, 3)" in (tmp_path / "out" / "README.md").read_text()


def test_what_torch_cannot_write_down_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A forward that looks at values, as a guard against nan does."""

    class Guarded(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            if not torch.isfinite(inputs).all():
                raise ValueError("inputs are not finite")
            return inputs

    told = r"^--format torch: torch cannot write this network down as one program \(.*\): "
    with pytest.raises(RegscopeError, match=told) as error:
        files.write_program(Guarded(), torch.zeros(3, 2), tmp_path)
    assert len(str(error.value)) < 300
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
