"""Export one seed of a trained cell: `python -m regscope.export STUDY REG [--seed 0]`.

Writes a folder with the network and its card (README.md). Formats: `torch` is model.pt2, which
torch runs without any other code, with state_dict.pt and, of chains of torch's own layers,
model.py that builds them; `state_dict` is that without model.pt2; `onnx` is model.onnx.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from regscope.base import paths
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_text
from regscope.export import files
from regscope.export.card import card
from regscope.export.cell import TrainedSeed, trained_seed
from regscope.export.code import torch_code
from regscope.study.params import load_params

EXAMPLES = 8
"""So many test examples are passed through what was written, to see whether it is the network."""


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
        write_text(partial / "README.md", card(cell, names, code))
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


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m regscope.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("study")
    parser.add_argument("reg")
    parser.add_argument("--seed", type=int, default=0, help="which seed's network (default: 0)")
    parser.add_argument(
        "--format",
        dest="formats",
        nargs="+",
        choices=files.FORMATS,
        default=["torch"],
        help="one or several (default: torch)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="a new folder (default: data/exports/STUDY/REG-SEED)",
    )
    arguments = parser.parse_args()
    params = load_params()
    name, reg, seed = arguments.study, arguments.reg, arguments.seed
    for chosen in arguments.formats:
        files.check_format(chosen, params.named(name).data.kind)
    out = arguments.out or paths.DATA / "exports" / name / f"{reg}-{seed}"
    _check_new(out)
    cell = trained_seed(params, name, reg, seed)
    written = export(cell, arguments.formats, out)
    print(f"{cell.label}: test accuracy {cell.accuracy:.2%}; wrote {out}: {', '.join(written)}")


if __name__ == "__main__":
    run(main)
