"""`regscope export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    reg: Annotated[str, typer.Argument(metavar="REG")],
    seed: Annotated[int, typer.Option(metavar="SEED", help="Which seed's network.")] = 0,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="torch, state_dict or onnx; may be given again.",
            show_default="torch",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="A new folder.", show_default="data/exports/STUDY/REG-SEED"
        ),
    ] = None,
) -> None:
    """Take a trained network out of the project, with its card.

    \b
    Reads   params.yaml, data/models/STUDY/REG, data/prepared/STUDY, metrics/studies/STUDY
    Writes  the folder: README.md, model.pt2, state_dict.pt, model.py; or model.onnx; of a table
            predict.py, columns.json and example.csv, too
    Example regscope export digits l2 --seed 3 --format torch --format onnx
    """
    from regscope.export.writing import export_seed

    print(export_seed(study, reg, seed, formats or ["torch"], out))
