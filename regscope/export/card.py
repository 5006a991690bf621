"""The card that goes with an exported network, in Markdown."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from regscope.base import paths
from regscope.base.json_files import read_json
from regscope.export.cell import TrainedSeed
from regscope.export.files import CODE, ONNX, PROGRAM, STATE_DICT
from regscope.report.render import escape
from regscope.study.params import BASELINE

DATA_SETS = Path("docs") / "data-sets.md"

LOADING = {
    PROGRAM: """import torch

network = torch.export.load("model.pt2").module()
logits = network(inputs)
""",
    CODE: """import torch
from model import network

loaded = network()
loaded.load_state_dict(torch.load("state_dict.pt", weights_only=True))
logits = loaded.eval()(inputs)
""",
    ONNX: """import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
(logits,) = session.run(["logits"], {"inputs": inputs.numpy()})
""",
}


def card(cell: TrainedSeed, files: Collection[str], code: str | None, predicting: str = "") -> str:
    """What the network is, how good, and how to load it from `files` with torch alone.

    `code` builds it, where that can be written down. `predicting` is a section on the rows of a
    table.
    """
    rows = "\n".join(f"| {name} | {value} |" for name, value in _facts(cell))
    notes = "".join(f"\n- {escape(note)}" for note in cell.dataset.notes)
    wrong = f"\nKnown to be wrong with the data:\n{notes}\n" if notes else ""
    architecture = f"```python\n{code}```" if code else f"```\n{cell.network!r}\n```"
    return f"""# {cell.label}

| | |
|---|---|
{rows}
{wrong}
{predicting}## Loading it

{_loading(files)}
## Architecture

{architecture}
"""


def _facts(cell: TrainedSeed) -> list[tuple[str, str]]:
    study, dataset = cell.study, cell.dataset
    weights = sum(parameter.numel() for parameter in cell.network.parameters())
    regularizer = f"`{cell.reg}`: `{_settings(study.cells[cell.reg])}`"
    if cell.reg == BASELINE:
        regularizer = f"`{BASELINE}`, the baseline: no regularizer"
    facts = [
        ("study", f"`{cell.name}`: {escape(study.title)}"),
        ("regularizer", regularizer),
        ("architecture", f"`{_settings(study.model)}`: {weights:,} parameters"),
        ("training", f"`{_settings(study.training)}`"),
        ("trained with", _environment(cell)),
        ("inputs", _inputs(cell)),
        ("outputs", _outputs(cell)),
        *([("classes", ", ".join(map(escape, dataset.classes)))] if dataset.classes else []),
        (f"{cell.measure.phrase} of seed {cell.seed}", _tested(cell)),
        (f"mean of {cell.seeds} seeds", _over_seeds(cell)),
        ("data", f"`{_settings(study.data)}`"),
    ]
    if terms := data_terms(study.data.called) or data_terms(study.data.source):
        facts.append(("terms of the data", terms))
    return facts


def _settings(settings: object) -> str:
    dumped = settings.model_dump(mode="json", exclude_none=True)  # type: ignore[attr-defined]
    # Inside backquotes only a bar, which ends a table's entry, and they themselves are special.
    return json.dumps(dumped).replace("|", "\\|").replace("`", "\\u0060")


def _environment(cell: TrainedSeed) -> str:
    file = paths.model(cell.name, cell.reg) / paths.ENVIRONMENT
    if not file.exists():
        return "not noted"
    found = read_json(file, ("torch", "device", "precision"))
    return escape(f"torch {found['torch']}, {found['device']}, {found['precision']}")


def _inputs(cell: TrainedSeed) -> str:
    dataset = cell.dataset
    if dataset.kind == "tokens":
        places, words = dataset.input_shape
        return (
            f"int32 `[batch, T]`: ids of {words:,} words, by line of vocabulary.txt from 0 (0 is no"
            f" word and comes after a sentence's end, 1 any other word); T up to {places}"
        )
    if dataset.columns:
        columns = len(dataset.columns)
        return (
            "rows of a table, by predict.py; the network itself takes float32"
            f" `[batch, {columns}]`, a number for each column, as said below"
        )
    shape = ", ".join(map(str, dataset.input_shape))
    if dataset.scale == 1:
        return f"float32 `[batch, {shape}]`, as they are"
    return f"float32 `[batch, {shape}]`: the stored bytes times {dataset.scale:.9g}"


def _outputs(cell: TrainedSeed) -> str:
    if cell.dataset.quantity is not None:
        return f"float32 `[batch, 1]`: {escape(cell.dataset.quantity.called)}, as it was measured"
    shape = "batch, T" if cell.dataset.kind == "tokens" else "batch"
    classes = len(cell.dataset.classes)
    return f"logits `[{shape}, {classes}]`, whose softmax are the classes' probabilities"


def _tested(cell: TrainedSeed) -> str:
    what = "words" if cell.dataset.kind == "tokens" else "examples"
    among = "of" if cell.measure.is_share else "on"
    return f"{_shown(cell, cell.score)} {among} its {cell.tested:,} test {what}"


def _shown(cell: TrainedSeed, value: float) -> str:
    return f"{100 * value:.2f} %" if cell.measure.is_share else f"{value:.4f}"


def _over_seeds(cell: TrainedSeed) -> str:
    over = cell.over_seeds
    if over is None:
        return (
            f"not in {paths.summary(cell.name)}: `dvc exp run -S study={cell.name}` puts it there"
        )
    if cell.seeds == 1:
        return _shown(cell, over.mean)
    low = _shown(cell, over.low).removesuffix(" %")
    return f"{_shown(cell, over.mean)}, 95 % t interval {low} to {_shown(cell, over.high)}"


def data_terms(name: str) -> str | None:
    """What docs/data-sets.md says of a source, or of a set of one, in a column called `terms`."""
    if not DATA_SETS.is_file():
        return None
    heading: list[str] = []
    for line in DATA_SETS.read_text(encoding="utf-8").splitlines():
        row = [entry.strip() for entry in line.strip().strip("|").split("|")]
        heading = (heading or row) if line.startswith("|") else []
        if heading and heading[-1] == "terms" and row[0].strip("[").startswith(f"`{name}`"):
            return row[-1]
    return None


def _loading(files: Collection[str]) -> str:
    parts = [f"```python\n{LOADING[name]}```\n" for name in (PROGRAM, CODE, ONNX) if name in files]
    if STATE_DICT in files and CODE not in files:
        parts.append(
            f'`torch.load("{STATE_DICT}", weights_only=True)` gives the weights by name; the module'
            " that they belong to is printed below.\n"
        )
    return "\n".join(parts)
