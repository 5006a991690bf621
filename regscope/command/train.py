"""`regscope train`."""

from __future__ import annotations

from typing import Annotated

import typer


def train(
    studies: Annotated[
        list[str] | None, typer.Argument(metavar="[STUDY]...", help="The active one by default.")
    ] = None,
    anew: Annotated[
        list[str] | None,
        typer.Option(metavar="CELL", help="Also this one, which nothing says has changed."),
    ] = None,
) -> None:
    """Train what is not current, of several studies at once.

    \b
    Reads   params.yaml, and data/models for what is current
    Writes  data/prepared, and below .regscope networks, which `dvc repro` finds there; --anew
            removes the cell's from data/models
    Example regscope train digits moons
    """
    from regscope.base import paths
    from regscope.base.errors import RegscopeError
    from regscope.base.lines import choose
    from regscope.engine.pool import Wanted, train_all
    from regscope.engine.study import forget, stale_cells
    from regscope.pipelines.prepare import prepare
    from regscope.study.params import load_params

    params = load_params()
    names = list(dict.fromkeys(studies or [params.study]))
    found = {name: params.named(name) for name in names}
    for study, cell in ((study, cell) for study in found.values() for cell in anew or ()):
        if cell not in study.cells:
            raise RegscopeError(f"--anew {cell}: {choose(study.cells)}")
    prepare(names)
    for name, study in found.items():
        forget(name, study, anew or ())
    stale = {name: tuple(stale_cells(name, study)) for name, study in found.items()}
    for name in names:
        print(f"{name}: {len(stale[name])} of {len(found[name].cells)} cells to train")
    train_all(
        [
            Wanted(name, found[name], cells, paths.prepared(name))
            for name, cells in stale.items()
            if cells
        ]
    )
