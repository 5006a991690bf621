"""One seed of a trained cell as a folder with the network and its card (README.md).

Formats: `torch` is model.pt2, which torch runs without any other code, with state_dict.pt and, of
chains of torch's own layers, model.py that builds them; `state_dict` is that without model.pt2;
`onnx` is model.onnx. With a network of a table come columns.json, predict.py and example.csv.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.export import files, tables
from regscope.export.card import card
from regscope.export.cell import TrainedSeed, trained_seed
from regscope.export.code import torch_code
from regscope.study.params import load_params

EXAMPLES = 8
"""So many test examples are passed through what was written, to see whether it is the network."""


def export_seed(
    name: str, reg: str, seed: int, formats: Sequence[str], out: Path | None = None
) -> str:
    """Export a seed of a cell of params.yaml; what to say of it, in a line.

    The folder is `out`, by default one below data/exports. Raises RegscopeError, also for a format
    that there is not or that cannot be had.
    """
    params = load_params()
    kind = params.named(name).data.kind
    chosen = [files.checked_format(given, kind) for given in formats]
    folder = out or paths.DATA / "exports" / name / f"{reg}-{seed}"
    _check_new(folder)
    cell = trained_seed(params, name, reg, seed)
    written = export(cell, chosen, folder)
    scored = f"{cell.measure.phrase} {cell.measure.told(cell.score)}"
    return f"{cell.label}: {scored}; wrote {folder}: {', '.join(written)}"


def export(cell: TrainedSeed, formats: Sequence[files.Format], out: Path) -> list[str]:
    """Write the files of `formats` and the card into the new folder `out`; their names.

    Raises RegscopeError where the folder exists, or what was written does not predict as the
    network does; there is no folder then.
    """
    _check_new(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        code = _write(cell, formats, partial)
        names = {file.name for file in partial.iterdir()}
        predicting = tables.predicting(cell, partial) if cell.dataset.columns else ""
        write_text(partial / "README.md", card(cell, names, code, predicting))
        partial.chmod(0o755)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return sorted(file.name for file in out.iterdir())


def _check_new(out: Path) -> None:
    if out.exists():
        raise RegscopeError(f"{out}: exists already; remove it, or choose another with --out")


def _write(cell: TrainedSeed, formats: Sequence[files.Format], folder: Path) -> str | None:
    examples = cell.examples(EXAMPLES)
    if cell.dataset.columns:
        examples = tables.edge_rows(examples)
        tables.write_preparation(cell, folder)
    code = torch_code(cell.network, f"The network of {cell.label}.", examples)
    if "torch" in formats or "state_dict" in formats:
        files.write_state_dict(cell.network, folder)
        if code:
            write_text(folder / files.CODE, code)
        if cell.dataset.vocabulary:
            write_text(folder / "vocabulary.txt", "\n".join(cell.dataset.vocabulary) + "\n")
    if "torch" in formats:
        files.write_program(cell.network, examples, folder)
    if "onnx" in formats:
        files.write_onnx(cell.network, examples, folder)
    return code
